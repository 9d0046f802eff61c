#include "speciation_tables.h"

typedef struct {
    int model;
    size_t d, turns, steps;
    sp_vec t, data_var, mean, power, spectrum, covariance, betas, weights;
} P;
typedef struct {
    size_t turns;
} R;
enum { GAUSS, ISING };
static const sp_param params[] = {
    SP_CHOICE(P, model, "gauss|ising", "gauss", "the classes"),
    SP_SIZE(P, d, "100", SP_AT_LEAST(2), "", "dimension, or spins of a chain"),
    SP_VEC(P, t, "", SP_POSITIVE, "OU time", "turning points (default: around the speciation times)"),
    SP_SIZE(P, turns, "500", SP_AT_LEAST(1), "", "U-turns from each class at each time"),
    SP_SIZE(P, steps, "0", SP_NONNEGATIVE, "",
            "ancestral steps on the grid t (1 - j/n)^2 (0: 400 for gauss, exact posterior draws for ising)"),
    SP_VEC(P, data_var, "1.5,0.5", SP_NONNEGATIVE, "data^2", "gauss: variance of each class"),
    SP_VEC(P, mean, "", SP_ANY, "data", "gauss: position of each class on a line, or d numbers for each"),
    SP_VEC(P, power, "", SP_ANY, "", "gauss: eigenvalues of class k proportional to rank^-power_k"),
    SP_VEC(P, spectrum, "", SP_NONNEGATIVE, "data^2", "gauss: d eigenvalues for each class"),
    SP_VEC(P, covariance, "", SP_ANY, "data^2", "gauss: d x d numbers for each class"),
    SP_VEC(P, betas, "", SP_BETWEEN(-15, 15), "", "ising: inverse temperature of each class (default: 0.5,1)"),
    SP_VEC(P, weights, "", SP_POSITIVE, "", "weight of each class (default: equal)"),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, turns, "", "U-turns from each class at each time"), {0}};
static const sp_column agreement[] = {{"t", "OU time", "turning point"},
                                      {"phi_theory", "", "exact (isotropic Gaussian classes)"},
                                      {"phi", "", "the end is attributed to the class of the start: measured"},
                                      {"phi_se", "", "standard error"},
                                      {"phi_posterior", "", "mean posterior of the class at the turning points"},
                                      {"phi_posterior_se", "", "standard error"},
                                      {0}};
static const sp_column classes[] = {{"t", "OU time", "turning point"},
                                    {"class", "", "class of the start"},
                                    {"phi_theory", "", "exact (isotropic Gaussian classes)"},
                                    {"phi", "", "measured at the end"},
                                    {"phi_se", "", "standard error"},
                                    {"phi_posterior", "", "mean posterior at the turning points"},
                                    {"phi_posterior_se", "", "standard error"},
                                    {0}};
static const sp_table_decl tables[] = {
    {"agreement", agreement, "plot t phi_theory,phi,phi_posterior title U-turns that keep their class",
     "Turning back before the class is decided keeps it, later it is drawn anew"},
    {"classes", classes, "plot t phi_theory,phi by class title U-turns, class by class", NULL},
    {0}};

static sp_status ising(sp_run *run, const P *p, sp_vec *t, const char *const **name, const double **weight, sp_uturn **out)
{
    static const double defaults[2] = {0.5, 1};
    sp_ising_classes c = {p->d, false, p->betas.n ? p->betas : (sp_vec){2, defaults}, p->weights};
    size_t K = c.betas.n;
    if (p->mean.n || p->power.n || p->spectrum.n || p->covariance.n)
        return sp_fail(run, SP_USAGE, "--mean, --power, --spectrum and --covariance are for --model gauss");
    const char **names = SP_NEW(run, const char *, K);
    double *w = SP_NEW(run, double, K), *t_pair = SP_NEW(run, double, K *K);
    if (!names || !w || !t_pair)
        return SP_FAILED;
    for (size_t k = 0; k < K; k++) {
        w[k] = p->weights.n == K ? p->weights.v[k] : 1;
        names[k] = sp_format(run, "%g", c.betas.v[k]);
        for (size_t l = 0; l < K; l++) {
            bool converged;
            if (k != l)
                SP_TRY(sp_ising_pair_time(run, (double)p->d, c.betas.v[k], c.betas.v[l], 1, &t_pair[k * K + l], &converged));
        }
    }
    if (!t->n)
        SP_TRY(sp_speciation_times(run, K, t_pair, 6, t));
    *out = SP_NEW(run, sp_uturn, t->n * K);
    if (!*out)
        return SP_FAILED;
    *name = names;
    *weight = w;
    return sp_ising_uturn(run, &c, p->turns, p->steps, *t, *out);
}

