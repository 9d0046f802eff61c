/* Files of well-known datasets in a folder, by their usual names. */
#ifndef SPINODAL_FOLDER_LAYOUT_H
#define SPINODAL_FOLDER_LAYOUT_H

#include "spinodal/base.h"

enum { SP_MAX_BATCHES = 16 };

typedef struct {
    size_t n;
    const char *path[SP_MAX_BATCHES];
    bool cifar; /* batches of CIFAR records; otherwise one IDX file of images */
} sp_layout;

/* split: "train" or "test". n = 0: nothing known there. Paths are memory of the run. */
sp_status sp_layout_find(sp_run *run, const char *folder, const char *split, sp_layout *out);

#endif
