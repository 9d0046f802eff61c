#include "close.h"
#include "math/quadrature.h"

static double power(double x, void *context) { return pow(x, *(double *)context); }
static double cauchy(double x, void *context)
{
    (void)context;
    return 1 / (1 + x * x);
}
static double exp_minus(double x, void *context)
{
    (void)context;
    return exp(-x);
}
static double step(double x, void *context) { return x > *(double *)context ? 1 : 0; }
static double exponential(double x, void *context) { return exp(*(double *)context * x); }
static double cosine(double x, void *context)
{
    (void)context;
    return cos(x);
}
/* sigmoid(2 c (c + z)), spec 07, 3.2 */
static double clone(double z, void *context)
{
    double c = *(double *)context;
    return 1 / (1 + exp(-2 * c * (c + z)));
}
static double never(double x, void *context)
{
    (void)context;
    return 1 / (x - 1.0 / 3);
}

static void test_gauss_legendre(void **state)
{
    (void)state;
    sp_run *run = sp_run_create(NULL);
    size_t sizes[] = {1, 2, 3, 5, 16, 64, 199, 400};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        sp_rule rule;
        size_t n = sizes[s];
        assert_int_equal(sp_gauss_legendre(run, n, &rule), SP_OK);
        /* exact up to degree 2n - 1; rounding of a sum of positive terms */
        for (size_t degree = 0; degree < 2 * n && degree < 40; degree += 2) {
            double d = (double)degree;
            assert_close(sp_rule_sum(&rule, power, &d), 2 / (d + 1), 1e-14);
        }
        for (size_t i = 1; i < n; i++)
            assert_true(rule.x[i] > rule.x[i - 1]);
    }
    sp_rule two;
    assert_int_equal(sp_gauss_legendre(run, 2, &two), SP_OK);
    assert_close(two.x[1], 1 / sqrt(3), 2e-16);
    double cuts[4] = {2, 0, 1, 1};
    sp_rule panels;
    assert_int_equal(sp_panels(run, 8, 4, cuts, &panels), SP_OK);
    assert_int_equal(panels.n, 16);
    double d = 3;
    assert_close(sp_rule_sum(&panels, power, &d), 4, 1e-14);
    assert_int_equal(sp_gauss_legendre(run, 0, &two), SP_FAILED);
    sp_run_free(run);
}

static void test_gauss_hermite(void **state)
{
    (void)state;
    sp_run *run = sp_run_create(NULL);
    size_t sizes[] = {1, 2, 3, 17, 40, 80, 120, 300, 1000};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        sp_rule rule;
        size_t n = sizes[s];
        assert_int_equal(sp_gauss_hermite(run, n, &rule), SP_OK);
        double moment = 1;
        for (size_t degree = 0; degree < 2 * n && degree < 20; degree += 2) {
            double d = (double)degree;
            assert_close_rel(sp_rule_sum(&rule, power, &d), moment, 1e-13);
            moment *= d + 1;
        }
    }
    sp_rule rule;
    assert_int_equal(sp_gauss_hermite(run, 40, &rule), SP_OK);
    assert_close(sp_rule_sum(&rule, cosine, NULL), exp(-0.5), 1e-15);
    double k = 3;
    assert_close_rel(sp_rule_sum(&rule, exponential, &k), exp(4.5), 1e-12);
    double kink = 0.3;
    assert_int_equal(sp_normal_panels(run, 9, 12, 40, 1, &kink, &rule), SP_OK);
    assert_close(sp_rule_sum(&rule, step, &kink), 0.5 * erfc(0.3 / sqrt(2)), 1e-15);
    sp_run_free(run);
}

static void test_adaptive(void **state)
{
    (void)state;
    double p = -0.5, k = 3, cut = 0.777, c = 1;
    sp_integral i = sp_integrate(power, &p, 0, 4, 0, NULL, 0, 1e-10);
    assert_true(i.converged);
    assert_close(i.value, 4, fmax(i.error, 1e-13));
    assert_close(sp_integrate(power, &k, 2, 0, 0, NULL, 0, 1e-13).value, -4, 1e-13);
    i = sp_integrate(cauchy, NULL, -INFINITY, INFINITY, 0, NULL, 0, 1e-12);
    assert_true(i.converged);
    assert_close(i.value, M_PI, 1e-12);
    assert_close(sp_integrate(exp_minus, NULL, 0.5, INFINITY, 0, NULL, 0, 1e-12).value, exp(-0.5), 1e-13);
    assert_close(sp_integrate(cauchy, NULL, -INFINITY, 1, 0, NULL, 0, 1e-12).value, 0.75 * M_PI, 1e-12);
    i = sp_integrate(step, &cut, 0, 1, 1, &cut, 0, 1e-13);
    assert_true(i.converged && i.evaluations == 42);
    assert_close(i.value, 1 - cut, 1e-15);
    i = sp_expect_normal(clone, &c, 0, NULL, 0, 1e-13);
    assert_true(i.converged);
    assert_close(i.value, 0.7752002454, 5e-11); /* spec 07, 3.2: all digits given */
    assert_close_rel(sp_expect_normal(exponential, &k, 0, NULL, 0, 1e-13).value, exp(4.5), 1e-13);
    assert_false(sp_integrate(never, NULL, 0, 1, 0, NULL, 0, 1e-10).converged);
    p = -2;
    assert_false(sp_integrate(power, &p, 0, 1, 0, NULL, 0, 1e-10).converged);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_gauss_legendre), cmocka_unit_test(test_gauss_hermite),
                                       cmocka_unit_test(test_adaptive)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
