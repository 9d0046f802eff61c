/* Datasets in memory: readers, generators, scaling. See DESIGN of the options: --scale, --center, --labels, --classes,
 * --limit, --columns, --na, --factorize, --onehot. */
#ifndef SPINODAL_DATA_H
#define SPINODAL_DATA_H

#include "spinodal/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A column of texts, as numbers. */
typedef struct {
    const char *name;
    size_t column; /* of x: the codes 0, 1, ... of the texts; of --onehot: the first of n_levels columns of 0 and 1 */
    bool onehot;
    size_t n_levels;
    const char *const *level; /* the texts, in the order in which they first appear in the rows kept */
    size_t label_level;       /* of --onehot: the one that became the labels and has no column; SIZE_MAX: none */
} sp_factor;

/* n rows of d values. Everything points into memory of the run that loaded it (or of the caller of sp_dataset_from_memory).
 */
typedef struct sp_dataset {
    const char *name;
    size_t n, d;
    const float *x;       /* n x d, row-major, after scaling and centring */
    const double *x64;    /* the same in double when n d <= SP_DOUBLE_LIMIT, else NULL */
    const int32_t *label; /* class 0..n_classes-1 of each row; NULL when unlabelled */
    const double *target; /* numeric label (regression target, or the class number); NULL when unlabelled */
    size_t n_classes;
    const char *const *class_name;  /* n_classes names */
    const char *const *column_name; /* d names ("job=clerk" of --onehot); NULL when the source has none */
    size_t n_columns;               /* of the source, labels not counted */
    const size_t *column_number;    /* d: number of each column in the source, from 1, labels not counted; NULL: 1, ..., d */
    size_t n_factors;
    const sp_factor *factor;        /* columns of texts */
    size_t dropped;                 /* rows left out for a missing value, besides the n kept */
    const size_t *missing;          /* d: in how many of the n + dropped rows the column has no value; NULL: in none */
    size_t missing_labels;          /* rows without a label, among those dropped */
    size_t channels, height, width; /* of images, d = channels*height*width, plane by plane; 0 for other data */
    const char *scale;              /* none, unit, ddpm, variance or columns: x = gain * raw + offset - mean */
    double gain, offset;
    const double *column_gain; /* d values that take the place of gain, when each column has its own; else NULL */
    const double *mean;        /* d values, NULL when not centred */
    double raw_min, raw_max;
    uint64_t hash; /* of shape, values and labels as given in x */
} sp_dataset;

enum { SP_DOUBLE_LIMIT = 1 << 24, SP_MAX_LEVELS = 1000 };

/* Rows with a missing value (in a table: empty, NA, NaN, null, none or ?; in an array: NaN): SP_DATA, or left out with a
 * warning that counts them. */
typedef enum { SP_NA_ERROR, SP_NA_DROP } sp_na;

typedef struct {
    const char *scale; /* none: as they are; unit: to [0,1], ddpm: to [-1,1] (bytes from 0..255, other pixels and values from
                        * their own range); variance: mean coordinate variance 1 (divisor n - 1); columns: variance 1 of
                        * each column; NULL or "auto": ddpm for images of bounded pixels, variance otherwise */
    bool keep_mean;    /* do not subtract the mean row */
    const char
        *labels; /* file; name or number (from 1, negative from the last) of a column of a table (removed from x); name of an
                  * array of NPZ or HDF5; "coarse" of CIFAR-100; "none": unlabelled; NULL: the source's own */
    const char *classes; /* keep these classes, in this order: names or numbers, comma separated; NULL: all */
    size_t limit;        /* keep the first `limit` rows (after the choice of classes and of complete rows); 0: all */
    sp_na na;
    const char *factorize; /* columns of a table (names, numbers from 1 without the labels, regular expressions, separated by
                            * commas; "all": those of texts) to be coded 0, 1, ... in the order in which their texts appear;
                            * NULL: none */
    const char *onehot;    /* the same, one column of 0 and 1 for each text, called "column=text", at most SP_MAX_LEVELS */
    const char *columns;   /* keep these columns only, named as above after the coding; NULL: all. Not of images */
    const char *used; /* the columns that are used, named as above after the coding; NULL: all. Others may miss values or
                       * hold texts: they are then left out of x */
} sp_data_options;

/* Reads a path (IDX, NPY, NPZ:key, CSV/TSV, MatrixMarket, HDF5:/path, CIFAR binary, folder of images; .gz), "-", a name of
 * `data list`, or makes a generated sample ("gen:gaussian-mixture,d=256,n=5000,seed=1"). A folder or known name takes
 * ":test" for its test part. like: apply its gain, offset and mean instead and number the classes as it does (test or query
 * sets; same d required; a file of labels is then not used, a column of labels may be absent). SP_DATA with one line when
 * unreadable. NULL options: the defaults. */
