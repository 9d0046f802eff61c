/* Success of gradient descent in phase retrieval (spec 13, 3.5-3.7; spec 19, 3.4). */
#include "retrieval_descent.h"

#include "math/logistic.h"
#include "math/statistics.h"

#include <math.h>

static const double SUCCESS = 0.99, STUCK_FORCE2 = 1e-12; /* |m|; |force|^2/N */

typedef struct {
    const sp_retrieval_simulate_params *p;
    size_t per_block;
    const double *times; /* records + 1 */
    double *output; /* for each alpha and instance: starts x {time of success, energy}, records x starts x {|m|, energy} */
} job;

static sp_status instance_block(sp_run *run, size_t block, void *context)
{
    const job *j = context;
    const sp_retrieval_simulate_params *p = j->p;
    double alpha = p->samples_per_dim.v[block / p->instances], *out = j->output + block * j->per_block;
    size_t R = p->starts, M = (size_t)llround(alpha * (double)p->N);
    measurements m;
    retrieval_descent d;
    SP_TRY(measurements_create(run, p->N, M, block, &m));
    SP_TRY(retrieval_descent_create(run, &m, &p->loss, R, p->project_signal, p->spectral, p->lr, block, &d));
    for (size_t r = 0; r < R; r++)
        out[2 * r] = INFINITY;
    for (size_t k = 0; k <= p->records; k++) {
        SP_TRY(retrieval_descent_run(run, &d, j->times[k], SUCCESS, STUCK_FORCE2));
        for (size_t r = 0; r < R; r++) {
            double overlap = fabs(retrieval_descent_overlap(&d, r)), *row = out + 2 * R * (k + 1) + 2 * r;
            if (overlap > SUCCESS)
                out[2 * r] = fmin(out[2 * r], j->times[k]);
            out[2 * r + 1] = d.energy[r];
            row[0] = overlap;
            row[1] = d.energy[r];
        }
    }
    return SP_OK;
}

/* mean over instances of a mean over starts; with one instance the starts count as samples */
static sp_retrieval_value average(const job *j, size_t alpha, size_t offset, bool finite_only)
{
    const sp_retrieval_simulate_params *p = j->p;
    sp_moments all = {0};
    for (size_t i = 0; i < p->instances; i++) {
        const double *x = j->output + (alpha * p->instances + i) * j->per_block + offset;
        double sum = 0, count = 0;
        for (size_t r = 0; r < p->starts; r++) {
            if (finite_only && !isfinite(x[2 * r]))
                continue;
            sum += x[2 * r];
            count++;
            if (p->instances == 1)
                sp_moments_add(&all, x[2 * r]);
        }
        if (count > 0 && p->instances > 1)
            sp_moments_add(&all, sum / count);
    }
    return (sp_retrieval_value){all.n ? all.mean : NAN, sp_moments_se(&all)};
}

static sp_retrieval_rate rate_of(const job *j, size_t alpha)
{
    const sp_retrieval_simulate_params *p = j->p;
    double count = 0, total = (double)(p->instances * p->starts);
    sp_moments means = {0};
    for (size_t i = 0; i < p->instances; i++) {
        double here = 0;
        for (size_t r = 0; r < p->starts; r++)
            here += isfinite(j->output[(alpha * p->instances + i) * j->per_block + 2 * r]);
        count += here;
        sp_moments_add(&means, here / (double)p->starts);
    }
    sp_interval f = sp_fraction(count, total);
    /* starts of one instance are not independent: their scatter over instances counts when it is larger */
    double se = p->starts > 1 && p->instances > 1 ? fmax(f.se, sp_moments_se(&means)) : f.se;
    return (sp_retrieval_rate){.alpha = p->samples_per_dim.v[alpha],
                               .success = {f.value, se},
                               .low = f.low,
                               .high = f.high,
                               .success_time = average(j, alpha, 0, true),
                               .energy = average(j, alpha, 1, false)};
}

static sp_status check(sp_run *run, const sp_retrieval_simulate_params *p)
{
    SP_TRY(retrieval_loss_check(run, &p->loss));
    if (p->N < 8 || p->N > 1000000)
        return sp_fail(run, SP_USAGE, "--N %zu: allowed are 8 to 1000000", p->N);
    if (!p->instances || !p->starts || p->starts > 4096 || !p->samples_per_dim.n)
        return sp_fail(run, SP_USAGE, "allowed: instances >= 1, starts in 1..4096, at least one samples-per-dim");
    if (p->spectral && (p->starts > 1 || p->project_signal))
        return sp_fail(run, SP_USAGE, "a spectral start is one start with the signal: not with --starts, --project-signal");
    if (!(p->t_max > 0) || !(p->lr >= 0) || !p->records)
        return sp_fail(run, SP_USAGE, "allowed: t-max > 0, lr >= 0, records >= 1");
    double largest = 0;
    for (size_t i = 0; i < p->samples_per_dim.n; i++) {
        double alpha = p->samples_per_dim.v[i];
        if (!(alpha * (double)p->N >= 1 && alpha < 1e6))
            return sp_fail(run, SP_USAGE, "--samples-per-dim %g: at least one measurement, at most 1e6 N", alpha);
        largest = fmax(largest, alpha);
    }
    return sp_need_memory(run, 4 * largest * (double)p->N * (double)p->N, "the measurements");
}

sp_status sp_retrieval_simulate(sp_run *run, const sp_retrieval_simulate_params *p, sp_retrieval_simulation *out)
{
    SP_TRY(check(run, p));
    size_t n = p->samples_per_dim.n, R = p->starts, records = p->records;
    job j = {.p = p, .per_block = 2 * R * (records + 2)};
    double *times = SP_NEW(run, double, records + 1);
    sp_retrieval_rate *rate = SP_NEW(run, sp_retrieval_rate, n);
    sp_retrieval_curve *curve = SP_NEW(run, sp_retrieval_curve, n * (records + 1));
    j.output = SP_NEW(run, double, n * p->instances * j.per_block);
    if (!times || !rate || !curve || !j.output)
        return SP_FAILED;
    for (size_t k = 1; k <= records; k++)
        times[k] = p->t_max * pow(1e-3, 1 - (double)k / (double)records);
    j.times = times;
    SP_TRY(
        sp_parallel_resumable(run, "descent", n * p->instances, j.output, j.per_block * sizeof(double), instance_block, &j));
    for (size_t a = 0; a < n; a++) {
        rate[a] = rate_of(&j, a);
        for (size_t k = 0; k <= records; k++)
            curve[a * (records + 1) + k] =
                (sp_retrieval_curve){p->samples_per_dim.v[a], times[k], average(&j, a, 2 * R * (k + 1), false),
                                     average(&j, a, 2 * R * (k + 1) + 1, false)};
    }
    *out = (sp_retrieval_simulation){.n_rates = n, .n_curves = n * (records + 1), .rate = rate, .curve = curve};
    double *alpha = SP_NEW(run, double, 2 * n), *fraction = alpha + n;
    if (!alpha)
        return SP_FAILED;
    for (size_t a = 0; a < n; a++) {
        alpha[a] = rate[a].alpha;
        fraction[a] = rate[a].success.value;
    }
    sp_logistic fit = sp_fit_logistic(n, alpha, fraction, (double)(p->instances * R));
    for (size_t a = 0; a < n; a++)
        rate[a].fit = 1 / (1 + exp((fit.half - alpha[a]) / fit.width));
    out->alpha_half = fit.half, out->alpha_half_se = fit.half_se, out->width = fit.width;
    return SP_OK;
}
