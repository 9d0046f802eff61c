#include "landscape_model.h"
#include "point_count.h"

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
    POINT_COUNT_SCALARS, SP_OUT(R, closed_form, "", "exact mean in closed form (no signal, pure, N = 2 or 3)"), {0}};

static sp_status run_landscape_count(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    sp_point_instances list;
    R *r = scalars_;
    SP_TRY(sp_landscape_count(run, params_, r, &list));
    return point_count_rows(run, &r->counts, &list, out);
}

const sp_command sp_command_landscape_count = {
    .name = "landscape.count",
    .summary = "All stationary points of small random landscapes beside the exact mean number",
    .spec = "31:3.9",
    .params = params,
    .scalars = scalars,
    .tables = point_count_tables,
    .run = run_landscape_count,
    SP_SIZES(P, R),
    .example = "--N 4 --p 3 --k 2 --r 1 --instances 40 --starts 50"};
