/* Packed symmetric tensors of any order: entries with i1 <= i2 <= ... <= ip, in lexicographic order, single precision;
 * products accumulate in double. The form of a tensor is
 *     E(x) = (1/p!) sum over all index tuples T_{i1..ip} x_{i1}..x_{ip}
 * so that every entry with distinct indices counts once. */
#ifndef SPINODAL_SYMMETRIC_TENSOR_H
#define SPINODAL_SYMMETRIC_TENSOR_H

#include "spinodal/base.h"

enum { SP_TENSOR_MAX_ORDER = 8 };

typedef struct {
    size_t n;
    int order;
    size_t size; /* binomial(n + order - 1, order) */
    float *v;
} sp_symmetric_tensor;

/* What becomes of entries with repeated indices in a random tensor: zero, the variance of the others, or the variance they
 * have when all index tuples are independent and the tensor is their average (counts n_a: times product of n_a!). */
typedef enum { SP_DIAGONAL_IGNORE, SP_DIAGONAL_USE, SP_DIAGONAL_TUPLES } sp_diagonal;

/* Number of packed entries, as a double: may be too many to hold. */
double sp_symmetric_size(size_t n, int order);

/* Place of the entry with these sorted indices. */
size_t sp_symmetric_index(size_t n, int order, const size_t *sorted);

/* Zeros; memory of the run. SP_FAILED when it does not fit. order in 1..SP_TENSOR_MAX_ORDER. */
sp_status sp_symmetric_create(sp_run *run, size_t n, int order, sp_symmetric_tensor *out);

/* Adds independent normal entries of variance `entry_variance` (distinct indices). Stream (name, first index). */
sp_status sp_symmetric_add_noise(sp_run *run, sp_symmetric_tensor *tensor, const char *stream, uint64_t instance,
                                 double entry_variance, sp_diagonal diagonal);

/* Adds strength x_{i1}..x_{ip}; entries with repeated indices are left alone when `diagonal` is SP_DIAGONAL_IGNORE. */
sp_status sp_symmetric_add_rank_one(sp_run *run, sp_symmetric_tensor *tensor, double strength, const double *x,
                                    sp_diagonal diagonal);

/* Gradients of the form at `replicas` points: g_i = (1/(p-1)!) sum T_{i i2..ip} x_{i2}..x_{ip}; E = x.g/p.
 * x, g: replicas x n. One pass over the tensor for every 16 replicas; 4 n^p/p! flops each. Rounding (1e-16) depends on
 * whether a replica shares its pass. */
sp_status sp_symmetric_gradient(sp_run *run, const sp_symmetric_tensor *tensor, size_t replicas, const double *x, double *g);

/* Second derivatives of the form, n x n dense. */
sp_status sp_symmetric_hessian(sp_run *run, const sp_symmetric_tensor *tensor, const double *x, double *h);

/* out_{i3..ip} = sum_j T_{j j i3..ip}, of order p - 2 >= 1 (memory of the run). n^(p-1)/(p-2)! entries are read. */
sp_status sp_symmetric_trace(sp_run *run, const sp_symmetric_tensor *tensor, sp_symmetric_tensor *out);

/* Places of entries by sorted indices, many at a time: a table of (order + 1)(n + 1) numbers, memory of the run. */
typedef struct {
    size_t n;
    int order;
    size_t *from; /* entries of order a whose first index is at least i: from[a (n + 1) + i] */
} sp_symmetric_places;
sp_status sp_symmetric_places_create(sp_run *run, size_t n, int order, sp_symmetric_places *out);
size_t sp_symmetric_place(const sp_symmetric_places *places, const size_t *sorted);

/* Sorted index tuples one after another, in the order of the packed entries, from all zeros; false after the last. */
bool sp_symmetric_next(size_t n, int order, size_t *sorted);

/* Number of distinct orders of these sorted indices. */
double sp_symmetric_orders(int order, const size_t *sorted);

/* `index` with j put in its place: out holds order + 1 sorted indices. */
void sp_symmetric_insert(int order, const size_t *sorted, size_t j, size_t *out);

#endif
