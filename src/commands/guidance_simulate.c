#include "guidance_options.h"

typedef struct {
    double d, data_var, omega, guidance_power, cap;
    sp_vec interval;
    int sampler;
    size_t samples, steps;
    bool reduction;
} P;
typedef struct {
    double mean_theory, variance_theory, accuracy_theory;
    double mean, mean_se, variance, variance_se, orthogonal, orthogonal_se, accuracy, accuracy_se, t_S_mixture;
} R;
static const sp_param params[] = {
    SP_REAL(P, d, "16", SP_AT_LEAST(1), "", "dimension, |m|^2 of the modes +-m"),
    SP_REAL(P, data_var, "1", SP_POSITIVE, "data^2", "variance inside a mode"),
    SP_REAL(P, omega, "2", SP_ANY, "", "strength of guidance"),
    SP_POWER_PARAM(P),
    SP_INTERVAL_PARAM(P),
    SP_REAL(P, cap, "0", SP_NONNEGATIVE, "", "largest factor omega |D|^power (0: none)"),
    SP_SAMPLER_PARAM(P),
    SP_SIZE(P, samples, "2000", SP_AT_LEAST(2), "", "samples"),
    SP_SIZE(P, steps, "400", SP_AT_LEAST(4), "", "steps (exponential; Euler with --reduction)"),
    SP_FLAG(P, reduction, "the projection on the class alone, by Euler-Maruyama steps"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, mean_theory, "data", "overshoot of the class mean, exact"),
    SP_OUT(R, mean, "data", "measured"),
    SP_OUT(R, mean_se, "data", "standard error"),
    SP_OUT(R, variance_theory, "data^2", "variance along the class direction, exact"),
    SP_OUT(R, variance, "data^2", "measured"),
    SP_OUT(R, variance_se, "data^2", "standard error"),
    SP_OUT(R, orthogonal, "data^2", "variance of the other coordinates: data_var, untouched by guidance"),
    SP_OUT(R, orthogonal_se, "data^2", "standard error"),
    SP_OUT(R, accuracy_theory, "", "samples on the side of the class, exact"),
    SP_OUT(R, accuracy, "", "measured"),
    SP_OUT(R, accuracy_se, "", "standard error"),
    SP_OUT(R, t_S_mixture, "OU time", "speciation, 1/2 log d"),
    {0}};
static const sp_table_decl tables[] = {{0}};

static sp_status run_guidance_simulate(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    sp_guided_modes modes = {p->d, p->data_var};
    sp_guidance g = {.omega = p->omega, .power = p->guidance_power, .cap = p->cap};
    sp_guided_measured m;
    sp_guided_end end;
    SP_TRY(sp_guidance_interval(run, p->interval, &g));
    SP_TRY(sp_guidance_simulate(run, &modes, &g, p->sampler, p->samples, p->steps, p->reduction, &m));
    if (p->sampler == SP_GUIDED_SDE)
        SP_TRY(sp_guidance_sde(run, &modes, &g, 0, 0, NULL, &end));
    else
        SP_TRY(sp_guidance_ode(run, &modes, &g, &end));
    if (!end.converged)
        sp_result_unconverged(out, "the theory did not converge");
    if (p->steps < 10)
        sp_warn(run, "fewer than 10 steps: their own error is as large as the effect of guidance");
    *r = (R){end.mean,      end.variance, end.accuracy,    m.mean,     m.mean_se,     m.variance,
             m.variance_se, m.orthogonal, m.orthogonal_se, m.accuracy, m.accuracy_se, log(p->d) / 2};
    return SP_OK;
}

const sp_command sp_command_guidance_simulate = {.name = "guidance.simulate",
                                                 .summary = "Guided sampling of two Gaussian modes beside the theory",
                                                 .spec = "12:3.1,6",
                                                 .params = params,
                                                 .scalars = scalars,
                                                 .tables = tables,
                                                 .run = run_guidance_simulate,
                                                 SP_SIZES(P, R),
                                                 .example = "--d 16 --samples 1000 --steps 100"};
