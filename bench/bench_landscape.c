/* Complexity of landscapes: time of one value, against the floor of its arithmetic on this machine.
 *
 * Annealed map: one point is a polynomial, a square root and two logarithms; floor: two log() per point, measured here.
 * Quenched value: 400 evaluations of a 3 x 3 system to bracket the overlap and some 20 to refine it; floor: 420 evaluations.
 * Risk: one sweep of the annealed iteration is one exp and one log per node and some 30 multiply-adds; floor: exp and log of
 * as many values by the vectorised kernels. */
#include "landscape/kac_rice_quenched.h"
#include "landscape/risk_point.h"
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

static volatile double sink;

static void report(const char *what, double seconds, double floor_seconds, const char *floor_is)
{
    printf("%-44s %10.3g us   floor %10.3g us (%s)   ratio %.2f\n", what, 1e6 * seconds, 1e6 * floor_seconds, floor_is,
           seconds / floor_seconds);
}

static void annealed_map(const gaussian_landscape *g)
{
    enum { SIDE = 1000 };
    double start = now(), sum = 0;
    for (int i = 0; i < SIDE; i++)
        for (int j = 0; j < SIDE; j++)
            sum += annealed_complexity(g, COUNT_ALL, -1.5 + i * 1e-3, j * 0.9e-3, NAN);
    double ours = (now() - start) / (SIDE * SIDE);
    start = now();
    for (int i = 0; i < SIDE * SIDE; i++)
        sum += log(1.0 + i * 1e-6) + log(2.0 + i * 1e-6);
    report("annealed complexity, one point of a map", ours, (now() - start) / (SIDE * SIDE), "two logarithms");
    sink = sum;
}

static void quenched_value(const gaussian_landscape *g)
{
    enum { REPEAT = 2000, EVALUATIONS = 420 };
    double start = now(), sum = 0;
    for (int i = 0; i < REPEAT; i++)
        sum += quenched_complexity(g, -1 - i * 1e-5, 0.5, NAN, NAN).value;
    double ours = (now() - start) / REPEAT;
    start = now();
    for (int i = 0; i < REPEAT; i++)
        for (int k = 0; k < EVALUATIONS; k++)
            sum += quenched_evaluate(g, -1, 0.5, 0, 0.3 + k * 1e-3 + i * 1e-7).slope;
    report("quenched complexity, one value", ours, (now() - start) / REPEAT, "its evaluations");
    sink = sum;
}

static void risk_value(sp_run *run)
{
    enum { REPEAT = 10, NODES = 1001 };
    risk_loss loss = {0};
    risk_law law;
    risk_solution s = {0};
    sp_risk_model model = {.loss = "sin(2*y)+y", .samples_per_dim = 5};
    if (risk_loss_create(run, &model, &loss) != SP_OK)
        return;
    double start = now();
    size_t sweeps = 0;
    for (int i = 0; i < REPEAT; i++) {
        sp_mark mark = sp_memory_mark(run);
        if (risk_solve(run, &loss, 5, 0, &law, &s) != SP_OK)
            return;
        sweeps += s.iterations;
        sp_memory_release(run, mark);
    }
    double ours = (now() - start) / REPEAT, values[NODES];
    start = now();
    for (int i = 0; i < 1000; i++) {
        for (int k = 0; k < NODES; k++)
            values[k] = 1 + 1e-3 * k;
        sp_vlog(NODES, values, values);
        sp_vexp(NODES, values, values);
    }
    /* seven starts of about as many sweeps each */
    report("annealed complexity of a risk", ours, 7 * (double)sweeps / REPEAT * (now() - start) / 1000, "its exps and logs");
    start = now();
    if (risk_solve(run, &loss, 5, 0, &law, &s) != SP_OK)
        return;
    double annealed = now() - start;
    risk_quenched q;
    start = now();
    if (risk_quenched_solve(run, &loss, &law, 0, &s, NULL, &q) != SP_OK)
        return;
    printf("%-44s %10.3g us   (and %.3g us for the annealed start)\n", "quenched complexity of a risk",
           1e6 * (now() - start), 1e6 * annealed);
}

int main(void)
{
    sp_run *run = sp_run_create(NULL);
    sp_landscape_model model = sp_landscape_model_default();
    gaussian_landscape g;
    model.r = 2;
    if (gaussian_landscape_create(run, &model, &g) == SP_OK) {
        annealed_map(&g);
        quenched_value(&g);
        risk_value(run);
    }
    sp_run_free(run);
    return 0;
}
