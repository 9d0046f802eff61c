/* Thresholds and KL of kernel estimates, d -> infinity: values and identities of spec 03. */
#include "spinodal/kde.h"

#include "close.h"
#include "density/radial_kernel.h"
#include "math/quadrature.h"
#include "spinodal/command.h"
#include "test.h"

#include <math.h>
#include <string.h>

static const double one = 1;

static sp_kde_theory_result solve(sp_kde_theory_params *p)
{
    sp_kde_theory_result r;
    if (!p->spectrum.n)
        p->spectrum = (sp_vec){1, &one};
    if (p->r == 0)
        p->r = 1;
    assert_int_equal(sp_kde_theory(test_run(), p, &r), SP_OK);
    assert_true(r.converged);
    return r;
}

/* Spec 03, 7.1, printed to 9 digits after the point. */
static void test_isotropic_table(void **state)
{
    (void)state;
    static const double table[][8] = {
        {0.05, 0.332944833, 1.733061045, 2.450918434, 1.145882427, 1.313046536, 2.047520037, 0.186175019},
        {0.1, 0.532183620, 1.370784700, 1.938582314, 1.038572413, 1.078632657, 1.615592335, 0.137847090},
        {0.2, 0.914588010, 1.045652182, 1.478775498, 0.891688678, 0.795108698, 1.228623462, 0.085361777},
        {0.3, 1.328060867, 0.867742783, 1.227173612, 0.783612400, 0.614048393, 1.017520392, 0.056159231},
        {0.5, 2.351317202, 0.652145331, 0.922272772, 0.622436191, 0.387426811, 0.762756974, 0.025885839},
        {1.0, 7.222141561, 0.372106282, 0.526237750, 0.369343910, 0.136414924, 0.434109259, 0.003972936},
        {2.0, 54.571529577, 0.135368288, 0.191439669, 0.135346369, 0.018318640, 0.157818194, 0.000081912}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        sp_kde_theory_params p = {.alpha = table[i][0]};
        sp_kde_theory_result r = solve(&p);
        const double values[] = {r.s_star, r.h_G, r.h_CLT, r.h_opt, r.eps_star, r.h_var, r.KL_opt};
        for (size_t k = 0; k < 7; k++)
            assert_close(values[k], table[i][k + 1], 6e-10);
        assert_close_rel(r.h_CLT, sqrt(2) * r.h_G, 1e-14);
        /* closed forms in g = h_G^2 */
        double g = r.h_G * r.h_G;
        assert_close_rel(0.5 * log1p(1 / g) - g / (2 * (1 + g) * (1 + g)), p.alpha, 1e-12);
        assert_close_rel(r.eps_star, g * (1 + 2 * g) / ((1 + g) * (1 + g)), 1e-12);
        assert_close_rel(r.KL_opt, p.alpha + 0.5 * log(r.eps_star), 1e-10);
    }
}

