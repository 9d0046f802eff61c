#ifndef SPINODAL_DIFFUSION_UTURN_H
#define SPINODAL_DIFFUSION_UTURN_H

#include "spinodal/speciation.h"

/* sums: [class][block][time][3]: ends in the class, posterior of the class at the turning point, its square. out:
 * [time][class]
 */
void sp_uturn_reduce(size_t n_classes, size_t blocks, size_t n_times, size_t turns, const double *sums, sp_uturn *out);

#endif
