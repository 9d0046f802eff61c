#include "spiked_tensor_options.h"

typedef sp_spiked_thresholds_params P;
typedef sp_spiked_thresholds R;
static const sp_param params[] = {
    SPIKED_MODEL_OPTIONS(P),
    SPIKED_KERNEL_OPTION(P),
    SP_REAL(P, temperature, "1", SP_NONNEGATIVE, "", "temperature of the plateau, the aging energy and the Langevin line"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, regime, "", "at this point: impossible, hard, or easy for AMP"),
    SP_OUT(R, m_bayes, "", "overlap of the Bayes-optimal estimate"),
    SP_OUT(R, m_amp, "", "overlap that AMP reaches without information"),
    SP_OUT(R, mmse, "", "least mean squared error, 1 - m_bayes"),
    SP_OUT(R, free_entropy, "", "free entropy at m_bayes, relative to m = 0"),
    SP_OUT(R, m_ml, "", "overlap of the maximum-likelihood estimate"),
    SP_OUT(R, E_ml, "", "its energy"),
    SP_OUT(R, delta2_langevin, "",
           "below it Langevin dynamics at this temperature finds the signal; nan: no threshold states"),
    SP_OUT(R, delta2_gf, "", "below it gradient flow finds the signal"),
    SP_OUT(R, delta2_ml, "", "below it maximum-likelihood AMP finds the signal (Bayes AMP: below 1)"),
    SP_OUT(R, inverse_noise_2_gf, "", "1/delta2_gf"),
    SP_OUT(R, inverse_noise_2_ml, "", "1/delta2_ml"),
    SP_OUT(R, spinodal_m, "", "overlap at the spinodal (Delta_2 > 1)"),
    SP_OUT(R, deltap_spinodal, "", "Delta_p below which an informative state exists (Delta_2 > 1)"),
    SP_OUT(R, deltap_it, "", "Delta_p below which it is the dominant one (Delta_2 > 1)"),
    SP_OUT(R, E_th, "", "energy of the threshold states at T = 0"),
    SP_OUT(R, mu_th, "", "their mu, 2 sqrt(Q''(1))"),
    SP_OUT(R, q_th, "", "plateau of aging at this temperature; nan: none"),
    SP_OUT(R, aging_X, "", "fluctuation-dissipation ratio of aging at this temperature"),
    SP_OUT(R, aging_energy, "", "energy of aging at this temperature"),
    SP_OUT(R, outlier, "", "Hessian eigenvalue toward the signal at threshold states; nan: inside the bulk"),
    SP_OUT(R, growth_rate, "", "late growth rate of ln m in gradient flow"),
    {0}};

static sp_status run_thresholds(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    (void)out;
    return sp_spiked_thresholds_of(run, params_, scalars_);
}

const sp_command sp_command_spiked_tensor_thresholds = {
    .name = "spiked-tensor.thresholds",
    .summary = "Where AMP, Langevin dynamics and gradient flow find the signal, and what stops them",
    .spec = "28:3.5-3.6; 23:3.3-3.4",
    .params = params,
    .scalars = scalars,
    .run = run_thresholds,
    SP_SIZES(P, R),
    .example = "--delta2 0.5 --deltap 1"};
