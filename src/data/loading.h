/* A dataset while it is loaded. */
#ifndef SPINODAL_LOADING_H
#define SPINODAL_LOADING_H

#include "coding.h"
#include "labels.h"
#include "load.h"
#include "scale.h"

typedef struct {
    sp_reader *r;
    const sp_data_options *options;
    const sp_dataset *like;
    sp_labels labels; /* n = 0: unknown until read, or none */
    sp_classes classes;
    bool filter; /* rows of other classes are dropped */
    size_t rows; /* to be kept, at most */
    sp_coding coding;
    sp_values values;
    double *label; /* of the kept rows */
    size_t kept, dropped, missing_labels;
} sp_loading;

size_t sp_chunk_rows(const sp_reader *reader); /* to be asked of `next` at once */
bool sp_any_nan(size_t n, const double *x);

/* Reads the kept rows into values and label, counts the dropped ones and warns of them. SP_DATA when no row is left, or at
 * the first missing value under SP_NA_ERROR. Labels of dropped rows become NaN. */
sp_status sp_load_rows(sp_run *run, sp_loading *l);

#endif
