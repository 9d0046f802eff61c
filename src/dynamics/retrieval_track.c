/* The Hessian along gradient descent (spec 13, 3.3 and 3.6). */
#include "retrieval_descent.h"

#include "math/statistics.h"

#include <math.h>
#include <stdlib.h>

enum { RESAMPLES = 200 };

enum {
    OBSERVABLES = 14,
    ENERGY = 0,
    MU,
    OVERLAP,
    EDGE,
    MARGIN,
    OUTLIER,
    OVERLAP2,
    LAMBDA_1,
    LAMBDA_2,
    OVERLAP2_V1,
    CONVERGED,
    EDGE_SPHERE,
    LAMBDA_1_SE,
    LAMBDA_2_SE
};

typedef struct {
    const sp_retrieval_track_params *p;
    size_t n;
    const double *times;
    double *output;             /* instances x times x OBSERVABLES */
    retrieval_resample *sample; /* one instance: times x RESAMPLES; else NULL */
} job;

static sp_status instance_block(sp_run *run, size_t block, void *context)
{
    const job *j = context;
    const sp_retrieval_track_params *p = j->p;
    size_t N = p->N, M = (size_t)llround(p->samples_per_dim * (double)N);
    double alpha = (double)M / (double)N, *vector = SP_NEW(run, double, N);
    measurements m;
    retrieval_descent d;
    if (!vector)
        return SP_FAILED;
    SP_TRY(measurements_create(run, N, M, block, &m));
    SP_TRY(retrieval_descent_create(run, &m, &p->loss, 1, p->project_signal, p->spectral, p->lr, block, &d));
    for (size_t k = 0; k < j->n; k++) {
        SP_TRY(retrieval_descent_run(run, &d, j->times[k], 2, 0));
        if (p->instances == 1)
            sp_progress(run, "descent", (double)(k + 1) / (double)j->n);
        double *out = j->output + (block * j->n + k) * OBSERVABLES;
        sp_mark mark = sp_memory_mark(run);
        label_law law;
        sp_retrieval_spectrum s;
        SP_TRY(retrieval_descent_law(run, &d, 0, &law));
        label_spectrum(&law, alpha, &s);
        out[ENERGY] = d.energy[0];
        out[MU] = d.mu[0];
        out[OVERLAP] = fabs(retrieval_descent_overlap(&d, 0));
        out[EDGE] = s.edge;
        out[MARGIN] = s.margin;
        out[OUTLIER] = s.outlier;
        out[OVERLAP2] = s.overlap2;
        out[EDGE_SPHERE] = s.edge + d.mu[0];
        out[LAMBDA_1] = out[LAMBDA_2] = out[OVERLAP2_V1] = out[LAMBDA_1_SE] = out[LAMBDA_2_SE] = NAN;
        if (j->sample)
            SP_TRY(retrieval_descent_resample(run, &d, 0, &law, RESAMPLES, j->sample + k * (size_t)RESAMPLES));
        out[CONVERGED] = 1;
        if (p->eigenpairs) {
            bool converged;
            SP_TRY(retrieval_descent_lowest(run, &d, 0, out + LAMBDA_1, out + LAMBDA_1_SE, vector, &converged));
            /* with the part of the signal that lies on the sphere at w, as in the theory */
            double overlap = dot(N, vector, m.signal), rest2 = 1 - out[OVERLAP] * out[OVERLAP];
            out[OVERLAP2_V1] = rest2 > 1e-12 ? overlap * overlap / ((double)N * rest2) : NAN;
            out[CONVERGED] = converged;
        }
        sp_memory_release(run, mark);
    }
    return SP_OK;
}

static const double *at(const job *j, size_t instance, size_t time)
{
    return j->output + (instance * j->n + time) * OBSERVABLES;
}

/* absent: what counts for an instance that has none; nan: it does not count. */
static sp_retrieval_value average_with(const job *j, size_t time, int what, double absent)
{
    sp_moments all = {0};
    for (size_t i = 0; i < j->p->instances; i++) {
        double x = at(j, i, time)[what], y = isnan(x) ? absent : x;
        if (!isnan(y))
            sp_moments_add(&all, y);
    }
    return (sp_retrieval_value){all.n ? all.mean : NAN, sp_moments_se(&all)};
}

static sp_retrieval_value average(const job *j, size_t time, int what) { return average_with(j, time, what, NAN); }

