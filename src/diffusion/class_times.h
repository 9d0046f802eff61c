#ifndef SPINODAL_DIFFUSION_CLASS_TIMES_H
#define SPINODAL_DIFFUSION_CLASS_TIMES_H

#include "spinodal/diffusion.h"

#include "diffusion/class_ratios.h"

/* Log-likelihood ratios at `queries` noised data points shared by all classes, from the leave-one-out empirical densities of
 * the classes. Valid above the collapse. seed: NULL, or the row of each point of `out`. */
sp_status sp_kernel_class_ratios(sp_run *run, const sp_dataset *data, sp_vec t, size_t queries, sp_class_ratios *out,
                                 size_t **seed);

/* Speciation time of every pair of classes (spec 05, 2) from these, within [from, to]. Classes with fewer than 8 points
 * give NAN. */
sp_status sp_class_pair_times(sp_run *run, const sp_dataset *data, double from, double to, double kappa, size_t queries,
                              size_t *n_pairs, sp_class_pair **pairs);

#endif
