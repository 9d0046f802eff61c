/* Products and elementary functions against the machine, on one core.
 *
 * Times are processor times of the thread. Ceiling of products: fused multiply-adds of full vectors in registers, measured
 * here. Ceiling of exp and log: about 12 such vector operations per value (SLEEF's 1-ulp exp: range reduction and a
 * polynomial of degree 11). Ceiling of a dot with one vector (matvec): reading memory once. */
#include "math/gemm_float.h"
#include "math/neighbours.h"
#include "vector_math.h"

#include <stdio.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* 12 independent chains hide the latency of a fused multiply-add on every x86-64 with two units of it. */
enum { CHAINS = 12, ROUNDS = 8000000 };
#define PEAK(function, level, instruction, type, bytes)                                                                     \
    __attribute__((target(level), noinline)) static double function(void)                                                   \
    {                                                                                                                       \
        typedef type vector __attribute__((vector_size(bytes)));                                                            \
        vector x0 = {0}, x1 = x0, x2 = x0, x3 = x0, x4 = x0, x5 = x0, x6 = x0, x7 = x0, x8 = x0, x9 = x0, x10 = x0,         \
               x11 = x0;                                                                                                    \
        double start = now();                                                                                               \
        for (int r = 0; r < ROUNDS; r++)                                                                                    \
            __asm__ volatile(instruction                                                                                    \
                             " %0, %0, %0\n" instruction " %1, %1, %1\n" instruction " %2, %2, %2\n" instruction            \
                             " %3, %3, %3\n" instruction " %4, %4, %4\n" instruction " %5, %5, %5\n" instruction            \
                             " %6, %6, %6\n" instruction " %7, %7, %7\n" instruction " %8, %8, %8\n" instruction            \
                             " %9, %9, %9\n" instruction " %10, %10, %10\n" instruction " %11, %11, %11\n"                  \
                             : "+v"(x0), "+v"(x1), "+v"(x2), "+v"(x3), "+v"(x4), "+v"(x5), "+v"(x6), "+v"(x7), "+v"(x8),    \
                               "+v"(x9), "+v"(x10), "+v"(x11));                                                             \
        return 2.0 * ROUNDS * CHAINS * (double)(bytes / sizeof(type)) / (now() - start);                                    \
    }
#if defined(__x86_64__)
PEAK(peak_float_512, "avx512f", "vfmadd231ps", float, 64)
PEAK(peak_double_512, "avx512f", "vfmadd231pd", double, 64)
PEAK(peak_float_256, "avx2,fma", "vfmadd231ps", float, 32)
PEAK(peak_double_256, "avx2,fma", "vfmadd231pd", double, 32)

static double peak(bool is_float)
{
    if (__builtin_cpu_supports("avx512f"))
        return is_float ? peak_float_512() : peak_double_512();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return is_float ? peak_float_256() : peak_double_256();
    return 0;
}
#else
static double peak(bool is_float)
{
    (void)is_float;
    return 0;
}
#endif

static void line(const char *what, double ours, double ceiling, const char *unit)
{
    if (ceiling > 0)
        printf("%-44s %8.2f %-6s ceiling %8.2f  ratio %.2f\n", what, ours, unit, ceiling, ours / ceiling);
    else
        printf("%-44s %8.2f %-6s\n", what, ours, unit);
}

