/* Rows of a dataset: copies found and removed, random subsets. The results are memory of the run; they keep name, scale and
 * the hash of the whole. */
#ifndef SPINODAL_DATA_SUBSET_H
#define SPINODAL_DATA_SUBSET_H

#include "spinodal/data.h"

/* Number of rows that are exact copies of an earlier row. O(n d). */
sp_status sp_dataset_count_duplicates(sp_run *run, const sp_dataset *data, size_t *count);

/* The first of each set of equal rows, in order; *out = data when there are no copies. */
sp_status sp_dataset_distinct(sp_run *run, const sp_dataset *data, const sp_dataset **out);

/* A random choice of `n` rows, in the order of the data; *out = data when n is 0 or not below data->n. */
sp_status sp_dataset_subsample(sp_run *run, const sp_dataset *data, size_t n, const sp_dataset **out);

#endif
