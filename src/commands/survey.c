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
    SP_OUT(R, t_S_class_last_se, "1", "standard error"),
    SP_OUT(R, alpha, "1", "log(n)/d"),
    SP_OUT(R, Lambda, "data^2", "largest eigenvalue of the covariance"),
    SP_OUT(R, d_eff, "", "effective dimension (sum lambda)^2 / sum lambda^2"),
    SP_OUT(R, noise_edge, "data^2", "upper edge of the eigenvalues of noise as large as the bulk"),
    SP_OUT(R, n_resolved, "", "eigenvalues above that edge"),
    SP_OUT(R, t_S_spectral, "1", "speciation time 1/2 log Lambda"),
    SP_OUT(R, t_S_class_first, "1", "the pair of classes that separates first (largest time)"),
    SP_OUT(R, t_S_class_first_se, "1", "standard error"),
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
    SP_OUT(R, memorisation_from, "1", "random-feature score: training time from which it is good"),
    SP_OUT(R, memorisation_to, "1", "and at which its held-out loss has risen again by 5 % (inf: never)"),
    SP_OUT(R, memorisation_to_se, "1", "standard error"),
    SP_OUT(R, h_opt, "data", "bandwidth of the best kernel density estimate"),
    SP_OUT(R, h_opt_se, "data", "standard error"),
    SP_OUT(R, h_G, "data", "below: a few points carry all the weight"),
    SP_OUT(R, h_CLT, "data", "above: classical"),
    SP_OUT(R, N_eff_kde, "", "points that contribute to a density value at h_opt"),
    SP_OUT(R, N_eff_kde_se, "", "standard error"),
    SP_OUT(R, features_best_p, "", "random features of least predicted error on half of the rows"),
    SP_OUT(R, features_best_ridge, "1", "with this ridge"),
    SP_OUT(R, features_best_test, "1", "that error relative to the variance of the labels"),
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
static const sp_column clock[] = {{"event", "", "what happens"},
                                  {"t", "1", "OU time"},
                                  {"t_se", "1", "standard error"},
                                  {"sigma", "data", "noise in units of the data, sqrt(e^{2t} - 1)"},
                                  {"step_linear", "", "step of the linear DDPM schedule"},
                                  {"step_cosine", "", "step of the cosine schedule"},
                                  {"meaning", "", "in words"},
                                  {0}};
static const sp_column directions[] = {{"direction", "", "rank"},
                                       {"lambda", "data^2", "eigenvalue of the covariance"},
                                       {"t_S_spectral", "1", "speciation time 1/2 log lambda"},
                                       {"step_linear", "", "step of the linear DDPM schedule"},
                                       {"step_cosine", "", "step of the cosine schedule"},
                                       {0}};
static const sp_column pairs[] = {{"class_k", "", "class"},
                                  {"class_l", "", "class"},
                                  {"t_S_class", "1", "time where the two separate"},
                                  {"t_S_class_se", "1", "standard error"},
                                  {"step_linear", "", "step of the linear DDPM schedule"},
                                  {"step_cosine", "", "step of the cosine schedule"},
                                  {0}};
static const sp_column class_tree[] = {{"merge", "", "number of the merge"},
                                       {"height", "1", "time at which the two groups separate"},
                                       {"left", "", "first group"},
                                       {"right", "", "second group"},
                                       {"step_linear", "", "step of the linear DDPM schedule"},
                                       {"step_cosine", "", "step of the cosine schedule"},
                                       {0}};
static const sp_column dendrogram[] = {{"x", "", "place of the class, or of the middle of a group"},
                                       {"t", "1", "OU time"},
                                       {"leaf", "", "class at this place"},
                                       {0}};
static const sp_column noise_levels[] = {{"k", "", "step"},
                                         {"s", "", "path time, from noise to data"},
                                         {"t", "1", "OU time"},
                                         {"sigma", "data", "noise in units of the data"},
                                         {"log_snr", "", "log signal-to-noise ratio"},
                                         {"phase", "", "mode: the classes are chosen; shape: they are formed"},
                                         {0}};
static const sp_column guidance[] = {
    {"omega", "", "strength of guidance"},       {"accuracy", "", "samples attributed to the class"},
    {"accuracy_se", "", "standard error"},       {"shift", "data", "of the mean away from the other classes"},
    {"shift_se", "data", "standard error"},      {"variance_along", "", "variance in that direction over that of the class"},
    {"variance_along_se", "", "standard error"}, {"coverage", "", "points of the class with a sample nearby"},
    {"coverage_se", "", "standard error"},       {0}};
