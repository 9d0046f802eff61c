#include "schedule_options.h"

typedef sp_schedule_recommend_params P;
typedef sp_schedule_recommend_result R;
static const sp_param params[] = {
    SP_DATASET(P, data, "", "the dataset (or --Lambda)"),
    SP_REAL(P, Lambda, "0", SP_NONNEGATIVE, "data^2", "without DATA: top eigenvalue of the covariance"),
    SP_REAL(P, class_distance, "0", SP_NONNEGATIVE, "data", "without DATA: smallest distance of class means (0: unknown)"),
    SP_REAL(P, s_min, "0", SP_NONNEGATIVE, "data", "smallest standard deviation that matters (0: from the data, else 1)"),
    SP_PATH_PARAM(P),
    SP_GRID_PARAM(P),
    SP_REAL(P, kappa, "4", SP_POSITIVE, "", "width of the window: lost weight of the modes is of order exp(-kappa^2/2)"),
    SP_FRACTION_PARAM(P),
    SP_SIZE(P, steps, "50", SP_AT_LEAST(2), "", "steps of the sampler"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, d, "", "dimension"),
    SP_OUT(R, Lambda, "data^2", "top eigenvalue of the covariance"),
    SP_OUT(R, class_distance, "data", "smallest distance of class means"),
    SP_OUT(R, window, "", "vp, linear: share of s in which the modes are chosen; ve: in which the shapes are formed"),
    SP_OUT(R, source, "", "what the window of vp comes from: classes or the top eigenvalue"),
    SP_OUT(R, s_speciation, "", "path time of the speciation, b_t^2 Lambda = a_t^2"),
    SP_OUT(R, t_S_spectral, "OU time", "the same, 1/2 log Lambda"),
    SP_OUT(R, s_min, "data", "smallest standard deviation that matters"),
    SP_OUT(R, s_max, "data", "largest standard deviation inside a mode"),
    SP_OUT(R, sigma_last, "data", "noise before the last step: should be near s_min/10 or below"),
    SP_OUT(R, steps_uniform, "", "uniform steps that would resolve the window as well"),
    {0}};
static const sp_column grid[] = {{"k", "", "step"},
                                 {"tau", "", "share of the steps"},
                                 {"s", "", "path time, from noise to data"},
                                 {"t", "OU time", "time of the same signal-to-noise ratio"},
                                 {"a_t", "", "coefficient of the noise"},
                                 {"b_t", "", "coefficient of the data"},
                                 {"sigma", "data", "noise in units of the data, a_t/b_t"},
                                 {"log_snr", "", "2 log(b_t/a_t)"},
                                 {"phase", "", "mode: the modes are chosen; shape: they are formed"},
                                 {0}};
static const sp_column eigenvalues[] = {{"direction", "", "rank"},
                                        {"lambda", "data^2", "eigenvalue of the covariance"},
                                        {"log_snr", "", "where it is decided: -log lambda"},
                                        {"steps_before", "", "steps of the grid before that"},
                                        {0}};
static const sp_table_decl tables[] = {
    {"grid", grid, "plot tau log_snr points title Noise levels of the steps; plot s tau points title Path time",
     "Levels to use with your own sampler: times, coefficients, sigma, log-SNR"},
    {"eigenvalues", eigenvalues, "plot steps_before log_snr points title Where the directions of the data are decided",
     "Each direction of the data is decided near log-SNR = -log lambda; the leading 256"},
    {0}};

static sp_status run_schedule_recommend(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    sp_schedule_advice a;
    SP_TRY(sp_schedule_recommend(run, p, scalars_, &a));
    for (size_t k = 0; k <= a.steps; k++)
        SP_TRY(SP_ROW(sp_result_table(out, "grid"), k, (double)k / (double)a.steps, a.s[k], a.t[k], a.a_t[k], a.b_t[k],
                      a.sigma[k], a.log_snr[k], a.phase[k]));
    for (size_t i = 0; i < a.eigenvalues.n && i < 256 && a.eigenvalues.v[i] > 0; i++) {
        double level = -log(a.eigenvalues.v[i]);
        size_t before = 0;
        while (before < a.steps && a.log_snr[before + 1] < level)
            before++;
        SP_TRY(SP_ROW(sp_result_table(out, "eigenvalues"), i + 1, a.eigenvalues.v[i], level, before));
    }
    return SP_OK;
}

const sp_command sp_command_schedule_recommend = {.name = "schedule.recommend",
                                                  .summary =
                                                      "Noise levels for your sampler: steps where your data are decided",
                                                  .spec = "10:3.5",
                                                  .params = params,
                                                  .scalars = scalars,
                                                  .tables = tables,
                                                  .run = run_schedule_recommend,
                                                  SP_SIZES(P, R),
                                                  .example = "gen:gaussian-mixture,d=256,n=500 --steps 20"};
