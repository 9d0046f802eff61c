/* Ancestral and Euler-Maruyama steps with the exact empirical score (spec 07, 3.6). */
#include "diffusion/backward.h"
#include "diffusion/empirical.h"

#include <math.h>
#include <string.h>

enum { LARGE = 1 << 20 }; /* values of a dataset beyond which products in float32 pay */

static sp_status allocate(sp_run *run, const sp_backward *process, size_t n, sp_batch *out)
{
    *out = (sp_batch){.n = n,
                      .x = SP_NEW(run, double, n * process->data->d),
                      .nearest = SP_NEW(run, size_t, n),
                      .settled = SP_NEW(run, double, n),
                      .collapsed = SP_NEW(run, bool, n)};
    return out->x && out->nearest && out->settled && out->collapsed ? SP_OK : SP_FAILED;
}

sp_status sp_batch_start(sp_run *run, const sp_backward *process, size_t n, const char *stream, size_t index, sp_batch *out)
{
    SP_TRY(allocate(run, process, n, out));
    out->rng = sp_rng_at(run, stream, index);
    sp_normals(&out->rng, n * process->data->d, out->x);
    for (size_t i = 0; i < n; i++)
        out->nearest[i] = SIZE_MAX;
    return SP_OK;
}

sp_status sp_batch_clone(sp_run *run, const sp_backward *process, const sp_batch *batch, const char *stream, size_t index,
                         sp_batch *out)
{
    SP_TRY(allocate(run, process, batch->n, out));
    out->at = batch->at;
    out->rng = sp_rng_at(run, stream, index);
    memcpy(out->x, batch->x, batch->n * process->data->d * sizeof *out->x);
    memcpy(out->nearest, batch->nearest, batch->n * sizeof *out->nearest);
    memcpy(out->settled, batch->settled, batch->n * sizeof *out->settled);
    memcpy(out->collapsed, batch->collapsed, batch->n * sizeof *out->collapsed);
    return SP_OK;
}

/* Posterior means (n x d) at time t of the trajectories that have not collapsed; the others' is their data point. */
static sp_status posterior_means(sp_run *run, const sp_backward *process, double t, sp_batch *batch, double *mean)
{
    size_t d = process->data->d, n = 0, *who = SP_NEW(run, size_t, batch->n);
    double *x = SP_NEW(run, double, batch->n *d);
    if (!who || !x)
        return SP_FAILED;
    for (size_t i = 0; i < batch->n; i++) {
        if (batch->collapsed[i])
            sp_dataset_row(process->data, batch->nearest[i], mean + i * d);
        else {
            memcpy(x + n * d, batch->x + i * d, d * sizeof *x);
            who[n++] = i;
        }
    }
    if (n == 0)
        return SP_OK;
    bool large = process->data->x && process->data->n * d > LARGE;
    sp_precision precision = large ? SP_PRECISION_FLOAT : SP_PRECISION_AUTO;
    sp_softmax_result scan;
    SP_TRY(sp_empirical_posterior(run, process->data, n, x, t, 0, precision, &scan));
    for (size_t j = 0; j < n; j++) {
        size_t i = who[j];
        memcpy(mean + i * d, scan.mean + j * d, d * sizeof *mean);
        if (scan.stat[j].best != batch->nearest[i]) {
            batch->nearest[i] = scan.stat[j].best;
            batch->settled[i] = t;
        }
        batch->collapsed[i] = scan.stat[j].w_max > 1 - 1e-12;
    }
    return SP_OK;
}

/* x_s = (e^{-s} Delta_{t-s} a + e^{-(t-s)} Delta_s x)/Delta_t + sqrt(Delta_s Delta_{t-s}/Delta_t) z, or
 * x_s = x + dt (x + 2 (e^{-t} a - x)/Delta_t) + sqrt(2 dt) z: both linear in x, the mean a and the noise. */
static void step_weights(sp_sampler sampler, double t, double s, double *from_x, double *from_mean, double *noise)
{
    double delta_t = sp_noise_variance(t), delta_s = sp_noise_variance(s), between = sp_noise_variance(t - s), dt = t - s;
    if (sampler == SP_EULER_MARUYAMA && s > 0) {
        *from_x = 1 + dt - 2 * dt / delta_t;
        *from_mean = 2 * dt * exp(-t) / delta_t;
        *noise = sqrt(2 * dt);
        return;
    }
    *from_x = exp(-dt) * delta_s / delta_t;
    *from_mean = exp(-s) * between / delta_t;
    *noise = sqrt(delta_s * between / delta_t);
}

sp_status sp_batch_run(sp_run *run, const sp_backward *process, size_t until, sp_batch *batch)
{
    size_t size = batch->n * process->data->d;
    sp_mark mark = sp_memory_mark(run);
    double *mean = SP_NEW(run, double, size), *kick = SP_NEW(run, double, size);
    if (!mean || !kick)
        return SP_FAILED;
    for (; batch->at < until; batch->at++) {
        SP_TRY(sp_poll(run));
        sp_mark step = sp_memory_mark(run);
        double t = process->times[batch->at], from_x, from_mean, noise;
        SP_TRY(posterior_means(run, process, t, batch, mean));
        step_weights(process->sampler, t, process->times[batch->at + 1], &from_x, &from_mean, &noise);
        sp_normals(&batch->rng, size, kick);
        for (size_t i = 0; i < size; i++)
            batch->x[i] = from_x * batch->x[i] + from_mean * mean[i] + noise * kick[i];
        sp_memory_release(run, step);
    }
    sp_memory_release(run, mark);
    return SP_OK;
}
