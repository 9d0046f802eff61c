/* Annealed Kac-Rice: closed forms, the table of spec 31 section 7, lines of spec 23. */
#include "test.h"

#include "close.h"

#include "landscape/isolated_minimum.h"

#include <string.h>

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

static gaussian_landscape text(const char *xi, const char *signal)
{
    sp_landscape_model model = sp_landscape_model_default();
    gaussian_landscape g;
    model.xi = xi;
    model.signal = signal;
    assert_int_equal(gaussian_landscape_create(test_run(), &model, &g), SP_OK);
    return g;
}

static gaussian_landscape matrix_tensor(size_t p, double inverse_2, double inverse_p)
{
    sp_landscape_model model = sp_landscape_model_default();
    gaussian_landscape g;
    model.model = SP_LANDSCAPE_MATRIX_TENSOR;
    model.p = p;
    model.inverse_noise_2 = inverse_2;
    model.inverse_noise_p = inverse_p;
    assert_int_equal(gaussian_landscape_create(test_run(), &model, &g), SP_OK);
    return g;
}

static void threshold_in_closed_form(void **state)
{
    (void)state;
    for (size_t p = 3; p <= 8; p++) {
        gaussian_landscape g = spin(p, 3, 0);
        double q = (double)p;
        assert_close(threshold_energy(&g, 0), -sqrt(2 * (q - 1) / q), 1e-14);
        assert_close(annealed_at_threshold(&g, 0), 0.5 * log(q - 1) - (q - 2) / q, 1e-14);
        assert_close(annealed_complexity(&g, COUNT_ALL, 0, 0, 0), 0.5 * log(q - 1), 1e-14);
        assert_close(annealed_max_energy(&g, COUNT_ALL, 0).value, 0.5 * log(q - 1), 1e-14);
    }
}

static void ground_states(void **state)
{
    (void)state;
    static const double energy[] = {-1.1716747793, -1.2686096895, -1.3350097019, -1.3849860099};
    for (size_t p = 3; p <= 6; p++) {
        gaussian_landscape g = spin(p, 3, 0);
        assert_close(annealed_zero_energy(&g, 0), energy[p - 3], 6e-11); /* half of the last digit given */
    }
    /* energies scale with the square root of the variance convention */
    gaussian_landscape unit = text("q^3", "");
    assert_close(annealed_zero_energy(&unit, 0), -1.6569983635, 6e-11);
}

/* p, k, r, m, energy: mu, Sigma_A, theta (spec 31, section 7) */
static const double rows[][8] = {
    {3, 3, 1, 0.1, -1.00, 3.000, 0.0921819779, 0.198},  {3, 3, 2, 0.5, -1.00, 3.000, 0.0499547763, 1.5},
    {3, 3, 3, 0.3, -1.16, 3.480, 0.0022295776, 1.638},  {3, 3, 3, 0.4, -1.16, 3.480, 0.0022822238, 2.016},
    {3, 2, 1, 0.3, -1.17, 3.465, 0.0070041250, 0.91},   {3, 2, 1.5, 0.5, -1.22, 3.4725, 0.0006808170, 1.125},
    {4, 4, 2, 0.3, -1.10, 4.400, 0.1070476788, 0.4914}, {3, 1, 1, 0.4, -1.00, 2.200, 0.0227302300, 0}};

static void reference_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const double *v = rows[i];
        gaussian_landscape g = spin((size_t)v[0], (size_t)v[1], v[2]);
        assert_close(gaussian_landscape_mu(&g, v[4], v[3]), v[5], 1e-12);
        assert_close(gaussian_landscape_energy(&g, v[5], v[3]), v[4], 1e-12);
        assert_close(annealed_complexity(&g, COUNT_ALL, v[4], v[3], NAN), v[6], 6e-11);
        assert_close(annealed_theta(&g, v[3]), v[7], 1e-12);
    }
}

