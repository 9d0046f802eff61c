#include "close.h"
#include "test.h"

#include "math/noncentral_chi_square.h"
#include "math/quadrature.h"
#include "spinodal/diffusion.h"

static double collapse_time(double n, sp_vec spectrum)
{
    double t = NAN;
    assert_int_equal(sp_gaussian_collapse_time(test_run(), log(n), spectrum, &t), SP_OK);
    return t;
}

/* spec 07, 7.2: nine digits */
static void test_collapse_times(void **state)
{
    (void)state;
    const struct {
        double n;
        size_t d;
        double data_var, t;
    } rows[] = {{20000, 256, 1, 1.298789687}, {20000, 1024, 1, 1.977546719}, {20000, 4096, 1, 2.667074441},
                {1000, 16, 1, .273828234},    {1000, 16, .25, .083730407},   {1e6, 100, 2, .992856183}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double lambda[4096];
        for (size_t j = 0; j < rows[i].d; j++)
            lambda[j] = rows[i].data_var;
        assert_close(collapse_time(rows[i].n, (sp_vec){rows[i].d, lambda}), rows[i].t, 5.1e-10);
        lambda[0] *= 1 + 1e-13; /* the root instead of the closed form */
        assert_close(collapse_time(rows[i].n, (sp_vec){rows[i].d, lambda}), rows[i].t, 5.1e-10);
    }
    double two[32], manifold[32];
    for (int j = 0; j < 32; j++) {
        two[j] = j < 8 ? 4 : 0.5;
        manifold[j] = j < 8 ? 2 : 0;
    }
    assert_close(collapse_time(5000, (sp_vec){32, two}), .464922480, 5.1e-10);
    assert_close(sp_gaussian_excess_entropy(log(5000), (sp_vec){32, two}, 0.5), .020091313, 5.1e-10);
    assert_close(collapse_time(5000, (sp_vec){32, manifold}), .119486115, 5.1e-10);
    assert_close(collapse_time(5000, (sp_vec){32, manifold}), collapse_time(5000, (sp_vec){8, manifold}), 1e-14);
    assert_close(sp_gaussian_information((sp_vec){32, two}, collapse_time(5000, (sp_vec){32, two})), log(5000), 1e-11);
}

static double density(double x, void *context)
{
    const double *p = context;
    return exp(sp_noncentral_chi_square_log_pdf(x, p[0], p[1]));
}
static double first_moment(double x, void *context) { return x * density(x, context); }

static void test_noncentral_chi_square(void **state)
{
    (void)state;
    const double laws[][2] = {{3, 0}, {2, 5}, {16, 40}, {256, 3}, {4, 1e5}, {500, 1e4}};
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        double p[2] = {laws[i][0], laws[i][1]}, mean = p[0] + p[1], sd = sqrt(2 * (p[0] + 2 * p[1]));
        double from = fmax(mean - 12 * sd, 0), to = mean + 14 * sd + 60;
        assert_close(sp_integrate(density, p, from, to, 1, &mean, 0, 1e-12).value, 1, 1e-11);
        assert_close_rel(sp_integrate(first_moment, p, from, to, 1, &mean, 0, 1e-12).value, mean, 1e-11);
    }
    /* by arithmetic of 40 digits */
    const double values[][4] = {{4000, 16, 1000, -500.5726972156191},
                                {4010, 16, 1000, -503.0661276914677},
                                {1e5, 4096, 9e4, -53.25951434800723},
                                {5000, 4096, 400, -17.70108485023321},
                                {3000, 1000, 1700, -10.36382579166273}};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        assert_close(sp_noncentral_chi_square_log_pdf(values[i][0], values[i][1], values[i][2]), values[i][3], 1e-12);
    /* one degree of freedom: |y + m|^2 with y normal */
    double m = 1.7, x = 2.3, r = sqrt(x);
    double direct = (exp(-(r - m) * (r - m) / 2) + exp(-(r + m) * (r + m) / 2)) / (2 * r * sqrt(2 * M_PI));
    assert_close(exp(sp_noncentral_chi_square_log_pdf(x, 1, m * m)), direct, 1e-15);
}

