/* Means, errors and fits. Every estimate comes with its standard error (se). */
#ifndef SPINODAL_MATH_STATISTICS_H
#define SPINODAL_MATH_STATISTICS_H

#include "spinodal/base.h"

/* ---- moments, one value at a time (Welford) ----------------------------------------------------------- */

/* Start with {0}. Independent values of equal weight, or with weights (sp_moments_add_weighted). */
typedef struct {
    size_t n;
    double weight, weight_squares, mean, m2; /* m2 = sum w (x - mean)^2 */
} sp_moments;

void sp_moments_add(sp_moments *m, double x);
void sp_moments_add_weighted(sp_moments *m, double x, double weight);
void sp_moments_merge(sp_moments *m, const sp_moments *other); /* as if the values of `other` had been added */
/* Unbiased (divisor n - 1; with weights: sum w - sum w^2 / sum w). NaN below two values. */
double sp_moments_variance(const sp_moments *m);
double sp_moments_sd(const sp_moments *m);
/* Standard error of the mean: sd / sqrt(n_eff), n_eff = (sum w)^2 / sum w^2. NaN below two values. */
double sp_moments_se(const sp_moments *m);

/* A value with its standard error. */
typedef struct {
    double value, se;
} sp_estimate;

sp_estimate sp_mean(size_t n, const double *x);
double sp_variance(size_t n, const double *x); /* divisor n - 1 */
/* The error is half the width of the interval between the order statistics sqrt(n)/2 below and above the median, which holds
 * the true one with probability 0.68 whatever the law; NaN below four values. */
sp_estimate sp_median(sp_run *run, size_t n, const double *x);

/* ---- correlated series and resampling ------------------------------------------------------------------ */

/* Mean of a correlated series with the error by blocking (Flyvbjerg and Petersen, JCP 91 (1989) 461): the shortest blocks
 * from which on neighbouring blocks are uncorrelated at the 1 % level (Jonsson, PRE 98 (2018) 043304). *plateau (may be
 * NULL) is false when fewer than 16 such blocks are left: the series is too short and se is unreliable. O(n). */
sp_estimate sp_blocking(sp_run *run, size_t n, const double *x, bool *plateau);

/* Integrated autocorrelation time 1/2 + sum_t rho(t), window by Sokal (t >= 6 tau); 1/2 for independent values. */
double sp_autocorrelation_time(size_t n, const double *x);

/* A function of a data set given as the list of its rows (with repetitions). */
typedef double (*sp_row_statistic)(size_t n_rows, const size_t *rows, void *context);

/* Leave-one-out jackknife: bias-corrected value and se. n evaluations. */
sp_status sp_jackknife(sp_run *run, size_t n, sp_row_statistic f, void *context, sp_estimate *out);

typedef struct {
    double value, se; /* value on the data; standard deviation over resamples */
    double low, high; /* central 95 % of the resamples */
} sp_interval;

/* Bootstrap with `resamples` (>= 2) resamples of the n rows, random stream (stream, resample index); parallel over
 * resamples, so f must be safe to call from several threads. */
sp_status sp_bootstrap(sp_run *run, const char *stream, size_t n, sp_row_statistic f, void *context, size_t resamples,
                       sp_interval *out);

/* The same for the mean of x. */
sp_status sp_bootstrap_mean(sp_run *run, const char *stream, size_t n, const double *x, size_t resamples, sp_interval *out);

/* ---- counts -------------------------------------------------------------------------------------------- */

/* Fraction k / n with its binomial se and the 95 % Wilson score interval (never empty, inside [0, 1]); when k is 0 or n the
 * se is that of the Wilson centre, so that it is not 0. */
sp_interval sp_fraction(double k, double n);

/* ---- distributions of a sample ------------------------------------------------------------------------- */

typedef struct {
    size_t bins;
    double low, high, width;
    double *count;              /* bins values */
    double below, above, total; /* total includes below and above */
} sp_histogram;

sp_status sp_histogram_create(sp_run *run, size_t bins, double low, double high, sp_histogram *h);
void sp_histogram_add(sp_histogram *h, double x, double weight);
/* Density at bin i, normalised over all values (below and above included), with Poisson error; counts are unit weights. */
sp_estimate sp_histogram_density(const sp_histogram *h, size_t i);
double sp_histogram_centre(const sp_histogram *h, size_t i);

/* Sorts ascending, NaN last. */
void sp_sort(size_t n, double *x);
/* Indices that sort x ascending; equal values keep their order. */
sp_status sp_sort_index(sp_run *run, size_t n, const double *x, size_t *index);
/* Quantile p in [0, 1] of SORTED values, linear between order statistics (R type 7). */
double sp_quantile_sorted(size_t n, const double *sorted, double p);
/* Average ranks 1 .. n, ties shared. */
sp_status sp_ranks(sp_run *run, size_t n, const double *x, double *ranks);

/* ---- fits ---------------------------------------------------------------------------------------------- */

typedef struct {
    double intercept, slope, intercept_se, slope_se, covariance;
    double chi2, dof, r2;
} sp_line;

/* y = intercept + slope x. With `y_se`: weights 1 / se^2 and errors from them. Without (NULL): errors from the scatter
 * (chi2 is then the sum of squared residuals). SP_FAILED for fewer than two distinct x. */
sp_status sp_fit_line(sp_run *run, size_t n, const double *x, const double *y, const double *y_se, sp_line *out);

/* log y = log(prefactor) + exponent log x, natural logs; points with x or y <= 0 or not finite are skipped, errors of y
 * propagate as se / y. out->slope is the exponent, exp(out->intercept) the prefactor. */
sp_status sp_fit_power(sp_run *run, size_t n, const double *x, const double *y, const double *y_se, sp_line *out);

/* Linear model y = X b: rows of `design` (n x p). covariance (p x p, may be NULL) of b; *chi2 may be NULL. Weights as above.
 */
sp_status sp_fit_linear(sp_run *run, size_t n, size_t p, const double *design, const double *y, const double *y_se,
                        double *b, double *covariance, double *chi2);

double sp_correlation(size_t n, const double *x, const double *y); /* Pearson; NaN when one is constant */

/* ---- comparisons --------------------------------------------------------------------------------------- */

/* (a - b) / sqrt(se_a^2 + se_b^2); 0 when both agree exactly. */
double sp_z_score(sp_estimate a, sp_estimate b);
/* Difference of two means of independent samples, with its (Welch) se. */
sp_estimate sp_mean_difference(size_t n, const double *x, size_t m, const double *y);
/* Two-sided p-value of a normal z. */
double sp_normal_p_value(double z);
/* Kolmogorov-Smirnov distance of two SORTED samples and its asymptotic p-value (may be NULL). */
double sp_kolmogorov_two(size_t n, const double *x, size_t m, const double *y, double *p_value);
/* The same of one SORTED sample against a distribution function. */
double sp_kolmogorov_one(size_t n, const double *x, double (*cdf)(double, void *), void *context, double *p_value);

#endif
