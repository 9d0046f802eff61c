/* Time grids: of observation times, and of the samplers of diffusion models (one function for all of them). */
#ifndef SPINODAL_MATH_TIME_GRID_H
#define SPINODAL_MATH_TIME_GRID_H

#include "spinodal/base.h"

/* n >= 2 times from first to last (both > 0, hit exactly), geometric. */
void sp_geometric_grid(double first, double last, size_t n, double *times);
/* n >= 2 times from first to last (hit exactly), equidistant. */
void sp_linear_grid(double first, double last, size_t n, double *times);

/* Decreasing sampler grid of `steps` >= 2 steps (steps + 1 times): from T to t_min uniform in the logarithm of the
 * signal-to-noise ratio e^{-2t} / (1 - e^{-2t}), then 0. */
void sp_sampler_grid(double T, double t_min, size_t steps, double *times);

/* Decreasing: linear from T to t_mid (steps / 2 steps), geometric to t_min, then 0 (spec 07, 3.6). steps >= 4. */
void sp_linear_geometric_grid(double T, double t_mid, double t_min, size_t steps, double *times);

/* T that forgets a signal of variance Lambda: 1/2 log(100 max(Lambda, 1)). */
double sp_sampler_start(double Lambda);

#endif
