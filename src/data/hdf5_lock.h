/* One caller of HDF5 at a time (recursive), with its automatic error printing off meanwhile. */
#ifndef SPINODAL_HDF5_LOCK_H
#define SPINODAL_HDF5_LOCK_H

#include <hdf5.h>

typedef struct {
    H5E_auto2_t print;
    void *data;
} sp_hdf5_quiet;

sp_hdf5_quiet sp_hdf5_begin(void);
void sp_hdf5_end(sp_hdf5_quiet before);

#endif
