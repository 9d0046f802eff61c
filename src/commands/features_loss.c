#include "features_options.h"

typedef struct {
    sp_features_options o;
    const char *loss;
    double flip;
    size_t simulate, test_points;
} P;
typedef struct {
    double nonlinear_peak, separable, linearity, effective_rank;
} R;
static const sp_param params[] = {
    SP_TEXT(P, loss, "square,logistic",
            "losses of the margin m = y f: square, logistic, hinge, sqhinge, or convex expressions in m such as "
            "log(1+exp(-2*m))"),
    SP_REAL(P, flip, "0", ((sp_range){0, 0.5, false, true}), "1", "probability that a training label is flipped"),
    FEATURES_SIZES(P, "0.1 to 10", "1"),
    FEATURES_VEC(P, ridge, SP_NONNEGATIVE, "1",
                 "lambda of: sum of losses + lambda/2 |w|^2 (default 0.1; 0 with the square loss only)"),
    FEATURES_VEC(P, ridge_paper, SP_NONNEGATIVE, "1", "or lambda of the papers, ridge / (psi1 psi2)"),
    FEATURES_MODEL(P),
    FEATURES_SIMULATE(P),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, nonlinear_peak, "1", "as many features as samples: the square loss peaks here"),
    SP_OUT(R, separable, "1", "features per dimension from which the classes are separable (one psi2)"),
    SP_OUT(R, linearity, "1", "degree of linearity of the activation"),
    SP_OUT(R, effective_rank, "d", "exp of the entropy of the covariance spectrum"),
    {0}};
