#include "close.h"
#include "math/linalg.h"
#include "math/optimize.h"
#include "math/special.h"

#include <string.h>

static sp_status rosenbrock(sp_run *run, size_t n, const double *x, double *value, double *g, void *context)
{
    (void)run;
    (void)context;
    *value = 0;
    memset(g, 0, n * sizeof *g);
    for (size_t i = 0; i + 1 < n; i++) {
        double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
        *value += 100 * a * a + b * b;
        g[i] += -400 * a * x[i] - 2 * b;
        g[i + 1] += 200 * a;
    }
    return SP_OK;
}

/* Ridge logistic regression: smooth and strongly convex. */
typedef struct {
    size_t m;
    const double *x, *y;
    double ridge;
} logistic;

static sp_status logistic_loss(sp_run *run, size_t n, const double *w, double *value, double *g, void *context)
{
    (void)run;
    const logistic *l = context;
    *value = 0;
    for (size_t j = 0; j < n; j++) {
        *value += 0.5 * l->ridge * w[j] * w[j];
        g[j] = l->ridge * w[j];
    }
    for (size_t i = 0; i < l->m; i++) {
        double margin = 0;
        for (size_t j = 0; j < n; j++)
            margin += l->x[i * n + j] * w[j];
        margin *= l->y[i];
        *value += sp_softplus(-margin);
        for (size_t j = 0; j < n; j++)
            g[j] -= l->y[i] * l->x[i * n + j] * sp_sigmoid(-margin);
    }
    return SP_OK;
}

static sp_status cliff(sp_run *run, size_t n, const double *x, double *value, double *g, void *context)
{
    (void)run;
    (void)n;
    (void)context;
    *value = x[0] > 0 ? x[0] - log(x[0]) : NAN;
    g[0] = 1 - 1 / x[0];
    return SP_OK;
}

static void test_minimize(void **state)
{
    (void)state;
    enum { N = 20, M = 200 };
    sp_run *run = sp_run_create(NULL);
    double x[N], w[N] = {0}, w2[N] = {0}, *rows = SP_NEW(run, double, M *N), y[M];
    sp_optimum out;
    for (int i = 0; i < N; i++)
        x[i] = i % 2 ? 1 : -1.2;
    assert_int_equal(sp_minimize_lbfgs(run, N, rosenbrock, NULL, NULL, x, &out), SP_OK);
    assert_true(out.converged && out.evaluations < 400);
    for (int i = 0; i < N; i++)
        assert_close(x[i], 1, 1e-6);
    sp_rng rng = sp_rng_at(run, "x", 0);
    sp_normals(&rng, M * N, rows);
    for (size_t i = 0; i < M; i++)
        y[i] = rows[i * N] + rows[i * N + 1] + sp_normal(&rng) > 0 ? 1 : -1;
    logistic l = {M, rows, y, 1e-3};
    assert_int_equal(sp_minimize_lbfgs(run, N, logistic_loss, &l, &(sp_lbfgs_options){.tolerance = 1e-10}, w, &out), SP_OK);
    assert_true(out.converged && out.iterations < 100);
    double value = out.value;
    assert_int_equal(sp_minimize_adam(run, N, logistic_loss, &l, 0.05, 1e-6, 20000, w2, &out), SP_OK);
    assert_true(out.converged);
    assert_close_rel(out.value, value, 1e-9);
    for (int i = 0; i < N; i++)
        assert_close(w[i], w2[i], 1e-4);
    double one = 30; /* a step over the edge of the domain is taken back */
    assert_int_equal(sp_minimize_lbfgs(run, 1, cliff, NULL, NULL, &one, &out), SP_OK);
    assert_true(out.converged);
    assert_close(one, 1, 1e-8);
    one = -1;
    assert_int_equal(sp_minimize_lbfgs(run, 1, cliff, NULL, NULL, &one, &out), SP_FAILED);
    assert_int_equal(sp_minimize_lbfgs(run, N, rosenbrock, NULL, &(sp_lbfgs_options){.max_iterations = 3}, x, &out), SP_OK);
    sp_run_free(run);
}

typedef struct {
    const double *a, *v; /* matrix; unit normal of the subspace */
} projected;

static sp_status apply_matrix(sp_run *run, size_t n, const double *x, double *y, void *context)
{
    return sp_matvec_blocked(run, n, n, ((const projected *)context)->a, x, y);
}

static void project(size_t n, double *y, void *context)
{
    const projected *p = context;
    double along = 0;
    for (size_t i = 0; i < n; i++)
        along += p->v[i] * y[i];
    for (size_t i = 0; i < n; i++)
        y[i] -= along * p->v[i];
}

static void test_conjugate_gradient(void **state)
{
    (void)state;
    enum { N = 80 };
    sp_run *run = sp_run_create(NULL);
    double *a = SP_NEW(run, double, N *N), b[N], x[N] = {0}, direct[N], v[N];
    sp_rng rng = sp_rng_at(run, "a", 0);
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j <= i; j++)
            a[i * N + j] = a[j * N + i] = sp_normal(&rng) * 0.3;
        a[i * N + i] += 8;
        b[i] = direct[i] = sp_normal(&rng);
        v[i] = 1 / sqrt(N);
    }
    projected p = {a, v};
    sp_linear_report report;
    assert_int_equal(sp_conjugate_gradient(run, N, apply_matrix, NULL, &p, b, 1e-12, 0, x, &report), SP_OK);
    assert_int_equal(sp_solve(run, N, a, 1, direct), SP_OK);
    assert_true(report.converged && report.iterations < N);
    for (int i = 0; i < N; i++)
        assert_close(x[i], direct[i], 1e-11);
    /* on the subspace: the residual is normal to it */
    assert_int_equal(sp_conjugate_gradient(run, N, apply_matrix, project, &p, b, 1e-12, 0, x, &report), SP_OK);
    assert_true(report.converged);
    double sum = 0, r[N];
    for (size_t i = 0; i < N; i++) {
        sum += x[i];
        r[i] = b[i];
        for (size_t j = 0; j < N; j++)
            r[i] -= a[i * N + j] * x[j];
    }
    assert_close(sum, 0, 1e-12);
    for (size_t i = 1; i < N; i++)
        assert_close(r[i], r[0], 1e-10);
    for (size_t i = 0; i < N; i++)
        a[i * N + i] -= 16;
    memset(x, 0, sizeof x);
    assert_int_equal(sp_conjugate_gradient(run, N, apply_matrix, NULL, &p, b, 1e-12, 0, x, &report), SP_FAILED);
    sp_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_minimize), cmocka_unit_test(test_conjugate_gradient)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
