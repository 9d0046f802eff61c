#include "guidance_options.h"

typedef struct {
    double d, data_var, omega, guidance_power;
    sp_vec interval, euler;
    size_t cells;
} P;
typedef struct {
    double mean_sde, variance_sde, accuracy_sde, mean_ode, variance_ode, accuracy_ode;
    double C1, C2, D1, V1, C1_small, C1_scaled, C2_scaled, mean_sde_limit, variance_sde_limit, mean_ode_limit,
        variance_ode_limit, t_S_mixture;
} R;
static const sp_param params[] = {
    SP_REAL(P, d, "256", SP_POSITIVE, "",
            "dimension: |m|^2 of the modes +-m (of your data: |m|^2 over the variance inside)"),
    SP_REAL(P, data_var, "1", SP_POSITIVE, "data^2", "variance inside a mode"),
    SP_REAL(P, omega, "2", SP_ANY, "", "guidance: S(x,c) + omega (S(x,c) - S(x)); 0 none, negative allowed"),
    SP_POWER_PARAM(P),
    SP_INTERVAL_PARAM(P),
    SP_VEC(P, euler, "", SP_AT_LEAST(1), "", "steps of Euler integrations of the ode, for their error"),
    SP_SIZE(P, cells, "1600", SP_BETWEEN(100, 20000), "", "cells of the Fokker-Planck equation"),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, mean_sde, "data", "stochastic sampler: overshoot of the class mean, target 0"),
                                    SP_OUT(R, variance_sde, "data^2", "variance along the class direction, target data_var"),
                                    SP_OUT(R, accuracy_sde, "", "samples on the side of the class"),
                                    SP_OUT(R, mean_ode, "data", "deterministic sampler: overshoot of the class mean"),
                                    SP_OUT(R, variance_ode, "data^2", "variance along the class direction"),
                                    SP_OUT(R, accuracy_ode, "", "samples on the side of the class"),
                                    SP_OUT(R, C1, "", "sde, large d: mean -> data_var C1/sqrt(d)"),
                                    SP_OUT(R, C2, "", "sde, large d: variance -> data_var - data_var^2 C2/d"),
                                    SP_OUT(R, D1, "", "ode, large d: mean -> sqrt(data_var) D1, whatever d"),
                                    SP_OUT(R, V1, "", "ode, large d: variance -> data_var V1, whatever d"),
                                    SP_OUT(R, C1_small, "", "C1/omega for small omega, linear guidance: 2 log 2"),
                                    SP_OUT(R, C1_scaled, "", "mean_sde sqrt(d)/data_var at this d"),
                                    SP_OUT(R, C2_scaled, "", "(data_var - variance_sde) d/data_var^2 at this d"),
                                    SP_OUT(R, mean_sde_limit, "data", "data_var C1/sqrt(d)"),
                                    SP_OUT(R, variance_sde_limit, "data^2", "data_var - data_var^2 C2/d"),
                                    SP_OUT(R, mean_ode_limit, "data", "sqrt(data_var) D1"),
                                    SP_OUT(R, variance_ode_limit, "data^2", "data_var V1"),
                                    SP_OUT(R, t_S_mixture, "OU time", "speciation, 1/2 log d: guidance acts around it only"),
                                    {0}};
static const sp_column path[] = {{"t", "OU time", "time"},
                                 {"y", "", "|m| e^{-t}"},
                                 {"norm_D", "", "mean |D|, difference of the scores"},
                                 {"drive", "", "mean omega |D|^(1 + power): what guidance adds"},
                                 {"mean", "data", "overshoot of the projection on the class"},
                                 {"variance", "data^2", "of the projection"},
                                 {0}};
static const sp_column discretised[] = {{"steps", "", "Euler steps"},
                                        {"mean", "data", "overshoot, ode"},
                                        {"variance", "data^2", "along the class direction"},
                                        {"mean_exact", "data", "without error of the steps"},
                                        {"variance_exact", "data^2", "without error of the steps"},
                                        {0}};
static const sp_table_decl tables[] = {
    {"path", path,
     "plot t norm_D,drive vline t_S_mixture title Guidance acts around the speciation; plot t mean,variance vline "
     "t_S_mixture "
     "title Overshoot along the way, sde",
     "Before the speciation guidance pushes towards the class; after it the scores agree and it switches off; the "
     "stochastic "
     "sampler then forgets the overshoot"},
    {"discretised", discretised, "plot steps mean,mean_exact logx points title Euler steps", NULL},
    {0}};

static sp_status run_guidance_theory(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    enum { MOMENTS = 120 };
    const P *p = params_;
    R *r = scalars_;
    sp_guided_modes modes = {p->d, p->data_var};
    sp_guidance g = {.omega = p->omega, .power = p->guidance_power};
    sp_guided_end sde, ode, steps;
    sp_guidance_constants c;
    sp_guided_moment moment[MOMENTS];
    SP_TRY(sp_guidance_interval(run, p->interval, &g));
    SP_TRY(sp_guidance_sde(run, &modes, &g, p->cells, MOMENTS, moment, &sde));
    SP_TRY(sp_guidance_ode(run, &modes, &g, &ode));
    SP_TRY(sp_guidance_limit(run, &g, &c));
    SP_TRY(sp_guidance_small_omega(run, &r->C1_small));
    if (!sde.converged || !ode.converged || !c.converged)
        sp_result_unconverged(out, "the equations of the class projection did not converge (more --cells)");
    r->mean_sde = sde.mean;
    r->variance_sde = sde.variance;
    r->accuracy_sde = sde.accuracy;
    r->mean_ode = ode.mean;
    r->variance_ode = ode.variance;
    r->accuracy_ode = ode.accuracy;
    r->C1 = c.C1;
    r->C2 = c.C2;
    r->D1 = c.D1;
    r->V1 = c.V1;
    r->C1_scaled = sde.mean * sqrt(p->d) / p->data_var;
    r->C2_scaled = (p->data_var - sde.variance) * p->d / (p->data_var * p->data_var);
    r->mean_sde_limit = p->data_var * c.C1 / sqrt(p->d);
    r->variance_sde_limit = p->data_var - p->data_var * p->data_var * c.C2 / p->d;
    r->mean_ode_limit = sqrt(p->data_var) * c.D1;
    r->variance_ode_limit = p->data_var * c.V1;
    r->t_S_mixture = log(p->d) / 2;
    for (size_t i = 0; i < MOMENTS; i++)
        SP_TRY(SP_ROW(sp_result_table(out, "path"), moment[i].t, moment[i].y, moment[i].norm_D, moment[i].drive,
                      moment[i].mean, moment[i].variance));
    for (size_t i = 0; i < p->euler.n; i++) {
        SP_TRY(sp_guidance_ode_euler(run, &modes, &g, (size_t)p->euler.v[i], &steps));
        SP_TRY(
            SP_ROW(sp_result_table(out, "discretised"), p->euler.v[i], steps.mean, steps.variance, ode.mean, ode.variance));
    }
    return SP_OK;
}

const sp_command sp_command_guidance_theory = {.name = "guidance.theory",
                                               .summary =
                                                   "Overshoot and variance under guidance, stochastic and deterministic "
                                                   "sampler",
                                               .spec = "12:3.1-3.2",
                                               .params = params,
                                               .scalars = scalars,
                                               .tables = tables,
                                               .run = run_guidance_theory,
                                               SP_SIZES(P, R),
                                               .example = "--d 16 --cells 400"};
