/* Values of a dataset as they are read, and the map x = gain raw + offset - mean. */
#ifndef SPINODAL_SCALE_H
#define SPINODAL_SCALE_H

#include "reader.h"

/* Raw values of the kept rows: in double when there are few, else in float minus `shift` (the first row of types that are
 * wider than float, so that a large common offset costs no digits; else 0). */
typedef struct {
    size_t n, d;
    float *x;
    double *x64;
    double *shift;
    bool borrowed; /* x or x64 belongs to the caller */
    double min, max;
} sp_values;

sp_status sp_values_create(sp_run *run, const sp_reader *reader, size_t rows, size_t d, sp_values *out);
/* Stores rows `at`... and refuses what is not finite, naming its row and column (source_row: their place in the source).
 * source_column: of each column, from 0; NULL: they are those of the reader. */
sp_status sp_values_store(sp_run *run, sp_values *values, size_t at, size_t rows, const double *number,
                          const sp_reader *reader, size_t source_row, const size_t *source_column);

sp_status sp_scale_check(sp_run *run, const char *scale); /* SP_USAGE unless none, unit, ddpm, variance, auto or NULL */
/* Scales and centres in place and fills the fields of `data` about values and scale. */
sp_status sp_scale_apply(sp_run *run, sp_values *values, const sp_reader *reader, const sp_data_options *options,
                         const sp_dataset *like, sp_dataset *data);
sp_status sp_dataset_hash(sp_run *run, sp_dataset *data);

#endif