/* A mixed landscape in the limit of a pure one, with mu maximised: the general formula against the pure one. */
static void mixed_tends_to_pure(void **state)
{
    (void)state;
    gaussian_landscape pure = spin(3, 3, 2), mixed = text("0.5*q^3+1e-9*q^2", "2*m^3/3");
    for (double m = -0.6; m < 0.7; m += 0.3)
        for (double e = -1.3; e < 0; e += 0.4)
            /* the width in mu is sqrt(1e-9): corrections are of that order */
            assert_close(annealed_max_mu(&mixed, COUNT_ALL, e, m).value, annealed_complexity(&pure, COUNT_ALL, e, m, NAN),
                         1e-6);
}

/* The maximisers against a brute scan. */
static void maxima(void **state)
{
    (void)state;
    gaussian_landscape g = text("0.3*q^2+0.4*q^4", "0.8*m^2+0.1*m^3");
    for (int of = COUNT_ALL; of <= COUNT_MINIMA; of++) {
        landscape_count_kind kind = (landscape_count_kind)of;
        annealed_point best = annealed_max_mu(&g, kind, -1.2, 0.3);
        for (double mu = best.mu - 2; mu < best.mu + 2; mu += 0.001)
            assert_true(annealed_complexity(&g, kind, -1.2, 0.3, mu) <= best.value + 1e-13);
        best = annealed_max_energy(&g, kind, 0.3);
        for (double e = best.energy - 1; e < best.energy + 1; e += 0.001)
            assert_true(annealed_max_mu(&g, kind, e, 0.3).value <= best.value + 1e-13);
        best = annealed_max_overlap(&g, kind, NAN);
        for (double m = -0.999; m < 1; m += 0.001)
            assert_true(!(annealed_max_energy(&g, kind, m).value > best.value + 1e-10));
    }
}

static void field_trivialises(void **state)
{
    (void)state;
    /* total complexity under a field: zero for r >= sqrt(sigma2 p (p - 2)) */
    for (size_t p = 3; p <= 5; p++) {
        double r = sqrt(0.5 * (double)(p * (p - 2)));
        gaussian_landscape below = spin(p, 1, 0.99 * r), above = spin(p, 1, 1.01 * r);
        assert_true(annealed_max_overlap(&below, COUNT_ALL, NAN).value > 1e-7);
        assert_close(annealed_max_overlap(&above, COUNT_ALL, NAN).value, 0, 1e-9);
    }
    gaussian_landscape g = spin(3, 1, 0.5);
    assert_close(annealed_max_overlap(&g, COUNT_ALL, NAN).value, 0.5 * log(2) - 0.25 / 3, 1e-12);
    g = spin(3, 1, 1);
    annealed_point best = annealed_max_overlap(&g, COUNT_ALL, NAN);
    assert_close(best.value, 0.0360658874, 6e-11);
    assert_close(best.energy, -1, 1e-6);
    assert_close(best.m, 0.5, 1e-6);
    g = spin(3, 1, 1.2);
    assert_close(annealed_max_overlap(&g, COUNT_ALL, NAN).value, 0.0004109973, 6e-11);
}

static void isolated_minima(void **state)
{
    (void)state;
    static const double expected[][6] = {{3, 3, -1.2634180008, 0.8880738340, 0.3753441669},
                                         {2, 2.5, -1.55, 0.8717797887, 0.4},
                                         {1, 1.5, -1.9364916731, 0.7745966692, 0.5163977795}};
    for (size_t i = 0; i < 3; i++) {
        const double *v = expected[i];
        gaussian_landscape g = spin(3, (size_t)v[0], v[1]);
        isolated_minimum isolated = isolated_minimum_of(&g);
        assert_true(isolated.exists && isolated.stable);
        assert_close(isolated.energy, v[2], 6e-11);
        assert_close(isolated.m, v[3], 6e-11);
        assert_close(isolated.chi, v[4], 6e-11);
        assert_close(isolated.mu, gaussian_landscape_mu(&g, isolated.energy, isolated.m), 1e-12);
        /* it is one point: zero complexity */
        assert_close(annealed_complexity(&g, COUNT_ALL, isolated.energy, isolated.m, NAN), 0, 1e-13);
    }
    gaussian_landscape without = spin(3, 3, 2.4), with = spin(3, 3, 2.46);
    assert_false(isolated_minimum_of(&without).exists);
    assert_true(isolated_minimum_of(&with).exists);
}

