#include "close.h"
#include "reference_stream.h"

#include "select/neighbour_graph.h"
#include "spinodal/select.h"

#include <string.h>

static double xi(size_t n, const double *x, const double *y)
{
    sp_coefficient c;
    assert_int_equal(sp_xi(test_run(), n, x, y, SP_TIES_STABLE, 0, 0, &c), SP_OK);
    return c.value;
}

static double block(size_t n, const double *y, size_t q, const double *z)
{
    sp_codec c;
    assert_int_equal(sp_codec_block(test_run(), n, y, q, z, SP_TIES_AVERAGE, 0, &c), SP_OK);
    return c.T.value;
}

static double given(size_t n, const double *y, const double *z, const double *x)
{
    sp_codec c;
    assert_int_equal(sp_codec_conditional(test_run(), n, y, 1, z, 1, x, SP_TIES_AVERAGE, 0, &c), SP_OK);
    return c.T.value;
}

/* spec 11, section 7; fractions of small integers and sums of ranks are exact. */
static void small_examples(void **state)
{
    (void)state;
    assert_close(xi(5, (double[]){1, 2, 3, 4, 5}, (double[]){1, 3, 2, 5, 4}), 0.125, 1e-15);
    assert_close(xi(6, (double[]){1, 2, 3, 4, 5, 6}, (double[]){1, 1, 2, 2, 3, 1}), 5.0 / 23, 1e-15);
    assert_close(block(5, (double[]){1, 3, 2, 5, 4}, 1, (double[]){1, 2, 4, 7, 11}), -0.25, 1e-15);
    assert_close(block(6, (double[]){0, 0, 1, 1, 2, 0}, 1, (double[]){0, 0, 1, 1, 1, 5}), 17.0 / 23, 1e-15);
}

static void gaussian_triple(void **state)
{
    (void)state;
    enum { N = 1000 };
    double *g = reference_normals(1, N, 3), *x = SP_NEW(test_run(), double, N), *z = SP_NEW(test_run(), double, N),
           *y = SP_NEW(test_run(), double, N), *xz = SP_NEW(test_run(), double, 2 * N);
    for (size_t i = 0; i < N; i++) {
        xz[2 * i] = x[i] = g[3 * i];
        xz[2 * i + 1] = z[i] = g[3 * i + 1];
        y[i] = x[i] + 0.5 * z[i] + 0.5 * g[3 * i + 2];
    }
    assert_close(xi(N, x, y), 0.428178428178, 1e-12);
    assert_close(block(N, y, 1, x), 0.453141453141, 1e-12);
    assert_close(block(N, y, 1, z), 0.115971115971, 1e-12);
    assert_close(block(N, y, 2, xz), 0.631341631342, 1e-12);
    assert_close(given(N, y, z, x), 0.325861558211, 1e-12);
    assert_close(given(N, y, x, z), 0.582979272150, 1e-12);
    assert_close(sp_xi_gaussian(5.0 / 6), 0.607392, 1e-6);
    assert_close(sp_xi_gaussian(0), 0, 1e-15);
    assert_close(sp_xi_gaussian(1), 1, 1e-15);
}

static void heavy_ties(void **state)
{
    (void)state;
    enum { N = 600 };
    double k[N], y[N];
    uint64_t a = 7, b = 8;
    for (size_t i = 0; i < N; i++)
        k[i] = floor(4 * reference_uniform(&a));
    for (size_t i = 0; i < N; i++) {
        y[i] = k[i] >= 2;
        if (reference_uniform(&b) < 0.1)
            y[i] = 1 - y[i];
    }
    assert_close(block(N, y, 1, k), 0.615333267530, 1e-12);
}

/* The mean over random choices of a nearest neighbour is the average policy. */
static void average_is_the_mean_of_random(void **state)
{
    enum { N = 300, DRAWS = 400 };
    double z[2 * N], y[N], sum = 0, squares = 0;
    sp_rng rng = sp_rng_at(*state, "test", 0);
    for (size_t i = 0; i < N; i++) {
        z[2 * i] = (double)sp_uniform_int(&rng, 5);
        z[2 * i + 1] = (double)sp_uniform_int(&rng, 5);
        y[i] = z[2 * i] + sp_normal(&rng);
    }
    double average = block(N, y, 2, z);
    for (uint64_t d = 0; d < DRAWS; d++) {
        sp_run *run = sp_run_create(&(sp_run_options){.seed = d + 1, .threads = 1});
        sp_codec c;
        assert_int_equal(sp_codec_block(run, N, y, 2, z, SP_TIES_RANDOM, 0, &c), SP_OK);
        sum += c.T.value;
        squares += c.T.value * c.T.value;
        sp_run_free(run);
    }
    double mean = sum / DRAWS, se = sqrt((squares / DRAWS - mean * mean) / DRAWS);
    assert_true(se > 0);
    assert_close(mean, average, 5 * se);
}

