#include "spinodal/survey.h"

typedef sp_survey_params P;
typedef sp_survey_result R;
static const sp_param params[] = {SP_DATASET(P, data, SP_REQUIRED, "the data"),
                                  SP_FLAG(P, quick, "fewer rows and queries: seconds"),
                                  SP_FLAG(P, full, "every estimator at full size: minutes"),
                                  {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, duplicates, "", "rows that repeat an earlier one"),
    SP_OUT(R, constant_columns, "", "coordinates that never change"),
    SP_OUT(R, alpha, "1", "log(n)/d"),
    SP_OUT(R, Lambda, "data^2", "largest eigenvalue of the covariance"),
    SP_OUT(R, d_eff, "", "effective dimension (sum lambda)^2 / sum lambda^2"),
    SP_OUT(R, noise_edge, "data^2", "upper edge of the eigenvalues of noise as large as the bulk"),
    SP_OUT(R, n_resolved, "", "eigenvalues above that edge"),
    SP_OUT(R, t_S_spectral, "1", "speciation time 1/2 log Lambda"),
    SP_OUT(R, t_S_class_first, "1", "the pair of classes that separates first (largest time)"),
    SP_OUT(R, t_S_class_last, "1", "the pair of classes that separates last"),
    SP_OUT(R, t_C_spectral, "1", "collapse time of Gaussian data with this covariance: an upper bound"),
    SP_OUT(R, t_C_phi, "1", "collapse time where phi_C = 1/2"),
    SP_OUT(R, t_C_phi_se, "1", "standard error"),
    SP_OUT(R, t_C_loo, "1", "collapse time where the leave-one-out excess entropy vanishes"),
    SP_OUT(R, t_C_loo_se, "1", "standard error"),
    SP_OUT(R, t_C_traj, "1", "mean collapse time of backward trajectories"),
    SP_OUT(R, t_C_traj_se, "1", "standard error"),
    SP_OUT(R, t_C_phi_surrogate, "1", "t_C_phi of Gaussian points with the same spectrum"),
    SP_OUT(R, t_C_phi_surrogate_se, "1", "standard error"),
    SP_OUT(R, step_S_linear, "", "step of t_S, linear DDPM schedule of 1000 steps"),
    SP_OUT(R, step_C_linear, "", "step of t_C_phi, linear schedule"),
    SP_OUT(R, step_S_cosine, "", "step of t_S, cosine schedule of 1000 steps"),
    SP_OUT(R, step_C_cosine, "", "step of t_C_phi, cosine schedule"),
    SP_OUT(R, log10_n_wanted, "", "log10 of the n that would halve t_C (Gaussian data of this covariance)"),
    SP_OUT(R, h_opt, "data", "bandwidth of the best kernel density estimate"),
    SP_OUT(R, h_G, "data", "below: a few points carry all the weight"),
    SP_OUT(R, h_CLT, "data", "above: classical"),
    SP_OUT(R, N_eff_kde, "", "points that contribute to a density value at h_opt"),
    {0}};
static const sp_column classes[] = {
    {"class", "", "class"}, {"count", "", "points"}, {"fraction", "1", "share of the points"}, {0}};
static const sp_column columns[] = {{"column", "", "coordinate"},
                                    {"mean", "", "mean, in units of the source"},
                                    {"sd", "", "standard deviation, in units of the source"},
                                    {"min", "", "smallest value"},
                                    {"max", "", "largest value"},
                                    {"sd_scaled", "data", "standard deviation on the scale used here"},
                                    {0}};
static const sp_column spectrum[] = {{"index", "", "rank of the eigenvalue"},
                                     {"lambda", "data^2", "eigenvalue of the covariance"},
                                     {"lambda_se", "data^2", "sampling error lambda sqrt(2/n) of Gaussian data"},
                                     {"t_S_spectral", "1", "speciation time of the direction"},
                                     {"cumulative", "1", "share of the variance up to here"},
                                     {"resolved", "", "above the edge of noise"},
                                     {0}};
static const sp_column projection[] = {{"x_1", "data", "first principal direction"},
                                       {"x_2", "data", "second principal direction"},
                                       {"class", "", "class"},
                                       {0}};
static const sp_table_decl tables[] = {
    {"classes", classes, NULL, "Classes."},
    {"columns", columns, NULL, "Coordinates (the first 64)."},
    {"spectrum", spectrum, "plot index lambda logx logy hline 1 noise_edge xlabel rank ylabel eigenvalue λ",
     "Eigenvalues of the covariance. Dashed: the noise variance 1, below which a direction never speciates, and the edge of "
     "what n points resolve."},
    {"projection", projection, "plot x_1 x_2 by class points",
     "Random points along the two leading directions: what the backward process decides first."},
    {0}};

static sp_status run_survey(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    return sp_survey_run(run, params_, scalars_, out);
}

const sp_command sp_command_survey = {.name = "survey",
                                      .summary = "The phase diagram of learning on a dataset",
                                      .spec = "03; 05; 07",
                                      .params = params,
                                      .scalars = scalars,
                                      .tables = tables,
                                      .run = run_survey,
                                      SP_SIZES(P, R),
                                      .example = "gen:gaussian-mixture,d=64,n=1000 --quick"};
