/* Force of a packed symmetric tensor of order 3 (one pass, 4 flops and 4 bytes an entry) against the memory bandwidth. */
#include "math/symmetric_tensor.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? (size_t)atoi(argv[1]) : 500;
    sp_run *run = sp_run_create(&(sp_run_options){.threads = 1});
    sp_symmetric_tensor t;
    double *x = calloc(64 * n, sizeof *x), *g = calloc(64 * n, sizeof *g), gb = 0;
    if (sp_symmetric_create(run, n, 3, &t) != SP_OK ||
        sp_symmetric_add_noise(run, &t, "bench", 0, 1, SP_DIAGONAL_IGNORE) != SP_OK)
        return puts(sp_run_message(run)), 1;
    for (size_t i = 0; i < 64 * n; i++)
        x[i] = cos((double)i);
    for (int k = 0; k < 5; k++) { /* a sum over the same memory */
        float s[16] = {0};
        double start = seconds();
        for (size_t i = 0; i + 16 <= t.size; i += 16)
            for (size_t j = 0; j < 16; j++)
                s[j] += t.v[i + j];
        g[0] = (double)s[3];
        gb = fmax(gb, 4e-9 * (double)t.size / (seconds() - start));
    }
    for (size_t replicas = 1; replicas <= 64; replicas *= 4) {
        double best = INFINITY;
        for (int k = 0; k < 5; k++) {
            double start = seconds();
            if (sp_symmetric_gradient(run, &t, replicas, x, g) != SP_OK)
                return puts(sp_run_message(run)), 1;
            best = fmin(best, seconds() - start);
        }
        printf("N %zu, %zu replicas: %.1f ms, %.2f GB/s of %.2f read (%.2f), %.2f Gflop/s\n", n, replicas, 1e3 * best,
               4e-9 * (double)t.size / best, gb, 4e-9 * (double)t.size / best / gb,
               4e-9 * (double)t.size * (double)replicas / best);
    }
    free(x), free(g);
    sp_run_free(run);
    return 0;
}
