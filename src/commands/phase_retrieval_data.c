#include "phase_retrieval_options.h"

typedef sp_retrieval_data_params P;
typedef struct {
    const char *verdict;
    size_t M, N, recovered;
    double alpha, alpha_start, alpha_threshold, energy, energy_threshold, energy_start, agreement, overlap, margin_start,
        margin_start_se, edge_start, edge_start_se, lambda_1, lambda_1_se, row_scale, signal_norm;
} R;
static const sp_param params[] = {
    SP_TEXT(P, x, "", "measurement vectors, M x N real numbers (NPY, CSV, MatrixMarket, ...)"),
    SP_TEXT(P, intensities, "", "M values (x.w)^2"),
    SP_FLAG(P, amplitude, "the intensities are amplitudes |x.w|"),
    SP_TEXT(P, weights, "", "M weights >= 0 of the measurements in the loss"),
    SP_TEXT(P, planted, "", "the true signal, N numbers, to check the answer"),
    RETRIEVAL_LOSS_OPTIONS(P),
    SP_SIZE(P, starts, "8", SP_BETWEEN(1, 4096), "", "random starts, moved together"),
    SP_FLAG(P, spectral, "the first start is the spectral estimate"),
    SP_REAL(P, t_max, "100", SP_POSITIVE, "time", "length of the descent"),
    SP_REAL(P, lr, "0", SP_NONNEGATIVE, "time", "time step; 0: 0.02 (quartic: 0.002); halved when a step raises the loss"),
    SP_SIZE(P, demo, "0", SP_NONNEGATIVE, "", "instead of data: Gaussian measurements of a signal of this dimension"),
    SP_REAL(P, samples_per_dim, "5", SP_AT_LEAST(1), "1", "alpha = M/N of the demo"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, verdict, "", "what happened"),
    SP_OUT(R, M, "", "measurements"),
    SP_OUT(R, N, "", "dimension"),
    SP_OUT(R, alpha, "1", "M/N"),
    SP_OUT(R, alpha_start, "1", "above: the start sees the signal (Gaussian measurements)"),
    SP_OUT(R, alpha_threshold, "1", "above: gradient descent cannot get stuck (N = infinity)"),
    SP_OUT(R, recovered, "", "starts whose loss is below 1e-6 of the threshold energy"),
    SP_OUT(R, energy, "", "lowest loss/N"),
    SP_OUT(R, energy_threshold, "", "loss/N of threshold states at this alpha"),
    SP_OUT(R, energy_start, "", "loss/N of the first start"),
    SP_OUT(R, agreement, "1", "mean |cos| between the recovered signals"),
    SP_OUT(R, overlap, "1", "|cos| of the estimate with the planted signal; nan: unknown"),
    SP_OUT(R, margin_start, "", "> 0: the Hessian at the first start points to the signal"),
    SP_OUT(R, margin_start_se, "", "standard error (bootstrap over the measurements)"),
    SP_OUT(R, edge_start, "", "edge of its bulk, theory on the labels"),
    SP_OUT(R, edge_start_se, "", "standard error (bootstrap over the measurements)"),
    SP_OUT(R, lambda_1, "", "its lowest eigenvalue, diagonalised"),
    SP_OUT(R, lambda_1_se, "", "standard error (infinitesimal jackknife over the measurements)"),
    SP_OUT(R, row_scale, "data", "root mean square entry of the measurements"),
    SP_OUT(R, signal_norm, "data", "norm of the signal, from the mean intensity"),
    {0}};
static const sp_column starts[] = {{"start", "", "number"},
                                   {"energy", "", "loss/N at the end"},
                                   {"mu", "", "multiplier"},
                                   {"cosine", "1", "|cos| with the estimate"},
                                   {0}};
static const sp_column estimate[] = {{"i", "", "coordinate"}, {"w", "data", "estimate, sign arbitrary"}, {0}};
static const sp_table_decl tables[] = {
    {"starts", starts, "plot start energy points logy hline energy_threshold title Final loss of each start",
     "Recovered starts have vanishing loss; stuck ones stay near the threshold energy"},
    {"estimate", estimate, "", "The signal of the start of lowest loss, in the units of the data"},
    {0}};

static sp_status run_data(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    sp_retrieval_data_result d;
    SP_TRY(sp_retrieval_data(run, params_, &d));
    *(R *)scalars_ = (R){.verdict = d.verdict,
                         .M = d.M,
                         .N = d.N,
                         .recovered = d.recovered,
                         .alpha = d.alpha,
                         .alpha_start = d.alpha_start,
                         .alpha_threshold = d.alpha_threshold,
                         .energy = d.energy,
                         .energy_threshold = d.energy_threshold,
                         .energy_start = d.energy_start,
                         .agreement = d.agreement,
                         .overlap = d.overlap,
                         .margin_start = d.margin_start,
                         .edge_start = d.edge_start,
                         .margin_start_se = d.margin_start_se,
                         .edge_start_se = d.edge_start_se,
                         .lambda_1 = d.lambda_1,
                         .lambda_1_se = d.lambda_1_se,
                         .row_scale = d.row_scale,
                         .signal_norm = d.signal_norm};
    sp_table *t = sp_result_table(out, "starts");
    for (size_t r = 0; r < d.starts; r++)
        SP_TRY(SP_ROW(t, r, d.start_energy[r], d.start_mu[r], d.start_cos[r]));
    t = sp_result_table(out, "estimate");
    for (size_t i = 0; i < d.N; i++)
        SP_TRY(SP_ROW(t, i, d.estimate[i]));
    return SP_OK;
}

const sp_command sp_command_phase_retrieval_data = {
    .name = "phase-retrieval.data",
    .summary = "Recover a signal from your intensities, with a verdict: recovered or stuck",
    .spec = "19:5; 13:5",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_data,
    SP_SIZES(P, R),
    .positional = "x",
    .example = "--demo 60 --samples-per-dim 6 --t-max 40"};
