#include "diffusion/class_moments.h"

#include "math/gemm_float.h"

#include <math.h>
#include <string.h>

enum { TILE = 512, ROWS = 256 };
static const double error_flops = 2e11;

sp_status sp_class_rows_create(sp_run *run, const sp_dataset *data, sp_class_rows *out)
{
    size_t K = data->n_classes, *first = SP_NEW(run, size_t, K + 1), *row = SP_NEW(run, size_t, data->n),
           *place = SP_NEW(run, size_t, K);
    if (!first || !row || !place)
        return SP_FAILED;
    for (size_t i = 0; i < data->n; i++)
        first[data->label[i] + 1]++;
    for (size_t k = 0; k < K; k++) {
        first[k + 1] += first[k];
        place[k] = first[k];
    }
    for (size_t i = 0; i < data->n; i++)
        row[place[data->label[i]]++] = i;
    *out = (sp_class_rows){K, data->n, first, row};
    return SP_OK;
}

typedef struct {
    const sp_dataset *data;
    const sp_class_rows *rows;
    size_t K, d, n_probes;
    size_t *probe_first, *probe; /* rows of x, sorted by class, that give the errors */
    float *x;                    /* n x d, sorted by class, minus the mean of the class */
    double *mean;                /* K x d */
    double *trace, *fourth;      /* of each class: sum |x|^2, sum |x|^4 */
    double *inner;               /* K x K: <sum x x^T, sum x x^T> */
    double *quad;                /* n_probes x K: x^T (sum y y^T) x */
    float *tile;                 /* K x TILE x TILE */
    size_t i0, ni, j0, nj;
} moments;

static sp_status centre_class(sp_run *worker, size_t k, void *context)
{
    (void)worker;
    const moments *m = context;
    size_t d = m->d, first = m->rows->first[k], end = m->rows->first[k + 1];
    double *mean = m->mean + k * d;
    for (size_t p = first; p < end; p++)
        for (size_t j = 0; j < d; j++)
            mean[j] += (double)m->data->x[m->rows->row[p] * d + j];
    for (size_t j = 0; j < d; j++)
        mean[j] /= (double)(end - first);
    for (size_t p = first; p < end; p++) {
        double square = 0;
        const float *from = m->data->x + m->rows->row[p] * d;
        for (size_t j = 0; j < d; j++) {
            double v = (double)from[j] - mean[j];
            m->x[p * d + j] = (float)v;
            square += v * v;
        }
        m->trace[k] += square;
        m->fourth[k] += square * square;
    }
    return SP_OK;
}

/* quad += (x_I Q_l) . x_J for a block of probes */
static sp_status probe_block(sp_run *worker, size_t block, void *context)
{
    const moments *m = context;
    size_t first = block * ROWS, n = m->n_probes - first < ROWS ? m->n_probes - first : ROWS;
    float *a = SP_NEW(worker, float, n * m->ni), *y = SP_NEW(worker, float, n * m->nj);
    if (!a || !y)
        return SP_FAILED;
    double twice = m->i0 == m->j0 ? 1 : 2;
    for (size_t i = 0; i < n; i++)
        memcpy(a + i * m->ni, m->x + m->probe[first + i] * m->d + m->i0, m->ni * sizeof *a);
    for (size_t l = 0; l < m->K; l++) {
        SP_TRY(sp_gemm_float(worker, SP_PLAIN, SP_PLAIN, n, m->nj, m->ni, 1, a, m->ni, m->tile + l * TILE * TILE, m->nj, 0,
                             y, m->nj));
        for (size_t i = 0; i < n; i++) {
            const float *x = m->x + m->probe[first + i] * m->d + m->j0;
            double sum = 0;
            for (size_t j = 0; j < m->nj; j++)
                sum += (double)(y[i * m->nj + j] * x[j]);
            m->quad[(first + i) * m->K + l] += twice * sum;
        }
    }
    return SP_OK;
}

