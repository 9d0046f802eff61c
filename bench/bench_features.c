/* Random-feature theory: square-loss points, logistic points, spectra, on one core (processor time of the thread).
 *
 * Floors. Square loss: one Newton step is a chain of 3 dependent divisions and a square root for each covariance block, and
 * the averages take about 12 more divisions: the ceiling is that chain alone. Logistic: nodes x Newton steps exponentials of
 * the C library a channel (about 900 x 6), times the iterations of the saddle point. Spectrum: a Newton step is 3 complex
 * divisions; about 60 steps a point. */
#include "spinodal/command.h"
#include "spinodal/features.h"

#include <complex.h>
#include <stdio.h>
#include <time.h>

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
static double now(void) { return seconds(CLOCK_THREAD_CPUTIME_ID); }

static volatile double sink;

static double chain_of_divisions(size_t divisions, size_t roots)
{
    double x = 1.7, start = now();
    enum { ROUNDS = 200000 };
    for (int r = 0; r < ROUNDS; r++) {
        for (size_t i = 0; i < divisions; i++)
            x = 1.3 / (x + 0.1);
        for (size_t i = 0; i < roots; i++)
            x = sqrt(x + 0.5);
    }
    sink = x;
    return (now() - start) / ROUNDS;
}

static double exponentials(size_t n)
{
    double sum = 0, start = now();
    for (size_t i = 0; i < n; i++)
        sum += exp(-1e-6 * (double)i);
    sink = sum;
    return now() - start;
}

static double complex_divisions(size_t n)
{
    double complex x = 1 + 0.3 * I;
    double start = now();
    for (size_t i = 0; i < n; i++)
        x = (1.1 - 0.2 * I) / (x + 0.1);
    sink = creal(x);
    return now() - start;
}

static void row(const char *what, double ours, double floor_, const char *goal)
{
    printf("%-44s %12.4g s   floor %10.3g s   ratio %5.1f   goal %s\n", what, ours, floor_, ours / floor_, goal);
}

static const double unit[] = {1};
static const sp_population isotropic = {1, unit, unit, unit};

static void square_points(sp_run *run, const sp_activation *s)
{
    enum { N = 400 };
    double start = now(), iterations = 0;
    (void)run;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            double psi1 = pow(10, -1.5 + 4.0 * i / N), psi2 = pow(10, -1.5 + 4.0 * j / N);
            sp_features_point p = {psi1, psi2, psi1 * psi2 * 1e-3, 25, s->mu1, s->mu_star2};
            sp_features_ridge r;
            sp_features_ridge_solve(&p, &isotropic, &r);
            iterations += r.iterations + 1;
        }
    double ours = (now() - start) / (N * N), steps = iterations / (N * N);
    row("one square-loss point, four terms", ours, chain_of_divisions((size_t)(3 * steps + 12), (size_t)steps), "1e-4 s");
}

static void logistic_points(sp_run *run, const sp_activation *s)
{
    static const double ratios[] = {0.01, 1, 100};
    sp_loss loss;
    if (sp_loss_open(run, "logistic", &loss) != SP_OK)
        return;
    double iterations = 0, worst = 0, start = now(), before = start;
    int n = 0;
    for (int k = 0; k < 3; k++)
        for (double psi1 = 0.1; psi1 < 15; psi1 *= 1.5, n++) {
            sp_population q;
            sp_classifier c;
            sp_features_point p = {psi1, 1, 0.1, 0, s->mu1, s->mu_star2};
            if (sp_population_strong_weak(run, 0.01, 100, ratios[k], 1, &q) != SP_OK ||
                sp_features_classify(run, &p, &q, &loss, 0.1, NULL, &c) != SP_OK)
                return;
            iterations += c.iterations;
            worst = fmax(worst, now() - before);
            before = now();
        }
    double ours = (now() - start) / n;
    row("one logistic point, cold start", ours, exponentials((size_t)(900 * 6 * iterations / n)), "20e-3 s");
    printf("%-44s %12.4g s\n", "  the slowest of them", worst);
}

static void spectrum(sp_run *run, const sp_activation *s)
{
    enum { N = 500 };
    double x[N], rho[N];
    sp_features_point p = {10, 1, 0, 0, s->mu1, s->mu_star2};
    for (int i = 0; i < N; i++)
        x[i] = 0.21 + 16.0 * i / N;
    double start = now();
    if (sp_features_density(run, &p, &isotropic, N, x, rho, NULL) == SP_OK)
        row("spectrum of 500 points", now() - start, complex_divisions((size_t)N * 60 * 3), "1 s");
}

static void flow(sp_run *run, const sp_activation *s)
{
    enum { N = 100 };
    sp_features_point p = {10, 3, 0, 25, s->mu1, s->mu_star2};
    sp_features_flow f;
    double start = now();
    for (int i = 0; i < N; i++)
        if (sp_features_flow_solve(run, &p, &isotropic, pow(10, -1 + 7.0 * i / N), &f) != SP_OK)
            return;
    /* 18^2 + 15^2 pairs of nodes with both conjugates, about 5 divisions each */
    row("one training time", (now() - start) / N, complex_divisions((18 * 18 + 15 * 15) * 2 * 5), "-");
}

/* The whole command, rows and all, against the wall clock. */
static void map(sp_run *run)
{
    static const char *const args[] = {"activation=tanh", "psi1=0.0316:316:200log", "psi2=0.0316:316:200log",
                                       "noise_var=25"};
    sp_result *result = NULL;
    double start = seconds(CLOCK_MONOTONIC);
    if (sp_call(run, "features.variance", NULL, 4, args, &result) == SP_OK)
        printf("%-44s %12.4g s (wall)                              goal 5 s\n", "200 x 200 map, the whole command",
               seconds(CLOCK_MONOTONIC) - start);
    sp_result_free(result);
}

int main(void)
{
    sp_run *run = sp_run_create(NULL);
    sp_activation s;
    if (!run || sp_activation_open(run, "tanh", 1, &s) != SP_OK)
        return 1;
    square_points(run, &s);
    logistic_points(run, &s);
    spectrum(run, &s);
    flow(run, &s);
    map(run);
    sp_run_free(run);
    return 0;
}
