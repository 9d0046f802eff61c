/* Every stationary point of the risk on small random samples, beside the exact mean (spec 22, 3.6). */
#include "landscape/risk_instance.h"
#include "landscape/sphere_points.h"

#include "math/statistics.h"

#include <math.h>

enum { MAX_D = 12, MAX_DOUBLINGS = 5, MAX_POINTS = 1 << 16 };

typedef struct {
    size_t points, starts, by_index[MAX_D];
    bool stable;
    int signed_count;
} instance_record;

typedef struct {
    const risk_loss *loss;
    const sp_risk_count_params *params;
    size_t n, starts;
    instance_record *out;
} count_job;

static sp_status count_instance(sp_run *worker, size_t number, void *context)
{
    const count_job *job = context;
    instance_record *record = &job->out[number];
    size_t d = job->params->d;
    risk_instance instance;
    SP_TRY(risk_instance_create(worker, job->loss, job->n, d, "risk count", number, &instance));
    sphere_problem problem = {.n = d,
                              .radius2 = 1,
                              .f = risk_instance_evaluate,
                              .context = &instance,
                              .max_step = 0.2,
                              .tolerance = 1e-9,
                              .merge = 1e-5};
    sphere_points found;
    SP_TRY(sphere_points_find(worker, &problem, "risk count starts", number, job->starts, job->starts << MAX_DOUBLINGS,
                              MAX_POINTS, &found));
    record->points = found.n;
    record->starts = found.starts;
    record->stable = found.stable;
    record->signed_count = found.signed_count;
    for (size_t k = 0; k < found.n; k++)
        record->by_index[found.v[k].index]++;
    return SP_OK;
}

static sp_status exact(sp_run *run, const sp_risk_count_params *p, sp_risk_count_result *r, sp_risk_instances *list)
{
    sp_risk_index_count total;
    SP_TRY(sp_risk_exact_mean(run, &p->model, p->d, p->samples, &total, list->index_exact));
    r->mean_exact = total.mean;
    r->mean_exact_se = total.se;
    r->minima_exact = list->index_exact[0].mean;
    r->minima_exact_se = list->index_exact[0].se;
    r->slope = (log(total.mean) - 0.5 * log((double)p->d)) / (double)p->d;
    return SP_OK;
}

static void summarise(const count_job *job, sp_risk_count_result *r, sp_risk_instances *list)
{
    size_t d = job->params->d, instances = job->params->instances, stable = 0;
    sp_moments points = {0}, minima = {0}, logs = {0}, by_index[MAX_D] = {{0}};
    for (size_t i = 0; i < instances; i++) {
        const instance_record *v = &job->out[i];
        list->v[i] = (sp_risk_instance){v->points, v->by_index[0], v->starts, v->stable};
        sp_moments_add(&points, (double)v->points);
        sp_moments_add(&minima, (double)v->by_index[0]);
        sp_moments_add(&logs, log((double)v->points));
        for (size_t k = 0; k < d; k++)
            sp_moments_add(&by_index[k], (double)v->by_index[k]);
        stable += v->stable;
        r->euler_failures += v->signed_count != sphere_euler(d);
    }
    for (size_t k = 0; k < d; k++)
        list->index[k] = (sp_risk_index_count){by_index[k].mean, sp_moments_se(&by_index[k])};
    r->stable_share = (double)stable / (double)instances;
    r->count = points.mean;
    r->count_se = sp_moments_se(&points);
    r->minima = minima.mean;
    r->minima_se = sp_moments_se(&minima);
    r->log_count = logs.mean;
    r->log_count_se = sp_moments_se(&logs);
    r->gap = log(points.mean) - logs.mean;
    /* of ln(count / <count>) - (count / <count> - 1), the influence of one instance on the gap */
    sp_moments influence = {0};
    for (size_t i = 0; i < instances; i++) {
        double x = (double)job->out[i].points;
        sp_moments_add(&influence, x / points.mean - log(x));
    }
    r->gap_se = sp_moments_se(&influence);
}

sp_status sp_risk_count(sp_run *run, const sp_risk_count_params *params, sp_risk_count_result *result,
                        sp_risk_instances *list)
{
    risk_loss loss = {0};
    SP_TRY(risk_loss_create(run, &params->model, &loss));
    if (params->d < 2 || (params->instances && params->d > MAX_D))
        return sp_fail(run, SP_USAGE,
                       "--d must be in [2, %d] to find every point (--instances 0: the exact mean alone, to 32), got %zu",
                       MAX_D, params->d);
    if (params->instances == 1)
        return sp_fail(run, SP_USAGE, "--instances must be 0 or >= 2, got 1");
    count_job job = {.loss = &loss, .params = params, .starts = params->starts ? params->starts : 50 * params->d};
    SP_TRY(risk_rows_of(run, params->model.samples_per_dim, params->d, &job.n));
    job.out = SP_NEW(run, instance_record, params->instances);
    *list = (sp_risk_instances){params->instances, params->d, SP_NEW(run, sp_risk_instance, params->instances),
                                SP_NEW(run, sp_risk_index_count, params->d), SP_NEW(run, sp_risk_index_count, params->d)};
    if (!job.out || !list->v || !list->index || !list->index_exact)
        return SP_FAILED;
    *result = (sp_risk_count_result){
        .n_rows = job.n, .mean_exact = NAN, .mean_exact_se = NAN, .minima_exact = NAN, .minima_exact_se = NAN, .slope = NAN};
    for (size_t k = 0; k < params->d; k++)
        list->index[k] = list->index_exact[k] = (sp_risk_index_count){NAN, NAN};
    if (!loss.teacher)
        SP_TRY(exact(run, params, result, list));
    if (params->instances == 0) {
        result->count = result->count_se = result->minima = result->minima_se = result->log_count = result->log_count_se =
            NAN;
        result->gap = result->gap_se = result->difference_sigmas = result->stable_share = result->euler_failures = NAN;
        return SP_OK;
    }
    SP_TRY(
        sp_parallel_resumable(run, "stationary points", params->instances, job.out, sizeof *job.out, count_instance, &job));
    summarise(&job, result, list);
    result->difference_sigmas = (result->count - result->mean_exact) / hypot(result->count_se, result->mean_exact_se);
    return SP_OK;
}
