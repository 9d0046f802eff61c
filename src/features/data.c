/* The user's rows as inputs and target of the random-feature theory. */
#include "spinodal/features.h"

#include "math/linalg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Two values, the parity of the class, a number, or one indicator for each class. */
static sp_status choose_target(sp_run *run, const sp_dataset *data, const sp_features_data_options *o, sp_features_data *out)
{
    if (!data->label && !data->target)
        return sp_fail(run, SP_DATA, "%s has no labels: give them with --labels", data->name);
    if (o->parity && o->regression)
        return sp_fail(run, SP_USAGE, "give --parity or --regression, not both");
    size_t n = data->n, classes = data->label ? data->n_classes : 0;
    bool two = !o->regression && classes && (o->parity || classes == 2), several = !o->regression && !two && classes > 2;
    if (!two && !several && !data->target)
        return sp_fail(run, SP_DATA, "the labels of %s are not numbers", data->name);
    out->n_targets = several ? classes : 1;
    double *y = SP_NEW(run, double, n * out->n_targets);
    if (!y)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++) {
        bool odd = data->target ? fmod(fabs(data->target[i]), 2) >= 1 : data->label && data->label[i] % 2;
        if (several)
            y[(size_t)data->label[i] * n + i] = 1;
        else
            y[i] = !two ? data->target[i] : (o->parity ? odd : data->label[i] == 1) ? 1 : -1;
        if (!isfinite(y[i]))
            return sp_fail(run, SP_DATA, "the target of row %zu is not finite", i + 1);
    }
    out->y = y;
    out->class_of = several ? data->label : NULL;
    if (!two)
        return SP_OK;
    double *label = SP_NEW(run, double, n);
    if (!label)
        return SP_FAILED;
    out->label = memcpy(label, y, n * sizeof *y);
    return SP_OK;
}

static sp_status centre_target(sp_run *run, sp_features_data *out, double *y)
{
    size_t n = out->n;
    for (size_t k = 0; k < out->n_targets; k++) {
        double mean = 0, square = 0;
        for (size_t i = 0; i < n; i++)
            mean += y[k * n + i] / (double)n;
        for (size_t i = 0; i < n; i++) {
            y[k * n + i] -= mean;
            square += y[k * n + i] * y[k * n + i] / (double)n;
        }
        out->offset = mean;
        out->target_var += square > 1e-24 * mean * mean ? square : 0;
    }
    out->positive = (1 + out->offset) / 2;
    if (!(out->target_var > 0))
        return sp_fail(run, SP_DATA, "the target is constant");
    if (out->label && (out->positive < 0.3 || out->positive > 0.7))
        sp_warn(run, "the classes are unbalanced (%.0f %% and %.0f %%): the theory has no bias term", 100 * out->positive,
                100 * (1 - out->positive));
    return SP_OK;
}

static sp_status copy_inputs(sp_run *run, const sp_dataset *data, double *x)
{
    size_t n = data->n, d = data->d;
    double *mean = SP_NEW(run, double, d);
    if (!mean)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++) {
        sp_dataset_row(data, i, x + i * d);
        for (size_t j = 0; j < d; j++)
            mean[j] += x[i * d + j];
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++) {
            x[i * d + j] -= mean[j] / (double)n;
            if (!isfinite(x[i * d + j]))
                return sp_fail(run, SP_DATA, "row %zu, column %zu is not finite", i + 1, j + 1);
        }
    return SP_OK;
}

/* Eigenvalues (largest first) and directions of the covariance of x. */
static sp_status principal(sp_run *run, size_t n, size_t d, const double *x, double *values, double *vectors)
{
    double *covariance = SP_NEW(run, double, d *d), *ascending = SP_NEW(run, double, d);
    if (!covariance || !ascending)
        return SP_FAILED;
    SP_TRY(sp_covariance(run, sp_rows_double(n, d, x), NULL, (double)n, covariance));
    SP_TRY(sp_eigen(run, d, covariance, ascending, covariance));
    for (size_t k = 0; k < d; k++) {
        values[k] = fmax(0, ascending[d - 1 - k]);
        memcpy(vectors + k * d, covariance + (d - 1 - k) * d, d * sizeof *vectors);
    }
    return SP_OK;
}

/* Variance of what a linear fit on k directions of n rows leaves: in the sample it leaves the share 1 - k/n of it. */
static double residual_variance(double target_var, double explained, size_t k, size_t n)
{
    return k < n ? fmax(0, target_var - explained) / (1 - (double)k / (double)n) : target_var;
}

/* Share of the target variance along each direction: g^2/c, g = mean(y x.v), less what residual noise adds to it in a
 * sample. */
