#ifndef SPINODAL_DIFFUSION_ANSWERS_H
#define SPINODAL_DIFFUSION_ANSWERS_H

#include "spinodal/diffusion.h"

/* The regimes of `detail` and what they mean, in sentences. */
sp_status sp_diffusion_answers(sp_run *run, const sp_diffusion_times_params *params, const sp_diffusion_times_result *result,
                               sp_diffusion_times_detail *detail);

#endif
