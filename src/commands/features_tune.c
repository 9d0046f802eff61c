#include "features_options.h"

typedef struct {
    sp_features_options o;
    sp_vec k, curve;
    double low, high;
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
                                  {0}};
static const sp_table_decl tables[] = {
    {"best", best, NULL, "The best ridge falls as more learners are averaged"},
    {"curve", curve, "plot ridge_paper test by curve logx logy vline best_ridge_paper", "Test error against ridge"},
    {0}};

static sp_status add_curve(sp_run *run, const P *p, const sp_features_grid *g, size_t i, double k, sp_result *out)
{
    size_t activation;
    sp_features_point point = sp_features_grid_at(g, i, &activation);
    bool sizes = g->n_psi1 * g->n_psi2 > 1;
    const char *label = sp_features_label(run, g, i, p->k.n, k);
    if (sizes)
        label = sp_format(run, "psi1 = %.4g, psi2 = %.4g%s%s", point.psi1, point.psi2, *label ? ", " : "", label);
    for (size_t j = 0; j < p->curve.n; j++) {
        sp_features_ridge r;
        point.ridge = p->curve.v[j] * point.psi1 * point.psi2;
        sp_features_ridge_solve(&point, &g->population, &r);
        SP_TRY(SP_ROW(sp_result_table(out, "curve"), label, p->curve.v[j], point.ridge, k, sp_features_ensemble(&r, k)));
    }
    return SP_OK;
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
    size_t n = sp_features_grid_size(&g);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < p->k.n; j++) {
            sp_mark mark = sp_memory_mark(run);
            size_t activation;
            sp_features_point point = sp_features_grid_at(&g, i, &activation);
            sp_features_best b;
            sp_features_ridge ridgeless;
            point.ridge = 0;
            sp_features_ridge_solve(&point, &g.population, &ridgeless);
            SP_TRY(sp_features_tune(run, &point, &g.population, p->k.v[j], p->low, p->high, &b));
            if (!b.converged)
                sp_result_unconverged(out, "psi1 %g, psi2 %g: a point of the search did not converge", point.psi1,
                                      point.psi2);
            if (b.at_edge)
                sp_warn(run, "the best ridge lies at an end of [--low, --high] for psi1 %g, psi2 %g, k %g", point.psi1,
                        point.psi2, p->k.v[j]);
            if (i == 0 && j == 0)
                *r = (R){b.ridge, b.ridge_paper, b.test};
            SP_TRY(SP_ROW(sp_result_table(out, "best"), point.psi1, point.psi2, point.noise_var, p->k.v[j], b.ridge,
                          b.ridge_paper, b.test, sp_features_ensemble(&ridgeless, p->k.v[j]), (size_t)b.at_edge));
            SP_TRY(add_curve(run, p, &g, i, p->k.v[j], out));
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
