#include "guidance_options.h"

typedef struct {
    double d, data_var;
    sp_vec omega, guidance_power, interval;
    size_t cells;
} P;
typedef struct {
    size_t runs;
    double t_S_mixture;
} R;
static const sp_param params[] = {
    SP_REAL(P, d, "16", SP_POSITIVE, "", "dimension, |m|^2 of the modes +-m"),
    SP_REAL(P, data_var, "1", SP_POSITIVE, "data^2", "variance inside a mode"),
    SP_VEC(P, omega, "0.5,1,2,4", SP_ANY, "", "strengths of guidance"),
    SP_VEC(P, guidance_power, "0,0.9", SP_GUIDANCE_POWER, "", "powers"),
    SP_INTERVAL_PARAM(P),
    SP_SIZE(P, cells, "800", SP_BETWEEN(100, 20000), "", "cells of the Fokker-Planck equation"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, runs, "", "pairs of strength and power"), SP_OUT(R, t_S_mixture, "OU time", "speciation, 1/2 log d"), {0}};
static const sp_column scan[] = {{"omega", "", "strength"},
                                 {"guidance_power", "", "power"},
                                 {"mean_sde", "data", "overshoot, stochastic sampler"},
                                 {"variance_sde", "data^2", "along the class direction"},
                                 {"accuracy_sde", "", "samples on the side of the class"},
                                 {"mean_ode", "data", "overshoot, deterministic sampler"},
                                 {"variance_ode", "data^2", "along the class direction"},
                                 {"accuracy_ode", "", "samples on the side of the class"},
                                 {"converged", "", "1: yes"},
                                 {0}};
static const sp_table_decl tables[] = {
    {"scan", scan,
     "plot omega mean_sde,mean_ode by guidance_power title Overshoot of the class mean; plot omega "
     "variance_sde,variance_ode by "
     "guidance_power title Variance along the class direction",
     "The stochastic sampler's distortion falls as 1/d, the deterministic one keeps its own along the class direction"},
    {0}};

static sp_status run_guidance_scan(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    sp_guided_modes modes = {p->d, p->data_var};
    *r = (R){p->omega.n * p->guidance_power.n, log(p->d) / 2};
    for (size_t j = 0; j < p->guidance_power.n; j++)
        for (size_t i = 0; i < p->omega.n; i++) {
            sp_guidance g = {.omega = p->omega.v[i], .power = p->guidance_power.v[j]};
            sp_guided_end sde, ode;
            sp_progress(run, "guidance", (double)(j * p->omega.n + i) / (double)r->runs);
            SP_TRY(sp_guidance_interval(run, p->interval, &g));
            SP_TRY(sp_guidance_sde(run, &modes, &g, p->cells, 0, NULL, &sde));
            SP_TRY(sp_guidance_ode(run, &modes, &g, &ode));
            bool converged = sde.converged && ode.converged;
            if (!converged)
                sp_result_unconverged(out, "omega %g, power %g did not converge", g.omega, g.power);
            SP_TRY(SP_ROW(sp_result_table(out, "scan"), g.omega, g.power, sde.mean, sde.variance, sde.accuracy, ode.mean,
                          ode.variance, ode.accuracy, converged ? 1.0 : 0.0));
        }
    return SP_OK;
}

const sp_command sp_command_guidance_scan = {.name = "guidance.scan",
                                             .summary = "Shift, variance and accuracy over strengths and powers of guidance",
                                             .spec = "12:3.1-3.2",
                                             .params = params,
                                             .scalars = scalars,
                                             .tables = tables,
                                             .run = run_guidance_scan,
                                             SP_SIZES(P, R),
                                             .example = "--omega 1,2 --guidance-power 0 --cells 300"};