/* spec 07, 7.3: the reference values are accurate to 1e-4 (its grid of quantiles), .8948 and .0335 are rounded to 2e-4 */
static void test_exact_values(void **state)
{
    (void)state;
    const struct {
        double n;
        size_t d;
        double t, fraction, phi_C, f;
    } rows[] = {{1000, 16, .2738282342, 1, .57528, .17022},     {2000, 32, .5, 1, .53702, .18857},
                {20000, 256, 1.336, .5, .55380, .15794},        {20000, 256, 1.728, .5, .06653, .52149},
                {20000, 256, 2.12, .5, .00365, .74263},         {1000, 16, .6 * .2738282342, 1, .8948, .0335},
                {1000, 16, 1.4 * .2738282342, 1, .3097, .3364}, {1000, 16, 2 * .2738282342, 1, .1116, .5425}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sp_collapse_point p;
        sp_collapse_model model = {rows[i].n, rows[i].d, 1, rows[i].fraction};
        assert_int_equal(sp_collapse_exact(test_run(), &model, rows[i].t, &p), SP_OK);
        assert_close(p.phi_C, rows[i].phi_C, 3e-4);
        assert_close(p.f_ex / (log(rows[i].n) / (double)rows[i].d), rows[i].f, 3e-4);
        assert_true(p.phi_C >= p.phi_C_bound);
    }
}

/* n = 2: one other point. w_seed = 1/(1 + e^{-L}), L = a g + b p with g = |a-a'|^2 and p = z.(a-a'): given g, L ~ N(a g, b^2
 * g), and b^2 = 2a makes phi_C = E sigmoid(L), L ~ N(v, 2v), v = a g, g = 2 data_var chi2_d. */
typedef struct {
    double d, scale;
} pair;
static double sigmoid_at(double z, void *context)
{
    double v = *(const double *)context;
    return 1 / (1 + exp(-v - sqrt(2 * v) * z));
}
static double pair_integrand(double r, void *context)
{
    const pair *c = context;
    double v = c->scale * r * r;
    return 2 * r * exp(sp_noncentral_chi_square_log_pdf(r * r, c->d, 0)) *
           sp_expect_normal(sigmoid_at, &v, 0, NULL, 0, 1e-11).value;
}
static void test_two_points(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        double d[] = {1, 3, 40}, t[] = {0.4, 0.9, 1.7}, data_var = 0.8;
        pair c = {d[i], exp(-2 * t[i]) / (2 * sp_noise_variance(t[i])) * 2 * data_var};
        double expected = sp_integrate(pair_integrand, &c, 0, sqrt(d[i]) + 9, 0, NULL, 0, 1e-10).value;
        sp_collapse_point p;
        assert_int_equal(sp_collapse_exact(test_run(), &(sp_collapse_model){2, (size_t)d[i], data_var, 1}, t[i], &p), SP_OK);
        assert_close(p.phi_C, expected, 2e-7); /* the quadrature's own claim is 1e-6 */
    }
}

/* the law at fixed alpha = 0.1 (spec 07, 4): d^{-1/2}, and phi_C -> 1/2; large n without overflow */
static void test_finite_size_law(void **state)
{
    (void)state;
    const double f[] = {.2937, .1984, .1380, .0981}, phi[] = {.593, .570, .552, .539};
    double t_C = log1p(1 / expm1(0.2)) / 2;
    sp_collapse_point p;
    for (int i = 0; i < 4; i++) {
        size_t d = (size_t)32 << i;
        assert_int_equal(sp_collapse_exact(test_run(), &(sp_collapse_model){exp(0.1 * (double)d), d, 1, 1}, t_C, &p), SP_OK);
        assert_close(p.f_ex / 0.1, f[i], 0.002);
        assert_close(p.phi_C, phi[i], 0.002);
    }
    assert_int_equal(sp_collapse_exact(test_run(), &(sp_collapse_model){exp(0.1 * 2048), 2048, 1, 1}, t_C, &p), SP_OK);
    assert_close(p.f_ex / 0.1, .0981 * sqrt(256. / 2048), 0.003);
}

