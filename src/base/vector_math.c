#include "vector_math.h"

#include "vector_loop.h"

#include <sleef.h>
#include <stdbool.h>

#define SCALAR_LOAD(p) (*(p))
#define SCALAR_STORE(p, v) (*(p) = (v))
#if defined(__SSE2__)
#include <emmintrin.h>
static SP_VECTOR_LOOP(exp_baseline, double, 2, _mm_loadu_pd, _mm_storeu_pd, Sleef_expd2_u10sse2) static SP_VECTOR_LOOP(
    log_baseline, double, 2, _mm_loadu_pd, _mm_storeu_pd,
    Sleef_logd2_u10sse2) static SP_VECTOR_LOOP(exp_float_baseline, float, 4, _mm_loadu_ps, _mm_storeu_ps,
                                               Sleef_expf4_u10sse2)
#else
static SP_VECTOR_LOOP(exp_baseline, double, 1, SCALAR_LOAD, SCALAR_STORE,
                      Sleef_exp_u10) static SP_VECTOR_LOOP(log_baseline, double, 1, SCALAR_LOAD, SCALAR_STORE,
                                                           Sleef_log_u10) static SP_VECTOR_LOOP(exp_float_baseline, float, 1,
                                                                                                SCALAR_LOAD, SCALAR_STORE,
                                                                                                Sleef_expf_u10)
#endif

#if defined(__x86_64__)
    void sp_vexp_avx2(size_t n, const double *x, double *out);
void sp_vlog_avx2(size_t n, const double *x, double *out);
void sp_vexp_float_avx2(size_t n, const float *x, float *out);

static bool has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

void sp_vexp(size_t n, const double *x, double *out) { (has_avx2() ? sp_vexp_avx2 : exp_baseline)(n, x, out); }
void sp_vlog(size_t n, const double *x, double *out) { (has_avx2() ? sp_vlog_avx2 : log_baseline)(n, x, out); }
void sp_vexp_float(size_t n, const float *x, float *out)
{
    (has_avx2() ? sp_vexp_float_avx2 : exp_float_baseline)(n, x, out);
}
#else
    void sp_vexp(size_t n, const double *x, double *out)
{
    exp_baseline(n, x, out);
}
void sp_vlog(size_t n, const double *x, double *out) { log_baseline(n, x, out); }
void sp_vexp_float(size_t n, const float *x, float *out) { exp_float_baseline(n, x, out); }
#endif

void sp_vsincospi(size_t n, const double *x, double *sine, double *cosine)
{
    for (size_t i = 0; i < n; i++) {
        Sleef_double2 sc = Sleef_sincospi_u05(x[i]);
        sine[i] = sc.x;
        cosine[i] = sc.y;
    }
}
