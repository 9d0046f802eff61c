/* Finite-size crossover of gradient flow in random matrices (spec 14, 3.4). */
#include "test.h"

#include "dynamics/spectral_kernel.h"
#include "math/linalg.h"
#include "math/statistics.h"
#include "spinodal/learning_rate.h"

#include <math.h>
#include <string.h>

static void assert_near(double x, double reference, double tolerance)
{
    if (!(fabs(x - reference) <= tolerance))
        print_message("%.12g, expected %.12g +- %.2g\n", x, reference, tolerance);
    assert_true(fabs(x - reference) <= tolerance);
}

/* Spectra of dense random matrices give the same mean excess as the tridiagonal ones: 5 standard errors of both. */
static void test_spectra(void **state)
{
    (void)state;
    enum { N = 40, SAMPLES = 300, TIMES = 4 };
    double sizes[] = {N, 50}, scaled[TIMES] = {0.1, 0.5, 1, 3}, a[N * N], lambda[N];
    sp_finite_size_result r;
    sp_finite_size_params p = {{2, sizes}, SAMPLES, {TIMES, scaled}};
    assert_int_equal(sp_matrix_finite_size(test_run(), &p, &r), SP_OK);
    sp_moments dense[TIMES] = {{0}};
    sp_rng rng = sp_rng_at(test_run(), "dense", 0);
    for (int k = 0; k < SAMPLES; k++) {
        spectral_kernel kernel;
        for (size_t i = 0; i < N; i++)
            for (size_t j = 0; j <= i; j++)
                a[i * N + j] = a[j * N + i] = sp_normal(&rng) * sqrt((i == j ? 2.0 : 1.0) / N);
        assert_int_equal(sp_eigenvalues(test_run(), N, a, lambda), SP_OK);
        assert_int_equal(spectral_kernel_of(test_run(), 0, (sp_vec){N, lambda}, &kernel), SP_OK);
        for (int t = 0; t < TIMES; t++)
            sp_moments_add(&dense[t], spectral_start_average(&kernel, scaled[t] * pow(N, 2.0 / 3)));
    }
    for (int t = 0; t < TIMES; t++)
        assert_near(r.point[t].excess.value, dense[t].mean, 5 * hypot(r.point[t].excess.se, sp_moments_se(&dense[t])));
}

/* Early the excess is that of N = infinity less the distance of the top eigenvalue to the edge, of order N^(-2/3); the
 * crossover grows as N^(2/3), with corrections of order N^(-2/3) = 0.07 at N = 50. */
static void test_crossover(void **state)
{
    (void)state;
    double sizes[] = {50, 100, 200, 400, 800};
    sp_finite_size_result r;
    sp_finite_size_params p = {{5, sizes}, 40, {0, NULL}};
    assert_int_equal(sp_matrix_finite_size(test_run(), &p, &r), SP_OK);
    for (size_t i = 0; i < 5; i++) {
        const sp_finite_size_point *x = &r.point[i * (r.n_points / 5)];
        assert_near(x->excess.value, x->excess_infinite, 2 * pow(x->N, -2.0 / 3));
        assert_true(r.crossing[i].s.value > 0.3 * pow(sizes[i], 2.0 / 3) && r.crossing[i].s.se > 0);
    }
    assert_near(r.exponent.value, 2.0 / 3, 5 * r.exponent.se + 0.05);
    assert_true(r.exponent.se < 0.05);
}

static void test_refusals(void **state)
{
    (void)state;
    double same[] = {100, 100}, sizes[] = {50, 100}, early[] = {0.01, 0.02};
    sp_finite_size_result r;
    sp_finite_size_params p = {{2, same}, 4, {0, NULL}};
    assert_int_equal(sp_matrix_finite_size(test_run(), &p, &r), SP_USAGE);
    p.sizes.v = sizes, p.samples = 1;
    assert_int_equal(sp_matrix_finite_size(test_run(), &p, &r), SP_USAGE);
    p.samples = 4, p.scaled_times = (sp_vec){2, early};
    assert_int_equal(sp_matrix_finite_size(test_run(), &p, &r), SP_OK);
    assert_true(isnan(r.exponent.value)); /* no crossing in these times */
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_spectra), SP_TEST(test_crossover), SP_TEST(test_refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
