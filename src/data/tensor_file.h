/* The user's symmetric tensor: a file to a packed tensor. */
#ifndef SPINODAL_TENSOR_FILE_H
#define SPINODAL_TENSOR_FILE_H

#include "math/symmetric_tensor.h"

/* H = sum over all index tuples of T s..s, from an array of shape N x ... x N (order given), or from text lines of `order`
 * indices from 0 and a value (absent entries are zero). The packed tensor holds p! T. symmetrise: averaged over the orders
 * of the indices, else refused (SP_DATA) when not symmetric to 1e-8 of the largest entry. observed: NULL, or
 * receives 0 for entries absent from text lines and 1 for the others; an array has none absent: SP_USAGE. */
sp_status tensor_file_read(sp_run *run, const char *path, int order, bool symmetrise, sp_symmetric_tensor *out,
                           sp_symmetric_tensor *observed);

/* N numbers, scaled to |v|^2 = N. */
sp_status signal_file_read(sp_run *run, const char *path, size_t N, double *v);

/* Estimate of kernel_var, p! N^(p-1) times the mean square of the entries with distinct indices, with its standard error. */
void tensor_kernel_variance(const sp_symmetric_tensor *tensor, double *value, double *se);

#endif
