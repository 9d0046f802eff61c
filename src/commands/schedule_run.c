#include "schedule_options.h"

#include "spinodal/diffusion.h"

typedef struct {
    int model, path, grid, method;
    size_t d, steps, samples;
    double p, data_var, B, kappa, fraction, noise;
    bool raw;
} P;
typedef struct {
    double p_reduction, data_var_reduction, z_star, window;
    double p_hat, p_hat_se, data_var_hat, data_var_hat_se;
    double p_exact, m_star, m_exact, m_plus, H, m_hat, m_hat_se, residual, residual_se, passes;
    size_t evaluations;
} R;
enum { GM, CW };
static const sp_param params[] = {
    SP_CHOICE(P, model, "gm|cw", "gm", "two Gaussian modes at +-r, |r|^2 = d, or Curie-Weiss spins"),
    SP_SIZE(P, d, "1000", SP_BETWEEN(2, 1e12), "", "dimension"),
    SP_REAL(P, p, "0.7", SP_OPEN_FRACTION, "", "weight of the + mode"),
    SP_REAL(P, data_var, "0.25", SP_POSITIVE, "data^2", "gm: variance inside a mode"),
    SP_REAL(P, B, "1.5", SP_POSITIVE, "", "cw: inverse temperature, above 1"),
    SP_PATH_PARAM(P),
    SP_GRID_PARAM(P),
    SP_SIZE(P, steps, "50", SP_AT_LEAST(2), "", "steps from noise to data"),
    SP_KAPPA_PARAM(P),
    SP_FRACTION_PARAM(P),
    SP_METHOD_PARAM(P),
    SP_SIZE(P, samples, "0", SP_NONNEGATIVE, "",
            "full vectors followed (gm: 0, the exact reduction alone; cw: 0 means 200)"),
    SP_REAL(P, noise, "0", SP_NONNEGATIVE, "", "gm: strength of added noise, dX = [v + noise score] ds + sqrt(2 noise) dW"),
    SP_FLAG(P, raw, "cw: an Euler step at the end too, instead of the expected clean spin"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, p_reduction, "", "gm: share of samples in the + mode, exact for these steps"),
    SP_OUT(R, data_var_reduction, "data^2", "gm: variance recovered in each orthogonal direction, exact"),
    SP_OUT(R, z_star, "", "gm: start, in standard deviations, that ends between the modes"),
    SP_OUT(R, p_hat, "", "the same measured on full vectors"),
    SP_OUT(R, p_hat_se, "", "standard error"),
    SP_OUT(R, data_var_hat, "data^2", "gm: measured"),
    SP_OUT(R, data_var_hat_se, "data^2", "standard error"),
    SP_OUT(R, p_exact, "", "cw: weight of the + mode at this d"),
    SP_OUT(R, m_star, "", "cw: magnetisation of a mode, d infinite"),
    SP_OUT(R, m_exact, "", "cw: mean |magnetisation| at this d"),
    SP_OUT(R, m_plus, "", "cw: mean magnetisation of the + mode at this d"),
    SP_OUT(R, m_hat, "", "cw: mean |1/d sum sign x_i|, measured"),
    SP_OUT(R, m_hat_se, "", "standard error"),
    SP_OUT(R, residual, "", "cw: mean (|x_i| - 1)^2 at the end"),
    SP_OUT(R, residual_se, "", "standard error"),
    SP_OUT(R, H, "", "cw: field, h/m*"),
    SP_OUT(R, window, "", "e = kappa/sqrt(d): share of s where the mode is chosen"),
    SP_OUT(R, evaluations, "", "velocities of one sample"),
    SP_OUT(R, passes, "", "cw: average passes over the spins for one velocity"),
    {0}};
static const sp_column trajectory[] = {{"z", "", "start in standard deviations"},
                                       {"tau", "", "share of the steps"},
                                       {"s", "", "path time"},
                                       {"t", "OU time", "time of the same signal-to-noise ratio"},
                                       {"mu", "data", "r.x/sqrt(d)"},
                                       {"mu_scaled", "", "mu over its typical size sqrt(a_t^2 + b_t^2 d)"},
                                       {0}};
static const sp_table_decl tables[] = {
    {"trajectory", trajectory,
     "plot tau mu_scaled by z title Where the steps go: the mode is chosen; plot s mu_scaled by z title The same in path "
     "time",
     "Samples started at several z: they part when the mode is chosen; a dilated grid spends its steps there"},
    {0}};

