#include "features_options.h"

typedef struct {
    sp_features_options o;
    sp_vec train_time;
    size_t simulate, test_points;
} P;
typedef struct {
    double linear_peak, nonlinear_peak, best_time, best_test;
} R;
static const sp_param params[] = {
    SP_VEC(P, train_time, "0.1:1e6:71log", SP_NONNEGATIVE, "1", "times of the flow dw/dT = -(d/n) Z^T (Z w - y)"),
    FEATURES_SIZES(P, "10", "0.3,0.6,1,2,5,10,20"),
    FEATURES_NOISE(P, "25"),
    FEATURES_MODEL(P),
    FEATURES_SIMULATE(P),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, linear_peak, "1", "as many samples as input dimensions: the linear peak, formed early"),
    SP_OUT(R, nonlinear_peak, "1", "as many samples as features: the nonlinear peak, formed late"),
    SP_OUT(R, best_time, "1", "time of least test error (first size)"),
    SP_OUT(R, best_test, "target^2", "test error there"),
    {0}};
static const sp_column columns[] = {{"curve", "", "what tells the curves apart"},
                                    {"psi1", "1", "features per dimension"},
                                    {"psi2", "1", "samples per dimension"},
                                    {"noise_var", "target^2", "variance of the label noise"},
                                    {"train_time", "1", "time of the flow"},
                                    {"test", "target^2", "test error against the clean target"},
                                    {"train", "target^2", "training error"},
                                    {"bias", "target^2", "error of the mean"},
                                    {"sampling", "target^2", "variance from the draw of the data"},
                                    {"init", "target^2", "variance from the draw of the features"},
                                    {"noise", "target^2", "variance from the label noise"},
                                    {"test_simulated", "target^2", "simulated"},
                                    {"test_simulated_se", "target^2", "standard error"},
                                    {"train_simulated", "target^2", "simulated"},
                                    {"train_simulated_se", "target^2", "standard error"},
                                    {"residual", "1", "of the contour sum, relative"},
                                    {0}};
#define CAPTION                                                                                                             \
    "The linear peak (samples = dimensions) is there early; the nonlinear one (samples = features) grows with training "    \
    "time"
static const sp_table_decl tables[] = {{"time", columns, "plot train_time test,test_simulated by curve logx logy", CAPTION},
                                       {"samples", columns,
                                        "plot psi2 test,test_simulated by curve logx logy vline linear_peak "
                                        "nonlinear_peak; map psi2 train_time test logx logy logz",
                                        CAPTION},
                                       {0}};

static sp_status run_features_dynamics(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    static const double ten[] = {10}, sizes[] = {0.3, 0.6, 1, 2, 5, 10, 20}, noise[] = {25}, zero[] = {0};
    const P *p = params_;
    R *r = scalars_;
    sp_features_grid g;
    sp_features_defaults defaults = {
        .psi1 = {1, ten}, .psi2 = {7, sizes}, .ridge_paper = {1, zero}, .noise_var = {1, noise}};
    SP_TRY(sp_features_grid_open(run, &p->o, &defaults, &g));
    *r = (R){1, sp_features_only(g.n_psi1, g.psi1), NAN, INFINITY};
    size_t n = sp_features_grid_size(&g), n_times = p->train_time.n;
    sp_measured *test = SP_NEW(run, sp_measured, n_times), *train = SP_NEW(run, sp_measured, n_times);
    if (!test || !train)
        return SP_FAILED;
    for (size_t k = 0; k < n_times; k++)
        test[k] = train[k] = (sp_measured){NAN, NAN};
    for (size_t i = 0; i < n; i++) {
        sp_mark mark = sp_memory_mark(run);
        size_t activation;
        sp_features_point point = sp_features_grid_at(&g, i, &activation);
        if (p->simulate)
            SP_TRY(sp_features_flow_measure(run, &point, &g.activation[activation], &g.population, p->train_time,
                                            &(sp_features_trial){g.d, p->simulate, p->test_points}, test, train));
        for (size_t k = 0; k < n_times; k++) {
            sp_features_flow f;
            double time = p->train_time.v[k];
            SP_TRY(sp_features_flow_solve(run, &point, &g.population, time, &f));
            if (!f.converged)
                sp_result_unconverged(out, "psi1 %g, psi2 %g, time %g: not converged, residual %.2g", point.psi1, point.psi2,
                                      time, f.residual);
            if (i == 0 && f.test < r->best_test) {
                r->best_test = f.test;
                r->best_time = time;
            }
            const char *label = sp_features_label(run, &g, i, 1, 1), *comma = *label ? ", " : "";
            for (int by_samples = 0; by_samples < (g.n_psi2 > 1 ? 2 : 1); by_samples++) {
                const char *curve = by_samples ? sp_format(run, "train_time = %.4g%s%s", time, comma, label)
                                               : sp_format(run, "psi2 = %.4g%s%s", point.psi2, comma, label);
                SP_TRY(SP_ROW(sp_result_table(out, by_samples ? "samples" : "time"), curve, point.psi1, point.psi2,
                              point.noise_var, time, f.test, f.train, f.bias, f.sampling, f.init, f.noise, test[k].mean,
                              test[k].se, train[k].mean, train[k].se, f.residual));
            }
        }
        sp_memory_release(run, mark);
        sp_progress(run, "dynamics", (double)(i + 1) / (double)n);
        SP_TRY(sp_poll(run));
    }
    return SP_OK;
}

const sp_command sp_command_features_dynamics = {
    .name = "features.dynamics",
    .summary = "Test and training error against training time",
    .spec = "20:3.5",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_features_dynamics,
    SP_SIZES(P, R),
    .example = "--activation tanh --psi1 10 --noise-var 25 --train-time 10,100,1e3,1e5 --psi2 1,5 --simulate 2 --d 30"};
