#include "phase_retrieval_options.h"

typedef sp_retrieval_simulate_params P;
typedef struct {
    double success, success_se, energy, energy_se, energy_threshold, alpha_half, alpha_half_se, alpha_start, alpha_threshold;
} R;
static const sp_param params[] = {
    SP_VEC(P, samples_per_dim, "2,3,4,5", SP_POSITIVE, "1", "alpha = M/N (grid)"),
    RETRIEVAL_LOSS_OPTIONS(P),
    SP_SIZE(P, N, "128", SP_BETWEEN(8, 1000000), "", "dimension"),
    SP_SIZE(P, instances, "20", SP_AT_LEAST(1), "", "independent sets of measurements"),
    SP_SIZE(P, starts, "1", SP_BETWEEN(1, 4096), "", "starts on the same measurements, moved together"),
    SP_REAL(P, t_max, "60", SP_POSITIVE, "time", "last time"),
    SP_REAL(P, lr, "0", SP_NONNEGATIVE, "time", "time step; 0: 0.02 (quartic: 0.002); halved when a step raises the loss"),
    SP_FLAG(P, spectral, "start at the spectral estimate"),
    SP_FLAG(P, project_signal, "keep the overlap at zero: the dynamics of N = infinity"),
    SP_SIZE(P, records, "40", SP_BETWEEN(1, 1000), "", "recorded times"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, success, "1", "success rate at the last alpha: |m| > 0.99 by t-max"),
    SP_OUT(R, success_se, "1", "standard error"),
    SP_OUT(R, energy, "", "loss/N at t-max there"),
    SP_OUT(R, energy_se, "", "standard error"),
    SP_OUT(R, energy_threshold, "", "loss/N of the threshold states there; nan: none"),
    SP_OUT(R, alpha_half, "1", "where half of the descents succeed (logistic fit); nan: not crossed"),
    SP_OUT(R, alpha_half_se, "1", "standard error"),
    SP_OUT(R, alpha_start, "1", "N = infinity: the start sees the signal above (nan: quartic loss)"),
    SP_OUT(R, alpha_threshold, "1", "N = infinity: gradient descent succeeds above"),
    {0}};
static const sp_column success[] = {{"samples_per_dim", "1", "alpha = M/N"},
                                    {"success", "1", "fraction of descents that reach |m| > 0.99"},
                                    {"success_se", "1", "standard error"},
                                    {"low", "1", "lower end of the 95 % Wilson interval"},
                                    {"high", "1", "upper end"},
                                    {"fit", "1", "logistic fit; nan: the rates do not cross 1/2"},
                                    {"success_time", "time", "mean time to reach it"},
                                    {"success_time_se", "time", "standard error"},
                                    {"energy", "", "loss/N at the end"},
                                    {"energy_se", "", "standard error"},
                                    {"energy_threshold", "", "loss/N of threshold states"},
                                    {"escape_rate", "1/time", "growth rate of m there"},
                                    {0}};
static const sp_column curves[] = {{"samples_per_dim", "1", "alpha = M/N"},
                                   {"t", "time", "time"},
                                   {"m", "1", "|overlap| with the signal"},
                                   {"m_se", "1", "standard error"},
                                   {"energy", "", "loss/N"},
                                   {"energy_se", "", "standard error"},
                                   {"energy_threshold", "", "loss/N of threshold states"},
                                   {0}};
static const sp_table_decl tables[] = {
    {"success", success, "plot samples_per_dim success,fit vline alpha_start alpha_threshold yrange 0:1 title Success rate",
     "At finite N descent succeeds far below the limit for N = infinity, by its early window"},
    {"curves", curves,
     "plot t m by samples_per_dim logx title Overlap; plot t energy by samples_per_dim logx logy title Loss per dimension",
     "Gradient descent in time: the plateau at the threshold energy, then the drop when the signal is found"},
    {0}};

static sp_status run_simulate(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    sp_retrieval_simulation s;
    sp_retrieval_critical c;
    SP_TRY(sp_retrieval_simulate(run, p, &s));
    SP_TRY(sp_retrieval_critical_of(run, &p->loss, &c));
    sp_table *t = sp_result_table(out, "success"), *curve = sp_result_table(out, "curves");
    size_t each = s.n_curves / s.n_rates;
    sp_retrieval_state state = {0};
    for (size_t i = 0; i < s.n_rates; i++) {
        const sp_retrieval_rate *x = &s.rate[i];
        SP_TRY(sp_retrieval_threshold(run, &p->loss, x->alpha, &state));
        SP_TRY(SP_ROW(t, x->alpha, x->success.value, x->success.se, x->low, x->high, x->fit, x->success_time.value,
                      x->success_time.se, x->energy.value, x->energy.se, state.energy, state.escape_rate));
        for (size_t k = 0; k < each; k++) {
            const sp_retrieval_curve *y = &s.curve[i * each + k];
            SP_TRY(SP_ROW(curve, y->alpha, y->t, y->m.value, y->m.se, y->energy.value, y->energy.se, state.energy));
        }
    }
    const sp_retrieval_rate *last = &s.rate[s.n_rates - 1];
    *(R *)scalars_ = (R){.success = last->success.value,
                         .success_se = last->success.se,
                         .energy = last->energy.value,
                         .energy_se = last->energy.se,
                         .energy_threshold = state.energy,
                         .alpha_half = s.alpha_half,
                         .alpha_half_se = s.alpha_half_se,
                         .alpha_start = c.alpha_start,
                         .alpha_threshold = c.state.alpha};
    return SP_OK;
}

const sp_command sp_command_phase_retrieval_simulate = {
    .name = "phase-retrieval.simulate",
    .summary = "Gradient descent at finite N: success rate against the number of measurements",
    .spec = "13:3.5-3.7; 19:3.4",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_simulate,
    SP_SIZES(P, R),
    .example = "--N 48 --instances 10 --samples-per-dim 2,4,6 --t-max 20"};
