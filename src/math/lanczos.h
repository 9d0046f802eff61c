/* A few extreme eigenpairs of a large symmetric operator known only through y = A x: thick-restart Lanczos (Wu and Simon,
 * SIAM J. Matrix Anal. 22 (2000) 602) with full reorthogonalisation. */
#ifndef SPINODAL_MATH_LANCZOS_H
#define SPINODAL_MATH_LANCZOS_H

#include "math/linalg.h"
#include "spinodal/base.h"

/* y = A x, n numbers each; called from the thread of the run (it may use sp_parallel). */
typedef sp_status (*sp_operator)(sp_run *run, size_t n, const double *x, double *y, void *context);

typedef enum { SP_LARGEST, SP_SMALLEST } sp_which;

typedef struct {
    sp_which which;
    double tolerance;        /* residual |A v - lambda v| <= tolerance * |A|; 0: 1e-10 */
    size_t max_applications; /* of A; 0: 100 n + 1000, at most 100000 */
    size_t basis;            /* vectors kept; 0: max(2 k + 10, 30) */
    const char *progress;    /* text of the progress line; NULL: none */
} sp_lanczos_options;

typedef struct {
    size_t applications, restarts;
    double norm;    /* estimate of |A| */
    bool converged; /* all k pairs */
    size_t n_converged;
} sp_lanczos_report;

/* The k (1 <= k <= n) largest eigenvalues in descending order, or the smallest in ascending order, with their vectors (rows
 * of `vectors`, k x n, or NULL) and residuals (k, or NULL), each computed as |A v - lambda v| from a fresh product. Where an
 * eigenvalue is multiple, a copy of it may be missed in favour of the next eigenvalue. The start vector is the random stream
 * ("lanczos", 0) of the run. Memory (basis + 3) n doubles. Cost: the applications of A and 8 n basis flops for each. Same
 * bits for any number of threads if A has that property. NULL options: the defaults. Look at report->converged. */
sp_status sp_lanczos(sp_run *run, size_t n, size_t k, sp_operator a, void *context, const sp_lanczos_options *options,
                     double *values, double *vectors, double *residuals, sp_lanczos_report *report);

/* y = (1/divisor) sum_i (x_i - mean) ((x_i - mean).v): the covariance of rows without forming it. Context: sp_row_operator.
 */
typedef struct {
    sp_rows rows;
    const double *mean; /* d, or NULL */
    double divisor;
} sp_row_operator;
sp_status sp_apply_covariance(sp_run *run, size_t n, const double *x, double *y, void *context);
/* y_i = (1/divisor) sum_j (x_i - mean).(x_j - mean) v_j: the n x n Gram matrix without forming it. */
sp_status sp_apply_gram(sp_run *run, size_t n, const double *x, double *y, void *context);

/* The k largest eigenvalues (descending) of the covariance matrix (divisor n - 1) of the rows, with directions (rows of
 * `vectors`, k x d, norm 1; or NULL). Picks by size alone: dense for min(n, d) <= 2048 (covariance or Gram matrix, whichever
 * is smaller), else matrix-free Lanczos. k <= min(n - 1, d). `mean` (d) receives the mean of the rows. */
sp_status sp_principal_components(sp_run *run, sp_rows rows, size_t k, double *mean, double *values, double *vectors,
                                  sp_lanczos_report *report);

#endif
