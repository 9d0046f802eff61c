/* Dense tensors of the user: NPY of order 3 and 4 in both precisions, the same tensor as a table, refusals. */
#include "npy_file.h"
#include "test.h"

#include "spinodal/spiked_tensor.h"

#include <math.h>
#include <string.h>

static const char *const tensor_path = "spiked_tensor_test.npy", *const table_path = "spiked_tensor_test.csv",
                         *const matrix_path = "spiked_tensor_test_matrix.npy",
                         *const signal_path = "spiked_tensor_test_signal.npy";

static void assert_near(double x, double reference, double tolerance)
{
    if (!(fabs(x - reference) <= tolerance))
        print_message("%.12g, expected %.12g +- %.2g\n", x, reference, tolerance);
    assert_true(fabs(x - reference) <= tolerance);
}

static double factorial(int p) { return p < 2 ? 1 : p * factorial(p - 1); }

/* Entry of these indices: signal and noise (a function of the sorted indices); with a repeated index anything at all. */
static double entry(int p, size_t N, const size_t *index, double delta)
{
    size_t sorted[4];
    double signal = sqrt(factorial(p - 1)) * pow((double)N, -(p - 1) / 2.0), repeats = 0;
    uint64_t number = 0;
    memcpy(sorted, index, (size_t)p * sizeof *index);
    for (int i = 1; i < p; i++)
        for (int j = i; j && sorted[j] < sorted[j - 1]; j--) {
            size_t swap = sorted[j];
            sorted[j] = sorted[j - 1], sorted[j - 1] = swap;
        }
    for (int a = 0; a < p; a++) {
        signal *= sorted[a] % 3 ? 1 : -1;
        repeats += a && sorted[a] == sorted[a - 1];
        number = number * N + (repeats > 0 ? index[a] : sorted[a]);
    }
    sp_rng rng = sp_rng_at(test_run(), p == 2 ? "matrix" : "tensor", number);
    return (repeats > 0 ? 1e3 : sqrt(delta)) * sp_normal(&rng) + signal;
}

static double *dense(int p, size_t N, double delta)
{
    size_t total = 1;
    for (int a = 0; a < p; a++)
        total *= N;
    double *v = test_malloc(total * sizeof *v);
    for (size_t i = 0; i < total; i++) {
        size_t index[4], rest = i;
        for (int a = p; a-- > 0; rest /= N)
            index[a] = rest % N;
        v[i] = entry(p, N, index, delta);
    }
    return v;
}

