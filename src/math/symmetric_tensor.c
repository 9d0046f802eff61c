#include "symmetric_walk.h"

#include <string.h>

double sp_symmetric_size(size_t n, int order)
{
    double size = 1;
    for (int a = 1; a <= order; a++)
        size = size * ((double)n + a - 1) / a;
    return round(size);
}

size_t sp_symmetric_index(size_t n, int order, const size_t *sorted)
{
    size_t place = 0, low = 0;
    for (int a = 0; a < order; a++) {
        place += entries_from(n, order - a, low) - entries_from(n, order - a, sorted[a]);
        low = sorted[a];
    }
    return place;
}

sp_status sp_symmetric_create(sp_run *run, size_t n, int order, sp_symmetric_tensor *out)
{
    double size = sp_symmetric_size(n, order);
    SP_TRY(sp_need_memory(run, 4 * size, "the packed tensor"));
    *out = (sp_symmetric_tensor){n, order, (size_t)size, SP_NEW(run, float, (size_t)size)};
    return out->v ? SP_OK : SP_FAILED;
}

static double power_over_factorial(double x, int k)
{
    double y = 1;
    for (int a = 1; a <= k; a++)
        y *= x / a;
    return y;
}

/* product of x_i^count_i / count_i! after lowering the counts of the values a and b by one (-1: of none) */
static double monomial(const prefix *p, const double *x, int a, int b)
{
    double y = 1;
    for (int d = 0; d < p->distinct; d++)
        y *= power_over_factorial(x[p->value[d]], p->count[d] - (d == a) - (d == b));
    return y;
}

typedef double lanes __attribute__((vector_size(64), aligned(8)));
typedef float float_lanes __attribute__((vector_size(32), aligned(4)));

/* g += w v and the sum of v x: the whole cost of a force. */
__attribute__((target_clones("avx512f", "avx2", "default"))) static double row_pass(size_t n, const float *v,
                                                                                    const double *x, double w, double *g)
{
    lanes sum0 = {0}, sum1 = {0};
    size_t k = 0;
    for (; k + 16 <= n; k += 16) {
        lanes a = __builtin_convertvector(*(const float_lanes *)(v + k), lanes);
        lanes b = __builtin_convertvector(*(const float_lanes *)(v + k + 8), lanes);
        sum0 += a * *(const lanes *)(x + k);
        sum1 += b * *(const lanes *)(x + k + 8);
        *(lanes *)(g + k) += w * a;
        *(lanes *)(g + k + 8) += w * b;
    }
    if (k + 8 <= n) {
        lanes a = __builtin_convertvector(*(const float_lanes *)(v + k), lanes);
        sum0 += a * *(const lanes *)(x + k);
        *(lanes *)(g + k) += w * a;
        k += 8;
    }
    sum0 += sum1;
    double sum = ((sum0[0] + sum0[1]) + (sum0[2] + sum0[3])) + ((sum0[4] + sum0[5]) + (sum0[6] + sum0[7]));
    for (; k < n; k++) {
        sum += (double)v[k] * x[k];
        g[k] += w * (double)v[k];
    }
    return sum;
}

typedef struct {
    const sp_symmetric_tensor *t;
    partition p;
    size_t groups, alone; /* points in groups of LANES, and left over one by one */
    const double *x;      /* groups x n x LANES, alone x n */
    double *g;            /* one part like x for each block */
    size_t length;        /* of a part */
} gradient_job;

static void gradient_row(const prefix *p, size_t n, const float *row, const double *x, double *g)
{
    size_t last = p->length ? p->value[p->distinct - 1] : 0;
    if (!p->length) {
        (void)row_pass(n, row, x, 1, g);
        return;
    }
    double w = monomial(p, x, -1, -1);
    int d_last = p->distinct - 1;
    g[last] += w * (double)row[0];
    double rest = row_pass(n - last - 1, row + 1, x + last + 1, w, g + last + 1);
    double all = rest + (double)row[0] * x[last] / (p->count[d_last] + 1);
    for (int d = 0; d < p->distinct; d++)
        g[p->value[d]] += monomial(p, x, d, -1) * (d == d_last ? rest : all);
}

