/* Direct ridge regression beside the theory, the spectrum of the features and the training time. Theory is that of infinite
 * d: at d = 100 to 200 the deviations of order 1/d are below 3 %. */
#include "features_test.h"

static void four_terms_match_theory(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double psi1, psi2, ridge, noise_var;
        size_t d, repeats;
    } rows[] = {{"relu", 2, 1, 1e-2, 1, 120, 24}, {"tanh", 0.5, 1.5, 1e-1, 0.25, 120, 24}};
    for (size_t i = 0; i < 2; i++) {
        sp_features_point p = point(rows[i].name, rows[i].psi1, rows[i].psi2, rows[i].ridge, rows[i].noise_var);
        sp_activation s = activation(rows[i].name);
        sp_features_measured m;
        sp_features_ridge r = solve(rows[i].name, rows[i].psi1, rows[i].psi2, rows[i].ridge, rows[i].noise_var);
        sp_features_trial trial = {rows[i].d, rows[i].repeats, 1000};
        assert_int_equal(sp_features_measure(test_run(), &p, &s, &isotropic, (sp_vec){1, &p.ridge}, &trial, &m), SP_OK);
        assert_measured(m.test, r.test, 0.03);
        assert_measured(m.train, r.train, 0.03);
        assert_measured(m.bias, r.bias, 0.03);
        assert_measured(m.sampling, r.sampling, 0.03);
        assert_measured(m.init, r.init, 0.03);
        assert_measured(m.noise, r.noise, 0.03);
        assert_measured(m.ensemble, sp_features_ensemble(&r, INFINITY), 0.03);
        assert_measured(m.weight_norm, r.weight_norm, 0.03);
        assert_true(m.test.se < 0.1 * m.test.mean);
    }
}

static void anisotropic_simulation_matches_theory(void **state)
{
    (void)state;
    static const double c[] = {10.0 / 3, 5.0 / 12}, weight[] = {.2, .8}, th2[] = {1, 1};
    sp_population q = {2, c, weight, th2};
    sp_activation s = activation("relu");
    sp_features_point p = {3, 1.5, .2, .5, s.mu1, s.mu_star2};
    sp_features_ridge r;
    sp_features_measured m;
    sp_features_ridge_solve(&p, &q, &r);
    assert_int_equal(
        sp_features_measure(test_run(), &p, &s, &q, (sp_vec){1, &p.ridge}, &(sp_features_trial){100, 16, 1000}, &m), SP_OK);
    assert_measured(m.test, r.test, 0.03);
    assert_measured(m.train, r.train, 0.03);
    assert_measured(m.Q12, r.Q12, 0.03);
}

static void both_solvers_and_all_thread_counts_agree(void **state)
{
    (void)state;
    sp_features_point p = point("tanh", 1.5, 1, 1e-2, 0.3);
    sp_activation s = activation("tanh");
    sp_features_trial trial = {40, 5, 200};
    double ridges[] = {p.ridge, 10 * p.ridge};
    sp_features_measured one, both[2], single;
    assert_int_equal(sp_features_measure(test_run(), &p, &s, &isotropic, (sp_vec){1, ridges}, &trial, &one), SP_OK);
    assert_int_equal(sp_features_measure(test_run(), &p, &s, &isotropic, (sp_vec){2, ridges}, &trial, both), SP_OK);
    assert_close_rel(one.test.mean, both[0].test.mean, 1e-9); /* Cholesky against eigenvectors */
    assert_close_rel(one.train.mean, both[0].train.mean, 1e-9);
    assert_close_rel(one.weight_norm.mean, both[0].weight_norm.mean, 1e-9);
    sp_run *alone = sp_run_create(&(sp_run_options){.seed = 1, .threads = 1});
    sp_features_measured again[2];
    assert_int_equal(sp_features_measure(alone, &p, &s, &isotropic, (sp_vec){2, ridges}, &trial, again), SP_OK);
    assert_memory_equal(both, again, sizeof both);
    sp_run_free(alone);
    p.psi1 = 0.5; /* fewer features than rows: the other side of Z */
    assert_int_equal(sp_features_measure(test_run(), &p, &s, &isotropic, (sp_vec){1, ridges}, &trial, &single), SP_OK);
    assert_int_equal(sp_features_measure(test_run(), &p, &s, &isotropic, (sp_vec){2, ridges}, &trial, both), SP_OK);
    assert_close_rel(single.test.mean, both[0].test.mean, 1e-9);
    assert_close_rel(single.train.mean, both[0].train.mean, 1e-9);
    assert_close_rel(single.weight_norm.mean, both[0].weight_norm.mean, 1e-9);
}

/* ---- spectrum --------------------------------------------------------------------------------------- */

