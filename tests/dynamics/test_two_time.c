/* The two-time solvers against closed forms, against each other and against the reference values of spec 28, 7. */
#include "test.h"

#include "spinodal/spiked_tensor.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>
#include <string.h>

static sp_two_time_params pure(int64_t p, double temperature, double t_max, int solver)
{
    return (sp_two_time_params){.model = {.p = p, .delta2 = INFINITY, .deltap = 1},
                                .eta = {.eta0 = 1},
                                .temperature = temperature,
                                .t_max = t_max,
                                .solver = solver,
                                .steps = 800,
                                .row_step = 0.1,
                                .node_step = 0.2};
}

static sp_two_time_solution solve(sp_two_time_params p)
{
    sp_two_time_solution s;
    sp_status status = sp_two_time_solve(test_run(), &p, &s);
    if (status != SP_OK)
        print_message("%s\n", sp_run_message(test_run()));
    assert_int_equal(status, SP_OK);
    assert_true(s.converged);
    return s;
}

static void assert_near(double x, double reference, double tolerance)
{
    if (!(fabs(x - reference) <= tolerance))
        print_message("%.10g, expected %.10g +- %.2g\n", x, reference, tolerance);
    assert_true(fabs(x - reference) <= tolerance);
}

/* p = 2, T = 0 is solved by Bessel functions: mu, energy, C(t,0) = R(t,0) to 1e-6 at all times to 1e5. */
static void test_bessel(void **state)
{
    (void)state;
    sp_two_time_params p = pure(2, 0, 1e5, SP_SOLVER_LOG);
    sp_two_time_solution s = solve(p);
    for (size_t i = 0; i < s.n; i++) {
        sp_matrix_flow_point exact;
        assert_int_equal(sp_matrix_flow(test_run(), 1, s.point[i].t, 0, &exact), SP_OK);
        assert_near(s.point[i].mu, exact.mu, 1e-6);
        assert_near(s.point[i].energy, exact.energy, 1e-6);
        assert_near(s.point[i].C_t0, exact.C, 1e-6);
        assert_near(s.point[i].R_t0, exact.C, 1e-6);
    }
    p = pure(2, 0, 10, SP_SOLVER_UNIFORM); /* Richardson from h = 0.0125 */
    s = solve(p);
    assert_near(s.point[s.n - 1].mu, 1.925480871, 1e-6);
    assert_near(s.point[s.n - 1].C_t0, 0.1565581481, 1e-6);
    assert_true(s.point[s.n - 1].mu_error > 0 && s.point[s.n - 1].mu_error < 1e-4);
}

static void test_bessel_two_times(void **state)
{
    (void)state;
    double tw[] = {1, 10};
    for (int solver = SP_SOLVER_UNIFORM; solver <= SP_SOLVER_LOG; solver++) {
        sp_two_time_params p = pure(2, 0, 30, solver);
        p.steps = 1000;
        p.waiting_times = (sp_vec){2, tw};
        sp_two_time_solution s = solve(p);
        for (size_t i = 0; i < s.n_pairs; i++) {
            sp_matrix_flow_point exact;
            sp_matrix_flow(test_run(), 1, s.pair[i].tw + s.pair[i].tau, s.pair[i].tw, &exact);
            assert_near(s.pair[i].C, exact.C,
                        solver == SP_SOLVER_LOG ? 1e-6 : 3e-5); /* uniform: h = 0.03, third order left over */
        }
    }
}

/* High temperature: C(tau) + T chi(tau) = 1, mu = T + 1/T, e = -1/(3T). */
static void test_fluctuation_dissipation(void **state)
{
    (void)state;
    double tw[] = {60};
    sp_two_time_params p = pure(3, 1, 180, SP_SOLVER_LOG);
    p.waiting_times = (sp_vec){1, tw};
    sp_two_time_solution s = solve(p);
    assert_near(s.point[s.n - 1].mu, 2, 1e-5);
    assert_near(s.point[s.n - 1].energy, -1.0 / 3, 1e-5);
    for (size_t i = 0; i < s.n_pairs; i++)
        assert_near(s.pair[i].C + s.pair[i].chi, 1, 1e-5);
}