static sp_status trajectories(sp_run *run, const P *p, const sp_two_modes *modes, const sp_path_grid *grid, double z_star,
                              sp_result *out)
{
    static const double offsets[] = {-1, -0.3, -0.05, 0.05, 0.3, 1};
    double *mu = SP_NEW(run, double, p->steps + 1), *s;
    if (!mu)
        return SP_FAILED;
    SP_TRY(sp_path_grid_times(run, grid, &s));
    for (size_t j = 0; j < sizeof offsets / sizeof *offsets; j++) {
        double z = z_star + offsets[j];
        SP_TRY(sp_schedule_trajectory(run, modes, grid, z, mu));
        for (size_t k = 0; k <= p->steps; k++) {
            double a = sp_path_noise(p->path, grid->d, s[k]), t = s[k] > 0 ? log1p(a * a / (s[k] * s[k])) / 2 : INFINITY;
            SP_TRY(SP_ROW(sp_result_table(out, "trajectory"), sp_format(run, "%.3g", z), (double)k / (double)p->steps, s[k],
                          t, mu[k], mu[k] / sqrt(a * a + s[k] * s[k] * grid->d)));
        }
    }
    return SP_OK;
}

static sp_status run_gm(sp_run *run, const P *p, const sp_path_grid *grid, R *r, sp_result *out)
{
    sp_two_modes modes = {p->p, p->data_var};
    sp_schedule_reduction reduced;
    sp_schedule_measured m = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    SP_TRY(sp_schedule_reduce(run, &modes, grid, &reduced));
    if (!reduced.converged)
        sp_result_unconverged(out, "the end of the run is not a monotone function of its start");
    r->p_reduction = reduced.p_hat;
    r->data_var_reduction = reduced.data_var;
    r->z_star = reduced.z_star;
    r->evaluations = reduced.evaluations;
    SP_TRY(trajectories(run, p, &modes, grid, reduced.z_star, out));
    if (p->samples)
        SP_TRY(sp_schedule_simulate(run, &modes, grid, p->samples, p->noise, &m));
    r->p_hat = m.p_hat;
    r->p_hat_se = m.p_hat_se;
    r->data_var_hat = m.data_var;
    r->data_var_hat_se = m.data_var_se;
    r->p_exact = p->p;
    r->m_star = r->m_exact = r->m_plus = r->H = r->m_hat = r->m_hat_se = r->residual = r->residual_se = r->passes = NAN;
    return SP_OK;
}

static sp_status run_cw(sp_run *run, const P *p, const sp_path_grid *grid, R *r)
{
    double m_star = sp_curie_weiss_magnetization(p->B);
    if (!(p->B > 1))
        return sp_fail(run, SP_USAGE, "--B must be > 1: Curie-Weiss spins have two modes only then");
    if (p->noise > 0)
        return sp_fail(run, SP_USAGE, "--noise is for --model gm");
    sp_curie_weiss model = {p->d, p->B, log(p->p / (1 - p->p)) / 2 / m_star};
    sp_schedule_measured m;
    SP_TRY(sp_curie_weiss_exact(run, &model, &r->p_exact, &r->m_plus, &r->m_exact));
    SP_TRY(sp_curie_weiss_simulate(run, &model, grid, p->samples ? p->samples : 200, !p->raw, &m));
    r->p_reduction = r->data_var_reduction = r->z_star = r->data_var_hat = r->data_var_hat_se = NAN;
    r->evaluations = p->method == SP_HEUN ? 2 * p->steps - 1 : p->steps;
    r->p_hat = m.p_hat;
    r->p_hat_se = m.p_hat_se;
    r->m_star = m_star;
    r->m_hat = m.magnetization;
    r->m_hat_se = m.magnetization_se;
    r->residual = m.residual;
    r->residual_se = m.residual_se;
    r->H = model.H;
    r->passes = m.passes;
    return SP_OK;
}

static sp_status run_schedule_run(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    sp_path_grid grid = {p->path, p->grid, p->method, (double)p->d, p->kappa, p->fraction, p->steps};
    r->window = p->kappa / sqrt((double)p->d);
    if (p->samples == 1)
        return sp_fail(run, SP_USAGE, "--samples must be 0 or at least 2");
    return p->model == GM ? run_gm(run, p, &grid, r, out) : run_cw(run, p, &grid, r);
}

const sp_command sp_command_schedule_run = {.name = "schedule.run",
                                            .summary =
                                                "What a sampler with few steps recovers: the weights of two modes, and "
                                                "their shape",
                                            .spec = "10:3.1-3.3",
                                            .params = params,
                                            .scalars = scalars,
                                            .tables = tables,
                                            .run = run_schedule_run,
                                            SP_SIZES(P, R),
                                            .example = "--d 400 --steps 20 --samples 200"};
