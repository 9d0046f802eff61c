/* From the columns of a source to those of x: codes and one-hot columns of texts, columns that are not used. */
#ifndef SPINODAL_CODING_H
#define SPINODAL_CODING_H

#include "reader.h"
#include "scale.h"

typedef struct {
    size_t d;               /* columns of x, while reading */
    bool plain;             /* they are those of the source */
    size_t *source, *level; /* of each: column of the reader; level of a one-hot column, else SIZE_MAX */
    bool *left_out;         /* of each: not among the columns to keep; NULL: all are kept */
    bool *unused, *holes; /* by column of the reader: not used; to be left out, not used and without a value somewhere (or in
                             `like`) */
    size_t *missing;      /* by column of the reader: rows looked at without a value there */
    size_t *factor;       /* by column of the reader: which, or SIZE_MAX */
    size_t **code;        /* by factor: the code of each level of the reader, SIZE_MAX: none yet */
    size_t *n_codes;      /* by factor: codes given, in order of first appearance among the rows kept */
    const sp_dataset *like; /* or taken from here */
} sp_coding;

/* Sets reader->unused. */
sp_status sp_coding_create(sp_run *run, sp_reader *reader, const sp_data_options *options, const sp_dataset *like,
                           sp_coding *out);

/* Rows of the reader as numbers -> rows of x. The row numbered `row` + i of the source is the i-th. */
sp_status sp_coding_rows(sp_run *run, sp_coding *coding, const sp_reader *reader, size_t row, size_t rows,
                         const double *number, double *x);

/* After the last row: takes the columns of levels that never came and of holes out of the values, and fills the fields of
 * `data` about columns. */
sp_status sp_coding_finish(sp_run *run, const sp_coding *coding, const sp_reader *reader, sp_values *values,
                           sp_dataset *data);

#endif
