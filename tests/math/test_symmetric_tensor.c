#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "math/symmetric_tensor.h"

#include <math.h>
#include <string.h>

static sp_run *make_run(int threads) { return sp_run_create(&(sp_run_options){.seed = 3, .threads = threads}); }

static void sort(size_t n, size_t *v)
{
    for (size_t i = 1; i < n; i++)
        for (size_t j = i; j && v[j] < v[j - 1]; j--) {
            size_t swap = v[j];
            v[j] = v[j - 1], v[j - 1] = swap;
        }
}

/* E(x) by its definition over all tuples */
static double form(const sp_symmetric_tensor *t, const double *x)
{
    size_t total = 1;
    for (int a = 0; a < t->order; a++)
        total *= t->n;
    double sum = 0;
    for (size_t code = 0; code < total; code++) {
        size_t index[SP_TENSOR_MAX_ORDER], rest = code;
        double product = 1;
        for (int a = 0; a < t->order; a++, rest /= t->n) {
            index[a] = rest % t->n;
            product *= x[index[a]];
        }
        sort((size_t)t->order, index);
        sum += product * (double)t->v[sp_symmetric_index(t->n, t->order, index)];
    }
    return sum / tgamma(t->order + 1);
}

static void test_gradient_and_hessian(void **state)
{
    (void)state;
    sp_run *run = make_run(1);
    const size_t n = 7;
    for (int order = 2; order <= 5; order++)
        for (int diagonal = 0; diagonal < 3; diagonal++) {
            sp_symmetric_tensor t;
            assert_int_equal(sp_symmetric_create(run, n, order, &t), SP_OK);
            assert_int_equal(sp_symmetric_add_noise(run, &t, "test", 0, 1, (sp_diagonal)diagonal), SP_OK);
            double x[7], g[7], h[49], e = form(&t, x);
            sp_rng rng = sp_rng_at(run, "x", 0);
            for (size_t i = 0; i < n; i++)
                x[i] = sp_normal(&rng);
            e = form(&t, x);
            assert_int_equal(sp_symmetric_gradient(run, &t, 1, x, g), SP_OK);
            assert_int_equal(sp_symmetric_hessian(run, &t, x, h), SP_OK);
            double euler = 0;
            for (size_t i = 0; i < n; i++)
                euler += x[i] * g[i] / order;
            assert_true(fabs(euler - e) < 1e-10 * (1 + fabs(e)));
            for (size_t i = 0; i < n; i++) {
                double d = 1e-4, keep = x[i], up[7], down[7]; /* central differences: error d^2 */
                x[i] = keep + d;
                double plus = form(&t, x);
                sp_symmetric_gradient(run, &t, 1, x, up);
                x[i] = keep - d;
                double minus = form(&t, x);
                sp_symmetric_gradient(run, &t, 1, x, down);
                x[i] = keep;
                assert_true(fabs((plus - minus) / (2 * d) - g[i]) < 1e-6 * (1 + fabs(g[i])));
                for (size_t j = 0; j < n; j++)
                    assert_true(fabs((up[j] - down[j]) / (2 * d) - h[i * n + j]) < 1e-6 * (1 + fabs(h[i * n + j])));
            }
        }
    sp_run_free(run);
}

/* Variance of the entries, and g = strength x |x|^{2(p-1)}/(p-1)! of a rank-one tensor with its diagonal. */
static void test_fill(void **state)
{
    (void)state;
    sp_run *run = make_run(2);
    sp_symmetric_tensor t;
    assert_int_equal(sp_symmetric_create(run, 60, 3, &t), SP_OK);
    assert_int_equal(sp_symmetric_add_noise(run, &t, "test", 1, 4, SP_DIAGONAL_IGNORE), SP_OK);
    double square = 0;
    for (size_t i = 0; i < t.size; i++)
        square += (double)t.v[i] * (double)t.v[i];
    double distinct = 60.0 * 59 * 58 / 6;
    assert_true(fabs(square / distinct / 4 - 1) < 5 * sqrt(2 / distinct));
    memset(t.v, 0, t.size * sizeof *t.v);
    double x[60], g[60];
    for (size_t i = 0; i < 60; i++)
        x[i] = i % 2 ? 1 : -1;
    assert_int_equal(sp_symmetric_add_rank_one(run, &t, 0.5, x, SP_DIAGONAL_USE), SP_OK);
    assert_int_equal(sp_symmetric_gradient(run, &t, 1, x, g), SP_OK);
    for (size_t i = 0; i < 60; i++)
        assert_true(fabs(g[i] - 0.5 * x[i] * 3600 / 2) < 1e-8);
    sp_run_free(run);
}

static void test_threads_and_replicas(void **state)
{
    (void)state;
    const size_t n = 150;
    double *x = test_malloc(3 * n * sizeof *x), *one = test_malloc(3 * n * sizeof *x), *two = test_malloc(3 * n * sizeof *x);
    for (int threads = 1; threads <= 3; threads += 2) {
        sp_run *run = make_run(threads);
        sp_symmetric_tensor t;
        assert_int_equal(sp_symmetric_create(run, n, 3, &t), SP_OK);
        assert_int_equal(sp_symmetric_add_noise(run, &t, "test", 1, 4, SP_DIAGONAL_USE), SP_OK);
        sp_rng rng = sp_rng_at(run, "x", 0);
        sp_normals(&rng, 3 * n, x);
        assert_int_equal(sp_symmetric_gradient(run, &t, 3, x, threads == 1 ? one : two), SP_OK);
        double alone[150];
        assert_int_equal(sp_symmetric_gradient(run, &t, 1, x + n, alone), SP_OK);
        assert_memory_equal(alone, (threads == 1 ? one : two) + n, sizeof alone);
        sp_run_free(run);
    }
    assert_memory_equal(one, two, 3 * n * sizeof *x);
    test_free(x), test_free(one), test_free(two);
}

/* Points in groups of 16 against points one by one, all orders; entries with repeated indices included. */
static void test_groups_of_points(void **state)
{
    (void)state;
    enum { N = 9, POINTS = 35 };
    sp_run *run = make_run(1);
    for (int order = 2; order <= 6; order++) {
        sp_symmetric_tensor t;
        double x[POINTS * N], g[POINTS * N], alone[N];
        assert_int_equal(sp_symmetric_create(run, N, order, &t), SP_OK);
        assert_int_equal(sp_symmetric_add_noise(run, &t, "test", 2, 1, SP_DIAGONAL_TUPLES), SP_OK);
        sp_rng rng = sp_rng_at(run, "x", 0);
        sp_normals(&rng, (size_t)POINTS * N, x);
        for (size_t points = 6; points <= POINTS; points += 29) {
            assert_int_equal(sp_symmetric_gradient(run, &t, points, x, g), SP_OK);
            for (size_t r = 0; r < points; r++) {
                assert_int_equal(sp_symmetric_gradient(run, &t, 1, x + r * N, alone), SP_OK);
                double scale = 0;
                for (size_t i = 0; i < N; i++)
                    scale = fmax(scale, fabs(alone[i]));
                for (size_t i = 0; i < N; i++)
                    assert_true(fabs(g[r * N + i] - alone[i]) < 1e-13 * scale);
            }
        }
    }
    sp_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_gradient_and_hessian), cmocka_unit_test(test_fill),
                                       cmocka_unit_test(test_threads_and_replicas), cmocka_unit_test(test_groups_of_points)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
