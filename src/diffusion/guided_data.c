/* Guided sampling of a class of labelled data (spec 12, 3.3 and 5). */
#include "diffusion/guided_modes.h"
#include "diffusion/guided_quality.h"
#include "spinodal/diffusion.h"

#include "math/linalg.h"
#include "math/time_grid.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 32 };

typedef struct {
    const sp_class_scores *scores;
    sp_guidance g;
    int sampler;
    size_t samples, steps, d;
    const double *times;
    float *out;            /* samples x d */
    double *norm, *factor; /* block x steps: sums over samples */
} experiment;

static void guide(const experiment *e, double t, double *conditional, const double *all, double *norm, double *factor)
{
    double square = 0;
    for (size_t j = 0; j < e->d; j++) {
        double D = conditional[j] - all[j];
        square += D * D;
    }
    *norm = sqrt(square);
    *factor = sp_guidance_acts(&e->g, t) ? sp_guidance_factor(&e->g, *norm) : 0;
    for (size_t j = 0; j < e->d; j++)
        conditional[j] += *factor * (conditional[j] - all[j]);
}

static sp_status run_block(sp_run *worker, size_t block, void *context)
{
    const experiment *e = context;
    size_t first = block * BLOCK, n = e->samples - first < BLOCK ? e->samples - first : BLOCK, d = e->d, size = n * d;
    double *x = SP_NEW(worker, double, size), *own = SP_NEW(worker, double, size), *all = SP_NEW(worker, double, size),
           *kick = SP_NEW(worker, double, size);
    if (!x || !own || !all || !kick)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(worker, "guided data", block);
    sp_normals(&rng, size, x);
    for (size_t k = 0; k < e->steps; k++) {
        double t = e->times[k];
        sp_score_step step = sp_score_step_at(e->sampler, t, e->times[k + 1]);
        SP_TRY(sp_poll(worker));
        SP_TRY(sp_class_scores_at(worker, e->scores, n, x, t, own, all));
        for (size_t i = 0; i < n; i++) {
            double norm, factor;
            guide(e, t, own + i * d, all + i * d, &norm, &factor);
            e->norm[block * e->steps + k] += norm;
            e->factor[block * e->steps + k] += factor;
        }
        if (step.noise > 0)
            sp_normals(&rng, size, kick);
        for (size_t i = 0; i < size; i++)
            x[i] = step.from_x * x[i] + step.from_score * own[i] + step.noise * kick[i];
    }
    for (size_t i = 0; i < size; i++)
        e->out[first * d + i] = (float)x[i];
    return SP_OK;
}

static sp_status check(sp_run *run, const sp_guidance_data_params *p)
{
    sp_guidance g = {.power = p->power, .t_from = p->t_from, .t_to = p->t_to};
    SP_TRY(sp_guidance_check(run, NULL, &g));
    if (!p->data->label)
        return sp_fail(run, SP_DATA, "%s has no labels: guidance needs a class for each row (--labels)", p->data->name);
    if (p->target >= p->data->n_classes)
        return sp_fail(run, SP_DATA, "class %zu is not in the data, which have %zu classes", p->target, p->data->n_classes);
    if (p->data->n_classes < 2)
        sp_warn(run, "the data have one class: both scores agree and guidance has no effect");
    if (p->steps < 4 || p->samples < 8)
        return sp_fail(run, SP_USAGE, "guided sampling needs at least 4 steps and 8 samples");
    if (p->steps < 10)
        sp_warn(run, "fewer than 10 steps: their own error is as large as the effect of guidance");
    return SP_OK;
}

/* Unit vector from the mean of the other classes to that of the class; and the speciation time of the classes. */
static sp_status geometry(sp_run *run, const sp_class_scores *s, double *direction, sp_guidance_data_result *r)
{
    size_t d = s->data->d, K = s->n_classes;
    double *between = SP_NEW(run, double, K *K), *values = SP_NEW(run, double, K), *all = SP_NEW(run, double, d),
           *centred = SP_NEW(run, double, K *d), within = 0, norm = 0;
    if (!between || !values || !all || !centred)
        return SP_FAILED;
    for (size_t k = 0; k < K; k++) {
        double w = exp(s->log_weight[k]);
        for (size_t j = 0; j < d; j++) {
            all[j] += w * s->mean[k * d + j];
            within += w * s->variance[k * d + j] / (double)d;
        }
    }
    for (size_t k = 0; k < K; k++)
        for (size_t j = 0; j < d; j++)
            centred[k * d + j] = sqrt(exp(s->log_weight[k])) * (s->mean[k * d + j] - all[j]);
    sp_gemm(SP_PLAIN, SP_TRANSPOSED, K, K, d, 1, centred, d, centred, d, 0, between, K);
    SP_TRY(sp_eigenvalues(run, K, between, values));
    double Lambda = values[K - 1] / within;
    r->t_S_between = Lambda > 1 ? log(Lambda) / 2 : NAN;
    r->t_from = fmax((Lambda > 1 ? log(Lambda) / 2 : 0) - 2, 0);
    r->t_to = (Lambda > 1 ? log(Lambda) / 2 : 0) + 3;
    for (size_t j = 0; j < d; j++) {
        direction[j] = s->mean[s->class * d + j] - all[j];
        norm += direction[j] * direction[j];
    }
    for (size_t j = 0; j < d; j++)
        direction[j] = norm > 0 ? direction[j] / sqrt(norm) : 1 / sqrt((double)d);
    return SP_OK;
}

