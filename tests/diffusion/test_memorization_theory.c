#include "close.h"
#include "test.h"

#include "spinodal/memorization.h"

#include <math.h>

static const double unit[] = {1};

static sp_score_model model_of(const char *activation, double psi_p, double psi_n, double t)
{
    sp_score_model m;
    assert_int_equal(sp_score_model_open(test_run(), activation, psi_p, psi_n, t, (sp_vec){1, unit}, &m), SP_OK);
    return m;
}

/* spec 09, 7: as many digits as printed */
static void test_constants(void **state)
{
    (void)state;
    sp_score_constants c;
    assert_int_equal(sp_score_constants_find(test_run(), "tanh", 0.1, 1, &c), SP_OK);
    assert_close(c.a, .605705509602, 1e-12);
    assert_close(c.b, .257883519899, 1e-12);
    assert_close(c.v2, .0138414537382, 1e-11); /* the reference has 80 Gauss-Hermite nodes */
    assert_close(c.s2, .0135738722972, 1e-11);
    assert_int_equal(sp_score_constants_find(test_run(), "tanh", 0.01, 1, &c), SP_OK);
    assert_close(c.b, .0852331754089, 1e-11); /* 120 Gauss-Hermite nodes leave 1e-11 of tanh */
    assert_close(c.v2, .0255417764649, 1e-10);
    assert_close(c.s2, .00187354959, 1e-10);
    assert_int_equal(sp_score_constants_find(test_run(), "tanh", 0.5, 1, &c), SP_OK);
    assert_close(c.b, .481572281594, 1e-12);
    assert_close(c.v2, .00112428947, 5e-12);
    assert_close(c.s2, .0262910365605, 1e-11);
    assert_int_equal(sp_score_constants_find(test_run(), "relu", 0.1, 1, &c), SP_OK);
    assert_close(c.a, .5, 1e-12);
    assert_close(c.b, sqrt(1 - exp(-.2)) / 2, 1e-12);
}

/* relu: E m^2 = E s(z1) s(z2) at correlation rho has the closed form of the arc-cosine kernel */
static void test_kinked_activation(void **state)
{
    (void)state;
    for (double t = 0.001; t < 2; t *= 3) {
        sp_score_constants c;
        assert_int_equal(sp_score_constants_find(test_run(), "relu", t, 1, &c), SP_OK);
        double rho = exp(-2 * t), kernel = (sqrt(1 - rho * rho) + rho * (M_PI - acos(rho))) / (2 * M_PI);
        assert_close(c.v2, kernel - 1 / (2 * M_PI) - rho / 4, 1e-11);
        assert_close(c.s2 + c.v2 + .25, .5 - 1 / (2 * M_PI), 1e-12);
    }
}

static void test_resolvent(void **state)
{
    (void)state;
    sp_score_model m = model_of("tanh", 8, 4, 0.1);
    sp_score_resolvent g = sp_score_resolvent_at(&m, 1, 0.01);
    assert_close(g.kappa_re, .6413357217, 1e-10);
    assert_close(g.kappa_im, -.1514491857, 1e-10);
    assert_close(g.q_re, -.7747845194, 1e-10);
    assert_close(g.q_im, .1233774513, 1e-10);
    assert_close(g.r_re, .8295210490, 1e-10);
    assert_close(g.r_im, .5748579833, 1e-10);
    g = sp_score_resolvent_at(&m, 0.05, 0.001);
    assert_close(g.kappa_re, .8442353032, 1e-9);
    assert_close(g.q_re, -24.5286223068, 1e-8);
    assert_close(g.q_im, 16.3218813824, 1e-8);
    g = sp_score_resolvent_at(&m, -1, 0);
    assert_close(g.kappa_re, .8417383215, 1e-10);
    assert_close(g.q_re, .8906947348, 1e-10);
    assert_close(g.r_re, .2719276111, 1e-10);
    const double lambda[] = {.03, .05, 2, .5}, rho[] = {9.4700684, 5.1351686, .0337820092, 0};
    double density[4];
    assert_int_equal(sp_score_density(test_run(), &m, 4, lambda, density, NULL), SP_OK);
    for (int i = 0; i < 4; i++)
        assert_close_rel(density[i], rho[i], 1e-7); /* the reference is 1e-9 above the axis */
}