static const sp_spiked_data_params defaults = {.matrix = "",
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

static void write_cube(int p, size_t N, int bytes, const double *v)
{
    char shape[64] = "";
    size_t total = 1;
    for (int a = 0; a < p; a++, total *= N)
        snprintf(shape + strlen(shape), sizeof shape - strlen(shape), a ? ", %zu" : "%zu", N);
    write_npy(tensor_path, shape, bytes, total, v);
}

/* Entries with repeated indices are nonsense here and must not matter. */
static void find_signal(int p, size_t N, int bytes)
{
    const double delta2 = 0.15, deltap = 0.5;
    double *y = dense(2, N, delta2), *t = dense(p, N, deltap), *x = test_malloc(N * sizeof *x);
    char shape[64];
    for (size_t i = 0; i < N; i++)
        x[i] = i % 3 ? 1 : -1;
    snprintf(shape, sizeof shape, "%zu, %zu", N, N);
    write_npy(matrix_path, shape, bytes, N * N, y);
    write_cube(p, N, bytes, t);
    snprintf(shape, sizeof shape, "%zu", N);
    write_npy(signal_path, shape, 8, N, x);
    sp_spiked_data_params q = defaults;
    q.matrix = matrix_path, q.tensor = tensor_path, q.planted = signal_path, q.p = p;
    sp_spiked_data_result r;
    assert_int_equal(sp_spiked_data(test_run(), &q, &r), SP_OK);
    assert_int_equal(r.N, N);
    double n = (double)N, distinct = 1;
    for (int a = 0; a < p; a++)
        distinct *= (n - a) / (a + 1);
    /* mean squares of normal entries and of the signal, 5 standard errors */
    assert_near(r.delta2, delta2 + 1 / n, 5 * (delta2 + 1 / n) * sqrt(2 / (n * (n - 1) / 2)));
    double signal = factorial(p - 1) * pow(n, 1 - p);
    assert_near(r.deltap, deltap + signal, 5 * (deltap + signal) * sqrt(2 / distinct));
    assert_true(fabs(r.overlap) > 0.7);
    test_free(y), test_free(t), test_free(x);
}

static void test_dense(void **state)
{
    (void)state;
    find_signal(3, 30, 4);
    find_signal(3, 30, 8);
    find_signal(4, 24, 4);
    find_signal(4, 24, 8);
}

/* The tensor as an array and as a table of rows i j k value is one tensor. */
static void test_table(void **state)
{
    (void)state;
    enum { N = 16 };
    double *t = dense(3, N, 0.5);
    write_cube(3, N, 4, t);
    FILE *f = fopen(table_path, "w");
    for (size_t i = 0; i < N; i++)
        for (size_t j = i + 1; j < N; j++)
            for (size_t k = j + 1; k < N; k++)
                fprintf(f, "%zu,%zu,%zu,%.9g\n", k, i, j, (double)(float)t[(i * N + j) * N + k]);
    fclose(f);
    sp_spiked_data_params q = defaults;
    sp_spiked_data_result a, b;
    q.method = SP_FIT_GRADIENT_FLOW, q.deltap = 0.5, q.t_max = 2;
    q.tensor = tensor_path;
    assert_int_equal(sp_spiked_data(test_run(), &q, &a), SP_OK);
    q.tensor = table_path;
    assert_int_equal(sp_spiked_data(test_run(), &q, &b), SP_OK);
    assert_memory_equal(a.estimate, b.estimate, N * sizeof(double));
    test_free(t);
}

static void test_refusals(void **state)
{
    (void)state;
    enum { N = 12 };
    double *t = dense(3, N, 0.5);
    sp_spiked_data_params q = defaults;
    sp_spiked_data_result r, s;
    q.tensor = tensor_path, q.method = SP_FIT_GRADIENT_FLOW, q.deltap = 0.5, q.t_max = 1;
    write_cube(3, N, 8, t);
    assert_int_equal(sp_spiked_data(test_run(), &q, &r), SP_OK);
    double right = t[(7 * N + 2) * N + 4];
    t[(1 * N + 3) * N + 5] += 0.01; /* not the largest */
    t[(7 * N + 2) * N + 4] = right + 0.6;
    write_cube(3, N, 8, t);
    assert_int_equal(sp_spiked_data(test_run(), &q, &r), SP_DATA);
    assert_non_null(strstr(sp_run_message(test_run()), "(8,3,5)"));
    assert_non_null(strstr(sp_run_message(test_run()), "0.6 apart"));
    /* the mean over six orders */
    q.symmetrise = true;
    assert_int_equal(sp_spiked_data(test_run(), &q, &r), SP_OK);
    size_t order[6][3] = {{7, 2, 4}, {7, 4, 2}, {2, 7, 4}, {2, 4, 7}, {4, 2, 7}, {4, 7, 2}};
    for (int i = 0; i < 6; i++)
        t[(order[i][0] * N + order[i][1]) * N + order[i][2]] = right + 0.1;
    t[(1 * N + 3) * N + 5] -= 0.01;
    size_t other[6][3] = {{1, 3, 5}, {1, 5, 3}, {3, 1, 5}, {3, 5, 1}, {5, 1, 3}, {5, 3, 1}};
    for (int i = 0; i < 6; i++)
        t[(other[i][0] * N + other[i][1]) * N + other[i][2]] += 0.01 / 6;
    q.symmetrise = false;
    write_cube(3, N, 8, t);
    assert_int_equal(sp_spiked_data(test_run(), &q, &s), SP_OK);
    assert_near(s.energy, r.energy, 1e-6 * fabs(r.energy)); /* entries are held in single precision */
    t[0] = t[1] = NAN;
    write_cube(3, N, 8, t);
    assert_int_equal(sp_spiked_data(test_run(), &q, &r), SP_DATA);
    write_npy(tensor_path, "12, 12, 11", 8, 12 * 12 * 11, t + 2);
    assert_int_equal(sp_spiked_data(test_run(), &q, &r), SP_DATA);
    assert_non_null(strstr(sp_run_message(test_run()), "N x ... x N"));
    test_free(t);
    remove(tensor_path), remove(table_path), remove(matrix_path), remove(signal_path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_dense), SP_TEST(test_table), SP_TEST(test_refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
