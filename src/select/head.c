#include "head.h"

#include "math/linalg.h"
#include "math/optimize.h"
#include "math/special.h"
#include "math/statistics.h"

#include <math.h>
#include <string.h>

static const double RIDGE = 1e-4;

sp_status sp_levels(sp_run *run, size_t n, const double *x, size_t most, size_t *n_levels, double **levels)
{
    double *v = *levels = SP_NEW(run, double, most + 1);
    if (!v)
        return SP_FAILED;
    *n_levels = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = 0;
        while (at < *n_levels && v[at] < x[i])
            at++;
        if (at < *n_levels && v[at] == x[i])
            continue;
        if (*n_levels == most) {
            *n_levels = 0;
            return SP_OK;
        }
        memmove(v + at + 1, v + at, (*n_levels - at) * sizeof *v);
        v[at] = x[i];
        ++*n_levels;
    }
    return SP_OK;
}

sp_status sp_head_loss_levels(sp_run *run, sp_head_loss loss, size_t n, const double *y, size_t *n_levels, double **levels)
{
    *n_levels = 0;
    if (loss == SP_HEAD_SQUARED)
        return SP_OK;
    SP_TRY(sp_levels(run, n, y, SP_LEVELS, n_levels, levels));
    if (loss == SP_HEAD_LOGISTIC && *n_levels == 0)
        return sp_fail(run, SP_USAGE, "the response has more than %d different values: take --loss squared", SP_LEVELS);
    for (size_t k = 0; loss == SP_HEAD_AUTO && *n_levels > 2 && k < *n_levels; k++)
        if ((*levels)[k] != floor((*levels)[k]))
            *n_levels = 0;
    return SP_OK;
}

sp_status sp_target_create(sp_run *run, size_t n, const double *x, size_t n_levels, const double *levels, sp_target *out)
{
    *out = (sp_target){n, n_levels, x, NULL};
    if (n_levels == 0)
        return SP_OK;
    int32_t *class = SP_NEW(run, int32_t, n);
    if (!class)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++) {
        class[i] = -1;
        for (size_t k = 0; k < n_levels; k++)
            if (levels[k] == x[i])
                class[i] = (int32_t)k;
    }
    out->class = class;
    return SP_OK;
}

size_t sp_head_outputs(const sp_target *t) { return t->classes > 2 ? t->classes : 1; }
size_t sp_head_size(const sp_target *t, size_t m) { return sp_head_outputs(t) * (m + 1); }

void sp_head_scores(size_t n, size_t m, size_t outputs, const double *F, const double *head, double *score)
{
    for (size_t k = 0; k < outputs; k++)
        for (size_t i = 0; i < n; i++)
            score[k * n + i] = head[k * (m + 1) + m];
    sp_gemm(SP_PLAIN, SP_PLAIN, outputs, n, m, 1, head, m + 1, F, n, 1, score, n);
}

static double softmax_loss(size_t n, size_t classes, int32_t class, size_t i, double *score)
{
    double largest = score[i], sum = 0, loss;
    for (size_t k = 1; k < classes; k++)
        largest = fmax(largest, score[k * n + i]);
    for (size_t k = 0; k < classes; k++)
        sum += exp(score[k * n + i] - largest);
    loss = log(fmax(1, sum)) + largest - score[(size_t) class * n + i];
    for (size_t k = 0; k < classes; k++)
        score[k * n + i] = exp(score[k * n + i] - largest) / sum - (k == (size_t) class);
    return loss;
}

void sp_head_losses(const sp_target *t, double *score, double *loss)
{
    for (size_t i = 0; i < t->n; i++) {
        if (t->classes == 0) {
            score[i] -= t->y[i];
            loss[i] = 0.5 * score[i] * score[i];
        }
        else if (t->classes <= 2) {
            double sign = t->class[i] > 0 ? 1 : -1;
            loss[i] = sp_softplus(-sign * score[i]);
            score[i] = -sign * sp_sigmoid(-sign * score[i]);
        }
        else
            loss[i] = softmax_loss(t->n, t->classes, t->class[i], i, score);
    }
}

