#include "close.h"
#include "math/statistics.h"

#include <string.h>

static sp_run *run_with(int threads) { return sp_run_create(&(sp_run_options){.seed = 11, .threads = threads}); }

static void test_moments(void **state)
{
    (void)state;
    double x[] = {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16};
    sp_moments m = {0}, a = {0}, b = {0}, w = {0};
    for (int i = 0; i < 4; i++) {
        sp_moments_add(&m, x[i]);
        sp_moments_add(i < 1 ? &a : &b, x[i]);
        sp_moments_add_weighted(&w, x[i], i + 1);
    }
    assert_close(m.mean, 1e9 + 10, 1e-6);
    assert_close(sp_moments_variance(&m), 30, 1e-6);
    assert_close(sp_moments_se(&m), sqrt(7.5), 1e-6);
    sp_moments_merge(&a, &b);
    assert_close(sp_moments_variance(&a), 30, 1e-6);
    assert_close(w.mean - 1e9, 12.1, 1e-6);
    sp_moments none = {0};
    sp_moments_merge(&none, &m);
    assert_close(none.mean, m.mean, 0);
    assert_true(isnan(sp_moments_se(&(sp_moments){0})));
}

/* AR(1): variance of the mean = (1 + a) / (1 - a) var / n. */
static void test_blocking(void **state)
{
    (void)state;
    enum { N = 1 << 16 };
    sp_run *run = run_with(1);
    double *x = SP_NEW(run, double, N), a = 0.9, y = 0;
    sp_rng rng = sp_rng_at(run, "ar", 0);
    for (size_t i = 0; i < N; i++)
        x[i] = y = a * y + sp_normal(&rng);
    bool flat;
    sp_estimate e = sp_blocking(run, N, x, &flat);
    double exact = sqrt((1 + a) / (1 - a) / (1 - a * a) / N);
    assert_true(flat);
    assert_close_rel(e.se, exact, 0.15); /* plateau with >= 2^7 blocks: 6 % error of the error, and a small bias */
    assert_close(e.value, 0, 5 * exact);
    assert_close_rel(sp_autocorrelation_time(N, x), 0.5 * (1 + a) / (1 - a), 0.1);
    /* coverage of +-1.96 se over 400 series of 4096: 0.95 for an exact se; the 10 % error of se costs about 0.01 */
    int covered = 0;
    for (uint64_t s = 0; s < 400; s++) {
        rng = sp_rng_at(run, "series", s);
        y = sp_normal(&rng) / sqrt(1 - a * a);
        for (size_t i = 0; i < 4096; i++)
            x[i] = y = a * y + sp_normal(&rng);
        e = sp_blocking(run, 4096, x, NULL);
        covered += fabs(e.value) < 1.96 * e.se;
    }
    assert_close(covered / 400.0, 0.94, 5 * sqrt(0.05 * 0.95 / 400));
    for (size_t i = 0; i < N; i++)
        x[i] = (double)i; /* a trend has no plateau */
    sp_blocking(run, N, x, &flat);
    assert_false(flat);
    sp_run_free(run);
}

static double mean_square(size_t n, const size_t *rows, void *context)
{
    const double *x = context;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[rows[i]];
    return (sum / (double)n) * (sum / (double)n);
}

static void test_resampling(void **state)
{
    (void)state;
    enum { N = 400 };
    sp_run *run = run_with(1), *two = run_with(2);
    double x[N];
    sp_rng rng = sp_rng_at(run, "data", 0);
    for (int i = 0; i < N; i++)
        x[i] = 2 + sp_normal(&rng);
    sp_interval b1, b2, b3;
    sp_estimate m = sp_mean(N, x), j;
    assert_int_equal(sp_bootstrap_mean(run, "b", N, x, 2000, &b1), SP_OK);
    assert_int_equal(sp_bootstrap_mean(two, "b", N, x, 2000, &b2), SP_OK);
    assert_memory_equal(&b1, &b2, sizeof b1);
    assert_close(b1.value, m.value, 1e-14);
    assert_close_rel(b1.se, m.se, 5 / sqrt(2 * 2000.0)); /* 5 standard errors of an sd of 2000 values */
    assert_close(0.5 * (b1.high - b1.low), 1.96 * m.se, 0.15 * m.se);
    /* the square of the mean: error 2 mean se; jackknife removes the bias se^2 */
    assert_int_equal(sp_jackknife(run, N, mean_square, x, &j), SP_OK);
    assert_close_rel(j.se, 2 * m.value * m.se, 1e-3); /* higher order: 1/n */
    assert_close(j.value, m.value * m.value - m.se * m.se, 1e-10);
    assert_int_equal(sp_bootstrap(two, "c", N, mean_square, x, 1000, &b3), SP_OK);
    assert_close_rel(b3.se, j.se, 5 / sqrt(2 * 1000.0));
    assert_int_equal(sp_bootstrap_mean(run, "b", 0, x, 10, &b1), SP_FAILED);
    sp_run_free(run);
    sp_run_free(two);
}