static void test_other_values(void **state)
{
    (void)state;
    sp_kde_theory_params p = {.alpha = 0.3};
    sp_kde_theory_result r = solve(&p);
    static const double kl[][2] = {{.5, 0.334949605}, {.7836124, 0.056159231}, {1.0, 0.096573590}, {1.5, 0.243173652}};
    for (size_t i = 0; i < 4; i++)
        assert_close(sp_kde_kl(&p, &r, kl[i][0]), kl[i][1], 1e-9);
    assert_close(r.KL_G, 0.065886879, 1e-9);

    static const double radius[][3] = {{0.8, .819475075, .728608895}, {1.3, .934364117, .865182410}};
    for (size_t i = 0; i < 2; i++) {
        sp_kde_theory_params q = {.alpha = 0.3, .r = radius[i][0]};
        sp_kde_theory_result s = solve(&q);
        assert_close(s.h_G, radius[i][1], 1e-9);
        assert_close(s.h_opt, radius[i][2], 1e-9);
    }
    static const double two[] = {4, .25, .25, .25};
    sp_kde_theory_params a = {.alpha = 0.1, .spectrum = {4, two}}, b = {.alpha = 0.3, .spectrum = {4, two}};
    sp_kde_theory_result ra = solve(&a), rb = solve(&b);
    assert_close(ra.s_star, .423605004, 1e-9);
    assert_close(ra.h_G, 1.536453635, 1e-9);
    assert_close(ra.h_opt, .911994871, 1e-9);
    assert_close(ra.KL_opt, .354452678, 1e-9);
    assert_close(rb.s_star, 1.724591309, 1e-9);
    assert_close(rb.h_G, .761477198, 1e-9);
    assert_close(rb.KL_opt, .142913609, 1e-9);

    double power[32], mean = 0;
    for (size_t k = 0; k < 32; k++)
        mean += (power[k] = 1 / (double)(k + 1)) / 32;
    for (size_t k = 0; k < 32; k++)
        power[k] /= mean;
    sp_kde_theory_params c = {.alpha = 0.25, .spectrum = {32, power}};
    sp_kde_theory_result rc = solve(&c);
    assert_close(rc.h_G, .833883345, 1e-9);
    assert_close(rc.h_CLT, 1.179289135, 1e-9);
    assert_close(rc.h_opt, .687655530, 1e-9);
    assert_close(rc.KL_opt, .117414048, 1e-9);

    sp_kde_theory_params s = {.alpha = 0.4, .kernel = "student:0.5"};
    sp_kde_theory_result rs = solve(&s);
    assert_close(rs.eps_star, .484709200, 1e-9);
    assert_close(rs.h_G, .835052784, 1e-9);
    assert_close(rs.h_CLT, 1.537545025, 1e-9);
}

/* Continuous value and slope at h_G (second-order transition); the slope by one-sided differences of second order, whose
 * error is h^2 f''' / 3 with h = 1e-4 and f''' of order 10: 1e-7. */
static void test_transition_is_second_order(void **state)
{
    (void)state;
    static const char *const kernels[] = {"gaussian", "student:0.5", "student:3"};
    for (size_t i = 0; i < 3; i++) {
        sp_kde_theory_params p = {.alpha = 0.3, .kernel = kernels[i]};
        sp_kde_theory_result r = solve(&p);
        double step = 1e-4, f[5];
        for (int k = -2; k <= 2; k++)
            f[k + 2] = sp_kde_log_density(&p, &r, r.h_G + k * step);
        double below = (3 * f[2] - 4 * f[1] + f[0]) / (2 * step), above = (-3 * f[2] + 4 * f[3] - f[4]) / (2 * step);
        assert_close(below, above, 1e-5);
        assert_close(sp_kde_log_density(&p, &r, r.h_G * (1 - 1e-13)), f[2], 1e-11);
        assert_close(sp_kde_index(&r, r.h_G), 1, 1e-12);
        assert_close(sp_kde_index(&r, r.h_CLT), 2, 1e-12);
        assert_close(sp_kde_kl(&p, &r, r.h_opt), r.KL_opt, 1e-12);
        assert_true(sp_kde_kl(&p, &r, r.h_opt * 1.01) > r.KL_opt && sp_kde_kl(&p, &r, r.h_opt * 0.99) > r.KL_opt);
    }
    /* many degrees of freedom: the gaussian kernel */
    sp_kde_theory_params g = {.alpha = 0.3}, s = {.alpha = 0.3, .kernel = "student:1e7"};
    sp_kde_theory_result rg = solve(&g), rs = solve(&s);
    assert_close_rel(rs.h_G, rg.h_G, 1e-6);
    assert_close(sp_kde_log_density(&s, &rs, 1.1), sp_kde_log_density(&g, &rg, 1.1), 1e-6);
    assert_close_rel(rs.h_var, rg.h_var, 1e-6);
}