static void minima_and_their_rate(void **state)
{
    (void)state;
    assert_close(lowest_eigenvalue_rate(1.2, 2.01), 0.0005068616, 6e-11);
    assert_close(lowest_eigenvalue_rate(1.2, 1.2 + 1 / 1.2), 0, 1e-16);
    assert_close(lowest_eigenvalue_rate(0.9, 2), 0, 0);
    /* the slope is the derivative: central difference, error h^2 */
    double h = 1e-5;
    for (double t = 2.05; t < 2.9; t += 0.1) {
        double numeric = (lowest_eigenvalue_rate(2.5, t + h) - lowest_eigenvalue_rate(2.5, t - h)) / (2 * h);
        assert_close(lowest_eigenvalue_rate_slope(2.5, t), numeric, 1e-9);
    }
    gaussian_landscape g = spin(3, 3, 3);
    assert_true(annealed_complexity(&g, COUNT_MINIMA, -1.16, 0.4, NAN) <
                annealed_complexity(&g, COUNT_ALL, -1.16, 0.4, NAN));
    assert_true(isinf(annealed_complexity(&g, COUNT_MINIMA, -1, 0.1, NAN)));
}

/* p, 1/Delta_2, Delta_p: E_th, mu_th, Sigma at the threshold, Sigma_min(0), Sigma_min(0.1) (spec 23, section 7a) */
static void matrix_tensor_rows(void **state)
{
    (void)state;
    static const double v[][8] = {{3, 1, 1, -1.3952631505, 3.4641016151, 0.0013436652, 0.0027325541, 0.0023215597},
                                  {3, 2, 1, -1.7222222222, 4, 0.0003225177, 0.0009838934, 0.0005405535},
                                  {3, 2.5, 1, -1.8631702488, 4.2426406871, NAN, -0.0001797228, -0.0026395276},
                                  {4, 1.5, 0.25, -1.3214285714, 3, NAN, 0.0006572141, 0.0004870597}};
    for (size_t i = 0; i < 4; i++) {
        gaussian_landscape g = matrix_tensor((size_t)v[i][0], v[i][1], v[i][2]);
        assert_close(threshold_energy(&g, 0), v[i][3], 6e-11);
        assert_close(2 * sqrt(g.x2), v[i][4], 6e-11);
        if (!isnan(v[i][5]))
            assert_close(annealed_at_threshold(&g, 0), v[i][5], 6e-11);
        /* the spec scans mu: its maxima are good to about 1e-10, but its last number of the third row (-0.0026397783) is the
         * value at the edge mu = 2 sqrt x2; the maximum, just above the edge, is -0.0026395276 (a scan in steps of 1e-6) */
        assert_close(annealed_max_energy(&g, COUNT_MINIMA, 0).value, v[i][6], 2e-10);
        assert_close(annealed_max_energy(&g, COUNT_MINIMA, 0.1).value, v[i][7], 2e-10);
    }
    static const double overlap[][3] = {{3, 2, 0.7826650040}, {3, 2.5, 0.8269115876}};
    for (size_t i = 0; i < 2; i++) {
        gaussian_landscape g = matrix_tensor((size_t)overlap[i][0], overlap[i][1], 1);
        assert_close(isolated_minimum_of(&g).m, overlap[i][2], 6e-11);
    }
    gaussian_landscape below = matrix_tensor(3, 1, 1);
    assert_false(isolated_minimum_of(&below).exists);
}

