#include "diffusion/class_scores.h"

#include "diffusion/empirical.h"
#include "spinodal/diffusion.h"

#include "math/neighbours.h"
#include "math/special.h"
#include "math/statistics.h"

#include <math.h>
#include <string.h>

static const double variance_floor = 1e-6; /* of the mean variance: constant coordinates */

static sp_status fit(sp_run *run, sp_class_scores *s)
{
    const sp_dataset *data = s->data;
    size_t K = s->n_classes, d = data->d;
    double *count = SP_NEW(run, double, K), total = 0;
    s->mean = SP_NEW(run, double, K *d);
    s->variance = SP_NEW(run, double, K *d);
    s->log_weight = SP_NEW(run, double, K);
    if (!count || !s->mean || !s->variance || !s->log_weight)
        return SP_FAILED;
    for (size_t i = 0; i < data->n; i++) {
        size_t k = (size_t)data->label[i];
        count[k] += 1;
        for (size_t j = 0; j < d; j++)
            s->mean[k * d + j] += (double)data->x[i * d + j];
    }
    for (size_t k = 0; k < K; k++)
        for (size_t j = 0; j < d; j++)
            s->mean[k * d + j] /= fmax(count[k], 1);
    for (size_t i = 0; i < data->n; i++) {
        size_t k = (size_t)data->label[i];
        for (size_t j = 0; j < d; j++) {
            double x = (double)data->x[i * d + j] - s->mean[k * d + j];
            s->variance[k * d + j] += x * x / fmax(count[k] - 1, 1);
            total += x * x / ((double)data->n * (double)d);
        }
    }
    for (size_t i = 0; i < K * d; i++)
        s->variance[i] = fmax(s->variance[i], variance_floor * total + 1e-300);
    for (size_t k = 0; k < K; k++)
        s->log_weight[k] = count[k] > 0 ? log(count[k] / (double)data->n) : -INFINITY;
    return SP_OK;
}

static sp_status choose_bandwidth(sp_run *run, sp_class_scores *s)
{
    size_t n = s->own->n, *index = SP_NEW(run, size_t, n);
    double *distance = SP_NEW(run, double, n);
    if (!index || !distance)
        return SP_FAILED;
    sp_rows rows = sp_rows_float(n, s->own->d, s->own->x);
    SP_TRY(sp_neighbours(run, rows, rows, 1, true, index, distance));
    s->bandwidth = sqrt(sp_median(run, n, distance).value) / 2;
    return SP_OK;
}

static sp_status rows_of(sp_run *run, const sp_dataset *data, size_t n, const size_t *row, const sp_dataset **out)
{
    size_t d = data->d;
    sp_dataset *own = SP_NEW(run, sp_dataset, 1);
    float *x = SP_NEW(run, float, n *d);
    if (!own || !x)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++)
        memcpy(x + i * d, data->x + row[i] * d, d * sizeof *x);
    *own = *data;
    own->n = n;
    own->x = x;
    own->x64 = NULL;
    own->label = NULL;
    own->target = NULL;
    own->n_classes = 0;
    *out = own;
    return SP_OK;
}

sp_status sp_class_scores_create(sp_run *run, const sp_dataset *data, size_t class, int score, double bandwidth,
                                 sp_class_scores *out)
{
    size_t n = 0, *row = SP_NEW(run, size_t, data->n);
    if (!row)
        return SP_FAILED;
    for (size_t i = 0; i < data->n; i++)
        if ((size_t)data->label[i] == class)
            row[n++] = i;
    *out = (sp_class_scores){
        .data = data, .n_classes = data->n_classes, .class = class, .score = score, .bandwidth = bandwidth};
    if (n < 8)
        return sp_fail(run, SP_DATA, "class %s has %zu points, guidance needs at least 8", data->class_name[class], n);
    SP_TRY(rows_of(run, data, n, row, &out->own));
    SP_TRY(fit(run, out));
    if (score == SP_SCORE_KERNEL && !(bandwidth > 0))
        SP_TRY(choose_bandwidth(run, out));
    return SP_OK;
}

/* 1/B of every class and coordinate, and log w - 1/2 log det B: of one time, for all points. */
typedef struct {
    double *inverse, *offset, *weight;
} fitted;

