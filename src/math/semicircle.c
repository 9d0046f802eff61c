#include "math/semicircle.h"

#include "math/roots.h"

#include <math.h>

double sp_semicircle_density(double x, double sigma)
{
    double y = x / sigma;
    return fabs(y) >= 2 ? 0 : sqrt((2 - y) * (2 + y)) / (2 * M_PI * sigma);
}

double sp_semicircle_cdf(double x, double sigma)
{
    double y = x / sigma;
    if (fabs(y) >= 2)
        return y > 0 ? 1 : 0;
    return 0.5 + y * sqrt((2 - y) * (2 + y)) / (4 * M_PI) + asin(0.5 * y) / M_PI;
}

typedef struct {
    double p, sigma;
} target;

static double miss(double x, void *context)
{
    const target *t = context;
    return sp_semicircle_cdf(x, t->sigma) - t->p;
}

double sp_semicircle_quantile(double p, double sigma)
{
    if (!(p > 0 && p < 1))
        return p == 0 ? -2 * sigma : p == 1 ? 2 * sigma : NAN;
    return sp_root_bracketed(miss, &(target){p, sigma}, -2 * sigma, 2 * sigma, 0).x;
}

double complex sp_semicircle_stieltjes(double complex z, double sigma)
{
    double complex root = csqrt(z - 2 * sigma) * csqrt(z + 2 * sigma);
    return -2 / (z + root); /* (root - z) / (2 sigma^2) without cancellation */
}

double sp_semicircle_log_potential(double y, double sigma)
{
    double t = fabs(y / sigma), i = 0.25 * t * t - 0.5;
    if (t > 2) {
        double w = sqrt((t - 2) * (t + 2));
        i -= 0.25 * t * w - log(0.5 * (t + w));
    }
    return i + log(sigma);
}

double sp_semicircle_log_potential_slope(double y, double sigma)
{
    double t = y / sigma;
    if (fabs(t) <= 2)
        return 0.5 * t / sigma;
    return 2 / (t + copysign(sqrt((t - 2) * (t + 2)), t)) / sigma;
}

sp_status sp_semicircle_rule(sp_run *run, size_t n, double sigma, sp_rule *rule)
{
    *rule = (sp_rule){n, SP_NEW(run, double, n), SP_NEW(run, double, n)};
    if (!rule->x || !rule->w)
        return SP_FAILED;
    for (size_t j = 0; j < n; j++) {
        double angle = M_PI * (double)(n - j) / (double)(n + 1), s = sin(angle);
        rule->x[j] = 2 * sigma * cos(angle);
        rule->w[j] = 2 * s * s / (double)(n + 1);
    }
    return SP_OK;
}

sp_spike sp_wigner_spike(double strength, double sigma)
{
    double side = copysign(1, strength), size = fabs(strength);
    if (!(size > sigma))
        return (sp_spike){false, 2 * sigma * side, 0, sigma * side};
    return (sp_spike){true, strength + sigma * sigma / strength, (1 - sigma / size) * (1 + sigma / size), sigma * side};
}
