#include "spinodal/command.h"
#include "spinodal/memorization.h"

typedef sp_memorization_simulate_params P;
typedef sp_memorization_simulate_result R;
static const sp_param params[] = {
    SP_REAL(P, psi_p, "8", SP_POSITIVE, "1", "features per dimension, p/d"),
    SP_REAL(P, psi_n, "4", SP_POSITIVE, "1", "samples per dimension, n/d"),
    SP_REAL(P, t, "0.1", SP_POSITIVE, "OU time", "diffusion time of the score"),
    SP_VEC(P, spectrum, "1", SP_POSITIVE, "data^2", "eigenvalues of the covariance of the data, repeated to d"),
    SP_TEXT(P, activation, "tanh", "tanh, relu, erf, leaky:A or an expression in x; must not be linear"),
    SP_CHOICE(P, features, "equivalent|activation", "equivalent",
              "the Gaussian equivalent of the activation, or the activation itself"),
    SP_SIZE(P, d, "50", SP_AT_LEAST(2), "", "dimension"),
    SP_SIZE(P, simulate, "3", SP_AT_LEAST(2), "", "independent draws of features and data"),
    SP_VEC(P, train_time, "1:1e6:25log", SP_NONNEGATIVE, "1", "training times: steps x rate / d^2"),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, p, "", "features"),
                                    SP_OUT(R, n, "", "samples"),
                                    SP_OUT(R, train_time_gen, "1", "test loss within 5 % of the way down to its minimum"),
                                    SP_OUT(R, train_time_gen_se, "1", "standard error"),
                                    SP_OUT(R, train_time_mem, "1", "gap at 5 % of its last value"),
                                    SP_OUT(R, train_time_mem_se, "1", "standard error"),
                                    {0}};
static const sp_column curves[] = {
    {"train_time", "1", "training time"},           {"train", "1", "training loss, infinite dimension"},
    {"test", "1", "test loss, infinite dimension"}, {"train_simulated", "1", "training loss"},
    {"train_simulated_se", "1", "standard error"},  {"test_simulated", "1", "test loss"},
    {"test_simulated_se", "1", "standard error"},   {0}};
static const sp_table_decl tables[] = {
    {"curves", curves, "plot train_time train,train_simulated,test,test_simulated logx",
     "Points: finite instances by diagonalisation; lines: infinite dimension (for equal eigenvalues of the covariance)"},
    {0}};

static sp_status run_memorization_simulate(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    sp_score_model m;
    const sp_score_curve *curve = NULL;
    SP_TRY(sp_score_model_open(run, p->activation, p->psi_p, p->psi_n, p->t, p->spectrum, &m));
    if (m.n_sigma == 1)
        SP_TRY(sp_score_curve_open(run, &m, &curve));
    sp_score_measured *measured = SP_NEW(run, sp_score_measured, p->train_time.n);
    if (!measured)
        return SP_FAILED;
    SP_TRY(sp_memorization_simulate(run, p, scalars_, measured));
    for (size_t i = 0; i < p->train_time.n; i++) {
        double time = p->train_time.v[i];
        sp_score_losses theory = {NAN, NAN, NAN, NAN};
        if (curve)
            theory = sp_score_losses_at(curve, time);
        const sp_score_measured *s = &measured[i];
        SP_TRY(SP_ROW(sp_result_table(out, "curves"), time, theory.train, theory.test, s->train, s->train_se, s->test,
                      s->test_se));
    }
    return SP_OK;
}

const sp_command sp_command_memorization_simulate = {
    .name = "memorization.simulate",
    .summary = "Exact loss curves of finite random-feature scores beside the theory",
    .spec = "09:3.1-3.3",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_memorization_simulate,
    SP_SIZES(P, R),
    .example = "--psi-p 8 --psi-n 4 --d 25 --features activation"};
