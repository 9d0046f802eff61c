/* What the files of linalg share: LAPACK calls with work space of the run. */
#ifndef SPINODAL_MATH_LINALG_PRIVATE_H
#define SPINODAL_MATH_LINALG_PRIVATE_H

#include "math/linalg.h"
#include "math/single_thread.h"

#include <cblas.h>
#include <lapacke.h>

sp_status sp_lapack_check_size(sp_run *run, size_t n);
/* Message for a LAPACK info code of `routine`. */
sp_status sp_lapack_failed(sp_run *run, const char *what, lapack_int info);
sp_status sp_check_finite(sp_run *run, size_t n, const double *a, const char *what);

#endif
