/* Collapse curves of a noised sample, and where they cross. */
#ifndef SPINODAL_DIFFUSION_CURVES_H
#define SPINODAL_DIFFUSION_CURVES_H

#include "spinodal/diffusion.h"

#include "math/statistics.h"

/* Measured columns at the times t (ascending), f_ex_gauss from `spectrum`. `data` has labels: phi too. */
sp_status sp_measure_curves(sp_run *run, const char *what, const sp_dataset *data, sp_vec spectrum, size_t queries,
                            const char *stream, sp_vec t, sp_diffusion_curve **out);

/* The largest time where phi_C falls through 1/2, and where f_loo rises through 0; value NAN when they do not. Linear
 * interpolation in log t of logit phi_C and of f_loo; the error is that of the curve over its slope. */
sp_estimate sp_phi_crossing(size_t n, const sp_diffusion_curve *curves);
sp_estimate sp_loo_crossing(size_t n, const sp_diffusion_curve *curves);

/* What all measurements start from: chosen rows, without copies when asked, and the number of copies. Warns about copies
 * left in. */
sp_status sp_prepare_data(sp_run *run, const sp_dataset *data, size_t subsample, bool drop_duplicates,
                          const sp_dataset **out, size_t *duplicates);

#endif
