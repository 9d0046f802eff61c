#include "close.h"
#include "math/quadrature.h"
#include "math/special.h"
#include "math/statistics.h"
#include "math/time_grid.h"

static void test_sums(void **state)
{
    (void)state;
    double x[] = {1000, 1001, -INFINITY, 999}, w[] = {1, 2, 5, 0};
    double z = 1 + exp(1) + exp(-1), p[] = {1 / z, exp(1) / z, exp(-1) / z};
    assert_close(sp_log_sum_exp(4, x), 1000 + log(z), 1e-12);
    assert_close(sp_log_sum_exp_weighted(4, x, w), 1000 + log(1 + 2 * exp(1)), 1e-12);
    assert_true(sp_log_sum_exp(0, x) == -INFINITY && sp_log_sum_exp(1, x + 2) == -INFINITY);
    assert_close(sp_log_add_exp(-1000, -1000), -1000 + M_LN2, 1e-12);
    sp_soft_max a = SP_SOFT_MAX_EMPTY, b = SP_SOFT_MAX_EMPTY;
    for (int i = 0; i < 4; i++)
        sp_soft_max_add(i < 2 ? &a : &b, x[i]);
    sp_soft_max_merge(&a, &b);
    assert_close(sp_soft_max_log_z(&a), 1000 + log(z), 1e-12);
    assert_close(sp_soft_max_y2(&a), p[0] * p[0] + p[1] * p[1] + p[2] * p[2], 1e-15);
    double entropy = 0;
    for (int i = 0; i < 3; i++)
        entropy -= p[i] * log(p[i]);
    assert_close(sp_soft_max_entropy(&a), entropy, 1e-14);
}

static void test_normal(void **state)
{
    (void)state;
    assert_close(sp_softplus(-800), 0, 0);
    assert_close(sp_softplus(800), 800, 0);
    assert_close_rel(sp_softplus(-30), exp(-30), 1e-12);
    assert_close(sp_sigmoid(-2) + sp_sigmoid(2), 1, 2e-16);
    assert_close_rel(sp_log_cosh(1e-5), 0.5e-10, 1e-10);
    assert_close(sp_log_cosh(800), 800 - M_LN2, 0);
    assert_close_rel(sp_log_cosh(0.5), log(cosh(0.5)), 1e-15);
    assert_close_rel(sp_log1m_exp(1e-20), log(1e-20), 1e-15);
    assert_close_rel(sp_log1m_exp(50), -exp(-50), 1e-15);
    /* log Phi by the tail series -x^2/2 - log(-x sqrt(2 pi)) + log(1 - 1/x^2 + 3/x^4 - ...): first omitted term 945 / x^10
     */
    for (double x = -40; x < -20; x += 3) {
        double s = 1 / (x * x), series = 1 - s + 3 * s * s - 15 * s * s * s + 105 * s * s * s * s;
        assert_close_rel(sp_log_normal_cdf(x), -0.5 * x * x - log(-x) - 0.5 * log(2 * M_PI) + log(series),
                         1e-15 + 945 * pow(s, 5) / (0.5 * x * x));
        assert_close_rel(sp_inverse_mills(x), -x / series, 3e-13 + 945 * pow(s, 5));
    }
    /* an argument off by epsilon moves the tail by x^2 epsilon */
    assert_close_rel(sp_log_normal_cdf(10), -0.5 * erfc(10 / sqrt(2)), 100 * 2.3e-16);
    for (double x = -6; x < 6; x += 0.7) {
        assert_close_rel(sp_log_normal_cdf(x), log(sp_normal_cdf(x)), 1e-14 / fmin(1, -log(sp_normal_cdf(x))));
        assert_close_rel(sp_inverse_mills(x), sp_normal_density(x) / sp_normal_cdf(x), 1e-14);
        assert_close(sp_normal_quantile(sp_normal_cdf(x)), x, 1e-15 / sp_normal_density(x) + 1e-13);
    }
    /* continuity where the method changes */
    assert_close_rel(sp_log_erfc(5 - 1e-15), sp_log_erfc(5 + 1e-15), 1e-14);
}

static double density(double q, void *context)
{
    const double *p = context;
    return exp(sp_noncentral_chi_square_log_density(q, p[0], p[1])) * (p[2] != 0 ? q : 1);
}

