/* The three regimes of a dataset on the time axis (spec 07, 3.1-3.4 and 5). */
#include "diffusion/class_times.h"
#include "diffusion/curves.h"
#include "diffusion/answers.h"

#include <math.h>
#include <string.h>

enum { COARSE = 24, COARSE_QUERIES = 128 };
static const double spacing = 0.035; /* of the refined grid in log t: the interpolation error is 1e-4 of t */

static sp_status log_grid(sp_run *run, double from, double to, size_t n, double **t)
{
    *t = SP_NEW(run, double, n);
    for (size_t i = 0; *t && i < n; i++)
        (*t)[i] = from * pow(to / from, (double)i / (double)(n - 1));
    return *t ? SP_OK : SP_FAILED;
}

/* Around the coarse roots the curves are measured again with all queries. */
static sp_status refine(sp_run *run, const sp_dataset *data, sp_vec spectrum, size_t queries, double phi, double loo,
                        sp_diffusion_times_result *r)
{
    double *t, from = fmin(phi, loo) / 1.4, to = fmax(phi, loo) * 1.4; /* fmin and fmax leave out NAN */
    sp_diffusion_curve *curves;
    if (isnan(from))
        return SP_OK;
    size_t n = 2 + (size_t)(log(to / from) / spacing);
    SP_TRY(log_grid(run, from, to, n, &t));
    SP_TRY(sp_measure_curves(run, "collapse", data, spectrum, queries, "times noise", (sp_vec){n, t}, &curves));
    sp_estimate at_phi = sp_phi_crossing(n, curves), at_loo = sp_loo_crossing(n, curves);
    r->t_C_phi = at_phi.value;
    r->t_C_phi_se = at_phi.se;
    r->t_C_loo = at_loo.value;
    r->t_C_loo_se = at_loo.se;
    return SP_OK;
}

static sp_status measure_collapse(sp_run *run, const sp_dataset *data, sp_vec spectrum, size_t queries,
                                  sp_diffusion_times_result *r)
{
    /* phi_C = 1/2 lies near or below the spectral bound, far below for data on a manifold of low dimension */
    double from = r->t_C_spectral / 60, to = r->t_C_spectral * 3, phi = NAN, loo = NAN;
    size_t coarse = queries < COARSE_QUERIES ? queries : COARSE_QUERIES;
    for (int attempt = 0; attempt < 4 && (isnan(phi) || isnan(loo)); attempt++) {
        double *t;
        sp_diffusion_curve *curves;
        SP_TRY(log_grid(run, from, to, COARSE, &t));
        SP_TRY(sp_measure_curves(run, NULL, data, spectrum, coarse, "coarse noise", (sp_vec){COARSE, t}, &curves));
        if (isnan(phi))
            phi = sp_phi_crossing(COARSE, curves).value;
        if (isnan(loo))
            loo = sp_loo_crossing(COARSE, curves).value;
        to = from * 1.2;
        from /= 60;
    }
    return refine(run, data, spectrum, queries, phi, loo, r);
}

/* Samples that put the collapse at target_t: log n = I(a; x_t). From the spectrum: an upper bound; from the leave-one-out
 * entropy: I = log n - d f_loo. */
static sp_status measure_target(sp_run *run, const sp_dataset *data, sp_vec spectrum, const sp_diffusion_times_params *p,
                                sp_diffusion_times_result *r)
{
    if (!(p->target_t > 0))
        return SP_OK;
    r->log_n_target_spectral = sp_gaussian_information(spectrum, p->target_t);
    r->n_target_spectral = exp(r->log_n_target_spectral);
    if (!data)
        return SP_OK;
    double t[1] = {p->target_t};
    sp_diffusion_curve *curve;
    SP_TRY(sp_measure_curves(run, NULL, data, spectrum, p->queries, "target noise", (sp_vec){1, t}, &curve));
    double d = (double)data->d;
    r->n_target_measured = exp(log((double)data->n) - d * curve->f_loo);
    r->n_target_measured_se = r->n_target_measured * d * curve->f_loo_se;
    return SP_OK;
}

static sp_status measure_trajectories(sp_run *run, const sp_dataset *data, const sp_diffusion_times_params *p, double Lambda,
                                      sp_diffusion_times_result *r)
{
    sp_diffusion_sample_params sample = {
        .data = data, .samples = p->trajectories, .steps = p->steps, .start = sp_sampler_start(Lambda)};
    sp_diffusion_sample_result found;
    sp_trajectory_list list;
    if (!p->trajectories)
        return SP_OK;
    SP_TRY(sp_diffusion_sample(run, &sample, &found, &list));
    r->t_C_traj = found.t_C_traj;
    r->t_C_traj_se = found.t_C_traj_se;
    r->t_C_traj_median = found.t_C_traj_median;
    r->t_C_traj_median_se = found.t_C_traj_median_se;
    return SP_OK;
}