static sp_status add_tile(sp_run *run, moments *m)
{
    size_t K = m->K, d = m->d, size = m->ni * m->nj;
    double twice = m->i0 == m->j0 ? 1 : 2;
    SP_TRY(sp_poll(run));
    for (size_t k = 0; k < K; k++) {
        size_t first = m->rows->first[k], n = m->rows->first[k + 1] - first;
        const float *x = m->x + first * d;
        SP_TRY(sp_gemm_float_blocked(run, SP_TRANSPOSED, SP_PLAIN, m->ni, m->nj, n, 1, x + m->i0, d, x + m->j0, d, 0,
                                     m->tile + k * TILE * TILE, m->nj));
    }
    for (size_t k = 0; k < K; k++)
        for (size_t l = k; l < K; l++) {
            const float *a = m->tile + k * TILE * TILE, *b = m->tile + l * TILE * TILE;
            double sum = 0;
            for (size_t i = 0; i < size; i++)
                sum += (double)a[i] * (double)b[i];
            m->inner[k * K + l] += twice * sum;
        }
    return sp_parallel(run, (m->n_probes + ROWS - 1) / ROWS, probe_block, m);
}

static sp_status choose_probes(sp_run *run, moments *m)
{
    size_t d = m->d, K = m->K;
    double most = fmax(error_flops / ((double)d * (double)d * (double)K), 50. * (double)K),
           share = fmin(1, most / (double)m->rows->n);
    m->probe_first = SP_NEW(run, size_t, K + 1);
    m->probe = SP_NEW(run, size_t, m->rows->n);
    if (!m->probe_first || !m->probe)
        return SP_FAILED;
    for (size_t k = 0; k < K; k++) { /* evenly spaced in the order of the data */
        size_t first = m->rows->first[k], n = m->rows->first[k + 1] - first, wanted = (size_t)ceil(share * (double)n);
        m->probe_first[k] = m->n_probes;
        for (size_t i = 0; i < wanted; i++)
            m->probe[m->n_probes++] = first + i * n / wanted;
    }
    m->probe_first[K] = m->n_probes;
    return SP_OK;
}

/* Variance over points of class k of x^T (C_k - C_l) x, the point itself left out of C_k. */
static double first_order(const moments *m, size_t k, size_t l)
{
    double n = (double)(m->rows->first[k + 1] - m->rows->first[k]),
           other = (double)(m->rows->first[l + 1] - m->rows->first[l]);
    sp_moments h = {0};
    for (size_t i = m->probe_first[k]; i < m->probe_first[k + 1]; i++) {
        const float *x = m->x + m->probe[i] * m->d;
        double square = 0;
        for (size_t j = 0; j < m->d; j++)
            square += (double)x[j] * (double)x[j];
        sp_moments_add(&h, (m->quad[i * m->K + k] - square * square) / (n - 2) - m->quad[i * m->K + l] / (other - 1));
    }
    return sp_moments_variance(&h);
}

static double along_shift(const moments *m, size_t k, const double *shift)
{
    sp_moments h = {0};
    for (size_t i = m->probe_first[k]; i < m->probe_first[k + 1]; i++) {
        const float *x = m->x + m->probe[i] * m->d;
        double sum = 0;
        for (size_t j = 0; j < m->d; j++)
            sum += (double)x[j] * shift[j];
        sp_moments_add(&h, sum);
    }
    return sp_moments_variance(&h);
}

typedef struct {
    double n, trace, square, square_naive; /* tr C; tr C^2 unbiased and plain */
} class_trace;

static class_trace trace_of(const moments *m, size_t k)
{
    double n = (double)(m->rows->first[k + 1] - m->rows->first[k]), tr = m->trace[k] / (n - 1),
           tr2 = m->inner[k * m->K + k] / ((n - 1) * (n - 1)), Q = m->fourth[k] / (n - 1);
    double unbiased = (n - 1) / (n * (n - 2) * (n - 3)) * ((n - 1) * (n - 2) * tr2 + tr * tr - n * Q);
    return (class_trace){n, tr, unbiased, tr2};
}

