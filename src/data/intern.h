/* Distinct texts, numbered in the order in which they first appear. */
#ifndef SPINODAL_INTERN_H
#define SPINODAL_INTERN_H

#include "spinodal/base.h"

typedef struct {
    size_t n, capacity;
    const char **text;
    size_t *slot; /* 2 * capacity, index + 1; 0: free */
} sp_intern;

/* text must outlive the table. False when out of memory (message set). */
bool sp_intern_add(sp_run *run, sp_intern *table, const char *text, size_t *index);
/* The number of a text of this length; SIZE_MAX: not there. Safe from several threads while nothing is added. */
size_t sp_intern_find(const sp_intern *table, const char *text, size_t length);
/* The texts by number; memory of the run. */
sp_status sp_intern_names(sp_run *run, const sp_intern *table, const char *const **out);
void sp_intern_free(sp_intern *table);

#endif
