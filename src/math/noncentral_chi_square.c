#include "math/noncentral_chi_square.h"

#include <math.h>

static double log_gamma(double x)
{
    int sign;
    return lgamma_r(x, &sign);
}

/* k log(k/m) + m - k without cancellation (C. Loader, 2000, "Fast and accurate computation of binomial probabilities"). */
static double deviance(double k, double m)
{
    double v = (k - m) / (k + m);
    if (fabs(v) >= 0.1)
        return k * log(k / m) + m - k;
    double sum = (k - m) * v, term = 2 * k * v;
    for (double j = 3;; j += 2) {
        term *= v * v;
        double next = sum + term / j;
        if (next == sum)
            return sum;
        sum = next;
    }
}

/* log(m^k e^{-m} / Gamma(k+1)), k > -1, m > 0; the error does not grow with k and m. */
static double log_poisson(double k, double m)
{
    if (k < 16)
        return k * log(m) - m - log_gamma(k + 1);
    double k2 = k * k,
           stirling = (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / (1188 * k2)) / k2) / k2) / k2) / k;
    return -stirling - deviance(k, m) - log(2 * M_PI * k) / 2;
}

/* log of e^{-(x+l)/2} (x/l)^{v/2} I_v(sqrt(l x))/2 by the uniform expansion of I_v for large S = sqrt(v^2 + l x)
 * (Abramowitz and Stegun 9.7.7), to S^{-4}. */
static double by_uniform_expansion(double x, double l, double v)
{
    double z = sqrt(x) * sqrt(l), S = hypot(v, z), q = (v / S) * (v / S), gap = sqrt(x) - sqrt(l);
    double u1 = (3 - 5 * q) / 24, u2 = (81 + q * (-462 + 385 * q)) / 1152;
    double u3 = (30375 + q * (-369603 + q * (765765 - 425425 * q))) / 414720;
    double u4 = (4465125 + q * (-94121676 + q * (349922430 + q * (-446185740 + 185910725 * q)))) / 39813120;
    double correction = log1p((u1 + (u2 + (u3 + u4 / S) / S) / S) / S);
    return -gap * gap / 2 + v * v / (S + z) + v * (log(x / l) / 2 - log((v + S) / z)) - log(2 * M_PI * S) / 2 + correction -
           M_LN2;
}

double sp_noncentral_chi_square_log_pdf(double x, double dof, double noncentrality)
{
    double half = dof / 2, y = x / 2, l = noncentrality / 2;
    if (x <= 0)
        return dof > 2 ? -INFINITY : dof == 2 ? -M_LN2 - l : INFINITY;
    if (l == 0)
        return log_poisson(half - 1, y) - M_LN2;
    if ((half - 1) * (half - 1) + noncentrality * x > 4e6 && half >= 1)
        return by_uniform_expansion(x, noncentrality, half - 1);
    /* term_{j+1}/term_j = l y / ((j+1)(half+j)) is 1 near j (j + half - 1) = l y */
    double j = floor(fmax(0, (1 - half + sqrt((half - 1) * (half - 1) + 4 * l * y)) / 2));
    double largest = log_poisson(j, l) + log_poisson(half + j - 1, y) - M_LN2;
    double sum = 1, term = 1;
    for (double k = j; term > 1e-17 * sum; k++) {
        term *= l * y / ((k + 1) * (half + k));
        sum += term;
    }
    term = 1;
    for (double k = j; k > 0 && term > 1e-17 * sum; k--) {
        term *= k * (half + k - 1) / (l * y);
        sum += term;
    }
    return largest + log(sum);
}
