#include "phase_retrieval_options.h"

typedef sp_retrieval_track_params T;
typedef struct {
    sp_retrieval_track_params track; /* first */
    sp_vec spectrum_times;
    size_t bins;
} P;
typedef struct {
    double t_bbp, t_bbp_se, margin_start, margin_start_se, margin_end, margin_end_se, energy_late, energy_late_se, mu_late,
        mu_late_se, energy_threshold, mu_threshold, margin_threshold, alpha_start, alpha_threshold;
} R;
static const sp_param params[] = {
    SP_REAL(T, samples_per_dim, "4", SP_POSITIVE, "1", "alpha = M/N"),
    RETRIEVAL_LOSS_OPTIONS(T),
    SP_SIZE(T, N, "300", SP_BETWEEN(8, 1000000), "", "dimension"),
    SP_SIZE(T, instances, "4", SP_AT_LEAST(1), "", "independent sets of measurements"),
    SP_REAL(T, t_max, "40", SP_POSITIVE, "time", "last time"),
    SP_REAL(T, lr, "0", SP_NONNEGATIVE, "time", "time step; 0: 0.02 (quartic: 0.002); halved when a step raises the loss"),
    SP_SIZE(T, per_decade, "6", SP_BETWEEN(1, 100), "", "recorded times for each decade"),
    SP_FLAG(T, project_signal, "keep the overlap at zero: the dynamics of N = infinity"),
    SP_FLAG(T, spectral, "start at the spectral estimate"),
    SP_FLAG(T, eigenpairs, "also the lowest eigenvalues and eigenvector, by Lanczos iterations"),
    SP_VEC(P, spectrum_times, "", SP_NONNEGATIVE, "time", "all eigenvalues at these times as a histogram (N <= 4000)"),
    SP_SIZE(P, bins, "40", SP_BETWEEN(2, 1000), "", "bins of each histogram"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, t_bbp, "time", "when the outlier is lost (first zero of the margin); inf: never, 0: none at the start"),
    SP_OUT(R, t_bbp_se, "time", "standard error (jackknife over instances; one instance: bootstrap over its measurements)"),
    SP_OUT(R, margin_start, "", "margin at t = 0: > 0, the Hessian points to the signal"),
    SP_OUT(R, margin_start_se, "", "standard error"),
    SP_OUT(R, margin_end, "", "margin at t-max"),
    SP_OUT(R, margin_end_se, "", "standard error"),
    SP_OUT(R, energy_late, "", "loss/N extrapolated in t^(-2/3) over the last decade"),
    SP_OUT(R, energy_late_se, "", "standard error"),
    SP_OUT(R, mu_late, "", "multiplier, extrapolated"),
    SP_OUT(R, mu_late_se, "", "standard error"),
    SP_OUT(R, energy_threshold, "", "loss/N of threshold states; nan: none"),
    SP_OUT(R, mu_threshold, "", "their multiplier"),
    SP_OUT(R, margin_threshold, "", "their margin"),
    SP_OUT(R, alpha_start, "1", "N = infinity: the start sees the signal above (nan: quartic loss)"),
    SP_OUT(R, alpha_threshold, "1", "N = infinity: threshold states see it above"),
    {0}};
#define MEASURED(name, help)                                                                                                \
    {name, "", help}, { name "_se", "", "standard error" }
static const sp_column track[] = {{"t", "time", "time"},
                                  MEASURED("energy", "loss/N"),
                                  MEASURED("mu", "multiplier: the Hessian on the sphere is A + mu"),
                                  MEASURED("m", "|overlap| with the signal"),
                                  MEASURED("margin", "> 0: the Hessian has an outlier toward the signal"),
                                  MEASURED("edge", "lower edge of A, theory on the labels of that time"),
                                  MEASURED("outlier", "outlier of A by the same theory, where there is one"),
                                  MEASURED("overlap2", "its squared overlap with the signal by the theory"),
                                  MEASURED("edge_sphere", "edge + mu: tends to 0"),
                                  {"outliers", "", "instances that have an outlier"},
                                  {0}};
static const sp_column eigenpairs[] = {
    {"t", "time", "time"},
    MEASURED("lambda_1", "lowest eigenvalue of A on the sphere, diagonalised"),
    MEASURED("lambda_2", "second lowest"),
    MEASURED("lambda_1_theory", "the outlier, by the theory on the labels; nan: none"),
    MEASURED("lambda_2_theory", "the lower edge, by the theory on the labels"),
    MEASURED("overlap2", "squared overlap of the lowest eigenvector with the signal (its part along the sphere)"),
    MEASURED("overlap2_theory", "by the theory, 0 without outlier"),
    {"unconverged", "", "instances whose eigenpairs did not converge"},
    {0}};