/* Spec 28, 7: at t = 10, to the 2e-5 quoted there. */
static void test_reference_values(void **state)
{
    (void)state;
    for (int solver = SP_SOLVER_UNIFORM; solver <= SP_SOLVER_LOG; solver++) {
        sp_two_time_params p = pure(3, 0, 10, solver);
        double times[] = {1, 5, 10};
        p.times = (sp_vec){3, times};
        sp_two_time_solution s = solve(p);
        assert_near(s.point[0].mu, 1.781609, 2e-5);
        assert_near(s.point[1].mu, 2.49174, 2e-5);
        assert_near(s.point[2].mu, 2.622058, 2e-5);
        assert_near(s.point[2].energy, -0.874019, 2e-5);
        assert_near(s.point[2].C_t0, 0.308975, 2e-5);
        p = pure(4, 0.3, 10, solver);
        s = solve(p);
        assert_near(s.point[s.n - 1].mu, 2.812084, 2e-5);
        assert_near(s.point[s.n - 1].energy, -0.628021, 2e-5);
        assert_near(s.point[s.n - 1].C_t0, 0.293337, 2e-5);
        p = pure(3, 1, 10, solver);
        p.steps = 1200;
        p.model.delta2 = 1, p.m0 = 0.1;
        s = solve(p);
        assert_near(s.point[s.n - 1].m, 0.0538126, 2e-5);
        assert_near(s.point[s.n - 1].mu, 2.911578, 2e-5);
        p.model.delta2 = 0.5, p.m0 = 0.3;
        s = solve(p);
        assert_near(s.point[s.n - 1].m, 0.618649, 2e-5);
        assert_near(s.point[s.n - 1].mu, 3.999322, 3e-5);
        assert_near(s.point[s.n - 1].energy, -1.333107, 2e-5);
        assert_near(s.point[s.n - 1].C_t0, 0.186670, 2e-5);
    }
}

/* Aging of the pure p = 3 at T = 0 and T = 0.3, and p = 4 (spec 28, 4 and 7). */
static void test_aging(void **state)
{
    (void)state;
    double times[] = {98.72, 26695, 1.0826e5};
    sp_two_time_params p = pure(3, 0, 1.2e5, SP_SOLVER_LOG);
    p.times = (sp_vec){3, times};
    sp_two_time_solution s = solve(p);
    assert_near(s.point[0].mu, 2.785628,
                4e-6); /* 2.7856307 at half the steps here: the reference is good to its last digits */
    assert_near(s.point[1].mu, 2.827413, 2e-6);
    assert_near(s.point[2].energy, -0.942676, 1e-6);
    /* e - E_th = A t^(-2/3): exponent and amplitude from two times */
    double threshold = -2 * sqrt(2) / 3, a = s.point[1].energy - threshold, b = s.point[2].energy - threshold;
    assert_near(-log(b / a) / log(times[2] / times[1]), 0.667, 0.01);
    assert_near(b * pow(times[2], 2.0 / 3), 0.302, 2e-3);
    p = pure(3, 0.3, 1.0533e4, SP_SOLVER_LOG);
    s = solve(p);
    assert_near(s.point[s.n - 1].mu, 2.655204, 1e-5);
    assert_near(s.point[s.n - 1].energy, -0.785068, 2e-6);
    p = pure(4, 0, 1.0533e4, SP_SOLVER_LOG);
    s = solve(p);
    assert_near(s.point[s.n - 1].energy, -0.865364, 4e-6);
}

/* Planted runs: from a tiny overlap through the transition, to the state-evolution fixed points. */
static void test_planted(void **state)
{
    (void)state;
    sp_two_time_params p = pure(3, 1, 1e4, SP_SOLVER_LOG);
    p.model.delta2 = 0.5, p.m0 = 1e-10;
    sp_two_time_solution s = solve(p);
    assert_near(s.point[s.n - 1].m, (sqrt(5) - 1) / 2, 1e-5);
    assert_near(s.point[s.n - 1].mu, 4, 2e-5);
    double crossing = sp_two_time_crossing(&s, 0.3);
    assert_true(crossing > 50 && crossing < 1000);
    p = pure(3, 0, 8, SP_SOLVER_LOG);
    p.model.delta2 = 0.4, p.m0 = 0.3;
    s = solve(p);
    sp_two_time_params q = p;
    q.solver = SP_SOLVER_UNIFORM;
    sp_two_time_solution u = solve(q);
    for (size_t i = 0; i < s.n; i++) { /* two independent solvers; 1e-4 is the leftover of Richardson at h = 0.01 */
        assert_near(s.point[i].m, u.point[i].m, 1e-4);
        assert_near(s.point[i].mu, u.point[i].mu, 1e-4);
        assert_near(s.point[i].energy, u.point[i].energy, 1e-4);
    }
    p.t_max = 300;
    s = solve(p);
    assert_near(s.point[s.n - 1].m, 0.8269115876, 1e-5); /* maximum-likelihood fixed point */
}

/* Schedules and annealing: the two solvers agree. */
static void test_schedule_and_annealing(void **state)
{
    (void)state;
    sp_two_time_params p = pure(3, 0.5, 40, SP_SOLVER_LOG);
    p.eta = (sp_schedule){SP_ETA_POWER, 0.5, 0.4, 0, 1};
    sp_two_time_solution s = solve(p);
    assert_near(s.point[s.n - 1].mu, 2.524119, 2e-3); /* spec 14, 7 */
    p.solver = SP_SOLVER_UNIFORM;
    sp_two_time_solution u = solve(p);
    assert_near(s.point[s.n - 1].mu, u.point[u.n - 1].mu, 5e-5);
    p = pure(3, 1, 20, SP_SOLVER_LOG);
    p.model.delta2 = 0.7, p.model.deltap = 0.5, p.m0 = 0.1, p.anneal = 10, p.anneal_tau = 5;
    s = solve(p);
    p.solver = SP_SOLVER_UNIFORM;
    p.steps = 1000;
    u = solve(p);
    assert_near(s.point[s.n - 1].m, u.point[u.n - 1].m, 1e-4);
    assert_near(s.point[s.n - 1].mu, u.point[u.n - 1].mu, 2e-4);
    assert_near(s.point[s.n - 1].energy, u.point[u.n - 1].energy, 1e-4);
}

