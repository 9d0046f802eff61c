#include "spinodal/command.h"
#include "spinodal/diffusion.h"

typedef sp_diffusion_exact_params P;
typedef sp_diffusion_exact_result R;
static const sp_param params[] = {
    SP_REAL(P, n, "1000", SP_AT_LEAST(2), "", "number of samples (any real number)"),
    SP_SIZE(P, d, "16", SP_AT_LEAST(1), "", "dimension"),
    SP_REAL(P, data_var, "1", SP_POSITIVE, "data^2", "variance of a coordinate"),
    SP_REAL(P, class_fraction, "1", ((sp_range){0, 1, true, false}), "",
            "fraction of the points in the seed's class (1/2: two classes, well below t_S)"),
    SP_VEC(P, t, "", SP_POSITIVE, "OU time", "times of the curves (default: 0.2 to 4 times t_C_spectral)"),
    SP_SIZE(P, simulate, "0", SP_NONNEGATIVE, "", "simulated data sets beside the theory"),
    SP_SIZE(P, queries, "2000", SP_AT_LEAST(2), "", "noised points of each simulated data set"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, t_C_spectral, "OU time", "collapse time of infinite dimension, 1/2 log(1 + data_var/(n^{2/d} - 1))"),
    SP_OUT(R, t_C_phi, "OU time", "collapse time of this n and d: phi_C = 1/2"),
    SP_OUT(R, t_C_ratio, "", "t_C_phi/t_C_spectral"),
    SP_OUT(R, alpha, "", "log(n)/d"),
    SP_OUT(R, phi_C, "", "order parameter at t_C_spectral"),
    SP_OUT(R, f_ex_over_alpha, "", "excess entropy over alpha at t_C_spectral"),
    SP_OUT(R, width, "OU time", "width of the collapse: delta f_ex = sqrt(b/(Gamma d)) over the slope of f_ex"),
    {0}};
static const sp_column curves[] = {{"t", "OU time", "time"},
                                   {"t_over_t_C", "", "t/t_C_spectral"},
                                   {"phi_C", "", "collapse order parameter E sum w^2"},
                                   {"phi_C_bound", "", "lower bound E sigmoid(i(x;a) - log(n-1))"},
                                   {"f_ex_over_alpha", "", "excess entropy over alpha"},
                                   {"f_ex_over_alpha_asymptotic", "", "max(f_ex, 0)/alpha of infinite dimension"},
                                   {0}};
static const sp_column simulation[] = {{"t", "OU time", "time"},
                                       {"phi_C_exact", "", "order parameter by quadrature"},
                                       {"phi_C", "", "order parameter of simulated data"},
                                       {"phi_C_se", "", "standard error"},
                                       {"w_seed", "", "mean weight of the seed: equal to phi_C"},
                                       {"w_seed_se", "", "standard error"},
                                       {"f_ex_over_alpha_exact", "", "excess entropy over alpha by quadrature"},
                                       {"f_ex_over_alpha", "", "excess entropy over alpha of simulated data"},
                                       {"f_ex_over_alpha_se", "", "standard error"},
                                       {0}};
static const sp_table_decl tables[] = {
    {"curves", curves, "plot t phi_C,phi_C_bound,f_ex_over_alpha,f_ex_over_alpha_asymptotic logx vline t_C_spectral t_C_phi",
     "Finite size rounds the collapse: the excess entropy leaves zero and the order parameter leaves one gradually"},
    {"simulation", simulation,
     "plot t phi_C_exact,phi_C,f_ex_over_alpha_exact,f_ex_over_alpha logx vline t_C_spectral t_C_phi",
     "Points: simulated data sets; lines: the same averages by quadrature"},
    {0}};

static sp_status run_diffusion_exact(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    sp_collapse_model model = {p->n, p->d, p->data_var, p->class_fraction};
    SP_TRY(sp_diffusion_exact(run, p, r));
    double variance[1] = {p->data_var};
    sp_vec t = p->t;
    if (!t.n)
        SP_TRY(sp_parse_numbers(run, sp_format(run, "%.17g:%.17g:24log", 0.2 * r->t_C_spectral, 4 * r->t_C_spectral), &t));
    sp_collapse_point *exact = SP_NEW(run, sp_collapse_point, t.n);
    if (!exact)
        return SP_FAILED;
    for (size_t i = 0; i < t.n; i++) {
        SP_TRY(sp_collapse_exact(run, &model, t.v[i], &exact[i]));
        sp_progress(run, "quadrature", (double)(i + 1) / (double)t.n);
        double f = log(p->n * p->class_fraction) / (double)p->d - sp_gaussian_information((sp_vec){1, variance}, t.v[i]);
        SP_TRY(SP_ROW(sp_result_table(out, "curves"), t.v[i], t.v[i] / r->t_C_spectral, exact[i].phi_C, exact[i].phi_C_bound,
                      exact[i].f_ex / r->alpha, fmax(f, 0) / r->alpha));
    }
    if (!p->simulate)
        return SP_OK;
    sp_collapse_measured *measured = SP_NEW(run, sp_collapse_measured, t.n);
    if (!measured)
        return SP_FAILED;
    SP_TRY(sp_collapse_simulate(run, &model, &(sp_collapse_simulation){p->simulate, p->queries}, t, measured));
    for (size_t i = 0; i < t.n; i++) {
        const sp_collapse_measured *m = &measured[i];
        SP_TRY(SP_ROW(sp_result_table(out, "simulation"), t.v[i], exact[i].phi_C, m->phi_C, m->phi_C_se, m->w_seed,
                      m->w_seed_se, exact[i].f_ex / r->alpha, m->f_ex / r->alpha, m->f_ex_se / r->alpha));
    }
    return SP_OK;
}

const sp_command sp_command_diffusion_exact = {.name = "diffusion.exact",
                                               .summary =
                                                   "Collapse curves of finite n and d for Gaussian data, by quadrature",
                                               .spec = "07:3.5",
                                               .params = params,
                                               .scalars = scalars,
                                               .tables = tables,
                                               .run = run_diffusion_exact,
                                               SP_SIZES(P, R),
                                               .example = "--n 1000 --d 16 --simulate 2 --queries 500"};