static void test_limits(void **state)
{
    (void)state;
    sp_collapse_model model = {500, 10, 1, 1};
    sp_collapse_point late, early, wider;
    assert_int_equal(sp_collapse_exact(test_run(), &model, 12, &late), SP_OK);
    assert_close(late.phi_C, 1.0 / 500, 1e-6);
    assert_close(late.f_ex, log(500) / 10, 1e-6);
    assert_int_equal(sp_collapse_exact(test_run(), &model, 1e-4, &early), SP_OK);
    assert_close(early.phi_C, 1, 1e-6);
    assert_close(early.f_ex, 0, 1e-6);
    /* only data_var e^{-2t}/Delta_t counts */
    double t = 0.4, snr = exp(sp_log_snr(t));
    assert_int_equal(sp_collapse_exact(test_run(), &model, t, &early), SP_OK);
    model.data_var = 3;
    assert_int_equal(sp_collapse_exact(test_run(), &model, sp_time_of_log_snr(log(snr / 3)), &wider), SP_OK);
    assert_close(wider.phi_C, early.phi_C, 1e-6);
    assert_close(wider.f_ex, early.f_ex, 1e-6);
}

/* spec 07, 4: t(phi_C = 1/2)/t_C */
static void test_thresholds(void **state)
{
    (void)state;
    const double n[] = {1000, 2000, 20000}, ratio[] = {1.097, 1.062, 1.022};
    const size_t d[] = {16, 32, 256};
    for (int i = 0; i < 3; i++) {
        sp_diffusion_exact_params p = {.n = n[i], .d = d[i], .data_var = 1, .class_fraction = 1};
        sp_diffusion_exact_result r;
        assert_int_equal(sp_diffusion_exact(test_run(), &p, &r), SP_OK);
        assert_close(r.t_C_ratio, ratio[i], 0.003);
    }
}

/* simulated data sets against the quadrature, 5 standard errors of the scatter between sets */
static void test_simulation(void **state)
{
    (void)state;
    sp_collapse_model model = {400, 12, 1.5, 1};
    double t[] = {0.2, 0.5, 1.0};
    sp_collapse_measured m[3];
    assert_int_equal(sp_collapse_simulate(test_run(), &model, &(sp_collapse_simulation){24, 400}, (sp_vec){3, t}, m), SP_OK);
    for (int i = 0; i < 3; i++) {
        sp_collapse_point p;
        assert_int_equal(sp_collapse_exact(test_run(), &model, t[i], &p), SP_OK);
        assert_close(m[i].phi_C, p.phi_C, 5 * m[i].phi_C_se);
        assert_close(m[i].w_seed, p.phi_C, 5 * m[i].w_seed_se);
        assert_close(m[i].f_ex, p.f_ex, 5 * m[i].f_ex_se);
        assert_true(m[i].phi_C_se < 0.02);
    }
}

static void test_refusals(void **state)
{
    (void)state;
    sp_collapse_point p;
    double t, zero[2] = {0, 0}, negative[1] = {-1};
    assert_int_equal(sp_collapse_exact(test_run(), &(sp_collapse_model){1, 4, 1, 1}, 1, &p), SP_USAGE);
    assert_int_equal(sp_collapse_exact(test_run(), &(sp_collapse_model){10, 4, 1, 1}, 0, &p), SP_USAGE);
    assert_int_equal(sp_collapse_exact(test_run(), &(sp_collapse_model){10, 4, 0, 1}, 1, &p), SP_USAGE);
    assert_int_equal(sp_gaussian_collapse_time(test_run(), 1, (sp_vec){1, negative}, &t), SP_USAGE);
    assert_int_equal(sp_gaussian_collapse_time(test_run(), 1, (sp_vec){2, zero}, &t), SP_OK);
    assert_close(t, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_collapse_times),  SP_TEST(test_noncentral_chi_square),
                                       SP_TEST(test_exact_values),    SP_TEST(test_two_points),
                                       SP_TEST(test_finite_size_law), SP_TEST(test_limits),
                                       SP_TEST(test_thresholds),      SP_TEST(test_simulation),
                                       SP_TEST(test_refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
