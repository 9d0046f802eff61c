/* Quenched Kac-Rice: the table of spec 31 section 7, limits, analytic slope against differences, outliers. */
#include "test.h"

#include "close.h"

#include "landscape/isolated_minimum.h"

#include <string.h>

static gaussian_landscape landscape(const char *xi, const char *signal)
{
    sp_landscape_model model = sp_landscape_model_default();
    gaussian_landscape g;
    model.xi = xi;
    model.signal = signal;
    assert_int_equal(gaussian_landscape_create(test_run(), &model, &g), SP_OK);
    return g;
}

static gaussian_landscape spin(size_t p, size_t k, double r)
{
    sp_landscape_model model = sp_landscape_model_default();
    gaussian_landscape g;
    model.p = p;
    model.k = k;
    model.r = r;
    assert_int_equal(gaussian_landscape_create(test_run(), &model, &g), SP_OK);
    return g;
}

/* p, k, r, m, energy: q, Sigma_Q, theta */
static const double rows[][8] = {
    {3, 3, 1, 0.1, -1.00, 0.01055353, 0.0921811196, 0.197261}, {3, 3, 2, 0.5, -1.00, 0.32992446, 0.0493218138, 1.454165},
    {3, 3, 3, 0.3, -1.16, 0.11452966, 0.0021250389, 1.615285}, {3, 3, 3, 0.4, -1.16, 0.20028186, 0.0022362764, 1.997574},
    {3, 2, 1, 0.3, -1.17, 0.10717564, 0.0069595790, 0.892513}, {3, 2, 1.5, 0.5, -1.22, 0.29307987, 0.0003476391, 1.216954},
    {4, 4, 2, 0.3, -1.10, 0.09526875, 0.1069851287, 0.481497}, {3, 1, 1, 0.4, -1.00, 0.29442698, 0.0101006361, NAN}};

static void reference_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const double *v = rows[i];
        gaussian_landscape g = spin((size_t)v[0], (size_t)v[1], v[2]);
        quenched_point p = quenched_complexity(&g, v[4], v[3], NAN, NAN);
        assert_true(p.found);
        assert_close(p.q, v[5], 6e-9);
        assert_close(p.value, v[6], 6e-11);
        assert_true(p.residual < 1e-12);
        double theta;
        assert_int_equal(quenched_theta(test_run(), &g, &p, &theta), SP_OK);
        if (isnan(v[7]))
            assert_true(isnan(theta));
        else
            assert_close(theta, v[7], 6e-7);
    }
    gaussian_landscape g = spin(3, 3, 3);
    quenched_point p = quenched_complexity(&g, -1.16, 0.4, NAN, NAN);
    double theta;
    assert_int_equal(quenched_theta(test_run(), &g, &p, &theta), SP_OK);
    assert_close(lowest_eigenvalue(&g, p.mu, theta), -0.019396, 6e-7);
}

static void slope_is_the_derivative(void **state)
{
    (void)state;
    gaussian_landscape pure = spin(4, 2, 1.3), mixed = landscape("0.4*q^2+0.3*q^3+0.1*q^5", "0.7*m^2+0.2*m^3");
    const gaussian_landscape *all[] = {&pure, &mixed};
    for (size_t i = 0; i < 2; i++)
        for (double q = 0.05; q < 0.9; q += 0.1) {
            double h = 1e-5, high = quenched_evaluate(all[i], -1.1, 0.3, 2.5, q + h).value;
            double low = quenched_evaluate(all[i], -1.1, 0.3, 2.5, q - h).value;
            /* central difference: h^2 times a third derivative that grows like 1/(1-q)^3 */
            assert_close(quenched_evaluate(all[i], -1.1, 0.3, 2.5, q).slope, (high - low) / (2 * h), 1e-5);
        }
}

/* Without a signal to first and second order, points of the equator do not see each other: quenched = annealed. */
static void equal_at_the_equator(void **state)
{
    (void)state;
    gaussian_landscape pure = spin(3, 3, 2), mixed = landscape("0.5*q^2+0.3*q^4", "m^2");
    for (double e = -1.4; e < 1; e += 0.2) {
        quenched_point p = quenched_complexity(&pure, e, 0, NAN, NAN);
        assert_true(p.found);
        assert_close(p.q, 0, 1e-9);
        assert_close(p.value, annealed_complexity(&pure, COUNT_ALL, e, 0, NAN), 1e-12);
        p = quenched_complexity(&mixed, e, 0, 2, NAN);
        if (p.found)
            assert_close(p.value, annealed_complexity(&mixed, COUNT_ALL, e, 0, 2), 1e-9);
    }
}