static sp_status measure_classes(sp_run *run, const sp_dataset *data, const sp_diffusion_times_params *p,
                                 sp_diffusion_times_result *r, sp_diffusion_times_detail *detail)
{
    if (!data->label || data->n_classes < 2)
        return SP_OK;
    double from = fmax(0.3 * r->t_C_phi, 1e-3), to = sp_sampler_start(r->Lambda);
    SP_TRY(sp_class_pair_times(run, data, from, to, p->kappa, p->queries, &detail->n_pairs, &detail->pairs));
    for (size_t i = 0; i < detail->n_pairs; i++)
        if (!isnan(detail->pairs[i].t_S_class) && !(r->t_S_class >= detail->pairs[i].t_S_class)) {
            r->t_S_class = detail->pairs[i].t_S_class;
            r->t_S_class_se = detail->pairs[i].t_S_class_se;
        }
    return SP_OK;
}

static void copy_spectrum(const sp_data_spectrum *s, double log_n, sp_diffusion_times_result *r)
{
    r->d = s->d;
    r->alpha = log_n / (double)s->d;
    r->Lambda = s->eigenvalues.v[0];
    r->t_S_spectral = r->Lambda > 1 ? log(r->Lambda) / 2 : NAN;
    r->effective_dimension = s->effective_dimension;
    r->noise_edge = s->noise_edge;
    r->n_resolved = s->n_resolved;
    r->n_speciating = s->n_speciating;
}

static sp_status check(sp_run *run, const sp_diffusion_times_params *p)
{
    if (!p->data == !p->spectrum.n)
        return sp_fail(run, SP_USAGE, "give either DATA, or --spectrum and --n");
    if (!p->data && !(p->n >= 2))
        return sp_fail(run, SP_USAGE, "--spectrum needs --n >= 2");
    if (!p->data && p->trajectories)
        return sp_fail(run, SP_USAGE, "--trajectories needs DATA");
    if (p->queries < 2 || !(p->kappa > 0))
        return sp_fail(run, SP_USAGE, "at least 2 queries are needed, and kappa > 0");
    return SP_OK;
}

sp_status sp_diffusion_times(sp_run *run, const sp_diffusion_times_params *p, sp_diffusion_times_result *r,
                             sp_diffusion_times_detail *detail)
{
    *detail = (sp_diffusion_times_detail){0};
    *r = (sp_diffusion_times_result){.t_S_spectral = NAN,
                                     .t_S_class = NAN,
                                     .t_S_class_se = NAN,
                                     .t_C_phi = NAN,
                                     .t_C_phi_se = NAN,
                                     .t_C_loo = NAN,
                                     .t_C_loo_se = NAN,
                                     .t_C_traj = NAN,
                                     .t_C_traj_se = NAN,
                                     .t_C_traj_median = NAN,
                                     .t_C_traj_median_se = NAN,
                                     .log_n_target_spectral = NAN,
                                     .n_target_spectral = NAN,
                                     .n_target_measured = NAN,
                                     .n_target_measured_se = NAN};
    SP_TRY(check(run, p));
    SP_TRY(sp_noise_schedule_create(run, "linear", &detail->linear));
    SP_TRY(sp_noise_schedule_create(run, "cosine", &detail->cosine));
    if (p->schedule && *p->schedule)
        SP_TRY(sp_noise_schedule_create(run, p->schedule, &detail->custom));
    const sp_dataset *data = NULL;
    if (p->data) {
        SP_TRY(sp_prepare_data(run, p->data, p->subsample, p->drop_duplicates, &data, &r->duplicates));
        SP_TRY(sp_diffusion_spectrum(run, data, &detail->spectrum));
    }
    else
        SP_TRY(sp_spectrum_from_values(run, p->spectrum, (size_t)p->n, &detail->spectrum));
    sp_vec spectrum = detail->spectrum.eigenvalues;
    double log_n = data ? log((double)data->n) : log(p->n);
    r->n = data ? data->n : (size_t)p->n;
    copy_spectrum(&detail->spectrum, log_n, r);
    SP_TRY(sp_gaussian_collapse_time(run, log_n, spectrum, &r->t_C_spectral));
    if (data) {
        SP_TRY(measure_collapse(run, data, spectrum, p->queries, r));
        SP_TRY(measure_classes(run, data, p, r, detail));
        SP_TRY(measure_trajectories(run, data, p, r->Lambda, r));
        if (r->Lambda <= r->noise_edge)
            sp_warn(run, "the top eigenvalue %.3g is below the noise edge %.3g: %zu samples do not resolve its direction",
                    r->Lambda, r->noise_edge, r->n);
    }
    SP_TRY(measure_target(run, data, spectrum, p, r));
    return sp_diffusion_answers(run, p, r, detail);
}