static double accuracy_of_data(sp_run *run, const sp_class_scores *s)
{
    size_t right = 0;
    double *x = SP_NEW(run, double, s->data->d), *work = SP_NEW(run, double, s->n_classes);
    if (!x || !work)
        return NAN;
    for (size_t i = 0; i < s->own->n; i++) {
        sp_dataset_row(s->own, i, x);
        right += sp_class_scores_attribute(s, x, work) == s->class;
    }
    return (double)right / (double)s->own->n;
}

static void recommend(const sp_guidance_data_params *p, const sp_guidance_data_detail *detail, sp_guidance_data_result *r)
{
    double best = 0;
    for (size_t i = 0; i < p->omega.n; i++)
        best = fmax(best, detail->quality[i].accuracy);
    double wanted = fmin(0.99, best), least = INFINITY;
    for (size_t i = 0; i < p->omega.n; i++)
        if (detail->quality[i].accuracy >= wanted && fabs(detail->quality[i].shift) < least) {
            least = fabs(detail->quality[i].shift);
            r->omega_recommended = p->omega.v[i];
        }
}

sp_status sp_guidance_data(sp_run *run, const sp_guidance_data_params *p, sp_guidance_data_result *r,
                           sp_guidance_data_detail *detail)
{
    sp_class_scores scores;
    size_t d = p->data->d, steps = p->steps, blocks = (p->samples + BLOCK - 1) / BLOCK;
    SP_TRY(check(run, p));
    SP_TRY(sp_class_scores_create(run, p->data, p->target, p->score, p->bandwidth, &scores));
    *r = (sp_guidance_data_result){.n = p->data->n, .d = d, .n_classes = p->data->n_classes};
    double *direction = SP_NEW(run, double, d), *times = SP_NEW(run, double, steps + 1);
    *detail = (sp_guidance_data_detail){.n_times = steps,
                                        .quality = SP_NEW(run, sp_guided_quality, p->omega.n),
                                        .t = SP_NEW(run, double, p->omega.n *steps),
                                        .norm_D = SP_NEW(run, double, p->omega.n *steps),
                                        .factor = SP_NEW(run, double, p->omega.n *steps),
                                        .samples = SP_NEW(run, float, p->samples *d)};
    double *norm = SP_NEW(run, double, blocks *steps), *factor = SP_NEW(run, double, blocks *steps);
    if (!direction || !times || !detail->quality || !detail->t || !detail->norm_D || !detail->factor || !detail->samples ||
        !norm || !factor)
        return SP_FAILED;
    SP_TRY(geometry(run, &scores, direction, r));
    sp_data_spectrum spectrum;
    SP_TRY(sp_diffusion_spectrum(run, p->data, &spectrum));
    r->bandwidth = p->score == SP_SCORE_KERNEL ? scores.bandwidth : NAN;
    r->accuracy_real = accuracy_of_data(run, &scores);
    sp_linear_geometric_grid(sp_sampler_start(spectrum.eigenvalues.v[0]), 0.5, 1e-4, steps, times);
    for (size_t i = 0; i < p->omega.n; i++) {
        sp_guidance g = {p->omega.v[i], p->power, p->t_from, p->t_to, p->cap};
        experiment e = {&scores, g, p->sampler, p->samples, steps, d, times, detail->samples, norm, factor};
        memset(norm, 0, blocks * steps * sizeof *norm);
        memset(factor, 0, blocks * steps * sizeof *factor);
        sp_progress(run, "guided samples", (double)i / (double)p->omega.n);
        SP_TRY(sp_parallel(run, blocks, run_block, &e));
        for (size_t k = 0; k < steps; k++) {
            detail->t[i * steps + k] = times[k];
            for (size_t b = 0; b < blocks; b++) {
                detail->norm_D[i * steps + k] += norm[b * steps + k] / (double)p->samples;
                detail->factor[i * steps + k] += factor[b * steps + k] / (double)p->samples;
            }
        }
        SP_TRY(sp_guided_quality_measure(run, &scores, direction, p->samples, detail->samples, &detail->quality[i]));
        detail->quality[i].omega = p->omega.v[i];
    }
    recommend(p, detail, r);
    return SP_OK;
}
