#include "landscape_model.h"

typedef sp_landscape_count_params P;
typedef sp_landscape_count_result R;

static const sp_param params[] = {
    SP_LANDSCAPE_OPTIONS,
    SP_SIZE(P, N, "4", SP_BETWEEN(2, 12), "", "dimension"),
    SP_SIZE(P, instances, "100", SP_AT_LEAST(2), "", "random landscapes"),
    SP_SIZE(P, starts, "100", SP_AT_LEAST(1), "", "random starts of the first batch; doubled until nothing new is found"),
    SP_SIZE(P, samples, "100000", SP_AT_LEAST(2), "", "Monte Carlo samples of the exact mean"),
    SP_SIZE(P, nodes, "60", SP_AT_LEAST(4), "", "nodes in the overlap of the exact mean"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, mean_exact, "", "exact mean number of stationary points at this N (Kac-Rice)"),
    SP_OUT(R, mean_exact_se, "", "standard error"),
    SP_OUT(R, count, "", "points found per instance"),
    SP_OUT(R, count_se, "", "standard error"),
    SP_OUT(R, minima_exact, "", "exact mean number of minima"),
    SP_OUT(R, minima_exact_se, "", "standard error"),
    SP_OUT(R, minima, "", "minima found per instance"),
    SP_OUT(R, minima_se, "", "standard error"),
    SP_OUT(R, log_count, "", "mean of the ln of the number"),
    SP_OUT(R, log_count_se, "", "standard error"),
    SP_OUT(R, difference_sigmas, "", "(count - mean_exact) in standard errors"),
    SP_OUT(R, stable_share, "", "instances whose set no longer grew when the starts were doubled"),
    SP_OUT(R, euler_failures, "", "instances whose count with signs is not the Euler characteristic of the sphere"),
    SP_OUT(R, closed_form, "", "exact mean in closed form (no signal, pure, N = 2 or 3)"),
    {0}};
static const sp_column instance[] = {{"instance", "", "number"},
                                     {"points", "", "stationary points found"},
                                     {"minima", "", "minima among them"},
                                     {"starts", "", "starts used"},
                                     {"stable", "", "1: the last doubling of the starts found nothing new"},
                                     {0}};
static const sp_column by_index[] = {{"index", "", "number of negative Hessian eigenvalues"},
                                     {"exact", "", "exact mean number of points"},
                                     {"points", "", "mean number of points found"},
                                     {"points_se", "", "standard error"},
                                     {0}};
static const sp_table_decl tables[] = {{"by_index", by_index,
                                        "plot index exact,points ylabel points title Stationary points by index",
                                        "How many points of each index an instance has"},
                                       {"instance", instance, NULL, "One row an instance"},
                                       {0}};

static sp_status run_landscape_count(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    sp_landscape_instances list;
    R *r = scalars_;
    SP_TRY(sp_landscape_count(run, params_, r, &list));
    sp_table *t = sp_result_table(out, "instance");
    for (size_t i = 0; i < list.n; i++)
        SP_TRY(SP_ROW(t, i, list.v[i].points, list.v[i].minima, list.v[i].starts, (double)list.v[i].stable));
    t = sp_result_table(out, "by_index");
    for (size_t k = 0; k < list.n_index; k++)
        SP_TRY(SP_ROW(t, k, list.index_exact[k].mean, list.index[k].mean, list.index[k].se));
    if (r->stable_share < 1)
        sp_result_unconverged(out, "%.0f of %zu instances may have more points: raise --starts",
                              (1 - r->stable_share) * (double)list.n, list.n);
    if (r->euler_failures > 0)
        sp_warn(run, "%.0f of %zu instances miss a point: the count with signs is not the Euler characteristic",
                r->euler_failures, list.n);
    return SP_OK;
}

const sp_command sp_command_landscape_count = {
    .name = "landscape.count",
    .summary = "All stationary points of small random landscapes beside the exact mean number",
    .spec = "31:3.9",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_landscape_count,
    SP_SIZES(P, R),
    .example = "--N 4 --p 3 --k 2 --r 1 --instances 40 --starts 50"};