static sp_status gauss(sp_run *run, const P *p, sp_gaussian_classes *c, sp_vec *t, sp_uturn **out)
{
    if (p->betas.n)
        return sp_fail(run, SP_USAGE, "--betas is for --model ising");
    if (p->steps == 1)
        return sp_fail(run, SP_USAGE, "--steps must be >= 2 with --model gauss");
    sp_gaussian_classes_params model = {p->d, p->data_var, p->mean, p->power, p->spectrum, p->covariance, p->weights};
    SP_TRY(sp_gaussian_classes_create(run, &model, c));
    size_t K = c->n_classes;
    double *t_pair = SP_NEW(run, double, K *K);
    if (!t_pair)
        return SP_FAILED;
    for (size_t k = 0; k < K; k++)
        for (size_t l = 0; l < K; l++)
            if (k != l)
                SP_TRY(sp_gaussian_pair_time(run, c, k, l, 1, &t_pair[k * K + l]));
    if (!t->n)
        SP_TRY(sp_speciation_times(run, K, t_pair, 6, t));
    *out = SP_NEW(run, sp_uturn, t->n * K);
    return *out ? sp_gaussian_uturn(run, c, p->turns, p->steps ? p->steps : 400, *t, *out) : SP_FAILED;
}

static sp_status run_speciation_uturn(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    sp_gaussian_classes c = {0};
    sp_uturn *u = NULL;
    sp_vec t = p->t;
    const char *const *name;
    const double *weight = NULL;
    if (p->model == ISING)
        SP_TRY(ising(run, p, &t, &name, &weight, &u));
    else {
        SP_TRY(gauss(run, p, &c, &t, &u));
        SP_TRY(sp_class_numbers(run, c.n_classes, &name));
        weight = c.weight;
    }
    size_t K = p->model == ISING ? p->betas.n ? p->betas.n : 2 : c.n_classes;
    double *posterior = SP_NEW(run, double, K *K), *correct = SP_NEW(run, double, K), total = 0;
    if (!posterior || !correct)
        return SP_FAILED;
    ((R *)scalars_)->turns = p->turns;
    for (size_t k = 0; k < K; k++)
        total += weight[k];
    for (size_t i = 0; i < t.n; i++) {
        double theory = 0, end = 0, end_v = 0, mean = 0, mean_v = 0;
        bool known = false;
        if (p->model == GAUSS)
            SP_TRY(sp_gaussian_agreement_exact(run, &c, t.v[i], posterior, correct, &known));
        for (size_t k = 0; k < K; k++) {
            const sp_uturn *v = &u[i * K + k];
            double w = weight[k] / total, own = known ? posterior[k * K + k] : NAN;
            theory += w * own;
            end += w * v->phi_end;
            end_v += w * w * v->phi_end_se * v->phi_end_se;
            mean += w * v->phi_posterior;
            mean_v += w * w * v->phi_posterior_se * v->phi_posterior_se;
            SP_TRY(SP_ROW(sp_result_table(out, "classes"), t.v[i], name[k], own, v->phi_end, v->phi_end_se, v->phi_posterior,
                          v->phi_posterior_se));
        }
        SP_TRY(SP_ROW(sp_result_table(out, "agreement"), t.v[i], theory, end, sqrt(end_v), mean, sqrt(mean_v)));
    }
    return SP_OK;
}

const sp_command sp_command_speciation_uturn = {.name = "speciation.uturn",
                                                .summary = "Noise to t, denoise with the exact score: how often does the "
                                                           "class change?",
                                                .spec = "05:3.6",
                                                .params = params,
                                                .scalars = scalars,
                                                .tables = tables,
                                                .run = run_speciation_uturn,
                                                SP_SIZES(P, R),
                                                .example = "--turns 100 --steps 100 --t 0.4,0.9"};
