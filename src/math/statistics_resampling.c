/* Errors of correlated series; jackknife and bootstrap. */
#include "math/statistics.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

sp_estimate sp_blocking(sp_run *run, size_t n, const double *x, bool *plateau)
{
    sp_estimate best = sp_mean(n, x);
    if (plateau)
        *plateau = false;
    sp_mark mark = sp_memory_mark(run);
    double *block = SP_NEW(run, double, n);
    if (!block || n < 4)
        return best;
    memcpy(block, x, n * sizeof *x);
    double se[64] = {0}, term[64] = {0};
    size_t levels = 0;
    for (size_t m = n; m >= 2 && levels < 64; m /= 2, levels++) {
        double size = (double)m, mean = sp_mean(m, block).value, variance = 0, lag = 0;
        for (size_t i = 0; i < m; i++) {
            variance += (block[i] - mean) * (block[i] - mean) / size;
            if (i + 1 < m)
                lag += (block[i] - mean) * (block[i + 1] - mean) / size;
        }
        se[levels] = sqrt(variance / (size - 1));
        double excess = (size - 1) / (size * size) + (variance > 0 ? lag / variance : 0);
        term[levels] = size * excess * excess;
        for (size_t i = 0; i < m / 2; i++)
            block[i] = 0.5 * (block[2 * i] + block[2 * i + 1]);
    }
    sp_memory_release(run, mark);
    size_t chosen = levels - 1;
    double statistic = 0;
    for (size_t l = levels; l-- > 0;) {
        statistic += term[l];
        if (gsl_cdf_chisq_Q(statistic, (double)(levels - l)) > 0.01)
            chosen = l;
    }
    best.se = se[chosen];
    if (plateau)
        *plateau = n >> chosen >= 16;
    return best;
}

double sp_autocorrelation_time(size_t n, const double *x)
{
    double mean = sp_mean(n, x).value, variance = 0, tau = 0.5;
    for (size_t i = 0; i < n; i++)
        variance += (x[i] - mean) * (x[i] - mean);
    if (!(variance > 0))
        return 0.5;
    for (size_t t = 1; t < n; t++) {
        double sum = 0;
        for (size_t i = 0; i + t < n; i++)
            sum += (x[i] - mean) * (x[i + t] - mean);
        tau += sum / variance;
        if ((double)t >= 6 * tau)
            break;
    }
    return tau;
}

sp_status sp_jackknife(sp_run *run, size_t n, sp_row_statistic f, void *context, sp_estimate *out)
{
    if (n < 2)
        return sp_fail(run, SP_FAILED, "the jackknife needs at least two rows");
    sp_mark mark = sp_memory_mark(run);
    size_t *rows = SP_NEW(run, size_t, n);
    if (!rows)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++)
        rows[i] = i;
    double all = f(n, rows, context);
    sp_moments m = {0};
    for (size_t left_out = n; left_out-- > 0;) {
        for (size_t i = left_out; i + 1 < n; i++)
            rows[i] = i + 1;
        for (size_t i = 0; i < left_out; i++)
            rows[i] = i;
        sp_moments_add(&m, f(n - 1, rows, context));
    }
    sp_memory_release(run, mark);
    double size = (double)n;
    *out = (sp_estimate){size * all - (size - 1) * m.mean, sqrt((size - 1) / size * m.m2)};
    return SP_OK;
}

enum { RESAMPLES_PER_BLOCK = 16 };

typedef struct {
    const char *stream;
    size_t n, resamples;
    sp_row_statistic f;
    void *context;
    double *values;
} bootstrap;

static sp_status bootstrap_block(sp_run *worker, size_t block, void *context)
{
    const bootstrap *b = context;
    size_t *rows = SP_NEW(worker, size_t, b->n);
    if (!rows)
        return SP_FAILED;
    for (size_t r = block * RESAMPLES_PER_BLOCK; r < (block + 1) * RESAMPLES_PER_BLOCK && r < b->resamples; r++) {
        sp_rng rng = sp_rng_at(worker, b->stream, r);
        for (size_t i = 0; i < b->n; i++)
            rows[i] = (size_t)sp_uniform_int(&rng, b->n);
        b->values[r] = b->f(b->n, rows, b->context);
    }
    return SP_OK;
}

sp_status sp_bootstrap(sp_run *run, const char *stream, size_t n, sp_row_statistic f, void *context, size_t resamples,
                       sp_interval *out)
{
    if (n == 0 || resamples < 2)
        return sp_fail(run, SP_FAILED, "the bootstrap needs at least one row and two resamples");
    sp_mark mark = sp_memory_mark(run);
    bootstrap b = {stream, n, resamples, f, context, SP_NEW(run, double, resamples)};
    size_t *rows = SP_NEW(run, size_t, n);
    if (!b.values || !rows)
        return SP_FAILED;
    SP_TRY(sp_parallel(run, (resamples + RESAMPLES_PER_BLOCK - 1) / RESAMPLES_PER_BLOCK, bootstrap_block, &b));
    for (size_t i = 0; i < n; i++)
        rows[i] = i;
    out->value = f(n, rows, context);
    out->se = sqrt(sp_variance(resamples, b.values));
    sp_sort(resamples, b.values);
    out->low = sp_quantile_sorted(resamples, b.values, 0.025);
    out->high = sp_quantile_sorted(resamples, b.values, 0.975);
    sp_memory_release(run, mark);
    return SP_OK;
}

static double mean_of_rows(size_t n, const size_t *rows, void *context)
{
    const double *x = context;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[rows[i]];
    return sum / (double)n;
}

sp_status sp_bootstrap_mean(sp_run *run, const char *stream, size_t n, const double *x, size_t resamples, sp_interval *out)
{
    return sp_bootstrap(run, stream, n, mean_of_rows, (void *)(uintptr_t)x, resamples, out);
}