static void test_chi_square(void **state)
{
    (void)state;
    double dofs[] = {0.3, 1, 2, 20, 500, 20000};
    for (int i = 0; i < 6; i++)
        for (double p = 0.001; p < 1; p += 0.111)
            /* GSL's own cdf is noisy at the level of 1e-11 at 20000 degrees of freedom */
            assert_close_rel(sp_chi_square_cdf(sp_chi_square_quantile(p, dofs[i]), dofs[i]), p,
                             dofs[i] > 1e4 ? 3e-11 : 1e-12);
    assert_close(sp_chi_square_quantile(0.95, 1), 3.841458820694124, 1e-13);
    double cases[][3] = {{2, 1, 0}, {20, 13, 0}, {5, 400, 0}, {1000, 1000, 0}, {3, 0, 0}};
    for (int i = 0; i < 5; i++) { /* normalisation and mean dof + noncentrality */
        double mean = cases[i][0] + cases[i][1], sd = sqrt(2 * (cases[i][0] + 2 * cases[i][1]));
        double low = fmax(0, mean - 15 * sd), high = mean + 40 * sd;
        sp_integral all = sp_integrate(density, cases[i], low, high, 1, &mean, 0, 1e-12);
        assert_true(all.converged);
        assert_close(all.value, 1, 1e-11);
        cases[i][2] = 1;
        assert_close_rel(sp_integrate(density, cases[i], low, high, 1, &mean, 0, 1e-12).value, mean, 1e-10);
    }
    /* dof 1: ((phi(r - m) + phi(r + m)) / (2 r), r = sqrt q */
    double r = 1.7, m = 0.6;
    assert_close(sp_noncentral_chi_square_log_density(r * r, 1, m * m),
                 log((sp_normal_density(r - m) + sp_normal_density(r + m)) / (2 * r)), 1e-14);
    assert_close(sp_noncentral_chi_square_log_density(0, 2, 3), -1.5 - M_LN2, 1e-15);
    sp_run *run = sp_run_create(NULL);
    sp_rng rng = sp_rng_at(run, "q", 0);
    sp_moments moments = {0};
    for (int i = 0; i < 20000; i++)
        sp_moments_add(&moments, sp_noncentral_chi_square(&rng, 7, 5));
    assert_close(moments.mean, 12, 5 * sp_moments_se(&moments));
    sp_run_free(run);
}

static double levy_cdf(double x, void *context)
{
    (void)context;
    return x <= 0 ? 0 : erfc(sqrt(0.5 / x));
}

static void test_stable(void **state)
{
    (void)state;
    enum { N = 20000 };
    sp_run *run = sp_run_create(NULL);
    double *x = SP_NEW(run, double, N), p;
    sp_rng rng = sp_rng_at(run, "levy", 0);
    for (size_t i = 0; i < N; i++)
        x[i] = sp_stable(&rng, 0.5, 1);
    sp_sort(N, x);
    sp_kolmogorov_one(N, x, levy_cdf, NULL, &p);
    assert_true(p > 1e-4 && x[0] > 0);
    double cases[][2] = {{1.5, 1}, {0.7, 1}, {1.2, -0.5}, {1, 0}, {1, 0.8}, {2, 0}};
    for (int c = 0; c < 6; c++) { /* the characteristic function at t = 0.7; cos and sin have variance <= 1 */
        double a = cases[c][0], b = cases[c][1], t = 0.7;
        sp_moments re = {0}, im = {0};
        for (size_t i = 0; i < N; i++) {
            double y = sp_stable(&rng, a, b);
            sp_moments_add(&re, cos(t * y));
            sp_moments_add(&im, sin(t * y));
        }
        double phase = a == 1 ? -b * M_2_PI * log(t) : b * tan(M_PI_2 * a), size = exp(-pow(t, a));
        assert_close(re.mean, size * cos(pow(t, a) * phase), 5 / sqrt(N));
        assert_close(im.mean, size * sin(pow(t, a) * phase), 5 / sqrt(N));
    }
    sp_run_free(run);
}

static void test_grids(void **state)
{
    (void)state;
    double t[101];
    sp_geometric_grid(0.01, 100, 5, t);
    assert_close_rel(t[2], 1.0, 1e-14);
    assert_true(t[0] == 0.01 && t[4] == 100);
    sp_linear_geometric_grid(5, 0.05, 1e-4, 20, t);
    assert_true(t[0] == 5 && t[10] == 0.05 && t[19] == 1e-4 && t[20] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sums), cmocka_unit_test(test_normal),
                                       cmocka_unit_test(test_chi_square), cmocka_unit_test(test_stable),
                                       cmocka_unit_test(test_grids)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
