#include "spinodal/features.h"

#include <math.h>

static sp_status check_population(sp_run *run, const sp_population *q)
{
    double total = 0;
    for (size_t i = 0; i < q->n; i++) {
        if (!(q->c[i] >= 0) || !isfinite(q->c[i]))
            return sp_fail(run, SP_USAGE, "--spectrum: eigenvalues are finite and >= 0, entry %zu is %g", i + 1, q->c[i]);
        if (!(q->weight[i] >= 0) || !isfinite(q->weight[i]))
            return sp_fail(run, SP_USAGE, "--weights: fractions are >= 0, entry %zu is %g", i + 1, q->weight[i]);
        if (!isfinite(q->th2[i]))
            return sp_fail(run, SP_USAGE, "--teacher: entry %zu is not finite", i + 1);
        total += q->weight[i];
    }
    if (fabs(total - 1) > 1e-6)
        return sp_fail(run, SP_USAGE, "--weights must add up to 1, they add up to %g", total);
    if (!(sp_population_variance(q) > 0))
        return sp_fail(run, SP_USAGE, "--spectrum: at least one eigenvalue must be positive");
    if (!(sp_population_signal(q) >= 0))
        return sp_fail(run, SP_USAGE, "--teacher: the signal variance <c th2> must be >= 0, it is %g",
                       sp_population_signal(q));
    return SP_OK;
}

sp_status sp_population_open(sp_run *run, sp_vec c, sp_vec weight, sp_vec th2, double signal_var, sp_population *out)
{
    if (c.n == 0)
        return sp_fail(run, SP_USAGE, "--spectrum needs at least one eigenvalue");
    if (weight.n && weight.n != c.n)
        return sp_fail(run, SP_USAGE, "--weights has %zu entries, --spectrum has %zu", weight.n, c.n);
    if (th2.n && th2.n != c.n)
        return sp_fail(run, SP_USAGE, "--teacher has %zu entries, --spectrum has %zu", th2.n, c.n);
    double *values = SP_NEW(run, double, 3 * c.n);
    if (!values)
        return SP_FAILED;
    for (size_t i = 0; i < c.n; i++) {
        values[i] = c.v[i];
        values[c.n + i] = weight.n ? weight.v[i] : 1 / (double)c.n;
        values[2 * c.n + i] = th2.n ? th2.v[i] : signal_var;
    }
    *out = (sp_population){c.n, values, values + c.n, values + 2 * c.n};
    return check_population(run, out);
}

sp_status sp_population_strong_weak(sp_run *run, double phi, double rx, double rb, double signal_var, sp_population *out)
{
    double *v = SP_NEW(run, double, 6);
    if (!v)
        return SP_FAILED;
    v[1] = 1 / (rx * phi + 1 - phi);
    v[0] = rx * v[1];
    v[2] = phi;
    v[3] = 1 - phi;
    v[5] = signal_var / (rb * phi * v[0] + (1 - phi) * v[1]);
    v[4] = rb * v[5];
    *out = (sp_population){2, v, v + 2, v + 4};
    return check_population(run, out);
}

double sp_population_variance(const sp_population *q)
{
    double sum = 0;
    for (size_t i = 0; i < q->n; i++)
        sum += q->weight[i] * q->c[i];
    return sum;
}

double sp_population_signal(const sp_population *q)
{
    double sum = 0;
    for (size_t i = 0; i < q->n; i++)
        sum += q->weight[i] * q->c[i] * q->th2[i];
    return sum;
}

double sp_population_rank(const sp_population *q)
{
    double v = sp_population_variance(q), entropy = 0;
    for (size_t i = 0; i < q->n; i++)
        if (q->c[i] > 0)
            entropy -= q->weight[i] * q->c[i] / v * log(q->c[i] / v);
    return exp(entropy);
}
