/* Collapse measured on simulated isotropic Gaussian data sets. */
#include "diffusion/empirical.h"
#include "spinodal/diffusion.h"

#include "math/statistics.h"

#include <math.h>

typedef enum { PHI, SEED, ENTROPY, QUANTITIES } quantity;

typedef struct {
    double of[QUANTITIES]; /* means over the queries of one data set */
} set_mean;

typedef struct {
    size_t n, d, queries;
    double spread;
    sp_vec t;
    set_mean *means; /* [set][time] */
} simulation;

static sp_status one_set(sp_run *worker, size_t set, void *context)
{
    simulation *s = context;
    double *x = SP_NEW(worker, double, s->n * s->d);
    if (!x)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(worker, "collapse data", set);
    sp_normals(&rng, s->n * s->d, x);
    for (size_t i = 0; i < s->n * s->d; i++)
        x[i] *= s->spread;
    sp_dataset data = {.n = s->n, .d = s->d, .x64 = x};
    sp_noised noised;
    sp_softmax_result scan;
    SP_TRY(sp_noised_points(worker, &data, s->queries, sp_format(worker, "collapse noise %zu", set), &noised));
    SP_TRY(sp_empirical_scan(worker, NULL, &data, &noised, s->t, &scan));
    for (size_t i = 0; i < s->t.n; i++) {
        set_mean *mean = &s->means[set * s->t.n + i];
        for (size_t q = 0; q < s->queries; q++) {
            const sp_softmax_stat *stat = &scan.stat[q * s->t.n + i];
            mean->of[PHI] += stat->sum_w2 / (double)s->queries;
            mean->of[SEED] += stat->w_seed / (double)s->queries;
            mean->of[ENTROPY] += stat->entropy / (double)s->queries;
        }
    }
    return SP_OK;
}

/* Mean and its error over the sets. */
static sp_estimate average(const simulation *s, size_t sets, size_t time, quantity what)
{
    sp_moments m = {0};
    for (size_t i = 0; i < sets; i++)
        sp_moments_add(&m, s->means[i * s->t.n + time].of[what]);
    return (sp_estimate){m.mean, sp_moments_se(&m)};
}

sp_status sp_collapse_simulate(sp_run *run, const sp_collapse_model *model, const sp_collapse_simulation *size, sp_vec t,
                               sp_collapse_measured *out)
{
    simulation s = {
        .n = (size_t)round(model->n), .d = model->d, .queries = size->queries, .spread = sqrt(model->data_var), .t = t};
    if (model->class_fraction != 1)
        return sp_fail(run, SP_USAGE, "only one class is simulated: --simulate needs --class-fraction 1");
    if (size->sets < 2 || size->queries < 1)
        return sp_fail(run, SP_USAGE, "a simulation needs at least 2 data sets (for the error) and 1 query");
    SP_TRY(sp_need_memory(run, (double)sp_run_threads(run) * model->n * (double)model->d * 8, "the simulated data sets"));
    s.means = SP_NEW(run, set_mean, size->sets * t.n);
    if (!s.means)
        return SP_FAILED;
    SP_TRY(sp_parallel_resumable(run, "simulated data sets", size->sets, s.means, t.n * sizeof(set_mean), one_set, &s));
    for (size_t i = 0; i < t.n; i++) {
        sp_estimate phi = average(&s, size->sets, i, PHI), seed = average(&s, size->sets, i, SEED);
        sp_estimate entropy = average(&s, size->sets, i, ENTROPY);
        double d = (double)s.d;
        out[i] = (sp_collapse_measured){phi.value, phi.se, seed.value, seed.se, entropy.value / d, entropy.se / d};
    }
    return SP_OK;
}
