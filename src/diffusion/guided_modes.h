#ifndef SPINODAL_DIFFUSION_GUIDED_MODES_H
#define SPINODAL_DIFFUSION_GUIDED_MODES_H

#include "spinodal/guidance.h"

sp_status sp_guidance_check(sp_run *run, const sp_guided_modes *modes, const sp_guidance *guidance);
bool sp_guidance_acts(const sp_guidance *guidance, double t);
/* omega |D|^power, capped; 0 where the scores agree (power != 0). */
double sp_guidance_factor(const sp_guidance *guidance, double norm);
/* |D| of the two modes at m.x/M = M e^{-t} + u. */
double sp_guidance_norm(double M, double data_var, double t, double u);

/* One step of a sampler with the score: x' = from_x x + from_score S + noise z (spec 12, 6). */
typedef struct {
    double from_x, from_score, noise;
} sp_score_step;
sp_score_step sp_score_step_at(int sampler, double t, double s);

#endif
