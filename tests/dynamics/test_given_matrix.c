/* Schedules on a user's symmetric matrix (spec 14, 5): theory of its spectrum, simulation, refusals. */
#include "npy_file.h"
#include "test.h"

#include "spinodal/learning_rate.h"

#include <math.h>

static const char *const path = "given_matrix_test.npy";

static void assert_near(double x, double reference, double tolerance)
{
    if (!(fabs(x - reference) <= tolerance))
        print_message("%.12g, expected %.12g +- %.2g\n", x, reference, tolerance);
    assert_true(fabs(x - reference) <= tolerance);
}

/* Eigenvalue i of n at the middle of its share of the semicircle. */
static double quantile(size_t i, size_t n)
{
    double low = -2, high = 2, share = ((double)i + 0.5) / (double)n;
    for (int k = 0; k < 60; k++) {
        double x = (low + high) / 2, f = 0.5 + x * sqrt(4 - x * x) / (4 * M_PI) + asin(x / 2) / M_PI;
        *(f < share ? &low : &high) = x;
    }
    return low;
}

/* Many eigenvalues spread as the semicircle against the Bessel functions: means over N midpoints are off by 1/N. At T = 0
 * the excess is a mean of ratios; the ratio of means is then `asymptotic`. */
static void test_semicircle(void **state)
{
    (void)state;
    enum { N = 4000 };
    static double lambda[N];
    for (size_t i = 0; i < N; i++)
        lambda[i] = quantile(i, N);
    double times[] = {0, 1, 10, 60};
    for (int hot = 0; hot < 2; hot++) {
        sp_matrix_schedule_params p = {
            .eta = {SP_ETA_POWER, 0.5, 0.5, 0, 1}, .temperature = hot, .t_max = 60, .times = {4, times}};
        sp_matrix_schedule_point *x, *y;
        size_t n;
        assert_int_equal(sp_matrix_schedule(test_run(), &p, &n, &x), SP_OK);
        p.eigenvalues = (sp_vec){N, lambda};
        assert_int_equal(sp_matrix_schedule(test_run(), &p, &n, &y), SP_OK);
        for (size_t i = 0; i < n; i++) {
            double energy = hot ? y[i].energy : y[i].asymptotic - lambda[N - 1] / 2;
            assert_near(energy, x[i].energy, 1.0 / N);
            assert_near(y[i].C_t0, x[i].C_t0, 1.0 / N);
        }
    }
}

/* c J at rate eta/c and temperature c^2 T moves as J: the loss is c times as large. */
static void test_units(void **state)
{
    (void)state;
    enum { N = 100 };
    double lambda[2][N], times[] = {0.5, 5, 50};
    const double c = 1e4;
    sp_matrix_schedule_point *x[2];
    size_t n;
    for (size_t i = 0; i < N; i++)
        lambda[1][i] = c * (lambda[0][i] = quantile(i, N) + 0.3);
    for (int k = 0; k < 2; k++) {
        double unit = k ? c : 1;
        sp_matrix_schedule_params p = {.eta = {SP_ETA_POWER, 0.4 / unit, 0.3, 0, 1},
                                       .temperature = 0.7 * unit * unit,
                                       .t_max = 50,
                                       .times = {3, times},
                                       .eigenvalues = {N, lambda[k]}};
        assert_int_equal(sp_matrix_schedule(test_run(), &p, &n, &x[k]), SP_OK);
    }
    for (size_t i = 0; i < n; i++) {
        assert_near(x[1][i].excess / c, x[0][i].excess, 1e-7); /* the rows lie elsewhere */
        assert_near(x[1][i].mu / c, x[0][i].mu, 1e-7);
    }
}

/* The mean over starts at T = 0 against starts drawn one by one: 5 standard errors. */
static void test_start_average(void **state)
{
    (void)state;
    enum { N = 12, STARTS = 40000 };
    const double lambda[N] = {-3, -2.5, -1, -0.7, 0, 0.1, 0.5, 1, 1.2, 1.9, 2.1, 2.2};
    double times[] = {0, 0.3, 1, 5};
    sp_matrix_schedule_params p = {.eta = {.eta0 = 1}, .t_max = 5, .times = {4, times}, .eigenvalues = {N, lambda}};
    sp_matrix_schedule_point *x;
    size_t n;
    assert_int_equal(sp_matrix_schedule(test_run(), &p, &n, &x), SP_OK);
    sp_rng rng = sp_rng_at(test_run(), "starts", 0);
    double sum[4] = {0}, sum2[4] = {0};
    for (int k = 0; k < STARTS; k++) {
        double g2[N];
        for (int i = 0; i < N; i++) {
            double g = sp_normal(&rng);
            g2[i] = g * g;
        }
        for (size_t t = 0; t < 4; t++) {
            double a = 0, b = 0;
            for (int i = 0; i < N; i++) {
                double w = g2[i] * exp(2 * (lambda[i] - 2.2) * times[t]);
                a += (2.2 - lambda[i]) / 2 * w, b += w;
            }
            sum[t] += a / b / STARTS, sum2[t] += a / b * a / b / STARTS;
        }
    }
    for (size_t t = 0; t < 4; t++)
        assert_near(x[t].excess, sum[t], 5 * sqrt((sum2[t] - sum[t] * sum[t]) / STARTS));
}

