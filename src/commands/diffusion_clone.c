#include "spinodal/command.h"
#include "spinodal/diffusion.h"

typedef struct {
    const sp_dataset *data;
    sp_vec t;
    size_t clones, steps, queries, d;
    double mu2, data_var, dt, start;
    bool exact, all_dimensions;
} P;
typedef struct {
    double t_S_mixture, Lambda;
} R;
static const sp_param params[] = {
    SP_DATASET(P, data, "", "clone on this dataset with its exact score; without: on two Gaussian clouds"),
    SP_VEC(P, t, "", SP_POSITIVE, "OU time", "branching times (default: around the speciation)"),
    SP_SIZE(P, clones, "2000", SP_AT_LEAST(1), "", "pairs of clones"),
    SP_SIZE(P, d, "1024", SP_AT_LEAST(1), "", "dimension of the clouds"),
    SP_REAL(P, mu2, "1", SP_POSITIVE, "data^2", "|m|^2/d of the centres +m and -m"),
    SP_REAL(P, data_var, "1", SP_NONNEGATIVE, "data^2", "variance inside a cloud"),
    SP_REAL(P, dt, "0.01", SP_POSITIVE, "OU time", "Euler-Maruyama step on the clouds"),
    SP_FLAG(P, exact, "draw each step on the clouds from its exact law instead (no time-step error; --steps)"),
    SP_FLAG(P, all_dimensions, "simulate all d coordinates of the clouds instead of the exact one-dimensional reduction"),
    SP_SIZE(P, steps, "200", SP_AT_LEAST(2), "", "steps on data, and on the clouds with --exact"),
    SP_REAL(P, start, "0", SP_NONNEGATIVE, "OU time", "time from which all run (0: 1/2 log(100 Lambda))"),
    SP_SIZE(P, queries, "2000", SP_AT_LEAST(2), "", "noised data points of the theory on data"),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, t_S_mixture, "OU time", "speciation of the clouds, 1/2 log(d mu2)"),
                                    SP_OUT(R, Lambda, "data^2", "largest covariance eigenvalue"),
                                    {0}};
static const sp_column mixture[] = {{"t", "OU time", "branching time"},
                                    {"t_over_t_S", "", "t/t_S_mixture"},
                                    {"phi_theory", "", "the two end in the same class: formula"},
                                    {"phi", "", "simulated"},
                                    {"phi_se", "", "standard error"},
                                    {0}};
static const sp_column on_data[] = {
    {"t", "OU time", "branching time"},        {"phi_C", "", "the two reach the same data point"},
    {"phi_C_se", "", "standard error"},        {"phi_C_theory", "", "E sum w^2"},
    {"phi_C_theory_se", "", "standard error"}, {"phi", "", "the two reach the same class (labelled data)"},
    {"phi_se", "", "standard error"},          {"phi_theory", "", "E P(class of the seed | x_t)"},
    {"phi_theory_se", "", "standard error"},   {0}};
static const sp_table_decl tables[] = {
    {"mixture", mixture, "plot t phi_theory,phi vline t_S_mixture hline 0.7752002454",
     "Branching before the class is decided gives independent ends (1/2), after it equal ones (1)"},
    {"data", on_data, "plot t phi_C,phi_C_theory,phi,phi_theory logx",
     "Agreement of the data points and of the classes that two clones reach, beside the weights at the branching point"},
    {0}};

static sp_status clone_mixture(sp_run *run, const P *p, R *r, sp_result *out)
{
    sp_mixture_model model = {p->d, p->mu2, p->data_var};
    sp_clone_options options = {p->clones, p->exact ? 0 : p->dt, p->steps, p->start, p->all_dimensions};
    sp_vec t = p->t;
    r->t_S_mixture = sp_mixture_speciation_time(&model);
    r->Lambda = p->data_var + (double)p->d * p->mu2;
    if (!t.n)
        SP_TRY(sp_parse_numbers(
            run, sp_format(run, "%.17g:%.17g:9", fmax(r->t_S_mixture - 1.5, 0.1), fmax(r->t_S_mixture, 0.1) + 1.5), &t));
    sp_clone_point *point = SP_NEW(run, sp_clone_point, t.n);
    if (!point)
        return SP_FAILED;
    SP_TRY(sp_mixture_clone(run, &model, &options, t, point));
    for (size_t i = 0; i < t.n; i++)
        SP_TRY(SP_ROW(sp_result_table(out, "mixture"), t.v[i], t.v[i] / r->t_S_mixture, point[i].phi_theory, point[i].phi,
                      point[i].phi_se));
    return SP_OK;
}

static sp_status clone_data(sp_run *run, const P *p, R *r, sp_result *out)
{
    sp_clone_options options = {p->clones, 0, p->steps, p->start, false};
    sp_data_spectrum spectrum;
    sp_vec t = p->t;
    if (p->exact || p->all_dimensions)
        return sp_fail(run, SP_USAGE, "--exact and --all-dimensions are for two Gaussian clouds, not for DATA");
    SP_TRY(sp_diffusion_spectrum(run, p->data, &spectrum));
    r->Lambda = spectrum.eigenvalues.v[0];
    r->t_S_mixture = NAN;
    options.start = p->start > 0 ? p->start : sp_sampler_start(r->Lambda);
    if (!t.n) {
        double t_C;
        SP_TRY(sp_gaussian_collapse_time(run, log((double)p->data->n), spectrum.eigenvalues, &t_C));
        SP_TRY(sp_parse_numbers(
            run, sp_format(run, "%.17g:%.17g:8log", t_C / 5, fmin(fmax(log(r->Lambda), t_C), options.start)), &t));
    }
    sp_data_clone_point *point = SP_NEW(run, sp_data_clone_point, t.n);
    if (!point)
        return SP_FAILED;
    SP_TRY(sp_data_clone(run, p->data, &options, p->queries, t, point));
    for (size_t i = 0; i < t.n; i++) {
        const sp_data_clone_point *c = &point[i];
        SP_TRY(SP_ROW(sp_result_table(out, "data"), c->t, c->phi_C, c->phi_C_se, c->phi_C_theory, c->phi_C_theory_se, c->phi,
                      c->phi_se, c->phi_theory, c->phi_theory_se));
    }
    return SP_OK;
}

static sp_status run_diffusion_clone(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    return p->data ? clone_data(run, p, scalars_, out) : clone_mixture(run, p, scalars_, out);
}

const sp_command sp_command_diffusion_clone = {.name = "diffusion.clone",
                                               .summary =
                                                   "Cloning experiment: when do two copies of a trajectory share their end?",
                                               .spec = "07:3.2,3.7",
                                               .params = params,
                                               .scalars = scalars,
                                               .tables = tables,
                                               .run = run_diffusion_clone,
                                               SP_SIZES(P, R),
                                               .example = "--d 256 --clones 500 --t 2,3,4"};