#define MEASURED(name)                                                                                                      \
    {#name, "1", "simulated"}, { #name "_se", "1", "standard error" }
static const sp_column columns[] = {{"curve", "", "what tells the curves apart"},
                                    {"loss", "", "training loss"},
                                    {"psi1", "1", "features per dimension"},
                                    {"psi2", "1", "samples per dimension"},
                                    {"ridge", "1", "lambda of the sum of losses"},
                                    {"ridge_paper", "1", "lambda of the papers"},
                                    {"test_err", "1", "share of misclassified inputs, clean labels"},
                                    {"test_err_noisy", "1", "the same against flipped labels"},
                                    {"test_loss", "1", "mean loss on new rows"},
                                    {"train_err", "1", "share of misclassified training rows"},
                                    {"train_loss", "1", "mean loss on the training rows"},
                                    MEASURED(test_err_simulated),
                                    MEASURED(test_loss_simulated),
                                    MEASURED(train_err_simulated),
                                    MEASURED(train_loss_simulated),
                                    {0}};
static const sp_column order[] = {{"loss", "", "training loss"},
                                  {"psi1", "1", "features per dimension"},
                                  {"psi2", "1", "samples per dimension"},
                                  {"ridge", "1", "lambda of the sum of losses"},
                                  {"V", "1", "cavity variance"},
                                  {"Q", "1", "E f^2"},
                                  {"M", "1", "E f nu"},
                                  {"weight_norm", "1", "|w|^2 / d"},
                                  MEASURED(weight_norm_simulated),
                                  {"iterations", "", "of the solver"},
                                  {"residual", "1", "of the saddle point, relative"},
                                  {"converged", "", "1: yes"},
                                  {0}};
#define LINES "test_err,test_err_simulated,train_err,train_err_simulated"
#define WORDS                                                                                                               \
    "Classification error: the square loss peaks where features equal samples, the others rise gently up to their "         \
    "separability threshold"
static const sp_table_decl tables[] = {
    {"samples", columns, "plot psi2 " LINES " by curve logx vline nonlinear_peak", WORDS},
    {"features", columns, "plot psi1 " LINES " by curve logx vline nonlinear_peak separable", WORDS},
    {"map", columns, "map psi1 psi2 test_err logx logy; plot psi2 " LINES " by curve logx", WORDS},
    {"order_parameters", order, NULL, "Order parameters of each point"},
    {0}};

typedef struct {
    const P *p;
    const sp_features_grid *g;
    const sp_loss *loss;
    size_t n_losses;
} request;

static sp_status add_point(sp_run *run, const request *q, size_t i, sp_classifier *warm, sp_result *out)
{
    size_t activation;
    sp_features_point point = sp_features_grid_at(q->g, i, &activation);
    sp_classifier c;
    static const sp_measured none = {NAN, NAN};
    sp_classifier_measured m = {none, none, none, none, none, 0, true};
    SP_TRY(sp_features_classify(run, &point, &q->g->population, q->loss, q->p->flip, warm, &c));
    *warm = c;
    if (!c.converged)
        sp_result_unconverged(out, "%s loss, psi1 %g, psi2 %g, ridge %g: not converged, residual %.2g", q->loss->name,
                              point.psi1, point.psi2, point.ridge, c.residual);
    if (q->p->simulate)
        SP_TRY(sp_features_classify_measure(run, &point, &q->g->activation[activation], &q->g->population, q->loss,
                                            q->p->flip, &(sp_features_trial){q->g->d, q->p->simulate, q->p->test_points},
                                            &m));
    if (!m.converged)
        sp_result_unconverged(out, "%s loss, psi1 %g, psi2 %g: a simulated fit did not converge (%.2g)", q->loss->name,
                              point.psi1, point.psi2, m.residual);
    const char *label = sp_features_label(run, q->g, i, 1, 1);
    if (q->n_losses > 1)
        label = sp_format(run, "%s%s%s", q->loss->name, *label ? ", " : "", label);
    SP_TRY(SP_ROW(sp_result_table(out, sp_features_table(q->g)), label, q->loss->name, point.psi1, point.psi2, point.ridge,
                  sp_features_ridge_paper(&point), c.test_err, c.test_err_noisy, c.test_loss, c.train_err, c.train_loss,
                  m.test_err.mean, m.test_err.se, m.test_loss.mean, m.test_loss.se, m.train_err.mean, m.train_err.se,
                  m.train_loss.mean, m.train_loss.se));
    return SP_ROW(sp_result_table(out, "order_parameters"), q->loss->name, point.psi1, point.psi2, point.ridge, c.V, c.Q,
                  c.M, c.weight_norm, m.weight_norm.mean, m.weight_norm.se, (size_t)c.iterations, c.residual,
                  (size_t)c.converged);
}

static sp_status run_features_loss(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    static const double one[] = {1}, ridge[] = {0.1}, zero[] = {0};
    const P *p = params_;
    R *r = scalars_;
    sp_features_grid g;
    sp_vec psi1;
    size_t n_losses;
    const sp_loss *losses;
    SP_TRY(sp_parse_numbers(run, "0.1:10:41log", &psi1));
    sp_features_defaults defaults = {.psi1 = psi1, .psi2 = {1, one}, .noise_var = {1, zero}, .ridge = {1, ridge}};
    SP_TRY(sp_losses_open(run, p->loss, &n_losses, &losses));
    SP_TRY(sp_features_grid_open(run, &p->o, &defaults, &g));
    *r = (R){.nonlinear_peak = g.n_psi1 > 1 ? sp_features_only(g.n_psi2, g.psi2) : sp_features_only(g.n_psi1, g.psi1),
             .separable = NAN,
             .linearity = sp_activation_degree(g.activation),
             .effective_rank = sp_population_rank(&g.population)};
    size_t n = sp_features_grid_size(&g), activation;
    if (g.n_psi2 == 1 && g.n_activations == 1) {
        sp_features_point point = sp_features_grid_at(&g, 0, &activation);
        sp_separability s;
        SP_TRY(sp_features_separability(run, &point, &g.population, p->flip, &s));
        r->separable = s.converged ? s.psi1 : NAN;
    }
    for (size_t l = 0; l < n_losses; l++) {
        sp_classifier warm = {0};
        for (size_t i = 0; i < n; i++) {
            sp_mark mark = sp_memory_mark(run);
            SP_TRY(add_point(run, &(request){p, &g, &losses[l], n_losses}, i, &warm, out));
            sp_memory_release(run, mark);
            SP_TRY(sp_poll(run));
            sp_progress(run, losses[l].name, (double)(i + 1) / (double)n);
        }
    }
    return SP_OK;
}

const sp_command sp_command_features_loss = {
    .name = "features.loss",
    .summary = "Classification error of any convex loss against features, samples and ridge",
    .spec = "17:3.1-3.5",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_features_loss,
    SP_SIZES(P, R),
    .example = "--loss square,logistic,hinge --phi 0.1 --rx 10 --rb 10 --flip 0.1 --psi1 0.5,1,2 --psi2 1 --ridge 0.1 "
               "--simulate 2 --d 60"};