static double *random_matrix(size_t n)
{
    double *a = test_malloc(n * n * sizeof *a);
    sp_rng rng = sp_rng_at(test_run(), "file", 0);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            a[i * n + j] = a[j * n + i] = sp_normal(&rng) / sqrt((double)n) * (i == j ? sqrt(2) : 1);
    return a;
}

/* Heun steps of 0.1 on a matrix from a file: exact at T = 0; with noise while a hundred eigenvectors share |x|^2. */
static void test_simulation(void **state)
{
    (void)state;
    enum { N = 150 };
    double *a = random_matrix(N), times[] = {2, 8, 30};
    write_npy(path, "150, 150", 8, (size_t)N * N, a);
    test_free(a);
    sp_matrix_landscape given;
    assert_int_equal(sp_matrix_landscape_read(test_run(), path, false, &given), SP_OK);
    assert_int_equal(given.N, N);
    for (int hot = 0; hot < 2; hot++) {
        size_t n_times = hot ? 1 : 3, n;
        sp_matrix_simulation_params p = {.eta = {.eta0 = 0.5},
                                         .temperature = hot,
                                         .dt = 0.1,
                                         .instances = 1,
                                         .replicas = 48,
                                         .times = {n_times, times},
                                         .given = &given};
        sp_matrix_schedule_params q = {
            .eta = p.eta, .temperature = hot, .t_max = 30, .times = {n_times, times}, .eigenvalues = given.eigenvalues};
        sp_langevin_point *x;
        sp_matrix_schedule_point *y;
        assert_int_equal(sp_matrix_simulate(test_run(), &p, &n, &x), SP_OK);
        assert_int_equal(sp_matrix_schedule(test_run(), &q, &n, &y), SP_OK);
        for (size_t i = 0; i < n; i++)
            assert_near(x[i].energy.value, y[i].energy, 5 * x[i].energy.se + (hot ? 1.0 / N : 1e-4));
    }
    /* eta dt (lambda_max - lambda_min) = 2 at the largest rate */
    double largest = sp_matrix_largest_rate(given.eigenvalues.v[N - 1], given.eigenvalues.v[0]);
    sp_matrix_simulation_params p = {
        .eta = {.eta0 = largest * 1.01}, .dt = 1, .instances = 1, .replicas = 1, .times = {1, times}, .given = &given};
    sp_langevin_point *x;
    size_t n;
    assert_int_equal(sp_matrix_simulate(test_run(), &p, &n, &x), SP_USAGE);
    assert_non_null(strstr(sp_run_message(test_run()), "the largest --eta0"));
    p.eta.eta0 = largest * 0.99;
    assert_int_equal(sp_matrix_simulate(test_run(), &p, &n, &x), SP_OK);
    remove(path);
}

static void test_refusals(void **state)
{
    (void)state;
    enum { N = 20 };
    double *a = random_matrix(N);
    sp_matrix_landscape given;
    a[3 * N + 7] += 0.5;
    write_npy(path, "20, 20", 4, (size_t)N * N, a);
    assert_int_equal(sp_matrix_landscape_read(test_run(), path, false, &given), SP_DATA);
    assert_non_null(strstr(sp_run_message(test_run()), "(4,8)"));
    assert_int_equal(sp_matrix_landscape_read(test_run(), path, true, &given), SP_OK);
    assert_near((double)given.couplings[7 * N + 3], a[7 * N + 3] + 0.25, 1e-6);
    write_npy(path, "10, 40", 8, (size_t)N * N, a);
    assert_int_equal(sp_matrix_landscape_read(test_run(), path, false, &given), SP_DATA);
    assert_non_null(strstr(sp_run_message(test_run()), "10 x 40"));
    a[3 * N + 7] = NAN;
    write_npy(path, "20, 20", 8, (size_t)N * N, a);
    assert_int_equal(sp_matrix_landscape_read(test_run(), path, false, &given), SP_DATA);
    test_free(a);
    remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_semicircle), SP_TEST(test_units), SP_TEST(test_start_average),
                                       SP_TEST(test_simulation), SP_TEST(test_refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
