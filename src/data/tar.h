/* Files out of a tar archive (ustar). */
#ifndef SPINODAL_TAR_H
#define SPINODAL_TAR_H

#include "stream.h"

/* Writes the members whose name ends in `ending` into `folder`, without their own folders; whole files only. */
sp_status sp_tar_extract(sp_run *run, sp_stream *archive, const char *ending, const char *folder, size_t *extracted);

#endif