/* one equation in kappa by the Marchenko-Pastur transform = two equations in (q, kappa) */
static void test_general_covariance(void **state)
{
    (void)state;
    for (double psi_p = 0.5; psi_p < 100; psi_p *= 4)
        for (double x = -1; x < 5; x += 0.7) {
            sp_score_model m = model_of("relu", psi_p, 3, 0.2);
            sp_score_resolvent a = sp_score_resolvent_at(&m, x, 0.02), b = sp_score_resolvent_general(&m, x, 0.02);
            assert_true(a.converged && b.converged);
            assert_close(a.q_re, b.q_re, 1e-9 * (1 + fabs(b.q_re)));
            assert_close(a.q_im, b.q_im, 1e-9 * (1 + fabs(b.q_im)));
            assert_close(a.r_re, b.r_re, 1e-9 * (1 + fabs(b.r_re)));
        }
}

/* Sum rules: all eigenvalues are in the bulks and the delta; the top one holds d. */
static void test_bulks(void **state)
{
    (void)state;
    sp_score_bulk b[8];
    size_t n;
    sp_score_model m = model_of("tanh", 64, 4, 0.1);
    assert_int_equal(sp_score_bulks(test_run(), &m, 8, b, &n), SP_OK);
    assert_int_equal(n, 3);
    /* spec 09, 7, where the density passes 1e-3: 1e-6 inside */
    assert_close(b[1].low, .1479235, 1e-6);
    assert_close(b[1].high, .3379861, 2e-6);
    assert_close(b[1].weight, 3. / 64, 1e-9);
    assert_close(b[0].weight, 1. / 64, 1e-9);
    assert_close(b[2].weight, 1. / 64, 1e-9);
    const double two[] = {0.2, 3};
    assert_int_equal(sp_score_model_open(test_run(), "tanh", 8, 0.5, 0.1, (sp_vec){2, two}, &m), SP_OK);
    assert_int_equal(sp_score_bulks(test_run(), &m, 8, b, &n), SP_OK);
    double weight = 0;
    for (size_t i = 0; i < n; i++)
        weight += b[i].weight;
    assert_close(weight, 1.5 / 8, 1e-6);
}

static void test_losses(void **state)
{
    (void)state;
    const struct {
        double psi_p, psi_n, t, time, train, test;
    } rows[] = {{8, 4, .1, 1, .9582302181, .9582995785},      {8, 4, .1, 10, .8239301917, .8405639767},
                {8, 4, .1, 100, .7595957531, .8810656242},    {8, 4, .1, 1000, .6549855018, 1.0665699482},
                {8, 4, .1, 1e5, .6298356094, 1.3258047153},   {4, 8, .1, 10, .8388768108, .8467524326},
                {4, 8, .1, 1000, .7771903199, .8831788548},   {64, 16, .01, 10, .9950128934, .9950162305},
                {64, 16, .01, 100, .9806246238, .9814809381}, {64, 16, .01, 1e4, .9566447840, .9939724198},
                {64, 16, .01, 1e6, .5412412331, 11.81019984}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sp_score_model m = model_of("tanh", rows[i].psi_p, rows[i].psi_n, rows[i].t);
        const sp_score_curve *curve;
        assert_int_equal(sp_score_curve_open(test_run(), &m, &curve), SP_OK);
        sp_score_losses l = sp_score_losses_at(curve, rows[i].time), start = sp_score_losses_at(curve, 0);
        assert_close(l.train, rows[i].train, rows[i].t < 0.1 ? 1e-8 : 2e-9); /* the reference is good to 1e-9 */
        /* s2 of the reference is good to 2e-11, a relative 1e-8 at t = 0.01, which slow modes see */
        assert_close_rel(l.test, rows[i].test, rows[i].t < 0.1 ? 1e-8 : 2e-9);
        assert_true(l.residual < 1e-9);
        assert_close(start.train, 1, 1e-12);
        assert_close(start.test, 1, 1e-12);
    }
}

