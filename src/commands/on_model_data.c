#include "spinodal/command.h"
#include "spinodal/on_model.h"

typedef sp_on_data_params P;
typedef sp_on_data_result R;
static const sp_param params[] = {
    SP_DATASET(P, data, SP_REQUIRED, "fields, one a row"),
    SP_TEXT(P, shape, "", "lengths of a field such as 64x64 (default: that of the images)"),
    SP_VEC(P, t, "0.01,0.1,0.5,1,2", SP_POSITIVE, "OU time", "diffusion times"),
    SP_REAL(P, eps, "0.01", SP_OPEN_FRACTION, "", "training stops at this fraction of the excess loss"),
    SP_REAL(P, rate_over_max, "0.5", SP_OPEN_FRACTION, "", "one layer: rate times Gamma_max"),
    SP_REAL(P, eta, "0.1", ((sp_range){0, 0.5, true, true}), "", "two layers: rate"),
    SP_REAL(P, floor, "0.01", SP_OPEN_FRACTION, "", "relative excess loss that a local kernel may leave"),
    SP_SIZE(P, max_radius, "4", SP_BETWEEN(1, 20), "sites", "largest window tried"),
    SP_FLAG(P, shells, "average the spectrum over shells of |k| (few fields, isotropic)"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, fields, "", "fields"),
    SP_OUT(R, sites, "", "sites of a field"),
    SP_OUT(R, dim, "", "dimension"),
    SP_OUT(R, condition, "", "condition number at the first time"),
    SP_OUT(R, condition_se, "", "standard error"),
    SP_OUT(R, steps1, "", "predicted steps of one layer, first time"),
    SP_OUT(R, steps2, "", "of two layers"),
    SP_OUT(R, temperature_fit, "", "C = T/(khat2 + mass^2) at long waves: T"),
    SP_OUT(R, temperature_fit_se, "", "standard error"),
    SP_OUT(R, mass_fit, "1/site", "mass; absent: none fits (critical or not of this form)"),
    SP_OUT(R, mass_fit_se, "1/site", "standard error"),
    SP_OUT(R, slope, "", "slope of log C in log khat2 at long waves: -1 for a free critical field"),
    SP_OUT(R, slope_se, "", "standard error"),
    SP_OUT(R, edge_jump, "", "difference across the border over that of neighbours: 1 for periodic fields"),
    {0}};
static const sp_column times[] = {{"t", "OU time", "diffusion time"},
                                  {"gamma_max", "", "largest variance of a mode"},
                                  {"gamma_min", "", "smallest"},
                                  {"condition", "", "condition number, their ratio"},
                                  {"steps1", "", "steps of one layer"},
                                  {"steps2", "", "steps of two layers"},
                                  {"R_needed", "sites", "radius of a local kernel that leaves less than `floor`"},
                                  {"relative", "", "excess loss it leaves (or the largest window tried)"},
                                  {0}};
static const sp_column modes[] = {
    {"k", "1/site", "sqrt(khat2)"}, {"C", "data^2", "variance of the mode"}, {"C_se", "data^2", "standard error"}, {0}};
static const sp_table_decl tables[] = {
    {"times", times, "plot t steps1,steps2 logx logy; plot t R_needed logx", "Predicted training steps of linear scores"},
    {"modes", modes, "plot k C logx logy", "Spectrum of the fields (second-order statistics only)"},
    {0}};

static sp_status run_on_model_data(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    sp_field_lattice l;
    double *se;
    sp_on_data_row *rows = SP_NEW(run, sp_on_data_row, p->t.n);
    if (!rows)
        return SP_FAILED;
    SP_TRY(sp_on_data(run, p, scalars_, &l, &se, rows));
    for (size_t i = 0; i < p->t.n; i++) {
        const sp_on_data_row *r = &rows[i];
        SP_TRY(SP_ROW(sp_result_table(out, "times"), r->t, r->gamma_max, r->gamma_min, r->condition, r->steps1, r->steps2,
                      r->radius, r->relative));
    }
    for (size_t k = 0; k < l.n_modes; k++)
        SP_TRY(SP_ROW(sp_result_table(out, "modes"), sqrt(l.k2[k]), l.C[k], se[k]));
    return SP_OK;
}

const sp_command sp_command_on_model_data = {
    .name = "on-model.data",
    .summary = "Spectrum of the user's fields: condition number, training steps, radius of local kernels",
    .spec = "04:5",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_on_model_data,
    SP_SIZES(P, R),
    .example = "gen:gaussian,d=64,n=200 --shape 8x8 --max-radius 2"};
