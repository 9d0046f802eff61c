/* Lowest Hessian eigenpairs of phase retrieval at N = 4096, alpha = 4, on one core.
 *
 * Floor. A product with the Hessian reads the measurements once (4 M N bytes) and makes 4 M N flops: the ceiling is the
 * speed at which the same rows are read and summed. Gradient steps are the same pass. */
#include "dynamics/retrieval_descent.h"

#include <stdio.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static volatile double sink;

typedef float lanes __attribute__((vector_size(64), aligned(4)));

__attribute__((target_clones("avx512f", "avx2", "default"))) static double read_all(const float *x, size_t n)
{
    lanes sum[4] = {{0}};
    for (size_t i = 0; i + 64 <= n; i += 64)
        for (int k = 0; k < 4; k++)
            sum[k] += *(const lanes *)(x + i + 16 * k);
    sum[0] += sum[1] + sum[2] + sum[3];
    return (double)sum[0][0];
}

static double same(size_t mu, size_t r, double product, const void *context)
{
    (void)mu, (void)r, (void)context;
    return product;
}

int main(void)
{
    enum { N = 4096, ALPHA = 4, M = N * ALPHA, ROUNDS = 5 };
    sp_run *run = sp_run_create(&(sp_run_options){.seed = 1, .threads = 1});
    sp_retrieval_loss loss = {SP_RETRIEVAL_REGULARISED, 1};
    measurements m;
    retrieval_descent d;
    if (measurements_create(run, N, M, 0, &m) != SP_OK ||
        retrieval_descent_create(run, &m, &loss, 1, false, false, 0, 0, &d) != SP_OK) {
        fprintf(stderr, "%s\n", sp_run_message(run));
        return 1;
    }
    double start = now(), gigabytes = 4e-9 * N * M;
    for (int i = 0; i < ROUNDS; i++)
        sink = read_all(m.x, (size_t)N * M);
    double reading = (now() - start) / ROUNDS;
    static double out[N];
    start = now();
    for (int i = 0; i < ROUNDS; i++)
        if (measurement_pass(run, &m, 1, d.w, same, NULL, NULL, out) != SP_OK)
            return 1;
    double pass = (now() - start) / ROUNDS, values[2];
    bool converged;
    start = now();
    if (retrieval_descent_lowest(run, &d, 0, values, NULL, NULL, &converged) != SP_OK)
        return 1;
    double eigenpairs = now() - start;
    printf("%-44s %8.4f s   %5.1f GB/s   floor %8.4f s   ratio %4.2f\n", "product with the Hessian, N = 4096, M = 16384",
           pass, gigabytes / pass, reading, pass / reading);
    printf("%-44s %8.2f s   = %.0f products%s   (%g, %g)\n", "two lowest eigenpairs", eigenpairs, eigenpairs / pass,
           converged ? "" : ", NOT CONVERGED", values[0], values[1]);
    sp_run_free(run);
    return 0;
}