static void test_tophat_has_no_intermediate_regime(void **state)
{
    (void)state;
    sp_kde_theory_params p = {.alpha = 0.4, .kernel = "tophat"};
    sp_kde_theory_result r = solve(&p);
    assert_close(r.h_G, sqrt(.484709200), 1e-9);
    assert_true(r.h_G == r.h_CLT);
    assert_close(r.KL_opt, 0.4 + 0.5 * log(r.eps_star), 1e-9); /* a sphere as good as a Gaussian at leading order */
    assert_true(sp_kde_log_density(&p, &r, r.h_G * 0.99) == -INFINITY);
}

/* 1000 random spectra: h_opt < h_G < h_var < h_CLT, scale covariance, zero modes as fewer dimensions. */
static void test_random_spectra(void **state)
{
    (void)state;
    sp_rng rng = sp_rng_at(test_run(), "spectra", 0);
    for (int i = 0; i < 1000; i++) {
        double lambda[16], larger[16];
        for (size_t a = 0; a < 16; a++)
            lambda[a] = exp(3 * sp_normal(&rng));
        double alpha = 0.02 * pow(500, sp_uniform(&rng)), gain = exp(sp_normal(&rng));
        for (size_t a = 0; a < 16; a++)
            larger[a] = gain * gain * lambda[a];
        sp_kde_theory_params p = {.alpha = alpha, .spectrum = {16, lambda}}, q = {.alpha = alpha, .spectrum = {16, larger}};
        sp_kde_theory_result r = solve(&p), s = solve(&q);
        assert_true(r.h_opt < r.h_G && r.h_G < r.h_var && r.h_var < r.h_CLT);
        assert_close_rel(s.h_G, gain * r.h_G, 1e-11);
        assert_close_rel(s.h_opt, gain * r.h_opt, 1e-11);
        assert_close(s.KL_opt, r.KL_opt, 1e-10);
        assert_true(r.KL_opt > -1e-13); /* falls as e^{-4 alpha}: below rounding at alpha = 10 */
    }
    double flat[32] = {2, 2, 2, 2, 2, 2, 2, 2}, eight[8] = {2, 2, 2, 2, 2, 2, 2, 2};
    sp_kde_theory_params p = {.alpha = 0.1, .spectrum = {32, flat}}, q = {.alpha = 0.4, .spectrum = {8, eight}};
    sp_kde_theory_result r = solve(&p), s = solve(&q);
    assert_close_rel(r.s_star, s.s_star, 1e-12);
    assert_true(isinf(r.KL_opt)); /* singular data */
}

/* Limits of spec 03, 3.2. */
static void test_limits(void **state)
{
    (void)state;
    sp_kde_theory_params p = {.alpha = 6};
    sp_kde_theory_result r = solve(&p);
    assert_close_rel(r.h_G * r.h_G, exp(-12) * (1 + 1.5 * exp(-24)), 1e-12);
    p.alpha = 1e-8;
    r = solve(&p);
    assert_close_rel(r.h_G * r.h_G, sqrt(3 / (4 * p.alpha)), 1e-3); /* next order: sqrt(alpha) */
    assert_close_rel(r.h_opt * r.h_opt, 2, 1e-3);
    assert_close(sp_kde_weight_moment(0.3, 2), 0.7, 1e-14);
    assert_close(sp_kde_weight_moment(0.3, 3), 0.7 * 1.7 / 2, 1e-14);
    assert_true(sp_kde_weight_moment(1.2, 2) == 0);
}

/* psi against the moment it is the limit of: exact for Gaussian data at any d when r is the radius of the query. */
static double gaussian_average(double y, void *context)
{
    const double *c = context; /* s, lambda, x */
    double delta = c[2] - y;
    return exp(-c[0] * delta * delta / 2 - y * y / (2 * c[1])) / sqrt(2 * M_PI * c[1]);
}

