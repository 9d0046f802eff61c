#ifndef SPINODAL_DIFFUSION_GUIDED_QUALITY_H
#define SPINODAL_DIFFUSION_GUIDED_QUALITY_H

#include "diffusion/class_scores.h"

/* Fidelity and diversity of n generated points beside the class (spec 12, 3.3). direction: unit vector from the other
 * classes. */
sp_status sp_guided_quality_measure(sp_run *run, const sp_class_scores *scores, const double *direction, size_t n,
                                    const float *sample, sp_guided_quality *out);

#endif
