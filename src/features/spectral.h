/* The spectral step that the theories of all losses share: the root kappa and the averages over the input spectrum. */
#ifndef SPINODAL_FEATURES_SPECTRAL_H
#define SPINODAL_FEATURES_SPECTRAL_H

#include "spinodal/features.h"

/*     (psi2 mu_star2 + linear) kappa + <h(kappa)> + y(kappa) = m,   y (y + gap) = s kappa,   h = kappa t/(1 + kappa t).
 * Square loss: m = min(psi1, psi2), gap = |psi1 - psi2|, s = ridge psi2, linear = 0. Given curvature A: m = psi1,
 * linear = ridge/A, s = 0. */
typedef struct {
    const sp_features_point *p;
    const sp_population *q;
    double m, gap, s, linear;
} sp_kappa_equation;

typedef struct {
    double kappa; /* INFINITY: no ridge and nothing nonlinear holds the features back */
    double residual;
    int iterations;
    bool converged;
} sp_kappa;

sp_kappa sp_kappa_solve(const sp_kappa_equation *e);
double sp_kappa_distance(const sp_kappa_equation *e, double kappa); /* y */
double sp_linear_rank(const sp_kappa_equation *e);                  /* share of directions that the features see linearly */

/* T = <h^2>, g = psi2 mu_star2 kappa + <h (1-h)>, M = <c th2 h>, square = <c th2 h^2>, bias = <c th2 (1-h)^2>,
 * W = <c th2 h (1-h)>; kappa_g and kappa_W are kappa g and kappa W, finite also at kappa = INFINITY. */
typedef struct {
    double T, g, M, square, bias, W, kappa_g, kappa_W;
} sp_spectral_average;
sp_spectral_average sp_spectral_average_at(const sp_features_point *p, const sp_population *q, double kappa);

#endif