/* order 3, i < j: the same without the general bookkeeping */
static void gradient_row_3(size_t i, size_t j, size_t n, const float *row, const double *x, double *g)
{
    double xi = x[i], xj = x[j], diagonal = (double)row[0];
    double rest = row_pass(n - j - 1, row + 1, x + j + 1, xi * xj, g + j + 1);
    g[j] += xi * (xj * diagonal + rest);
    g[i] += xj * (rest + diagonal * xj / 2);
}

static sp_status gradient_block(sp_run *worker, size_t block, void *context)
{
    (void)worker;
    const gradient_job *job = context;
    const sp_symmetric_tensor *t = job->t;
    size_t n = t->n, begin = job->p.first[block], end = job->p.first[block + 1];
    double *g = job->g + block * job->length;
    const float *row = t->v + (t->size - entries_from(n, t->order, begin));
    const double *x = job->x;
    for (size_t k = 0; k < job->groups; k++, x += n * LANES, g += n * LANES)
        symmetric_gradient_lanes(t, begin, end, x, g);
    prefix p;
    start(&p, t->order, begin);
    bool more = job->alone > 0;
    while (more) {
        size_t last = p.length ? p.index[p.length - 1] : 0;
        for (size_t r = 0; r < job->alone; r++) {
            if (t->order == 3 && p.distinct == 2)
                gradient_row_3(p.index[0], last, n, row, x + r * n, g + r * n);
            else
                gradient_row(&p, n, row, x + r * n, g + r * n);
        }
        row += n - last;
        more = p.length && advance(&p, n, end);
    }
    return SP_OK;
}

/* Points of groups side by side; points beyond the last one are zero. */
static void interleave(size_t n, size_t grouped, const double *x, double *out)
{
    for (size_t r = 0; r < grouped; r++)
        for (size_t i = 0; i < n; i++)
            out[(r / LANES * n + i) * LANES + r % LANES] = x[r * n + i];
}

static void separate(size_t n, size_t grouped, const double *x, double *out)
{
    for (size_t r = 0; r < grouped; r++)
        for (size_t i = 0; i < n; i++)
            out[r * n + i] = x[(r / LANES * n + i) * LANES + r % LANES];
}

sp_status sp_symmetric_gradient(sp_run *run, const sp_symmetric_tensor *t, size_t replicas, const double *x, double *g)
{
    enum { FEW = 6 }; /* a group costs as much as six points one by one */
    sp_mark mark = sp_memory_mark(run);
    size_t n = t->n, rest = replicas % LANES,
           alone = t->order == 1 ? replicas
                   : rest < FEW  ? rest
                                 : 0,
           grouped = replicas - alone, groups = (grouped + LANES - 1) / LANES, length = (groups * LANES + alone) * n;
    double *points = SP_NEW(run, double, length);
    gradient_job job = {.t = t, .p = split(t), .groups = groups, .alone = alone, .x = points, .length = length};
    if (t->order == 1)
        job.p = (partition){.n_blocks = 1, .first = {0, n}};
    job.g = SP_NEW(run, double, job.p.n_blocks *length);
    if (!points || !job.g)
        return SP_FAILED;
    size_t place = groups * LANES * n;
    interleave(n, grouped, x, points);
    memcpy(points + place, x + grouped * n, alone * n * sizeof *x);
    sp_status status = SP_OK;
    if (job.p.n_blocks == 1)
        status = gradient_block(run, 0, &job);
    else
        status = sp_parallel(run, job.p.n_blocks, gradient_block, &job);
    if (status == SP_OK) {
        for (size_t b = 1; b < job.p.n_blocks; b++)
            for (size_t i = 0; i < length; i++)
                job.g[i] += job.g[b * length + i];
        separate(n, grouped, job.g, g);
        memcpy(g + grouped * n, job.g + place, alone * n * sizeof *g);
    }
    sp_memory_release(run, mark);
    return status;
}

