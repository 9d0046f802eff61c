#include "close.h"
#include "math/linalg.h"
#include "math/marchenko_pastur.h"
#include "math/semicircle.h"
#include "math/statistics.h"
#include "math/stieltjes.h"

#include <string.h>

static double density_mp(double x, void *context)
{
    const double *p = context;
    return sp_mp_density(x, p[0], p[1]) * (p[2] != 0 ? x : 1);
}

static void test_marchenko_pastur(void **state)
{
    (void)state;
    sp_run *run = sp_run_create(NULL);
    double ratios[] = {0.1, 0.5, 1, 2, 10};
    for (int i = 0; i < 5; i++) {
        double p[] = {ratios[i], 1.7, 0}, low, high;
        sp_mp_edges(p[0], p[1], &low, &high);
        for (double f = 0.05; f < 1; f += 0.13) { /* closed cdf against the integral of the density */
            double x = low + f * (high - low);
            sp_integral area = sp_integrate(density_mp, p, low, x, 0, NULL, 0, 1e-11);
            assert_close(sp_mp_cdf(x, p[0], p[1]), sp_mp_atom(p[0]) + area.value, 1e-9);
            assert_close(sp_mp_quantile(sp_mp_cdf(x, p[0], p[1]), p[0], p[1]), x, 1e-12 * high);
            assert_close(cimag(sp_mp_stieltjes(x, p[0], p[1])) / M_PI, sp_mp_density(x, p[0], p[1]), 1e-13);
        }
        sp_rule rule;
        assert_int_equal(sp_mp_rule(run, 400, p[0], p[1], &rule), SP_OK);
        double mass = 0, first = 0, second = 0;
        double complex z = sp_cmplx(-0.7, 0.4), g = -sp_mp_atom(p[0]) / z;
        for (size_t j = 0; j < rule.n; j++) {
            mass += rule.w[j];
            first += rule.w[j] * rule.x[j];
            second += rule.w[j] * rule.x[j] * rule.x[j];
            g += rule.w[j] / (rule.x[j] - z);
        }
        assert_close(mass, 1 - sp_mp_atom(p[0]), p[0] == 1 ? 1.001 / 401 : 1e-13);
        assert_close(first, p[1], 1e-13);
        assert_close(second, p[1] * p[1] * (1 + p[0]), 1e-12);
        assert_close(cabs(g - sp_mp_stieltjes(z, p[0], p[1])), 0, p[0] == 1 ? 2.0 / 401 : 1e-12);
    }
    assert_close(sp_mp_quantile(0.3, 2, 1), 0, 0);
    sp_spike s = sp_mp_spike(3, 0.5, 2);
    assert_true(s.detectable);
    assert_close(s.position, 2 * 3 * 1.25, 1e-14);
    assert_close(s.overlap2, (1 - 0.125) / 1.25, 1e-15);
    assert_false(sp_mp_spike(1.7, 0.5, 1).detectable);
    assert_true(sp_mp_spike(0.2, 0.5, 1).detectable && sp_mp_spike(0.2, 0.5, 1).position > 0);
    assert_false(sp_mp_spike(0.1, 1.5, 1).detectable);
    sp_run_free(run);
}

static double log_distance(double l, void *context)
{
    const double *p = context;
    return sp_semicircle_density(l, p[1]) * log(fabs(p[0] - l));
}

static void test_semicircle(void **state)
{
    (void)state;
    sp_run *run = sp_run_create(NULL);
    double sigma = 1.3;
    for (double y = -4.1; y < 4.2; y += 0.53) {
        double p[] = {y, sigma};
        sp_integral i = sp_integrate(log_distance, p, -2 * sigma, 2 * sigma, 1, &y, 1e-11, 1e-11);
        assert_close(sp_semicircle_log_potential(y, sigma), i.value, 1e-10);
        double h = 1e-5;
        assert_close(sp_semicircle_log_potential_slope(y, sigma),
                     (sp_semicircle_log_potential(y + h, sigma) - sp_semicircle_log_potential(y - h, sigma)) / (2 * h),
                     1e-9);
        double complex g = sp_semicircle_stieltjes(y, sigma);
        assert_close(cimag(g) / M_PI, sp_semicircle_density(y, sigma), 1e-14);
        assert_close(creal(g), -sp_semicircle_log_potential_slope(y, sigma), 1e-14);
    }
    assert_close(sp_semicircle_cdf(0, 2), 0.5, 0);
    assert_close(sp_semicircle_quantile(sp_semicircle_cdf(0.4, sigma), sigma), 0.4, 1e-14);
    sp_rule rule;
    assert_int_equal(sp_semicircle_rule(run, 4, sigma, &rule), SP_OK);
    double fourth = 0, sixth = 0;
    for (size_t j = 0; j < rule.n; j++) {
        fourth += rule.w[j] * pow(rule.x[j], 4);
        sixth += rule.w[j] * pow(rule.x[j], 6);
    }
    assert_close(fourth, 2 * pow(sigma, 4), 1e-14); /* Catalan numbers */
    assert_close_rel(sixth, 5 * pow(sigma, 6), 1e-14);
    sp_spike s = sp_wigner_spike(-2.6, 1.3);
    assert_close(s.position, -3.25, 1e-15);
    assert_close(s.overlap2, 0.75, 1e-15);
    assert_false(sp_wigner_spike(1.2, 1.3).detectable);
    sp_run_free(run);
}

