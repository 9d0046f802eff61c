#include "features_options.h"

typedef struct {
    sp_features_options o;
    sp_vec k, curve;
    double low, high;
    size_t simulate, test_points;
} P;
typedef struct {
    double best_ridge, best_ridge_paper, best_test;
} R;
static const sp_param params[] = {SP_VEC(P, k, "1,2,10,inf", SP_AT_LEAST(1), "", "learners averaged (inf allowed)"),
                                  FEATURES_SIZES(P, "2", "1"),
                                  SP_REAL(P, low, "1e-6", SP_POSITIVE, "1", "smallest ridge_paper of the search"),
                                  SP_REAL(P, high, "100", SP_POSITIVE, "1", "largest ridge_paper of the search"),
                                  SP_VEC(P, curve, "1e-5:100:141log", SP_NONNEGATIVE, "1", "ridge_paper of the curves"),
                                  FEATURES_NOISE(P, "1"),
                                  FEATURES_MODEL(P),
                                  FEATURES_SIMULATE(P),
                                  {0}};
static const sp_scalar scalars[] = {SP_OUT(R, best_ridge, "1", "ridge of least test error (first k, first size)"),
                                    SP_OUT(R, best_ridge_paper, "1", "the same in the papers' convention"),
                                    SP_OUT(R, best_test, "target^2", "test error there"),
                                    {0}};
static const sp_column best[] = {{"psi1", "1", "features per dimension"},
                                 {"psi2", "1", "samples per dimension"},
                                 {"noise_var", "target^2", "variance of the label noise"},
                                 {"k", "", "learners averaged"},
                                 {"ridge", "1", "ridge of least test error"},
                                 {"ridge_paper", "1", "the same in the papers' convention"},
                                 {"test", "target^2", "test error there"},
                                 {"test_ridgeless", "target^2", "test error without ridge"},
                                 {"at_edge", "", "1: the best lies at the end of the range searched"},
                                 {0}};
static const sp_column curve[] = {{"curve", "", "what tells the curves apart"},
                                  {"ridge_paper", "1", "lambda of the papers"},
                                  {"ridge", "1", "lambda of the sum of losses"},
                                  {"k", "", "learners averaged"},
                                  {"test", "target^2", "test error"},
                                  {"test_simulated", "target^2", "simulated"},
                                  {"test_simulated_se", "target^2", "standard error"},
                                  {0}};
static const sp_table_decl tables[] = {{"best", best, NULL, "The best ridge falls as more learners are averaged"},
                                       {"curve", curve,
                                        "plot ridge_paper test,test_simulated by curve logx logy vline best_ridge_paper",
                                        "Test error against ridge"},
                                       {0}};

/* The simulated ridges of the curve at point i; NULL without --simulate. */
static sp_status measure(sp_run *run, const P *p, const sp_features_grid *g, size_t i, sp_features_measured **out)
{
    size_t activation;
    sp_features_point point = sp_features_grid_at(g, i, &activation);
    *out = NULL;
    if (!p->simulate)
        return SP_OK;
    double *ridge = SP_NEW(run, double, p->curve.n);
    *out = SP_NEW(run, sp_features_measured, p->curve.n);
    if (!ridge || !*out)
        return SP_FAILED;
    for (size_t j = 0; j < p->curve.n; j++)
        ridge[j] = p->curve.v[j] * point.psi1 * point.psi2;
    return sp_features_measure(run, &point, &g->activation[activation], &g->population, (sp_vec){p->curve.n, ridge},
                               &(sp_features_trial){g->d, p->simulate, p->test_points}, *out);
}

static sp_status add_curve(sp_run *run, const P *p, const sp_features_grid *g, size_t i, double k,
                           const sp_features_measured *measured, sp_result *out)
{
    size_t activation;
    sp_features_point point = sp_features_grid_at(g, i, &activation);
    bool sizes = g->n_psi1 * g->n_psi2 > 1;
    const char *label = sp_features_label(run, g, i, p->k.n, k);
    if (sizes)
        label = sp_format(run, "psi1 = %.4g, psi2 = %.4g%s%s", point.psi1, point.psi2, *label ? ", " : "", label);
    for (size_t j = 0; j < p->curve.n; j++) {
        sp_features_ridge r;
        sp_measured m = measured ? sp_features_measured_ensemble(&measured[j], k) : (sp_measured){NAN, NAN};
        point.ridge = p->curve.v[j] * point.psi1 * point.psi2;
        sp_features_ridge_solve(&point, &g->population, &r);
        SP_TRY(SP_ROW(sp_result_table(out, "curve"), label, p->curve.v[j], point.ridge, k, sp_features_ensemble(&r, k),
                      m.mean, m.se));
    }
    return SP_OK;
}

static sp_status add_best(sp_run *run, const P *p, const sp_features_grid *g, size_t i, double k, bool first, R *r,
                          sp_result *out)
{
    size_t activation;
    sp_features_point point = sp_features_grid_at(g, i, &activation);
    sp_features_best b;
    sp_features_ridge ridgeless;
    point.ridge = 0;
    sp_features_ridge_solve(&point, &g->population, &ridgeless);
    SP_TRY(sp_features_tune(run, &point, &g->population, k, p->low, p->high, &b));
    if (!b.converged)
        sp_result_unconverged(out, "psi1 %g, psi2 %g: a point of the search did not converge", point.psi1, point.psi2);
    if (b.at_edge)
        sp_warn(run, "the best ridge lies at an end of [--low, --high] for psi1 %g, psi2 %g, k %g", point.psi1, point.psi2,
                k);
    if (first)
        *r = (R){b.ridge, b.ridge_paper, b.test};
    return SP_ROW(sp_result_table(out, "best"), point.psi1, point.psi2, point.noise_var, k, b.ridge, b.ridge_paper, b.test,
                  sp_features_ensemble(&ridgeless, k), (size_t)b.at_edge);
}

static sp_status run_features_tune(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    static const double two[] = {2}, one[] = {1}, zero[] = {0};
    const P *p = params_;
    R *r = scalars_;
    sp_features_grid g;
    sp_features_defaults defaults = {.psi1 = {1, two}, .psi2 = {1, one}, .ridge_paper = {1, zero}, .noise_var = {1, one}};
    if (p->low >= p->high)
        return sp_fail(run, SP_USAGE, "--low must be below --high");
    SP_TRY(sp_features_grid_open(run, &p->o, &defaults, &g));
    for (size_t i = 0; i < sp_features_grid_size(&g); i++) {
        sp_mark mark = sp_memory_mark(run);
        sp_features_measured *measured;
        SP_TRY(measure(run, p, &g, i, &measured));
        for (size_t j = 0; j < p->k.n; j++) {
            SP_TRY(add_best(run, p, &g, i, p->k.v[j], i == 0 && j == 0, r, out));
            SP_TRY(add_curve(run, p, &g, i, p->k.v[j], measured, out));
        }
        sp_memory_release(run, mark);
    }
    return SP_OK;
}

const sp_command sp_command_features_tune = {.name = "features.tune",
                                             .summary = "The ridge of least test error, for any number of averaged learners",
                                             .spec = "21:3.5",
                                             .params = params,
                                             .scalars = scalars,
                                             .tables = tables,
                                             .run = run_features_tune,
                                             SP_SIZES(P, R),
                                             .example = "--psi1 2 --psi2 1 --noise-var 1 --k 1,10,inf"};
