#include "spinodal/command.h"
#include "spinodal/diffusion.h"

typedef sp_diffusion_mixture_params P;
typedef sp_diffusion_mixture_result R;
static const sp_param params[] = {
    SP_SIZE(P, d, "1024", SP_AT_LEAST(1), "", "dimension"),
    SP_REAL(P, mu2, "1", SP_POSITIVE, "data^2", "|m|^2/d of the class centres +m and -m"),
    SP_REAL(P, data_var, "1", SP_POSITIVE, "data^2", "variance inside a class"),
    SP_REAL(P, n, "20000", SP_AT_LEAST(2), "", "number of samples, for the collapse"),
    SP_VEC(P, t, "", SP_POSITIVE, "OU time", "times of the curves (default: up to 2 t_S)"),
    SP_VEC(P, q, "", SP_ANY, "", "positions q = x.m/sqrt d of the potential (default: both wells)"),
    SP_VEC(P, potential_t, "", SP_POSITIVE, "OU time", "times of the potential (default: around t_S)"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, t_S_mixture, "OU time", "speciation, 1/2 log(d mu2)"),
    SP_OUT(R, t_S_spectral, "OU time", "speciation from the top eigenvalue, 1/2 log Lambda"),
    SP_OUT(R, t_curvature, "OU time", "the potential becomes a double well, 1/2 log(2 d mu2)"),
    SP_OUT(R, Lambda, "data^2", "top eigenvalue, data_var + d mu2"),
    SP_OUT(R, separation_t_S, "", "distance of the classes in units of their width, at t_S_mixture"),
    SP_OUT(R, phi_t_S, "", "clones end in the same class, at t_S_mixture"),
    SP_OUT(R, t_C_spectral, "OU time", "collapse of one class alone (upper bound without the class bit)"),
    SP_OUT(R, t_C_class, "OU time", "collapse with the information on the class"),
    SP_OUT(R, alpha, "", "log(n)/d"),
    {0}};
static const sp_column cloning[] = {{"t", "OU time", "branching time"},
                                    {"t_over_t_S", "", "t/t_S_mixture"},
                                    {"separation", "", "distance of the classes in units of their width"},
                                    {"phi", "", "two clones end in the same class"},
                                    {"class_information", "nat", "information of x_t on the class"},
                                    {"f_ex_over_alpha", "", "excess entropy f_ex/alpha, negative below the collapse time"},
                                    {0}};
static const sp_column potential[] = {
    {"t", "OU time", "time"}, {"q", "", "x.m/sqrt d"}, {"V", "", "potential of the backward drift, for data_var 1"}, {0}};
static const sp_table_decl tables[] = {
    {"cloning", cloning,
     "plot t phi,class_information vline t_S_mixture hline 0.7752002454 title Cloning; plot t f_ex_over_alpha vline "
     "t_C_class hline 0 title Collapse",
     "Above t_S_mixture two clones end in independent classes (phi = 1/2), below in the same one; curves of all d meet at "
     "0.775"},
    {"potential", potential, "plot q V by t", "One well at late times, two below t_curvature"},
    {0}};

static sp_status run_diffusion_mixture(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    SP_TRY(sp_diffusion_mixture(run, p, r));
    sp_mixture_model model = {p->d, p->mu2, p->data_var};
    double last = fmax(2 * r->t_S_mixture, 1), log_n = log(p->n);
    sp_vec t = p->t, q = p->q, times = p->potential_t;
    if (!t.n)
        SP_TRY(sp_parse_numbers(run, sp_format(run, "%.17g:%.17g:80", last / 80, last), &t));
    if (!times.n)
        SP_TRY(sp_parse_numbers(
            run, sp_format(run, "%.17g:%.17g:5", fmax(r->t_curvature - 1, 0.02), fmax(r->t_curvature, 0) + 1), &times));
    if (!q.n)
        SP_TRY(sp_parse_numbers(run, sp_format(run, "%.17g:%.17g:81", -4 * sqrt(p->mu2), 4 * sqrt(p->mu2)), &q));
    for (size_t i = 0; i < t.n; i++) {
        double c = sp_mixture_separation(&model, t.v[i]);
        SP_TRY(SP_ROW(sp_result_table(out, "cloning"), t.v[i], t.v[i] / r->t_S_mixture, c, sp_same_class_probability(c),
                      sp_class_information(c), sp_mixture_excess_entropy(&model, log_n, t.v[i]) / r->alpha));
    }
    for (size_t i = 0; i < times.n; i++)
        for (size_t j = 0; j < q.n; j++)
            SP_TRY(SP_ROW(sp_result_table(out, "potential"), times.v[i], q.v[j],
                          sp_mixture_potential(&model, q.v[j], times.v[i])));
    return SP_OK;
}

const sp_command sp_command_diffusion_mixture = {
    .name = "diffusion.mixture",
    .summary = "Two Gaussian clouds in closed form: speciation, cloning, potential, collapse",
    .spec = "07:3.2-3.3",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_diffusion_mixture,
    SP_SIZES(P, R),
    .example = "--d 256 --n 20000"};
