/* Compiled with -mavx2 -mfma; called only where the processor has both. */
#if defined(__AVX2__) && defined(__FMA__)
#include "vector_loop.h"

#include <immintrin.h>
#include <sleef.h>
#include <stddef.h>

void sp_vexp_avx2(size_t n, const double *x, double *out);
void sp_vlog_avx2(size_t n, const double *x, double *out);
void sp_vexp_float_avx2(size_t n, const float *x, float *out);

SP_VECTOR_LOOP(sp_vexp_avx2, double, 4, _mm256_loadu_pd, _mm256_storeu_pd, Sleef_expd4_u10avx2)
SP_VECTOR_LOOP(sp_vlog_avx2, double, 4, _mm256_loadu_pd, _mm256_storeu_pd, Sleef_logd4_u10avx2)
SP_VECTOR_LOOP(sp_vexp_float_avx2, float, 8, _mm256_loadu_ps, _mm256_storeu_ps, Sleef_expf8_u10avx2)
#else
typedef int sp_no_avx2;
#endif
