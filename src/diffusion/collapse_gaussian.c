/* Collapse of Gaussian data of any covariance: excess entropy and its zero (spec 07, 3.3). */
#include "diffusion/collapse_gaussian.h"
#include "spinodal/diffusion.h"

#include "math/roots.h"

#include <math.h>

double sp_gaussian_information(sp_vec spectrum, double t)
{
    double snr = exp(sp_log_snr(t)), sum = 0;
    for (size_t i = 0; i < spectrum.n; i++)
        sum += log1p(spectrum.v[i] * snr);
    return sum / 2;
}

double sp_gaussian_excess_entropy(double log_n, sp_vec spectrum, double t)
{
    return (log_n - sp_gaussian_information(spectrum, t)) / (double)spectrum.n;
}

sp_status sp_collapse_root(sp_run *run, sp_function f, void *context, double *t)
{
    sp_root root = sp_root_log(f, context, 0.3, 1e-300, 700, 1e-14);
    if (!root.converged)
        return sp_fail(run, SP_FAILED, "no collapse time: the excess entropy does not change sign");
    *t = root.x;
    return SP_OK;
}

typedef struct {
    double log_n;
    sp_vec spectrum;
} gaussian_data;

static double excess(double t, void *context)
{
    const gaussian_data *g = context;
    return sp_gaussian_excess_entropy(g->log_n, g->spectrum, t);
}

sp_status sp_gaussian_collapse_time(sp_run *run, double log_n, sp_vec spectrum, double *t)
{
    double lowest = INFINITY, highest = 0;
    size_t n_positive = 0;
    if (!(log_n > 0) || spectrum.n < 1)
        return sp_fail(run, SP_USAGE, "a collapse time needs n > 1 and at least one eigenvalue");
    for (size_t i = 0; i < spectrum.n; i++) {
        if (!(spectrum.v[i] >= 0) || isinf(spectrum.v[i]))
            return sp_fail(run, SP_USAGE, "eigenvalues are finite and >= 0, got %g", spectrum.v[i]);
        if (spectrum.v[i] > 0) {
            n_positive++;
            lowest = fmin(lowest, spectrum.v[i]);
            highest = fmax(highest, spectrum.v[i]);
        }
    }
    if (n_positive == 0)
        *t = 0;
    else if (lowest == highest)
        *t = log1p(highest / expm1(2 * log_n / (double)n_positive)) / 2;
    else
        return sp_collapse_root(run, excess, &(gaussian_data){log_n, spectrum}, t);
    return SP_OK;
}