/* What a resample has of an observable; nan: nothing. */
static double resampled(const retrieval_resample *x, int what)
{
    switch (what) {
    case EDGE:
        return x->spectrum.edge;
    case MARGIN:
        return x->spectrum.margin;
    case OUTLIER:
        return x->spectrum.outlier;
    case OVERLAP2:
        return x->spectrum.overlap2;
    case MU:
        return x->mu;
    default:
        return x->spectrum.edge + x->mu;
    }
}

/* The errors of a single instance. */
static void bootstrap_errors(const job *j, size_t time, sp_retrieval_moment *m)
{
    const struct {
        int what;
        sp_retrieval_value *of;
    } all[] = {{EDGE, &m->edge},         {MARGIN, &m->margin}, {OUTLIER, &m->outlier},
               {OVERLAP2, &m->overlap2}, {MU, &m->mu},         {EDGE_SPHERE, &m->edge_sphere}};
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        sp_moments moments = {0};
        for (size_t b = 0; b < RESAMPLES; b++) {
            double x = resampled(&j->sample[time * RESAMPLES + b], all[k].what);
            if (!isnan(x))
                sp_moments_add(&moments, x);
        }
        all[k].of->se = isnan(all[k].of->value) ? NAN : sp_moments_sd(&moments);
    }
    m->overlap2_all.se = isnan(m->overlap2.value) ? NAN : m->overlap2.se;
    m->lambda_1.se = at(j, 0, time)[LAMBDA_1_SE];
    m->lambda_2.se = at(j, 0, time)[LAMBDA_2_SE];
}

/* First zero of a margin that starts positive; the first time is 0 and has no logarithm. */
static double first_zero(const job *j, const double *margin)
{
    if (!(margin[0] > 0))
        return 0;
    for (size_t k = 1; k < j->n; k++)
        if (margin[k] <= 0) {
            double f = margin[k - 1] / (margin[k - 1] - margin[k]), t = j->times[k], before = j->times[k - 1];
            return before > 0 ? before * pow(t / before, f) : t * f;
        }
    return INFINITY;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The zero of the mean margin; its error by jackknife over instances, or over the resamples of a single one. */
static sp_status zero_of_margin(sp_run *run, const job *j, sp_retrieval_value *out)
{
    size_t n = j->p->instances;
    double *sum = SP_NEW(run, double, 2 * j->n), *left = sum + j->n;
    sp_moments zeros = {0};
    if (!sum)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < j->n; k++)
            sum[k] += at(j, i, k)[MARGIN];
    out->value = first_zero(j, sum);
    for (size_t i = 0; i < n && n > 1; i++) {
        for (size_t k = 0; k < j->n; k++)
            left[k] = sum[k] - at(j, i, k)[MARGIN];
        sp_moments_add(&zeros, first_zero(j, left));
    }
    out->se = n > 1 && isfinite(zeros.mean) ? (double)(n - 1) * sp_moments_se(&zeros) : NAN;
    if (!j->sample)
        return SP_OK;
    double zero[RESAMPLES];
    for (size_t b = 0; b < RESAMPLES; b++) {
        for (size_t k = 0; k < j->n; k++)
            left[k] = j->sample[k * RESAMPLES + b].spectrum.margin;
        zero[b] = first_zero(j, left);
    }
    qsort(zero, RESAMPLES, sizeof *zero, ascending);
    /* half the central 68 %: some resamples may never lose the outlier */
    double low = zero[RESAMPLES * 16 / 100], high = zero[RESAMPLES * 84 / 100];
    out->se = isfinite(out->value) && isfinite(high) ? (high - low) / 2 : NAN;
    return SP_OK;
}

/* Line in t^(-2/3) over the last decade, for each instance; mean and error over instances. */
static sp_status extrapolate(sp_run *run, const job *j, int what, sp_retrieval_value *out)
{
    sp_moments all = {0};
    double *x = SP_NEW(run, double, 2 * j->n), *y = x + j->n;
    if (!x)
        return SP_FAILED;
    for (size_t i = 0; i < j->p->instances; i++) {
        size_t n = 0;
        for (size_t k = 0; k < j->n; k++)
            if (j->times[k] >= j->times[j->n - 1] / 10.001) {
                x[n] = pow(j->times[k], -2.0 / 3);
                y[n++] = at(j, i, k)[what];
            }
        sp_line line;
        if (n < 3)
            break;
        SP_TRY(sp_fit_line(run, n, x, y, NULL, &line));
        sp_moments_add(&all, line.intercept);
    }
    *out = (sp_retrieval_value){all.n ? all.mean : NAN, sp_moments_se(&all)};
    return SP_OK;
}

