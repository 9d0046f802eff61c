/* Finite n and d: exact quadrature against printed values, closed forms and simulation (spec 03, 3.4-3.5, 7.2). */
#include "spinodal/kde.h"

#include "close.h"
#include "density/distance_law.h"
#include "density/stable_law.h"
#include "math/statistics.h"
#include "test.h"

#include <math.h>
#include <string.h>

static sp_kde_exact_point exact(double n, size_t d, bool average, double h)
{
    sp_kde_exact_point x;
    sp_kde_exact_params p = {log(n), d, 1, average};
    assert_int_equal(sp_kde_exact(test_run(), &p, h, &x), SP_OK);
    return x;
}

static void test_printed_values(void **state)
{
    (void)state;
    static const struct {
        double n;
        size_t d;
        double h, log_density, Y2;
    } table[] = {{3000, 20, 0.5, -1.754414459, 0.673486128}, {3000, 20, 0.8, -1.493572121, 0.264287443},
                 {3000, 20, 1.0, -1.518648009, 0.081707873}, {3000, 20, 1.6, -1.694324805, 0.002580170},
                 {1e6, 50, 0.8, -1.511803515, 0.370136228},  {1e6, 50, 1.0, -1.520085902, 0.127854716},
                 {1e6, 50, 1.3, -1.599640160, 0.004983395}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        sp_kde_exact_point x = exact(table[i].n, table[i].d, false, table[i].h);
        assert_close(x.log_density, table[i].log_density, 6e-10);
        assert_close(x.Y2, table[i].Y2, 6e-10);
    }
    /* averaged: printed to +-5e-5 */
    static const double averaged[][3] = {{.6, -1.58702, .52959}, {.82, -1.49639, .23641}, {1.2, -1.57053, .02283}};
    for (size_t i = 0; i < 3; i++) {
        sp_kde_exact_point x = exact(3000, 20, true, averaged[i][0]);
        assert_close(x.log_density, averaged[i][1], 5e-5);
        assert_close(x.Y2, averaged[i][2], 5e-5);
    }
    sp_kde_exact_params p = {log(3000), 20, 1, true};
    double h, value;
    bool converged;
    assert_int_equal(sp_kde_exact_optimum(test_run(), &p, 0.7, &h, &value, &converged), SP_OK);
    assert_true(converged);
    assert_close(h, .8193, 1e-4);
    assert_close(value, -1.49634, 1e-4);
    double eps, h_G_local;
    assert_int_equal(sp_kde_nearest(test_run(), &p, &eps, &h_G_local), SP_OK);
    assert_close(h_G_local, .8420, 5e-5);
}

/* alpha = 0.4: E Y2 at 0.5, 0.8, 1 h_G, and the tail at rank one. The printed 0.7532 (d = 640, 0.5 h_G) is a resolution
 * error of the prototype: an independent fine trapezoid gives 0.7542687. */
static void test_flow_to_the_limit(void **state)
{
    (void)state;
    static const size_t d[] = {20, 40, 80, 160, 320, 640};
    static const double ratio[] = {0.5, 0.8, 1}, Y2[3][6] = {{.8165, .7909, .7741, .7638, .7577, .7542687},
                                                             {.5455, .4783, .4319, .4020, .3837, .3731},
                                                             {.3359, .2368, .1650, .1145, .0796, .0554}};
    double h_G = 0.745370501279;
    for (size_t k = 0; k < 3; k++)
        for (size_t i = 0; i < 6; i++) {
            sp_kde_exact_params p = {0.4 * (double)d[i], d[i], 1, false};
            sp_kde_exact_point x;
            assert_int_equal(sp_kde_exact(test_run(), &p, ratio[k] * h_G, &x), SP_OK);
            assert_close(x.Y2, Y2[k][i], 6e-5);
        }
    static const size_t far[] = {20, 80, 320, 1280};
    static const double local[] = {.50, .588, .623, .635};
    for (size_t i = 0; i < 4; i++) {
        sp_kde_exact_params p = {0.4 * (double)far[i], far[i], 1, false};
        double eps, h_G_local;
        assert_int_equal(sp_kde_nearest(test_run(), &p, &eps, &h_G_local), SP_OK);
        assert_close(pow(0.8 * h_G / h_G_local, 2), local[i], .0015);
    }
}

/* Two points in one dimension: every number is an integral over two normals. */
static void test_two_points_in_one_dimension(void **state)
{
    (void)state;
    double h = 0.7, log_z = 0, y2 = 0, step = 0.01; /* trapezoid of smooth functions: error below e^{-100} */
    for (double a = -9; a <= 9; a += step)
        for (double b = -9; b <= 9; b += step) {
            double w = step * step * exp(-(a * a + b * b) / 2) / (2 * M_PI);
            double u = exp(-(1 - a) * (1 - a) / (2 * h * h)), v = exp(-(1 - b) * (1 - b) / (2 * h * h));
            log_z += w * log(u + v);
            y2 += w * (u * u + v * v) / ((u + v) * (u + v));
        }
    sp_kde_exact_point x = exact(2, 1, false, h);
    assert_close(x.log_density, log_z - log(2) - 0.5 * log(2 * M_PI * h * h), 1e-9);
    assert_close(x.Y2, y2, 1e-9);
}

