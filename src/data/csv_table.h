/* A text table once opened: shared by the reader of its rows (csv.c) and of its texts (csv_levels.c). */
#ifndef SPINODAL_CSV_TABLE_H
#define SPINODAL_CSV_TABLE_H

#include "csv_fields.h"
#include "intern.h"
#include "reader.h"

typedef struct {
    sp_stream *stream;
    sp_text text;
    size_t *record;                             /* where each record of data begins */
    size_t columns, label_column, count_column; /* SIZE_MAX: none; count: an unnamed one that only numbers the rows */
    const char *const *header;                  /* columns names or NULL */
    size_t at;
    sp_intern *levels; /* `columns`, n = 0 for numbers; NULL: only numbers */
    bool text_labels;  /* labels are texts even if they are all numbers */
} sp_csv_table;

/* The fields of the row-th record of data. */
sp_fields sp_csv_row(const sp_csv_table *table, size_t row);

/* Reads the texts of the columns named by --factorize and --onehot: r->factor, table->levels. r->d and r->column_name are
 * set. */
sp_status sp_csv_read_levels(sp_run *run, sp_reader *r, const sp_source_words *words);

/* Index of the field among the levels of its column; SIZE_MAX: none (never for a field that was read). */
sp_status sp_csv_level(sp_run *run, const sp_intern *levels, const sp_field *field, size_t *out);

/* The labels when they are a column "column=text" of --onehot. *found: they are. */
sp_status sp_csv_level_labels(sp_run *run, sp_reader *r, const char *labels, bool *found);

#endif
