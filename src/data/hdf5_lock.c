#ifdef SPINODAL_HAVE_HDF5

#include "hdf5_lock.h"

#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

sp_hdf5_quiet sp_hdf5_begin(void)
{
    pthread_mutex_lock(&lock);
    sp_hdf5_quiet before = {0};
    H5Eget_auto2(H5E_DEFAULT, &before.print, &before.data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    return before;
}

void sp_hdf5_end(sp_hdf5_quiet before)
{
    H5Eset_auto2(H5E_DEFAULT, before.print, before.data);
    pthread_mutex_unlock(&lock);
}

#else

typedef int sp_no_hdf5; /* not an empty file */

#endif
