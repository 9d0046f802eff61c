/* Log-likelihood ratios at noised data points from Gaussian fits of the classes, cross-fitted (spec 05, 3.7 b). */
#ifndef SPINODAL_DIFFUSION_CLASS_FIT_H
#define SPINODAL_DIFFUSION_CLASS_FIT_H

#include "diffusion/class_moments.h"
#include "diffusion/class_ratios.h"

/* Each class is fitted on a random half of its rows (mean, `rank` principal directions, isotropic remainder) and evaluated
 * on the noised points of the other half. All points once, at all times, with one noise each. Clean points and noise are
 * projected on all directions once: 4 n d K rank flops in float; then 6 n K rank t.n. */
sp_status sp_fitted_class_ratios(sp_run *run, const sp_dataset *data, const sp_class_rows *rows, sp_vec t, size_t rank,
                                 sp_class_ratios *out);

/* The rank used: 0 means d up to 128, else 64. */
size_t sp_class_fit_rank(size_t rank, size_t d);

#endif