static sp_status check(sp_run *run, const sp_retrieval_track_params *p)
{
    SP_TRY(retrieval_loss_check(run, &p->loss));
    if (p->N < 8 || p->N > 1000000 || !p->instances || !p->per_decade)
        return sp_fail(run, SP_USAGE, "allowed: N in 8..1000000, instances >= 1, per-decade >= 1");
    if (!(p->samples_per_dim * (double)p->N >= 2 && p->samples_per_dim < 1e6))
        return sp_fail(run, SP_USAGE, "--samples-per-dim %g: at least two measurements, at most 1e6 N", p->samples_per_dim);
    if (!(p->t_max > 0) || !(p->lr >= 0))
        return sp_fail(run, SP_USAGE, "allowed: t-max > 0, lr >= 0");
    if (p->spectral && p->project_signal)
        return sp_fail(run, SP_USAGE, "a spectral start points to the signal: not with --project-signal");
    return sp_need_memory(run, 4 * p->samples_per_dim * (double)p->N * (double)p->N, "the measurements");
}

sp_status sp_retrieval_follow(sp_run *run, const sp_retrieval_track_params *p, sp_retrieval_track *out)
{
    SP_TRY(check(run, p));
    double lr = p->lr > 0 ? p->lr : p->loss.kind == SP_RETRIEVAL_QUARTIC ? 0.002 : 0.02, first = fmin(lr, p->t_max / 10);
    size_t n = 2 + (size_t)ceil((double)p->per_decade * log10(p->t_max / first));
    double *times = SP_NEW(run, double, n);
    sp_retrieval_moment *moment = SP_NEW(run, sp_retrieval_moment, n);
    job j = {p, n, times, SP_NEW(run, double, p->instances *n *(size_t)OBSERVABLES), NULL};
    if (!times || !moment || !j.output)
        return SP_FAILED;
    if (p->instances == 1 && !(j.sample = SP_NEW(run, retrieval_resample, n * (size_t)RESAMPLES)))
        return SP_FAILED;
    for (size_t k = 1; k < n; k++)
        times[k] = p->t_max * pow(first / p->t_max, (double)(n - 1 - k) / (double)(n - 2));
    if (p->instances == 1) /* in the run itself: the passes over the measurements are then parallel */
        SP_TRY(instance_block(run, 0, &j));
    else
        SP_TRY(sp_parallel_resumable(run, "hessian", p->instances, j.output, n * OBSERVABLES * sizeof(double),
                                     instance_block, &j));
    for (size_t k = 0; k < n; k++) {
        sp_retrieval_moment *m = &moment[k];
        *m = (sp_retrieval_moment){.t = times[k],
                                   .energy = average(&j, k, ENERGY),
                                   .mu = average(&j, k, MU),
                                   .m = average(&j, k, OVERLAP),
                                   .edge = average(&j, k, EDGE),
                                   .margin = average(&j, k, MARGIN),
                                   .outlier = average(&j, k, OUTLIER),
                                   .overlap2 = average(&j, k, OVERLAP2),
                                   .overlap2_all = average_with(&j, k, OVERLAP2, 0),
                                   .edge_sphere = average(&j, k, EDGE_SPHERE),
                                   .lambda_1 = average(&j, k, LAMBDA_1),
                                   .lambda_2 = average(&j, k, LAMBDA_2),
                                   .overlap2_v1 = average(&j, k, OVERLAP2_V1)};
        for (size_t i = 0; i < p->instances; i++) {
            m->with_outlier += isnan(at(&j, i, k)[OUTLIER]) ? 0U : 1U;
            m->unconverged += at(&j, i, k)[CONVERGED] == 0 ? 1U : 0U;
        }
        if (j.sample)
            bootstrap_errors(&j, k, m);
    }
    *out = (sp_retrieval_track){.n = n, .moment = moment};
    SP_TRY(zero_of_margin(run, &j, &out->t_bbp));
    SP_TRY(extrapolate(run, &j, ENERGY, &out->energy_late));
    return extrapolate(run, &j, MU, &out->mu_late);
}
