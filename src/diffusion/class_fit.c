#include "diffusion/class_fit.h"

#include "spinodal/diffusion.h"

#include "math/gemm_float.h"

#include <math.h>
#include <string.h>

enum { ROWS = 128, FULL_RANK = 128, LARGE_RANK = 64 };

size_t sp_class_fit_rank(size_t rank, size_t d)
{
    size_t wanted = rank ? rank : d <= FULL_RANK ? d : LARGE_RANK;
    return wanted < d ? wanted : d;
}

/* Fit of one class on one fold. */
typedef struct {
    size_t rank;
    double *variance, rest; /* of the directions; of each of the d - rank others */
    float *centre;          /* rank: mean along the directions */
    double mean2;
} class_fit;

typedef struct {
    const sp_dataset *data;
    const sp_class_rows *rows;
    const sp_class_ratios *r;
    size_t K, d, rank;
    bool *second;      /* n, sorted by class: in the second half */
    class_fit *fit;    /* fold x class */
    float *directions; /* fold x class x rank x d */
    float *mean;       /* fold x class x d */
    float *class_mean; /* class x d, of all points: of the controls */
    float *weight;     /* fold x class x 3 rank x times: of pa^2, pa pz, pz^2 */
    size_t *point;     /* points of fold 0, then of fold 1 */
    size_t count[2], blocks[2];
} fits;

static sp_status fit_class(sp_run *worker, size_t block, void *context)
{
    const fits *f = context;
    size_t d = f->d, fold = block / f->K, k = block % f->K, n = 0;
    size_t first = f->rows->first[k], end = f->rows->first[k + 1];
    float *x = SP_NEW(worker, float, (end - first) * d), *direction = f->directions + block * f->rank * d;
    double *mean = SP_NEW(worker, double, d), *covariance = SP_NEW(worker, double, d *d),
           *values = SP_NEW(worker, double, f->rank), *vectors = SP_NEW(worker, double, f->rank *d), trace = 0;
    class_fit *fit = &f->fit[block];
    if (!x || !mean || !covariance || !values || !vectors)
        return SP_FAILED;
    for (size_t p = first; p < end; p++)
        if (f->second[p] == (fold == 1))
            memcpy(x + n++ * d, f->data->x + f->rows->row[p] * d, d * sizeof *x);
    sp_rows rows = sp_rows_float(n, d, x);
    fit->rank = f->rank < n - 1 ? f->rank : n - 1;
    SP_TRY(sp_rows_mean(worker, rows, mean));
    if (n < d && fit->rank > 0) { /* the Gram matrix is smaller */
        double *gram = SP_NEW(worker, double, n *n), *dual = SP_NEW(worker, double, fit->rank *n),
               *row = SP_NEW(worker, double, d);
        if (!gram || !dual || !row)
            return SP_FAILED;
        SP_TRY(sp_gram(worker, rows, mean, (double)(n - 1), gram));
        for (size_t i = 0; i < n; i++)
            trace += gram[i * n + i];
        SP_TRY(sp_eigen_range(worker, n, gram, n - fit->rank, fit->rank, values, dual));
        for (size_t i = 0; i < n; i++) {
            sp_rows_copy(rows, i, 1, 0, d, mean, row);
            for (size_t r = 0; r < fit->rank; r++)
                for (size_t j = 0; j < d; j++)
                    vectors[r * d + j] += dual[r * n + i] * row[j];
        }
        for (size_t r = 0; r < fit->rank; r++) {
            double norm = 0;
            for (size_t j = 0; j < d; j++)
                norm += vectors[r * d + j] * vectors[r * d + j];
            for (size_t j = 0; norm > 0 && j < d; j++)
                vectors[r * d + j] /= sqrt(norm);
        }
    }
    else {
        SP_TRY(sp_covariance(worker, rows, mean, (double)(n - 1), covariance));
        for (size_t j = 0; j < d; j++)
            trace += covariance[j * d + j];
        SP_TRY(sp_eigen_range(worker, d, covariance, d - fit->rank, fit->rank, values, vectors));
    }
    for (size_t r = 0; r < fit->rank; r++) {
        double centre = 0;
        fit->variance[r] = fmax(values[r], 0);
        trace -= fit->variance[r];
        for (size_t j = 0; j < d; j++) {
            direction[r * d + j] = (float)vectors[r * d + j];
            centre += vectors[r * d + j] * mean[j];
        }
        fit->centre[r] = (float)centre;
    }
    fit->rest = d > fit->rank ? fmax(trace, 0) / (double)(d - fit->rank) : 0;
    for (size_t j = 0; j < d; j++) {
        f->mean[block * d + j] = (float)mean[j];
        fit->mean2 += mean[j] * mean[j];
    }
    return SP_OK;
}

