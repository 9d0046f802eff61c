/* From a reader, or the bytes of a file in memory, to a dataset. */
#ifndef SPINODAL_LOAD_H
#define SPINODAL_LOAD_H

#include "reader.h"

/* Closes the reader. NULL options: the defaults. */
sp_status sp_dataset_from_reader(sp_run *run, sp_reader *reader, const sp_data_options *options, const sp_dataset *like,
                                 const sp_dataset **out);
/* sp_dataset_open for a file held in memory. */
sp_status sp_dataset_from_bytes(sp_run *run, const char *name, const void *bytes, size_t size,
                                const sp_data_options *options, const sp_dataset **out);

#endif
