#include "features_options.h"

typedef struct {
    sp_features_options o;
    sp_vec k;
    size_t simulate, test_points;
} P;
typedef struct {
    double linear_peak, nonlinear_peak, linearity, effective_rank;
} R;
static const sp_param params[] = {FEATURES_SIZES(P, "10", "0.1 to 100, with the thresholds"),
                                  FEATURES_RIDGE(P, SP_NONNEGATIVE, "1e-3"),
                                  FEATURES_NOISE(P, "0.25"),
                                  FEATURES_MODEL(P),
                                  SP_VEC(P, k, "1", SP_AT_LEAST(1), "", "learners averaged (inf allowed)"),
                                  FEATURES_SIMULATE(P),
                                  {0}};
static const sp_scalar scalars[] = {SP_OUT(R, linear_peak, "1", "as many samples as input dimensions: the linear peak"),
                                    SP_OUT(R, nonlinear_peak, "1", "as many samples as features: the nonlinear peak"),
                                    SP_OUT(R, linearity, "1", "degree of linearity of the activation"),
                                    SP_OUT(R, effective_rank, "d", "exp of the entropy of the covariance spectrum"),
                                    {0}};
static const sp_column columns[] = {{"curve", "", "what tells the curves apart"},
                                    {"psi1", "1", "features per dimension"},
                                    {"psi2", "1", "samples per dimension"},
                                    {"p", "", "features in d dimensions"},
                                    {"n", "", "samples in d dimensions"},
                                    {"linearity", "1", "degree of linearity"},
                                    {"noise_var", "target^2", "variance of the label noise"},
                                    {"ridge", "1", "lambda of the sum of losses"},
                                    {"ridge_paper", "1", "lambda of the papers"},
                                    {"k", "", "learners averaged"},
                                    {"test", "target^2", "test error against the clean target"},
                                    {"train", "target^2", "training error of one learner"},
                                    {"test_simulated", "target^2", "the same, simulated"},
                                    {"test_simulated_se", "target^2", "standard error"},
                                    {"train_simulated", "target^2", "the same, simulated"},
                                    {"train_simulated_se", "target^2", "standard error"},
                                    {0}};
static const sp_table_decl tables[] = {
    FEATURES_TABLES(columns, "test,test_simulated", "test", "test error",
                    "Test error: peaks where samples equal features (ridge or averaging removes it) and, with noise, "
                    "where samples equal dimensions (the linear part overfits)"),
    {0}};

/* 40 points a decade, and both thresholds, in order. */
static sp_vec default_samples(sp_run *run, double psi1)
{
    enum { N = 121 };
    double *v = SP_NEW(run, double, N + 2);
    size_t n = 0;
    double extra[2] = {fmin(1, psi1), fmax(1, psi1)};
    int next = 0;
    for (int i = 0; v && i < N; i++) {
        double x = pow(10, -1 + 3.0 * i / (N - 1));
        for (; next < 2 && extra[next] <= x * (1 + 1e-9); next++)
            if (extra[next] < x * (1 - 1e-9) && extra[next] > 0.1)
                v[n++] = extra[next];
        v[n++] = x;
    }
    return (sp_vec){v ? n : 0, v};
}

static sp_status rows(sp_run *run, const P *p, const sp_features_grid *g, size_t i, const sp_features_measured *measured,
                      sp_result *out)
{
    size_t activation;
    sp_features_point point = sp_features_grid_at(g, i, &activation);
    sp_features_ridge r;
    sp_features_ridge_solve(&point, &g->population, &r);
    if (isinf(r.test))
        sp_warn(run, "psi1 %g, psi2 %g: the test error diverges, interpolation threshold without ridge", point.psi1,
                point.psi2);
    if (!r.converged)
        sp_result_unconverged(out, "psi1 %g, psi2 %g, ridge %g: not converged, residual %.2g", point.psi1, point.psi2,
                              point.ridge, r.residual);
    double d = (double)g->d;
    for (size_t j = 0; j < p->k.n; j++) {
        double k = p->k.v[j];
        sp_measured none = {NAN, NAN}, test = measured ? sp_features_measured_ensemble(measured, k) : none,
                    train = measured ? measured->train : none;
        SP_TRY(SP_ROW(sp_result_table(out, sp_features_table(g)), sp_features_label(run, g, i, p->k.n, k), point.psi1,
                      point.psi2, point.psi1 * d, point.psi2 * d, sp_activation_degree(&g->activation[activation]),
                      point.noise_var, point.ridge, sp_features_ridge_paper(&point), k, sp_features_ensemble(&r, k), r.train,
                      test.mean, test.se, train.mean, train.se));
    }
    return SP_OK;
}

static sp_status run_features_descent(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    static const double ten[] = {10}, ridge[] = {1e-3}, noise[] = {0.25};
    const P *p = params_;
    R *r = scalars_;
    sp_features_grid g;
    double psi1 = p->o.psi1.n ? p->o.psi1.v[0] : p->o.p.n ? p->o.p.v[0] / (double)p->o.d : 10;
    sp_features_defaults defaults = {
        .psi1 = {1, ten}, .psi2 = default_samples(run, psi1), .ridge_paper = {1, ridge}, .noise_var = {1, noise}};
    SP_TRY(sp_features_grid_open(run, &p->o, &defaults, &g));
    *r = (R){.linear_peak = 1,
             .nonlinear_peak =
                 g.n_psi2 > 1 || g.n_psi1 == 1 ? sp_features_only(g.n_psi1, g.psi1) : sp_features_only(g.n_psi2, g.psi2),
             .linearity = sp_activation_degree(g.activation),
             .effective_rank = sp_population_rank(&g.population)};
    size_t n = sp_features_grid_size(&g);
    sp_features_measured *measured = NULL;
    if (p->simulate) {
        if (!(measured = SP_NEW(run, sp_features_measured, n)))
            return SP_FAILED;
        SP_TRY(sp_features_grid_measure(run, &g, p->simulate, p->test_points, measured));
    }
    for (size_t i = 0; i < n; i++) {
        sp_mark mark = sp_memory_mark(run);
        SP_TRY(rows(run, p, &g, i, measured ? &measured[i] : NULL, out));
        sp_memory_release(run, mark);
    }
    return SP_OK;
}

const sp_command sp_command_features_descent = {
    .name = "features.descent",
    .summary = "Test and training error against samples and features: the peaks of double and triple descent",
    .spec = "20:3.1; 21:3.1-3.5",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_features_descent,
    SP_SIZES(P, R),
    .example =
        "--activation tanh --psi1 10 --psi2 0.3,1,3,10 --noise-var 25 --ridge-paper 1e-3 --k 1,inf --simulate 2 --d 30"};
