#include "math/marchenko_pastur.h"

#include "math/roots.h"

#include <math.h>

void sp_mp_edges(double ratio, double variance, double *low, double *high)
{
    double r = sqrt(ratio);
    *low = variance * (1 - r) * (1 - r);
    *high = variance * (1 + r) * (1 + r);
}

double sp_mp_atom(double ratio) { return ratio > 1 ? 1 - 1 / ratio : 0; }

double sp_mp_density(double x, double ratio, double variance)
{
    double low, high;
    sp_mp_edges(ratio, variance, &low, &high);
    return x > low && x < high ? sqrt((high - x) * (x - low)) / (2 * M_PI * ratio * variance * x) : 0;
}

/* ratio <= 1: no atom. */
static double cdf_without_atom(double x, double ratio, double variance)
{
    double low, high;
    sp_mp_edges(ratio, variance, &low, &high);
    if (!(x > low && x < high))
        return x >= high ? 1 : 0;
    double r = sqrt((high - x) / (x - low)), root = sqrt((high - x) * (x - low));
    double sum = M_PI * ratio + root / variance - (1 + ratio) * atan((r * r - 1) / (2 * r));
    if (ratio < 1)
        sum += (1 - ratio) * atan((low * r * r - high) / (2 * variance * (1 - ratio) * r));
    return sum / (2 * M_PI * ratio);
}

double sp_mp_cdf(double x, double ratio, double variance)
{
    if (ratio <= 1)
        return cdf_without_atom(x, ratio, variance);
    /* the non-zero eigenvalues are those of the n x n matrix X X^T / n = ratio (X X^T / d) */
    return x < 0 ? 0 : sp_mp_atom(ratio) + cdf_without_atom(x, 1 / ratio, variance * ratio) / ratio;
}

typedef struct {
    double p, ratio, variance;
} target;

static double miss(double x, void *context)
{
    const target *t = context;
    return sp_mp_cdf(x, t->ratio, t->variance) - t->p;
}

double sp_mp_quantile(double p, double ratio, double variance)
{
    double low, high;
    sp_mp_edges(ratio, variance, &low, &high);
    if (!(p > 0 && p < 1))
        return p == 0 ? (ratio > 1 ? 0 : low) : p == 1 ? high : NAN;
    if (p <= sp_mp_atom(ratio))
        return 0;
    return sp_root_bracketed(miss, &(target){p, ratio, variance}, low, high, 0).x;
}

double complex sp_mp_stieltjes(double complex z, double ratio, double variance)
{
    double low, high;
    sp_mp_edges(ratio, variance, &low, &high);
    double complex root = csqrt(z - low) * csqrt(z - high), b = z - variance * (1 - ratio);
    /* the root of ratio variance z g^2 + (z - variance (1 - ratio)) g + 1 = 0 that behaves as -1/z */
    double complex plus = b + root, minus = b - root;
    return cabs(plus) > cabs(minus) ? -2 / plus : -minus / (2 * ratio * variance * z);
}

sp_status sp_mp_rule(sp_run *run, size_t n, double ratio, double variance, sp_rule *rule)
{
    *rule = (sp_rule){n, SP_NEW(run, double, n), SP_NEW(run, double, n)};
    if (!rule->x || !rule->w)
        return SP_FAILED;
    double low, high;
    sp_mp_edges(ratio, variance, &low, &high);
    double half = 0.5 * (high - low);
    for (size_t j = 0; j < n; j++) {
        double angle = M_PI * (double)(n - j) / (double)(n + 1), s = half * sin(angle), c = cos(0.5 * angle);
        rule->x[j] = low + 2 * half * c * c;
        rule->w[j] = s * s / (2 * ratio * variance * rule->x[j] * (double)(n + 1));
    }
    return SP_OK;
}

sp_spike sp_mp_spike(double strength, double ratio, double variance)
{
    double low, high, distance = strength - 1, r = sqrt(ratio);
    sp_mp_edges(ratio, variance, &low, &high);
    bool above = distance > 0;
    sp_spike s = {.position = above ? high : low, .threshold = above ? 1 + r : 1 - r};
    if (!(fabs(distance) > r) || (!above && ratio >= 1))
        return s;
    double shift = 1 + ratio / distance;
    s.detectable = true;
    s.position = variance * strength * shift;
    s.overlap2 = (1 - r / distance) * (1 + r / distance) / shift;
    return s;
}
