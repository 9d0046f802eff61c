/* Log density of 1000 queries under a Gaussian kernel estimate from 10000 points, one bandwidth and forty, in double.
 *
 * Floor: 2 Q n d flops at the speed of one large product in double and Q n S exps at the speed of the vectorised exp in
 * cache, on all threads, measured here. Peers: bench/peer_kde.py (scikit-learn, scipy). */
#include "math/linalg.h"
#include "spinodal/kde.h"

#include "vector_math.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

enum { N = 10000, QUERIES = 1000, SCAN = 40, REPEAT = 5 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static sp_status product_speed(sp_run *run, size_t block, void *context)
{
    enum { M = 768 };
    double *seconds = context, *a = SP_NEW(run, double, M *M), *b = SP_NEW(run, double, M *M),
           *c = SP_NEW(run, double, M *M);
    if (!a || !b || !c)
        return SP_FAILED;
    double start = 0;
    for (int r = 0; r < 4; r++) {
        if (r == 1)
            start = now();
        sp_gemm(SP_PLAIN, SP_TRANSPOSED, M, M, M, 1, a, M, b, M, 0, c, M);
    }
    seconds[block] = (now() - start) / (3.0 * 2 * M * M * M);
    return SP_OK;
}

static sp_status exp_speed(sp_run *run, size_t block, void *context)
{
    enum { PART = 512, ROUNDS = 20000 };
    double *seconds = context, *x = SP_NEW(run, double, PART), *w = SP_NEW(run, double, PART);
    if (!x || !w)
        return SP_FAILED;
    for (size_t i = 0; i < PART; i++)
        x[i] = -0.05 * (double)i;
    double start = now();
    for (int r = 0; r < ROUNDS; r++)
        sp_vexp(PART, x, w);
    seconds[block] = (now() - start) / ((double)PART * ROUNDS);
    return SP_OK;
}

static double per_operation(sp_run *run, sp_block_fn speed, double *seconds)
{
    size_t threads = (size_t)sp_run_threads(run);
    double slowest = 0;
    if (sp_parallel(run, threads, speed, seconds) != SP_OK)
        return NAN;
    for (size_t i = 0; i < threads; i++)
        slowest = fmax(slowest, seconds[i]);
    return slowest / (double)threads;
}

static const sp_dataset *sample(sp_run *run, size_t n, size_t d, uint64_t index)
{
    static const sp_data_options raw = {.scale = "none", .keep_mean = true};
    double *x = SP_NEW(run, double, n *d);
    const sp_dataset *data = NULL;
    sp_rng rng = sp_rng_at(run, "bench", index);
    if (!x)
        return NULL;
    sp_normals(&rng, n * d, x);
    return sp_dataset_from_memory(run, x, SP_FLOAT64, n, d, NULL, &raw, NULL, &data) == SP_OK ? data : NULL;
}

int main(void)
{
    sp_run *run = sp_run_create(NULL);
    double *seconds = SP_NEW(run, double, (size_t)sp_run_threads(run)), h[SCAN];
    if (!seconds)
        return 1;
    double flop = per_operation(run, product_speed, seconds), exponential = per_operation(run, exp_speed, seconds);
    printf("ceiling: products %.0f GF/s, exp %.2f G/s (%d threads)\n", 1e-9 / flop, 1e-9 / exponential, sp_run_threads(run));
    for (size_t s = 0; s < SCAN; s++)
        h[s] = 0.4 + 0.03 * (double)s;
    for (size_t d = 20; d <= 100; d += 80) {
        const sp_dataset *data = sample(run, N, d, d), *queries = sample(run, QUERIES, d, d + 1);
        for (size_t n_h = 1; n_h <= SCAN && data && queries; n_h += SCAN - 1) {
            double best = INFINITY, cpu = INFINITY,
                   floor = (double)QUERIES * N * (2 * (double)d * flop + (double)n_h * exponential);
            for (int r = 0; r < REPEAT; r++) {
                sp_mark mark = sp_memory_mark(run);
                sp_kde_eval_params p = {.data = data, .queries = queries, .h = {n_h, h + (n_h == 1 ? 13 : 0)}};
                sp_kde_eval_result result;
                double start = now();
                clock_t used = clock();
                if (sp_kde_eval(run, &p, &result) != SP_OK)
                    return 1;
                best = fmin(best, now() - start);
                cpu = fmin(cpu, (double)(clock() - used) / CLOCKS_PER_SEC);
                sp_memory_release(run, mark);
            }
            printf("n = %d, d = %3zu, %d queries, %2zu bandwidths: %.4f s (%.4f s of processor), floor %.4f s, ratio %.1f\n",
                   N, d, QUERIES, n_h, best, cpu, floor, best / floor);
        }
    }
    sp_run_free(run);
    return 0;
}
