#include "close.h"
#include "math/roots.h"
#include "math/roots_complex.h"

static double cubic(double x, void *context) { return x * x * x - *(double *)context; }
static double decades(double x, void *context) { return log(x) - *(double *)context; }
static double wild(double x, void *context)
{
    (void)context;
    return exp(x) - 1e300; /* very flat on the left */
}
static double pole(double x, void *context)
{
    (void)context;
    return tan(x);
}
static double bowl(double x, void *context)
{
    double c = *(double *)context;
    return (x - c) * (x - c) + 3;
}
static double two_wells(double x, void *context)
{
    (void)context;
    return (x * x - 1) * (x * x - 1) + 0.1 * x;
}

static void test_scalar(void **state)
{
    (void)state;
    double c = 2;
    sp_root r = sp_root_bracketed(cubic, &c, 0, 10, 0);
    assert_true(r.converged && r.iterations < 20);
    assert_close_rel(r.x, cbrt(2), 4e-16);
    r = sp_root_bracketed(wild, NULL, 0, 1000, 0);
    assert_true(r.converged);
    assert_close_rel(r.x, 300 * log(10), 4e-16);
    r = sp_root_bracketed(cubic, &c, 2, 10, 0);
    assert_true(!r.converged && isnan(r.x));
    assert_close_rel(sp_root_bracketed(cubic, &c, 10, 0, 1e-3).x, cbrt(2), 1e-3);
    double targets[] = {-250, -0.3, 0, 1, 600};
    for (int i = 0; i < 5; i++) {
        r = sp_root_log(decades, &targets[i], 1, 1e-300, 1e300, 0);
        assert_true(r.converged && r.iterations < 60);
        assert_close_rel(r.x, exp(targets[i]), 1e-13 + 1e-15 * fabs(targets[i]));
    }
    double outside = 1000;
    assert_false(sp_root_log(decades, &outside, 1, 1e-300, 1e300, 0).converged);
    c = -1e12;
    r = sp_root_outward(cubic, &c, 3, 1, -INFINITY, INFINITY, 0);
    assert_true(r.converged && r.iterations < 60);
    assert_close_rel(r.x, -1e4, 1e-15);
    assert_false(sp_root_outward(cubic, &c, 3, 1, 0, 1e9, 0).converged);
    double roots[8];
    assert_int_equal(sp_roots_scan(pole, NULL, 0.5, 10, 200, 8, roots), 3); /* pi, 2 pi, 3 pi; no poles */
    for (int i = 0; i < 3; i++)
        assert_close_rel(roots[i], (i + 1) * M_PI, 1e-15);
}

static void test_minimum(void **state)
{
    (void)state;
    double c = 1.25;
    sp_minimum m = sp_minimum_bracketed(bowl, &c, -10, 40, 0);
    assert_true(m.converged);
    assert_close(m.x, c, 3e-8); /* square root of the rounding of a value of 3 */
    assert_close(m.value, 3, 1e-15);
    assert_false(sp_minimum_bracketed(bowl, &c, 2, 4, 0).converged);
    m = sp_minimum_scan(two_wells, NULL, -2, 2, 41, 0);
    assert_true(m.converged && m.x < 0);
    assert_close(4 * m.x * (m.x * m.x - 1) + 0.1, 0, 1e-6);
}

/* x^2 + y^2 = 4, x y = 1; and a domain x > 0. */
static void circle(size_t n, const double *x, double *f, void *context)
{
    (void)n;
    (void)context;
    f[0] = x[0] > 0 ? x[0] * x[0] + x[1] * x[1] - 4 : NAN;
    f[1] = x[0] * x[1] - 1;
}
static void circle_jacobian(size_t n, const double *x, double *j, void *context)
{
    (void)n;
    (void)context;
    j[0] = 2 * x[0];
    j[1] = 2 * x[1];
    j[2] = x[1];
    j[3] = x[0];
}
static void no_root(size_t n, const double *x, double *f, void *context)
{
    (void)n;
    (void)context;
    f[0] = 1 + x[0] * x[0];
}
/* A slow contraction with a coupling: x = 0.99 cos(y), y = 0.97 sin(x) + 1. */
static void contraction(size_t n, const double *x, double *g, void *context)
{
    (void)n;
    ++*(size_t *)context;
    g[0] = 0.99 * cos(x[1]);
    g[1] = 0.97 * sin(x[0]) + 1;
}

