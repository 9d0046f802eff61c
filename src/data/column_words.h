/* Columns as the user names them: "age,job,x[1-3],7". */
#ifndef SPINODAL_COLUMN_WORDS_H
#define SPINODAL_COLUMN_WORDS_H

#include "spinodal/data.h"

typedef struct {
    size_t n;
    const char *const *name;  /* of each column */
    const char *const *whole; /* name of the column it was made of, also naming it; NULL: none */
    const size_t *number;     /* its number, equal for columns made of one; NULL: 1, 2, ... */
} sp_named_columns;

/* Marks the columns that `text` names: names (they may hold commas), numbers, regular expressions, separated by commas.
 * option: for messages, "--factorize" or "". SP_USAGE for a word that names nothing, or a name that several columns share.
 */
sp_status sp_mark_columns(sp_run *run, const sp_named_columns *columns, const char *text, const char *option, bool *marked);

/* The columns of a dataset; x1, x2, ... where it has no names. Memory of the run. */
sp_status sp_named_columns_of(sp_run *run, const sp_dataset *data, sp_named_columns *out);

#endif
