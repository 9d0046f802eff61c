/* The ridge theory continued to complex ridge, for the spectrum of the features and for the training time. */
#ifndef SPINODAL_FEATURES_COMPLEX_RIDGE_H
#define SPINODAL_FEATURES_COMPLEX_RIDGE_H

#include "spinodal/features.h"

#include <complex.h>

typedef struct {
    double complex kappa, A;
    double residual; /* the last Newton correction, relative to kappa */
    bool converged;
} sp_complex_ridge;

/* The root of ridge psi2 kappa = (psi1 - G(kappa))(psi2 - G(kappa)) reached from ridge = modulus > 0 by turning its phase to
 * `angle` in [-pi, pi]; at +-pi the boundary value on that side of the cut. */
sp_complex_ridge sp_complex_ridge_solve(const sp_features_point *p, const sp_population *q, double modulus, double angle);

#endif