/* Mass and mean of the density on every bulk by x = middle + half cos(angle), which takes the square roots at the edges
 * away. */
static void total(sp_run *run, const sp_spectrum_model *m, double *mass, double *mean, size_t *bulks)
{
    enum { N = 400 };
    double edges[20], x[N], density[N];
    size_t bad;
    assert_int_equal(sp_spectrum_edges(run, m, 10, edges, bulks), SP_OK);
    *mass = *mean = 0;
    for (size_t b = 0; b < *bulks; b++) {
        double middle = 0.5 * (edges[2 * b] + edges[2 * b + 1]), half = 0.5 * (edges[2 * b + 1] - edges[2 * b]);
        for (size_t i = 0; i < N; i++)
            x[i] = middle - half * cos(M_PI * ((double)i + 0.5) / N);
        assert_int_equal(sp_spectrum_density(run, m, N, x, density, &bad), SP_OK);
        assert_int_equal(bad, 0);
        for (size_t i = 0; i < N; i++) {
            double step = M_PI / N * half * sin(M_PI * ((double)i + 0.5) / N);
            *mass += density[i] * step;
            *mean += density[i] * x[i] * step;
        }
    }
}

static void test_general(void **state)
{
    (void)state;
    sp_run *run = sp_run_create(NULL);
    double one = 1, edges[8], low, high, mass, mean;
    size_t bulks, bad;
    /* a population of equal eigenvalues is Marchenko-Pastur; zero plus a semicircle is a semicircle */
    double ratios[] = {0.2, 1, 3};
    for (int i = 0; i < 3; i++) {
        sp_spectrum_model m = {.ratio = ratios[i], .n = 1, .value = &one};
        assert_int_equal(sp_spectrum_edges(run, &m, 4, edges, &bulks), SP_OK);
        sp_mp_edges(ratios[i], 1, &low, &high);
        assert_int_equal(bulks, 1);
        assert_close(edges[0], low, 1e-14);
        assert_close(edges[1], high, 1e-13);
        assert_close(sp_spectrum_atom(&m), sp_mp_atom(ratios[i]), 1e-15);
        for (double f = 0.001; f < 1; f += 0.0713) {
            double x = low + f * (high - low), density;
            assert_int_equal(sp_spectrum_density(run, &m, 1, &x, &density, &bad), SP_OK);
            assert_close_rel(density, sp_mp_density(x, ratios[i], 1), 1e-9);
        }
        sp_complex g;
        assert_true(sp_spectrum_stieltjes(&m, sp_cmplx(0.3, 0.01), NULL, &g).converged);
        assert_close(cabs(g - sp_mp_stieltjes(sp_cmplx(0.3, 0.01), ratios[i], 1)), 0, 1e-12);
    }
    double zero = 0, x = 0.5, density;
    sp_spectrum_model w = {.kind = SP_PLUS_SEMICIRCLE, .sigma = 1.5, .n = 1, .value = &zero};
    assert_int_equal(sp_spectrum_density(run, &w, 1, &x, &density, &bad), SP_OK);
    assert_close(density, sp_semicircle_density(0.5, 1.5), 1e-13);
    /* several bulks: masses and means are those of the population */
    double value[] = {1, 3, 20}, weight[] = {0.5, 0.3, 0.2};
    sp_spectrum_model c = {.ratio = 0.05, .n = 3, .value = value, .weight = weight};
    total(run, &c, &mass, &mean, &bulks);
    assert_int_equal(bulks, 3);
    assert_close(mass, 1, 1e-9);
    assert_close_rel(mean, 0.5 + 0.9 + 4.0, 1e-9);
    c.ratio = 2;
    total(run, &c, &mass, &mean, &bulks);
    assert_close(mass, 0.5, 1e-6);
    assert_close_rel(mean, 5.4, 1e-9);
    double some_zero[] = {0, 3}, half[] = {0.6, 0.4};
    sp_spectrum_model z = {.ratio = 0.5, .n = 2, .value = some_zero, .weight = half};
    total(run, &z, &mass, &mean, &bulks);
    assert_close(mass, 0.4, 1e-9);
    assert_close(sp_spectrum_atom(&z), 0.6, 0);
    sp_spectrum_model s = {.kind = SP_PLUS_SEMICIRCLE, .sigma = 0.3, .n = 3, .value = value, .weight = weight};
    total(run, &s, &mass, &mean, &bulks);
    assert_int_equal(bulks, 3);
    assert_close(mass, 1, 1e-9);
    assert_close_rel(mean, 5.4, 1e-9);
    /* spikes of the special cases */
    sp_spectrum_model mp = {.ratio = 0.5, .n = 1, .value = &one};
    assert_close(sp_spectrum_spike(&mp, 3).position, sp_mp_spike(3, 0.5, 1).position, 1e-14);
    assert_close(sp_spectrum_spike(&mp, 3).overlap2, sp_mp_spike(3, 0.5, 1).overlap2, 1e-14);
    assert_false(sp_spectrum_spike(&mp, 1.7).detectable);
    assert_close(sp_spectrum_spike(&w, 4).position, sp_wigner_spike(4, 1.5).position, 1e-14);
    assert_close(sp_spectrum_spike(&w, 4).overlap2, sp_wigner_spike(4, 1.5).overlap2, 1e-14);
    /* same bits for any number of threads */
    enum { N = 200 };
    double grid[N], d1[N], d2[N];
    for (int i = 0; i < N; i++)
        grid[i] = 60.0 * i / N;
    c.ratio = 0.3;
    sp_run *two = sp_run_create(&(sp_run_options){.threads = 2});
    assert_int_equal(sp_spectrum_density(run, &c, N, grid, d1, &bad), SP_OK);
    assert_int_equal(sp_spectrum_density(two, &c, N, grid, d2, &bad), SP_OK);
    assert_memory_equal(d1, d2, sizeof d1);
    /* refusals */
    double negative = -1, half_weight = 0.5;
    sp_spectrum_model bad_models[] = {{.ratio = 0, .n = 1, .value = &one},
                                      {.ratio = 1, .n = 1, .value = &negative},
                                      {.ratio = 1, .n = 1, .value = &zero},
                                      {.ratio = 1, .n = 1, .value = &one, .weight = &half_weight},
                                      {.kind = SP_PLUS_SEMICIRCLE, .n = 1, .value = &one}};
    for (int i = 0; i < 5; i++)
        assert_int_equal(sp_spectrum_check(run, &bad_models[i]), SP_USAGE);
    assert_int_equal(sp_spectrum_check(run, &c), SP_OK);
    sp_run_free(two);
    sp_run_free(run);
}

