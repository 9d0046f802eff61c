/* Success rates of algorithms on spiked tensors (spec 26, 3.3b and 4). */
#include "tensor_pca.h"

#include "math/logistic.h"
#include "math/statistics.h"

#include <math.h>

enum { OBSERVABLES = 5 }; /* m at the start and the end, sign of the start, convergence, m after one step */

typedef struct {
    const sp_tensor_pca_scan_params *p;
    double *output; /* n x a x instances x OBSERVABLES */
} job;

static sp_status instance_block(sp_run *run, size_t block, void *context)
{
    const job *j = context;
    const sp_tensor_pca_scan_params *p = j->p;
    size_t point = block / p->instances, n = (size_t)p->n.v[point / p->a.n];
    double a = p->a.v[point % p->a.n], *out = j->output + block * OBSERVABLES;
    pca_instance s;
    sp_tensor_pca_solution x;
    SP_TRY(pca_instance_create(run, (int)p->k, n, a * pow((double)n, (double)p->k / 4), block, &s));
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
    return SP_OK;
}

static bool random_start(const sp_tensor_pca_scan_params *p)
{
    return p->method.method == SP_PCA_GD || p->method.method == SP_PCA_POWER || p->method.method == SP_PCA_AMP;
}

static sp_status rate_of(sp_run *run, const job *j, size_t point, sp_tensor_pca_rate *out)
{
    const sp_tensor_pca_scan_params *p = j->p;
    bool odd = p->k % 2;
    sp_moments start = {0}, end = {0}, first = {0};
    double count = 0, count_positive = 0;
    *out = (sp_tensor_pca_rate){
        .n = (size_t)p->n.v[point / p->a.n], .a = p->a.v[point % p->a.n], .instances = p->instances, .m_theory = NAN};
    for (size_t i = 0; i < p->instances; i++) {
        const double *x = j->output + (point * p->instances + i) * OBSERVABLES;
        sp_moments_add(&start, odd ? x[0] : fabs(x[0]));
        sp_moments_add(&end, odd ? x[1] : fabs(x[1]));
        sp_moments_add(&first, odd ? x[4] : fabs(x[4]));
        count += (odd ? x[1] : fabs(x[1])) > 0.5;
        count_positive += x[2] > 0 && (odd ? x[1] : fabs(x[1])) > 0.5;
        out->positive_starts += x[2] > 0 ? 1U : 0U;
        out->unconverged += x[3] == 0 ? 1U : 0U;
    }
    sp_interval f = sp_fraction(count, (double)p->instances);
    out->success = f.value, out->success_se = f.se, out->low = f.low, out->high = f.high;
    sp_interval g = sp_fraction(count_positive, (double)out->positive_starts);
    out->success_positive = out->positive_starts ? g.value : NAN;
    out->success_positive_se = out->positive_starts ? g.se : NAN;
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
    return SP_OK;
}

sp_status sp_tensor_pca_scan_run(sp_run *run, const sp_tensor_pca_scan_params *p, sp_tensor_pca_scan *out)
{
    SP_TRY(check(run, p));
    size_t points = p->n.n * p->a.n, A = p->a.n;
    job j = {p, SP_NEW(run, double, points * p->instances * (size_t)OBSERVABLES)};
    sp_tensor_pca_rate *rate = SP_NEW(run, sp_tensor_pca_rate, points);
    sp_tensor_pca_half *half = SP_NEW(run, sp_tensor_pca_half, p->n.n);
    double *fraction = SP_NEW(run, double, A);
    if (!j.output || !rate || !half || !fraction)
        return SP_FAILED;
    SP_TRY(sp_parallel_resumable(run, "tensors", points * p->instances, j.output, OBSERVABLES * sizeof(double),
                                 instance_block, &j));
    for (size_t i = 0; i < points; i++)
        SP_TRY(rate_of(run, &j, i, &rate[i]));
    bool positive = random_start(p) && p->k % 2; /* starts on the wrong side cannot succeed */
    for (size_t i = 0; i < p->n.n; i++) {
        for (size_t a = 0; a < A; a++)
            fraction[a] = positive ? rate[i * A + a].success_positive : rate[i * A + a].success;
        sp_logistic fit = sp_fit_logistic(A, p->a.v, fraction, (double)p->instances / (positive ? 2 : 1));
        half[i] = (sp_tensor_pca_half){(size_t)p->n.v[i], fit.half, fit.half_se, fit.width};
    }
    *out = (sp_tensor_pca_scan){.n_rates = points, .n_halves = p->n.n, .rate = rate, .half = half};
    return fit_exponent(run, p, out);
}
