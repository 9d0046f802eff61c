#include "spinodal/command.h"
#include "spinodal/diffusion.h"

typedef sp_diffusion_times_params P;
typedef sp_diffusion_times_result R;
static const sp_param params[] = {
    SP_DATASET(P, data, "", "the dataset (or --spectrum and --n)"),
    SP_VEC(P, spectrum, "", SP_NONNEGATIVE, "data^2", "covariance eigenvalues, for closed forms without data"),
    SP_REAL(P, n, "0", SP_NONNEGATIVE, "", "number of samples, with --spectrum"),
    SP_SIZE(P, queries, "512", SP_AT_LEAST(2), "", "noised data points averaged over"),
    SP_SIZE(P, trajectories, "0", SP_NONNEGATIVE, "", "backward trajectories for t_C_traj (0: none)"),
    SP_SIZE(P, steps, "200", SP_AT_LEAST(2), "", "steps of a trajectory"),
    SP_REAL(P, target_t, "0", SP_NONNEGATIVE, "OU time", "wanted collapse time: how many samples give it? (0: not asked)"),
    SP_REAL(P, kappa, "1", SP_POSITIVE, "", "classes separate where mean/deviation of their log-likelihood ratio is kappa"),
    SP_SIZE(P, subsample, "0", SP_NONNEGATIVE, "", "rows used, chosen at random (0: all)"),
    SP_FLAG(P, drop_duplicates, "keep one of each set of equal rows"),
    SP_TEXT(P, schedule, "",
            "a third schedule beside linear and cosine: linear:FIRST:LAST:STEPS, cosine:STEPS or a file of betas"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, n, "", "samples used"),
    SP_OUT(R, d, "", "dimension"),
    SP_OUT(R, duplicates, "", "rows that are copies of others"),
    SP_OUT(R, alpha, "", "log(n)/d"),
    SP_OUT(R, Lambda, "data^2", "largest covariance eigenvalue"),
    SP_OUT(R, effective_dimension, "", "(sum lambda)^2 / sum lambda^2"),
    SP_OUT(R, noise_edge, "data^2", "edge of the noise bulk: smaller eigenvalues are not resolved by n samples"),
    SP_OUT(R, n_resolved, "", "directions above the noise edge"),
    SP_OUT(R, n_speciating, "", "directions with variance above 1"),
    SP_OUT(R, t_S_spectral, "OU time", "speciation, 1/2 log Lambda"),
    SP_OUT(R, t_S_class, "OU time", "speciation of the first pair of classes"),
    SP_OUT(R, t_S_class_se, "OU time", "standard error"),
    SP_OUT(R, t_C_spectral, "OU time", "collapse of Gaussian data of this covariance: an upper bound"),
    SP_OUT(R, t_C_phi, "OU time", "collapse: phi_C = 1/2 (recommended)"),
    SP_OUT(R, t_C_phi_se, "OU time", "standard error"),
    SP_OUT(R, t_C_loo, "OU time", "collapse: leave-one-out excess entropy = 0"),
    SP_OUT(R, t_C_loo_se, "OU time", "standard error"),
    SP_OUT(R, t_C_traj, "OU time", "mean collapse time of trajectories"),
    SP_OUT(R, t_C_traj_se, "OU time", "standard error"),
    SP_OUT(R, t_C_traj_median, "OU time", "median collapse time of trajectories"),
    SP_OUT(R, t_C_traj_median_se, "OU time", "standard error"),
    SP_OUT(R, log_n_target_spectral, "", "log of the samples that put the collapse at target_t: Gaussian bound"),
    SP_OUT(R, n_target_spectral, "", "the samples themselves"),
    SP_OUT(R, n_target_measured, "", "the same, extrapolating the measured entropy"),
    SP_OUT(R, n_target_measured_se, "", "standard error"),
    {0}};
static const sp_column regimes[] = {{"regime", "", "what happens in it"},
                                    {"t_from", "OU time", "begins (backward in time)"},
                                    {"t_to", "OU time", "ends"},
                                    {"linear_from", "", "step of the linear schedule"},
                                    {"linear_to", "", "step of the linear schedule"},
                                    {"cosine_from", "", "step of the cosine schedule"},
                                    {"cosine_to", "", "step of the cosine schedule"},
                                    {"custom_from", "", "step of --schedule"},
                                    {"custom_to", "", "step of --schedule"},
                                    {0}};