static void test_psi_is_a_moment(void **state)
{
    (void)state;
    double lambda = 1.7, r = 0.6, s = 0.9, c[] = {s, lambda, sqrt(r * lambda)};
    sp_kde_theory_params p = {.alpha = 1, .spectrum = {1, &lambda}, .r = r};
    sp_integral e = sp_integrate(gaussian_average, c, -INFINITY, INFINITY, 0, NULL, 0, 1e-12);
    assert_true(e.converged);
    assert_close(sp_kde_psi(&p, s), log(e.value), 1e-11);
    assert_close(sp_kde_eps(&p, s), -2 * (sp_kde_psi(&p, s + 1e-5) - sp_kde_psi(&p, s - 1e-5)) / 2e-5, 1e-9);
    for (double small = 1e-9; small < 1; small *= 3) /* both forms of the rate */
        assert_close_rel(sp_kde_rate(&p, small), -small * sp_kde_eps(&p, small) / 2 - sp_kde_psi(&p, small),
                         1e-14 / small + 1e-12);
}

/* Normalisers against an integral in one dimension, and their limits. */
static double kernel_1d(double u, void *context)
{
    const sp_kde_kernel *k = context;
    return exp(-sp_kernel_kappa(*k, u * u));
}

static void test_normalisers(void **state)
{
    (void)state;
    sp_kde_kernel kernels[] = {{SP_KDE_GAUSSIAN, NAN}, {SP_KDE_STUDENT, 2.5}, {SP_KDE_TOPHAT, NAN}};
    for (size_t i = 0; i < 3; i++) {
        double edges[] = {-1, 1};
        bool ball = kernels[i].kind == SP_KDE_TOPHAT;
        sp_integral e = sp_integrate(kernel_1d, &kernels[i], ball ? -2 : -INFINITY, ball ? 2 : INFINITY, 2, edges, 0, 1e-11);
        assert_close(sp_kernel_log_norm(kernels[i], 1), log(e.value), 1e-9);
        /* Stirling: the difference falls as log(d)/d */
        assert_close(sp_kernel_log_norm(kernels[i], 1e7), sp_kernel_log_norm(kernels[i], INFINITY), 2e-6);
    }
}

static void test_refusals(void **state)
{
    (void)state;
    sp_run *run = test_run();
    static const char *const bad[][3] = {{"alpha=40", "out of reach", NULL},
                                         {"alpha=0.3", "student:TAU", "kernel=student:-1"},
                                         {"alpha=0.3", "student:TAU", "kernel=box"},
                                         {"alpha=0.3", "at least one", "spectrum=0,0"},
                                         {"alpha=inf", "finite", NULL},
                                         {"alpha=0.3", "> 0", "h=0,1"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *args[] = {bad[i][0], bad[i][2]};
        sp_result *result;
        assert_int_equal(sp_call(run, "kde.theory", NULL, bad[i][2] ? 2 : 1, args, &result), SP_USAGE);
        if (!strstr(sp_run_message(run), bad[i][1]))
            fail_msg("\"%s\" is not in: %s", bad[i][1], sp_run_message(run));
    }
    const char *args[] = {"alpha=0.1", "spectrum=2x8,0x24"};
    sp_result *result;
    double s;
    assert_int_equal(sp_call(run, "kde.theory", NULL, 2, args, &result), SP_OK);
    assert_true(sp_result_number(result, "s_star", &s));
    assert_close(s, 0.899964962996, 1e-11);
    sp_result_free(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_isotropic_table),
                                       SP_TEST(test_other_values),
                                       SP_TEST(test_transition_is_second_order),
                                       SP_TEST(test_tophat_has_no_intermediate_regime),
                                       SP_TEST(test_random_spectra),
                                       SP_TEST(test_limits),
                                       SP_TEST(test_psi_is_a_moment),
                                       SP_TEST(test_normalisers),
                                       SP_TEST(test_refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
