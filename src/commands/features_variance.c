#include "features_options.h"

typedef struct {
    sp_features_options o;
    size_t simulate, test_points;
} P;
typedef struct {
    double nonlinear_peak, linearity, effective_rank;
} R;
static const sp_param params[] = {FEATURES_SIZES(P, "0.1 to 100", "1"),
                                  FEATURES_RIDGE(P, SP_NONNEGATIVE, "1e-5"),
                                  FEATURES_NOISE(P, "0.25"),
                                  FEATURES_MODEL(P),
                                  FEATURES_SIMULATE(P),
                                  {0}};
static const sp_scalar scalars[] = {SP_OUT(R, nonlinear_peak, "1", "as many features as samples"),
                                    SP_OUT(R, linearity, "1", "degree of linearity of the activation"),
                                    SP_OUT(R, effective_rank, "d", "exp of the entropy of the covariance spectrum"),
                                    {0}};
#define MEASURED(name, of)                                                                                                  \
    {#name, "target^2", of}, { #name "_se", "target^2", "standard error" }
static const sp_column columns[] = {{"curve", "", "what tells the curves apart"},
                                    {"psi1", "1", "features per dimension"},
                                    {"psi2", "1", "samples per dimension"},
                                    {"noise_var", "target^2", "variance of the label noise"},
                                    {"ridge", "1", "lambda of the sum of losses"},
                                    {"ridge_paper", "1", "lambda of the papers"},
                                    {"bias", "target^2", "error of the mean over data, features and noise"},
                                    {"sampling", "target^2", "variance from the draw of the data"},
                                    {"init", "target^2", "variance from the draw of the features"},
                                    {"noise", "target^2", "variance from the label noise"},
                                    {"test", "target^2", "their sum: test error against the clean target"},
                                    {"noise_shared", "target^2", "the part of noise that averaging learners keeps"},
                                    MEASURED(bias_simulated, "simulated"),
                                    MEASURED(sampling_simulated, "simulated"),
                                    MEASURED(init_simulated, "simulated"),
                                    MEASURED(noise_simulated, "simulated"),
                                    MEASURED(test_simulated, "simulated"),
                                    {0}};
static const sp_column order[] = {{"psi1", "1", "features per dimension"},
                                  {"psi2", "1", "samples per dimension"},
                                  {"ridge", "1", "lambda of the sum of losses"},
                                  {"V", "1", "cavity variance: train = (test + noise_var)/(1+V)^2"},
                                  {"chi", "1", "tr (Z^T Z + ridge)^-1 / d"},
                                  {"M", "target^2", "overlap of prediction and target"},
                                  {"Q", "target^2", "variance of the prediction"},
                                  {"Q12", "target^2", "overlap of two learners on the same data"},
                                  {"weight_norm", "1", "|w|^2 / d"},
                                  {"train", "target^2", "training error"},
                                  {"one_minus_b1", "1", "0: the test error diverges"},
                                  {"residual", "1", "of the equation solved"},
                                  MEASURED(Q_simulated, "simulated"),
                                  MEASURED(Q12_simulated, "simulated"),
                                  MEASURED(weight_norm_simulated, "simulated"),
                                  MEASURED(train_simulated, "simulated"),
                                  {0}};
#define TERMS "bias,bias_simulated,sampling,sampling_simulated,init,init_simulated,noise,noise_simulated"
static const sp_table_decl tables[] = {
    FEATURES_TABLES(
        columns, TERMS, "test", "part of the test error",
        "Test error split by cause: noise and initialisation variance peak where features equal samples; bias and sampling "
        "variance stop changing there"),
    {"order_parameters", order, NULL, "Order parameters of each point"},
    {0}};

static sp_status add_row(sp_run *run, const sp_features_grid *g, size_t i, const sp_features_measured *m, sp_result *out)
{
    size_t activation;
    sp_features_point p = sp_features_grid_at(g, i, &activation);
    sp_features_ridge r;
    sp_features_ridge_solve(&p, &g->population, &r);
    if (isinf(r.test))
        sp_warn(run, "psi1 %g, psi2 %g: the test error diverges, interpolation threshold without ridge", p.psi1, p.psi2);
    if (!r.converged)
        sp_result_unconverged(out, "psi1 %g, psi2 %g, ridge %g: not converged, residual %.2g", p.psi1, p.psi2, p.ridge,
                              r.residual);
    SP_TRY(SP_ROW(sp_result_table(out, sp_features_table(g)), sp_features_label(run, g, i, 1, 1), p.psi1, p.psi2,
                  p.noise_var, p.ridge, sp_features_ridge_paper(&p), r.bias, r.sampling, r.init, r.noise, r.test,
                  r.noise_shared, m->bias.mean, m->bias.se, m->sampling.mean, m->sampling.se, m->init.mean, m->init.se,
                  m->noise.mean, m->noise.se, m->test.mean, m->test.se));
    return SP_ROW(sp_result_table(out, "order_parameters"), p.psi1, p.psi2, p.ridge, r.V, r.chi, r.M, r.Q, r.Q12,
                  r.weight_norm, r.train, r.one_minus_b1, r.residual, m->Q.mean, m->Q.se, m->Q12.mean, m->Q12.se,
                  m->weight_norm.mean, m->weight_norm.se, m->train.mean, m->train.se);
}

static sp_status run_features_variance(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    static const double one[] = {1}, ridge[] = {1e-5}, noise[] = {0.25};
    const P *p = params_;
    R *r = scalars_;
    sp_features_grid g;
    sp_vec psi1;
    SP_TRY(sp_parse_numbers(run, "0.1:100:121log", &psi1));
    sp_features_defaults defaults = {.psi1 = psi1, .psi2 = {1, one}, .ridge_paper = {1, ridge}, .noise_var = {1, noise}};
    SP_TRY(sp_features_grid_open(run, &p->o, &defaults, &g));
    *r = (R){.nonlinear_peak = g.n_psi1 > 1 ? sp_features_only(g.n_psi2, g.psi2) : sp_features_only(g.n_psi1, g.psi1),
             .linearity = sp_activation_degree(g.activation),
             .effective_rank = sp_population_rank(&g.population)};
    size_t n = sp_features_grid_size(&g);
    static const sp_measured none = {NAN, NAN};
    const sp_features_measured nothing = {none, none, none, none, none, none, none, none, none, none, NAN};
    sp_features_measured *measured = NULL;
    if (p->simulate) {
        if (!(measured = SP_NEW(run, sp_features_measured, n)))
            return SP_FAILED;
        SP_TRY(sp_features_grid_measure(run, &g, p->simulate, p->test_points, measured));
    }
    for (size_t i = 0; i < n; i++) {
        sp_mark mark = sp_memory_mark(run);
        SP_TRY(add_row(run, &g, i, measured ? &measured[i] : &nothing, out));
        sp_memory_release(run, mark);
    }
    return SP_OK;
}

const sp_command sp_command_features_variance = {
    .name = "features.variance",
    .summary = "The test error split into bias, sampling, initialisation and noise variance",
    .spec = "21:3.1-3.6; 20:3.1-3.2",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_features_variance,
    SP_SIZES(P, R),
    .example = "--psi1 0.5,1,2,4 --psi2 1 --ridge-paper 1e-2 --noise-var 1 --simulate 4 --d 40"};