static const sp_column directions[] = {{"direction", "", "rank of the eigenvalue"},
                                       {"Lambda", "data^2", "covariance eigenvalue above 1"},
                                       {"t_S_spectral", "OU time", "1/2 log Lambda"},
                                       {"step_linear", "", "first step of the linear schedule beyond it"},
                                       {"step_cosine", "", "first step of the cosine schedule beyond it"},
                                       {"resolved", "", "1: above the noise edge"},
                                       {0}};
static const sp_column pairs[] = {{"class_k", "", "class"},
                                  {"class_l", "", "class"},
                                  {"n_k", "", "its rows"},
                                  {"n_l", "", "its rows"},
                                  {"t_kl", "OU time", "separation seen from k"},
                                  {"t_kl_se", "OU time", "standard error"},
                                  {"t_lk", "OU time", "separation seen from l"},
                                  {"t_lk_se", "OU time", "standard error"},
                                  {"t_S_class", "OU time", "their mean"},
                                  {"t_S_class_se", "OU time", "standard error"},
                                  {"step_linear", "", "first step of the linear schedule beyond it"},
                                  {"step_cosine", "", "first step of the cosine schedule beyond it"},
                                  {0}};
static const sp_column answers[] = {{"answer", "", "in words"}, {0}};
static const sp_table_decl tables[] = {
    {"answers", answers, NULL, NULL},
    {"regimes", regimes, NULL,
     "The three regimes of backward diffusion, as Ornstein-Uhlenbeck time and as DDPM step (counted from 0)"},
    {"directions", directions,
     "plot direction t_S_spectral points logx vline n_resolved title When each direction is decided",
     "Each direction with variance above that of the noise is decided at its own time, the largest first"},
    {"pairs", pairs, "plot class_k t_S_class by class_l points title When pairs of classes separate",
     "Above its time a pair of classes cannot be told apart from the noised sample"},
    {0}};

static sp_status add_rows(const sp_diffusion_times_detail *detail, const sp_dataset *data, sp_result *out)
{
    const sp_noise_schedule *linear = &detail->linear, *cosine = &detail->cosine, *custom = &detail->custom;
    for (size_t i = 0; i < detail->n_answers; i++)
        SP_TRY(SP_ROW(sp_result_table(out, "answers"), detail->answers[i]));
    for (size_t i = 0; i < detail->n_regimes; i++) {
        const sp_diffusion_regime *g = &detail->regimes[i];
        SP_TRY(SP_ROW(sp_result_table(out, "regimes"), g->name, g->t_from, g->t_to,
                      sp_noise_schedule_step(linear, g->t_from), sp_noise_schedule_step(linear, g->t_to),
                      sp_noise_schedule_step(cosine, g->t_from), sp_noise_schedule_step(cosine, g->t_to),
                      sp_noise_schedule_step(custom, g->t_from), sp_noise_schedule_step(custom, g->t_to)));
    }
    for (size_t i = 0; i < detail->spectrum.n_speciating; i++) {
        double lambda = detail->spectrum.eigenvalues.v[i], t = log(lambda) / 2;
        SP_TRY(SP_ROW(sp_result_table(out, "directions"), i + 1, lambda, t, sp_noise_schedule_step(linear, t),
                      sp_noise_schedule_step(cosine, t), lambda > detail->spectrum.noise_edge ? 1.0 : 0.0));
    }
    for (size_t i = 0; i < detail->n_pairs; i++) {
        const sp_class_pair *c = &detail->pairs[i];
        SP_TRY(SP_ROW(sp_result_table(out, "pairs"), data->class_name[c->class_k], data->class_name[c->class_l], c->n_k,
                      c->n_l, c->t_kl, c->t_kl_se, c->t_lk, c->t_lk_se, c->t_S_class, c->t_S_class_se,
                      sp_noise_schedule_step(linear, c->t_S_class), sp_noise_schedule_step(cosine, c->t_S_class)));
    }
    return SP_OK;
}

static sp_status run_diffusion_times(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    sp_diffusion_times_detail detail;
    SP_TRY(sp_diffusion_times(run, p, scalars_, &detail));
    return add_rows(&detail, p->data, out);
}

const sp_command sp_command_diffusion_times = {
    .name = "diffusion.times",
    .summary = "When a diffusion model on the data commits to a class and when it memorises",
    .spec = "07:3.1-3.4; 05:2",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_diffusion_times,
    SP_SIZES(P, R),
    .example = "gen:gaussian-mixture,d=16,n=1000 --queries 256"};