/* A sample covariance matrix with a two-atom population and a spike: histogram, outlier and overlap against the theory. */
static void test_simulation(void **state)
{
    (void)state;
    enum { D = 300, N = 600, MATRICES = 6 };
    sp_run *run = sp_run_create(&(sp_run_options){.seed = 21});
    double value[] = {1, 4}, weight[] = {0.5, 0.5}, spike = 15;
    sp_spectrum_model m = {.ratio = (double)D / N, .n = 2, .value = value, .weight = weight};
    sp_spike predicted = sp_spectrum_spike(&m, spike);
    assert_true(predicted.detectable);
    sp_moments position = {0}, overlap = {0}, below = {0};
    double *x = SP_NEW(run, double, N *D), *c = SP_NEW(run, double, D *D), w[D], *v = SP_NEW(run, double, D *D);
    for (uint64_t r = 0; r < MATRICES; r++) {
        sp_rng rng = sp_rng_at(run, "x", r);
        sp_normals(&rng, N * D, x);
        for (size_t i = 0; i < N; i++)
            for (size_t j = 0; j < D; j++)
                x[i * D + j] *= sqrt(j == 0 ? spike : j < D / 2 ? 1 : 4);
        assert_int_equal(sp_covariance(run, sp_rows_double(N, D, x), NULL, N, c), SP_OK);
        assert_int_equal(sp_eigen(run, D, c, w, v), SP_OK);
        sp_moments_add(&position, w[D - 1]);
        sp_moments_add(&overlap, v[(D - 1) * D] * v[(D - 1) * D]);
        double count = 0;
        for (size_t j = 0; j < D; j++)
            count += w[j] < 2;
        sp_moments_add(&below, count / D);
    }
    /* finite-size corrections are of order 1/N: allow 1 % beside 5 standard errors */
    assert_close(position.mean, predicted.position, 5 * sp_moments_se(&position) + 0.01 * predicted.position);
    assert_close(overlap.mean, predicted.overlap2, 5 * sp_moments_se(&overlap) + 0.01);
    double edges[4], mass = 0, density[400], grid[400];
    size_t bulks, bad;
    assert_int_equal(sp_spectrum_edges(run, &m, 2, edges, &bulks), SP_OK);
    for (int i = 0; i < 400; i++) /* quadratic map: the square root at the lower edge becomes smooth */
        grid[i] = edges[0] + (2 - edges[0]) * pow((i + 0.5) / 400, 2);
    assert_int_equal(sp_spectrum_density(run, &m, 400, grid, density, &bad), SP_OK);
    for (int i = 0; i < 400; i++)
        mass += density[i] * (2 - edges[0]) * 2 * (i + 0.5) / 400 / 400;
    assert_close(below.mean, mass, 5 * sp_moments_se(&below) + 1.5 / D);
    sp_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_marchenko_pastur), cmocka_unit_test(test_semicircle),
                                       cmocka_unit_test(test_general), cmocka_unit_test(test_simulation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