static void pair_distance(const moments *m, size_t k, size_t l, double *shift, sp_class_distance *out)
{
    class_trace a = trace_of(m, k), b = trace_of(m, l);
    if (a.n < 4 || b.n < 4) {
        *out = (sp_class_distance){{NAN, NAN}, {NAN, NAN}, NAN, NAN};
        return;
    }
    double cross = m->inner[k * m->K + l] / ((a.n - 1) * (b.n - 1)), naive = 0;
    for (size_t j = 0; j < m->d; j++) {
        shift[j] = m->mean[k * m->d + j] - m->mean[l * m->d + j];
        naive += shift[j] * shift[j];
    }
    double second_k = 2 * a.square / (a.n * a.n), second_l = 2 * b.square / (b.n * b.n), both = 4 * cross / (a.n * b.n);
    double mean_variance = 4 * along_shift(m, k, shift) / a.n + 4 * along_shift(m, l, shift) / b.n + fmax(second_k, 0) +
                           fmax(second_l, 0) + both;
    double covariance_variance = 4 * first_order(m, k, l) / a.n + 4 * first_order(m, l, k) / b.n +
                                 4 * (a.square * a.square / (a.n * a.n) + b.square * b.square / (b.n * b.n)) +
                                 8 * cross * cross / (a.n * b.n);
    out->dm2 = (sp_estimate){naive - a.trace / a.n - b.trace / b.n, sqrt(mean_variance)};
    out->dC2 = (sp_estimate){a.square + b.square - 2 * cross, sqrt(covariance_variance)};
    out->dm2_naive = naive;
    out->dC2_naive = a.square_naive + b.square_naive - 2 * cross;
}

sp_status sp_class_distances(sp_run *run, const sp_dataset *data, const sp_class_rows *rows, sp_class_distance *out)
{
    size_t K = rows->n_classes, d = data->d, n = rows->n;
    sp_mark mark = sp_memory_mark(run);
    moments m = {.data = data, .rows = rows, .K = K, .d = d};
    SP_TRY(sp_need_memory(run, 4. * (double)n * (double)d + 4. * (double)K * TILE * TILE + 8. * (double)K * (double)d,
                          "moments of the classes"));
    m.x = SP_NEW(run, float, n *d);
    m.mean = SP_NEW(run, double, K *d);
    m.trace = SP_NEW(run, double, K);
    m.fourth = SP_NEW(run, double, K);
    m.inner = SP_NEW(run, double, K *K);
    m.tile = SP_NEW(run, float, K *TILE *TILE);
    double *shift = SP_NEW(run, double, d);
    SP_TRY(choose_probes(run, &m));
    m.quad = SP_NEW(run, double, m.n_probes *K + 1);
    if (!m.x || !m.mean || !m.trace || !m.fourth || !m.inner || !m.tile || !m.quad || !shift)
        return SP_FAILED;
    SP_TRY(sp_parallel(run, K, centre_class, &m));
    for (m.i0 = 0; m.i0 < d; m.i0 += TILE)
        for (m.j0 = m.i0; m.j0 < d; m.j0 += TILE) {
            m.ni = d - m.i0 < TILE ? d - m.i0 : TILE;
            m.nj = d - m.j0 < TILE ? d - m.j0 : TILE;
            sp_progress(run, "moments of the classes", (double)m.i0 / (double)d);
            SP_TRY(add_tile(run, &m));
        }
    for (size_t k = 0; k < K; k++)
        for (size_t l = k + 1; l < K; l++) {
            pair_distance(&m, k, l, shift, &out[k * K + l]);
            out[l * K + k] = out[k * K + l];
        }
    sp_memory_release(run, mark);
    return SP_OK;
}
