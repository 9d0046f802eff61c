/* Guided sampling of two Gaussian modes: full vectors, and the class projection alone (spec 12, 3.1 and 6). */
#include "diffusion/guided_modes.h"
#include "diffusion/normal_pool.h"
#include "spinodal/diffusion.h"

#include "math/statistics.h"
#include "math/time_grid.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 256, STATS = 8 };

/* x0 = e^t (x + Delta S). ode: eps = -sqrt(Delta) S, x' = e^{-s} x0 + sqrt(Delta_s) eps; sde: Gaussian bridge to x0. */
sp_score_step sp_score_step_at(int sampler, double t, double s)
{
    double delta = sp_noise_variance(t), delta_s = sp_noise_variance(s), q = exp(s - t);
    if (sampler == SP_GUIDED_ODE)
        return (sp_score_step){1 / q, delta / q - sqrt(delta_s * delta), 0};
    double A = q * delta_s / delta, B = exp(-s) * -expm1(-2 * (t - s)) / delta,
           noise2 = -expm1(-2 * (t - s)) * delta_s / delta;
    return (sp_score_step){A + B * exp(t), B * exp(t) * delta, sqrt(noise2)};
}

typedef struct {
    const sp_guided_modes *modes;
    const sp_guidance *g;
    int sampler;
    size_t samples, steps, d;
    bool reduction;
    double M, T, *times;
    double *sums; /* block x {n, u, u^2, u^3, u^4, right, orthogonal, orthogonal^2} */
} experiment;

static double overshoot_reduced(const experiment *e, sp_rng *rng, sp_normal_pool *pool)
{
    double T = e->T, dt = T / (double)e->steps,
           u = sqrt(1 + (e->modes->data_var - 1) * exp(-2 * T)) * *sp_normal_pool_draw(pool, rng, 1);
    for (size_t k = 0; k < e->steps; k++) {
        double t = T - dt * (double)k, G = 1 + (e->modes->data_var - 1) * exp(-2 * t);
        double norm = sp_guidance_norm(e->M, e->modes->data_var, t, u),
               g = sp_guidance_acts(e->g, t) ? sp_guidance_factor(e->g, norm) * norm : 0;
        if (e->sampler == SP_GUIDED_ODE)
            u += dt * (u * (1 - 1 / G) + g);
        else
            u += dt * (u * (1 - 2 / G) + 2 * g) + sqrt(2 * dt) * *sp_normal_pool_draw(pool, rng, 1);
    }
    return u;
}

/* m = (1, ..., 1) */
static void follow(const experiment *e, sp_rng *rng, sp_normal_pool *pool, double *x, double *orthogonal, double *overshoot)
{
    size_t d = e->d;
    double s2 = e->modes->data_var, root = e->M, start = sqrt(1 + (s2 - 1) * exp(-2 * e->T));
    const double *kick = sp_normal_pool_draw(pool, rng, d);
    for (size_t j = 0; j < d; j++)
        x[j] = start * kick[j] + exp(-e->T);
    for (size_t k = 0; k < e->steps; k++) {
        double t = e->times[k], along = 0, decay = exp(-t), G = 1 + (s2 - 1) * decay * decay;
        for (size_t j = 0; j < d; j++)
            along += x[j];
        double norm = sp_guidance_norm(root, s2, t, along / root - root * decay);
        double factor = sp_guidance_acts(e->g, t) ? sp_guidance_factor(e->g, norm) : 0,
               push = decay / G + factor * norm / root;
        sp_score_step step = sp_score_step_at(e->sampler, t, e->times[k + 1]);
        double keep = step.from_x - step.from_score / G, shift = step.from_score * push;
        if (step.noise > 0) {
            kick = sp_normal_pool_draw(pool, rng, d);
            for (size_t j = 0; j < d; j++)
                x[j] = keep * x[j] + shift + step.noise * kick[j];
        }
        else
            for (size_t j = 0; j < d; j++)
                x[j] = keep * x[j] + shift;
    }
    double sum = 0, square = 0;
    for (size_t j = 0; j < d; j++)
        sum += x[j];
    for (size_t j = 0; j < d; j++)
        square += (x[j] - sum / (double)d) * (x[j] - sum / (double)d);
    *orthogonal = d > 1 ? square / (double)(d - 1) : NAN;
    *overshoot = sum / root - root;
}

static sp_status run_block(sp_run *worker, size_t block, void *context)
{
    const experiment *e = context;
    double *x = SP_NEW(worker, double, e->d), *sum = e->sums + block * STATS;
    sp_normal_pool pool;
    SP_TRY(sp_normal_pool_create(worker, e->d, &pool));
    if (!x)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(worker, "guidance", block);
    for (size_t i = block * BLOCK; i < (block + 1) * BLOCK && i < e->samples; i++) {
        double orthogonal = 0, u;
        SP_TRY(sp_poll(worker));
        if (e->reduction)
            u = overshoot_reduced(e, &rng, &pool);
        else
            follow(e, &rng, &pool, x, &orthogonal, &u);
        sum[0] += 1;
        sum[1] += u;
        sum[2] += u * u;
        sum[3] += u * u * u;
        sum[4] += u * u * u * u;
        sum[5] += u > -e->M;
        sum[6] += orthogonal;
        sum[7] += orthogonal * orthogonal;
    }
    return SP_OK;
}

sp_status sp_guidance_simulate(sp_run *run, const sp_guided_modes *modes, const sp_guidance *g, int sampler, size_t samples,
                               size_t steps, bool reduction, sp_guided_measured *out)
{
    SP_TRY(sp_guidance_check(run, modes, g));
    if (samples < 2 || steps < 4)
        return sp_fail(run, SP_USAGE, "a simulation needs at least 2 samples and 4 steps");
    if (!reduction && modes->d != floor(modes->d))
        return sp_fail(run, SP_USAGE, "full vectors need a whole d, got %g", modes->d);
    experiment e = {modes,          g, sampler, samples, steps, reduction ? 1 : (size_t)modes->d, reduction,
                    sqrt(modes->d), 0, NULL,    NULL};
    e.T = log(e.M) + (reduction && sampler == SP_GUIDED_SDE ? 6 : 8);
    size_t blocks = (samples + BLOCK - 1) / BLOCK;
    e.times = SP_NEW(run, double, steps + 1);
    e.sums = SP_NEW(run, double, blocks *STATS);
    if (!e.times || !e.sums)
        return SP_FAILED;
    sp_linear_geometric_grid(e.T, 0.5, 1e-4, steps, e.times);
    SP_TRY(sp_parallel_resumable(run, "guided samples", blocks, e.sums, STATS * sizeof(double), run_block, &e));
    double s[STATS] = {0};
    for (size_t b = 0; b < blocks; b++)
        for (size_t j = 0; j < STATS; j++)
            s[j] += e.sums[b * STATS + j];
    double n = s[0], mean = s[1] / n, m2 = s[2] / n - mean * mean,
           m4 = s[4] / n - 4 * mean * s[3] / n + 6 * mean * mean * s[2] / n - 3 * mean * mean * mean * mean;
    sp_interval right = sp_fraction(s[5], n);
    double orthogonal = reduction ? NAN : s[6] / n;
    *out = (sp_guided_measured){mean,
                                sqrt(m2 / (n - 1)),
                                m2 * n / (n - 1),
                                sqrt(fmax(m4 - m2 * m2, 0) / n),
                                orthogonal,
                                sqrt(fmax(s[7] / n - orthogonal * orthogonal, 0) / (n - 1)),
                                right.value,
                                right.se};
    return SP_OK;
}
