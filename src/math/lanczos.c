#include "math/lanczos.h"

#include "math/single_thread.h"

#include <cblas.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum { CHUNK = 16384, ROTATE = 1024 };

/* ---- products with the basis, over fixed chunks of the long dimension --------------------------------- */

typedef struct {
    size_t n, rows, m; /* basis vectors of length n in use; m: row length of y */
    double *v;
    double *w;       /* n */
    double *partial; /* chunks x rows */
    const double *h;
    const double *y; /* keep x m */
    size_t keep;
} basis;

static size_t chunks(size_t n) { return (n + CHUNK - 1) / CHUNK; }
static size_t width_of(size_t n, size_t chunk, size_t size) { return n - chunk * size < size ? n - chunk * size : size; }

static sp_status dots_block(sp_run *worker, size_t block, void *context)
{
    (void)worker;
    basis *b = context;
    int before = sp_single_thread_begin();
    cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)b->rows, (int)width_of(b->n, block, CHUNK), 1, b->v + block * CHUNK,
                (int)b->n, b->w + block * CHUNK, 1, 0, b->partial + block * b->rows, 1);
    sp_single_thread_end(before);
    return SP_OK;
}

static sp_status subtract_block(sp_run *worker, size_t block, void *context)
{
    (void)worker;
    basis *b = context;
    int before = sp_single_thread_begin();
    cblas_dgemv(CblasRowMajor, CblasTrans, (int)b->rows, (int)width_of(b->n, block, CHUNK), -1, b->v + block * CHUNK,
                (int)b->n, b->h, 1, 1, b->w + block * CHUNK, 1);
    sp_single_thread_end(before);
    return SP_OK;
}

/* w <- w - V^T V w; the coefficients are added to h. */
static sp_status orthogonalise(sp_run *run, basis *b, double *h)
{
    sp_mark mark = sp_memory_mark(run);
    double *dots = SP_NEW(run, double, b->rows);
    b->partial = SP_NEW(run, double, chunks(b->n) * b->rows);
    if (!dots || !b->partial)
        return SP_FAILED;
    SP_TRY(sp_parallel(run, chunks(b->n), dots_block, b));
    for (size_t c = 0; c < chunks(b->n); c++)
        for (size_t i = 0; i < b->rows; i++)
            dots[i] += b->partial[c * b->rows + i];
    b->h = dots;
    SP_TRY(sp_parallel(run, chunks(b->n), subtract_block, b));
    for (size_t i = 0; i < b->rows; i++)
        h[i] += dots[i];
    sp_memory_release(run, mark);
    return SP_OK;
}

/* The first `keep` basis vectors become y V. */
static sp_status rotate_block(sp_run *worker, size_t block, void *context)
{
    basis *b = context;
    size_t width = width_of(b->n, block, ROTATE);
    double *mixed = SP_NEW(worker, double, b->keep *width);
    if (!mixed)
        return SP_FAILED;
    sp_gemm(SP_PLAIN, SP_PLAIN, b->keep, width, b->m, 1, b->y, b->m, b->v + block * ROTATE, b->n, 0, mixed, width);
    for (size_t i = 0; i < b->keep; i++)
        memcpy(b->v + i * b->n + block * ROTATE, mixed + i * width, width * sizeof *mixed);
    return SP_OK;
}

static double norm_of(size_t n, const double *x)
{
    int before = sp_single_thread_begin();
    double norm = cblas_dnrm2((int)n, x, 1);
    sp_single_thread_end(before);
    return norm;
}

/* ---- thick restart ------------------------------------------------------------------------------------ */

typedef struct {
    sp_run *run;
    size_t n, k, m;
    sp_operator a;
    void *context;
    sp_lanczos_options o;
    basis b;
    double *t;     /* m x m: V A V^T */
    double *theta; /* m eigenvalues of t in the wanted order */
    double *y;     /* m x m: eigenvectors of t (rows) in the wanted order */
    double last;   /* norm of what is left after the last basis vector */
    sp_rng rng;
    sp_lanczos_report *report;
} lanczos;

