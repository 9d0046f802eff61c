/* Forward selection and the differentiable coefficient.
 *
 * Floor of a selection: every step looks at each column once for each row: p n values, read from memory. The nearest row is
 * found by walking over some n^{1/(q+1)} rows, so the ratio is of that order.
 * Floor of a soft step: 3 n^2 exponentials and n^2 (3 m + ...) flops; the ceiling is sp_vexp on n^2 values, three times. */
#include "spinodal/select_learn.h"

#include "vector_math.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void table(sp_run *run, size_t n, size_t p, double **x, double **y)
{
    sp_rng rng = sp_rng_at(run, "bench", p);
    *x = SP_NEW(run, double, n *p);
    *y = SP_NEW(run, double, n);
    sp_normals(&rng, n * p, *x);
    for (size_t i = 0; i < n; i++) {
        double a = (*x)[i], b = (*x)[n + i], c = (*x)[2 * n + i], d = (*x)[3 * n + i];
        (*y)[i] = a * b + sin(a * c) + d * d;
    }
}

static void selection(sp_run *run, size_t n, size_t p)
{
    double *x, *y;
    sp_mark mark = sp_memory_mark(run);
    table(run, n, p, &x, &y);
    sp_foci_result r;
    double start = now(), sum = 0;
    if (sp_foci(run, n, y, p, x, &(sp_foci_options){0}, &r) != SP_OK) {
        fprintf(stderr, "%s\n", sp_run_message(run));
        return;
    }
    double ours = now() - start;
    start = now();
    for (size_t k = 0; k < n * p; k++)
        sum += x[k];
    double floor = (now() - start) * (double)(r.n_steps + 1);
    printf("foci n=%zu p=%zu, %zu columns chosen: %.2f s; reading the table at each step %.4f s; ratio %.0f%s\n", n, p,
           r.n_steps, ours, floor, ours / floor, isnan(sum) ? "!" : "");
    sp_memory_release(run, mark);
}

static void soft(sp_run *run, size_t n, size_t m)
{
    double *x, *y, value;
    sp_mark mark = sp_memory_mark(run);
    table(run, n, m, &x, &y);
    double *gradient = SP_NEW(run, double, n *m), *line = SP_NEW(run, double, n);
    sp_soft_codec s = {.n = n, .y = y, .beta = 0.2};
    double start = now();
    if (sp_soft_codec_value(run, &s, m, x, &value, gradient) != SP_OK) {
        fprintf(stderr, "%s\n", sp_run_message(run));
        return;
    }
    double ours = now() - start;
    for (size_t i = 0; i < n; i++)
        line[i] = -(double)i / (double)n;
    double *out = SP_NEW(run, double, n);
    start = now();
    for (size_t i = 0; i < n; i++)
        sp_vexp(n, line, out);
    double ceiling = 3 * (now() - start) / sp_run_threads(run);
    printf("diffoci step n=%zu m=%zu: %.2f s; its exponentials alone %.2f s; ratio %.1f; memory %.1f MB\n", n, m, ours,
           ceiling, ours / ceiling, (double)(2 * n * m + 8 * n) * 8 / 1e6);
    sp_memory_release(run, mark);
}

/* Steps of Adam on mini-batches: the work of a step does not depend on n. */
static void mini_batches(sp_run *run, size_t n, size_t p, size_t batch)
{
    enum { STEPS = 400 };
    double *x, *y;
    sp_mark mark = sp_memory_mark(run);
    table(run, n, p, &x, &y);
    sp_diffoci_problem problem = {.n = n,
                                  .p = p,
                                  .y = y,
                                  .x = x,
                                  .features = 2,
                                  .beta = 0.2,
                                  .rate = 0.05,
                                  .decay = 0.1,
                                  .batch = batch,
                                  .steps = STEPS,
                                  .traces = 1,
                                  .stream = "bench"};
    sp_diffoci_result result;
    double start = now(), *line = SP_NEW(run, double, batch);
    if (!line || sp_diffoci(run, &problem, &result) != SP_OK) {
        fprintf(stderr, "%s\n", sp_run_message(run));
        return;
    }
    double steps = STEPS + (double)(n / batch), ours = (now() - start) / steps; /* and an epoch at the end */
    for (size_t i = 0; i < batch; i++)
        line[i] = -(double)i / (double)batch;
    start = now();
    for (size_t i = 0; i < 3 * STEPS; i++)
        for (size_t k = 0; k < batch; k++)
            sp_vexp(batch, line, line);
    double ceiling = (now() - start) / STEPS / sp_run_threads(run);
    printf("diffoci mini-batch of %zu rows of n=%zu, p=%zu: %.2f ms a step; its exponentials alone %.2f ms; ratio %.1f\n",
           batch, n, p, 1e3 * ours, 1e3 * ceiling, ours / ceiling);
    sp_memory_release(run, mark);
}

int main(void)
{
    sp_run *run = sp_run_create(NULL);
    selection(run, 10000, 50);
    selection(run, 10000, 1000);
    soft(run, 10000, 4);
    mini_batches(run, 10000, 20, 256);
    sp_run_free(run);
    return 0;
}
