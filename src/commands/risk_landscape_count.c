#include "point_count.h"
#include "risk_model.h"

typedef sp_risk_count_params P;
typedef sp_risk_count_result R;

static const sp_param params[] = {
    SP_RISK_OPTIONS,
    SP_SIZE(P, d, "3", SP_BETWEEN(2, 32), "", "dimension; above 12 the exact mean alone"),
    SP_SIZE(P, instances, "60", SP_NONNEGATIVE, "", "random samples (0: the exact mean alone)"),
    SP_SIZE(P, starts, "0", SP_NONNEGATIVE, "",
            "random starts of the first batch (0: 50 d); doubled until nothing new is found"),
    SP_SIZE(P, samples, "50000", SP_AT_LEAST(2), "",
            "Monte Carlo samples of the exact mean (nan with a teacher; heavy tails make its error too small for d > 10)"),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, n_rows, "", "n = samples_per_dim d"),
                                    POINT_COUNT_SCALARS,
                                    SP_OUT(R, slope, "", "(ln(mean_exact) - (1/2) ln d) / d: tends to the complexity"),
                                    {0}};

static sp_status run_risk_landscape_count(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    sp_point_instances list;
    R *r = scalars_;
    SP_TRY(sp_risk_count(run, params_, r, &list));
    return point_count_rows(run, &r->counts, &list, out);
}

const sp_command sp_command_risk_landscape_count = {
    .name = "risk-landscape.count",
    .summary = "All stationary points of the risk on small random samples beside the exact mean number",
    .spec = "22:3.6",
    .params = params,
    .scalars = scalars,
    .tables = point_count_tables,
    .run = run_risk_landscape_count,
    SP_SIZES(P, R),
    .example = "--loss sin(2*y) --samples-per-dim 2 --d 3 --instances 40"};