static void test_systems(void **state)
{
    (void)state;
    sp_run *run = sp_run_create(NULL);
    sp_root r;
    for (int given = 0; given < 2; given++) {
        double x[2] = {3, 0.1};
        assert_int_equal(sp_newton(run, 2, circle, given ? circle_jacobian : NULL, NULL, NULL, x, &r), SP_OK);
        assert_true(r.converged && r.iterations < 15);
        assert_close(x[0], sqrt(2 + sqrt(3)), 1e-12); /* (x + y)^2 = 6, (x - y)^2 = 2 */
        assert_close(x[1], 1 / sqrt(2 + sqrt(3)), 1e-12);
    }
    double one = 0.7;
    assert_int_equal(sp_newton(run, 1, no_root, NULL, NULL, NULL, &one, &r), SP_OK);
    assert_false(r.converged);
    size_t plain_calls = 0, calls = 0;
    double x[2] = {5, -3}, y[2] = {5, -3};
    assert_int_equal(sp_fixed_point(run, 2, contraction, &plain_calls, &(sp_fixed_point_options){0}, x, &r), SP_OK);
    assert_true(r.converged);
    assert_int_equal(sp_fixed_point(run, 2, contraction, &calls, NULL, y, &r), SP_OK);
    assert_true(r.converged && calls < plain_calls);
    assert_close(x[0], y[0], 1e-10);
    assert_close(y[0], 0.99 * cos(y[1]), 1e-11);
    sp_run_free(run);
}

/* Semicircle: g^2 + z g + 1 = 0 with Im g > 0 for g(z) = int rho(l) / (l - z). */
static void semicircle(size_t n, const sp_complex *x, sp_complex z, sp_complex *f, void *context)
{
    (void)n;
    (void)context;
    f[0] = x[0] * (x[0] + z) + 1;
}
static bool upper(size_t n, const sp_complex *x, sp_complex z, void *context)
{
    (void)n;
    (void)z;
    (void)context;
    return cimag(x[0]) > 0;
}
/* Two unknowns: a = -1 / (z + b), b = -1 / (z + a): a = b on the physical branch. */
static void pair(size_t n, const sp_complex *x, sp_complex z, sp_complex *f, void *context)
{
    (void)n;
    (void)context;
    f[0] = 1 / x[0] + z + x[1];
    f[1] = 1 / x[1] + z + x[0];
}

static void test_complex(void **state)
{
    (void)state;
    double at[] = {0, 0.7, -1.9, 1.99};
    for (int i = 0; i < 4; i++) {
        sp_complex_equation e = {.n = 1, .f = semicircle, .accept = upper};
        sp_complex z0 = sp_cmplx(at[i], 1e3), g[2] = {-1 / z0, -1 / z0};
        sp_complex_result r = sp_continue_complex(&e, z0, sp_cmplx(at[i], 1e-9), g);
        assert_true(r.converged);
        assert_close(cimag(g[0]) / M_PI, sqrt(4 - at[i] * at[i]) / (2 * M_PI), 1e-8); /* eta / edge distance */
        e.n = 2;
        e.f = pair;
        g[0] = -1 / z0;
        r = sp_continue_complex(&e, z0, sp_cmplx(at[i], 1e-3), g);
        assert_true(r.converged);
        assert_close(cabs(g[0] - g[1]), 0, 1e-9);
        assert_close(cabs(g[0] * (g[0] + sp_cmplx(at[i], 1e-3)) + 1), 0, 1e-9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_scalar), cmocka_unit_test(test_minimum),
                                       cmocka_unit_test(test_systems), cmocka_unit_test(test_complex)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
