/* The Marchenko-Pastur law: spectrum of the d x d matrix X^T X / n, X n x d with independent entries of the given variance,
 * at ratio = d / n. For ratio > 1 a mass 1 - 1/ratio sits at 0; densities below are those of the rest. */
#ifndef SPINODAL_MATH_MARCHENKO_PASTUR_H
#define SPINODAL_MATH_MARCHENKO_PASTUR_H

#include "math/quadrature.h"
#include "math/spike.h"

#include <complex.h>

void sp_mp_edges(double ratio, double variance, double *low, double *high); /* of the continuous part */
double sp_mp_atom(double ratio);                                            /* max(0, 1 - 1/ratio) */
double sp_mp_density(double x, double ratio, double variance);              /* integrates to 1 - atom */
double sp_mp_cdf(double x, double ratio, double variance);                  /* atom included, from x = 0 on */
double sp_mp_quantile(double p, double ratio, double variance);
/* g(z) = int rho(l) dl / (l - z), atom included, Im z >= 0 (on the cut: the limit from above). */
double complex sp_mp_stieltjes(double complex z, double ratio, double variance);
/* n nodes for averages over the continuous part (weights sum to 1 - atom; spec 09, 3.4): exact for f(x) = x times a
 * polynomial of degree 2n - 1, exponentially accurate for smooth f when ratio is away from 1; at ratio = 1 exactly, where
 * the density diverges at 0, the error is f(0) / (n + 1). */
sp_status sp_mp_rule(sp_run *run, size_t n, double ratio, double variance, sp_rule *rule);

/* One population eigenvalue strength * variance among others equal to variance (Baik, Ben Arous, Peche 2005; Paul 2007): an
 * outlier when |strength - 1| > sqrt(ratio) (below the bulk only for ratio < 1), at variance strength (1 + ratio / (strength
 * - 1)), overlap squared (1 - ratio / (strength - 1)^2) / (1 + ratio / (strength - 1)). */
sp_spike sp_mp_spike(double strength, double ratio, double variance);

#endif
