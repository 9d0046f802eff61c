/* Success rates of algorithms on spiked tensors (spec 26, 3.3b and 4). */
#include "tensor_pca.h"

#include "math/logistic.h"
#include "math/statistics.h"

#include <cblas.h>
#include <math.h>

enum { OBSERVABLES = 5 }; /* m at the start and the end, sign of the start, convergence, m after one step */

typedef struct {
    const sp_tensor_pca_scan_params *p;
    double *output; /* n x a x instances x starts x OBSERVABLES */
} job;

static const double *at(const job *j, size_t point, size_t instance, size_t start)
{
    const sp_tensor_pca_scan_params *p = j->p;
    return j->output + ((point * p->instances + instance) * p->starts + start) * OBSERVABLES;
}

/* Descent from several starts of one tensor, together. */
static sp_status many_starts(sp_run *run, const job *j, const pca_instance *s, size_t block, double *out)
{
    const sp_tensor_pca_scan_params *p = j->p;
    size_t n = s->n, R = p->starts;
    double *x = SP_NEW(run, double, R *n);
    pca_ascent a = {.x = x, .converged = SP_NEW(run, bool, R)};
    if (!x || !a.converged)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(run, "start", block);
    for (size_t r = 0; r < R; r++) {
        double *start = x + r * n;
        sp_normals(&rng, n, start);
        double scale = 1 / cblas_dnrm2((int)n, start, 1);
        cblas_dscal((int)n, p->signal_side && pca_overlap(s, start) < 0 ? -scale : scale, start, 1);
        out[r * OBSERVABLES] = pca_overlap(s, start);
    }
    SP_TRY(pca_ascend(run, s, R, p->method.iterations, &a));
    for (size_t r = 0; r < R; r++) {
        double *o = out + r * OBSERVABLES;
        o[1] = pca_overlap(s, x + r * n);
        o[2] = o[0] > 0;
        o[3] = a.converged[r];
        o[4] = NAN;
    }
    return SP_OK;
}

static sp_status instance_block(sp_run *run, size_t block, void *context)
{
    const job *j = context;
    const sp_tensor_pca_scan_params *p = j->p;
    size_t point = block / p->instances, n = (size_t)p->n.v[point / p->a.n];
    double a = p->a.v[point % p->a.n], *out = j->output + block * p->starts * OBSERVABLES;
    pca_instance s;
    sp_tensor_pca_solution x;
    SP_TRY(pca_instance_create(run, (int)p->k, n, a * pow((double)n, (double)p->k / 4), block, &s));
    if (p->method.method == SP_PCA_GD)
        return many_starts(run, j, &s, block, out);
    SP_TRY(pca_solve(run, &s, &p->method, block, false, &x));
    out[0] = x.m_start;
    out[1] = x.m;
    out[2] = x.m_start > 0;
    out[3] = x.converged;
    out[4] = x.m_first;
    return SP_OK;
}

static sp_status check(sp_run *run, const sp_tensor_pca_scan_params *p)
{
    if (!p->n.n || !p->a.n || !p->instances)
        return sp_fail(run, SP_USAGE, "at least one --n, one --a and one of --instances are needed");
    for (size_t i = 0; i < p->n.n; i++) {
        if (p->n.v[i] != floor(p->n.v[i]) || !(p->n.v[i] >= 4) || p->n.v[i] > 1e5)
            return sp_fail(run, SP_USAGE, "--n %g: whole numbers from 4", p->n.v[i]);
        SP_TRY(pca_check(run, (int)p->k, (size_t)p->n.v[i], &p->method));
    }
    for (size_t i = 0; i < p->a.n; i++)
        if (!(p->a.v[i] >= 0 && p->a.v[i] < INFINITY))
            return sp_fail(run, SP_USAGE, "--a %g: allowed is >= 0", p->a.v[i]);
    if (!p->starts || p->starts > 4096)
        return sp_fail(run, SP_USAGE, "--starts %zu: allowed is 1 to 4096", p->starts);
    if (p->method.method != SP_PCA_GD && (p->starts > 1 || p->signal_side))
        return sp_fail(run, SP_USAGE, "--starts and --signal-side are for --method gd");
    if (p->signal_side && p->k % 2 == 0)
        return sp_fail(run, SP_USAGE, "--signal-side: both sides are the same for even orders");
    return SP_OK;
}

