/* What every format and every generator gives: the shape, then the rows in order, some at a time.
 *
 * An open_* function checks everything the header claims against what the stream can hold before any memory is asked for. */
#ifndef SPINODAL_READER_H
#define SPINODAL_READER_H

#include "element.h"
#include "spinodal/data.h"
#include "stream.h"

/* A column of texts: `next` gives the index of the text. */
typedef struct {
    size_t column; /* from 0 */
    bool onehot;
    size_t n_levels;
    const char *const *level; /* in the order in which they first appear in the source */
} sp_reader_factor;

enum { SP_LABEL_COLUMN = -1 };

typedef struct sp_reader sp_reader;
struct sp_reader {
    const char *name;
    size_t n, d;
    size_t channels, height, width; /* 0: no images */
    sp_element type;                /* of the values that `next` gives */
    bool swap;                      /* their bytes are in the other order */
    bool table;                     /* --labels may name or number one of its columns */
    const char *const *column_name; /* d names or NULL */
    size_t n_factors;
    const sp_reader_factor *factor;
    const bool *unused; /* d, set by who reads: texts of these columns are given as NaN, not refused; NULL: none */
    /* Where a missing value is and what stands there, "line 3, column 2 (height): missing value \"NA\""; column may be
     * SP_LABEL_COLUMN. NULL: rows and columns are counted from 1. Memory of the run. */
    const char *(*missing_at)(sp_run *run, const sp_reader *reader, size_t row, ptrdiff_t column);

    /* A missing value or label is NaN. */
    bool labelled; /* each row has a label: all of them in `label`, or (NULL) each given by `next` with its row */
    const double *label;
    bool label_borrowed;      /* memory of the caller */
    bool labels_used;         /* the --labels text named something inside this source */
    const char *label_source; /* file of labels found beside; NULL: none */
    const sp_reader_factor
        *label_factor; /* the label is 1 where this factor has label_level, else 0; NULL: it is no factor */
    size_t label_level;
    size_t n_label_names; /* labels are indices into label_name; 0: labels are numbers */
    const char *const *label_name;
    size_t n_usual_names; /* names of the label numbers 0, 1, ... of a known dataset */
    const char *const *usual_names;

    const void *borrowed; /* values of the caller that may be used where they are */
    size_t rows_at_once;  /* best for `next`; 0: any */
    void *state;
    /* The next `rows` rows (never past n): rows * d elements, plane by plane for images, and rows labels where `label` is
     * NULL. */
    sp_status (*next)(sp_run *run, sp_reader *reader, size_t rows, void *values, double *labels);
    /* After the last row (NULL: nothing to do): checks what only shows at the end of the source. */
    sp_status (*finish)(sp_run *run, sp_reader *reader);
    sp_status (*rewind)(sp_run *run, sp_reader *reader);
    void (*close)(sp_reader *reader);
};

/* What the user says of the inside of a source. NULL texts: nothing. */
typedef struct {
    const char *labels, *factorize, *onehot;
    const char *columns;    /* "all" of the texts above is about these only */
    const sp_dataset *like; /* its factors are taken instead */
} sp_source_words;

/* Each takes over the stream (closes it with the reader, or on failure). Memory of the run.
 * labels: the --labels text, for formats that can hold labels; what names nothing in the source is left to the caller. */
sp_status sp_open_idx(sp_run *run, sp_stream *stream, sp_reader *out);
sp_status sp_open_npy(sp_run *run, sp_stream *stream, sp_reader *out);
/* key: name of the array; NULL: x, X, data, images or the only one; labels: name of the array, NULL: y, labels, ... if any.
 */
sp_status sp_open_npz(sp_run *run, sp_stream *stream, const char *key, const char *labels, sp_reader *out);
/* Batches one after another. labels "coarse": the super-classes of CIFAR-100. The list must outlive the reader. */
sp_status sp_open_cifar(sp_run *run, size_t n, sp_stream **batch, const char *labels, sp_reader *out);
/* labels: name or number (from 1; negative: from the last) of the column that holds them, "column=text" of --onehot, or
 * "none"; NULL: a column called label, labels or class, if any. */
sp_status sp_open_csv(sp_run *run, sp_stream *stream, const sp_source_words *words, sp_reader *out);
sp_status sp_open_matrix_market(sp_run *run, sp_stream *stream, sp_reader *out);
bool sp_is_matrix_market(const unsigned char *data, size_t bytes); /* by its banner */
sp_status sp_open_hdf5(sp_run *run, const char *path, const char *key, const char *labels, sp_reader *out);
/* PNG and JPEG files of equal size, one folder per class; or files alone, without labels. */
sp_status sp_open_image_folder(sp_run *run, const char *path, sp_reader *out);

/* A source named by the user: path, "-", catalogue name, generator. */
sp_status sp_open_source(sp_run *run, const char *source, const sp_source_words *words, sp_reader *out);
/* The same formats from bytes in memory. */
sp_status sp_open_bytes(sp_run *run, const char *name, const void *data, size_t bytes, const sp_source_words *words,
                        sp_reader *out);

/* Values in memory. */
sp_status sp_open_array(sp_run *run, const char *name, const sp_array *array, sp_reader *out);

void sp_reader_close(sp_reader *reader);

/* Refuses a shape that the bytes left in the stream cannot hold. */
sp_status sp_check_claim(sp_run *run, const sp_stream *stream, uint64_t header, size_t n, size_t d, size_t element_size);

/* All rows as numbers, for arrays of one value per row. Memory of the run. */
sp_status sp_read_column(sp_run *run, sp_reader *reader, double **out);

/* n and d of an array of any shape; (n,h,w), (n,c,h,w) and (n,h,w,c) are images. *channels_last: the last. SP_DATA when
 * empty or beyond any memory. */
sp_status sp_shape_rows(sp_run *run, sp_reader *reader, size_t dims, const size_t *shape, bool *channels_last);

/* Rows whose pixels are height x width x channels become channels x height x width. scratch: one row. */
void sp_to_planes(size_t rows, size_t channels, size_t pixels, size_t element_size, void *values, void *scratch);

#endif
