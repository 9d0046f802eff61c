#ifndef SPINODAL_DATA_NPY_WRITE_H
#define SPINODAL_DATA_NPY_WRITE_H

#include "spinodal/base.h"

/* An NPY file (version 1.0) of float32 values in C order, shape of n_dims numbers; the whole file or nothing. */
sp_status sp_write_npy_float(sp_run *run, const char *path, size_t n_dims, const size_t *shape, const float *values);

#endif