/* weights of e^{-2t} pa^2 + 2 e^{-t} sqrt(Delta) pa pz + Delta pz^2, times 1/V_r - 1/V_rest */
static void set_weights(const fits *f)
{
    size_t T = f->r->t.n, rank = f->rank;
    for (size_t b = 0; b < 2 * f->K; b++)
        for (size_t s = 0; s < T; s++) {
            double y = exp(-2 * f->r->t.v[s]), delta = sp_noise_variance(f->r->t.v[s]),
                   rest = 1 / (delta + y * f->fit[b].rest);
            float *w = f->weight + b * 3 * rank * T + s;
            for (size_t r = 0; r < f->fit[b].rank; r++) {
                double excess = 1 / (delta + y * f->fit[b].variance[r]) - rest;
                w[r * T] = (float)(y * excess);
                w[(rank + r) * T] = (float)(2 * sqrt(y * delta) * excess);
                w[(2 * rank + r) * T] = (float)(delta * excess);
            }
        }
}

typedef struct {
    float *a, *z, *pa, *pz, *feature, *quad, *am, *zm;
    double *a2, *z2;
    double *phi; /* ROWS x K x T */
} space;

static double dot(size_t n, const float *x)
{
    double sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += (double)x[j] * (double)x[j];
    return sum;
}

/* phi of class l at all times for the rows of a block */
static sp_status densities(sp_run *worker, const fits *f, size_t b, size_t l, size_t n, const space *w)
{
    size_t d = f->d, rank = f->rank, T = f->r->t.n, K = f->K;
    const class_fit *fit = &f->fit[b];
    const float *V = f->directions + b * rank * d;
    SP_TRY(sp_gemm_float(worker, SP_PLAIN, SP_TRANSPOSED, n, rank, d, 1, w->a, d, V, d, 0, w->pa, rank));
    SP_TRY(sp_gemm_float(worker, SP_PLAIN, SP_TRANSPOSED, n, rank, d, 1, w->z, d, V, d, 0, w->pz, rank));
    for (size_t i = 0; i < n; i++)
        for (size_t r = 0; r < rank; r++) {
            float a = w->pa[i * rank + r] - (r < fit->rank ? fit->centre[r] : 0), z = w->pz[i * rank + r];
            w->feature[i * 3 * rank + r] = a * a;
            w->feature[i * 3 * rank + rank + r] = a * z;
            w->feature[i * 3 * rank + 2 * rank + r] = z * z;
        }
    SP_TRY(sp_gemm_float(worker, SP_PLAIN, SP_PLAIN, n, T, 3 * rank, 1, w->feature, 3 * rank, f->weight + b * 3 * rank * T,
                         T, 0, w->quad, T));
    for (size_t s = 0; s < T; s++) {
        double t = f->r->t.v[s], y = exp(-2 * t), delta = sp_noise_variance(t), rest = delta + y * fit->rest;
        double logdet = (double)(d - fit->rank) * log(rest);
        for (size_t r = 0; r < fit->rank; r++)
            logdet += log(delta + y * fit->variance[r]);
        for (size_t i = 0; i < n; i++) {
            double am = w->am[i * K + l], zm = w->zm[i * K + l], a_m2 = w->a2[i] - 2 * am + fit->mean2;
            /* z.(a - m): z.a is in zm of column K */
            double za = w->zm[n * K + i] - zm;
            double square = y * a_m2 + 2 * sqrt(y * delta) * za + delta * w->z2[i];
            w->phi[(i * K + l) * T + s] = -((double)w->quad[i * T + s] + square / rest + logdet) / 2;
        }
    }
    return SP_OK;
}

static sp_status add_controls(sp_run *worker, const fits *f, size_t n, const size_t *point, const space *w)
{
    size_t K = f->K, d = f->d;
    SP_TRY(sp_gemm_float(worker, SP_PLAIN, SP_TRANSPOSED, n, K, d, 1, w->a, d, f->class_mean, d, 0, w->am, K));
    SP_TRY(sp_gemm_float(worker, SP_PLAIN, SP_TRANSPOSED, n, K, d, 1, w->z, d, f->class_mean, d, 0, w->zm, K));
    for (size_t i = 0; i < n; i++) {
        memcpy(f->r->a + point[i] * K, w->am + i * K, K * sizeof(float));
        memcpy(f->r->z + point[i] * K, w->zm + i * K, K * sizeof(float));
    }
    return SP_OK;
}

