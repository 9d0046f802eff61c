/* Which steps a sampler should take on the user's data (spec 10, 3.5). */
#include "diffusion/class_ratios.h"
#include "diffusion/path_grid.h"
#include "spinodal/diffusion.h"

#include <math.h>
#include <string.h>

static const double widest_window = 0.5,
                    negligible_variance = 0.01; /* of the mean eigenvalue: such directions do not matter */

/* Smallest distance of class means, the sampling noise tr C/n of each mean subtracted. 0: none above its noise. */
static sp_status class_distance(sp_run *run, const sp_dataset *data, double *out)
{
    size_t K = data->n_classes, d = data->d;
    double *mean, *spread = SP_NEW(run, double, K), *count = SP_NEW(run, double, K), least = INFINITY;
    *out = 0;
    if (!data->label || K < 2)
        return SP_OK;
    if (!spread || !count)
        return SP_FAILED;
    SP_TRY(sp_class_means(run, data, &mean));
    for (size_t i = 0; i < data->n; i++) {
        size_t k = (size_t)data->label[i];
        count[k] += 1;
        for (size_t j = 0; j < d; j++) {
            double x = (double)data->x[i * d + j] - mean[k * d + j];
            spread[k] += x * x;
        }
    }
    for (size_t k = 0; k < K; k++)
        if (count[k] < 2)
            return sp_fail(run, SP_DATA, "class %s has %g points, at least 2 are needed", data->class_name[k], count[k]);
    for (size_t k = 0; k < K; k++)
        for (size_t l = k + 1; l < K; l++) {
            double square = -spread[k] / (count[k] * (count[k] - 1)) - spread[l] / (count[l] * (count[l] - 1));
            for (size_t j = 0; j < d; j++)
                square += (mean[k * d + j] - mean[l * d + j]) * (mean[k * d + j] - mean[l * d + j]);
            least = fmin(least, square);
        }
    *out = sqrt(fmax(least, 0));
    return SP_OK;
}

static sp_status measure(sp_run *run, const sp_schedule_recommend_params *p, sp_schedule_recommend_result *r,
                         sp_schedule_advice *advice)
{
    sp_data_spectrum spectrum;
    if (p->Lambda > 0 || p->class_distance > 0)
        return sp_fail(run, SP_USAGE, "--Lambda and --class-distance are measured on DATA: give either");
    if (p->data->d < 2)
        return sp_fail(run, SP_DATA, "%s has one dimension: there is no separation of scales", p->data->name);
    SP_TRY(sp_diffusion_spectrum(run, p->data, &spectrum));
    advice->eigenvalues = spectrum.eigenvalues;
    r->d = p->data->d;
    r->Lambda = spectrum.eigenvalues.v[0];
    if (!(r->Lambda > 0))
        return sp_fail(run, SP_DATA, "%s: all rows are equal", p->data->name);
    SP_TRY(class_distance(run, p->data, &r->class_distance));
    /* directions between the classes come first; the shape of a class begins after them */
    size_t modes = p->data->label && p->data->n_classes > 1 ? p->data->n_classes - 1 : 1;
    modes = modes < r->d ? modes : r->d - 1;
    r->s_max = sqrt(spectrum.eigenvalues.v[modes]);
    double floor = negligible_variance * spectrum.trace / (double)r->d, least = r->Lambda;
    for (size_t i = 0; i < spectrum.eigenvalues.n; i++)
        if (spectrum.eigenvalues.v[i] > floor)
            least = spectrum.eigenvalues.v[i];
    r->s_min = p->s_min > 0 ? p->s_min : sqrt(least);
    r->s_max = fmax(r->s_max, r->s_min);
    return SP_OK;
}

static sp_status choose_grid(sp_run *run, const sp_schedule_recommend_params *p, sp_schedule_recommend_result *r, double **s)
{
    sp_path_grid grid = {p->path, p->grid, SP_EULER, fmax(r->Lambda, 1), p->kappa, p->fraction, p->steps};
    double k2 = p->kappa * p->kappa;
    bool classes = r->class_distance > 0;
    r->source = classes ? "classes" : "eigenvalue";
    r->window = p->path == SP_PATH_VE ? p->kappa * r->s_max / sqrt(grid.d)
                : classes             ? 2 * p->kappa / r->class_distance
                                      : p->kappa / sqrt(r->Lambda);
    if (r->window > widest_window && p->grid == SP_GRID_DILATED)
        sp_warn(run, "the scales are not well separated (window %.3g): half of the path is taken, a uniform grid would do",
                r->window);
    r->window = fmin(r->window, widest_window);
    r->steps_uniform = p->path == SP_PATH_VE ? (1 - p->fraction) * (double)p->steps / r->window
                                             : p->fraction * (double)p->steps / r->window;
    if (p->grid == SP_GRID_LOGSNR)
        return sp_path_log_snr_times(run, &grid, -log(r->Lambda * k2), log(k2 / (r->s_min * r->s_min)), s);
    return sp_path_window_times(run, &grid, r->window, s);
}

sp_status sp_schedule_recommend(sp_run *run, const sp_schedule_recommend_params *p, sp_schedule_recommend_result *r,
                                sp_schedule_advice *advice)
{
    size_t K = p->steps;
    *r = (sp_schedule_recommend_result){
        .Lambda = p->Lambda, .class_distance = p->class_distance, .s_min = p->s_min, .s_max = 1};
    *advice = (sp_schedule_advice){.steps = K};
    if (K < 2)
        return sp_fail(run, SP_USAGE, "a schedule has at least 2 steps, got %zu", K);
    if (!(p->kappa > 0) || !(p->fraction > 0 && p->fraction < 1))
        return sp_fail(run, SP_USAGE, "kappa must be > 0 and the fraction in (0, 1)");
    if (p->data)
        SP_TRY(measure(run, p, r, advice));
    else if (!(p->Lambda > 0))
        return sp_fail(run, SP_USAGE, "give DATA, or --Lambda (and --class-distance)");
    r->s_min = r->s_min > 0 ? r->s_min : 1;
    SP_TRY(choose_grid(run, p, r, &advice->s));
    double scale = fmax(r->Lambda, 1);
    r->t_S_spectral = r->Lambda > 1 ? log(r->Lambda) / 2 : NAN;
    r->s_speciation = sp_path_time_of_log_snr(p->path, scale, -log(r->Lambda));
    advice->a_t = SP_NEW(run, double, K + 1);
    advice->b_t = SP_NEW(run, double, K + 1);
    advice->t = SP_NEW(run, double, K + 1);
    advice->log_snr = SP_NEW(run, double, K + 1);
    advice->sigma = SP_NEW(run, double, K + 1);
    advice->phase = SP_NEW(run, const char *, K + 1);
    if (!advice->a_t || !advice->b_t || !advice->t || !advice->log_snr || !advice->sigma || !advice->phase)
        return SP_FAILED;
    for (size_t k = 0; k <= K; k++) {
        double s = advice->s[k], a = sp_path_noise(p->path, scale, s), sigma = s > 0 ? a / s : INFINITY;
        bool early = (double)k < p->fraction * (double)K;
        advice->a_t[k] = a;
        advice->b_t[k] = s;
        advice->sigma[k] = sigma;
        advice->log_snr[k] = -2 * log(sigma);
        advice->t[k] = isinf(sigma) ? INFINITY : sp_time_of_sigma(sigma);
        advice->phase[k] = p->grid != SP_GRID_DILATED ? "one" : early ? "mode" : "shape";
    }
    r->sigma_last = advice->sigma[K - 1];
    return SP_OK;
}
