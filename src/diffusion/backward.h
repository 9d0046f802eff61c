/* A batch of trajectories of the backward process with the exact empirical score. */
#ifndef SPINODAL_DIFFUSION_BACKWARD_H
#define SPINODAL_DIFFUSION_BACKWARD_H

#include "spinodal/diffusion.h"

enum { SP_BATCH = 32 }; /* trajectories of a block: enough for products of matrices, few enough for several threads */

typedef struct {
    const sp_dataset *data;
    const double *times; /* n_times, descending, the last 0 */
    size_t n_times;
    sp_sampler sampler;
} sp_backward;

/* State of `n` trajectories at times[at]. `nearest` is the data point of largest weight, `settled` the grid time from which
 * it has not changed, `collapsed` means that all others weigh less than 1e-12. */
typedef struct {
    size_t n, at;
    double *x; /* n x d */
    size_t *nearest;
    double *settled;
    bool *collapsed;
    sp_rng rng;
} sp_batch;

/* x ~ N(0, I) at times[0]; random numbers (stream, index). Memory of the run. */
sp_status sp_batch_start(sp_run *run, const sp_backward *process, size_t n, const char *stream, size_t index, sp_batch *out);

/* A copy with random numbers of its own. */
sp_status sp_batch_clone(sp_run *run, const sp_backward *process, const sp_batch *batch, const char *stream, size_t index,
                         sp_batch *out);

/* Runs down to times[until]. */
sp_status sp_batch_run(sp_run *run, const sp_backward *process, size_t until, sp_batch *batch);

#endif
