#include "close.h"
#include "reference_stream.h"

#include "spinodal/select_learn.h"

#include <string.h>

enum { N = 300 };

/* Columns x, z, e and y = x + z/2 + e/2 of the first rows of the reference stream. */
static void triple(double **columns, double **y)
{
    double *g = reference_normals(1, 1000, 3);
    *columns = column_major(N, 3, g);
    *y = SP_NEW(test_run(), double, N);
    for (size_t i = 0; i < N; i++)
        (*y)[i] = g[3 * i] + 0.5 * g[3 * i + 1] + 0.5 * g[3 * i + 2];
}

static double soft(const double *y, size_t m, const double *F, size_t p, const double *x, double beta)
{
    double value;
    sp_soft_codec s = {.n = N, .y = y, .p = p, .x = x, .beta = beta};
    assert_int_equal(sp_soft_codec_value(test_run(), &s, m, F, &value, NULL), SP_OK);
    return value;
}

/* spec 11, section 7 */
static void reference_values(void **state)
{
    (void)state;
    double *x, *y;
    triple(&x, &y);
    assert_close(soft(y, 2, x, 0, NULL, 0.05), 0.672422382443, 1e-11);
    assert_close(soft(y, 2, x, 0, NULL, 0.2), 0.704925081764, 1e-11);
    assert_close(soft(y, 2, x, 0, NULL, 1), 0.512556346934, 1e-11);
    assert_close(soft(y, 1, x + N, 1, x, 0.05), 0.169189469124, 1e-11);
    assert_close(soft(y, 1, x + N, 1, x, 0.2), 0.241461386327, 1e-11);
    assert_close(soft(y, 1, x + N, 1, x, 1), 0.045829994079, 1e-11);
    assert_close(soft(y, 2, x, 0, NULL, 1e-8), 0.651596128846, 1e-9); /* the exact coefficient */
    assert_close(soft(y, 1, x + N, 1, x, 1e-8), 0.348622709710, 1e-9);
}

static void gradient_of_weights(void **state)
{
    double *x, *y, F[3 * N], dF[3 * N], value, theta[] = {1, 0.7, 0.3}, expected[] = {0.03018144, 0.01965993, 0.29602931};
    triple(&x, &y);
    for (size_t k = 0; k < 3; k++)
        for (size_t i = 0; i < N; i++)
            F[k * N + i] = theta[k] * x[k * N + i];
    sp_soft_codec s = {.n = N, .y = y, .beta = 0.2};
    assert_int_equal(sp_soft_codec_value(*state, &s, 3, F, &value, dF), SP_OK);
    assert_close(value, 0.811005023697, 1e-11);
    for (size_t k = 0; k < 3; k++) {
        double sum = 0;
        for (size_t i = 0; i < N; i++)
            sum += dF[k * N + i] * x[k * N + i];
        assert_close(sum, expected[k], 1e-8);
    }
}

/* Central differences, conditional too. Rounding 1e-16 / step and curvature step^2 leave about 1e-8. */
static void gradient_is_the_derivative(void **state)
{
    double *x, *y, dF[2 * N], value;
    triple(&x, &y);
    for (size_t p = 0; p <= 1; p++) {
        sp_soft_codec s = {.n = N, .y = y, .p = p, .x = x + 2 * N, .beta = 0.3};
        assert_int_equal(sp_soft_codec_value(*state, &s, 2, x, &value, dF), SP_OK);
        for (size_t i = 0; i < 2 * N; i += 97) {
            double step = 1e-5, held = x[i], up, down;
            x[i] = held + step;
            assert_int_equal(sp_soft_codec_value(*state, &s, 2, x, &up, NULL), SP_OK);
            x[i] = held - step;
            assert_int_equal(sp_soft_codec_value(*state, &s, 2, x, &down, NULL), SP_OK);
            x[i] = held;
            assert_close((up - down) / (2 * step), dF[i], 2e-8);
        }
    }
}