void sp_head_backward(size_t n, size_t m, size_t outputs, const double *F, const double *head, const double *residual,
                      double *gradient, double *dF)
{
    sp_gemm(SP_PLAIN, SP_TRANSPOSED, outputs, m, n, 1, residual, n, F, n, 1, gradient, m + 1);
    for (size_t k = 0; k < outputs; k++)
        for (size_t i = 0; i < n; i++)
            gradient[k * (m + 1) + m] += residual[k * n + i];
    if (dF)
        sp_gemm(SP_TRANSPOSED, SP_PLAIN, m, n, outputs, 1, head, m + 1, residual, n, 1, dF, n);
}

int32_t sp_head_class(const sp_target *t, const double *score, size_t i)
{
    size_t best = 0;
    if (t->classes <= 2)
        return score[i] > 0;
    for (size_t k = 1; k < t->classes; k++)
        if (score[k * t->n + i] > score[best * t->n + i])
            best = k;
    return (int32_t)best;
}

/* ---- fit ------------------------------------------------------------------------------------------------ */

typedef struct {
    const sp_target *target;
    size_t m, outputs;
    const double *F;
    double *score, *loss;
} fit;

static sp_status mean_loss(sp_run *run, size_t size, const double *head, double *value, double *gradient, void *context)
{
    const fit *f = context;
    size_t n = f->target->n;
    (void)run;
    memset(gradient, 0, size * sizeof *gradient);
    *value = 0;
    sp_head_scores(n, f->m, f->outputs, f->F, head, f->score);
    sp_head_losses(f->target, f->score, f->loss);
    for (size_t i = 0; i < n; i++)
        *value += f->loss[i] / (double)n;
    for (size_t i = 0; i < n * f->outputs; i++)
        f->score[i] /= (double)n;
    sp_head_backward(n, f->m, f->outputs, f->F, head, f->score, gradient, NULL);
    for (size_t k = 0; k < size; k++)
        if (k % (f->m + 1) < f->m) {
            *value += RIDGE / 2 * head[k] * head[k];
            gradient[k] += RIDGE * head[k];
        }
    return SP_OK;
}

sp_status sp_head_fit(sp_run *run, const sp_target *t, size_t m, const double *F, double **out)
{
    size_t n = t->n, outputs = sp_head_outputs(t), size = sp_head_size(t, m);
    double *head = *out = SP_NEW(run, double, size);
    if (!head)
        return SP_FAILED;
    sp_mark mark = sp_memory_mark(run);
    fit f = {t, m, outputs, NULL, SP_NEW(run, double, outputs *n), SP_NEW(run, double, n)};
    double *scaled = SP_NEW(run, double, m *n + 1), *mean = SP_NEW(run, double, m), *sd = SP_NEW(run, double, m);
    if (!f.score || !f.loss || !scaled || !mean || !sd)
        return SP_FAILED;
    for (size_t k = 0; k < m; k++) {
        mean[k] = sp_mean(n, F + k * n).value;
        sd[k] = sqrt(sp_variance(n, F + k * n));
        for (size_t i = 0; i < n; i++)
            scaled[k * n + i] = sd[k] > 0 ? (F[k * n + i] - mean[k]) / sd[k] : 0;
    }
    f.F = scaled;
    sp_optimum optimum;
    SP_TRY(sp_minimize_lbfgs(run, size, mean_loss, &f, &(sp_lbfgs_options){.tolerance = 1e-7}, head, &optimum));
    if (!optimum.converged)
        sp_warn(run, "the readout of the features did not converge: gradient %.1g", optimum.gradient);
    for (size_t k = 0; k < outputs; k++)
        for (size_t j = 0; j < m; j++) {
            double *weight = head + k * (m + 1) + j;
            *weight = sd[j] > 0 ? *weight / sd[j] : 0;
            head[k * (m + 1) + m] -= *weight * mean[j];
        }
    sp_memory_release(run, mark);
    return SP_OK;
}
