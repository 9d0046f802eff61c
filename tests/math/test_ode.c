#include "close.h"
#include "math/ode.h"

static void oscillator(size_t n, double t, const double *y, double *f, void *context)
{
    (void)n;
    (void)t;
    (void)context;
    f[0] = y[1];
    f[1] = -y[0];
}
static void blow_up(size_t n, double t, const double *y, double *f, void *context)
{
    (void)n;
    (void)t;
    (void)context;
    f[0] = y[0] * y[0];
}
static void forced(size_t n, double t, const double *y, double *f, void *context)
{
    (void)n;
    ++*(size_t *)context;
    f[0] = -20 * (y[0] - cos(t)) - sin(t);
}

static void test_ode(void **state)
{
    (void)state;
    sp_run *run = sp_run_create(NULL);
    enum { N = 41 };
    double times[N], out[2 * N], y[2] = {0, 1};
    sp_ode_report report;
    for (int direction = -1; direction <= 1; direction += 2) {
        y[0] = 0, y[1] = 1;
        for (int i = 0; i < N; i++)
            times[i] = direction * 0.5 * i;
        sp_ode_options o = {.rel_tol = 1e-10, .abs_tol = 1e-10};
        assert_int_equal(sp_ode_solve(run, 2, oscillator, NULL, 0, y, N, times, out, &o, &report), SP_OK);
        assert_true(report.converged && report.steps > 10);
        for (int i = 0; i < N; i++) { /* local errors of 1e-10 add up over some hundred steps */
            assert_close(out[2 * i], sin(times[i]), 1e-8);
            assert_close(out[2 * i + 1], cos(times[i]), 1e-8);
        }
        assert_close(report.reached, times[N - 1], 0);
        assert_close(y[0], out[2 * N - 2], 0);
    }
    /* order 5: the global error falls with the tolerance */
    double error[2];
    for (int i = 0; i < 2; i++) {
        double end = 10, at[2];
        y[0] = 0, y[1] = 1;
        sp_ode_options o = {.rel_tol = i ? 1e-9 : 1e-5, .abs_tol = i ? 1e-9 : 1e-5};
        assert_int_equal(sp_ode_solve(run, 2, oscillator, NULL, 0, y, 1, &end, at, &o, &report), SP_OK);
        error[i] = fabs(at[0] - sin(10));
    }
    assert_true(error[1] < 1e-3 * error[0]);
    /* y' = y^2 from 1 is singular at t = 1 */
    double past[] = {0.5, 0.99, 1.5}, z[3], one = 1;
    assert_int_equal(sp_ode_solve(run, 1, blow_up, NULL, 0, &one, 3, past, z, NULL, &report), SP_OK);
    assert_false(report.converged);
    assert_close(z[0], 2, 1e-7);
    assert_close_rel(z[1], 100.0, 1e-6);
    assert_true(isnan(z[2]));
    size_t calls = 0;
    double start = 1, at = 3, value;
    assert_int_equal(sp_ode_solve(run, 1, forced, &calls, 0, &start, 1, &at, &value, NULL, &report), SP_OK);
    assert_close(value, cos(3), 1e-8);
    assert_int_equal(calls, report.evaluations);
    double back[] = {1, 0.5};
    assert_int_equal(sp_ode_solve(run, 1, blow_up, NULL, 0, &one, 2, back, z, NULL, &report), SP_FAILED);
    sp_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ode)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
