#include "landscape/sphere_count.h"

#include "math/statistics.h"

#include <math.h>

enum { MAX_POINTS = 1 << 16 };

typedef struct {
    size_t points, starts, by_index[SPHERE_COUNT_MAX_N];
    bool stable;
    int signed_count;
} record;

typedef struct {
    const sphere_count_job *job;
    record *out;
} counting;

static sp_status count_instance(sp_run *worker, size_t instance, void *context)
{
    const counting *c = context;
    const sphere_count_job *job = c->job;
    record *r = &c->out[instance];
    sphere_problem problem;
    sphere_points found;
    SP_TRY(job->create(worker, job->model, instance, &problem));
    SP_TRY(sphere_points_find(worker, &problem, job->stream, instance, job->starts, job->max_starts, MAX_POINTS, &found));
    r->points = found.n;
    r->starts = found.starts;
    r->stable = found.stable;
    r->signed_count = found.signed_count;
    for (size_t k = 0; k < found.n; k++)
        r->by_index[found.v[k].index]++;
    return SP_OK;
}

static void summarise(const counting *c, sp_point_count *count, sp_point_instances *list)
{
    size_t n = c->job->n, instances = c->job->instances, stable = 0, failures = 0;
    sp_moments points = {0}, minima = {0}, logs = {0}, influence = {0}, by_index[SPHERE_COUNT_MAX_N] = {{0}};
    for (size_t i = 0; i < instances; i++) {
        const record *r = &c->out[i];
        list->v[i] = (sp_point_instance){r->points, r->by_index[0], r->starts, r->stable};
        sp_moments_add(&points, (double)r->points);
        sp_moments_add(&minima, (double)r->by_index[0]);
        sp_moments_add(&logs, log((double)r->points));
        for (size_t k = 0; k < n; k++)
            sp_moments_add(&by_index[k], (double)r->by_index[k]);
        stable += r->stable;
        failures += r->signed_count != sphere_euler(n);
    }
    for (size_t i = 0; i < instances; i++) { /* of one instance on the gap */
        double x = (double)c->out[i].points;
        sp_moments_add(&influence, x / points.mean - log(x));
    }
    for (size_t k = 0; k < n; k++)
        list->index[k] = (sp_index_count){by_index[k].mean, sp_moments_se(&by_index[k])};
    count->count = points.mean;
    count->count_se = sp_moments_se(&points);
    count->minima = minima.mean;
    count->minima_se = sp_moments_se(&minima);
    count->log_count = logs.mean;
    count->log_count_se = sp_moments_se(&logs);
    count->gap = log(points.mean) - logs.mean;
    count->gap_se = sp_moments_se(&influence);
    count->stable_share = (double)stable / (double)instances;
    count->euler_failures = (double)failures;
    count->difference_sigmas = (count->count - count->mean_exact) / hypot(count->count_se, count->mean_exact_se);
}

sp_status sphere_count(sp_run *run, const sphere_count_job *job, sp_point_count *count, sp_point_instances *list)
{
    const sp_index_count *exact = job->total_exact;
    *count = (sp_point_count){.mean_exact = exact ? exact->mean : NAN,
                              .mean_exact_se = exact ? exact->se : NAN,
                              .count = NAN,
                              .count_se = NAN,
                              .minima_exact = list->index_exact[0].mean,
                              .minima_exact_se = list->index_exact[0].se,
                              .minima = NAN,
                              .minima_se = NAN,
                              .log_count = NAN,
                              .log_count_se = NAN,
                              .gap = NAN,
                              .gap_se = NAN,
                              .difference_sigmas = NAN,
                              .stable_share = NAN,
                              .euler_failures = NAN};
    if (job->instances == 0)
        return SP_OK;
    counting c = {job, SP_NEW(run, record, job->instances)};
    if (!c.out)
        return SP_FAILED;
    SP_TRY(sp_parallel_resumable(run, "stationary points", job->instances, c.out, sizeof *c.out, count_instance, &c));
    summarise(&c, count, list);
    return SP_OK;
}

sp_status sphere_count_list(sp_run *run, size_t n, size_t instances, sp_point_instances *list)
{
    *list = (sp_point_instances){instances, n, SP_NEW(run, sp_point_instance, instances), SP_NEW(run, sp_index_count, n),
                                 SP_NEW(run, sp_index_count, n)};
    if (!list->v || !list->index || !list->index_exact)
        return SP_FAILED;
    for (size_t k = 0; k < n; k++)
        list->index[k] = list->index_exact[k] = (sp_index_count){NAN, NAN};
    return SP_OK;
}