static double uniform_cdf(double x, void *context)
{
    (void)context;
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

/* Normal values: the median has standard deviation sqrt(pi/2) / sqrt(n), and the order statistics cover it. */
static void test_median(void **state)
{
    (void)state;
    enum { N = 400, SERIES = 2000 };
    sp_run *run = run_with(1);
    double x[N], se = 0;
    int covered = 0;
    for (uint64_t s = 0; s < SERIES; s++) {
        sp_rng rng = sp_rng_at(run, "median", s);
        for (size_t i = 0; i < N; i++)
            x[i] = sp_normal(&rng);
        sp_estimate e = sp_median(run, N, x);
        se += e.se / SERIES;
        covered += fabs(e.value) < 1.96 * e.se;
    }
    assert_close_rel(se, sqrt(acos(-1) / 2 / N), 0.03);
    /* the width of 20 order statistics fluctuates by 22 %: Student-like coverage, about 0.93 */
    assert_close(covered / (double)SERIES, 0.935, 0.02);
    assert_true(isnan(sp_median(run, 3, x).se));
    sp_run_free(run);
}

static void test_samples(void **state)
{
    (void)state;
    sp_run *run = run_with(1);
    double x[] = {3, 1, NAN, 2, 1}, sorted[5], ranks[4], y[] = {3, 1, 2, 1};
    size_t index[5];
    memcpy(sorted, x, sizeof x);
    sp_sort(5, sorted);
    assert_true(sorted[0] == 1 && sorted[3] == 3 && isnan(sorted[4]));
    assert_int_equal(sp_sort_index(run, 5, x, index), SP_OK);
    assert_true(index[0] == 1 && index[1] == 4 && index[2] == 3 && index[3] == 0 && index[4] == 2);
    assert_int_equal(sp_ranks(run, 4, y, ranks), SP_OK);
    assert_true(ranks[0] == 4 && ranks[1] == 1.5 && ranks[2] == 3 && ranks[3] == 1.5);
    assert_close(sp_quantile_sorted(4, sorted, 0.5), 1.5, 0);
    assert_close(sp_quantile_sorted(4, sorted, 1), 3, 0);
    assert_close(sp_median(run, 4, y).value, 1.5, 0);
    sp_histogram h;
    assert_int_equal(sp_histogram_create(run, 4, 0, 2, &h), SP_OK);
    double values[] = {-1, 0, 0.5, 1.99, 2, 2.1, NAN};
    for (int i = 0; i < 7; i++)
        sp_histogram_add(&h, values[i], 1);
    assert_true(h.below == 1 && h.above == 1 && h.total == 6 && h.count[0] == 1 && h.count[1] == 1 && h.count[3] == 2);
    assert_close(sp_histogram_density(&h, 3).value, 2.0 / 6 / 0.5, 1e-15);
    assert_close(sp_histogram_centre(&h, 3), 1.75, 1e-15);
    sp_interval f = sp_fraction(3, 10); /* Wilson interval of R's prop.test without continuity correction */
    assert_close(f.low, 0.1077913, 1e-7);
    assert_close(f.high, 0.6032219, 1e-7);
    f = sp_fraction(0, 10);
    assert_true(f.low == 0 && f.value == 0 && f.se > 0);
    enum { N = 1000 };
    double u[N], v[N], p;
    sp_rng rng = sp_rng_at(run, "u", 0);
    for (int i = 0; i < N; i++) {
        u[i] = sp_uniform(&rng);
        v[i] = 1.3 * sp_uniform(&rng);
    }
    sp_sort(N, u);
    sp_sort(N, v);
    sp_kolmogorov_one(N, u, uniform_cdf, NULL, &p);
    assert_true(p > 1e-4);
    double distance = sp_kolmogorov_two(N, u, N, v, &p);
    assert_close(distance, 0.3 / 1.3, 5 * 0.5 * sqrt(2.0 / N));
    assert_true(p < 1e-10);
    assert_close(sp_normal_p_value(1.9599639845400545), 0.05, 1e-15);
    sp_run_free(run);
}

static void test_fits(void **state)
{
    (void)state;
    sp_run *run = run_with(1);
    double x[] = {1, 2, 3, 4}, y[] = {6, 5, 7, 10}, se[] = {1, 1, 1, 1};
    sp_line l;
    assert_int_equal(sp_fit_line(run, 4, x, y, NULL, &l), SP_OK); /* textbook: y = 3.5 + 1.4 x, SSR 4.2 */
    assert_close(l.intercept, 3.5, 1e-14);
    assert_close(l.slope, 1.4, 1e-14);
    assert_close(l.chi2, 4.2, 1e-13);
    assert_close(l.slope_se, sqrt(2.1 / 5), 1e-14);
    assert_close(l.r2, 1 - 4.2 / 14, 1e-14);
    assert_int_equal(sp_fit_line(run, 4, x, y, se, &l), SP_OK);
    assert_close(l.slope_se, sqrt(1.0 / 5), 1e-14);
    double design[8], b[2], covariance[4], chi2;
    for (int i = 0; i < 4; i++) {
        design[2 * i] = 1;
        design[2 * i + 1] = x[i];
    }
    assert_int_equal(sp_fit_linear(run, 4, 2, design, y, se, b, covariance, &chi2), SP_OK);
    assert_close(b[1], 1.4, 1e-14);
    assert_close(chi2, 4.2, 1e-13);
    assert_close(covariance[3], 0.2, 1e-14);
    assert_close(covariance[1], l.covariance, 1e-14);
    assert_close(covariance[0], l.intercept_se * l.intercept_se, 1e-13);
    double px[] = {1, 10, 100, -1}, py[] = {2, 2e-3, 2e-6, 5};
    assert_int_equal(sp_fit_power(run, 4, px, py, NULL, &l), SP_OK);
    assert_close(l.slope, -3, 1e-14);
    assert_close(exp(l.intercept), 2, 1e-13);
    double same[] = {1, 1, 1, 1};
    assert_int_equal(sp_fit_line(run, 4, same, y, NULL, &l), SP_FAILED);
    assert_close(sp_correlation(4, x, y), 1.4 * sqrt(5.0 / 14), 1e-15);
    assert_close(sp_z_score((sp_estimate){1, 3}, (sp_estimate){2, 4}), -0.2, 1e-16);
    sp_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_moments),    cmocka_unit_test(test_blocking),
                                       cmocka_unit_test(test_resampling), cmocka_unit_test(test_samples),
                                       cmocka_unit_test(test_fits),       cmocka_unit_test(test_median)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
