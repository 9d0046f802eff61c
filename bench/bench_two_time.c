/* Solver of the two-time equations on a uniform grid against a straightforward first-order one in single precision, and
 * against the memory bandwidth: each row is one pass over 16 bytes a pair of older entries. */
#include "dynamics/two_time.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Explicit Euler, float, p = 3 at T = 0, full square arrays: as published codes do it. Returns the energy at t_max. */
static double euler(size_t n, double t_max)
{
    float *c = calloc(n * n, sizeof *c), *r = calloc(n * n, sizeof *r), h = (float)(t_max / (double)(n - 1)), energy = 0;
    for (size_t i = 0; i < n; i++) {
        float mu = 0;
        c[i * n + i] = r[i * n + i] = 1, energy = 0;
        for (size_t s = 0; s < i; s++) {
            mu += h * 3 * c[i * n + s] * c[i * n + s] * r[i * n + s];
            energy -= h * c[i * n + s] * c[i * n + s] * r[i * n + s];
        }
        for (size_t j = 0; j <= i && i + 1 < n; j++) {
            float dc = -mu * c[i * n + j], dr = -mu * r[i * n + j];
            for (size_t s = 0; s < i; s++)
                dc += h * 2 * c[i * n + s] * r[i * n + s] * (s > j ? c[s * n + j] : c[j * n + s]);
            for (size_t s = 0; s < j; s++)
                dc += h * c[i * n + s] * c[i * n + s] * r[j * n + s];
            for (size_t s = j; s < i; s++)
                dr += h * 2 * c[i * n + s] * r[i * n + s] * r[s * n + j];
            c[(i + 1) * n + j] = c[i * n + j] + h * dc;
            r[(i + 1) * n + j] = r[i * n + j] + h * dr;
        }
    }
    free(c), free(r);
    return energy;
}

static double bandwidth(void)
{
    size_t n = 32 << 20;
    double *a = malloc(n * sizeof *a), best = 0, sum = 0;
    memset(a, 1, n * sizeof *a);
    for (int k = 0; k < 3; k++) {
        double start = seconds(), s[8] = {0};
        for (size_t i = 0; i < n; i += 8)
            for (size_t j = 0; j < 8; j++)
                s[j] += a[i + j];
        sum += s[0] + s[5];
        best = fmax(best, 8 * (double)n / (seconds() - start));
    }
    free(a);
    return sum == 12345 ? 0 : best;
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? (size_t)atoi(argv[1]) : 4000, sizes[] = {n / 20, n / 4, n};
    double t_max = 10, exact = -0.8740195343; /* log-time solver at half its steps */
    sp_run *run = sp_run_create(&(sp_run_options){.threads = 1});
    dynamics_model model = {.q = {.low = 3, .high = 3}, .eta = {.eta0 = 1}};
    model.q.tensor[3] = 1;
    double gb = bandwidth() / 1e9;
    for (int i = 0; i < 3; i++) {
        size_t k = sizes[i];
        uniform_grid g;
        sp_mark mark = sp_memory_mark(run);
        double start = seconds();
        if (two_time_uniform(run, &model, t_max, k, "bench", &g) != SP_OK)
            return puts(sp_run_message(run)), 1;
        double ours = seconds() - start, error = fabs(g.curves.energy[k] - exact), bytes = 16.0 / 6 * pow((double)k, 3);
        sp_memory_release(run, mark);
        printf("ours   n %5zu  %8.3f s  energy error %.1e  %5.1f GB/s of %.1f (%.2f)\n", k, ours, error, bytes / ours / 1e9,
               gb, bytes / ours / 1e9 / gb);
    }
    for (int i = 0; i < 3; i++) {
        size_t k = sizes[i];
        double start = seconds(), error = fabs(euler(k, t_max) - exact);
        printf("euler  n %5zu  %8.3f s  energy error %.1e\n", k, seconds() - start, error);
    }
    double start = seconds();
    log_rows *rows;
    if (two_time_log(run, &model, 1e6, 0.1, 0.2, "bench", &rows) != SP_OK)
        return puts(sp_run_message(run)), 1;
    printf("log rows, t = 1e6: %.2f s, energy %.9f\n", seconds() - start,
           log_rows_curves(rows)->energy[log_rows_curves(rows)->n - 1]);
    sp_run_free(run);
    return 0;
}