/* Finite instances of both kinds lie on the theory: 1 % at d = 40 (terms of order 1/d), Gaussian equivalent within errors */
static void test_simulation(void **state)
{
    (void)state;
    const double times[] = {1, 10, 100, 1e4};
    for (int features = 0; features < 2; features++) {
        sp_memorization_simulate_params p = {"tanh", features, 4, 2, 0.1, {1, unit}, 60, 4, {4, times}};
        sp_memorization_simulate_result r;
        sp_score_measured s[4];
        assert_int_equal(sp_memorization_simulate(test_run(), &p, &r, s), SP_OK);
        sp_score_model m = model_of("tanh", 4, 2, 0.1);
        const sp_score_curve *curve;
        assert_int_equal(sp_score_curve_open(test_run(), &m, &curve), SP_OK);
        for (int i = 0; i < 4; i++) {
            sp_score_losses l = sp_score_losses_at(curve, times[i]);
            double finite_size = (features ? 1.5 : 0.1) / 60;
            assert_close(s[i].train, l.train, 5 * s[i].train_se + finite_size * l.train);
            assert_close(s[i].test, l.test, 5 * s[i].test_se + finite_size * l.test);
        }
    }
}

/* Of (1 + psi_n) d directions that see data or noise exactly those exceed s2 */
static void test_count(void **state)
{
    (void)state;
    sp_memorization_spectrum_params p = {
        .activation = "tanh", .psi_p = 16, .psi_n = 3, .t = 0.1, .spectrum = {1, unit}, .simulate = 2, .d = 20};
    sp_memorization_spectrum_result r;
    assert_int_equal(sp_memorization_spectrum(test_run(), &p, &r), SP_OK);
    assert_close(r.above_delta, 4, 0);
}

/* at psi_n_star the gap is what was asked for */
static void test_star(void **state)
{
    (void)state;
    sp_score_model m = model_of("tanh", 16, 4, 0.1);
    const sp_score_curve *curve;
    sp_memorization_theory_params p = {.gap_fraction = 0.05, .gen_fraction = 0.05, .star_gap = 0.1};
    sp_memorization_theory_result r;
    assert_int_equal(sp_score_curve_open(test_run(), &m, &curve), SP_OK);
    assert_int_equal(sp_memorization_theory(test_run(), &p, curve, &m, &r), SP_OK);
    assert_true(r.train_time_gen < r.train_time_best && r.train_time_best < r.train_time_leave);
    m.psi_n = r.psi_n_star;
    assert_int_equal(sp_score_curve_open(test_run(), &m, &curve), SP_OK);
    sp_score_losses end = sp_score_losses_at(curve, INFINITY);
    assert_close_rel(end.test - end.train, 0.1, 1e-6);
}

static void test_threads(void **state)
{
    (void)state;
    const double times[] = {10, 1000};
    sp_score_measured s[2][2];
    for (int threads = 1; threads <= 2; threads++) {
        sp_run *run = sp_run_create(&(sp_run_options){.seed = 3, .threads = threads});
        sp_memorization_simulate_params p = {"tanh", 1, 3, 2, 0.1, {1, unit}, 20, 3, {2, times}};
        sp_memorization_simulate_result r;
        assert_int_equal(sp_memorization_simulate(run, &p, &r, s[threads - 1]), SP_OK);
        sp_run_free(run);
    }
    assert_memory_equal(s[0], s[1], sizeof s[0]);
}

static void test_bad_input(void **state)
{
    (void)state;
    sp_score_model m;
    assert_int_equal(sp_score_model_open(test_run(), "linear", 8, 4, 0.1, (sp_vec){1, unit}, &m), SP_USAGE);
    assert_int_equal(sp_score_model_open(test_run(), "abs", 8, 4, 0.1, (sp_vec){1, unit}, &m), SP_USAGE);
    assert_int_equal(sp_score_model_open(test_run(), "tanh", 8, 4, 0, (sp_vec){1, unit}, &m), SP_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_constants),  SP_TEST(test_kinked_activation),
                                       SP_TEST(test_resolvent),  SP_TEST(test_general_covariance),
                                       SP_TEST(test_bulks),      SP_TEST(test_losses),
                                       SP_TEST(test_simulation), SP_TEST(test_count),
                                       SP_TEST(test_star),       SP_TEST(test_threads),
                                       SP_TEST(test_bad_input)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