static const sp_column spectrum[] = {{"t", "time", "time"},
                                     {"lambda", "", "eigenvalue of A on the sphere, middle of a bin"},
                                     MEASURED("density", "diagonalised"),
                                     {"density_theory", "", "by the labels of that time"},
                                     {0}};
static const sp_table_decl tables[] = {
    {"track", track,
     "plot t margin logx hline 0 margin_threshold vline t_bbp title Margin of the outlier; plot t energy logx logy hline "
     "energy_threshold title Loss per dimension; plot t edge_sphere logx hline 0 title Edge of the bulk on the sphere",
     "While the margin is positive the Hessian points to the signal; the descent loses it at t_bbp unless alpha is large"},
    {"eigenpairs", eigenpairs,
     "plot t lambda_1,lambda_1_theory,lambda_2,lambda_2_theory logx title Lowest eigenvalues; plot t "
     "overlap2,overlap2_theory logx title "
     "Overlap of the lowest eigenvector with the signal",
     "Diagonalised (points) against the theory evaluated on the labels (lines)"},
    {"spectrum", spectrum, "plot lambda density,density_theory by t title Spectrum of the Hessian",
     "All eigenvalues but the largest 2 %: diagonalised (points) against the density by the labels (lines)"},
    {0}};

static sp_status add_spectra(sp_run *run, const P *p, sp_result *out)
{
    size_t n;
    sp_retrieval_bin *bin;
    if (!p->spectrum_times.n)
        return SP_OK;
    SP_TRY(sp_retrieval_histogram(run, &p->track, p->spectrum_times, p->bins, &n, &bin));
    sp_table *t = sp_result_table(out, "spectrum");
    for (size_t i = 0; i < n; i++)
        SP_TRY(SP_ROW(t, bin[i].t, bin[i].lambda, bin[i].density.value, bin[i].density.se, bin[i].density_theory));
    return SP_OK;
}

static sp_status run_hessian(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *all = params_;
    const T *p = &all->track;
    sp_retrieval_track s;
    sp_retrieval_critical c;
    sp_retrieval_state state;
    SP_TRY(add_spectra(run, all, out)); /* first: it has the narrower limits */
    SP_TRY(sp_retrieval_follow(run, p, &s));
    SP_TRY(sp_retrieval_critical_of(run, &p->loss, &c));
    SP_TRY(sp_retrieval_threshold(run, &p->loss, p->samples_per_dim, &state));
    sp_table *t = sp_result_table(out, "track"), *pairs = sp_result_table(out, "eigenpairs");
    for (size_t k = 0; k < s.n; k++) {
        const sp_retrieval_moment *x = &s.moment[k];
        SP_TRY(SP_ROW(t, x->t, x->energy.value, x->energy.se, x->mu.value, x->mu.se, x->m.value, x->m.se, x->margin.value,
                      x->margin.se, x->edge.value, x->edge.se, x->outlier.value, x->outlier.se, x->overlap2.value,
                      x->overlap2.se, x->edge_sphere.value, x->edge_sphere.se, x->with_outlier));
        if (!p->eigenpairs)
            continue;
        SP_TRY(SP_ROW(pairs, x->t, x->lambda_1.value, x->lambda_1.se, x->lambda_2.value, x->lambda_2.se, x->outlier.value,
                      x->outlier.se, x->edge.value, x->edge.se, x->overlap2_v1.value, x->overlap2_v1.se,
                      x->overlap2_all.value, x->overlap2_all.se, x->unconverged));
        if (x->unconverged)
            sp_result_unconverged(out, "%zu instances: eigenpairs at t = %g not converged", x->unconverged, x->t);
    }
    const sp_retrieval_moment *first = &s.moment[0], *last = &s.moment[s.n - 1];
    *(R *)scalars_ = (R){.t_bbp = s.t_bbp.value,
                         .t_bbp_se = s.t_bbp.se,
                         .margin_start = first->margin.value,
                         .margin_start_se = first->margin.se,
                         .margin_end = last->margin.value,
                         .margin_end_se = last->margin.se,
                         .energy_late = s.energy_late.value,
                         .energy_late_se = s.energy_late.se,
                         .mu_late = s.mu_late.value,
                         .mu_late_se = s.mu_late.se,
                         .energy_threshold = state.energy,
                         .mu_threshold = state.mu,
                         .margin_threshold = state.spectrum.margin,
                         .alpha_start = c.alpha_start,
                         .alpha_threshold = c.state.alpha};
    return SP_OK;
}

const sp_command sp_command_phase_retrieval_hessian = {
    .name = "phase-retrieval.hessian",
    .summary = "The Hessian along gradient descent: when it stops pointing to the signal",
    .spec = "13:3.3-3.6",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_hessian,
    SP_SIZES(P, R),
    .example = "--N 100 --instances 2 --t-max 5 --eigenpairs"};
