/* Headline kernels of speciation, schedules and guidance, on one core.
 *
 * Ceilings are measured here. A chain in random fields and a Curie-Weiss velocity cost one exponential for each spin at
 * least: the ceiling is sp_vexp over as many values. The cavity equation adds about 110 Gaussian values for each of two
 * images of each node in each iteration: the ceiling is that many multiply-adds in a chain of dependent products, two
 * streams of them. */
#include "diffusion/curie_weiss.h"
#include "spinodal/guidance.h"
#include "spinodal/speciation.h"
#include "vector_math.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

enum { SITES = 1000000, SPINS = 10000, ROUNDS = 200 };

static void row(const char *what, double ours, double ceiling, const char *unit)
{
    printf("%-52s %10.3g %s   ceiling %10.3g   ratio %.2f\n", what, ours, unit, ceiling, ceiling / ours);
}

static volatile double sink; /* keeps the loops */

static double exponentials(sp_run *run, size_t n, size_t rounds)
{
    double *x = SP_NEW(run, double, n), *y = SP_NEW(run, double, n);
    for (size_t i = 0; i < n; i++)
        x[i] = -(double)(i % 100) / 50;
    sp_vexp(n, x, y);
    double start = now();
    for (size_t r = 0; r < rounds; r++) {
        sp_vexp(n, x, y);
        sink = y[r % n];
    }
    return (now() - start) / (double)(n * rounds);
}

static double products(void)
{
    enum { N = 20000000 };
    double a = 1, b = 1, p = 0.999999, q = 1.000001, start = now();
    for (int i = 0; i < N; i++) {
        a *= p;
        p *= 0.9999999999;
        b *= q;
        q *= 0.9999999999;
    }
    sink = a + b;
    return (now() - start) / (2. * N);
}

int main(void)
{
    static const sp_run_options options = {.threads = 1};
    sp_run *run = sp_run_create(&options);
    double *h = SP_NEW(run, double, SITES), *out = SP_NEW(run, double, SPINS);
    sp_rng rng = sp_rng_at(run, "bench", 0);
    sp_normals(&rng, SITES, h);
    double start = now();
    for (int r = 0; r < 5; r++)
        sink = sp_ising_free_entropy(SITES, 0.5 + 0.1 * r, h, NULL);
    row("Ising free entropy of 1e6 spins, ms (goal 60)", (now() - start) / 5 * 1e3,
        exponentials(run, 4096, 2000) * SITES * 1e3, "ms");

    sp_ising_cavity cavity = {0};
    double values = 0;
    start = now();
    for (int r = 0; r < 5; r++) {
        sp_ising_cavity_solve(run, 0.5, 1, 0.3 + 0.4 * r, &cavity);
        values += (double)cavity.nodes * (double)cavity.iterations * 2 * 110;
    }
    row("cavity equation to 1e-13, ms (goal 200)", (now() - start) / 5 * 1e3, values / 5 * products() * 1e3, "ms");

    sp_curie_weiss model = {SPINS, 1.5, 0.5};
    sp_cw_space space;
    if (sp_cw_space_create(run, &model, &space) != SP_OK)
        return 1;
    for (int i = 0; i < SPINS; i++)
        space.g[i] = 0.2 * h[i] + 0.3;
    start = now();
    for (int r = 0; r < ROUNDS; r++)
        sp_cw_mean(run, &space, out);
    double seconds = (now() - start) / (ROUNDS * (double)SPINS);
    row("Curie-Weiss velocity, d = 1e4, ns for a spin", seconds * 1e9, exponentials(run, 4096, 2000) * 1e9, "ns");
    printf("    1e4 samples of 100 steps: %.1f s on two cores (goal 60)\n", seconds * 1e10 / 2);

    sp_guided_modes modes = {256, 1};
    sp_guidance guidance = {.omega = 2};
    sp_guided_end end;
    start = now();
    sp_guidance_sde(run, &modes, &guidance, 0, 0, NULL, &end);
    seconds = now() - start;
    row("Fokker-Planck, two drives a cell and step, ms", seconds * 1e3,
        (double)end.steps * 1600 * 2 * exponentials(run, 1600, 5000) * 1e3, "ms");
    sp_run_free(run);
    return 0;
}
