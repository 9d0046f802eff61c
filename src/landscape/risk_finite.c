/* The exact mean number of stationary points of the risk at finite n and d (spec 22, 3.6), by Monte Carlo. */
#include "landscape/risk_law.h"

#include "math/linalg.h"
#include "math/statistics.h"

#include <gsl/gsl_sf_gamma.h>
#include <math.h>

enum { SAMPLES_PER_BLOCK = 500, MAX_D = 32 };

typedef struct {
    sp_moments total, by_index[MAX_D];
} block_moments;

typedef struct {
    const risk_loss *loss;
    size_t n, d, samples;
    double log_sphere;
    block_moments *out;
} finite_job;

/* One draw of the pre-activations and of the rows around them: the weight of a stationary point and its index. */
static sp_status sample(sp_run *run, const finite_job *job, sp_rng *rng, double *work, double *weight, size_t *index)
{
    size_t n = job->n, k = job->d - 1;
    double *d1 = work, *z = work + n, *weighted = z + n * k, *w = weighted + n * k, *values = w + k * k, t = 0, d1_sq = 0;
    double *d2 = values + k;
    for (size_t i = 0; i < n; i++) {
        double y = sp_normal(rng);
        risk_jet j = risk_loss_at(job->loss, y, 0);
        d1[i] = j.d1;
        d2[i] = j.d2;
        t += y * j.d1 / (double)n;
        d1_sq += j.d1 * j.d1;
    }
    /* a vanishing gradient: columns orthogonal to loss' */
    for (size_t i = 0; i < n * k; i++)
        z[i] = sp_normal(rng);
    for (size_t c = 0; c < k; c++) {
        double along = 0;
        for (size_t i = 0; i < n; i++)
            along += d1[i] * z[i * k + c];
        for (size_t i = 0; i < n; i++)
            z[i * k + c] -= along / d1_sq * d1[i];
    }
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < k; c++)
            weighted[i * k + c] = d2[i] * z[i * k + c];
    sp_gemm(SP_TRANSPOSED, SP_PLAIN, k, k, n, 1 / (double)n, z, k, weighted, k, 0, w, k);
    SP_TRY(sp_eigenvalues(run, k, w, values));
    double logarithm = job->log_sphere - 0.5 * (double)k * log(2 * M_PI * d1_sq / (double)(n * n));
    *index = 0;
    for (size_t c = 0; c < k; c++) {
        logarithm += log(fabs(values[c] - t));
        *index += values[c] < t;
    }
    *weight = exp(logarithm);
    return SP_OK;
}

static sp_status block(sp_run *worker, size_t number, void *context)
{
    const finite_job *job = context;
    block_moments *out = &job->out[number];
    size_t n = job->n, k = job->d - 1, left = job->samples - number * SAMPLES_PER_BLOCK;
    double *work = SP_NEW(worker, double, 2 * n + 2 * n * k + k * k + k);
    if (!work)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(worker, "risk exact mean", number);
    for (size_t i = 0; i < (left < SAMPLES_PER_BLOCK ? left : SAMPLES_PER_BLOCK); i++) {
        double weight;
        size_t index;
        SP_TRY(sample(worker, job, &rng, work, &weight, &index));
        sp_moments_add(&out->total, weight);
        for (size_t c = 0; c <= k; c++)
            sp_moments_add(&out->by_index[c], c == index ? weight : 0);
    }
    return sp_poll(worker);
}

sp_status risk_rows_of(sp_run *run, double samples_per_dim, size_t d, size_t *n)
{
    double rows = samples_per_dim * (double)d;
    if (!(rows >= 1) || rows > 1e6 || fabs(rows - round(rows)) > 1e-9 * rows)
        return sp_fail(run, SP_USAGE, "--samples-per-dim times --d must be a whole number of rows, got %g", rows);
    *n = (size_t)round(rows);
    return SP_OK;
}

sp_status sp_risk_exact_mean(sp_run *run, const sp_risk_model *model, size_t d, size_t samples, sp_index_count *total,
                             sp_index_count *by_index)
{
    risk_loss loss = {0};
    SP_TRY(risk_loss_create(run, model, &loss));
    if (d < 2 || d > MAX_D)
        return sp_fail(run, SP_USAGE, "--d must be in [2, %d], got %zu", MAX_D, d);
    if (loss.teacher)
        return sp_fail(run, SP_USAGE, "the exact mean is that of a loss in y alone, without a teacher");
    if (samples < 2)
        return sp_fail(run, SP_USAGE, "the exact mean needs --samples >= 2");
    finite_job job = {.loss = &loss,
                      .d = d,
                      .samples = samples,
                      .log_sphere = log(2) + 0.5 * (double)d * log(M_PI) - gsl_sf_lngamma(0.5 * (double)d)};
    SP_TRY(risk_rows_of(run, model->samples_per_dim, d, &job.n));
    size_t n_blocks = (samples + SAMPLES_PER_BLOCK - 1) / SAMPLES_PER_BLOCK;
    job.out = SP_NEW(run, block_moments, n_blocks);
    if (!job.out)
        return SP_FAILED;
    SP_TRY(sp_parallel_resumable(run, "exact mean", n_blocks, job.out, sizeof *job.out, block, &job));
    block_moments all = {0};
    for (size_t i = 0; i < n_blocks; i++) {
        sp_moments_merge(&all.total, &job.out[i].total);
        for (size_t c = 0; c < d; c++)
            sp_moments_merge(&all.by_index[c], &job.out[i].by_index[c]);
    }
    *total = (sp_index_count){all.total.mean, sp_moments_se(&all.total)};
    for (size_t c = 0; by_index && c < d; c++)
        by_index[c] = (sp_index_count){all.by_index[c].mean, sp_moments_se(&all.by_index[c])};
    return SP_OK;
}
