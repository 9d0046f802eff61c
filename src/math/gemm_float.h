/* Products of float32 matrices (oneDNN's dnnl_sgemm, about 90 Gflop/s on one AVX-512 core), row-major.
 *
 * C (m x n) = alpha op(A) op(B) + beta C with op(A) m x k and op(B) k x n; lda, ldb, ldc are the row lengths of the stored
 * arrays. Sums over k are in float: relative error about 1e-7 sqrt(k); values needed to more digits are to be re-evaluated
 * in double. Fixed shapes and one thread per product: same bits for any number of threads of the run. */
#ifndef SPINODAL_MATH_GEMM_FLOAT_H
#define SPINODAL_MATH_GEMM_FLOAT_H

#include "math/linalg.h"

/* In the calling thread: for use inside a block of sp_parallel. */
sp_status sp_gemm_float(sp_run *run, sp_transpose ta, sp_transpose tb, size_t m, size_t n, size_t k, float alpha,
                        const float *a, size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc);

/* In parallel over fixed tiles of C; a long sum over k with a small C (m n <= 2^18, k > 16384) is cut into fixed pieces,
 * added in order. */
sp_status sp_gemm_float_blocked(sp_run *run, sp_transpose ta, sp_transpose tb, size_t m, size_t n, size_t k, float alpha,
                                const float *a, size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc);

#endif
