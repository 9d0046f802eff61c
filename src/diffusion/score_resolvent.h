/* Resolvent of the feature matrix U in infinite dimension (spec 09, 3.4), in complex numbers. */
#ifndef SPINODAL_SCORE_RESOLVENT_H
#define SPINODAL_SCORE_RESOLVENT_H

#include "math/roots_complex.h"
#include "spinodal/memorization.h"

/* a^2 e^{-2t} data_var and psi_p/psi_n */
double sp_score_signal(const sp_score_model *model);

/* alpha K + zeta = kappa A2 K + b^2 K + kappa v2 + s2 - z is the deterministic equivalent of U - z, K = W W^T/d, for Sigma =
 * data_var I. */
typedef struct {
    sp_complex z, kappa, alpha, zeta, q, r;
    double residual;
    bool converged;
} sp_isotropic_resolvent;

/* kappa_guess: of a neighbouring z, or NULL (followed from far above the real axis). Im z >= 0. */
sp_isotropic_resolvent sp_isotropic_resolvent_at(const sp_score_model *model, sp_complex z, const sp_complex *kappa_guess);

#endif
