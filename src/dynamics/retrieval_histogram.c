/* All eigenvalues of the Hessian at chosen times of a descent, beside the density by the labels (spec 13, 3.1 and 5). */
#include "retrieval_descent.h"

#include "math/statistics.h"

#include <math.h>
#include <stdlib.h>

enum { MAX_N = 4000, INSIDE = 10 /* points of the theory in a bin */ };

typedef struct {
    const sp_retrieval_track_params *p;
    sp_vec times;
    size_t N, M, values; /* of one instance and time: N - 1 eigenvalues, then z and u^2 of the M measurements */
    double *output;
} job;

static double *at(const job *j, size_t instance, size_t time)
{
    return j->output + (instance * j->times.n + time) * j->values;
}

static sp_status instance_block(sp_run *run, size_t block, void *context)
{
    const job *j = context;
    const sp_retrieval_track_params *p = j->p;
    measurements m;
    retrieval_descent d;
    SP_TRY(measurements_create(run, j->N, j->M, block, &m));
    SP_TRY(retrieval_descent_create(run, &m, &p->loss, 1, p->project_signal, p->spectral, p->lr, block, &d));
    for (size_t k = 0; k < j->times.n; k++) {
        double *out = at(j, block, k);
        label_law law;
        SP_TRY(retrieval_descent_run(run, &d, j->times.v[k], 2, 0));
        sp_mark mark = sp_memory_mark(run);
        SP_TRY(retrieval_descent_eigenvalues(run, &d, 0, out));
        SP_TRY(retrieval_descent_law(run, &d, 0, &law));
        for (size_t i = 0; i < j->M; i++) {
            out[j->N - 1 + i] = law.z[i];
            out[j->N - 1 + j->M + i] = law.u2[i];
        }
        sp_memory_release(run, mark);
    }
    return SP_OK;
}

/* The labels of all instances at one time. */
static sp_status pooled_law(sp_run *run, const job *j, size_t time, label_law *out)
{
    size_t n = j->p->instances * j->M;
    SP_TRY(label_law_create(run, n, out));
    out->n = n;
    out->z_low = INFINITY;
    for (size_t i = 0; i < n; i++) {
        const double *of = at(j, i / j->M, time) + j->N - 1;
        out->weight[i] = 1 / (double)n;
        out->z[i] = of[i % j->M];
        out->u2[i] = of[j->M + i % j->M];
        out->z_low = fmin(out->z_low, out->z[i]);
    }
    return SP_OK;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* From below the lowest eigenvalue to where the long tail of large ones has 2 % left. */
static sp_status find_range(sp_run *run, const job *j, size_t time, double range[2])
{
    size_t each = j->N - 1, n = j->p->instances * each;
    double *all = SP_NEW(run, double, n);
    if (!all)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++)
        all[i] = at(j, i / each, time)[i % each];
    qsort(all, n, sizeof *all, ascending);
    range[1] = all[n - 1 - n / 50];
    range[0] = all[0] - 0.02 * (range[1] - all[0]);
    return SP_OK;
}

static sp_status histogram(sp_run *run, const job *j, size_t time, size_t bins, sp_retrieval_bin *out)
{
    sp_mark mark = sp_memory_mark(run);
    size_t each = j->N - 1;
    double range[2], *lambda = SP_NEW(run, double, INSIDE *bins), *theory = SP_NEW(run, double, INSIDE *bins);
    label_law law;
    if (!lambda || !theory)
        return SP_FAILED;
    SP_TRY(find_range(run, j, time, range));
    double width = (range[1] - range[0]) / (double)bins;
    for (size_t i = 0; i < INSIDE * bins; i++)
        lambda[i] = range[0] + ((double)i + 0.5) * width / INSIDE;
    SP_TRY(pooled_law(run, j, time, &law));
    SP_TRY(label_density(run, &law, (double)j->M / (double)j->N, width / 100, INSIDE * bins, lambda, theory));
    for (size_t b = 0; b < bins; b++) {
        sp_moments density = {0};
        double low = range[0] + (double)b * width, mean = 0;
        for (size_t i = 0; i < INSIDE; i++)
            mean += theory[INSIDE * b + i] / INSIDE;
        for (size_t i = 0; i < j->p->instances; i++) {
            const double *v = at(j, i, time);
            size_t count = 0;
            for (size_t k = 0; k < each; k++)
                count += v[k] >= low && v[k] < low + width;
            sp_moments_add(&density, (double)count / ((double)each * width));
        }
        out[b] = (sp_retrieval_bin){j->times.v[time], low + width / 2, {density.mean, sp_moments_se(&density)}, mean};
    }
    sp_memory_release(run, mark);
    return SP_OK;
}

sp_status sp_retrieval_histogram(sp_run *run, const sp_retrieval_track_params *p, sp_vec times, size_t bins, size_t *n,
                                 sp_retrieval_bin **out)
{
    SP_TRY(retrieval_loss_check(run, &p->loss));
    if (p->N < 8 || p->N > MAX_N || p->instances < 1 || bins < 2 || !(p->samples_per_dim * (double)p->N >= 2))
        return sp_fail(run, SP_USAGE,
                       "all eigenvalues: N in 8..%d, instances >= 1, bins >= 2, at least two measurements (--eigenpairs "
                       "follows the lowest two at any N)",
                       MAX_N);
    for (size_t k = 0; k < times.n; k++)
        if (!(times.v[k] >= 0) || (k && times.v[k] <= times.v[k - 1]))
            return sp_fail(run, SP_USAGE, "times of spectra are >= 0 and ascend");
    size_t M = (size_t)llround(p->samples_per_dim * (double)p->N), values = p->N - 1 + 2 * M;
    SP_TRY(sp_need_memory(run,
                          8 * (double)p->instances * (double)times.n * (double)values + 8 * (double)M * (double)p->N +
                              24 * (double)p->N * (double)p->N,
                          "the spectra"));
    job j = {p, times, p->N, M, values, SP_NEW(run, double, p->instances *times.n *values)};
    *n = times.n * bins;
    *out = SP_NEW(run, sp_retrieval_bin, *n);
    if (!j.output || !*out)
        return SP_FAILED;
    SP_TRY(sp_parallel_resumable(run, "spectra", p->instances, j.output, times.n * values * sizeof(double), instance_block,
                                 &j));
    for (size_t k = 0; k < times.n; k++)
        SP_TRY(histogram(run, &j, k, bins, *out + k * bins));
    return SP_OK;
}
