/* A file that appears whole or not at all. */
#ifndef SPINODAL_OUTPUT_FILE_H
#define SPINODAL_OUTPUT_FILE_H

#include "spinodal/base.h"

#include <stdio.h>

typedef struct {
    FILE *file;
    const char *path, *temporary; /* temporary is NULL where there is nothing to replace: a pipe, /dev/null */
} sp_output;

sp_status sp_output_open(sp_run *run, const char *path, sp_output *out);
/* Closes it; the file appears under its name only when status is SP_OK and everything was written. Returns status or
 * SP_FAILED. */
sp_status sp_output_close(sp_run *run, sp_output *output, sp_status status);

/* "PATH.partN" for writers that open the file themselves; sp_output_rename moves it to its place or removes it. */
const char *sp_temporary_path(sp_run *run, const char *path);
sp_status sp_temporary_rename(sp_run *run, const char *temporary, const char *path, sp_status status);

#endif
