/* The semicircle law on [-2 sigma, 2 sigma] (variance sigma^2): spectrum of Wigner matrices with entries of variance sigma^2
 * / n. */
#ifndef SPINODAL_MATH_SEMICIRCLE_H
#define SPINODAL_MATH_SEMICIRCLE_H

#include "math/quadrature.h"
#include "math/spike.h"

#include <complex.h>

double sp_semicircle_density(double x, double sigma);
double sp_semicircle_cdf(double x, double sigma);
double sp_semicircle_quantile(double p, double sigma);
/* g(z) = int rho(l) dl / (l - z), Im z >= 0 (on the cut: the limit from above). */
double complex sp_semicircle_stieltjes(double complex z, double sigma);
/* int rho(l) log|y - l| dl, and its derivative in y (spec 31, 3.1). */
double sp_semicircle_log_potential(double y, double sigma);
double sp_semicircle_log_potential_slope(double y, double sigma);
/* n nodes for averages over the law, exact for polynomials of degree 2n - 1 (Gauss-Chebyshev of the second kind). */
sp_status sp_semicircle_rule(sp_run *run, size_t n, double sigma, sp_rule *rule);

/* Wigner matrix + strength v v^T: outlier strength + sigma^2 / strength when |strength| > sigma, with overlap squared
 * 1 - sigma^2 / strength^2 (Benaych-Georges and Nadakuditi 2011). */
sp_spike sp_wigner_spike(double strength, double sigma);

#endif