static sp_status explain(sp_run *run, sp_features_data *out, double *signal)
{
    size_t n = out->n, d = out->d;
    double explained = 0, *g = SP_NEW(run, double, out->n_targets *d);
    if (!g)
        return SP_FAILED;
    sp_gemm(SP_PLAIN, SP_PLAIN, out->n_targets, d, n, 1 / (double)n, out->y, n, out->x, d, 0, g, d);
    for (size_t k = 0; k < out->n_directions; k++) {
        for (size_t t = 0; t < out->n_targets; t++)
            signal[k] += g[t * d + k] * g[t * d + k] / out->spectrum[k];
        explained += signal[k];
    }
    double noise = residual_variance(out->target_var, explained, out->n_directions, n);
    explained = 0;
    for (size_t k = 0; k < out->n_directions; k++) {
        signal[k] -= noise / (double)n;
        explained += signal[k];
    }
    out->signal = signal;
    out->linear_noise_var = fmax(0, out->target_var - explained);
    return SP_OK;
}

static void ranks(sp_features_data *out)
{
    double total = 0, squares = 0, entropy = 0;
    for (size_t k = 0; k < out->n_directions; k++) {
        total += out->spectrum[k];
        squares += out->spectrum[k] * out->spectrum[k];
    }
    for (size_t k = 0; k < out->n_directions; k++)
        entropy -= out->spectrum[k] / total * log(out->spectrum[k] / total);
    out->rank = exp(entropy);
    out->participation = total * total / squares;
}

sp_status sp_features_data_open(sp_run *run, const sp_dataset *data, const sp_features_data_options *o,
                                sp_features_data *out)
{
    size_t n = data->n, d = data->d, kept = o->components && o->components < d ? o->components : d;
    *out = (sp_features_data){.n = n};
    if (n < 10 || d < 2)
        return sp_fail(run, SP_DATA, "%s has %zu rows of %zu numbers: at least 10 rows of 2 are needed", data->name, n, d);
    SP_TRY(sp_need_memory(run, 8.0 * (double)n * (double)(d + 2 * kept) + 24.0 * (double)d * (double)d,
                          "the inputs and their components"));
    double *x = SP_NEW(run, double, n *d), *values = SP_NEW(run, double, d), *vectors = SP_NEW(run, double, d *d);
    double *scores = SP_NEW(run, double, n *kept), *signal = SP_NEW(run, double, kept);
    if (!x || !values || !vectors || !scores || !signal)
        return SP_FAILED;
    SP_TRY(choose_target(run, data, o, out));
    SP_TRY(centre_target(run, out, (double *)out->y));
    SP_TRY(copy_inputs(run, data, x));
    SP_TRY(principal(run, n, d, x, values, vectors));
    double variance = 0;
    for (size_t k = 0; k < kept; k++)
        variance += values[k] / (double)kept;
    if (!(variance > 0))
        return sp_fail(run, SP_DATA, "all rows of %s are equal", data->name);
    SP_TRY(sp_gemm_blocked(run, SP_PLAIN, SP_TRANSPOSED, n, kept, d, 1 / sqrt(variance), x, d, vectors, d, 0, scores, kept));
    out->d = kept;
    for (size_t k = 0; k < kept; k++)
        values[k] /= variance;
    while (out->n_directions < kept && values[out->n_directions] > 1e-10 * values[0])
        out->n_directions++;
    out->spectrum = values;
    ranks(out);
    out->x = scores; /* a rotation of x: Gaussian features do not see it */
    return explain(run, out, signal);
}

sp_status sp_features_data_population(sp_run *run, const sp_features_data *data, sp_population *out)
{
    size_t n = data->n_directions + (data->n_directions < data->d);
    double *c = SP_NEW(run, double, 3 * n), *weight = c + n, *th2 = c + 2 * n;
    if (!c)
        return SP_FAILED;
    for (size_t k = 0; k < data->n_directions; k++) {
        c[k] = data->spectrum[k];
        weight[k] = 1 / (double)data->d;
        th2[k] = data->signal[k] * (double)data->d / data->spectrum[k];
    }
    if (n > data->n_directions)
        weight[n - 1] = 1 - (double)data->n_directions / (double)data->d;
    *out = (sp_population){n, c, weight, th2};
    return SP_OK;
}

/* ---- features --------------------------------------------------------------------------------------- */

enum { ROWS = 512 };

typedef struct {
    const sp_features_data *data;
    const sp_activation *s;
    size_t p;
    const double *f;
    double *u;
} mapping;

static sp_status map_rows(sp_run *run, size_t block, void *context)
{
    (void)run;
    mapping *a = context;
    size_t first = block * ROWS, n = a->data->n - first < ROWS ? a->data->n - first : ROWS, d = a->data->d;
    double *u = a->u + first * a->p;
    sp_gemm(SP_PLAIN, SP_TRANSPOSED, n, a->p, d, 1, a->data->x + first * d, d, a->f, d, 0, u, a->p);
    sp_activation_apply(a->s, n * a->p, u);
    for (size_t i = 0; i < n * a->p; i++)
        u[i] /= sqrt((double)d);
    return SP_OK;
}