/* Independent continuous variables: mean and variance of the coefficients over samples against the null laws. */
static void null_laws(void **state)
{
    enum { N = 300, DRAWS = 500 };
    for (size_t q = 0; q <= 3; q++) {
        double mean = 0, squares = 0, predicted = 0, expected = 0;
        for (size_t d = 0; d < DRAWS; d++) {
            sp_mark mark = sp_memory_mark(*state);
            sp_rng rng = sp_rng_at(*state, "null", 10 * d + q);
            double x[3 * N], y[N];
            sp_normals(&rng, 3 * N, x);
            sp_normals(&rng, N, y);
            sp_coefficient c;
            sp_codec t;
            if (q == 0)
                assert_int_equal(sp_xi(*state, N, x, y, SP_TIES_STABLE, 0, 0, &c), SP_OK);
            else {
                assert_int_equal(sp_codec_block(*state, N, y, q, x, SP_TIES_AVERAGE, 0, &t), SP_OK);
                c = t.T;
            }
            mean += c.value / DRAWS;
            squares += c.value * c.value / DRAWS;
            predicted += c.null_sd * c.null_sd / DRAWS;
            expected = c.null_mean;
            sp_memory_release(*state, mark);
        }
        double variance = squares - mean * mean;
        assert_close(mean, expected, 5 * sqrt(variance / DRAWS));
        /* sd of a variance: sqrt(2/DRAWS), plus the O(1/n) corrections of the asymptotic law (about 2 %) */
        assert_close(variance / predicted, 1, 5 * sqrt(2.0 / DRAWS) + 0.02);
    }
}

/* The permutation test of a two-valued response is calibrated: p below 0.1 in a tenth of independent samples. */
static void permutation_p_values(void **state)
{
    enum { N = 60, DRAWS = 100 };
    double small = 0;
    for (size_t d = 0; d < DRAWS; d++) {
        sp_mark mark = sp_memory_mark(*state);
        sp_rng rng = sp_rng_at(*state, "calibration", d);
        double x[N], y[N];
        sp_normals(&rng, N, x);
        for (size_t i = 0; i < N; i++)
            y[i] = sp_uniform(&rng) < 0.4;
        sp_codec c;
        assert_int_equal(sp_codec_block(*state, N, y, 1, x, SP_TIES_AVERAGE, 99, &c), SP_OK);
        assert_true(c.T.permuted);
        small += c.T.p <= 0.1;
        sp_memory_release(*state, mark);
    }
    assert_close(small / DRAWS, 0.1, 5 * sqrt(0.1 * 0.9 / DRAWS));
}

static void invariances(void **state)
{
    enum { N = 200 };
    double x[N], y[N], monotone[N], z[N];
    sp_rng rng = sp_rng_at(*state, "invariance", 0);
    for (size_t i = 0; i < N; i++) {
        x[i] = sp_normal(&rng);
        z[i] = sp_normal(&rng);
        y[i] = x[i] * x[i] + 0.1 * sp_normal(&rng);
        monotone[i] = exp(y[i]) + 3;
    }
    assert_true(xi(N, x, y) == xi(N, x, monotone));
    assert_true(given(N, y, z, x) == given(N, monotone, z, x));
    assert_true(xi(N, x, y) > 0.5 && xi(N, y, x) < 0.4); /* not symmetric: y is a function of x, not the reverse */
}

static void bad_input(void **state)
{
    sp_coefficient c;
    assert_int_equal(sp_xi(*state, 4, (double[]){1, 2, 3, 4}, (double[]){2, 2, 2, 2}, SP_TIES_STABLE, 0, 0, &c), SP_DATA);
    assert_non_null(strstr(sp_run_message(*state), "constant"));
    assert_int_equal(sp_xi(*state, 2, (double[]){1, 2}, (double[]){2, 1}, SP_TIES_STABLE, 0, 0, &c), SP_DATA);
    sp_codec t; /* y is a function of x: NaN, with a warning */
    double x[] = {1, 1, 2, 2, 3, 3}, z[] = {1, 2, 3, 4, 5, 6};
    assert_int_equal(sp_codec_conditional(*state, 6, x, 1, z, 1, x, SP_TIES_AVERAGE, 0, &t), SP_OK);
    assert_true(isnan(t.T.value));
    assert_int_equal(sp_run_warnings(*state), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(small_examples),       SP_TEST(gaussian_triple),
                                       SP_TEST(heavy_ties),           SP_TEST(null_laws),
                                       SP_TEST(permutation_p_values), SP_TEST(average_is_the_mean_of_random),
                                       SP_TEST(invariances),          SP_TEST(bad_input)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