static double density(const sp_features_point *p, double x)
{
    double rho, residual;
    assert_int_equal(sp_features_density(test_run(), p, &isotropic, 1, &x, &rho, &residual), SP_OK);
    assert_true(residual < 1e-10);
    return rho;
}

static void density_references(void **state)
{
    (void)state;
    static const struct {
        double psi1, psi2, x, rho;
    } rows[] = {{10, 1, .25, .0998721},  {10, 1, .5, .0341372}, {10, 1, 2, .0117918}, {10, 1, 10, .00280924},
                {2, 4, .03, 9.128600},   {2, 4, .5, .3306052},  {2, 4, 2, .0691561},  {10, 30, .02, 22.28912},
                {10, 30, .05, 8.798957}, {10, 30, 4, .02172340}};
    for (size_t i = 0; i < 10; i++) {
        sp_features_point p = point("tanh", rows[i].psi1, rows[i].psi2, 0, 0);
        assert_close_rel(density(&p, rows[i].x), rows[i].rho, 5e-6);
    }
    sp_features_point p = point("tanh", 10, 30, 0, 0);
    assert_true(density(&p, 1) < 1e-12);
    p = point("abs", 2, 8, 0, 0);
    assert_close_rel(density(&p, .3), 1.921458, 5e-7);
}

/* No linear part: Marchenko and Pastur's law of ratio p/n and variance mu_star2, to rounding. */
static void marchenko_pastur(void **state)
{
    (void)state;
    static const double sizes[][2] = {{2, 8}, {1, 3}, {0.2, 0.21}};
    for (int i = 0; i < 3; i++) {
        sp_features_point p = point("abs", sizes[i][0], sizes[i][1], 0, 0);
        double q = p.psi1 / p.psi2, v = p.mu_star2, low = v * pow(1 - sqrt(q), 2), high = v * pow(1 + sqrt(q), 2);
        for (double u = 0.05; u < 1; u += 0.1) {
            double x = low + u * (high - low);
            assert_close_rel(density(&p, x), sqrt((high - x) * (x - low)) / (2 * M_PI * q * v * x), 1e-10);
        }
        sp_features_edges e;
        assert_int_equal(sp_features_edges_find(test_run(), &p, &isotropic, &e), SP_OK);
        assert_int_equal(e.n_bulks, 1);
        assert_close_rel(e.low[0], low, 1e-8);
        assert_close_rel(e.high[0], high, 1e-8);
        assert_close(e.mass[0], 1, 1e-6);
    }
}

static void mass_and_mean_of_the_spectrum(void **state)
{
    (void)state;
    static const double sizes[][2] = {{10, 1}, {2, 4}, {10, 30}, {0.5, 0.4}};
    static const size_t bulks[] = {1, 2, 2, 1};
    for (int i = 0; i < 4; i++) {
        sp_features_point p = point("tanh", sizes[i][0], sizes[i][1], 0, 0);
        sp_features_edges e;
        assert_int_equal(sp_features_edges_find(test_run(), &p, &isotropic, &e), SP_OK);
        double mass = e.zero_mass, part;
        for (size_t b = 0; b < e.n_bulks; b++)
            mass += e.mass[b];
        assert_close(mass, 1, 1e-6);
        if (i < 3)
            assert_int_equal(e.n_bulks, bulks[i]);
        /* mean by bins */
        double mean = 0;
        for (int k = 0; k < 4000; k++) {
            double low = 1e-4 * pow(1e6, k / 4000.0), high = 1e-4 * pow(1e6, (k + 1) / 4000.0);
            assert_int_equal(sp_features_mass(test_run(), &p, &isotropic, &e, low, high, &part), SP_OK);
            mean += part * sqrt(low * high);
            k += part == 0 ? 3 : 0;
        }
        assert_close_rel(mean, e.mean, 2e-3); /* bins of 0.35 %, some skipped beside the edges */
    }
}

static void histogram_matches_density(void **state)
{
    (void)state;
    sp_features_point p = point("tanh", 10, 1, 0, 0);
    sp_activation s = activation("tanh");
    double edge[] = {0.1, 1, 6, 20};
    sp_measured share[3], smallest, largest;
    sp_features_edges e;
    assert_int_equal(sp_features_histogram(test_run(), &p, &s, &isotropic, 3, edge, &(sp_features_trial){100, 8, 1}, share,
                                           &smallest, &largest),
                     SP_OK);
    assert_int_equal(sp_features_edges_find(test_run(), &p, &isotropic, &e), SP_OK);
    for (int b = 0; b < 3; b++) {
        double mass;
        assert_int_equal(sp_features_mass(test_run(), &p, &isotropic, &e, edge[b], edge[b + 1], &mass), SP_OK);
        assert_measured(share[b], mass, 0.03);
    }
    /* the largest eigenvalue approaches the edge from below like d^(-2/3): 8 % off at d = 200, 2 % at d = 800 */
    assert_true(largest.mean < e.high[0] && largest.mean > 0.8 * e.high[0]);
}

