#include "math/special.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_erf.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

/* ---- sums of exponentials ------------------------------------------------------------------------------ */

double sp_log_sum_exp_weighted(size_t n, const double *x, const double *w)
{
    double most = -INFINITY, sum = 0;
    for (size_t i = 0; i < n; i++)
        if (!w || w[i] > 0)
            most = x[i] > most || isnan(x[i]) ? x[i] : most;
    if (!isfinite(most))
        return most;
    for (size_t i = 0; i < n; i++)
        if (!w || w[i] > 0)
            sum += (w ? w[i] : 1) * exp(x[i] - most);
    return most + log(sum);
}

double sp_log_sum_exp(size_t n, const double *x) { return sp_log_sum_exp_weighted(n, x, NULL); }

double sp_log_add_exp(double a, double b)
{
    double most = a > b ? a : b, least = a > b ? b : a;
    return isinf(most) ? most : most + log1p(exp(least - most));
}

/* The sums of a part whose maximum lies `shift` <= 0 above the new one. */
static sp_soft_max lowered(const sp_soft_max *s, double shift)
{
    if (s->sum == 0)
        return (sp_soft_max){0};
    double e = exp(shift), weight = e * s->sum;
    return (sp_soft_max){0, weight, e * e * s->sum_squares, weight > 0 ? e * s->sum_x + shift * weight : 0};
}

void sp_soft_max_merge(sp_soft_max *s, const sp_soft_max *o)
{
    double most = s->max > o->max ? s->max : o->max;
    if (isinf(most)) {
        s->max = most;
        return;
    }
    sp_soft_max a = lowered(s, s->max - most), b = lowered(o, o->max - most);
    *s = (sp_soft_max){most, a.sum + b.sum, a.sum_squares + b.sum_squares, a.sum_x + b.sum_x};
}

void sp_soft_max_add(sp_soft_max *s, double x)
{
    double difference = x - s->max;
    if (difference <= 0) {
        double e = exp(difference);
        s->sum += e;
        s->sum_squares += e * e;
        s->sum_x += e > 0 ? difference * e : 0;
    }
    else {
        sp_soft_max one = {x, 1, 1, 0};
        sp_soft_max_merge(s, &one);
    }
}

double sp_soft_max_log_z(const sp_soft_max *s) { return s->max + log(s->sum); }
double sp_soft_max_y2(const sp_soft_max *s) { return s->sum_squares / (s->sum * s->sum); }
double sp_soft_max_entropy(const sp_soft_max *s) { return log(s->sum) - s->sum_x / s->sum; }

/* ---- elementary ---------------------------------------------------------------------------------------- */

double sp_softplus(double x) { return (x > 0 ? x : 0) + log1p(exp(-fabs(x))); }

double sp_sigmoid(double x)
{
    double e = exp(-fabs(x));
    return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

double sp_log_cosh(double x)
{
    double a = fabs(x);
    if (a < 0.5) { /* log(1 + 2 sinh^2(x/2)): no cancellation near 0 */
        double s = sinh(0.5 * a);
        return log1p(2 * s * s);
    }
    return a + log1p(exp(-2 * a)) - M_LN2;
}

double sp_log1m_exp(double x) { return x < M_LN2 ? log(-expm1(-x)) : log1p(-exp(-x)); }

/* ---- normal law ---------------------------------------------------------------------------------------- */

double sp_normal_density(double x) { return 0.39894228040143267794 * exp(-0.5 * x * x); }
double sp_normal_cdf(double x) { return 0.5 * erfc(-x * M_SQRT1_2); }

double sp_log_erfc(double x) { return x < 5 ? log(erfc(x)) : gsl_sf_log_erfc(x); }

double sp_log_normal_cdf(double x)
{
    return x > 0 ? log1p(-0.5 * erfc(x * M_SQRT1_2)) : sp_log_erfc(-x * M_SQRT1_2) - M_LN2;
}

double sp_normal_quantile(double p)
{
    if (!(p > 0 && p < 1))
        return p == 0 ? -INFINITY : p == 1 ? INFINITY : NAN;
    return gsl_cdf_ugaussian_Pinv(p);
}

double sp_inverse_mills(double x)
{
    return x > 0 ? sp_normal_density(x) / sp_normal_cdf(x)
                 : exp(-0.5 * x * x - 0.91893853320467274178 - sp_log_normal_cdf(x));
}

/* ---- chi-square laws ----------------------------------------------------------------------------------- */

double sp_chi_square_cdf(double x, double dof) { return x <= 0 ? 0 : isinf(x) ? 1 : gsl_cdf_chisq_P(x, dof); }

double sp_chi_square_log_density(double x, double dof)
{
    double h = 0.5 * dof;
    return (h - 1) * log(x) - 0.5 * x - h * M_LN2 - gsl_sf_lngamma(h);
}

double sp_chi_square_quantile(double p, double dof)
{
    if (!(p > 0 && p < 1))
        return p == 0 ? 0 : p == 1 ? INFINITY : NAN;
    return p <= 0.5 ? gsl_cdf_chisq_Pinv(p, dof) : gsl_cdf_chisq_Qinv(1 - p, dof);
}

double sp_noncentral_chi_square_log_density(double q, double dof, double noncentrality)
{
    double h = 0.5 * dof, l = 0.5 * noncentrality, y = 0.5 * q;
    if (l == 0)
        return sp_chi_square_log_density(q, dof);
    if (!(q > 0))
        return q == 0 ? (dof > 2 ? -INFINITY : dof < 2 ? INFINITY : -l - M_LN2) : -INFINITY;
    /* term j: e^-l l^j / j! times the density of chi-square with dof + 2j; ratio of neighbours l y / ((j + 1)(h + j)) */
    double b = h - 1, j = floor(0.5 * (sqrt(b * b + 4 * l * y) - b));
    if (j < 0)
        j = 0;
    double largest = -l + j * log(l) - gsl_sf_lngamma(j + 1) + (h + j - 1) * log(y) - y - gsl_sf_lngamma(h + j) - M_LN2;
    double sum = 1, term = 1;
    for (double i = j; term > 1e-17 * sum; i++) {
        term *= l * y / ((i + 1) * (h + i));
        sum += term;
    }
    term = 1;
    for (double i = j; i > 0 && term > 1e-17 * sum; i--) {
        term *= i * (h + i - 1) / (l * y);
        sum += term;
    }
    return largest + log(sum);
}

double sp_noncentral_chi_square(sp_rng *rng, double dof, double noncentrality)
{
    double shifted = sp_normal(rng) + sqrt(noncentrality);
    return shifted * shifted + (dof > 1 ? sp_chi_square(rng, dof - 1) : 0);
}

/* ---- stable laws --------------------------------------------------------------------------------------- */

double sp_stable(sp_rng *rng, double alpha, double beta)
{
    double v = M_PI * (sp_uniform(rng) - 0.5), w = sp_exponential(rng);
    if (alpha == 1) {
        double u = M_PI_2 + beta * v;
        return (u * tan(v) - beta * log(M_PI_2 * w * cos(v) / u)) / M_PI_2;
    }
    double skew = beta * tan(M_PI_2 * alpha), b = atan(skew) / alpha, scale = pow(1 + skew * skew, 0.5 / alpha);
    double angle = alpha * (v + b);
    return scale * sin(angle) / pow(cos(v), 1 / alpha) * pow(cos(v - angle) / w, (1 - alpha) / alpha);
}
