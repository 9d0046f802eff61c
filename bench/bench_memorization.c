/* Theory of memorisation and of the O(n) model, on one core (processor time of the thread).
 *
 * Floors. Loss curve: 120 x 120 pairs of contour nodes with both conjugates, about 6 complex divisions each, then 120^2
 * complex products twice for each training time. O(n) model, L = 512, dim 2: 33153 modes up to symmetry; one exponential and
 * one logarithm a mode in each of about 45 evaluations of the excess of one layer, and one division a mode and step of two.
 */
#include "spinodal/memorization.h"
#include "spinodal/on_model.h"

#include <complex.h>
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

/* independent, as in a table of pairs */
static double complex_divisions(size_t n)
{
    double complex sum = 0;
    double start = now();
    for (size_t i = 0; i < n; i++)
        sum += (1.1 - 0.2 * I) / (1.3 + 1e-6 * (double)i + 0.1 * I);
    sink = creal(sum);
    return now() - start;
}

static double complex_products(size_t n)
{
    double complex sum = 0, x = 1.0001 + 0.01 * I;
    double start = now();
    for (size_t i = 0; i < n; i++)
        sum += (double)i * x * (1.1 - 0.2 * I);
    sink = creal(sum);
    return now() - start;
}

static double exponentials(size_t n)
{
    double sum = 0, start = now();
    for (size_t i = 0; i < n; i++)
        sum += exp(-1e3 * log1p(-1e-8 * (double)i));
    sink = sum;
    return now() - start;
}

static void row(const char *what, double ours, double floor_, const char *goal)
{
    printf("%-48s %12.4g s   floor %10.3g s   ratio %5.1f   goal %s\n", what, ours, floor_, ours / floor_, goal);
}

static void loss_curve(sp_run *run)
{
    enum { TIMES = 100 };
    const double unit[] = {1};
    sp_score_model m;
    const sp_score_curve *curve;
    double start = now(), sum = 0;
    if (sp_score_model_open(run, "tanh", 64, 16, 0.01, (sp_vec){1, unit}, &m) != SP_OK ||
        sp_score_curve_open(run, &m, &curve) != SP_OK)
        return;
    double opened = now() - start;
    for (int i = 0; i < TIMES; i++)
        sum += sp_score_losses_at(curve, pow(10, -1 + 0.1 * i)).test;
    sink = sum;
    double ours = now() - start;
    row("memorization theory, curve of 100 times", ours,
        complex_divisions(120 * 120 * 6) + complex_products((size_t)TIMES * 120 * 120), "20e-3 s");
    printf("%-48s %12.4g s\n", "  of which before the first time", opened);
}

static void lattice(sp_run *run)
{
    sp_on_model model = {.L = 512, .dim = 2, .constraint = SP_CONSTRAINT_MASS, .temperature = 1, .mass_times_L = 1};
    double t[] = {0.01}, start = now();
    sp_field_modes modes;
    sp_on_theory_params p = {.L = 512, .dim = 2, .t = {1, t}, .eps = 0.01, .rate_over_max = 0.5, .eta = 0.1};
    sp_on_theory_result r;
    sp_on_theory_row out;
    if (sp_on_modes(run, &model, &modes) != SP_OK || sp_on_theory(run, &p, &modes, &r, &out) != SP_OK)
        return;
    row("on-model theory, L = 512, dim 2, one time", now() - start, exponentials(modes.n * 45), "1 s");
}

int main(void)
{
    sp_run *run = sp_run_create(NULL);
    if (!run)
        return 1;
    loss_curve(run);
    lattice(run);
    sp_run_free(run);
    return 0;
}