sp_status sp_symmetric_hessian(sp_run *run, const sp_symmetric_tensor *t, const double *x, double *h)
{
    size_t n = t->n;
    memset(h, 0, n * n * sizeof *h);
    if (t->order < 2)
        return SP_OK;
    prefix p;
    start(&p, t->order, 0);
    const float *row = t->v;
    do {
        size_t last = p.index[p.length - 1];
        int d_last = p.distinct - 1;
        double sum = 0;
        for (size_t k = last + 1; k < n; k++)
            sum += (double)row[k - last] * x[k];
        for (int a = 0; a < p.distinct; a++) {
            double first = monomial(&p, x, a, -1);
            size_t i = p.value[a];
            for (size_t k = last + 1; k < n; k++)
                h[i * n + k] += first * (double)row[k - last];
            for (int b = a; b < p.distinct; b++)
                if (a != b || p.count[a] > 1)
                    h[i * n + p.value[b]] += sum * monomial(&p, x, a, b);
        }
        p.count[d_last]++; /* the entry that repeats the last index */
        for (int a = 0; a < p.distinct; a++)
            for (int b = a; b < p.distinct; b++)
                if (a != b || p.count[a] > 1)
                    h[p.value[a] * n + p.value[b]] += (double)row[0] * monomial(&p, x, a, b);
        p.count[d_last]--;
        row += n - last;
        if (last + 1 == n)
            SP_TRY(sp_poll(run));
    } while (advance(&p, n, n));
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            h[i * n + j] = h[j * n + i];
    return SP_OK;
}

/* ---- filling ---------------------------------------------------------------------------------------- */

typedef struct {
    sp_symmetric_tensor *t;
    const char *stream;
    uint64_t instance;
    double strength; /* standard deviation or strength */
    const double *x; /* NULL: noise */
    sp_diagonal diagonal;
} fill_job;

static double repeat_factor(const prefix *p, int extra)
{
    double f = 1;
    for (int d = 0; d < p->distinct; d++)
        f *= tgamma(p->count[d] + (d == p->distinct - 1 ? extra : 0) + 1);
    return f;
}

static void noise_row(const fill_job *job, const prefix *p, size_t n, float *row, sp_rng *rng, float *normals)
{
    sp_normals_float(rng, n, normals);
    double factor_first = repeat_factor(p, 1), factor = repeat_factor(p, 0);
    if (!p->length)
        factor_first = factor = 1;
    double first = job->strength, rest = job->strength;
    if (job->diagonal == SP_DIAGONAL_IGNORE) {
        first *= factor_first == 1;
        rest *= factor == 1;
    }
    else if (job->diagonal == SP_DIAGONAL_TUPLES) {
        first *= sqrt(factor_first);
        rest *= sqrt(factor);
    }
    row[0] += (float)first * normals[0];
    for (size_t k = 1; k < n; k++)
        row[k] += (float)rest * normals[k];
}

static void rank_one_row(const fill_job *job, const prefix *p, size_t n, float *row, size_t last)
{
    double w = job->strength;
    for (int a = 0; a < p->length; a++)
        w *= job->x[p->index[a]];
    bool ignore = job->diagonal == SP_DIAGONAL_IGNORE;
    if (ignore && p->distinct < p->length)
        return;
    if (!ignore || !p->length)
        row[0] += (float)(w * job->x[last]);
    for (size_t k = 1; k < n; k++)
        row[k] += (float)(w * job->x[last + k]);
}

static sp_status fill_block(sp_run *worker, size_t first, void *context)
{
    const fill_job *job = context;
    sp_symmetric_tensor *t = job->t;
    size_t n = t->n;
    float *row = t->v + (t->size - entries_from(n, t->order, first)), *normals = SP_NEW(worker, float, n);
    if (!normals)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(worker, job->stream, (job->instance << 20) + first);
    prefix p;
    start(&p, t->order, first);
    do {
        size_t last = p.length ? p.index[p.length - 1] : 0;
        if (job->x)
            rank_one_row(job, &p, n - last, row, last);
        else
            noise_row(job, &p, n - last, row, &rng, normals);
        row += n - last;
    } while (p.length && advance(&p, n, first + 1));
    return SP_OK;
}

sp_status sp_symmetric_add_noise(sp_run *run, sp_symmetric_tensor *tensor, const char *stream, uint64_t instance,
                                 double entry_variance, sp_diagonal diagonal)
{
    fill_job job = {
        .t = tensor, .stream = stream, .instance = instance, .strength = sqrt(entry_variance), .diagonal = diagonal};
    return sp_parallel(run, tensor->order > 1 ? tensor->n : 1, fill_block, &job);
}

sp_status sp_symmetric_add_rank_one(sp_run *run, sp_symmetric_tensor *tensor, double strength, const double *x,
                                    sp_diagonal diagonal)
{
    fill_job job = {.t = tensor, .stream = "", .strength = strength, .x = x, .diagonal = diagonal};
    return sp_parallel(run, tensor->order > 1 ? tensor->n : 1, fill_block, &job);
}
