/* Dense linear algebra in double precision over BLAS and LAPACK, always single-threaded inside a call.
 *
 * Matrices are row-major, `a[i * n + j]`, without padding. Inputs marked const are kept; work space comes from the run and
 * is released before return. Failures: SP_FAILED with a message that names the reason (not positive definite, singular, no
 * convergence, not finite, out of memory).
 *
 * The functions named *_blocked, and the covariance and Gram matrices, split their work into FIXED blocks over sp_parallel:
 * same bits for any number of threads. */
#ifndef SPINODAL_MATH_LINALG_H
#define SPINODAL_MATH_LINALG_H

#include "spinodal/base.h"

/* ---- symmetric eigenproblems (only the lower triangle of `a` is read) ------------------------------- */

/* All eigenvalues, ascending. (4/3) n^3 flops. */
sp_status sp_eigenvalues(sp_run *run, size_t n, const double *a, double *values);

/* All eigenvalues (ascending) and eigenvectors: eigenvector j is the ROW vectors[j * n .. j * n + n - 1], of norm 1, its
 * largest component positive (so that the sign does not depend on the library). `vectors` may be `a`. About 9 n^3 flops. */
sp_status sp_eigen(sp_run *run, size_t n, const double *a, double *values, double *vectors);

/* The eigenpairs first .. first + count - 1 in ascending order (0-based); vectors (count x n) or NULL. */
sp_status sp_eigen_range(sp_run *run, size_t n, const double *a, size_t first, size_t count, double *values,
                         double *vectors);

/* A v = lambda B v, A symmetric, B symmetric positive definite; ascending; vectors (rows, v^T B v = 1) or NULL. */
sp_status sp_eigen_pencil(sp_run *run, size_t n, const double *a, const double *b, double *values, double *vectors);

/* Symmetric tridiagonal matrix: diagonal (n), off-diagonal (n - 1); vectors (rows) or NULL. */
sp_status sp_eigen_tridiagonal(sp_run *run, size_t n, const double *diagonal, const double *off, double *values,
                               double *vectors);

/* ---- general eigenproblems, eigenvalues only -------------------------------------------------------- */

/* Eigenvalues of a general real matrix, re + i im, in LAPACK's order. */
sp_status sp_eigenvalues_general(sp_run *run, size_t n, const double *a, double *re, double *im);

/* A v = lambda B v for general real A and B (QZ): lambda = (re + i im) / denominator; denominator 0 means infinite. */
sp_status sp_eigenvalues_qz(sp_run *run, size_t n, const double *a, const double *b, double *re, double *im,
                            double *denominator);

/* ---- factorisations and solves ---------------------------------------------------------------------- */

/* A = L L^T in place: lower triangle of `a` becomes L, the strict upper triangle is zeroed. n^3 / 3 flops.
 * SP_FAILED when A is not positive definite (the message names the failing row). */
sp_status sp_cholesky(sp_run *run, size_t n, double *a);
double sp_cholesky_logdet(size_t n, const double *l);
/* Solves A x = b for n_rhs right-hand sides, the rows of b (n_rhs x n), in place. */
void sp_cholesky_solve(size_t n, const double *l, size_t n_rhs, double *b);
/* y <- L^{-1} y for each row of y (whitening). */
void sp_cholesky_whiten(size_t n, const double *l, size_t n_rhs, double *y);

/* Solves A x = b by LU with partial pivoting for the n_rhs ROWS of b (n_rhs x n), in place. `a` is kept. */
sp_status sp_solve(sp_run *run, size_t n, const double *a, size_t n_rhs, double *b);

/* log|det A| and its sign (0 when singular: log is -inf). */
sp_status sp_logdet(sp_run *run, size_t n, const double *a, double *logdet, double *sign);

sp_status sp_inverse(sp_run *run, size_t n, const double *a, double *inverse); /* may be in place */

/* A (m x n) = U diag(values) V^T, k = min(m, n) values, descending; u (m x k), vt (k x n); both may be NULL together. */
sp_status sp_svd(sp_run *run, size_t m, size_t n, const double *a, double *values, double *u, double *vt);

/* A (m x n, m >= n) = Q R: q (m x n) with orthonormal columns, r (n x n) upper triangular with diagonal >= 0 (or NULL). */
sp_status sp_qr(sp_run *run, size_t m, size_t n, const double *a, double *q, double *r);

/* Least-squares solution of A x = b (m x n, full column rank, m >= n) by QR; b of length m, x of length n.
 * *residual (may be NULL) = |A x - b|_2. */
sp_status sp_least_squares(sp_run *run, size_t m, size_t n, const double *a, const double *b, double *x, double *residual);

/* ---- products --------------------------------------------------------------------------------------- */

typedef enum { SP_PLAIN, SP_TRANSPOSED } sp_transpose;

/* C (m x n) = alpha op(A) op(B) + beta C with op(A) m x k, op(B) k x n; lda etc. are the row lengths of the stored arrays.
 */
void sp_gemm(sp_transpose ta, sp_transpose tb, size_t m, size_t n, size_t k, double alpha, const double *a, size_t lda,
             const double *b, size_t ldb, double beta, double *c, size_t ldc);

/* The same over fixed blocks of rows of C, in parallel. */
sp_status sp_gemm_blocked(sp_run *run, sp_transpose ta, sp_transpose tb, size_t m, size_t n, size_t k, double alpha,
                          const double *a, size_t lda, const double *b, size_t ldb, double beta, double *c, size_t ldc);

/* y (m) = A x for A (m x n), over fixed blocks of rows, in parallel. */
sp_status sp_matvec_blocked(sp_run *run, size_t m, size_t n, const double *a, const double *x, double *y);

/* A kind of rows: n rows of d numbers, float or double (exactly one of f, v is set), row-major. */
typedef struct {
    size_t n, d;
    const float *f;
    const double *v;
} sp_rows;
static inline sp_rows sp_rows_float(size_t n, size_t d, const float *f) { return (sp_rows){n, d, f, NULL}; }
static inline sp_rows sp_rows_double(size_t n, size_t d, const double *v) { return (sp_rows){n, d, NULL, v}; }
/* Copies rows first .. first + count - 1, columns from .. from + width - 1, minus `mean` (d values or NULL), to double. */
void sp_rows_copy(sp_rows rows, size_t first, size_t count, size_t from, size_t width, const double *mean, double *out);

/* Mean of the rows (d). */
sp_status sp_rows_mean(sp_run *run, sp_rows rows, double *mean);

/* C (d x d) = sum_i (x_i - mean)(x_i - mean)^T / divisor, all in double; mean NULL: not centred. n d^2 flops. */
sp_status sp_covariance(sp_run *run, sp_rows rows, const double *mean, double divisor, double *covariance);

/* G (n x n) = (x_i - mean).(x_j - mean) / divisor, all in double. n^2 d flops. */
sp_status sp_gram(sp_run *run, sp_rows rows, const double *mean, double divisor, double *gram);

#endif
