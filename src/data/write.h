/* Writers of single formats. */
#ifndef SPINODAL_WRITE_H
#define SPINODAL_WRITE_H

#include "spinodal/data.h"

sp_status sp_write_npy(sp_run *run, const sp_dataset *data, const char *path);
sp_status sp_write_npy_labels(sp_run *run, const sp_dataset *data, const char *path);
sp_status sp_write_csv(sp_run *run, const sp_dataset *data, char separator, const char *path);
sp_status sp_write_hdf5(sp_run *run, const sp_dataset *data, const char *path);

/* The narrowest of u1, f4 and f8 that holds every value exactly. */
typedef enum { SP_WRITE_BYTES, SP_WRITE_FLOATS, SP_WRITE_DOUBLES } sp_write_as;
sp_write_as sp_narrowest(const sp_dataset *data);
/* All labels are whole numbers. */
bool sp_whole_labels(const sp_dataset *data);

#endif