/* A new unit vector orthogonal to the first `rows` ones, into row `rows`. */
static sp_status fresh_vector(lanczos *l, size_t rows)
{
    double *v = l->b.v + rows * l->n, *ignored = SP_NEW(l->run, double, rows + 1);
    if (!ignored)
        return SP_FAILED;
    for (int tries = 0; tries < 5; tries++) {
        sp_normals(&l->rng, l->n, v);
        l->b.rows = rows;
        l->b.w = v;
        for (int pass = 0; pass < 3 && rows > 0; pass++)
            SP_TRY(orthogonalise(l->run, &l->b, ignored));
        double norm = norm_of(l->n, v);
        if (norm > 1e-8) {
            cblas_dscal((int)l->n, 1 / norm, v, 1);
            return SP_OK;
        }
    }
    return sp_fail(l->run, SP_FAILED, "Lanczos: no vector is left outside the basis");
}

/* Extends the basis from `from` to m vectors (and the next one in row m). */
static sp_status extend(lanczos *l, size_t from)
{
    size_t n = l->n, m = l->m;
    for (size_t j = from; j < m; j++) {
        SP_TRY(sp_poll(l->run));
        double *v = l->b.v + j * n, *next = v + n, *h = SP_NEW(l->run, double, m);
        if (!h)
            return SP_FAILED;
        SP_TRY(l->a(l->run, n, v, next, l->context));
        l->report->applications++;
        if (l->o.progress)
            sp_progress(l->run, l->o.progress, (double)l->report->applications / (double)l->o.max_applications);
        double size = norm_of(n, next);
        if (!isfinite(size))
            return sp_fail(l->run, SP_FAILED, "Lanczos: the operator gave a value that is not finite");
        l->b.rows = j + 1;
        l->b.w = next;
        for (int pass = 0; pass < 2; pass++)
            SP_TRY(orthogonalise(l->run, &l->b, h));
        for (size_t i = 0; i <= j; i++)
            l->t[j * m + i] = l->t[i * m + j] = h[i];
        double left = norm_of(n, next);
        l->report->norm = fmax(l->report->norm, size);
        if (left <= 4 * DBL_EPSILON * l->report->norm) {
            left = 0; /* an invariant subspace: go on from somewhere else */
            if (j + 1 < n)
                SP_TRY(fresh_vector(l, j + 1));
        }
        else {
            cblas_dscal((int)n, 1 / left, next, 1);
        }
        l->last = left;
    }
    return SP_OK;
}

/* Eigenpairs of t, wanted ones first. */
static sp_status ritz(lanczos *l)
{
    size_t m = l->m;
    double *values = SP_NEW(l->run, double, m), *vectors = SP_NEW(l->run, double, m *m);
    if (!values || !vectors)
        return SP_FAILED;
    SP_TRY(sp_eigen(l->run, m, memcpy(vectors, l->t, m * m * sizeof *vectors), values, vectors));
    for (size_t i = 0; i < m; i++) {
        size_t from = l->o.which == SP_LARGEST ? m - 1 - i : i;
        l->theta[i] = values[from];
        memcpy(l->y + i * m, vectors + from * m, m * sizeof *vectors);
    }
    l->report->norm = fmax(l->report->norm, fmax(fabs(values[0]), fabs(values[m - 1])));
    return SP_OK;
}

static double estimate(const lanczos *l, size_t i) { return fabs(l->last * l->y[i * l->m + l->m - 1]); }