static const sp_column curves[] = {{"t", "", "OU time"},
                                   {"phi_C", "1", "weight that stays on one data point"},
                                   {"phi_C_se", "1", "standard error"},
                                   {"phi_C_surrogate", "1", "the same of Gaussian points with this spectrum"},
                                   {"phi_C_surrogate_se", "1", "standard error"},
                                   {"f_ex", "nat", "excess entropy per dimension"},
                                   {"f_ex_se", "nat", "standard error"},
                                   {"f_ex_surrogate", "nat", "the same of Gaussian points with this spectrum"},
                                   {"f_ex_surrogate_se", "nat", "standard error"},
                                   {"f_loo", "nat", "leave-one-out excess entropy per dimension"},
                                   {"f_loo_se", "nat", "standard error"},
                                   {"f_ex_gauss", "nat", "Gaussian data of this covariance in large dimension"},
                                   {"N_eff", "1", "data points that contribute"},
                                   {"N_eff_se", "1", "standard error"},
                                   {"phi", "1", "two clones end in the same class"},
                                   {"phi_se", "1", "standard error"},
                                   {"step_linear", "", "step of the linear DDPM schedule"},
                                   {"step_cosine", "", "step of the cosine schedule"},
                                   {0}};
static const sp_column paths[] = {
    {"trajectory", "", "number"}, {"t", "", "OU time"}, {"x_1", "data", "along the leading direction"}, {0}};
static const sp_column trajectories[] = {
    {"trajectory", "", "number"},       {"t_C_traj", "1", "from here on the nearest point stays the same"},
    {"nn_index", "", "row it ends on"}, {"nn_distance", "data", "distance from it"},
    {"class", "", "class of that row"}, {0}};
static const sp_column bandwidths[] = {
    {"h", "data", "bandwidth"},          {"loo", "nat", "leave-one-out log likelihood per point and dimension"},
    {"loo_se", "nat", "standard error"}, {"N_eff", "1", "points that carry a value"},
    {"N_eff_se", "1", "standard error"}, {"m_k5", "1", "stable index from the spacings of 5 nearest points"},
    {"m_k5_se", "1", "standard error"},  {0}};
static const sp_column kde_phases[] = {{"alpha", "1", "log(n)/d"},
                                       {"h_G", "data", "condensation"},
                                       {"h_CLT", "data", "end of the classical regime"},
                                       {"h_best", "data", "least KL"},
                                       {"h_loo", "data", "best bandwidth of these data"},
                                       {"h_loo_se", "data", "standard error"},
                                       {0}};
static const sp_column known[] = {{"quantity", "", "quantity"},
                                  {"survey", "", "of the survey"},
                                  {"survey_se", "", "standard error"},
                                  {"closed_form", "", "closed form"},
                                  {"deviations", "", "difference in standard errors"},
                                  {"how", "", "of the closed form"},
                                  {0}};
static const sp_column known_curves[] = {{"t", "", "OU time"},
                                         {"phi_C", "1", "weight that stays on one data point"},
                                         {"phi_C_se", "1", "standard error"},
                                         {"phi_C_exact", "1", "exact at this n and d"},
                                         {"f_ex", "nat", "excess entropy per dimension"},
                                         {"f_ex_se", "nat", "standard error"},
                                         {"f_ex_exact", "nat", "exact at this n and d"},
                                         {"phi", "1", "two clones end in the same class"},
                                         {"phi_se", "1", "standard error"},
                                         {"phi_theory", "1", "closed form"},
                                         {0}};
static const sp_column memorisation[] = {{"train_time", "1", "training time of a random-feature score at t = 0.01"},
                                         {"train", "1", "training loss"},
                                         {"train_se", "1", "standard error over draws of the features"},
                                         {"test", "1", "held-out loss"},
                                         {"test_se", "1", "standard error over draws of the features"},
                                         {0}};
static const sp_column features[] = {{"p", "", "random features"},
                                     {"n", "", "training rows"},
                                     {"test", "target^2", "predicted error with hardly any ridge (3e-4)"},
                                     {"best_test", "target^2", "predicted error with the best ridge"},
                                     {"zone", "", "danger: more than 1.5 times the error of the best ridge"},
                                     {0}};
static const sp_column dependence[] = {{"column", "", "coordinate"},
                                       {"xi", "1", "coefficient of the label on the coordinate"},
                                       {"xi_null", "1", "95 % point of an independent one"},
                                       {0}};
static const sp_column selection[] = {{"step", "", "step"},
                                      {"column", "", "coordinate added"},
                                      {"T", "1", "dependence of the label on those chosen"},
                                      {"delta_T", "1", "gain of the step"},
                                      {0}};
