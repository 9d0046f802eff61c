/* Streaming softmax over distances at the size of MNIST: 60000 x 784 points, 1024 noised queries, 40 times.
 *
 * Floor: 2 products of 2 Q n d flops at the speed of dnnl_sgemm on one large product, and Q n S exps at the speed of the row
 * loop in cache, on all threads; both measured here. Terms of negligible weight need no exp, so the second part can be
 * undercut. Peer: bench/peer_softmax.py (numpy, one product per time). */
#include "math/softmax_rows.h"
#include "math/softmax_scan.h"

#include <math.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { N = 60000, D = 784, QUERIES = 1024, TIMES = 40 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Gaussian with eigenvalues falling as 1/k, mean 1: the effective dimension is that of images. */
static sp_status make_rows(sp_run *run, size_t block, void *context)
{
    float *y = context;
    sp_rng rng = sp_rng_at(run, "points", block);
    for (size_t i = block * 100; i < (block + 1) * 100; i++) {
        sp_normals_float(&rng, D, y + i * D);
        for (size_t j = 0; j < D; j++)
            y[i * D + j] *= (float)sqrt(D / 7.24 / (double)(j + 1));
    }
    return SP_OK;
}

enum { PART = 512, REPEAT = 40000 };

static sp_status exp_speed(sp_run *run, size_t block, void *context)
{
    double *seconds = context;
    float *v = SP_NEW(run, float, PART);
    double sums[3] = {0};
    for (size_t i = 0; v && i < PART; i++)
        v[i] = -(float)i * 0.05f;
    double start = now();
    for (size_t r = 0; v && r < REPEAT; r++)
        sp_row_kernels_float()->sums(1, &(sp_row_part){0, 0, PART}, v, 0, sums, NULL);
    seconds[block] = now() - start;
    return v ? SP_OK : SP_FAILED;
}

static sp_status gemm_speed(sp_run *run, size_t block, void *context)
{
    double *seconds = context;
    enum { m = 1024 };
    float *a = SP_NEW(run, float, m *m), *b = SP_NEW(run, float, m *m), *c = SP_NEW(run, float, m *m);
    if (!a || !b || !c)
        return SP_FAILED;
    for (int r = 0; r < 6; r++) {
        if (r == 1)
            seconds[block] = -now();
        dnnl_sgemm('N', 'T', m, m, m, 1, a, m, b, m, 0, c, m);
    }
    seconds[block] += now();
    return SP_OK;
}

int main(void)
{
    sp_run *run = sp_run_create(NULL);
    float *y = SP_NEW(run, float, (size_t)N *D), *z = SP_NEW(run, float, (size_t)QUERIES *D);
    size_t *seed = SP_NEW(run, size_t, QUERIES);
    if (!y || !z || !seed || sp_parallel(run, N / 100, make_rows, y) != SP_OK)
        return 1;
    sp_rng rng = sp_rng_at(run, "queries", 0);
    sp_normals_float(&rng, (size_t)QUERIES * D, z);
    sp_logit logit[TIMES];
    for (int s = 0; s < TIMES; s++) {
        double t = 0.1 * pow(50, s / (TIMES - 1.0)), delta = -expm1(-2 * t);
        logit[s] = (sp_logit){SP_LOGIT_GAUSSIAN, exp(-2 * t) / (2 * delta), exp(-t) / sqrt(delta)};
    }
    for (size_t i = 0; i < QUERIES; i++)
        seed[i] = (size_t)sp_uniform_int(&rng, N);
    int32_t *label = SP_NEW(run, int32_t, N);
    for (size_t i = 0; label && i < N; i++)
        label[i] = (int32_t)(i % 10);
    size_t threads = (size_t)sp_run_threads(run);
    double *seconds = SP_NEW(run, double, threads), slowest[2] = {0};
    if (!label || !seconds)
        return 1;
    for (int k = 0; k < 2; k++) {
        if (sp_parallel(run, threads, k ? exp_speed : gemm_speed, seconds) != SP_OK)
            return 1;
        for (size_t i = 0; i < threads; i++)
            slowest[k] = fmax(slowest[k], seconds[i]);
    }
    double flops = (double)threads * 5 * 2 * 1024.0 * 1024 * 1024 / slowest[0];
    double exps = (double)threads * PART * (double)REPEAT / slowest[1];
    double floor_products = 4.0 * QUERIES * N * D / flops, floor_exps = (double)QUERIES * N * TIMES / exps;
    printf("ceiling: products %.0f GF/s, exp with three sums %.2f G/s (%zu threads)\n", flops * 1e-9, exps * 1e-9, threads);
    printf("floor: products %.2f s + exps %.2f s = %.2f s\n", floor_products, floor_exps, floor_products + floor_exps);
    for (int k = 0; k < 2; k++) {
        sp_softmax_problem p = {.n = N,
                                .d = D,
                                .y = y,
                                .label = k ? label : NULL,
                                .n_classes = 10,
                                .n_queries = QUERIES,
                                .seed = seed,
                                .noise = z,
                                .n_logits = TIMES,
                                .logit = logit};
        sp_softmax_result r;
        double start = now();
        if (sp_softmax_scan(run, NULL, &p, &r) != SP_OK) {
            fprintf(stderr, "%s\n", sp_run_message(run));
            return 1;
        }
        double took = now() - start;
        printf("%-22s %.2f s, %.2f of the floor; mean sum w^2 at the first, middle, last time:",
               k ? "with class weights" : "all times", took, took / (floor_products + floor_exps));
        for (int s = 0; s < TIMES; s += s == 0 ? TIMES / 2 : TIMES / 2 - 1) {
            double mean = 0;
            for (size_t i = 0; i < QUERIES; i++)
                mean += r.stat[i * TIMES + (size_t)s].sum_w2 / QUERIES;
            printf(" %.6f", mean);
        }
        printf("\n");
    }
    sp_run_free(run);
    return 0;
}
