#include "test.h"

#include <math.h>
#include <string.h>

enum { N = 200000 };

/* |sample mean of f - expected| within 5 standard errors. */
static void check_mean(const double *x, size_t n, double expected, double variance)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    assert_true(fabs(sum / (double)n - expected) < 5 * sqrt(variance / (double)n));
}

static void uniform_moments(void **state)
{
    sp_rng rng = sp_rng_at(*state, "uniform", 0);
    double *x = SP_NEW(*state, double, N), *square = SP_NEW(*state, double, N);
    for (size_t i = 0; i < N; i++) {
        x[i] = sp_uniform(&rng);
        assert_true(x[i] > 0 && x[i] < 1);
        square[i] = x[i] * x[i];
    }
    check_mean(x, N, 0.5, 1.0 / 12);
    check_mean(square, N, 1.0 / 3, 4.0 / 45);
}

static void check_normal(double *x)
{
    double *power = SP_NEW(test_run(), double, N);
    check_mean(x, N, 0, 1);
    for (size_t i = 0; i < N; i++)
        power[i] = x[i] * x[i];
    check_mean(power, N, 1, 2);
    for (size_t i = 0; i < N; i++)
        power[i] *= x[i] * x[i];
    check_mean(power, N, 3, 96);
}

static void normal_moments(void **state)
{
    sp_rng rng = sp_rng_at(*state, "normal", 0);
    double *x = SP_NEW(*state, double, N);
    for (size_t i = 0; i < N; i++)
        x[i] = sp_normal(&rng);
    check_normal(x);
    sp_normals(&rng, N, x);
    check_normal(x);
}

static void gamma_moments(void **state)
{
    double shapes[] = {0.3, 1, 2.5, 40};
    double *x = SP_NEW(*state, double, N);
    for (size_t s = 0; s < 4; s++) {
        sp_rng rng = sp_rng_at(*state, "gamma", s);
        for (size_t i = 0; i < N; i++)
            x[i] = sp_gamma(&rng, shapes[s]);
        check_mean(x, N, shapes[s], shapes[s]);
        for (size_t i = 0; i < N; i++)
            x[i] = (x[i] - shapes[s]) * (x[i] - shapes[s]);
        double k = shapes[s]; /* fourth central moment 3 k^2 + 6 k */
        check_mean(x, N, k, 2 * k * k + 6 * k);
    }
}

static void chi_square_and_exponential(void **state)
{
    sp_rng rng = sp_rng_at(*state, "chi", 0);
    double *x = SP_NEW(*state, double, N);
    for (size_t i = 0; i < N; i++)
        x[i] = sp_chi_square(&rng, 7);
    check_mean(x, N, 7, 14);
    for (size_t i = 0; i < N; i++)
        x[i] = sp_exponential(&rng);
    check_mean(x, N, 1, 1);
}

static void discrete_frequencies(void **state)
{
    double weights[] = {3, 0, 1, 0.5, 5.5}, count[5] = {0};
    sp_discrete law;
    assert_int_equal(sp_discrete_create(*state, 5, weights, &law), SP_OK);
    sp_rng rng = sp_rng_at(*state, "discrete", 0);
    for (size_t i = 0; i < N; i++)
        count[sp_discrete_draw(&law, &rng)]++;
    assert_true(count[1] == 0);
    for (size_t k = 0; k < 5; k++) {
        double p = weights[k] / 10;
        assert_true(fabs(count[k] / N - p) <= 5 * sqrt(p * (1 - p) / N));
    }
    weights[0] = -1;
    assert_int_equal(sp_discrete_create(*state, 5, weights, &law), SP_USAGE);
}

static void integers_and_permutations(void **state)
{
    sp_rng rng = sp_rng_at(*state, "integers", 0);
    double count[6] = {0};
    for (size_t i = 0; i < N; i++)
        count[sp_uniform_int(&rng, 6)]++;
    for (size_t k = 0; k < 6; k++)
        assert_true(fabs(count[k] / N - 1.0 / 6) < 5 * sqrt(5.0 / 36 / N));
    size_t order[50], seen[50] = {0};
    sp_permutation(&rng, 50, order);
    for (size_t i = 0; i < 50; i++)
        seen[order[i]]++;
    for (size_t i = 0; i < 50; i++)
        assert_int_equal(seen[i], 1);
}

/* Streams that differ in name, index or seed are uncorrelated; the same one gives the same bits. */
static void streams(void **state)
{
    sp_rng a = sp_rng_at(*state, "a", 0), again = sp_rng_at(*state, "a", 0), b = sp_rng_at(*state, "b", 0),
           c = sp_rng_at(*state, "a", 1);
    double ab = 0, ac = 0;
    for (size_t i = 0; i < N; i++) {
        double x = sp_uniform(&a) - 0.5;
        assert_true(x == sp_uniform(&again) - 0.5);
        ab += x * (sp_uniform(&b) - 0.5);
        ac += x * (sp_uniform(&c) - 0.5);
    }
    double se = sqrt(N) / 12;
    assert_true(fabs(ab) < 5 * se && fabs(ac) < 5 * se);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(uniform_moments),
                                       SP_TEST(normal_moments),
                                       SP_TEST(gamma_moments),
                                       SP_TEST(chi_square_and_exponential),
                                       SP_TEST(discrete_frequencies),
                                       SP_TEST(integers_and_permutations),
                                       SP_TEST(streams)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
