/* Direct minimisation of a convex loss on given rows. */
#ifndef SPINODAL_FEATURES_CONVEX_FIT_H
#define SPINODAL_FEATURES_CONVEX_FIT_H

#include "spinodal/features.h"

/* Minimises sum_i loss(y_i z_i.w) + (ridge/2)|w|^2 over w in R^p, labels y = +-1, z n x p. w: p values. Works in the smaller
 * of the two spaces. Square: one Cholesky factorisation; smooth losses: Newton with line search, until the gradient is below
 * 1e-9 per row; hinge: dual coordinate ascent until the duality gap is below 1e-7 per row. residual: that gradient or gap.
 */
typedef struct {
    double residual;
    size_t iterations;
    bool converged;
} sp_convex_report;
sp_status sp_convex_fit(sp_run *run, const sp_loss *loss, size_t n, size_t p, const double *z, const double *y, double ridge,
                        double *w, sp_convex_report *out);

#endif
