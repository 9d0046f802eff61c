/* Covariance and Gram matrices of rows as operators, and principal components by whichever way suits the size. */
#include "math/lanczos.h"

#include "math/single_thread.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

enum { ROWS = 128, GROUP = 2048, MAX_GROUPS = 64, DENSE = 2048 };

typedef struct {
    const sp_row_operator *o;
    size_t groups;
    const double *x; /* d (covariance) or n (transposed product) */
    double *partial; /* groups x d */
    double *y;       /* n: products x_i . x */
    bool project;    /* x is a direction: use (x_i . x) as weights; else x holds the weights */
} pass;

/* The group's part of sum_i weight_i x_i, or its products with a direction when partial is NULL. */
static sp_status pass_block(sp_run *worker, size_t group, void *context)
{
    const pass *p = context;
    sp_rows rows = p->o->rows;
    size_t d = rows.d, first = rows.n * group / p->groups, last = rows.n * (group + 1) / p->groups;
    double *block = SP_NEW(worker, double, ROWS *d), weight[ROWS];
    if (!block)
        return SP_FAILED;
    int before = sp_single_thread_begin();
    for (size_t i = first; i < last; i += ROWS) {
        size_t count = last - i < ROWS ? last - i : ROWS;
        sp_rows_copy(rows, i, count, 0, d, p->o->mean, block);
        if (p->project)
            cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)count, (int)d, 1, block, (int)d, p->x, 1, 0, weight, 1);
        else
            memcpy(weight, p->x + i, count * sizeof *weight);
        if (p->y)
            memcpy(p->y + i, weight, count * sizeof *weight);
        if (p->partial)
            cblas_dgemv(CblasRowMajor, CblasTrans, (int)count, (int)d, 1, block, (int)d, weight, 1, 1,
                        p->partial + group * d, 1);
    }
    sp_single_thread_end(before);
    return SP_OK;
}

static sp_status run_pass(sp_run *run, pass *p, bool sum, double *out)
{
    size_t n = p->o->rows.n, d = p->o->rows.d;
    p->groups = (n + GROUP - 1) / GROUP;
    p->groups = p->groups < 1 ? 1 : p->groups > MAX_GROUPS ? MAX_GROUPS : p->groups;
    sp_mark mark = sp_memory_mark(run);
    if (sum && !(p->partial = SP_NEW(run, double, p->groups *d)))
        return SP_FAILED;
    SP_TRY(sp_parallel(run, p->groups, pass_block, p));
    if (sum) {
        memset(out, 0, d * sizeof *out);
        for (size_t g = 0; g < p->groups; g++)
            for (size_t j = 0; j < d; j++)
                out[j] += p->partial[g * d + j];
    }
    sp_memory_release(run, mark);
    return SP_OK;
}

static void divide(size_t n, double *y, double divisor)
{
    for (size_t i = 0; i < n; i++)
        y[i] /= divisor;
}

sp_status sp_apply_covariance(sp_run *run, size_t n, const double *x, double *y, void *context)
{
    pass p = {.o = context, .x = x, .project = true};
    SP_TRY(run_pass(run, &p, true, y));
    divide(n, y, p.o->divisor);
    return SP_OK;
}

sp_status sp_apply_gram(sp_run *run, size_t n, const double *x, double *y, void *context)
{
    const sp_row_operator *o = context;
    sp_mark mark = sp_memory_mark(run);
    double *direction = SP_NEW(run, double, o->rows.d);
    if (!direction)
        return SP_FAILED;
    pass gather = {.o = o, .x = x}, project = {.o = o, .x = direction, .y = y, .project = true};
    SP_TRY(run_pass(run, &gather, true, direction));
    SP_TRY(run_pass(run, &project, false, NULL));
    divide(n, y, o->divisor);
    sp_memory_release(run, mark);
    return SP_OK;
}

/* The k largest of a dense matrix, descending. */
static sp_status dense(sp_run *run, size_t n, const double *a, size_t k, double *values, double *vectors)
{
    double *ascending = SP_NEW(run, double, k), *rows = vectors ? SP_NEW(run, double, k *n) : NULL;
    if (!ascending || (vectors && !rows))
        return SP_FAILED;
    SP_TRY(sp_eigen_range(run, n, a, n - k, k, ascending, rows));
    for (size_t i = 0; i < k; i++) {
        values[i] = ascending[k - 1 - i];
        if (vectors)
            memcpy(vectors + i * n, rows + (k - 1 - i) * n, n * sizeof *rows);
    }
    return SP_OK;
}

static sp_status components(sp_run *run, sp_rows rows, size_t k, double *mean, double *values, double *vectors,
                            sp_lanczos_report *report)
{
    size_t n = rows.n, d = rows.d;
    if (n < 2 || k == 0 || k > d || k > n - 1)
        return sp_fail(run, SP_FAILED, "%zu principal components of %zu rows in dimension %zu", k, n, d);
    SP_TRY(sp_rows_mean(run, rows, mean));
    sp_row_operator o = {rows, mean, (double)(n - 1)};
    bool gram = d > n;
    size_t size = gram ? n : d;
    double *small = gram && vectors ? SP_NEW(run, double, k *n) : vectors;
    if (vectors && !small)
        return SP_FAILED;
    if (size <= DENSE) {
        *report = (sp_lanczos_report){.converged = true, .n_converged = k};
        double *a = SP_NEW(run, double, size *size);
        if (!a)
            return SP_FAILED;
        SP_TRY(gram ? sp_gram(run, rows, mean, o.divisor, a) : sp_covariance(run, rows, mean, o.divisor, a));
        SP_TRY(dense(run, size, a, k, values, small));
    }
    else {
        SP_TRY(sp_lanczos(run, size, k, gram ? sp_apply_gram : sp_apply_covariance, &o,
                          &(sp_lanczos_options){.progress = "principal components"}, values, small, NULL, report));
    }
    for (size_t i = 0; gram && vectors && i < k; i++) { /* direction = sum_i v_i x_i / norm */
        pass gather = {.o = &o, .x = small + i * n};
        double *v = vectors + i * d;
        SP_TRY(run_pass(run, &gather, true, v));
        double norm = cblas_dnrm2((int)d, v, 1);
        if (norm > 0)
            divide(d, v, norm);
        if (norm > 0 && v[cblas_idamax((int)d, v, 1)] < 0)
            divide(d, v, -1);
    }
    return SP_OK;
}

sp_status sp_principal_components(sp_run *run, sp_rows rows, size_t k, double *mean, double *values, double *vectors,
                                  sp_lanczos_report *report)
{
    sp_mark mark = sp_memory_mark(run);
    int before = sp_single_thread_begin(); /* for the vector operations; sp_parallel asks for its own threads */
    sp_status status = components(run, rows, k, mean, values, vectors, report);
    sp_single_thread_end(before);
    sp_memory_release(run, mark);
    return status;
}
