#include "spinodal/command.h"
#include "spinodal/memorization.h"

typedef sp_memorization_fraction_params P;
typedef sp_memorization_fraction_result R;
static const sp_param params[] = {
    SP_DATASET(P, data, SP_REQUIRED, "training set"),
    SP_DATASET(P, generated, SP_REQUIRED, "generated samples"),
    SP_DATASET(P, held_out, "", "real samples that were not trained on: the fraction by chance"),
    SP_REAL(P, ratio, "0.333333333333333333", SP_OPEN_FRACTION, "",
            "a copy: its nearest training point is closer than this fraction of the distance to the second nearest"),
    SP_SIZE(P, resamples, "1000", SP_AT_LEAST(2), "", "bootstrap resamples"),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, n, "", "training rows"),
                                    SP_OUT(R, n_generated, "", "generated rows"),
                                    SP_OUT(R, duplicates, "", "training rows left out as copies of others"),
                                    SP_OUT(R, copied, "", "generated rows that are copies"),
                                    SP_OUT(R, f_mem, "", "memorised fraction"),
                                    SP_OUT(R, f_mem_se, "", "standard error, bootstrap"),
                                    SP_OUT(R, f_mem_low, "", "central 95 % of the resamples"),
                                    SP_OUT(R, f_mem_high, "", "their upper end"),
                                    SP_OUT(R, f_mem_wilson_low, "", "95 % Wilson interval"),
                                    SP_OUT(R, f_mem_wilson_high, "", "its upper end"),
                                    SP_OUT(R, f_mem_held_out, "", "the same for held-out real rows: by chance"),
                                    SP_OUT(R, f_mem_held_out_se, "", "standard error"),
                                    SP_OUT(R, ratio_median, "", "median of d1/d2"),
                                    SP_OUT(R, ratio_median_se, "", "standard error"),
                                    {0}};
static const sp_column pairs[] = {{"index", "", "generated row, from 0"},
                                  {"nearest_id", "", "nearest training row, from 0"},
                                  {"d1", "data", "distance to it"},
                                  {"d2", "data", "distance to the second nearest"},
                                  {"ratio", "", "d1/d2"},
                                  {"copied", "", "1: a copy"},
                                  {0}};
static const sp_table_decl tables[] = {
    {"pairs", pairs, "hist ratio bins 40", "Ratios near one are new samples; copies pile up near zero"}, {0}};

static sp_status run_memorization_fraction(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    const sp_copy *copies;
    SP_TRY(sp_memorization_fraction(run, p, scalars_, &copies));
    for (size_t i = 0; i < p->generated->n; i++)
        SP_TRY(SP_ROW(sp_result_table(out, "pairs"), i, copies[i].nearest, copies[i].d1, copies[i].d2, copies[i].ratio,
                      (size_t)copies[i].copied));
    return SP_OK;
}

const sp_command sp_command_memorization_fraction = {
    .name = "memorization.fraction",
    .summary = "Which fraction of generated samples are copies of training points",
    .spec = "09:3.7",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_memorization_fraction,
    SP_SIZES(P, R),
    .example = "gen:gaussian,d=8,n=500 --generated gen:gaussian,d=8,n=300,seed=2 --held-out gen:gaussian,d=8,n=300,seed=3"};
