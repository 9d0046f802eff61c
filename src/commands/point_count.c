#include "point_count.h"

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
const sp_table_decl point_count_tables[] = {{"by_index", by_index,
                                             "plot index exact,points ylabel points title Stationary points by index",
                                             "How many points of each index an instance has"},
                                            {"instance", instance, NULL, "One row an instance"},
                                            {0}};

sp_status point_count_rows(sp_run *run, const sp_point_count *count, const sp_point_instances *list, sp_result *out)
{
    sp_table *t = sp_result_table(out, "by_index");
    for (size_t k = 0; k < list->n_index; k++)
        SP_TRY(SP_ROW(t, k, list->index_exact[k].mean, list->index[k].mean, list->index[k].se));
    t = sp_result_table(out, "instance");
    for (size_t i = 0; i < list->n; i++)
        SP_TRY(SP_ROW(t, i, list->v[i].points, list->v[i].minima, list->v[i].starts, (double)list->v[i].stable));
    if (count->stable_share < 1)
        sp_result_unconverged(out, "%.0f of %zu instances may have more points: raise --starts",
                              (1 - count->stable_share) * (double)list->n, list->n);
    if (count->euler_failures > 0)
        sp_warn(run, "%.0f of %zu instances miss a point: the count with signs is not the Euler characteristic",
                count->euler_failures, list->n);
    return SP_OK;
}
