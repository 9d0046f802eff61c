#ifndef SPINODAL_DIFFUSION_SAMPLE_H
#define SPINODAL_DIFFUSION_SAMPLE_H

#include "diffusion/backward.h"

/* The time grid of a sampler on data: log-SNR for ancestral steps, uniform in t for Euler-Maruyama. start 0: from the
 * covariance. */
sp_status sp_backward_create(sp_run *run, const sp_dataset *data, double start, size_t steps, int sampler, sp_backward *out);

#endif