static void fitted_at(const sp_class_scores *s, double t, const fitted *f)
{
    size_t d = s->data->d, K = s->n_classes;
    double y = exp(-2 * t), delta = sp_noise_variance(t);
    for (size_t k = 0; k < K; k++) {
        double logdet = 0;
        for (size_t j = 0; j < d; j++) {
            double B = delta + y * s->variance[k * d + j];
            f->inverse[k * d + j] = 1 / B;
            logdet += log(B);
        }
        f->offset[k] = s->log_weight[k] - logdet / 2;
    }
}

static void fitted_scores(const sp_class_scores *s, const fitted *f, const double *x, double t, double *conditional,
                          double *all)
{
    size_t d = s->data->d, K = s->n_classes;
    double decay = exp(-t);
    for (size_t k = 0; k < K; k++) {
        double sum = 0;
        for (size_t j = 0; j < d; j++) {
            double r = x[j] - decay * s->mean[k * d + j];
            sum += r * r * f->inverse[k * d + j];
        }
        f->weight[k] = f->offset[k] - sum / 2;
    }
    double log_z = sp_log_sum_exp(K, f->weight);
    memset(all, 0, d * sizeof *all);
    for (size_t k = 0; k < K; k++) {
        double p = exp(f->weight[k] - log_z);
        if (p < 1e-16 && k != s->class)
            continue;
        for (size_t j = 0; j < d; j++) {
            double score = (decay * s->mean[k * d + j] - x[j]) * f->inverse[k * d + j];
            all[j] += p * score;
            if (k == s->class)
                conditional[j] = score;
        }
    }
}

/* weights softmax of -|x - e^{-t} a|^2/(2 V), V = Delta + b^2 e^{-2t}; S = (e^{-t} mean - x)/V */
static sp_status kernel_scores(sp_run *run, const sp_dataset *data, double bandwidth, size_t n, const double *x, double t,
                               double *out)
{
    sp_mark mark = sp_memory_mark(run);
    double V = sp_noise_variance(t) + bandwidth * bandwidth * exp(-2 * t), grow = exp(t), decay = exp(-t);
    double *scaled = SP_NEW(run, double, n * data->d);
    if (!scaled)
        return SP_FAILED;
    for (size_t i = 0; i < n * data->d; i++)
        scaled[i] = grow * x[i];
    sp_logit logit = {SP_LOGIT_GAUSSIAN, decay * decay / (2 * V), 0};
    sp_softmax_problem problem = {.n = data->n,
                                  .d = data->d,
                                  .y = data->x,
                                  .y64 = data->x64,
                                  .n_queries = n,
                                  .x = scaled,
                                  .n_logits = 1,
                                  .logit = &logit,
                                  .mean = true,
                                  .precision = SP_PRECISION_AUTO};
    sp_softmax_result scan;
    SP_TRY(sp_softmax_scan(run, NULL, &problem, &scan));
    for (size_t i = 0; i < n * data->d; i++)
        out[i] = (decay * scan.mean[i] - x[i]) / V;
    sp_memory_release(run, mark);
    return SP_OK;
}

sp_status sp_class_scores_at(sp_run *run, const sp_class_scores *s, size_t n, const double *x, double t, double *conditional,
                             double *all)
{
    size_t d = s->data->d;
    if (s->score == SP_SCORE_KERNEL) {
        SP_TRY(kernel_scores(run, s->own, s->bandwidth, n, x, t, conditional));
        return kernel_scores(run, s->data, s->bandwidth, n, x, t, all);
    }
    sp_mark mark = sp_memory_mark(run);
    fitted f = {SP_NEW(run, double, s->n_classes *d), SP_NEW(run, double, s->n_classes), SP_NEW(run, double, s->n_classes)};
    if (!f.inverse || !f.offset || !f.weight)
        return SP_FAILED;
    fitted_at(s, t, &f);
    for (size_t i = 0; i < n; i++)
        fitted_scores(s, &f, x + i * d, t, conditional + i * d, all + i * d);
    sp_memory_release(run, mark);
    return SP_OK;
}

size_t sp_class_scores_attribute(const sp_class_scores *s, const double *x, double *work)
{
    size_t d = s->data->d, best = 0;
    for (size_t k = 0; k < s->n_classes; k++) {
        double sum = 0;
        for (size_t j = 0; j < d; j++) {
            double r = x[j] - s->mean[k * d + j], v = s->variance[k * d + j];
            sum += r * r / v + log(v);
        }
        work[k] = s->log_weight[k] - sum / 2;
        best = work[k] > work[best] ? k : best;
    }
    return best;
}
