/* Closed forms of the spiked model (spec 28, 7; spec 23, 7), simulation and AMP against theory. */
#include "test.h"

#include "spinodal/spiked_tensor.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void assert_near(double x, double reference, double tolerance)
{
    if (!(fabs(x - reference) <= tolerance))
        print_message("%.12g, expected %.12g +- %.2g\n", x, reference, tolerance);
    assert_true(fabs(x - reference) <= tolerance);
}

static sp_spiked_thresholds thresholds(int64_t p, double inverse2, double deltap, double temperature)
{
    sp_spiked_thresholds out;
    sp_spiked_thresholds_params q = {.model = {.p = p, .delta2 = INFINITY, .inverse_noise_2 = inverse2, .deltap = deltap},
                                     .temperature = temperature};
    assert_int_equal(sp_spiked_thresholds_of(test_run(), &q, &out), SP_OK);
    return out;
}

static void test_fixed_points(void **state)
{
    (void)state;
    const double cases[4][3] = {
        {0.7, 2, 0.3826828393}, {0.4, 0.2, 0.8520797289}, {0.5, 1, 0.6180339887}, {0.9, 4, 0.1245300154}};
    for (int i = 0; i < 4; i++)
        assert_near(thresholds(3, 1 / cases[i][0], cases[i][1], 1).m_bayes, cases[i][2], 1e-9);
    assert_near(thresholds(3, 1 / 0.7, 2, 1).q_th, 0.2215234, 1e-7);
    assert_near(thresholds(3, 1 / 0.4, 0.2, 1).q_th, 0.6703774, 1e-7);
    sp_spiked_thresholds a = thresholds(3, 0, 1, 0.3);
    assert_near(a.q_th, 0.756030, 1e-6);
    assert_near(a.aging_energy, -0.785907, 1e-6);
    assert_string_equal(thresholds(3, 1 / 1.5, 0.39, 1).regime, "impossible"); /* informative, not dominant */
    assert_string_equal(thresholds(3, 1 / 1.5, 0.3, 1).regime, "hard");
    assert_string_equal(thresholds(3, 1 / 1.5, 1, 1).regime, "impossible");
}

static void test_boundaries(void **state)
{
    (void)state;
    const double upper[3][4] = {
        {1.5, 0.3660254, 0.4019238, 0.3796023}, {2, 0.4142136, 0.3431458, 0.3208031}, {4, 0.4641016, 0.2871871, 0.2654111}};
    for (int i = 0; i < 3; i++) {
        double m, spinodal, it;
        sp_spiked_spinodal(3, upper[i][0], &m, &spinodal, &it);
        assert_near(m, upper[i][1], 1e-6); /* place of a flat minimum */
        assert_near(spinodal, upper[i][2], 6e-8);
        assert_near(it, upper[i][3], 6e-8);
    }
    const double langevin[6][3] = {{3, 0.2, 0.3162278},  {3, 0.5, 0.5},       {3, 1, 0.7071068},
                                   {4, 0.05, 0.1391421}, {4, 0.1, 0.2047303}, {4, 0.2, 0.3110780}};
    const double flow[5][3] = {
        {3, 0.2, 0.2701562}, {3, 0.5, 0.3903882}, {3, 1, 0.5}, {3, 2, 0.6180340}, {4, 0.1, 0.1666667}};
    sp_spiked_line line;
    for (int i = 0; i < 6; i++) {
        sp_spiked_lines((int)langevin[i][0], langevin[i][1], &line);
        assert_near(line.delta2_langevin, langevin[i][2], 6e-8);
    }
    for (int i = 0; i < 5; i++) {
        sp_spiked_lines((int)flow[i][0], flow[i][1], &line);
        assert_near(line.delta2_gf, flow[i][2], 6e-8);
    }
    /* spec 23, 7a: 1/Delta_2 of ML-AMP and gradient flow */
    const double lines[6][4] = {{3, 0.25, 2.5615528128, 3.3722813233}, {3, 1, 1.6180339887, 2},
                                {3, 2, 1.3660254038, 1.6180339887},    {3, 4, 1.2071067812, 1.3660254038},
                                {4, 1, 1.6180339887, 2.3027756377},    {4, 4, 1.2071067812, 1.5}};
    for (int i = 0; i < 6; i++) {
        sp_spiked_lines((int)lines[i][0], lines[i][1], &line);
        assert_near(1 / line.delta2_ml, lines[i][2], 1e-9);
        assert_near(1 / line.delta2_gf, lines[i][3], 1e-9);
    }
}