static const sp_table_decl tables[] = {
    {"clock", clock, "plot t event logx",
     "The clock of this dataset: generation runs from right (noise) to left (t = 0, data)."},
    {"classes", classes, NULL, "Classes."},
    {"columns", columns, NULL, "Coordinates (the first 64)."},
    {"spectrum", spectrum, "plot index lambda logx logy hline 1 noise_edge xlabel rank ylabel eigenvalue λ",
     "Eigenvalues of the covariance. Dashed: the noise variance 1, below which a direction never speciates, and the edge of "
     "what n points resolve."},
    {"projection", projection, "plot x_1 x_2 by class points",
     "Random points along the two leading directions: what the backward process decides first."},
    {"directions", directions, NULL, "Directions that speciate, as DDPM steps too."},
    {"pairs", pairs, "map class_k class_l t_S_class",
     "When each pair of classes separates: the larger the time, the earlier in generation."},
    {"class_tree", class_tree, NULL, "Groups of classes and the time at which they separate."},
    {"dendrogram", dendrogram, "plot x t lines xlabel class, in the order of the table title The tree of classes",
     "Groups of classes join at the time below which they are told apart: read downwards during generation."},
    {"noise_levels", noise_levels, "plot k log_snr points title Noise levels of 50 steps",
     "Steps of a sampler, half of them where the classes are chosen."},
    {"guidance", guidance, "plot omega accuracy,coverage,variance_along title Guided samples of one class",
     "Guided samples of the first class from Gaussian fits of the classes."},
    {"curves", curves,
     "plot t phi_C,phi_C_surrogate,phi logx vline t_C_phi t_C_spectral t_S_spectral hline 0.5 ylabel probability;"
     "plot t f_ex,f_ex_surrogate,f_loo,f_ex_gauss logx vline t_C_loo t_C_spectral hline 0 title Excess entropy per "
     "dimension: data, Gaussian surrogate, leave-one-out;"
     "plot t N_eff logx logy vline t_C_phi title How many data points share a noised sample",
     "Collapse order parameter of the data and of Gaussian points with the same spectrum, and agreement of classes."},
    {"paths", paths, "plot t x_1 by trajectory logx nokey vline t_C_traj t_C_phi t_S_spectral",
     "Trajectories along the leading direction: generation runs from right to left. They commit near t_S and settle near "
     "t_C."},
    {"trajectories", trajectories,
     "hist t_C_traj vline t_C_traj t_C_phi t_C_spectral title When trajectories settle on a training point", NULL},
    {"bandwidths", bandwidths,
     "plot h loo logx vline h_opt h_G h_CLT; plot h N_eff logx logy vline h_opt h_G h_CLT title How many points carry a "
     "value of the estimate",
     "Leave-one-out likelihood of the bandwidth. Left of h_G a few points carry each value."},
    {"kde_phases", kde_phases, "plot alpha h_G,h_CLT,h_best,h_loo logx logy",
     "Phase diagram of kernel estimates for Gaussian data of this spectrum, with the best bandwidth of these data."},
    {"known", known, NULL, "Every number with its closed form."},
    {"known_curves", known_curves,
     "plot t phi_C,phi_C_exact,phi,phi_theory logx vline t_C_phi t_S_spectral ylabel probability; plot t f_ex,f_ex_exact "
     "logx title Excess entropy",
     "The measured curves (points) on their closed forms (lines)."},
    {"memorisation", memorisation, "plot train_time train,test logx vline memorisation_from memorisation_to",
     "Stop between the two lines: after that the training loss falls at the expense of the held-out loss."},
    {"features", features, "map p n test logx logy logz; map p n zone logx logy",
     "Predicted error of learning the labels with random features. Danger: as many features as rows, where the model fits "
     "the noise of its sample."},
    {"dependence", dependence, "plot column xi,xi_null bars",
     "Dependence of the label on each coordinate (the first 64); above xi_null: beyond chance at 5 %."},
    {"selection", selection, NULL, "Coordinates in the order of forward selection."},
    {0}};

static sp_status run_survey(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    return sp_survey_run(run, params_, scalars_, out);
}

const sp_command sp_command_survey = {.name = "survey",
                                      .summary = "The phase diagram of learning on a dataset",
                                      .spec = "03; 05; 07; 09; 11; 17; 20; 21",
                                      .params = params,
                                      .scalars = scalars,
                                      .tables = tables,
                                      .run = run_survey,
                                      SP_SIZES(P, R),
                                      .example = "gen:gaussian-mixture,d=64,n=1000 --quick"};
