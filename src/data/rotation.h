/* Random orthogonal matrices. */
#ifndef SPINODAL_ROTATION_H
#define SPINODAL_ROTATION_H

#include "spinodal/base.h"

/* `count` orthonormal rows in d dimensions, uniformly distributed (Haar; Mezzadri, Notices AMS 54 (2007) 592): QR of a
 * Gaussian matrix with the signs of R made positive. count x d, row-major; memory of the run. count <= d. O(count^2 d). */
sp_status sp_random_frame(sp_run *run, sp_rng *rng, size_t count, size_t d, double **out);

#endif
