/* One iteration of approximate message passing. */
#ifndef SPINODAL_AMP_H
#define SPINODAL_AMP_H

#include "spiked_instance.h"

/* x and the previous x in, the next x in `old`; field: work space of N. divergence: derivative of x by its field, 0 at
 * first. */
sp_status amp_step(sp_run *run, const mixed_kernel *q, bool ml, const spiked_instance *s, const double *x, double *old,
                   double *field, double *divergence);

#endif