/* The law of distances against its moments and a chi-square at the origin. */
static void test_distance_law(void **state)
{
    (void)state;
    static const double laws[][2] = {{1, 3}, {2, 0}, {7, 4}, {50, 90}, {640, 640}};
    sp_rule rule, base;
    assert_int_equal(sp_gauss_legendre(test_run(), 64, &base), SP_OK);
    for (size_t i = 0; i < 5; i++) {
        sp_distance_law law = {laws[i][0], laws[i][1]};
        double cuts[65], total = 0, mean = 0, moment = 0, h = 1.3, top = sqrt(sp_distance_largest(&law));
        for (size_t k = 0; k <= 64; k++)
            cuts[k] = top * (double)k / 64;
        assert_int_equal(sp_panels(test_run(), 32, 65, cuts, &rule), SP_OK);
        for (size_t k = 0; k < rule.n; k++) {
            double q = rule.x[k] * rule.x[k], w = 2 * rule.x[k] * rule.w[k] * exp(sp_distance_log_density(&law, q));
            total += w;
            mean += w * q;
            moment += w * exp(-q / (2 * h * h));
        }
        assert_close(total, 1, 1e-11);
        assert_close_rel(mean, law.d + law.x2, 1e-11);
        assert_close(log(moment), sp_distance_log_moment(&law, 1, h), 1e-10);
        double q = sp_distance_nearest(&law, &base, log(100));
        assert_close(sp_distance_log_cdf(&law, &base, q), -log(100), 1e-11);
    }
    sp_distance_law chi2 = {2, 0};
    assert_close(sp_distance_log_density(&chi2, 3), log(0.5) - 1.5, 1e-14);
    assert_close(sp_distance_log_cdf(&chi2, &base, 0.3), log(-expm1(-0.15)), 1e-13);
}

/* Positive stable sums: E exp(-l X) = exp(-Gamma(1-m) l^m). */
static void test_stable_law(void **state)
{
    (void)state;
    static const double indices[] = {0.4, 0.8, 1.3, 1.7};
    for (size_t i = 0; i < 4; i++) {
        sp_rng rng = sp_rng_at(test_run(), "stable", i);
        double m = indices[i], l = 0.3;
        sp_moments s = {0};
        for (int k = 0; k < 40000; k++)
            sp_moments_add(&s, exp(-l * sp_stable_sum(&rng, m)));
        assert_close(s.mean, exp(-tgamma(1 - m) * pow(l, m)), 5 * sp_moments_se(&s));
    }
}

/* Databases drawn, against the exact averages: 5 standard errors. Errors are over databases, at least 24 of them. */
static void test_simulation(void **state)
{
    (void)state;
    static const double h[] = {.5, .8, 1, 1.6}, one = 1;
    sp_kde_simulate_params p = {
        .n = 1000, .d = 10, .databases = 24, .queries = 100, .spectrum = {1, &one}, .h = {4, h}, .r = 1};
    sp_kde_simulate_result s;
    assert_int_equal(sp_kde_simulate(test_run(), &p, &s), SP_OK);
    for (size_t i = 0; i < 4; i++) {
        sp_kde_exact_point x = exact(1000, 10, true, h[i]);
        assert_close(s.curve[i].log_density, x.log_density, 5 * s.curve[i].log_density_se);
        assert_close(s.curve[i].Y2, x.Y2, 5 * s.curve[i].Y2_se);
    }
    p.fixed = true;
    p.databases = 600;
    assert_int_equal(sp_kde_simulate(test_run(), &p, &s), SP_OK);
    for (size_t i = 0; i < 4; i++) {
        sp_kde_exact_point x = exact(1000, 10, false, h[i]);
        assert_close(s.curve[i].log_density, x.log_density, 5 * s.curve[i].log_density_se);
        assert_close(s.curve[i].Y2, x.Y2, 5 * s.curve[i].Y2_se);
    }
    /* in the classical regime the moments of Z are seen */
    sp_kde_exact_point x = exact(1000, 10, false, 1.6);
    assert_close(s.curve[3].relative_variance, x.relative_variance, 5 * s.curve[3].relative_variance_se);
    assert_close(s.curve[3].skewness, x.skewness, 5 * s.curve[3].skewness_se);
}

static void test_same_bits_for_any_threads(void **state)
{
    (void)state;
    static const double h[] = {.5, 1}, one = 1;
    for (int fixed = 0; fixed < 2; fixed++) {
        sp_kde_simulate_params p = {
            .n = 300, .d = 6, .databases = 20, .queries = 40, .spectrum = {1, &one}, .h = {2, h}, .r = 1, .fixed = fixed};
        sp_kde_simulate_result s[2];
        sp_run *run[2];
        for (int i = 0; i < 2; i++) {
            run[i] = sp_run_create(&(sp_run_options){.seed = 3, .threads = i + 1});
            assert_int_equal(sp_kde_simulate(run[i], &p, &s[i]), SP_OK);
        }
        assert_memory_equal(s[0].curve, s[1].curve, 2 * sizeof *s[0].curve);
        assert_memory_equal(s[0].h_G, s[1].h_G, sizeof s[0].h_G);
        sp_run_free(run[0]);
        sp_run_free(run[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_printed_values),
                                       SP_TEST(test_flow_to_the_limit),
                                       SP_TEST(test_two_points_in_one_dimension),
                                       SP_TEST(test_distance_law),
                                       SP_TEST(test_stable_law),
                                       SP_TEST(test_simulation),
                                       SP_TEST(test_same_bits_for_any_threads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