static sp_status evaluate(sp_run *worker, size_t block, void *context)
{
    const fits *f = context;
    bool later = block >= f->blocks[0];
    size_t fold = later, first = (later ? block - f->blocks[0] : block) * ROWS, K = f->K, d = f->d, rank = f->rank,
           T = f->r->t.n;
    size_t n = f->count[fold] - first < ROWS ? f->count[fold] - first : ROWS, other = (1 - fold) * K;
    const size_t *point = f->point + (later ? f->count[0] : 0) + first;
    space w = {SP_NEW(worker, float, n *d),    SP_NEW(worker, float, n *d),         SP_NEW(worker, float, n *rank),
               SP_NEW(worker, float, n *rank), SP_NEW(worker, float, n * 3 * rank), SP_NEW(worker, float, n *T),
               SP_NEW(worker, float, n *K),    SP_NEW(worker, float, n *(K + 1)),   SP_NEW(worker, double, n),
               SP_NEW(worker, double, n),      SP_NEW(worker, double, n *K *T)};
    if (!w.a || !w.z || !w.pa || !w.pz || !w.feature || !w.quad || !w.am || !w.zm || !w.a2 || !w.z2 || !w.phi)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(worker, "fit noise", block);
    sp_normals_float(&rng, n * d, w.z);
    for (size_t i = 0; i < n; i++) {
        memcpy(w.a + i * d, f->data->x + f->rows->row[point[i]] * d, d * sizeof(float));
        w.a2[i] = dot(d, w.a + i * d);
        w.z2[i] = dot(d, w.z + i * d);
        double za = 0;
        for (size_t j = 0; j < d; j++)
            za += (double)w.z[i * d + j] * (double)w.a[i * d + j];
        w.zm[n * K + i] = (float)za;
    }
    SP_TRY(add_controls(worker, f, n, point, &w));
    const float *mean = f->mean + other * d;
    SP_TRY(sp_gemm_float(worker, SP_PLAIN, SP_TRANSPOSED, n, K, d, 1, w.a, d, mean, d, 0, w.am, K));
    SP_TRY(sp_gemm_float(worker, SP_PLAIN, SP_TRANSPOSED, n, K, d, 1, w.z, d, mean, d, 0, w.zm, K));
    for (size_t l = 0; l < K; l++)
        SP_TRY(densities(worker, f, other + l, l, n, &w));
    for (size_t i = 0; i < n; i++) {
        size_t own = (size_t)f->data->label[f->rows->row[point[i]]];
        for (size_t s = 0; s < T; s++) {
            float *l = sp_class_ratios_at(f->r, s, point[i]);
            for (size_t c = 0; c < K; c++)
                l[c] = (float)(w.phi[(i * K + own) * T + s] - w.phi[(i * K + c) * T + s]);
        }
    }
    return sp_poll(worker);
}

static sp_status split(sp_run *run, fits *f)
{
    size_t n = f->rows->n, at[2] = {0}, *order = SP_NEW(run, size_t, n);
    f->second = SP_NEW(run, bool, n);
    f->point = SP_NEW(run, size_t, n);
    if (!order || !f->second || !f->point)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(run, "folds", 0);
    for (size_t k = 0; k < f->K; k++) {
        size_t first = f->rows->first[k], count = f->rows->first[k + 1] - first;
        sp_permutation(&rng, count, order);
        for (size_t i = count / 2; i < count; i++)
            f->second[first + order[i]] = true;
        f->count[0] += count / 2;
        f->count[1] += count - count / 2;
    }
    for (size_t p = 0; p < n; p++)
        f->point[(f->second[p] ? f->count[0] : 0) + at[f->second[p]]++] = p;
    for (int fold = 0; fold < 2; fold++)
        f->blocks[fold] = (f->count[fold] + ROWS - 1) / ROWS;
    return SP_OK;
}

sp_status sp_fitted_class_ratios(sp_run *run, const sp_dataset *data, const sp_class_rows *rows, sp_vec t, size_t rank,
                                 sp_class_ratios *out)
{
    size_t K = rows->n_classes, d = data->d, *count = SP_NEW(run, size_t, K);
    if (!count)
        return SP_FAILED;
    for (size_t k = 0; k < K; k++)
        count[k] = rows->first[k + 1] - rows->first[k];
    SP_TRY(sp_class_ratios_create(run, t, K, count, out));
    double *class_mean;
    SP_TRY(sp_class_means(run, data, &class_mean));
    SP_TRY(sp_class_ratios_add_controls(run, d, class_mean, out));
    sp_mark mark = sp_memory_mark(run);
    fits f = {.data = data, .rows = rows, .r = out, .K = K, .d = d, .rank = sp_class_fit_rank(rank, d)};
    SP_TRY(sp_need_memory(run, 8. * (double)K * (double)f.rank * (double)(d + 3 * t.n), "Gaussian fits of the classes"));
    SP_TRY(split(run, &f));
    f.fit = SP_NEW(run, class_fit, 2 * K);
    f.directions = SP_NEW(run, float, 2 * K * f.rank * d);
    f.mean = SP_NEW(run, float, 2 * K * d);
    f.weight = SP_NEW(run, float, 2 * K * 3 * f.rank * t.n);
    f.class_mean = SP_NEW(run, float, K *d);
    for (size_t j = 0; f.class_mean && j < K * d; j++)
        f.class_mean[j] = (float)class_mean[j];
    if (!f.class_mean || !f.fit || !f.directions || !f.mean || !f.weight)
        return SP_FAILED;
    for (size_t b = 0; b < 2 * K; b++) {
        f.fit[b].variance = SP_NEW(run, double, f.rank);
        f.fit[b].centre = SP_NEW(run, float, f.rank);
        if (!f.fit[b].variance || !f.fit[b].centre)
            return SP_FAILED;
    }
    sp_progress(run, "Gaussian fits of the classes", 0);
    SP_TRY(sp_parallel(run, 2 * K, fit_class, &f));
    set_weights(&f);
    sp_progress(run, "noised points", 0.3);
    SP_TRY(sp_parallel(run, f.blocks[0] + f.blocks[1], evaluate, &f));
    sp_memory_release(run, mark);
    return SP_OK;
}
