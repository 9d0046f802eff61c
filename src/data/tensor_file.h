/* The user's symmetric tensor: a file to a packed tensor. */
#ifndef SPINODAL_TENSOR_FILE_H
#define SPINODAL_TENSOR_FILE_H

#include "spinodal/data.h"

#include "math/symmetric_tensor.h"

/* H = sum over all index tuples of T s..s, from an array of shape N x ... x N (order given), or from text lines of `order`
 * indices from 0 and a value (absent entries are zero). The packed tensor holds p! T. symmetrise: averaged over the orders
 * of the indices, else refused (SP_DATA) when not symmetric to 1e-8 of the largest entry. observed: NULL, or
 * receives 0 for entries absent from text lines and 1 for the others; an array has none absent: SP_USAGE. */
sp_status tensor_file_read(sp_run *run, const char *path, int order, bool symmetrise, sp_symmetric_tensor *out,
                           sp_symmetric_tensor *observed);

typedef struct {
    double tolerance;   /* of the asymmetry, relative to the largest entry */
    bool symmetrise;    /* average instead of refusing */
    bool distinct_only; /* entries with repeated indices are not read: zero */
    double scale;       /* of the packed entries */
} tensor_array_options;

/* Rows of N^(order-1) numbers, the entries T of all index tuples. SP_DATA when the shape is another, entries are not finite,
 * or the tensor is not symmetric: the line names the two entries that are farthest apart. */
sp_status tensor_array_read(sp_run *run, const char *name, const sp_dataset *data, int order,
                            const tensor_array_options *options, sp_symmetric_tensor *out);

/* N numbers, scaled to |v|^2 = N. */
sp_status signal_file_read(sp_run *run, const char *path, size_t N, double *v);

/* Estimate of kernel_var, p! N^(p-1) times the mean square of the entries with distinct indices, with its standard error. */
void tensor_kernel_variance(const sp_symmetric_tensor *tensor, double *value, double *se);

#endif
