#include "risk_model.h"

typedef sp_risk_count_params P;
typedef sp_risk_count_result R;

static const sp_param params[] = {
    SP_RISK_OPTIONS,
    SP_SIZE(P, d, "3", SP_BETWEEN(2, 32), "", "dimension; above 12 the exact mean alone"),
    SP_SIZE(P, instances, "60", SP_NONNEGATIVE, "", "random samples (0: the exact mean alone)"),
    SP_SIZE(P, starts, "0", SP_NONNEGATIVE, "",
            "random starts of the first batch (0: 50 d); doubled until nothing new is found"),
    SP_SIZE(P, samples, "50000", SP_AT_LEAST(2), "", "Monte Carlo samples of the exact mean"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, n_rows, "", "n = samples_per_dim d"),
    SP_OUT(R, mean_exact, "", "exact mean number of stationary points at this n and d (Kac-Rice); nan with a teacher"),
    SP_OUT(R, mean_exact_se, "", "standard error (heavy tails: too small for d > 10)"),
    SP_OUT(R, count, "", "points found per sample"),
    SP_OUT(R, count_se, "", "standard error"),
    SP_OUT(R, minima_exact, "", "exact mean number of minima"),
    SP_OUT(R, minima_exact_se, "", "standard error"),
    SP_OUT(R, minima, "", "minima found per sample"),
    SP_OUT(R, minima_se, "", "standard error"),
    SP_OUT(R, log_count, "", "mean of the ln of the number"),
    SP_OUT(R, log_count_se, "", "standard error"),
    SP_OUT(R, gap, "", "ln(mean number) - mean ln(number): how far the typical sample is below the mean"),
    SP_OUT(R, gap_se, "", "standard error"),
    SP_OUT(R, slope, "", "(ln(mean_exact) - (1/2) ln d) / d: tends to the complexity"),
    SP_OUT(R, difference_sigmas, "", "(count - mean_exact) in standard errors"),
    SP_OUT(R, stable_share, "", "samples whose set no longer grew when the starts were doubled"),
    SP_OUT(R, euler_failures, "", "samples whose count with signs is not the Euler characteristic of the sphere"),
    {0}};
static const sp_column by_index[] = {{"index", "", "number of negative Hessian eigenvalues"},
                                     {"exact", "", "exact mean number of points"},
                                     {"points", "", "mean number of points found"},
                                     {"points_se", "", "standard error"},
                                     {0}};
static const sp_column instance[] = {{"instance", "", "number"},
                                     {"points", "", "stationary points found"},
                                     {"minima", "", "minima among them"},
                                     {"starts", "", "starts used"},
                                     {"stable", "", "1: the last doubling of the starts found nothing new"},
                                     {0}};
static const sp_table_decl tables[] = {{"by_index", by_index,
                                        "plot index exact,points ylabel points title Stationary points by index",
                                        "How many points of each index a sample has"},
                                       {"instance", instance, NULL, "One row a sample"},
                                       {0}};

static sp_status run_risk_landscape_count(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    sp_risk_instances list;
    R *r = scalars_;
    SP_TRY(sp_risk_count(run, params_, r, &list));
    sp_table *t = sp_result_table(out, "by_index");
    for (size_t k = 0; k < list.n_index; k++)
        SP_TRY(SP_ROW(t, k, list.index_exact[k].mean, list.index[k].mean, list.index[k].se));
    t = sp_result_table(out, "instance");
    for (size_t i = 0; i < list.n; i++)
        SP_TRY(SP_ROW(t, i, list.v[i].points, list.v[i].minima, list.v[i].starts, (double)list.v[i].stable));
    if (r->stable_share < 1)
        sp_result_unconverged(out, "%.0f of %zu samples may have more points: raise --starts",
                              (1 - r->stable_share) * (double)list.n, list.n);
    if (r->euler_failures > 0)
        sp_warn(run, "%.0f of %zu samples miss a point: the count with signs is not the Euler characteristic",
                r->euler_failures, list.n);
    return SP_OK;
}

const sp_command sp_command_risk_landscape_count = {
    .name = "risk-landscape.count",
    .summary = "All stationary points of the risk on small random samples beside the exact mean number",
    .spec = "22:3.6",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_risk_landscape_count,
    SP_SIZES(P, R),
    .example = "--loss sin(2*y) --samples-per-dim 2 --d 3 --instances 40"};
