/* Datasets in memory: readers, generators, scaling. See DESIGN of the options: --scale, --center, --labels, --classes,
 * --limit. */
#ifndef SPINODAL_DATA_H
#define SPINODAL_DATA_H

#include "spinodal/base.h"

#ifdef __cplusplus
extern "C" {
#endif

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
    const char *const *column_name; /* d names; NULL when the source has none */
    size_t channels, height, width; /* of images, d = channels*height*width, plane by plane; 0 for other data */
    const char *scale;              /* none, unit, ddpm or variance: x = gain * raw + offset - mean */
    double gain, offset;
    const double *mean; /* d values, NULL when not centred */
    double raw_min, raw_max;
    uint64_t hash; /* of shape, values and labels as given in x */
} sp_dataset;

enum { SP_DOUBLE_LIMIT = 1 << 24 };

typedef struct {
    const char *scale;   /* none, unit, ddpm, variance; NULL or "auto": ddpm for images, variance otherwise */
    bool keep_mean;      /* do not subtract the mean row */
    const char *labels;  /* file, or the name or number of a column of a table (removed from x); NULL: the source's own */
    const char *classes; /* keep these classes: names or numbers, comma separated; NULL: all */
    size_t limit;        /* keep the first `limit` rows (after the choice of classes); 0: all */
} sp_data_options;

/* Reads a path (IDX, NPY, NPZ:key, CSV/TSV, HDF5:/path, CIFAR binary, folder of images; .gz), "-", a name of `data list`,
 * or makes a generated sample ("gen:gaussian-mixture,d=256,n=5000,seed=1"). like: apply its gain, offset and mean instead
 * (test or query sets; same d required). SP_DATA with one line when unreadable. NULL options: the defaults. */
sp_status sp_dataset_open(sp_run *run, const char *source, const sp_data_options *options, const sp_dataset *like,
                          const sp_dataset **out);

typedef enum { SP_FLOAT32, SP_FLOAT64, SP_UINT8 } sp_dtype;

/* The same from memory of the caller, which must stay valid as long as the dataset is used. No copy of float32 values when
 * scale is "none" and the mean is kept. label may be NULL. */
sp_status sp_dataset_from_memory(sp_run *run, const void *x, sp_dtype type, size_t n, size_t d, const int32_t *label,
                                 const sp_data_options *options, const sp_dataset *like, const sp_dataset **out);

/* Row i in double. */
void sp_dataset_row(const sp_dataset *data, size_t i, double *out);

#ifdef __cplusplus
}
#endif
#endif