/* On the line the plateau, the largest root of marginality, is q = 1 - T Delta_2; the ends are gradient flow and T = 1. */
static void test_langevin_line(void **state)
{
    (void)state;
    assert_near(sp_spiked_langevin_line(24, 0.5, 0.999), 1, 1e-12); /* the tensor alone hardly stops anything */
    assert_true(isnan(sp_spiked_langevin_line(24, 0.5, 1)));
    const double temperatures[] = {0.1, 0.3, 0.5, 0.8, 0.95, 1, 1.2}, noises[] = {0.05, 0.2, 0.5, 1, 3};
    for (int p = 3; p <= 5; p++)
        for (int i = 0; i < 5; i++) {
            sp_spiked_line line;
            sp_spiked_lines(p, noises[i], &line);
            assert_near(sp_spiked_langevin_line(p, noises[i], 0), line.delta2_gf, 1e-9);
            double before = line.delta2_gf;
            for (int k = 0; k < 7; k++) {
                double T = temperatures[k], delta2 = sp_spiked_langevin_line(p, noises[i], T);
                if (T < 1)
                    assert_true(isfinite(delta2));
                if (isnan(delta2))
                    continue;
                assert_true(delta2 > before && delta2 < fmin(1, 1 / T)); /* heat helps */
                before = delta2;
                sp_spiked_thresholds t = thresholds(p, 1 / delta2, noises[i], T);
                assert_near(t.q_th, 1 - T * delta2, 1e-6);
                assert_near(t.delta2_langevin, delta2, 1e-12);
            }
        }
}

static void test_threshold_states(void **state)
{
    (void)state;
    const double cases[4][6] = {{3, 1, 1, -1.3952631505, 3.4641016151, 0},
                                {3, 2, 1, -1.7222222222, 4, 0.7826650040},
                                {3, 2.5, 1, -1.8631702488, 4.2426406871, 0.8269115876},
                                {4, 1.5, 4, -1.3214285714, 3, 0.5412498321}};
    for (int i = 0; i < 4; i++) {
        sp_spiked_thresholds t = thresholds((int64_t)cases[i][0], cases[i][1], cases[i][2], 0);
        assert_near(t.E_th, cases[i][3], 1e-9);
        assert_near(t.mu_th, cases[i][4], 1e-9);
        assert_near(t.m_ml, cases[i][5], 1e-9);
    }
}

static void test_state_evolution(void **state)
{
    (void)state;
    const double ml[3] = {0.1203621224, 0.1457723741, 0.1777171600}, bayes[3] = {0.1735537190, 0.2739039873, 0.3837930304};
    sp_amp_params p = {.model = {.p = 3, .delta2 = 0.5, .deltap = 1}, .m0 = 0.1, .iterations = 3};
    sp_amp_point *x;
    for (int k = 0; k < 2; k++) {
        p.ml = k;
        assert_int_equal(sp_amp_run(test_run(), &p, &x), SP_OK);
        for (int i = 0; i < 3; i++)
            assert_near(x[i + 1].m, (k ? ml : bayes)[i], 1e-9);
    }
}

/* Means of 8 instances within 5 standard errors; 1.5 % for finite size (spec 23, 4). */
static void test_simulation(void **state)
{
    (void)state;
    double times[] = {1, 2, 4};
    for (int thermal = 0; thermal < 2; thermal++) {
        sp_langevin_params p = {.model = {.p = 3, .delta2 = thermal ? 0.5 : 0.4, .deltap = 1},
                                .eta = {.eta0 = 1},
                                .temperature = thermal,
                                .m0 = 0.3,
                                .dt = 0.04,
                                .N = 90,
                                .instances = 8,
                                .replicas = 1,
                                .times = {3, times}};
        sp_two_time_params q = {.model = p.model,
                                .eta = p.eta,
                                .temperature = p.temperature,
                                .m0 = 0.3,
                                .t_max = 4,
                                .row_step = 0.1,
                                .node_step = 0.2,
                                .times = p.times};
        sp_two_time_solution s;
        sp_langevin_point *x;
        size_t n;
        assert_int_equal(sp_langevin_simulate(test_run(), &p, &n, &x), SP_OK);
        assert_int_equal(sp_two_time_solve(test_run(), &q, &s), SP_OK);
        for (size_t i = 0; i < n; i++) {
            assert_near(x[i].m.value, s.point[i].m, 5 * x[i].m.se + 0.015);
            assert_near(x[i].energy.value, s.point[i].energy, 5 * x[i].energy.se + 0.015 * 2);
            assert_near(x[i].mu.value, s.point[i].mu, 5 * x[i].mu.se + 0.015 * 4.5);
            assert_near(x[i].C_t0.value, s.point[i].C_t0, 5 * x[i].C_t0.se + 0.015);
        }
    }
}

