/* Full vectors of the Curie-Weiss model along a path with the exact velocity (spec 10, 3.2). */
#include "diffusion/curie_weiss.h"
#include "diffusion/path_grid.h"

#include "math/statistics.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 4, STATS = 6 };

typedef struct {
    const sp_curie_weiss *model;
    const sp_path_grid *grid;
    const double *s;
    size_t samples;
    bool denoise;
    double *sums; /* block x {n, + mode, |m|, |m|^2, residual, residual^2}, then passes */
} experiment;

#define CLONES __attribute__((target_clones("avx512f", "avx2", "default")))

CLONES static void set_fields(size_t d, double gain, double field, const double *x, double *g)
{
    for (size_t i = 0; i < d; i++)
        g[i] = gain * x[i] + field;
}

CLONES static void step(size_t d, double keep, double toward, const double *eta, double *x)
{
    for (size_t i = 0; i < d; i++)
        x[i] = keep * x[i] + toward * eta[i];
}

/* v = (a a' x + cross eta)/a^2 */
static sp_status velocity(sp_run *run, const experiment *e, sp_cw_space *w, double s, const double *x, double *eta,
                          double *keep, double *toward)
{
    sp_path_rates r = sp_path_rates_at(e->grid->path, e->grid->d, s);
    set_fields(w->d, s / r.a2, e->model->H / (double)w->d, x, w->g);
    *keep = r.a_da / r.a2;
    *toward = r.cross / r.a2;
    return sp_cw_mean(run, w, eta);
}

static sp_status follow(sp_run *run, const experiment *e, sp_cw_space *w, double *x, double *eta, double *trial,
                        double *other)
{
    size_t d = w->d, K = e->grid->steps;
    w->started = false;
    for (size_t k = 0; k < K; k++) {
        double ds = e->s[k + 1] - e->s[k], keep, toward;
        SP_TRY(sp_poll(run));
        SP_TRY(velocity(run, e, w, e->s[k], x, eta, &keep, &toward));
        if (k + 1 == K && e->denoise) {
            memcpy(x, eta, d * sizeof *x);
            return SP_OK;
        }
        if (e->grid->method == SP_HEUN && k + 1 < K) {
            double keep_2, toward_2;
            memcpy(trial, x, d * sizeof *x);
            step(d, 1 + ds * keep, ds * toward, eta, trial);
            SP_TRY(velocity(run, e, w, e->s[k + 1], trial, other, &keep_2, &toward_2));
            step(d, 1 + ds * keep / 2, ds * toward / 2, eta, x);
            for (size_t i = 0; i < d; i++)
                x[i] += ds / 2 * (keep_2 * trial[i] + toward_2 * other[i]);
        }
        else
            step(d, 1 + ds * keep, ds * toward, eta, x);
    }
    return SP_OK;
}

static sp_status run_block(sp_run *worker, size_t block, void *context)
{
    const experiment *e = context;
    size_t d = e->model->d, first = block * BLOCK;
    sp_cw_space w;
    double *x = SP_NEW(worker, double, d), *eta = SP_NEW(worker, double, d), *trial = SP_NEW(worker, double, d),
           *other = SP_NEW(worker, double, d), *sum = e->sums + block * (STATS + 1);
    SP_TRY(sp_cw_space_create(worker, e->model, &w));
    if (!x || !eta || !trial || !other)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(worker, "curie-weiss flow", block);
    double start = sp_path_noise(e->grid->path, e->grid->d, 0);
    for (size_t i = first; i < first + BLOCK && i < e->samples; i++) {
        sp_normals(&rng, d, x);
        for (size_t j = 0; j < d; j++)
            x[j] *= start;
        SP_TRY(follow(worker, e, &w, x, eta, trial, other));
        double m = 0, residual = 0;
        for (size_t j = 0; j < d; j++) {
            m += x[j] > 0 ? 1 : -1;
            residual += (fabs(x[j]) - 1) * (fabs(x[j]) - 1);
        }
        m /= (double)d;
        residual /= (double)d;
        sum[0] += 1;
        sum[1] += m > 0 ? 1 : m == 0 ? 0.5 : 0;
        sum[2] += fabs(m);
        sum[3] += m * m;
        sum[4] += residual;
        sum[5] += residual * residual;
    }
    sum[STATS] += w.passes;
    return SP_OK;
}

static double error_of(double sum, double squares, double n)
{
    double mean = sum / n;
    return sqrt(fmax(squares / n - mean * mean, 0) / (n - 1));
}

sp_status sp_curie_weiss_simulate(sp_run *run, const sp_curie_weiss *model, const sp_path_grid *grid, size_t samples,
                                  bool denoise, sp_schedule_measured *out)
{
    double *s;
    size_t blocks = (samples + BLOCK - 1) / BLOCK;
    if (!(model->B > 1))
        return sp_fail(run, SP_USAGE, "Curie-Weiss has two modes for B > 1 only, got %g", model->B);
    if (samples < 2)
        return sp_fail(run, SP_USAGE, "a simulation needs at least 2 samples");
    SP_TRY(sp_path_grid_times(run, grid, &s));
    experiment e = {model, grid, s, samples, denoise, SP_NEW(run, double, blocks *(STATS + 1))};
    if (!e.sums)
        return SP_FAILED;
    SP_TRY(sp_parallel_resumable(run, "Curie-Weiss samples", blocks, e.sums, (STATS + 1) * sizeof(double), run_block, &e));
    double total[STATS + 1] = {0};
    for (size_t b = 0; b < blocks; b++)
        for (size_t j = 0; j <= STATS; j++)
            total[j] += e.sums[b * (STATS + 1) + j];
    double n = total[0];
    sp_interval share = sp_fraction(total[1], n);
    *out = (sp_schedule_measured){share.value,
                                  share.se,
                                  NAN,
                                  NAN,
                                  total[2] / n,
                                  error_of(total[2], total[3], n),
                                  total[4] / n,
                                  error_of(total[4], total[5], n),
                                  total[STATS] / (n * (double)grid->steps)};
    return SP_OK;
}