/* spec 11, section 7: the trajectory of the weights */
static void weights_of_sines(void **state)
{
    enum { ROWS = 200, P = 6 };
    double *f = reference_normals(21, ROWS, P), *x = column_major(ROWS, P, f), y[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        y[i] = sin(f[i * P]) + sin(f[i * P + 1]) + sin(f[i * P + 2]);
    sp_diffoci_problem p = {.n = ROWS,
                            .p = P,
                            .y = y,
                            .x = x,
                            .init_ones = true,
                            .beta = 0.2,
                            .rate = 0.05,
                            .decay = 0.1,
                            .steps = 10,
                            .stream = "test"};
    sp_diffoci_result r;
    assert_int_equal(sp_diffoci(*state, &p, &r), SP_OK);
    assert_close(r.trace[0].T_soft, 0.649557631908, 1e-11);
    assert_close(r.trace[9].T_soft, 0.666751, 1e-6);
    double ten[] = {0.778259, 0.718137, 0.857153, 0.510353, 0.506488, 0.508530};
    for (size_t k = 0; k < P; k++)
        assert_close(r.theta[k], ten[k], 2e-6);
    p.steps = 400; /* the objective has kinks: the path jitters by half a per cent around its end */
    assert_int_equal(sp_diffoci(*state, &p, &r), SP_OK);
    double end[] = {0.760, 0.776, 0.747, 0, 0, 0};
    for (size_t k = 0; k < P; k++)
        assert_close(r.theta[k], end[k], 0.02);
}

static void same_bits_for_any_threads(void **state)
{
    double *x, *y, value[2], dF[2][2 * N];
    triple(&x, &y);
    (void)state;
    sp_soft_codec s = {.n = N, .y = y, .beta = 0.2};
    for (int t = 0; t < 2; t++) {
        sp_run *run = sp_run_create(&(sp_run_options){.threads = t + 1});
        assert_int_equal(sp_soft_codec_value(run, &s, 2, x, &value[t], dF[t]), SP_OK);
        sp_run_free(run);
    }
    assert_true(value[0] == value[1]);
    assert_memory_equal(dF[0], dF[1], sizeof dF[0]);
}

/* A core feature and a spurious one aligned with the group: the penalty removes the group from the features. */
static void penalty_hides_the_group(void **state)
{
    enum { ROWS = 400 };
    double x[2 * ROWS], y[ROWS], group[ROWS];
    sp_rng rng = sp_rng_at(*state, "spurious", 0);
    for (size_t i = 0; i < ROWS; i++) {
        y[i] = sp_uniform(&rng) < 0.5;
        group[i] = sp_uniform(&rng) < 0.9 ? y[i] : 1 - y[i];
        x[i] = 2 * y[i] - 1 + sp_normal(&rng);
        x[ROWS + i] = 2 * group[i] - 1 + 0.3 * sp_normal(&rng);
    }
    double T[2];
    for (int k = 0; k < 2; k++) {
        sp_diffoci_problem p = {.use = SP_DIFFOCI_PENALTY,
                                .n = ROWS,
                                .p = 2,
                                .y = y,
                                .x = x,
                                .group = group,
                                .features = 1,
                                .beta = 0.2,
                                .rate = 0.05,
                                .decay = 1e-3,
                                .penalty = k ? 5 : 0,
                                .steps = 150,
                                .stream = "test"};
        sp_diffoci_result r;
        assert_int_equal(sp_diffoci(*state, &p, &r), SP_OK);
        T[k] = r.T_exact;
    }
    assert_true(T[0] > 0.7 && T[1] < 0.2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(reference_values),           SP_TEST(gradient_of_weights),
                                       SP_TEST(gradient_is_the_derivative), SP_TEST(weights_of_sines),
                                       SP_TEST(same_bits_for_any_threads),  SP_TEST(penalty_hides_the_group)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
