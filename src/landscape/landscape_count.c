/* Every stationary point of small random instances, beside the exact mean (spec 31, 3.9). */
#include "landscape/random_landscape.h"
#include "landscape/sphere_count.h"

#include <math.h>

enum { MAX_N = SPHERE_COUNT_MAX_N, MAX_DOUBLINGS = 6 };

typedef struct {
    const gaussian_landscape *g;
    size_t N;
} count_model;

static sp_status create(sp_run *worker, const void *model_, size_t instance, sphere_problem *out)
{
    const count_model *model = model_;
    random_landscape *l = SP_NEW(worker, random_landscape, 1);
    if (!l)
        return SP_FAILED;
    *out = (sphere_problem){.n = model->N,
                            .radius2 = (double)model->N,
                            .f = random_landscape_evaluate,
                            .context = l,
                            .max_step = 1,
                            .tolerance = 1e-9,
                            .merge = 1e-5};
    return random_landscape_create(worker, model->g, model->N, "landscape count", instance, l);
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
                             sp_point_instances *list)
{
    gaussian_landscape g;
    sp_index_count exact;
    SP_TRY(gaussian_landscape_create(run, &params->model, &g));
    SP_TRY(check(run, params));
    SP_TRY(sphere_count_list(run, params->N, params->instances, list));
    SP_TRY(
        sp_landscape_exact_mean(run, &params->model, params->N, params->samples, params->nodes, &exact, list->index_exact));
    count_model model = {&g, params->N};
    sphere_count_job job = {.create = create,
                            .model = &model,
                            .stream = "landscape count starts",
                            .n = params->N,
                            .instances = params->instances,
                            .starts = params->starts,
                            .max_starts = params->starts << MAX_DOUBLINGS,
                            .total_exact = &exact};
    result->closed_form = closed_form(&g, params->N);
    return sphere_count(run, &job, &result->counts, list);
}
