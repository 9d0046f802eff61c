/* Every stationary point of the risk on small random samples, beside the exact mean (spec 22, 3.6). */
#include "landscape/risk_instance.h"
#include "landscape/sphere_count.h"

#include <math.h>

enum { MAX_D = SPHERE_COUNT_MAX_N, MAX_DOUBLINGS = 5 };

typedef struct {
    const risk_loss *loss;
    size_t n, d;
} count_model;

static sp_status create(sp_run *worker, const void *model_, size_t instance, sphere_problem *out)
{
    const count_model *model = model_;
    risk_instance *r = SP_NEW(worker, risk_instance, 1);
    if (!r)
        return SP_FAILED;
    *out = (sphere_problem){.n = model->d,
                            .radius2 = 1,
                            .f = risk_instance_evaluate,
                            .context = r,
                            .max_step = 0.2,
                            .tolerance = 1e-9,
                            .merge = 1e-5};
    return risk_instance_create(worker, model->loss, model->n, model->d, "risk count", instance, r);
}

static sp_status check(sp_run *run, const sp_risk_count_params *p)
{
    if (p->d < 2 || (p->instances && p->d > MAX_D))
        return sp_fail(run, SP_USAGE,
                       "--d must be in [2, %d] to find every point (--instances 0: the exact mean alone, to 32), got %zu",
                       MAX_D, p->d);
    if (p->instances == 1)
        return sp_fail(run, SP_USAGE, "--instances must be 0 or >= 2, got 1");
    return SP_OK;
}

sp_status sp_risk_count(sp_run *run, const sp_risk_count_params *params, sp_risk_count_result *result,
                        sp_point_instances *list)
{
    risk_loss loss = {0};
    sp_index_count exact;
    size_t d = params->d, starts = params->starts ? params->starts : 50 * d;
    SP_TRY(risk_loss_create(run, &params->model, &loss));
    SP_TRY(check(run, params));
    *result = (sp_risk_count_result){.slope = NAN};
    SP_TRY(risk_rows_of(run, params->model.samples_per_dim, d, &result->n_rows));
    SP_TRY(sphere_count_list(run, d, params->instances, list));
    if (!loss.teacher) {
        SP_TRY(sp_risk_exact_mean(run, &params->model, d, params->samples, &exact, list->index_exact));
        result->slope = (log(exact.mean) - 0.5 * log((double)d)) / (double)d;
    }
    count_model model = {&loss, result->n_rows, d};
    sphere_count_job job = {.create = create,
                            .model = &model,
                            .stream = "risk count starts",
                            .n = d,
                            .instances = params->instances,
                            .starts = starts,
                            .max_starts = starts << MAX_DOUBLINGS,
                            .total_exact = loss.teacher ? NULL : &exact};
    return sphere_count(run, &job, &result->counts, list);
}
