/* Datasets known by name: where they come from, and where they lie on this machine. */
#ifndef SPINODAL_CATALOGUE_H
#define SPINODAL_CATALOGUE_H

#include "spinodal/base.h"

typedef struct {
    const char *name;
    const char *sha256; /* NULL ends the list of files */
    uint64_t bytes;
} sp_remote_file;

typedef struct {
    const char *name, *title, *licence;
    size_t n, n_test, d, classes;
    const char *const *class_name;
    const char *url[2]; /* folders that hold the files, tried in order */
    sp_remote_file file[5];
    bool archive; /* the one file is a tar of CIFAR batches */
} sp_known;

const sp_known *sp_known_at(size_t i);                          /* NULL past the end */
const sp_known *sp_known_find(const char *name, size_t length); /* NULL: none */

/* The folder that holds it: $SPINODAL_DATA/NAME, $XDG_CACHE_HOME/spinodal/NAME or ~/.cache/spinodal/NAME; *folder is NULL
 * when it is in none. */
sp_status sp_known_locate(sp_run *run, const sp_known *known, const char **folder);
/* Where `data get` puts it: the first of them that can be written. */
sp_status sp_known_target(sp_run *run, const sp_known *known, const char **folder);

/* Fetches the files into `folder`, checks their sums and unpacks an archive. What lies there already with the right sum is
 * not fetched again; an interrupted file goes on from FILE.part. */
sp_status sp_known_fetch(sp_run *run, const sp_known *known, const char *folder);

#endif