/* The error halves twice when h halves. */
static void test_second_order(void **state)
{
    (void)state;
    double error[3];
    for (int i = 0; i < 3; i++) {
        sp_two_time_params p = pure(2, 0, 10, SP_SOLVER_UNIFORM);
        p.steps = (size_t)200 << i;
        sp_two_time_solution s = solve(p);
        error[i] = s.point[s.n - 1].mu_error; /* a third of the distance of h and 2h: the error at h */
    }
    assert_near(error[0] / error[1], 4, 0.4);
    assert_near(error[1] / error[2], 4, 0.4);
}

static void test_thread_independence(void **state)
{
    (void)state;
    double result[2];
    for (int threads = 1; threads <= 2; threads++) {
        sp_run *run = sp_run_create(&(sp_run_options){.threads = threads});
        sp_two_time_params p = pure(3, 0.5, 10, SP_SOLVER_UNIFORM);
        p.steps = 760; /* several parts in a pass */
        sp_two_time_solution s;
        assert_int_equal(sp_two_time_solve(run, &p, &s), SP_OK);
        result[threads - 1] = s.point[s.n - 1].energy;
        sp_run_free(run);
    }
    assert_memory_equal(&result[0], &result[1], sizeof(double));
}

/* A run stopped by its time limit, as often as it takes, and resumed gives the same bits. */
static void test_resume(void **state)
{
    (void)state;
    char folder[] = "two_time_resume_XXXXXX";
    assert_non_null(mkdtemp(folder));
    for (int solver = SP_SOLVER_UNIFORM; solver <= SP_SOLVER_LOG; solver++) {
        sp_two_time_params p = pure(3, 0, solver == SP_SOLVER_LOG ? 1e4 : 10, solver);
        sp_two_time_solution whole = solve(p), s;
        double energy = whole.point[whole.n - 1].energy, limit = 0.001; /* far below any run */
        sp_status status = SP_STOPPED;
        int stops = 0;
        for (; status == SP_STOPPED && stops < 20; limit *= 2) {
            sp_run *run = sp_run_create(
                &(sp_run_options){.threads = 2, .time_limit = limit, .checkpoint_dir = folder, .resume = stops > 0});
            status = sp_two_time_solve(run, &p, &s);
            if (status == SP_OK)
                assert_memory_equal(&energy, &s.point[s.n - 1].energy, sizeof energy);
            else
                stops++;
            sp_run_free(run);
        }
        assert_int_equal(status, SP_OK);
        assert_true(stops > 0);
        char command[128];
        snprintf(command, sizeof command, "rm -rf %s/*", folder);
        assert_int_equal(system(command), 0);
    }
    assert_int_equal(rmdir(folder), 0);
}

static void test_refusals(void **state)
{
    (void)state;
    sp_two_time_solution s;
    sp_two_time_params p = pure(3, 0, 10, SP_SOLVER_LOG);
    p.eta = (sp_schedule){SP_ETA_SWITCH, 1, 1, 5, 1};
    assert_int_equal(sp_two_time_solve(test_run(), &p, &s), SP_USAGE);
    assert_non_null(strstr(sp_run_message(test_run()), "--solver uniform"));
    p = pure(3, 0, 10, SP_SOLVER_LOG), p.m0 = 1.5;
    assert_int_equal(sp_two_time_solve(test_run(), &p, &s), SP_USAGE);
    p = pure(3, 0, 10, SP_SOLVER_LOG), p.model.deltap = -1;
    assert_int_equal(sp_two_time_solve(test_run(), &p, &s), SP_USAGE);
    p = pure(3, 0, 10, SP_SOLVER_LOG), p.row_step = 0.02;
    assert_int_equal(sp_two_time_solve(test_run(), &p, &s), SP_USAGE);
    p = pure(1, 0, 10, SP_SOLVER_LOG);
    assert_int_equal(sp_two_time_solve(test_run(), &p, &s), SP_USAGE);
    p = pure(3, 0, 1000, SP_SOLVER_UNIFORM), p.steps = 100;
    assert_int_equal(sp_two_time_solve(test_run(), &p, &s), SP_USAGE);
    assert_non_null(strstr(sp_run_message(test_run()), "step too large"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_bessel),
                                       SP_TEST(test_bessel_two_times),
                                       SP_TEST(test_fluctuation_dissipation),
                                       SP_TEST(test_reference_values),
                                       SP_TEST(test_aging),
                                       SP_TEST(test_planted),
                                       SP_TEST(test_schedule_and_annealing),
                                       SP_TEST(test_second_order),
                                       SP_TEST(test_thread_independence),
                                       SP_TEST(test_resume),
                                       SP_TEST(test_refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