sp_status sp_dataset_open(sp_run *run, const char *source, const sp_data_options *options, const sp_dataset *like,
                          const sp_dataset **out);

typedef enum { SP_FLOAT32, SP_FLOAT64, SP_UINT8 } sp_dtype;

/* Values of the caller: n rows of d. label: of each row, a number, or an index into label_name; NULL: none. */
typedef struct {
    const void *x;
    sp_dtype type;
    size_t n, d;
    const double *label;
    size_t n_label_names;
    const char *const *label_name;
    size_t channels, height, width; /* of images, plane by plane; 0: no images */
} sp_array;

/* The same from memory of the caller, which must stay valid as long as the dataset is used. No copy of float32 values when
 * scale is "none" and the mean is kept. `sp_run_attach(run, "NAME", &array)` makes it the source "mem:NAME" of any command.
 */
sp_status sp_dataset_from_array(sp_run *run, const sp_array *array, const sp_data_options *options, const sp_dataset *like,
                                const sp_dataset **out);

/* The same with classes as integers; label may be NULL. */
sp_status sp_dataset_from_memory(sp_run *run, const void *x, sp_dtype type, size_t n, size_t d, const int32_t *label,
                                 const sp_data_options *options, const sp_dataset *like, const sp_dataset **out);

/* Row i in double. */
void sp_dataset_row(const sp_dataset *data, size_t i, double *out);

/* The raw value behind the value x of column j. */
double sp_dataset_raw(const sp_dataset *data, size_t j, double x);

/* ---- what is in a dataset --------------------------------------------------------------------------- */

typedef struct {
    size_t duplicates;       /* rows that equal an earlier row exactly */
    size_t constant_columns; /* columns with one value only */
    double mean;             /* of all values, raw scale */
    double variance;         /* mean over the columns of their variance (divisor n - 1), raw scale; 0 for one row */
    const double *column_mean, *column_sd; /* d each, raw scale */
    const size_t *class_count;             /* n_classes */
    const size_t *const *level_count;      /* n_factors, of n_levels each */
} sp_dataset_summary;

/* O(n d). Memory of the run. */
sp_status sp_dataset_summarize(sp_run *run, const sp_dataset *data, sp_dataset_summary *out);

/* ---- writing ---------------------------------------------------------------------------------------- */

/* Writes the values in x (open with scale "none" and keep_mean for raw ones) and the labels to PATH in the format named by
 * its ending or by `format` (npy, csv, tsv, h5; NULL: by the ending). NPY: labels in "STEM-labels.npy" beside it; CSV:
 * header and a last column "label"; HDF5: /x and /labels. Whole files or nothing. SP_USAGE for an unknown ending.
 * *labels_path: the second file, NULL when there is none (labels_path may be NULL). */
sp_status sp_dataset_write(sp_run *run, const sp_dataset *data, const char *path, const char *format,
                           const char **labels_path);

/* SP_USAGE when it would refuse this path and format: to be asked before long work. */
sp_status sp_dataset_write_check(sp_run *run, const char *path, const char *format);

/* ---- datasets known by name, and generators --------------------------------------------------------- */

typedef struct {
    const char *name, *title, *licence;
    size_t n, n_test, d, classes;
    double megabytes;   /* to download */
    const char *folder; /* where it is on this machine; NULL: nowhere */
} sp_catalogue_entry;

/* *out has *n entries; memory of the run. */
sp_status sp_catalogue(sp_run *run, size_t *n, const sp_catalogue_entry **out);

typedef struct {
    const char *file, *url, *sha256;
    double megabytes;
} sp_catalogue_file;

/* Downloads a dataset known by name into $SPINODAL_DATA/NAME or the user's cache, checks the SHA-256 of every file, and
 * gives the folder. An interrupted download goes on where it stopped. Files that lie there already are checked, not fetched.
 * Without network: SP_FAILED, saying which files to put where. show: nothing is fetched; *folder is where it would go. */
sp_status sp_catalogue_get(sp_run *run, const char *name, bool show, const char **folder, bool *fetched, size_t *n_files,
                           const sp_catalogue_file **files);

typedef struct {
    const char *name, *fallback, *range, *help;
} sp_generator_key;

typedef struct {
    const char *name, *summary;
    size_t n_keys;
    const sp_generator_key *keys;
} sp_generator_entry;

/* Generators of `gen:NAME,key=value,...`. Memory of the run. */
sp_status sp_generators(sp_run *run, size_t *n, const sp_generator_entry **out);

#ifdef __cplusplus
}
#endif
#endif