int main(void)
{
    sp_run *run = sp_run_create(&(sp_run_options){.seed = 1, .threads = 1});
    enum { M = 1024, K = 784, LONG = 1 << 24, SHORT = 4096, POINTS = 16384 };
    float *a = SP_NEW(run, float, M *K), *b = SP_NEW(run, float, POINTS *K), *c = SP_NEW(run, float, M * 2048);
    double *x = SP_NEW(run, double, M *M), *y = SP_NEW(run, double, M *M), *z = SP_NEW(run, double, M *M);
    double *stream = SP_NEW(run, double, LONG), *v = SP_NEW(run, double, SHORT), *w = SP_NEW(run, double, SHORT);
    if (!a || !b || !c || !x || !y || !z || !stream || !v || !w)
        return 1;
    sp_rng rng = sp_rng_at(run, "bench", 0);
    sp_normals_float(&rng, M * K, a);
    sp_normals_float(&rng, POINTS * K, b);
    sp_normals(&rng, M * M, x);
    sp_normals(&rng, M * M, y);
    double float_peak = peak(true) * 1e-9, double_peak = peak(false) * 1e-9;

    for (int r = 0; r < 2; r++) { /* the first round warms up */
        double start = now();
        for (int i = 0; i < 20; i++)
            if (sp_gemm_float(run, SP_PLAIN, SP_TRANSPOSED, 256, 2048, K, 1, a, K, b, K, 0, c, 2048))
                return 1;
        double gemm = 20 * 2.0 * 256 * 2048 * K / (now() - start) * 1e-9;
        start = now();
        for (int i = 0; i < 4; i++)
            sp_gemm(SP_PLAIN, SP_PLAIN, M, M, M, 1, x, M, y, M, 0, z, M);
        double dgemm = 4 * 2.0 * M * M * M / (now() - start) * 1e-9;
        start = now();
        if (sp_covariance(run, sp_rows_float(M, K, a), NULL, M, z))
            return 1;
        double covariance = (double)M * K * K / (now() - start) * 1e-9;
        for (size_t i = 0; i < LONG; i++)
            stream[i] = (double)i;
        start = now();
        double sum = 0;
        for (size_t i = 0; i < LONG; i += 8) /* independent partial sums: bound by memory */
            sum += (stream[i] + stream[i + 1] + stream[i + 2] + stream[i + 3]) +
                   (stream[i + 4] + stream[i + 5] + stream[i + 6] + stream[i + 7]);
        double bandwidth = 8.0 * LONG / (now() - start) * 1e-9;
        start = now();
        if (sp_matvec_blocked(run, 4096, 4096, stream, v, w))
            return 1;
        double matvec = 8.0 * 4096 * 4096 / (now() - start) * 1e-9;
        for (size_t i = 0; i < SHORT; i++)
            v[i] = -0.01 * (double)i;
        start = now();
        for (int i = 0; i < 5000; i++)
            sp_vexp(SHORT, v, w);
        double exps = 5000.0 * SHORT / (now() - start) * 1e-9;
        for (size_t i = 0; i < SHORT; i++)
            v[i] = 1 + (double)i;
        start = now();
        for (int i = 0; i < 5000; i++)
            sp_vlog(SHORT, v, w);
        double logs = 5000.0 * SHORT / (now() - start) * 1e-9;
        size_t *index = SP_NEW(run, size_t, M * 10);
        double *distance = SP_NEW(run, double, M * 10);
        start = now();
        if (!index || !distance ||
            sp_neighbours_brute(run, sp_rows_float(M, K, a), sp_rows_float(POINTS, K, b), 10, false, index, distance))
            return 1;
        double pairs = 2.0 * K * M * POINTS / (now() - start) * 1e-9;
        if (r == 0)
            continue;
        line("float product 256 x 2048 x 784 (dnnl_sgemm)", gemm, float_peak, "GF/s");
        line("double product 1024^3 (dgemm)", dgemm, double_peak, "GF/s");
        line("covariance of 1024 x 784 float rows, double", covariance, dgemm, "GF/s");
        line("10 neighbours of 1024 among 16384, d = 784", pairs, gemm, "GF/s");
        line("matvec 4096 x 4096, double", matvec, bandwidth, "GB/s");
        line("exp, double", exps, double_peak / 24, "G/s");
        line("log, double", logs, double_peak / 24, "G/s");
        if (sum == 0)
            return 1;
    }
    sp_run_free(run);
    return 0;
}
