/* Time grids. That of the samplers of diffusion models is sp_sampler_times (spinodal/diffusion.h). */
#ifndef SPINODAL_MATH_TIME_GRID_H
#define SPINODAL_MATH_TIME_GRID_H

#include "spinodal/base.h"

/* n >= 2 times from first to last (both > 0, hit exactly), geometric. */
void sp_geometric_grid(double first, double last, size_t n, double *times);
/* n >= 2 times from first to last (hit exactly), equidistant. */
void sp_linear_grid(double first, double last, size_t n, double *times);

/* Decreasing: linear from T to t_mid (steps / 2 steps), geometric to t_min, then 0 (spec 07, 3.6). steps >= 4. */
void sp_linear_geometric_grid(double T, double t_mid, double t_min, size_t steps, double *times);

#endif