static bool random_start(const sp_tensor_pca_scan_params *p)
{
    return p->method.method == SP_PCA_GD || p->method.method == SP_PCA_POWER || p->method.method == SP_PCA_AMP;
}

static bool success(const job *j, const double *x) { return (j->p->k % 2 ? x[1] : fabs(x[1])) > 0.5; }

/* Starts of one tensor are not independent: the scatter of its rates over tensors counts where it is larger. */
static double clustered_se(double binomial, const sp_moments *over_tensors)
{
    double se = sp_moments_se(over_tensors);
    return isfinite(se) ? fmax(se, binomial) : binomial;
}

static sp_status rate_of(sp_run *run, const job *j, size_t point, sp_tensor_pca_rate *out)
{
    const sp_tensor_pca_scan_params *p = j->p;
    bool odd = p->k % 2;
    sp_moments start = {0}, end = {0}, first = {0}, rates = {0}, rates_positive = {0};
    double count = 0, count_positive = 0;
    *out = (sp_tensor_pca_rate){
        .n = (size_t)p->n.v[point / p->a.n], .a = p->a.v[point % p->a.n], .instances = p->instances, .m_theory = NAN};
    for (size_t i = 0; i < p->instances; i++) {
        double here = 0, positive = 0, here_positive = 0, starts = (double)p->starts;
        sp_moments m_start = {0}, m_end = {0};
        for (size_t r = 0; r < p->starts; r++) {
            const double *x = at(j, point, i, r);
            sp_moments_add(&m_start, odd ? x[0] : fabs(x[0]));
            sp_moments_add(&m_end, odd ? x[1] : fabs(x[1]));
            sp_moments_add(&first, odd ? x[4] : fabs(x[4]));
            here += success(j, x);
            positive += x[2];
            here_positive += x[2] > 0 && success(j, x);
            out->unconverged += x[3] == 0 ? 1U : 0U;
        }
        sp_moments_add(&start, m_start.mean);
        sp_moments_add(&end, m_end.mean);
        count += here, count_positive += here_positive;
        out->positive_starts += (size_t)positive;
        sp_moments_add(&rates, here / starts);
        if (positive > 0)
            sp_moments_add(&rates_positive, here_positive / positive);
    }
    sp_interval f = sp_fraction(count, (double)(p->instances * p->starts));
    bool clustered = p->starts > 1;
    out->success = f.value, out->low = f.low, out->high = f.high;
    out->success_se = clustered ? clustered_se(f.se, &rates) : f.se;
    sp_interval g = sp_fraction(count_positive, (double)out->positive_starts);
    out->success_positive = out->positive_starts ? g.value : NAN;
    out->success_positive_se = !out->positive_starts ? NAN : clustered ? clustered_se(g.se, &rates_positive) : g.se;
    out->m_start = start.mean, out->m_start_se = sp_moments_se(&start);
    out->m_first = first.mean, out->m_first_se = sp_moments_se(&first);
    out->m = end.mean, out->m_se = sp_moments_se(&end);
    if (p->k == 3 && !random_start(p) && p->method.method != SP_PCA_UNFOLD) {
        sp_tensor_pca_theory_params q = {3, out->n, out->a,
                                         p->method.method == SP_PCA_CLOSED ? INFINITY : (double)p->method.replicas};
        sp_tensor_pca_theory_result theory;
        SP_TRY(sp_tensor_pca_theory(run, &q, &theory));
        out->m_theory = theory.m_1;
    }
    return SP_OK;
}

typedef struct {
    double count, total, scatter, expected; /* scatter of the rates over tensors; that of independent starts */
} tally;

/* Of the starts that can succeed: all, but for random starts of odd order those on the signal's side. */
static tally count_success(const job *j, size_t point)
{
    const sp_tensor_pca_scan_params *p = j->p;
    bool positive_only = random_start(p) && p->k % 2;
    tally t = {0};
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < p->instances; i++) {
            double count = 0, total = 0;
            for (size_t r = 0; r < p->starts; r++) {
                const double *x = at(j, point, i, r);
                bool counts = !positive_only || x[2] > 0;
                total += counts;
                count += counts && success(j, x);
            }
            if (pass == 0) {
                t.count += count, t.total += total;
                continue;
            }
            double rate = t.count / t.total;
            t.scatter += (count - rate * total) * (count - rate * total);
            t.expected += rate * (1 - rate) * total;
        }
    return t;
}