static void phase_lines(void **state)
{
    (void)state;
    sp_landscape_phases_params p = {.model = sp_landscape_model_default()};
    sp_landscape_phases_result r;
    sp_landscape_phase_list list;
    static const double spiked[][3] = {{3, 2.4494897, 2.5594912}, {4, 3.6742346, 3.9758321}};
    for (size_t i = 0; i < 2; i++) {
        p.model.p = p.model.k = (size_t)spiked[i][0];
        assert_int_equal(sp_landscape_phases(test_run(), &p, &r, &list), SP_OK);
        assert_close(r.r_spinodal, spiked[i][1], 6e-8);
        assert_close(r.r_transition, spiked[i][2], 6e-8);
    }
    p.model.p = 3;
    p.model.k = 2;
    assert_int_equal(sp_landscape_phases(test_run(), &p, &r, &list), SP_OK);
    assert_close(r.r_bbp, sqrt(3), 1e-14);
    assert_close(r.r_equator, 2.0555877, 6e-8);

    p.model = sp_landscape_model_default();
    p.model.model = SP_LANDSCAPE_MATRIX_TENSOR;
    static const double lines[][5] = {
        {3, 0.25, 2.5615528128, 3.3722813233, 4.435852}, {3, 1, 1.6180339887, 2, 2.462754},
        {3, 2, 1.3660254038, 1.6180339887, 1.915578},    {3, 4, 1.2071067812, 1.3660254038, 1.552057},
        {4, 1, 1.6180339887, 2.3027756377, 3.125586},    {4, 4, 1.2071067812, 1.5, 1.831612}};
    for (size_t i = 0; i < 6; i++) {
        p.model.p = (size_t)lines[i][0];
        p.model.deltap = lines[i][1];
        assert_int_equal(sp_landscape_phases(test_run(), &p, &r, &list), SP_OK);
        assert_close(r.inverse_noise_2_amp, lines[i][2], 6e-11);
        assert_close(r.inverse_noise_2_flow, lines[i][3], 6e-11);
        assert_close(r.inverse_noise_2_trivial, lines[i][4], 6e-7);
        assert_true(1 < r.inverse_noise_2_amp && r.inverse_noise_2_amp < r.inverse_noise_2_flow &&
                    r.inverse_noise_2_flow < r.inverse_noise_2_trivial);
    }
}

static void refuse(sp_landscape_model model, const char *words)
{
    gaussian_landscape g;
    assert_int_equal(gaussian_landscape_create(test_run(), &model, &g), SP_USAGE);
    if (!strstr(sp_run_message(test_run()), words))
        fail_msg("\"%s\" does not say \"%s\"", sp_run_message(test_run()), words);
}

static void bad_models(void **state)
{
    (void)state;
    sp_landscape_model m = sp_landscape_model_default();
    m.xi = "q^2-q^3";
    refuse(m, "must be >= 0");
    m.xi = "sin(q)";
    refuse(m, "polynomial");
    m.xi = "q^";
    refuse(m, "--xi");
    m.xi = "q";
    refuse(m, ">= 2");
    m.xi = "1+q^2";
    refuse(m, "constant");
    m.xi = "q^3";
    m.p = 3;
    refuse(m, "not both");
    m = sp_landscape_model_default();
    m.signal = "m^2";
    m.r = 1;
    refuse(m, "not both");
    m = sp_landscape_model_default();
    m.deltap = 1;
    refuse(m, "matrix-tensor");
    m.model = SP_LANDSCAPE_MATRIX_TENSOR;
    m.inverse_noise_p = 1;
    refuse(m, "not both");
    m = sp_landscape_model_default();
    m.model = SP_LANDSCAPE_MATRIX_TENSOR;
    refuse(m, "needs");
    m.delta2 = 1;
    m.p = 2;
    refuse(m, ">= 3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(threshold_in_closed_form),
                                       SP_TEST(ground_states),
                                       SP_TEST(reference_rows),
                                       SP_TEST(mixed_tends_to_pure),
                                       SP_TEST(maxima),
                                       SP_TEST(field_trivialises),
                                       SP_TEST(isolated_minima),
                                       SP_TEST(minima_and_their_rate),

                                       SP_TEST(matrix_tensor_rows),
                                       SP_TEST(phase_lines),
                                       SP_TEST(bad_models)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
