#include "close.h"
#include "test.h"

#include "math/quadrature.h"
#include "spinodal/diffusion.h"

static double phi(size_t d, double mu2, double data_var, double t)
{
    sp_mixture_model model = {d, mu2, data_var};
    return sp_same_class_probability(sp_mixture_separation(&model, t));
}

/* spec 07, 7.1: eight digits */
static void test_cloning_curve(void **state)
{
    (void)state;
    const struct {
        size_t d;
        double mu2, data_var, t, phi;
    } rows[] = {
        {256, 1, 1, 2, .97700644},   {256, 1, 1, 3, .70685169},  {256, 1, 1, 4, .53968771},  {256, 1, 1, 5, .50574492},
        {1024, 1, 1, 2, .99998846},  {1024, 1, 1, 3, .91757562}, {1024, 1, 1, 4, .63186766}, {1024, 1, 1, 5, .52223911},
        {4096, 1, 1, 3, .99889011},  {4096, 1, 1, 4, .82614189}, {4096, 1, 1, 5, .57942144}, {16384, 1, 1, 4, .98550467},
        {16384, 1, 1, 5, .72973982}, {64, 2, .25, 1, .99999123}, {64, 2, .25, 2, .90890887}, {64, 2, .25, 3, .62402291}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_close(phi(rows[i].d, rows[i].mu2, rows[i].data_var, rows[i].t), rows[i].phi, 5.1e-9);
    assert_close(sp_same_class_probability(1), 0.7752002454, 5.1e-11);
    assert_close(sp_same_class_probability(0), 0.5, 1e-14);
    assert_close(sp_same_class_probability(50), 1, 0);
}

static double half_of_squares(double q, void *context)
{
    double m = *(const double *)context, a = exp(-(q - m) * (q - m) / 2), b = exp(-(q + m) * (q + m) / 2);
    return a + b > 0 ? (a * a + b * b) / (a + b) / 2 / sqrt(2 * M_PI) : 0;
}

static double information(double q, void *context)
{
    double m = *(const double *)context, a = exp(-(q - m) * (q - m) / 2) / sqrt(2 * M_PI),
           b = exp(-(q + m) * (q + m) / 2) / sqrt(2 * M_PI);
    return a > 0 ? a * log(2 * a / (a + b)) : 0;
}

/* phi = 1/2 int (G+^2 + G-^2)/(G+ + G-) and J = KL(G+ || (G+ + G-)/2), by adaptive quadrature of the definitions */
static void test_definitions(void **state)
{
    (void)state;
    for (double c = 0.1; c < 9; c *= 1.5) {
        sp_integral a = sp_integrate(half_of_squares, &c, -c - 14, c + 14, 1, (double[]){0}, 0, 1e-13);
        sp_integral b = sp_integrate(information, &c, -c - 14, c + 14, 1, (double[]){0}, 0, 1e-12);
        assert_close(sp_same_class_probability(c), a.value, 1e-12);
        assert_close(sp_class_information(c), b.value, 1e-11);
    }
    sp_mixture_model model = {256, 1, 1};
    assert_close(sp_class_information(sp_mixture_separation(&model, 2.5)), 0.465320731, 5.1e-10); /* spec 07, 7.1 */
}

static void test_times_and_potential(void **state)
{
    (void)state;
    const double t_S[] = {2.772589, 3.465736, 4.158883, 4.852030};
    for (int i = 0; i < 4; i++) {
        sp_mixture_model model = {(size_t)256 << 2 * i, 1, 1};
        assert_close(sp_mixture_speciation_time(&model), t_S[i], 5.1e-7);
        assert_close(sp_mixture_separation(&model, sp_mixture_speciation_time(&model)), 1, 1e-12);
    }
    sp_mixture_model model = {100, 0.7, 1};
    double t_c = sp_mixture_curvature_time(&model), h = 1e-3;
    for (int side = -1; side <= 1; side += 2) {
        double t = t_c + 0.1 * side;
        double curvature = (sp_mixture_potential(&model, h, t) - 2 * sp_mixture_potential(&model, 0, t) +
                            sp_mixture_potential(&model, -h, t)) /
                           (h * h);
        assert_close(curvature, 1 - 2 * 0.7 * 100 * exp(-2 * t), 1e-4); /* h^2 times the fourth derivative */
        assert_true(curvature * side > 0);
    }
    assert_close(sp_mixture_potential(&model, 1e4, 0), 5e7 - 1.4 * (1e5 - M_LN2), 1e-6); /* no overflow */
}

static void test_mixture_collapse(void **state)
{
    (void)state;
    sp_diffusion_mixture_params p = {.d = 256, .mu2 = 1, .data_var = 1, .n = 20000};
    sp_diffusion_mixture_result r;
    assert_int_equal(sp_diffusion_mixture(test_run(), &p, &r), SP_OK);
    assert_close(r.t_C_spectral, 1.298789687, 5.1e-10);
    assert_close(r.phi_t_S, 0.7752002454, 5.1e-11);
    sp_mixture_model model = {256, 1, 1};
    assert_close(sp_mixture_excess_entropy(&model, log(20000), r.t_C_class), 0, 1e-14);
    /* well below t_S the class is known: as n/2 points of one class */
    assert_close(r.t_C_class, log1p(1 / expm1(2 * log(10000) / 256)) / 2, 1e-5);
}

/* Simulated agreement against the formula: 5 standard errors; Euler steps add their time-step error (0.003 at dt = 0.01). */
static void test_cloning_simulation(void **state)
{
    (void)state;
    sp_mixture_model model = {256, 1, 1};
    double t[] = {2, 4, 3};
    sp_clone_point exact[3], euler[3], full[3];
    assert_int_equal(
        sp_mixture_clone(test_run(), &model, &(sp_clone_options){20000, 0, 40, 0, false}, (sp_vec){3, t}, exact), SP_OK);
    assert_int_equal(
        sp_mixture_clone(test_run(), &model, &(sp_clone_options){4000, 0.01, 0, 0, false}, (sp_vec){3, t}, euler), SP_OK);
    sp_mixture_model small = {8, 32, 1}; /* the same separation in 8 dimensions */
    assert_int_equal(sp_mixture_clone(test_run(), &small, &(sp_clone_options){20000, 0, 40, 0, true}, (sp_vec){3, t}, full),
                     SP_OK);
    for (int i = 0; i < 3; i++) {
        assert_close(exact[i].phi_theory, phi(256, 1, 1, t[i]), 0);
        assert_close(exact[i].phi, exact[i].phi_theory, 5 * exact[i].phi_se);
        assert_close(full[i].phi, full[i].phi_theory, 5 * full[i].phi_se);
        assert_close(euler[i].phi, euler[i].phi_theory, 5 * euler[i].phi_se + 0.003);
    }
}

static void test_clones_do_not_depend_on_threads(void **state)
{
    (void)state;
    sp_mixture_model model = {256, 1, 1};
    double t[] = {3};
    sp_clone_point a, b;
    sp_run *one = sp_run_create(&(sp_run_options){.seed = 1, .threads = 1});
    sp_clone_options options = {1000, 0.05, 0, 0, false};
    assert_int_equal(sp_mixture_clone(test_run(), &model, &options, (sp_vec){1, t}, &a), SP_OK);
    assert_int_equal(sp_mixture_clone(one, &model, &options, (sp_vec){1, t}, &b), SP_OK);
    assert_memory_equal(&a, &b, sizeof a);
    sp_run_free(one);
}

static void test_refusals(void **state)
{
    (void)state;
    double t[] = {1}, negative[] = {-1};
    sp_clone_point out;
    sp_mixture_model model = {4, 1, 0.01}, none = {4, 0, 1};
    assert_int_equal(sp_mixture_clone(test_run(), &model, &(sp_clone_options){10, 0.05, 0, 0, false}, (sp_vec){1, t}, &out),
                     SP_USAGE);
    assert_int_equal(
        sp_mixture_clone(test_run(), &model, &(sp_clone_options){10, 0, 20, 0, false}, (sp_vec){1, negative}, &out),
        SP_USAGE);
    assert_int_equal(sp_mixture_clone(test_run(), &none, &(sp_clone_options){10, 0, 20, 0, false}, (sp_vec){1, t}, &out),
                     SP_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SP_TEST(test_cloning_curve),    SP_TEST(test_definitions),        SP_TEST(test_times_and_potential),
        SP_TEST(test_mixture_collapse), SP_TEST(test_cloning_simulation), SP_TEST(test_clones_do_not_depend_on_threads),
        SP_TEST(test_refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
