/* Noise schedules: Ornstein-Uhlenbeck time, noise level, log-SNR and DDPM steps; the time grid of samplers. */
#include "spinodal/command.h"
#include "spinodal/diffusion.h"

#include "params.h"

#include <string.h>

double sp_noise_variance(double t) { return -expm1(-2 * t); }
double sp_log_snr(double t) { return t > 300 ? -2 * t : -log(expm1(2 * t)); }
double sp_time_of_log_snr(double log_snr) { return log_snr < -600 ? -log_snr / 2 : log1p(exp(-log_snr)) / 2; }
double sp_sigma_of_time(double t) { return sqrt(expm1(2 * t)); }
double sp_time_of_sigma(double sigma) { return log1p(sigma * sigma) / 2; }

enum { DEFAULT_STEPS = 1000, MAX_STEPS = 10000000 };

/* The numbers after the name, separated by ':'; the others keep their value. */
static sp_status read_fields(sp_run *run, const char *text, size_t n, double *fields)
{
    char *copy = sp_strdup(run, text), *rest, *token = copy ? strchr(copy, ':') : NULL;
    if (!copy)
        return SP_FAILED;
    size_t i = 0;
    for (token = token ? strtok_r(token, ":", &rest) : NULL; token; token = strtok_r(NULL, ":", &rest), i++)
        if (i >= n || !sp_parse_number(token, &fields[i]))
            return sp_fail(run, SP_USAGE,
                           "schedule \"%s\": expected linear:FIRST:LAST:STEPS, cosine:STEPS or a file of betas", text);
    return SP_OK;
}

static sp_status check_steps(sp_run *run, const char *text, double steps)
{
    if (!(steps >= 2) || steps > MAX_STEPS || steps != floor(steps))
        return sp_fail(run, SP_USAGE, "schedule \"%s\": the number of steps is a whole number from 2 to %d, got %g", text,
                       MAX_STEPS, steps);
    return SP_OK;
}

static sp_status linear_betas(sp_run *run, const char *text, sp_vec *betas)
{
    double f[3] = {1e-4, 0.02, DEFAULT_STEPS};
    SP_TRY(read_fields(run, text, 3, f));
    SP_TRY(check_steps(run, text, f[2]));
    size_t n = (size_t)f[2];
    double *beta = SP_NEW(run, double, n);
    if (!beta)
        return SP_FAILED;
    for (size_t k = 0; k < n; k++)
        beta[k] = f[0] + (f[1] - f[0]) * (double)k / (double)(n - 1);
    *betas = (sp_vec){n, beta};
    return SP_OK;
}

/* Nichol & Dhariwal 2021: alpha_bar(u) = cos^2((u + s)/(1 + s) pi/2), s = 0.008. */
static double cosine_alpha_bar(double u)
{
    double c = cos((u + 0.008) / 1.008 * (M_PI / 2));
    return c * c;
}

static sp_status cosine_betas(sp_run *run, const char *text, sp_vec *betas)
{
    double steps = DEFAULT_STEPS;
    SP_TRY(read_fields(run, text, 1, &steps));
    SP_TRY(check_steps(run, text, steps));
    size_t n = (size_t)steps;
    double *beta = SP_NEW(run, double, n);
    if (!beta)
        return SP_FAILED;
    for (size_t k = 0; k < n; k++)
        beta[k] = fmin(1 - cosine_alpha_bar((double)(k + 1) / steps) / cosine_alpha_bar((double)k / steps), 0.999);
    *betas = (sp_vec){n, beta};
    return SP_OK;
}

static bool has_name(const char *text, const char *name)
{
    size_t n = strlen(name);
    return !strncmp(text, name, n) && (text[n] == 0 || text[n] == ':');
}

sp_status sp_noise_schedule_create(sp_run *run, const char *text, sp_noise_schedule *out)
{
    sp_vec betas;
    bool linear = has_name(text, "linear"), cosine = has_name(text, "cosine");
    SP_TRY(linear   ? linear_betas(run, text, &betas)
           : cosine ? cosine_betas(run, text, &betas)
                    : sp_parse_numbers(run, text, &betas));
    double *t = SP_NEW(run, double, betas.n);
    const char *name = linear ? "linear" : cosine ? "cosine" : sp_strdup(run, text);
    if (!t || !name)
        return SP_FAILED;
    double sum = 0;
    for (size_t k = 0; k < betas.n; k++) {
        if (!(betas.v[k] > 0 && betas.v[k] < 1))
            return sp_fail(run, linear || cosine ? SP_USAGE : SP_DATA,
                           "schedule \"%s\": beta must be in (0, 1), got %g at step %zu", text, betas.v[k], k);
        sum += log1p(-betas.v[k]);
        t[k] = -sum / 2;
    }
    *out = (sp_noise_schedule){name, betas.n, betas.v, t};
    return SP_OK;
}

double sp_noise_schedule_step(const sp_noise_schedule *schedule, double t)
{
    size_t low = 0, high = schedule->steps;
    if (isnan(t))
        return NAN;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (schedule->t[middle] > t)
            high = middle;
        else
            low = middle + 1;
    }
    return low < schedule->steps ? (double)low : NAN;
}

double sp_sampler_start(double top_eigenvalue) { return fmax(1, log(100 * top_eigenvalue) / 2); }

sp_status sp_sampler_times(sp_run *run, double from, size_t steps, double **times)
{
    if (!(from > 0) || isinf(from))
        return sp_fail(run, SP_USAGE, "a sampler starts at a finite time > 0, got %g", from);
    if (steps < 2)
        return sp_fail(run, SP_USAGE, "a sampler takes at least 2 steps, got %zu", steps);
    double *t = SP_NEW(run, double, steps + 1), last = fmin(1e-4, from / 10);
    if (!t)
        return SP_FAILED;
    double first_snr = sp_log_snr(from), last_snr = sp_log_snr(last);
    for (size_t k = 0; k < steps; k++)
        t[k] = sp_time_of_log_snr(first_snr + (last_snr - first_snr) * (double)k / (double)(steps - 1));
    t[0] = from;
    t[steps - 1] = last;
    *times = t;
    return SP_OK;
}
