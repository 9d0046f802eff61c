#ifndef SPINODAL_DIFFUSION_CLASS_TIMES_H
#define SPINODAL_DIFFUSION_CLASS_TIMES_H

#include "spinodal/diffusion.h"

/* Speciation time of every pair of classes (spec 05, 2): l = log P_t(x|k) - log P_t(x|l) at noised points of class k, with
 * the leave-one-out empirical densities of the classes; D = mean, S = standard deviation; the largest time where D/S =
 * kappa, within [from, to]. Valid above the collapse. `queries` noised points are shared by all pairs; classes with fewer
 * than 8 give NAN. */
sp_status sp_class_pair_times(sp_run *run, const sp_dataset *data, double from, double to, double kappa, size_t queries,
                              size_t *n_pairs, sp_class_pair **pairs);

#endif
