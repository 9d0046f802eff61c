/* Special functions in the stable forms that statistical physics needs, distributions, and draws from them. */
#ifndef SPINODAL_MATH_SPECIAL_H
#define SPINODAL_MATH_SPECIAL_H

#include "spinodal/base.h"

#include <math.h>

/* ---- sums of exponentials ------------------------------------------------------------------------------ */

/* log sum_i exp(x_i); -inf for n = 0 or all -inf. */
double sp_log_sum_exp(size_t n, const double *x);
/* log sum_i w_i exp(x_i), w_i >= 0. */
double sp_log_sum_exp_weighted(size_t n, const double *x, const double *w);
double sp_log_add_exp(double a, double b);

/* The same in one pass, with the moments of the weights p_i = exp(x_i) / Z: start with SP_SOFT_MAX_EMPTY. */
typedef struct {
    double max;
    double sum, sum_squares, sum_x; /* of exp(x - max), exp(2 (x - max)), (x - max) exp(x - max) */
} sp_soft_max;
#define SP_SOFT_MAX_EMPTY ((sp_soft_max){-INFINITY, 0, 0, 0})
void sp_soft_max_add(sp_soft_max *s, double x);
void sp_soft_max_merge(sp_soft_max *s, const sp_soft_max *other);
double sp_soft_max_log_z(const sp_soft_max *s);   /* log Z */
double sp_soft_max_y2(const sp_soft_max *s);      /* sum p^2, inverse participation */
double sp_soft_max_entropy(const sp_soft_max *s); /* -sum p log p */

/* ---- elementary ---------------------------------------------------------------------------------------- */

double sp_softplus(double x); /* log(1 + e^x) */
double sp_sigmoid(double x);  /* 1 / (1 + e^-x) */
double sp_log_cosh(double x);
double sp_log1m_exp(double x); /* log(1 - e^-x), x > 0 */

/* ---- normal law ---------------------------------------------------------------------------------------- */

double sp_normal_density(double x);
double sp_normal_cdf(double x);
double sp_log_normal_cdf(double x); /* full relative accuracy in both tails */
double sp_log_erfc(double x);
double sp_normal_quantile(double p); /* p in (0,1); -inf and inf at the ends */
double sp_inverse_mills(double x);   /* density / cdf at x = d log Phi / dx; ~ -x for x -> -inf */

/* ---- chi-square laws ----------------------------------------------------------------------------------- */

double sp_chi_square_cdf(double x, double dof);
double sp_chi_square_log_density(double x, double dof);
double sp_chi_square_quantile(double p, double dof); /* p in (0,1), dof > 0 */

/* Log density of the noncentral chi-square law (dof > 0, noncentrality >= 0) at q > 0: Poisson series summed outward from
 * its largest term (spec 03, 3.5). O((noncentrality q)^{1/4}) terms; absolute error about 1e-15 times the largest of dof, q,
 * noncentrality. */
double sp_noncentral_chi_square_log_density(double q, double dof, double noncentrality);
double sp_noncentral_chi_square(sp_rng *rng, double dof, double noncentrality); /* a draw; dof >= 1 */

/* ---- stable laws --------------------------------------------------------------------------------------- */

/* A draw from the stable law with E exp(i t X) = exp(-|t|^alpha (1 - i beta sign(t) tan(pi alpha / 2))), alpha != 1, or
 * exp(-|t| (1 + i beta (2/pi) sign(t) log|t|)) for alpha = 1; 0 < alpha <= 2, |beta| <= 1 (Chambers, Mallows and Stuck, JASA
 * 71 (1976) 340). beta = 1 and alpha < 1: positive. */
double sp_stable(sp_rng *rng, double alpha, double beta);

#endif
