#include "spinodal/command.h"
#include "spinodal/memorization.h"

typedef sp_memorization_theory_params P;
typedef sp_memorization_theory_result R;
static const sp_param params[] = {
    SP_REAL(P, psi_p, "64", SP_POSITIVE, "1", "features per dimension, p/d"),
    SP_REAL(P, psi_n, "4", SP_POSITIVE, "1", "samples per dimension, n/d"),
    SP_REAL(P, t, "0.01", SP_POSITIVE, "OU time", "diffusion time of the score"),
    SP_REAL(P, data_var, "1", SP_POSITIVE, "data^2", "variance of a coordinate of the data"),
    SP_TEXT(P, activation, "tanh", "tanh, relu, erf, leaky:A or an expression in x; must not be linear"),
    SP_VEC(P, train_time, "0.1:1e9:101log", SP_NONNEGATIVE, "1", "training times of the curves: steps x rate / d^2"),
    SP_REAL(P, gap_fraction, "0.05", SP_OPEN_FRACTION, "1", "memorisation: the gap reaches this fraction of its last value"),
    SP_REAL(P, gap_threshold, "0", SP_NONNEGATIVE, "1", "memorisation: the gap reaches this value (0: not asked)"),
    SP_REAL(P, gen_fraction, "0.05", SP_OPEN_FRACTION, "1",
            "generalisation: test loss within this fraction of the way down to its minimum"),
    SP_REAL(P, star_gap, "0", SP_NONNEGATIVE, "1", "psi_n_star: the overfitting that is tolerated (0: not asked)"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, train_time_gen, "1", "samples become good"),
    SP_OUT(R, train_time_best, "1", "least test loss"),
    SP_OUT(R, train_time_leave, "1", "the test loss leaves the band of gen_fraction again: stop before"),
    SP_OUT(R, train_time_mem, "1", "memorisation begins (gap_fraction)"),
    SP_OUT(R, train_time_mem_absolute, "1", "memorisation begins (gap_threshold)"),
    SP_OUT(R, train_time_gen_asymptotic, "1", "1/(2 Delta (a^2 e^{-2t} data_var + b^2)), leading order"),
    SP_OUT(R, train_time_mem_asymptotic, "1",
           "psi_p/(2 Delta lambda), lambda the edge of the memorising bulk, leading order"),
    SP_OUT(R, test_best, "1", "least test loss"),
    SP_OUT(R, score_error_best, "1/data^2", "error of the score there"),
    SP_OUT(R, train_inf, "1", "training loss after infinite time"),
    SP_OUT(R, test_inf, "1", "test loss after infinite time"),
    SP_OUT(R, gap_inf, "1", "their difference: overfitting"),
    SP_OUT(R, psi_n_star, "1", "samples per dimension above which the gap stays below star_gap at all times"),
    SP_OUT(R, a, "1/data", "linear part of the activation, E s'"),
    SP_OUT(R, b, "1", "overlap with the noise, sqrt(Delta) a"),
    SP_OUT(R, v2, "1", "sample-specific part: variance of the noise average beyond the linear part"),
    SP_OUT(R, s2, "1", "the rest: smallest eigenvalue of the feature matrix"),
    SP_OUT(R, residual, "1", "estimated error of the contour sums"),
    {0}};
static const sp_column curves[] = {{"train_time", "1", "training time"},
                                   {"train", "1", "training loss"},
                                   {"test", "1", "test loss"},
                                   {"gap", "1", "test - train"},
                                   {"score_error", "1/data^2", "mean square error of the score per dimension"},
                                   {"residual", "1", "estimated error of the contour sums"},
                                   {0}};
static const sp_table_decl tables[] = {
    {"curves", curves,
     "plot train_time train,test logx logy vline train_time_gen train_time_mem; plot train_time score_error logx logy vline "
     "train_time_gen train_time_mem",
     "Between the two times the score is good and not yet specific to the training points; then the test loss rises"},
    {0}};

static sp_status run_memorization_theory(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    double variance[1] = {p->data_var};
    sp_score_model model;
    const sp_score_curve *curve;
    SP_TRY(sp_score_model_open(run, p->activation, p->psi_p, p->psi_n, p->t, (sp_vec){1, variance}, &model));
    SP_TRY(sp_score_curve_open(run, &model, &curve));
    SP_TRY(sp_memorization_theory(run, p, curve, &model, r));
    for (size_t i = 0; i < p->train_time.n; i++) {
        sp_score_losses l = sp_score_losses_at(curve, p->train_time.v[i]);
        SP_TRY(SP_ROW(sp_result_table(out, "curves"), p->train_time.v[i], l.train, l.test, l.test - l.train, l.score_error,
                      l.residual));
    }
    if (!(r->residual < 1e-6 * (1 + r->test_inf)))
        sp_result_unconverged(out, "the contour sums have an error of %.2g", r->residual);
    return SP_OK;
}

const sp_command sp_command_memorization_theory = {
    .name = "memorization.theory",
    .summary = "Train and test loss of a random-feature score against training time: when it memorises",
    .spec = "09:3.2-3.6",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_memorization_theory,
    SP_SIZES(P, R),
    .example = "--psi-p 8 --psi-n 4 --t 0.1"};
