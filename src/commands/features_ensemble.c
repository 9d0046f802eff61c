#include "features_options.h"

typedef struct {
    sp_features_options o;
    sp_vec k;
    size_t simulate, test_points;
} P;
typedef struct {
    double nonlinear_peak;
} R;
static const sp_param params[] = {SP_VEC(P, k, "1,2,10,inf", SP_AT_LEAST(1), "", "learners averaged (inf allowed)"),
                                  FEATURES_SIZES(P, "0.1 to 100", "1"),
                                  FEATURES_RIDGE(P, SP_NONNEGATIVE, "1e-5"),
                                  FEATURES_NOISE(P, "0.25"),
                                  FEATURES_MODEL(P),
                                  FEATURES_SIMULATE(P),
                                  {0}};
static const sp_scalar scalars[] = {SP_OUT(R, nonlinear_peak, "1", "as many features as samples"), {0}};
static const sp_column columns[] = {
    {"curve", "", "what tells the curves apart"},
    {"psi1", "1", "features per dimension of each learner"},
    {"psi2", "1", "samples per dimension"},
    {"noise_var", "target^2", "variance of the label noise"},
    {"ridge", "1", "lambda of the sum of losses"},
    {"ridge_paper", "1", "lambda of the papers"},
    {"k", "", "learners"},
    {"ensemble", "target^2", "test error of k learners averaged, same data, own features"},
    {"ensemble_simulated", "target^2", "simulated"},
    {"ensemble_simulated_se", "target^2", "standard error"},
    {"bigger", "target^2", "one learner with k times the features, at the same ridge_paper (or ridge, when that was given)"},
    {"divided", "target^2", "k learners that share the samples out among them"},
    {"own_data", "target^2", "k learners, each with as many samples of its own"},
    {0}};
#define LINES "ensemble,ensemble_simulated,bigger"
static const sp_table_decl tables[] = {FEATURES_TABLES(columns, LINES, "ensemble", "test error",
                                                       "Averaging k learners removes the peak at features = samples down to "
                                                       "the noise they share through the data; one k times "
                                                       "larger learner needs no averaging once it is past the peak"),
                                       {0}};

static double test_of(sp_features_point p, const sp_population *q)
{
    sp_features_ridge r;
    sp_features_ridge_solve(&p, q, &r);
    return r.test;
}

/* The ridge follows the convention it was given in. */
static sp_features_point resized(const sp_features_grid *g, sp_features_point p, double psi1, double psi2)
{
    if (g->ridge_is_paper)
        p.ridge *= psi1 * psi2 / (p.psi1 * p.psi2);
    p.psi1 = psi1;
    p.psi2 = psi2;
    return p;
}

static sp_status run_features_ensemble(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    static const double one[] = {1}, ridge[] = {1e-5}, noise[] = {0.25};
    const P *p = params_;
    R *r = scalars_;
    sp_features_grid g;
    sp_vec psi1;
    SP_TRY(sp_parse_numbers(run, "0.1:100:121log", &psi1));
    sp_features_defaults defaults = {.psi1 = psi1, .psi2 = {1, one}, .ridge_paper = {1, ridge}, .noise_var = {1, noise}};
    SP_TRY(sp_features_grid_open(run, &p->o, &defaults, &g));
    r->nonlinear_peak = g.n_psi1 > 1 ? sp_features_only(g.n_psi2, g.psi2) : sp_features_only(g.n_psi1, g.psi1);
    size_t n = sp_features_grid_size(&g);
    sp_features_measured *measured = NULL;
    if (p->simulate) {
        if (!(measured = SP_NEW(run, sp_features_measured, n)))
            return SP_FAILED;
        SP_TRY(sp_features_grid_measure(run, &g, p->simulate, p->test_points, measured));
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < p->k.n; j++) {
            sp_mark mark = sp_memory_mark(run);
            size_t activation;
            double k = p->k.v[j];
            sp_features_point point = sp_features_grid_at(&g, i, &activation);
            sp_features_ridge s, divided;
            sp_features_ridge_solve(&point, &g.population, &s);
            if (!s.converged)
                sp_result_unconverged(out, "psi1 %g, psi2 %g: not converged, residual %.2g", point.psi1, point.psi2,
                                      s.residual);
            double bigger = NAN, shared = NAN;
            if (!isinf(k)) {
                bigger = test_of(resized(&g, point, k * point.psi1, point.psi2), &g.population);
                sp_features_point part = resized(&g, point, point.psi1, point.psi2 / k);
                sp_features_ridge_solve(&part, &g.population, &divided);
                shared = sp_features_divide(&divided, k);
            }
            sp_measured m = measured ? sp_features_measured_ensemble(&measured[i], k) : (sp_measured){NAN, NAN};
            SP_TRY(SP_ROW(sp_result_table(out, sp_features_table(&g)), sp_features_label(run, &g, i, p->k.n, k), point.psi1,
                          point.psi2, point.noise_var, point.ridge, sp_features_ridge_paper(&point), k,
                          sp_features_ensemble(&s, k), m.mean, m.se, bigger, shared, sp_features_divide(&s, k)));
            sp_memory_release(run, mark);
        }
    return SP_OK;
}

const sp_command sp_command_features_ensemble = {
    .name = "features.ensemble",
    .summary = "Average several learners, or train one larger one, or share the data out",
    .spec = "21:3.5",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_features_ensemble,
    SP_SIZES(P, R),
    .example = "--psi1 0.5,1,2,4 --psi2 1 --ridge-paper 1e-5 --noise-var 1 --k 1,2,inf --simulate 4 --d 40"};
