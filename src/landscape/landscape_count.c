/* Every stationary point of small random instances, beside the exact mean (spec 31, 3.9). */
#include "landscape/random_landscape.h"
#include "landscape/sphere_points.h"

#include "math/statistics.h"

#include <math.h>

enum { MAX_N = 12, MAX_DOUBLINGS = 6, MAX_POINTS = 1 << 16 };

typedef struct {
    size_t points, starts, by_index[MAX_N];
    bool stable;
    int signed_count;
} instance_record;

typedef struct {
    const gaussian_landscape *g;
    const sp_landscape_count_params *params;
    instance_record *out;
} count_job;

static sp_status count_instance(sp_run *worker, size_t instance, void *context)
{
    const count_job *job = context;
    instance_record *record = &job->out[instance];
    size_t N = job->params->N, starts = job->params->starts;
    random_landscape l;
    SP_TRY(random_landscape_create(worker, job->g, N, "landscape count", instance, &l));
    sphere_problem problem = {.n = N,
                              .radius2 = (double)N,
                              .f = random_landscape_evaluate,
                              .context = &l,
                              .max_step = 1,
                              .tolerance = 1e-9,
                              .merge = 1e-5};
    sphere_points found;
    SP_TRY(sphere_points_find(worker, &problem, "landscape count starts", instance, starts, starts << MAX_DOUBLINGS,
                              MAX_POINTS, &found));
    record->points = found.n;
    record->starts = found.starts;
    record->stable = found.stable;
    record->signed_count = found.signed_count;
    for (size_t k = 0; k < found.n; k++)
        record->by_index[found.v[k].index]++;
    return SP_OK;
}

static double closed_form(const gaussian_landscape *g, size_t N)
{
    if (!g->pure || g->signal.degree > 0)
        return NAN;
    double p = g->p;
    return N == 2 ? 2 * sqrt(3 * p - 2) : N == 3 ? 2 * (1 + 4 * pow(p - 1, 1.5) / sqrt(3 * p - 2)) : NAN;
}

static sp_status check(sp_run *run, const sp_landscape_count_params *p)
{
    if (p->N < 2 || p->N > MAX_N)
        return sp_fail(run, SP_USAGE, "--N must be in [2, %d] to find every point, got %zu", MAX_N, p->N);
    if (p->instances < 2)
        return sp_fail(run, SP_USAGE, "--instances must be >= 2, got %zu", p->instances);
    if (p->starts < 1)
        return sp_fail(run, SP_USAGE, "--starts must be >= 1");
    return SP_OK;
}

sp_status sp_landscape_count(sp_run *run, const sp_landscape_count_params *params, sp_landscape_count_result *result,
                             sp_landscape_instances *list)
{
    gaussian_landscape g;
    SP_TRY(gaussian_landscape_create(run, &params->model, &g));
    SP_TRY(check(run, params));
    *result = (sp_landscape_count_result){.closed_form = closed_form(&g, params->N)};
    count_job job = {&g, params, SP_NEW(run, instance_record, params->instances)};
    *list = (sp_landscape_instances){params->instances, params->N, SP_NEW(run, sp_landscape_instance, params->instances),
                                     SP_NEW(run, sp_landscape_index_count, params->N),
                                     SP_NEW(run, sp_landscape_index_count, params->N)};
    if (!job.out || !list->v || !list->index || !list->index_exact)
        return SP_FAILED;
    sp_landscape_index_count exact;
    SP_TRY(
        sp_landscape_exact_mean(run, &params->model, params->N, params->samples, params->nodes, &exact, list->index_exact));
    result->mean_exact = exact.mean;
    result->mean_exact_se = exact.se;
    result->minima_exact = list->index_exact[0].mean;
    result->minima_exact_se = list->index_exact[0].se;
    SP_TRY(
        sp_parallel_resumable(run, "stationary points", params->instances, job.out, sizeof *job.out, count_instance, &job));

    size_t stable = 0;
    sp_moments points = {0}, minima = {0}, logs = {0}, by_index[MAX_N] = {{0}};
    for (size_t i = 0; i < params->instances; i++) {
        const instance_record *r = &job.out[i];
        list->v[i] = (sp_landscape_instance){r->points, r->by_index[0], r->starts, r->stable};
        sp_moments_add(&points, (double)r->points);
        sp_moments_add(&minima, (double)r->by_index[0]);
        sp_moments_add(&logs, log((double)r->points));
        for (size_t k = 0; k < params->N; k++)
            sp_moments_add(&by_index[k], (double)r->by_index[k]);
        stable += r->stable;
        result->euler_failures += r->signed_count != sphere_euler(params->N);
    }
    result->stable_share = (double)stable / (double)params->instances;
    result->count = points.mean;
    result->count_se = sp_moments_se(&points);
    result->minima = minima.mean;
    result->minima_se = sp_moments_se(&minima);
    result->log_count = logs.mean;
    result->log_count_se = sp_moments_se(&logs);
    for (size_t k = 0; k < params->N; k++)
        list->index[k] = (sp_landscape_index_count){by_index[k].mean, sp_moments_se(&by_index[k])};
    result->difference_sigmas = (result->count - result->mean_exact) / hypot(result->count_se, result->mean_exact_se);
    return SP_OK;
}
