/* Langevin dynamics on the sphere for any instance of couplings. */
#ifndef SPINODAL_LANGEVIN_H
#define SPINODAL_LANGEVIN_H

#include "spiked_instance.h"

typedef sp_status (*instance_maker)(sp_run *run, const void *context, size_t N, uint64_t index, spiked_instance *out);

/* The model gives schedule, temperature and annealing; the couplings come from `make`. final (replicas x N, or
 * NULL): the points where the first instance ends; with one instance only. */
sp_status langevin_run(sp_run *run, const sp_langevin_params *params, const dynamics_model *model, instance_maker make,
                       const void *context, double *final, size_t *n, sp_langevin_point **points);

#endif