/* The signal of success 1/2 by a logistic fit in ln a. When starts share tensors their rates may scatter more than binomial
 * ones: the error is then wider by the ratio found over all points. */
static sp_status half_of(sp_run *run, const job *j, size_t n, sp_tensor_pca_half *out)
{
    const sp_tensor_pca_scan_params *p = j->p;
    double *x = SP_NEW(run, double, 2 * p->a.n), *fraction = x + p->a.n, trials = 0, scatter = 0, expected = 0;
    size_t points = 0;
    if (!x)
        return SP_FAILED;
    for (size_t a = 0; a < p->a.n; a++) {
        tally t = count_success(j, n * p->a.n + a);
        if (!(p->a.v[a] > 0) || t.total == 0)
            continue;
        x[points] = log(p->a.v[a]);
        fraction[points++] = t.count / t.total;
        trials += t.total, scatter += t.scatter, expected += t.expected;
    }
    sp_logistic fit = sp_fit_logistic(points, x, fraction, trials / (double)(points ? points : 1));
    double instances = (double)p->instances, a_half = exp(fit.half), excess = 1;
    if (p->starts > 1 && p->instances > 1 && expected > 0)
        excess = fmax(1, scatter / expected * instances / (instances - 1));
    *out = (sp_tensor_pca_half){(size_t)p->n.v[n], a_half, a_half * fit.half_se * sqrt(excess), fit.width};
    return SP_OK;
}

/* strength at half success = a_half n^(k/4) against n */
static sp_status fit_exponent(sp_run *run, const sp_tensor_pca_scan_params *p, sp_tensor_pca_scan *out)
{
    double *x = SP_NEW(run, double, 3 * p->n.n), *y = x + p->n.n, *se = y + p->n.n;
    size_t count = 0;
    if (!x)
        return SP_FAILED;
    out->exponent = out->exponent_se = NAN;
    for (size_t i = 0; i < out->n_halves; i++) {
        double n = (double)out->half[i].n, scale = pow(n, (double)p->k / 4);
        if (!isfinite(out->half[i].a_half) || !(out->half[i].a_half_se > 0))
            continue;
        x[count] = n;
        y[count] = out->half[i].a_half * scale;
        se[count++] = out->half[i].a_half_se * scale;
    }
    if (count < 2)
        return SP_OK;
    sp_line line;
    SP_TRY(sp_fit_power(run, count, x, y, se, &line));
    out->exponent = line.slope, out->exponent_se = line.slope_se;
    out->exponent_chi2 = count > 2 ? line.chi2 / (double)(count - 2) : NAN;
    return SP_OK;
}

sp_status sp_tensor_pca_scan_run(sp_run *run, const sp_tensor_pca_scan_params *p, sp_tensor_pca_scan *out)
{
    SP_TRY(check(run, p));
    size_t points = p->n.n * p->a.n, each = p->starts * (size_t)OBSERVABLES;
    job j = {p, SP_NEW(run, double, points * p->instances * each)};
    sp_tensor_pca_rate *rate = SP_NEW(run, sp_tensor_pca_rate, points);
    sp_tensor_pca_half *half = SP_NEW(run, sp_tensor_pca_half, p->n.n);
    if (!j.output || !rate || !half)
        return SP_FAILED;
    SP_TRY(
        sp_parallel_resumable(run, "tensors", points * p->instances, j.output, each * sizeof(double), instance_block, &j));
    for (size_t i = 0; i < points; i++)
        SP_TRY(rate_of(run, &j, i, &rate[i]));
    bool fits_success = !random_start(p) || p->k % 2 == 0 || p->signal_side;
    for (size_t i = 0; i < p->n.n; i++) {
        SP_TRY(half_of(run, &j, i, &half[i]));
        for (size_t a = 0; a < p->a.n; a++)
            rate[i * p->a.n + a].fit = fits_success ? 1 / (1 + pow(p->a.v[a] / half[i].a_half, -1 / half[i].width)) : NAN;
    }
    *out = (sp_tensor_pca_scan){.n_rates = points, .n_halves = p->n.n, .rate = rate, .half = half};
    return fit_exponent(run, p, out);
}
