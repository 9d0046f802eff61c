#include "density/distance_law.h"

#include "math/roots.h"

#include <math.h>

/* sum_j Poisson(j; x2/2) chi2_{d+2j}(q), summed from its largest term outwards: t_{j+1}/t_j = (x2 q/4)/((j+1)(d/2+j)). */
double sp_distance_log_density(const sp_distance_law *law, double q)
{
    static const double negligible = 1e-17;
    double half = law->d / 2, c = law->x2 * q / 4;
    double b = half + 1, peak = floor(2 * (c - half) / (b + sqrt(b * b + 4 * (c - half))));
    if (!(peak > 0))
        peak = 0;
    double sum = 1, term = 1;
    for (double j = peak; term > negligible * sum; j++) {
        term *= c / ((j + 1) * (half + j));
        sum += term;
    }
    term = 1;
    for (double j = peak; j > 0 && term > negligible * sum; j--) {
        term *= j * (half + j - 1) / c;
        sum += term;
    }
    double poisson = peak > 0 ? peak * log(law->x2 / 2) : 0;
    return log(sum / 2) - (law->x2 + q) / 2 + (half - 1 + peak) * log(q / 2) + poisson - lgamma(peak + 1) -
           lgamma(half + peak);
}

double sp_distance_largest(const sp_distance_law *law)
{
    return law->d + law->x2 + 14 * sqrt(2 * (law->d + 2 * law->x2)) + 60;
}

/* Panels downwards from q, each 8 wide in q, until they no longer count. The integrand in R = sqrt q is smooth at 0. */
double sp_distance_log_cdf(const sp_distance_law *law, const sp_rule *rule, double q)
{
    double top = sqrt(q), reference = sp_distance_log_density(law, q), sum = 0;
    do {
        double bottom = top * top > 8 ? sqrt(top * top - 8) : 0, panel = 0;
        for (size_t i = 0; i < rule->n; i++) {
            double radius = (top + bottom) / 2 + (top - bottom) / 2 * rule->x[i];
            panel += rule->w[i] * radius * exp(sp_distance_log_density(law, radius * radius) - reference);
        }
        sum += panel * (top - bottom);
        if (panel * (top - bottom) < 1e-17 * sum)
            break;
        top = bottom;
    } while (top > 0);
    return reference + log(sum);
}

typedef struct {
    const sp_distance_law *law;
    const sp_rule *rule;
    double log_n;
} nearest;

static double excess(double log_q, void *context)
{
    const nearest *c = context;
    return sp_distance_log_cdf(c->law, c->rule, exp(log_q)) + c->log_n;
}

double sp_distance_nearest(const sp_distance_law *law, const sp_rule *rule, double log_n)
{
    nearest c = {law, rule, log_n};
    double mean = law->d + law->x2, low = log(mean) - 2;
    while (excess(low, &c) > 0 && low > -700)
        low -= 4;
    return exp(sp_root_bracketed(excess, &c, low, log(mean + 2 * sqrt(2 * (law->d + 2 * law->x2))), 1e-14).x);
}

double sp_distance_log_moment(const sp_distance_law *law, double order, double h)
{
    double s = order / (h * h);
    return -law->d / 2 * log1p(s) - law->x2 / 2 * s / (1 + s);
}