/* The pure formula (three variables) against the mixed one (four) with a small second term. */
static void mixed_tends_to_pure(void **state)
{
    (void)state;
    gaussian_landscape pure = spin(3, 3, 2), mixed = landscape("0.5*q^3+1e-7*q^4", "2*m^3/3");
    quenched_point a = quenched_complexity(&pure, -1, 0.5, NAN, NAN), b = quenched_max_mu(&mixed, -1, 0.5);
    assert_true(a.found && b.found);
    assert_close(a.value, b.value, 1e-5); /* of the order of the perturbation times |d Sigma / d xi| */
    assert_close(a.q, b.q, 1e-4);
}

static void never_above_annealed(void **state)
{
    (void)state;
    static const struct {
        size_t p, k;
        double r;
    } models[] = {{3, 3, 2}, {3, 1, 0.5}, {3, 2, 1.5}, {4, 4, 5}, {5, 2, 1}};
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        gaussian_landscape g = spin(models[i].p, models[i].k, models[i].r);
        for (double m = -0.9; m < 0.95; m += 0.15)
            for (double e = -1.5; e < 1.3; e += 0.25) {
                quenched_point p = quenched_complexity(&g, e, m, NAN, NAN);
                if (!p.found) {
                    assert_non_null(p.reason);
                    assert_true(isnan(p.value) || p.value > 0);
                    continue;
                }
                assert_true(p.value <= annealed_complexity(&g, COUNT_ALL, e, m, NAN) + 1e-9);
                assert_true(p.q >= m * m - 1e-8 && p.q < 1);
            }
    }
}

/* A warm start and a scan from nothing land on the same branch. */
static void branch_does_not_depend_on_the_start(void **state)
{
    (void)state;
    gaussian_landscape g = spin(3, 3, 3);
    double q = 0;
    for (double m = 0; m < 0.5; m += 0.01) {
        quenched_point warm = quenched_complexity(&g, -1.16, m, NAN, q), cold = quenched_complexity(&g, -1.16, m, NAN, NAN);
        assert_true(warm.found && cold.found);
        assert_close(warm.q, cold.q, 1e-9);
        q = warm.q;
    }
    /* two stable q here: the branch from q = m^2 is the lower one */
    gaussian_landscape k1 = spin(3, 1, 1);
    quenched_point none = quenched_complexity(&k1, -1, 0.05, NAN, NAN);
    assert_false(none.found);
    assert_true(isnan(none.value));
}

static void band_edges(void **state)
{
    (void)state;
    gaussian_landscape one = spin(3, 3, 1), three = spin(3, 3, 3);
    assert_close(band_edge_annealed(&one), 0.187646, 6e-7);
    assert_close(band_edge_quenched(&one), 0.187183, 6e-7);
    assert_close(band_edge_annealed(&three), 0.527247, 6e-7);
    assert_close(band_edge_quenched(&three), 0.517669, 6e-7);
}

/* theta tends to F''(0) at m = 0, and the outlier touches zero where points merge (q -> 1): theta + x2/theta = mu. */
static void outlier_limits(void **state)
{
    (void)state;
    gaussian_landscape g = spin(3, 2, 1);
    double theta;
    quenched_point p = quenched_complexity(&g, -1.17, 1e-4, NAN, NAN);
    assert_true(p.found);
    assert_int_equal(quenched_theta(test_run(), &g, &p, &theta), SP_OK);
    assert_close(theta, 1, 1e-6);

    gaussian_landscape spiked = spin(3, 3, 2);
    for (double m = 0.60; m < 0.75; m += 0.005) {
        p = quenched_complexity(&spiked, -1, m, NAN, NAN);
        if (!p.found || p.q < 0.9)
            continue;
        assert_int_equal(quenched_theta(test_run(), &spiked, &p, &theta), SP_OK);
        if (theta > sqrt(spiked.x2) && p.q > 0.99)
            assert_close(theta + spiked.x2 / theta, p.mu, 0.1);
    }
}

static void the_command_says_why(void **state)
{
    (void)state;
    double m = 0.8, e = -1;
    sp_landscape_complexity_params p = {
        .model = sp_landscape_model_default(), .energy = {1, &e}, .overlap = {1, &m}, .quenched = true};
    p.model.r = 2;
    sp_landscape_points_list list;
    assert_int_equal(sp_landscape_complexity(test_run(), &p, &list), SP_OK);
    assert_true(isnan(list.v[0].complexity_quenched));
    assert_non_null(strstr(list.v[0].note, "no replica-symmetric solution"));
    p.of = SP_LANDSCAPE_MINIMA;
    assert_int_equal(sp_landscape_complexity(test_run(), &p, &list), SP_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SP_TEST(reference_rows),      SP_TEST(slope_is_the_derivative), SP_TEST(equal_at_the_equator),
        SP_TEST(mixed_tends_to_pure), SP_TEST(never_above_annealed),    SP_TEST(branch_does_not_depend_on_the_start),
        SP_TEST(band_edges),          SP_TEST(outlier_limits),          SP_TEST(the_command_says_why)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