/* ---- training time ---------------------------------------------------------------------------------- */

static sp_features_flow flow(double psi2, double time)
{
    sp_features_point p = point("tanh", 10, psi2, 0, 25);
    sp_features_flow f;
    assert_int_equal(sp_features_flow_solve(test_run(), &p, &isotropic, time, &f), SP_OK);
    assert_true(f.converged);
    assert_true(f.residual < 1e-10);
    return f;
}

static void flow_ends(void **state)
{
    (void)state;
    for (double psi2 = 0.3; psi2 < 30; psi2 *= 2.1) {
        sp_features_ridge r = solve("tanh", 10, psi2, 0, 25);
        sp_features_flow late = flow(psi2, 1e10), early = flow(psi2, 1e-7);
        assert_close_rel(late.test, r.test, 1e-8);
        assert_close_rel(late.bias, r.bias, 1e-8);
        assert_close_rel(late.sampling, r.sampling, 1e-8);
        assert_close_rel(late.noise, r.noise, 1e-8);
        assert_close(late.train, r.train, 1e-8);
        assert_close(early.test, 1, 1e-5);
        assert_close(early.train, 26, 1e-4);
        assert_true(flow(psi2, 0).test == 1);
    }
    /* small times: train falls at the rate of the mean eigenvalue along the target, -2 t' <l> (mean square of y), to first
     * order */
    sp_features_flow a = flow(1, 1e-6);
    double drop = 26 - a.train;
    assert_true(drop > 0 && drop < 1e-3);
}

static void flow_matches_table_and_simulation(void **state)
{
    (void)state;
    /* spec 20, section 7: six draws at d = 60, statistical error 10 to 20 % */
    static const double psi2[] = {.3, .6, 1, 2, 5, 10, 20};
    static const struct {
        double time, test[7];
    } rows[] = {{10, {9.65, 28.4, 32.3, 22.7, 7.89, 3.67, 2.07}},
                {100, {9.65, 28.4, 33.2, 26.1, 23.4, 18.5, 11.6}},
                {1e3, {9.65, 28.4, 33.2, 26.1, 34.9, 79, 27.3}},
                {1e5, {9.65, 28.4, 33.2, 26.1, 34.9, 818, 28.1}}};
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 7; j++)
            assert_close_rel(flow(psi2[j], rows[i].time).test, rows[i].test[j], 0.25);
    assert_true(flow(1, 100).test > flow(10, 100).test && flow(1, 1e5).test < flow(10, 1e5).test);
    sp_features_point p = point("tanh", 4, 2, 0, 4);
    sp_activation s = activation("tanh");
    double times[] = {1, 30, 1000};
    sp_measured test[3], train[3];
    assert_int_equal(sp_features_flow_measure(test_run(), &p, &s, &isotropic, (sp_vec){3, times},
                                              &(sp_features_trial){100, 16, 1000}, test, train),
                     SP_OK);
    for (int k = 0; k < 3; k++) {
        sp_features_flow f;
        assert_int_equal(sp_features_flow_solve(test_run(), &p, &isotropic, times[k], &f), SP_OK);
        assert_measured(test[k], f.test, 0.03);
        assert_measured(train[k], f.train, 0.03);
    }
}

static void flow_with_few_features_matches_simulation(void **state)
{
    (void)state;
    sp_features_point p = point("relu", 0.5, 2, 0, 1);
    sp_activation s = activation("relu");
    double times[] = {0.5, 20, 1e4};
    sp_measured test[3], train[3];
    assert_int_equal(sp_features_flow_measure(test_run(), &p, &s, &isotropic, (sp_vec){3, times},
                                              &(sp_features_trial){100, 16, 1000}, test, train),
                     SP_OK);
    for (int k = 0; k < 3; k++) {
        sp_features_flow f;
        assert_int_equal(sp_features_flow_solve(test_run(), &p, &isotropic, times[k], &f), SP_OK);
        assert_measured(test[k], f.test, 0.03);
        assert_measured(train[k], f.train, 0.03);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(four_terms_match_theory),
                                       SP_TEST(anisotropic_simulation_matches_theory),
                                       SP_TEST(both_solvers_and_all_thread_counts_agree),
                                       SP_TEST(density_references),
                                       SP_TEST(marchenko_pastur),
                                       SP_TEST(mass_and_mean_of_the_spectrum),
                                       SP_TEST(histogram_matches_density),
                                       SP_TEST(flow_ends),
                                       SP_TEST(flow_matches_table_and_simulation),
                                       SP_TEST(flow_with_few_features_matches_simulation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
