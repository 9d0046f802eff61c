/* Equal rows of a dataset. */
#ifndef SPINODAL_DUPLICATES_H
#define SPINODAL_DUPLICATES_H

#include "spinodal/data.h"

/* Marks the rows equal to an earlier one (n flags, memory of the run) and counts them. O(n d + n log n). */
sp_status sp_duplicate_rows(sp_run *run, const sp_dataset *data, bool **is_copy, size_t *count);

/* The dataset without these rows (copied, memory of the run; labels and images kept). */
sp_status sp_without_rows(sp_run *run, const sp_dataset *data, const bool *dropped, size_t count, const sp_dataset **out);

#endif