static void test_amp_follows_state_evolution(void **state)
{
    (void)state;
    for (int ml = 0; ml < 2; ml++) {
        sp_amp_params p = {
            .model = {.p = 3, .delta2 = 0.25, .deltap = 1}, .ml = ml, .m0 = 0.3, .iterations = 6, .N = 120, .instances = 10};
        sp_amp_point *x;
        assert_int_equal(sp_amp_run(test_run(), &p, &x), SP_OK);
        for (size_t k = 1; k <= 6; k++)
            assert_near(x[k].m_sim.value, x[k].m, 5 * x[k].m_sim.se + 0.02);
    }
}

/* Same bits on one and two threads, alone and in a block. */
static void test_threads(void **state)
{
    (void)state;
    double times[] = {0.5}, energy[2];
    for (int threads = 1; threads <= 2; threads++) {
        sp_run *run = sp_run_create(&(sp_run_options){.seed = 5, .threads = threads});
        sp_langevin_params p = {.model = {.p = 3, .delta2 = 0.5, .deltap = 1},
                                .eta = {.eta0 = 1},
                                .temperature = 1,
                                .m0 = 0.3,
                                .dt = 0.05,
                                .N = 130,
                                .instances = 1,
                                .replicas = 2,
                                .times = {1, times}};
        sp_langevin_point *x;
        size_t n;
        assert_int_equal(sp_langevin_simulate(run, &p, &n, &x), SP_OK);
        energy[threads - 1] = x[0].energy.value;
        sp_run_free(run);
    }
    assert_memory_equal(&energy[0], &energy[1], sizeof(double));
}

static void write_matrix(const char *path, size_t n, bool symmetric)
{
    FILE *f = fopen(path, "w");
    sp_rng rng = sp_rng_at(test_run(), "file", 0);
    double *v = test_malloc(n * n * sizeof *v);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            v[i * n + j] = v[j * n + i] = (i % 2 ? 1 : -1) * (j % 2 ? 1 : -1) / sqrt((double)n) + 0.5 * sp_normal(&rng);
    if (!symmetric)
        v[1] += 1;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            fprintf(f, "%.9g%c", v[i * n + j], j + 1 < n ? ',' : '\n');
    test_free(v);
    fclose(f);
}

static void test_user_data(void **state)
{
    (void)state;
    const char *path = "spiked_matrix_test.csv";
    sp_spiked_data_params p = {.matrix = path,
                               .tensor = "",
                               .planted = "",
                               .p = 3,
                               .delta2 = INFINITY,
                               .deltap = INFINITY,
                               .method = SP_FIT_AMP_BAYES,
                               .t_max = 10,
                               .dt = 0.01,
                               .temperature = 1,
                               .tolerance = 1e-5,
                               .starts = 2,
                               .iterations = 40};
    sp_spiked_data_result r;
    write_matrix(path, 80, true);
    assert_int_equal(sp_spiked_data(test_run(), &p, &r), SP_OK);
    assert_near(r.delta2, 0.25 + 1.0 / 80, 5 * 0.26 * sqrt(2.0 / 3160)); /* noise and the signal's 1/N */
    double m = 0;
    for (size_t i = 0; i < 80; i++)
        m += r.estimate[i] * (i % 2 ? 1 : -1) / 80;
    assert_true(fabs(m) > 0.7);
    write_matrix(path, 80, false);
    assert_int_equal(sp_spiked_data(test_run(), &p, &r), SP_DATA);
    assert_non_null(strstr(sp_run_message(test_run()), "not symmetric"));
    FILE *f = fopen(path, "w");
    fputs("1 2 3 0.5\n2 2 5 0.1\n", f);
    fclose(f);
    p.matrix = "", p.tensor = path, p.deltap = 1;
    assert_int_equal(sp_spiked_data(test_run(), &p, &r), SP_DATA);
    remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_fixed_points),
                                       SP_TEST(test_langevin_line),
                                       SP_TEST(test_boundaries),
                                       SP_TEST(test_threshold_states),
                                       SP_TEST(test_state_evolution),
                                       SP_TEST(test_simulation),
                                       SP_TEST(test_amp_follows_state_evolution),
                                       SP_TEST(test_threads),
                                       SP_TEST(test_user_data)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
