/* The collapse of MNIST (or, where it is absent, of a Gaussian sample of the same size): reading, covariance spectrum, and
 * the pass phi_C + f_ex with 1024 queries at 40 times, each beside its floor on this machine measured in the same run.
 *
 * Floors: n d (d + 1) flops for the covariance (one triangle) at the speed of cblas_dgemm, in double, plus (4/3) d^3 for the
 * eigenvalues; 4 Q n d flops at the speed of dnnl_sgemm plus Q n exps per time. Peer: bench/peer_collapse.py. */
#include "spinodal/diffusion.h"

#include "vector_math.h"

#include <cblas.h>
#include <math.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { SIZE = 1024, REPEAT = 4, QUERIES = 1024, TIMES = 40, EXPS = 4096, EXP_REPEAT = 5000 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef enum { FLOAT_PRODUCT, DOUBLE_PRODUCT, EXP } work;

typedef struct {
    work what;
    double *seconds; /* of each thread */
} ceiling;

static sp_status measure_one(sp_run *run, size_t block, void *context)
{
    ceiling *c = context;
    size_t n = (size_t)SIZE * SIZE;
    double *a = SP_NEW(run, double, n), *b = SP_NEW(run, double, n), *out = SP_NEW(run, double, n);
    if (!a || !b || !out)
        return SP_FAILED;
    double start = 0;
    for (int r = -1; r < REPEAT; r++) { /* the first warms up */
        if (r == 0)
            start = now();
        if (c->what == FLOAT_PRODUCT)
            dnnl_sgemm('N', 'T', SIZE, SIZE, SIZE, 1, (float *)a, SIZE, (float *)b, SIZE, 0, (float *)out, SIZE);
        else if (c->what == DOUBLE_PRODUCT)
            cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, SIZE, SIZE, SIZE, 1, a, SIZE, b, SIZE, 0, out, SIZE);
        else
            for (int i = 0; i < EXP_REPEAT; i++)
                sp_vexp_float(EXPS, (float *)a, (float *)out);
    }
    c->seconds[block] = now() - start;
    return SP_OK;
}

/* Operations a second of all threads together. */
static double speed(sp_run *run, work what)
{
    size_t threads = (size_t)sp_run_threads(run);
    ceiling c = {what, SP_NEW(run, double, threads)};
    double slowest = 0, operations = REPEAT * (what == EXP ? (double)EXPS * EXP_REPEAT : 2.0 * SIZE * SIZE * SIZE);
    if (!c.seconds || sp_parallel(run, threads, measure_one, &c) != SP_OK)
        return NAN;
    for (size_t i = 0; i < threads; i++)
        slowest = fmax(slowest, c.seconds[i]);
    return (double)threads * operations / slowest;
}

static void report(const char *what, double seconds, double floor)
{
    printf("%-42s %7.2f s   floor %6.2f s   %.2f of the floor\n", what, seconds, floor, seconds / floor);
}

int main(void)
{
    sp_run *run = sp_run_create(NULL);
    const sp_dataset *data;
    double start = now();
    if (sp_dataset_open(run, "mnist", NULL, NULL, &data) == SP_OK)
        printf("%-42s %7.2f s   (gzip, 60000 x 784, scaled and centred)\n", "reading MNIST", now() - start);
    else if (sp_dataset_open(run, "gen:gaussian,d=784,n=60000", NULL, NULL, &data) != SP_OK) {
        fprintf(stderr, "%s\n", sp_run_message(run));
        return 1;
    }
    double n = (double)data->n, d = (double)data->d;
    double float_flops = speed(run, FLOAT_PRODUCT), double_flops = speed(run, DOUBLE_PRODUCT), exps = speed(run, EXP);
    printf("ceiling: float products %.0f GF/s, double products %.0f GF/s, float exps %.2f G/s (%d threads)\n",
           float_flops * 1e-9, double_flops * 1e-9, exps * 1e-9, sp_run_threads(run));

    sp_data_spectrum spectrum;
    start = now();
    if (sp_diffusion_spectrum(run, data, &spectrum) != SP_OK)
        return 1;
    report("covariance spectrum", now() - start, (n * d * (d + 1) + 4.0 / 3 * d * d * d) / double_flops);

    double t[TIMES];
    for (int i = 0; i < TIMES; i++)
        t[i] = 0.1 * pow(30, i / (TIMES - 1.0));
    sp_dataset unlabelled = *data;
    unlabelled.label = NULL;
    sp_diffusion_curves_params params = {.data = &unlabelled, .t = {TIMES, t}, .queries = QUERIES};
    sp_diffusion_curves_result result;
    sp_diffusion_curve_list curves;
    start = now();
    if (sp_diffusion_curves(run, &params, &result, &curves) != SP_OK) {
        fprintf(stderr, "%s\n", sp_run_message(run));
        return 1;
    }
    double spectrum_floor = (n * d * (d + 1) + 4.0 / 3 * d * d * d) / double_flops;
    report("diffusion curves, 1024 queries, 40 times", now() - start,
           spectrum_floor + 4 * n * d * QUERIES / float_flops + n * QUERIES * TIMES / exps);
    printf("t_C_phi = %.4f +- %.4f\n", result.t_C_phi, result.t_C_phi_se);

    sp_diffusion_sample_params sample = {.data = data, .samples = 64, .steps = 20, .start = 4};
    sp_diffusion_sample_result found;
    sp_trajectory_list trajectories;
    start = now();
    if (sp_diffusion_sample(run, &sample, &found, &trajectories) != SP_OK)
        return 1;
    report("64 trajectories, 20 steps, exact score", now() - start, 64 * 20 * n * (4 * d / float_flops + 1 / exps));
    sp_run_free(run);
    return 0;
}
