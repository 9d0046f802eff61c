#include "on_model_options.h"

typedef sp_on_theory_params P;
typedef sp_on_theory_result R;
static const sp_param params[] = {
    ON_MODEL_LATTICE(P, "64"),
    SP_VEC(P, t, "0.001,0.01,0.1,0.5,1,2,3", SP_POSITIVE, "OU time", "diffusion times"),
    SP_REAL(P, eps, "0.01", SP_OPEN_FRACTION, "", "training stops at this fraction of the excess loss"),
    SP_REAL(P, rate_over_max, "0.5", SP_OPEN_FRACTION, "", "one layer: rate times Gamma_max (stable below 1)"),
    SP_REAL(P, eta, "0.1", ((sp_range){0, 0.5, true, true}), "", "two layers: rate (loss per site, gradient times N)"),
    SP_SIZE(P, radius, "0", SP_NONNEGATIVE, "", "local kernels up to this radius (0: none)"),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, mass2, "", "squared mass"),
                                    SP_OUT(R, mass_L, "", "mass times L: constant at criticality"),
                                    SP_OUT(R, temperature, "", "temperature"),
                                    SP_OUT(R, susceptibility, "", "C_0 = T/mass2"),
                                    SP_OUT(R, correlation_length, "sites", "along an axis"),
                                    SP_OUT(R, site_variance, "", "<phi^2>"),
                                    SP_OUT(R, modes, "", "modes computed, up to symmetry"),
                                    {0}};
static const sp_column times[] = {{"t", "OU time", "diffusion time"},
                                  {"gamma_max", "", "largest variance of a mode"},
                                  {"gamma_min", "", "smallest"},
                                  {"condition", "", "condition number, their ratio"},
                                  {"steps1", "", "steps of one layer"},
                                  {"steps2", "", "steps of two layers"},
                                  {"xi_t", "sites", "range of the exact score kernel"},
                                  {0}};
static const sp_column local[] = {{"t", "OU time", "diffusion time"},
                                  {"radius", "sites", "window |r| <= radius on each axis"},
                                  {"weights", "", "weights in it"},
                                  {"floor", "", "excess loss of the best kernel"},
                                  {"relative", "", "over that of no score"},
                                  {"condition", "", "condition number of the window"},
                                  {"steps1", "", "steps of one layer to eps above the floor"},
                                  {0}};
static const sp_column kernel[] = {{"t", "OU time", "diffusion time"},
                                   {"radius", "sites", "of the window"},
                                   {"distance", "sites", "along an axis"},
                                   {"J", "", "weight of the best kernel"},
                                   {0}};
static const sp_table_decl tables[] = {
    {"times", times, "plot t steps1,steps2 logx logy; plot t condition logx logy",
     "One layer needs as many steps as the condition number; two layers its logarithm. Late times are easy"},
    {"local", local, "plot radius relative by t logy", "Excess loss of the best local kernel falls exponentially"},
    {"kernel", kernel, NULL, NULL},
    {0}};

static sp_status run_on_model_theory(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    sp_on_model model = ON_MODEL_OF(p, p->L);
    sp_field_modes modes;
    SP_TRY(sp_on_modes(run, &model, &modes));
    sp_on_theory_row *rows = SP_NEW(run, sp_on_theory_row, p->t.n);
    if (!rows)
        return SP_FAILED;
    SP_TRY(sp_on_theory(run, p, &modes, scalars_, rows));
    for (size_t i = 0; i < p->t.n; i++) {
        const sp_on_theory_row *r = &rows[i];
        SP_TRY(SP_ROW(sp_result_table(out, "times"), r->t, r->gamma_max, r->gamma_min, r->condition, r->steps1, r->steps2,
                      r->xi_t));
        if (isinf(r->steps2))
            sp_result_unconverged(out, "two layers at t = %g: a million steps were not enough", r->t);
    }
    if (!p->radius)
        return SP_OK;
    sp_field_lattice lattice;
    SP_TRY(sp_on_lattice(run, &model, &lattice));
    for (size_t i = 0; i < p->t.n; i++)
        for (size_t radius = 1; radius <= p->radius; radius++) {
            sp_local_kernel k;
            double t = p->t.v[i];
            SP_TRY(sp_local_kernel_solve(run, &lattice, t, radius, p->rate_over_max, p->eps, &k));
            SP_TRY(SP_ROW(sp_result_table(out, "local"), t, radius, k.weights, k.floor, k.relative, k.condition, k.steps));
            for (size_t d = 0; d <= radius; d++)
                SP_TRY(SP_ROW(sp_result_table(out, "kernel"), t, radius, d, k.kernel[d]));
            SP_TRY(sp_poll(run));
        }
    return SP_OK;
}

const sp_command sp_command_on_model_theory = {
    .name = "on-model.theory",
    .summary = "Condition number, training steps of one and two layers, local kernels of the exact score",
    .spec = "04:3.1-3.5",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_on_model_theory,
    SP_SIZES(P, R),
    .example = "--L 32 --radius 2"};