sp_status sp_features_data_map(sp_run *run, const sp_features_data *data, const sp_activation *s, size_t p, uint64_t draw,
                               sp_features_map *out)
{
    size_t n = data->n, d = data->d;
    SP_TRY(sp_need_memory(run, 8.0 * (double)p * ((double)n + (double)d + 3 * (double)p), "the features of all rows"));
    double *f = SP_NEW(run, double, p *d), *u = SP_NEW(run, double, n *p), *mean = SP_NEW(run, double, p),
           *covariance = SP_NEW(run, double, p *p);
    double *overlap = SP_NEW(run, double, data->n_targets *p);
    if (!f || !u || !mean || !covariance || !overlap)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(run, "features of data", draw);
    for (size_t i = 0; i < p; i++) { /* row by row: the first features do not depend on p */
        sp_normals(&rng, d, f + i * d);
        for (size_t j = 0; j < d; j++)
            f[i * d + j] /= sqrt((double)d);
    }
    mapping a = {data, s, p, f, u};
    SP_TRY(sp_parallel(run, (n + ROWS - 1) / ROWS, map_rows, &a));
    SP_TRY(sp_rows_mean(run, sp_rows_double(n, p, u), mean));
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < p; j++)
            u[i * p + j] -= mean[j];
    sp_gemm(SP_PLAIN, SP_PLAIN, data->n_targets, p, n, 1 / (double)n, data->y, n, u, p, 0, overlap, p);
    SP_TRY(sp_covariance(run, sp_rows_double(n, p, u), NULL, (double)n, covariance));
    *out = (sp_features_map){p, u, covariance, overlap};
    return SP_OK;
}

sp_status sp_features_map_covariate(sp_run *run, const sp_features_data *data, const sp_features_map *map, size_t p,
                                    sp_target_kind kind, double flip, sp_covariate *out)
{
    double *w = SP_NEW(run, double, p), *t = SP_NEW(run, double, p);
    sp_mark mark = sp_memory_mark(run);
    double *vectors = SP_NEW(run, double, p *p);
    if (!w || !t || !vectors)
        return SP_FAILED;
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < p; j++) /* within the classes: less the outer product of the class mean */
            vectors[i * p + j] =
                map->covariance[i * map->p + j] - (kind == SP_TARGET_CLASSES ? map->overlap[i] * map->overlap[j] : 0);
    SP_TRY(sp_eigen(run, p, vectors, w, vectors));
    double explained = 0, gain = kind == SP_TARGET_SIGN ? (1 - 2 * flip) * sqrt(2 / M_PI) : 1;
    size_t used = 0;
    for (size_t k = 0; k < p; k++) {
        bool keep = w[k] > 1e-12 * w[p - 1];
        w[k] = keep ? w[k] : 0;
        for (size_t c = 0; c < data->n_targets && keep; c++) {
            double projection = 0;
            for (size_t j = 0; j < p; j++)
                projection += vectors[k * p + j] * map->overlap[c * map->p + j];
            t[k] += projection * projection;
        }
        explained += keep ? t[k] / w[k] : 0;
        used += keep;
    }
    sp_memory_release(run, mark);
    /* the adjusted R^2 of the regression; in terms of R^2/(1 - R^2), the distance of the classes, the same correction is
     * linear */
    double n = (double)data->n, noise = 1, scale = fmax(0, 1 - (double)used / n);
    if (kind != SP_TARGET_CLASSES) {
        noise = residual_variance(data->target_var, explained, used, data->n);
        scale = 1;
    }
    explained = 0;
    for (size_t k = 0; k < p; k++) {
        t[k] = (scale * t[k] - noise * w[k] / n) / (gain * gain);
        explained += w[k] > 0 ? t[k] / w[k] : 0;
    }
    if (kind == SP_TARGET_SIGN && explained > 0.999) {
        sp_warn(run, "these labels are more predictable than the sign of a Gaussian field: use --label-model classes");
        for (size_t k = 0; k < p; k++)
            t[k] *= 0.999 / explained;
    }
    *out = (sp_covariate){p, w, t, kind == SP_TARGET_NUMBER ? data->target_var : 1, kind == SP_TARGET_CLASSES};
    return SP_OK;
}

double sp_features_data_error(const sp_features_data *data, double M, double Q)
{
    double share = data->positive, up = M / (2 * share), down = -M / (2 * (1 - share));
    double width = sqrt(fmax(Q - share * up * up - (1 - share) * down * down, 0));
    if (!(width > 0))
        return up + data->offset > 0 && down + data->offset < 0 ? 0 : fmin(share, 1 - share);
    return share * 0.5 * erfc((up + data->offset) / width * M_SQRT1_2) +
           (1 - share) * 0.5 * erfc(-(down + data->offset) / width * M_SQRT1_2);
}
