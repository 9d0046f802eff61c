#include "spinodal/command.h"
#include "spinodal/spiked_tensor.h"

typedef sp_spiked_data_params P;
typedef struct {
    size_t N;
    double delta2, deltap, energy, energy_spread, agreement, overlap, E_th, m_expected, delta2_line;
    const char *verdict;
} R;
static const sp_param params[] = {
    SP_TEXT(P, matrix, "", "symmetric matrix Y (CSV, NPY, ...)"),
    SP_TEXT(P, tensor, "", "symmetric tensor: NPY of N x N x N numbers, or a table of rows i j k value"),
    SP_TEXT(P, planted, "", "the true signal, N numbers, to score the estimate"),
    SP_INT(P, p, "3", SP_BETWEEN(3, 8), "", "order of the tensor"),
    SP_REAL(P, delta2, "inf", SP_POSITIVE, "", "noise variance of the matrix; inf: estimated from its entries"),
    SP_REAL(P, deltap, "inf", SP_POSITIVE, "", "noise variance of the tensor; inf: estimated from its entries"),
    SP_CHOICE(P, method, "gradient-flow|langevin|amp-bayes|amp-ml", "amp-bayes", "algorithm"),
    SP_SIZE(P, starts, "4", SP_BETWEEN(1, 4096), "", "random starts"),
    SP_REAL(P, t_max, "30", SP_POSITIVE, "time", "duration of gradient flow and Langevin dynamics"),
    SP_REAL(P, dt, "0.02", SP_POSITIVE, "time", "their time step"),
    SP_REAL(P, temperature, "1", SP_NONNEGATIVE, "", "temperature of Langevin dynamics"),
    SP_SIZE(P, iterations, "50", SP_BETWEEN(1, 100000), "", "iterations of AMP"),
    SP_REAL(P, tolerance, "1e-5", SP_NONNEGATIVE, "", "asymmetry allowed, relative to the largest entry"),
    SP_FLAG(P, symmetrise, "average matrix and tensor over the orders of their indices"),
    SP_SIZE(P, demo, "0", SP_BETWEEN(0, 100000), "",
            "instead of data: a generated instance with this N and the given noises"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, verdict, "", "where the data stand against the line of the method"),
    SP_OUT(R, N, "", "size"),
    SP_OUT(R, delta2, "", "noise of the matrix used"),
    SP_OUT(R, deltap, "", "noise of the tensor used"),
    SP_OUT(R, delta2_line, "", "below this Delta_2 the method is expected to find the signal"),
    SP_OUT(R, m_expected, "", "overlap expected then"),
    SP_OUT(R, overlap, "", "overlap with the planted signal; nan: not given"),
    SP_OUT(R, agreement, "", "mean |overlap| between the estimates of two starts: near 1 when all find the same"),
    SP_OUT(R, energy, "", "H/N of the best start"),
    SP_OUT(R, energy_spread, "", "range of H/N over starts"),
    SP_OUT(R, E_th, "", "energy of the threshold states"),
    {0}};
static const sp_column trajectory[] = {{"t", "time", "time, or iteration of AMP"},
                                       {"energy", "", "H/N"},
                                       {"mu", "", "Lagrange multiplier (AMP: |x|^2/N)"},
                                       {"m", "", "overlap with the planted signal"},
                                       {"force", "", "root mean square force along the sphere"},
                                       {0}};
static const sp_column estimate[] = {{"i", "", "coordinate"}, {"x", "", "estimate, |x|^2 = N"}, {0}};
static const sp_table_decl tables[] = {
    {"trajectory", trajectory, "plot t energy logx title Energy", "Mean over the starts (AMP: the first start)"},
    {"estimate", estimate, NULL, "The estimate of lowest energy"},
    {0}};

static sp_status run_data(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    R *r = scalars_;
    sp_spiked_data_result d;
    SP_TRY(sp_spiked_data(run, params_, &d));
    *r = (R){d.N,       d.delta2, d.deltap,     d.energy,      d.energy_spread, d.agreement,
             d.overlap, d.E_th,   d.m_expected, d.delta2_line, d.verdict};
    sp_table *t = sp_result_table(out, "trajectory");
    for (size_t i = 0; i < d.n_trace; i++)
        SP_TRY(SP_ROW(t, d.trace[i].t, d.trace[i].energy.value, d.trace[i].mu.value, d.trace[i].m.value,
                      sqrt(d.trace[i].force2.value)));
    t = sp_result_table(out, "estimate");
    for (size_t i = 0; i < d.N; i++)
        SP_TRY(SP_ROW(t, i, d.estimate[i]));
    return SP_OK;
}

const sp_command sp_command_spiked_tensor_data = {
    .name = "spiked-tensor.data",
    .summary = "Find the signal in your matrix and tensor, with a verdict on what can be found",
    .spec = "28:5; 23:5",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_data,
    SP_SIZES(P, R),
    .positional = "matrix",
    .example = "--demo 100 --delta2 0.4 --deltap 1"};