static sp_status iterate(lanczos *l)
{
    size_t m = l->m, from = 0;
    SP_TRY(fresh_vector(l, 0));
    for (;;) {
        sp_mark mark = sp_memory_mark(l->run);
        SP_TRY(extend(l, from));
        SP_TRY(ritz(l));
        sp_memory_release(l->run, mark);
        bool done = true;
        for (size_t i = 0; i < l->k; i++)
            done = done && estimate(l, i) <= l->o.tolerance * l->report->norm;
        if (done || m == l->n || l->report->applications >= l->o.max_applications)
            break;
        l->report->restarts++;
        size_t keep = l->k + (m - l->k) / 3;
        if (keep > m - 2)
            keep = m - 2;
        l->b.keep = keep;
        l->b.m = m;
        l->b.y = l->y;
        SP_TRY(sp_parallel(l->run, (l->n + ROTATE - 1) / ROTATE, rotate_block, &l->b));
        memcpy(l->b.v + keep * l->n, l->b.v + m * l->n, l->n * sizeof(double));
        memset(l->t, 0, m * m * sizeof *l->t);
        for (size_t i = 0; i < keep; i++)
            l->t[i * m + i] = l->theta[i];
        from = keep;
    }
    l->b.keep = l->k;
    l->b.m = m;
    l->b.y = l->y;
    return sp_parallel(l->run, (l->n + ROTATE - 1) / ROTATE, rotate_block, &l->b);
}

static void fix_sign(size_t n, double *v)
{
    size_t most = cblas_idamax((int)n, v, 1);
    if (v[most] < 0)
        cblas_dscal((int)n, -1, v, 1);
}

static sp_status solve(sp_run *run, size_t n, size_t k, sp_operator a, void *context, sp_lanczos_options o, double *values,
                       double *vectors, double *residuals, sp_lanczos_report *report)
{
    if (n == 0 || k == 0 || k > n)
        return sp_fail(run, SP_FAILED, "Lanczos: %zu eigenvalues of an operator of size %zu", k, n);
    if (o.tolerance <= 0)
        o.tolerance = 1e-10;
    if (o.max_applications == 0)
        o.max_applications = n > 990 ? 100000 : 100 * n + 1000;
    size_t m = o.basis ? o.basis : 2 * k + 10 > 30 ? 2 * k + 10 : 30;
    m = m < k + 3 ? k + 3 : m;
    m = m > n ? n : m;
    *report = (sp_lanczos_report){0};
    lanczos l = {.run = run, .n = n, .k = k, .m = m, .a = a, .context = context, .o = o, .report = report};
    SP_TRY(sp_need_memory(run, 8.0 * (double)n * (double)(m + 3), "Lanczos"));
    l.b = (basis){.n = n, .v = SP_NEW(run, double, (m + 1) * n)};
    l.t = SP_NEW(run, double, m *m);
    l.theta = SP_NEW(run, double, m);
    l.y = SP_NEW(run, double, m *m);
    double *product = SP_NEW(run, double, n);
    if (!l.b.v || !l.t || !l.theta || !l.y || !product)
        return SP_FAILED;
    l.rng = sp_rng_at(run, "lanczos", 0);
    SP_TRY(iterate(&l));
    report->converged = true;
    for (size_t i = 0; i < k; i++) {
        double *v = l.b.v + i * n;
        fix_sign(n, v);
        SP_TRY(a(run, n, v, product, context));
        report->applications++;
        cblas_daxpy((int)n, -l.theta[i], v, 1, product, 1);
        double residual = norm_of(n, product);
        values[i] = l.theta[i];
        if (residuals)
            residuals[i] = residual;
        /* rounding of the product itself is a few epsilon times |A| sqrt(n) */
        bool good = residual <= fmax(2 * o.tolerance, 1e-15 * sqrt((double)n) * 10) * report->norm;
        report->n_converged += good;
        report->converged = report->converged && good;
    }
    if (vectors)
        memcpy(vectors, l.b.v, k * n * sizeof *vectors);
    return SP_OK;
}

sp_status sp_lanczos(sp_run *run, size_t n, size_t k, sp_operator a, void *context, const sp_lanczos_options *options,
                     double *values, double *vectors, double *residuals, sp_lanczos_report *report)
{
    sp_mark mark = sp_memory_mark(run);
    int before = sp_single_thread_begin(); /* for the vector operations; sp_parallel asks for its own threads */
    sp_status status =
        solve(run, n, k, a, context, options ? *options : (sp_lanczos_options){0}, values, vectors, residuals, report);
    sp_single_thread_end(before);
    sp_memory_release(run, mark);
    return status;
}
