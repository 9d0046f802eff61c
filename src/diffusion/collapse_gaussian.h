/* The root of an excess entropy in log time. */
#ifndef SPINODAL_DIFFUSION_COLLAPSE_GAUSSIAN_H
#define SPINODAL_DIFFUSION_COLLAPSE_GAUSSIAN_H

#include "spinodal/base.h"

#include "math/function.h"

/* t with f(t) = 0 for f increasing in t. SP_FAILED when there is no root in [1e-300, 700]. */
sp_status sp_collapse_root(sp_run *run, sp_function f, void *context, double *t);

#endif
