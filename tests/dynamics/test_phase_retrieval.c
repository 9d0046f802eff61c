/* Gradient descent and the Hessian in phase retrieval: passes against plain loops, theory on labels against
 * diagonalisation, finite-N dynamics against threshold states (spec 13, 4 and spec 19, 4), invariances, bad input. */
#include "test.h"

#include "close.h"

#include "dynamics/retrieval_descent.h"
#include "math/linalg.h"

#include <string.h>

static const sp_retrieval_loss regular = {SP_RETRIEVAL_REGULARISED, 1}, quartic = {SP_RETRIEVAL_QUARTIC, 0};

static double weight(size_t mu, size_t r, double x, const void *context)
{
    (void)context;
    return x * (1 + (double)(mu % 3)) + (double)r;
}

static void check_pass(size_t N, size_t M, size_t R, double tolerance)
{
    measurements m;
    assert_int_equal(measurements_create(test_run(), N, M, 3, &m), SP_OK);
    double *v = SP_NEW(test_run(), double, R *N), *out = SP_NEW(test_run(), double, R *N);
    double *dots = SP_NEW(test_run(), double, M *R);
    sp_rng rng = sp_rng_at(test_run(), "v", 0);
    sp_normals(&rng, R * N, v);
    assert_int_equal(measurement_pass(test_run(), &m, R, v, weight, NULL, dots, out), SP_OK);
    for (size_t r = 0; r < R; r++) {
        double sum = 0, worst = 0;
        for (size_t k = 0; k < M; k++) {
            double exact = 0;
            for (size_t i = 0; i < N; i++)
                exact += (double)m.x[k * N + i] * v[r * N + i];
            worst = fmax(worst, fabs(dots[k * R + r] - exact));
            sum += weight(k, r, exact, NULL) * (double)m.x[k * N + 1];
        }
        assert_true(worst < tolerance);
        assert_close(out[r * N + 1], sum, tolerance * (double)M);
    }
}

static void test_pass(void **state)
{
    (void)state;
    check_pass(37, 11, 1, 1e-11);
    check_pass(64, 301, 5, 1e-11);
    check_pass(300, 700, 8, 1e-4); /* single-precision products: sqrt(300) 1e-7 |x||v| */
}

/* the gradient is that of the loss, and stays on the sphere */
static void test_gradient(void **state)
{
    (void)state;
    enum { N = 40, M = 160 };
    measurements m;
    assert_int_equal(measurements_create(test_run(), N, M, 0, &m), SP_OK);
    for (int kind = 0; kind < 2; kind++) {
        sp_retrieval_loss loss = {kind, 0.5};
        retrieval_descent d;
        assert_int_equal(retrieval_descent_create(test_run(), &m, &loss, 1, false, false, 0, 0, &d), SP_OK);
        double w[N], direction[N], energy[2];
        memcpy(w, d.w, sizeof w);
        sp_rng rng = sp_rng_at(test_run(), "direction", 0);
        sp_normals(&rng, N, direction);
        double radial = dot(N, direction, w) / N, slope = 0, h = 1e-4;
        for (int i = 0; i < N; i++)
            direction[i] -= radial * w[i];
        for (int i = 0; i < N; i++)
            slope -= direction[i] * d.force[i];
        for (int side = 0; side < 2; side++) {
            energy[side] = 0;
            for (size_t k = 0; k < M; k++) {
                double yh = 0, c = kind == 0 ? 1 / (0.5 + m.y2[k]) : 1;
                for (int i = 0; i < N; i++)
                    yh += (double)m.x[k * N + (size_t)i] * (w[i] + (side ? h : -h) * direction[i]) / sqrt(N);
                energy[side] += c / 2 * pow(m.y2[k] - yh * yh, 2);
            }
        }
        assert_close_rel(slope, (energy[1] - energy[0]) / (2 * h), 1e-6);
        assert_close(dot(N, w, d.force), 0, 1e-9);
    }
}

/* lowest eigenpairs by Lanczos against the dense matrix */
static void test_lowest(void **state)
{
    (void)state;
    enum { N = 50, M = 200 };
    measurements m;
    retrieval_descent d;
    assert_int_equal(measurements_create(test_run(), N, M, 0, &m), SP_OK);
    assert_int_equal(retrieval_descent_create(test_run(), &m, &regular, 1, false, false, 0, 0, &d), SP_OK);
    static double a[N * N], p[N * N], values[N];
    memset(a, 0, sizeof a);
    for (size_t k = 0; k < M; k++) {
        double yh = d.dots[k] / sqrt(N), z = 2 * (3 * yh * yh - m.y2[k]) / (1 + m.y2[k]);
        for (size_t i = 0; i < N; i++)
            for (size_t j = 0; j < N; j++)
                a[i * N + j] += z * (double)m.x[k * N + i] * (double)m.x[k * N + j] / N;
    }
    for (int side = 0; side < 2; side++) { /* P A P: rows, then columns of the transpose */
        for (size_t i = 0; i < N; i++) {
            double along = dot(N, a + i * N, d.w) / N;
            for (size_t j = 0; j < N; j++)
                p[j * N + i] = a[i * N + j] - along * d.w[j];
        }
        memcpy(a, p, sizeof a);
    }
    assert_int_equal(sp_eigenvalues(test_run(), N, a, values), SP_OK);
    double lowest[2], vector[N];
    bool converged;
    assert_int_equal(retrieval_descent_lowest(test_run(), &d, 0, lowest, NULL, vector, &converged), SP_OK);
    assert_true(converged);
    assert_close(lowest[0], values[0], 1e-6);
    assert_close(lowest[1], values[1], 1e-6);
    assert_close(dot(N, vector, d.w), 0, 1e-6);
}

static void test_hessian(void **state)
{
    (void)state;
    /* theory at a random start (a = 1, alpha = 4) and the labels, and diagonalisation at N = 300: spec 13, 4 allows 0.1 for
     * the heavy tail at N = 1200 */
    sp_retrieval_track_params p = {.loss = regular,
                                   .samples_per_dim = 4,
                                   .t_max = 0.2,
                                   .N = 300,
                                   .instances = 6,
                                   .per_decade = 1,
                                   .project_signal = true,
                                   .eigenpairs = true};
    sp_retrieval_track s;
    assert_int_equal(sp_retrieval_follow(test_run(), &p, &s), SP_OK);
    const sp_retrieval_moment *x = &s.moment[0];
    assert_close(x->outlier.value, -1.13746373, 0.1 + 5 * x->outlier.se);
    assert_close(x->edge.value, -0.85246154, 0.1 + 5 * x->edge.se);
    assert_close(x->lambda_1.value, x->outlier.value, 5 * hypot(x->lambda_1.se, x->outlier.se));
    assert_close(x->overlap2_v1.value, 0.38403937, 0.1 + 5 * x->overlap2_v1.se);
    assert_int_equal(x->unconverged, 0);
    assert_true(x->m.value < 1e-12);
}

static void test_lost_outlier(void **state)
{
    (void)state;
    /* spec 13, 4: t_BBP = 0.35(5) at alpha = 2; never at alpha = 9 */
    sp_retrieval_track_params p = {.loss = regular,
                                   .samples_per_dim = 2,
                                   .t_max = 10,
                                   .N = 200,
                                   .instances = 6,
                                   .per_decade = 8,
                                   .project_signal = true};
    sp_retrieval_track s;
    assert_int_equal(sp_retrieval_follow(test_run(), &p, &s), SP_OK);
    assert_close(s.t_bbp.value, 0.35, 0.05 + 3 * s.t_bbp.se);
    p.samples_per_dim = 9;
    p.instances = 2;
    assert_int_equal(sp_retrieval_follow(test_run(), &p, &s), SP_OK);
    assert_true(s.t_bbp.value == INFINITY);
    /* the blind loss comes down toward the threshold energy 1.9455; 5 % left at this size and time (spec 19, 4) */
    assert_close(s.energy_late.value, 1.9455, 0.1 + 5 * s.energy_late.se);
}

static void test_success(void **state)
{
    (void)state;
    double alpha[] = {1.2, 6};
    sp_retrieval_simulate_params p = {
        .loss = regular, .samples_per_dim = {2, alpha}, .N = 48, .instances = 12, .starts = 1, .records = 10, .t_max = 40};
    sp_retrieval_simulation s, t;
    assert_int_equal(sp_retrieval_simulate(test_run(), &p, &s), SP_OK);
    assert_true(s.rate[0].success.value < 0.3 && s.rate[1].success.value > 0.7);
    assert_true(s.alpha_half > 1.2 && s.alpha_half < 6);
    for (size_t k = 1; k <= p.records; k++) /* the loss never rises */
        assert_true(s.curve[k].energy.value <= s.curve[k - 1].energy.value * (1 + 1e-6));
    /* a spectral start has an overlap at t = 0 */
    p.spectral = true;
    assert_int_equal(sp_retrieval_simulate(test_run(), &p, &t), SP_OK);
    size_t second = p.records + 1;
    assert_true(t.curve[second].m.value > 0.5 && s.curve[second].m.value < 0.4);
}

static void test_threads(void **state)
{
    (void)state;
    double alpha[] = {3};
    sp_retrieval_simulate_params p = {
        .loss = quartic, .samples_per_dim = {1, alpha}, .N = 300, .instances = 2, .starts = 5, .records = 2, .t_max = 0.02};
    sp_run *one = sp_run_create(&(sp_run_options){.seed = 1, .threads = 1});
    sp_retrieval_simulation a, b;
    assert_int_equal(sp_retrieval_simulate(test_run(), &p, &a), SP_OK);
    assert_int_equal(sp_retrieval_simulate(one, &p, &b), SP_OK);
    assert_memory_equal(a.curve, b.curve, a.n_curves * sizeof *a.curve);
    sp_run_free(one);
}

static void test_data(void **state)
{
    (void)state;
    sp_retrieval_data_params p = {.x = "",
                                  .intensities = "",
                                  .planted = "",
                                  .weights = "",
                                  .loss = regular,
                                  .t_max = 60,
                                  .starts = 4,
                                  .demo = 40,
                                  .samples_per_dim = 6};
    sp_retrieval_data_result r;
    assert_int_equal(sp_retrieval_data(test_run(), &p, &r), SP_OK);
    assert_true(r.recovered >= 1 && strstr(r.verdict, "recovered") == r.verdict);
    assert_close(r.overlap, 1, 1e-6);
    p.demo = 0;
    assert_int_equal(sp_retrieval_data(test_run(), &p, &r), SP_USAGE);
    /* the same through arrays in memory, in other units */
    enum { N = 30, M = 180 };
    measurements m;
    assert_int_equal(measurements_create(test_run(), N, M, 0, &m), SP_OK);
    static double x[M * N], y2[M];
    for (size_t i = 0; i < M * N; i++)
        x[i] = 2 * (double)m.x[i];
    for (size_t k = 0; k < M; k++)
        y2[k] = 4 * 9 * m.y2[k] * N; /* |w| = 3 sqrt(N), entries of size 2 */
    sp_array ax = {.x = x, .type = SP_FLOAT64, .n = M, .d = N}, ay = {.x = y2, .type = SP_FLOAT64, .n = M, .d = 1},
             as = {.x = m.signal, .type = SP_FLOAT64, .n = N, .d = 1};
    assert_int_equal(sp_run_attach(test_run(), "x", &ax), SP_OK);
    assert_int_equal(sp_run_attach(test_run(), "y", &ay), SP_OK);
    assert_int_equal(sp_run_attach(test_run(), "s", &as), SP_OK);
    p.x = "mem:x", p.intensities = "mem:y", p.planted = "mem:s";
    assert_int_equal(sp_retrieval_data(test_run(), &p, &r), SP_OK);
    assert_true(r.recovered >= 1);
    assert_close(r.overlap, 1, 1e-5);
    assert_close(r.signal_norm, 3 * sqrt(N), 1e-4);
    y2[7] = -1;
    assert_int_equal(sp_retrieval_data(test_run(), &p, &r), SP_DATA);
    assert_non_null(strstr(sp_run_message(test_run()), "row 8 is negative"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_pass),    SP_TEST(test_gradient),     SP_TEST(test_lowest),
                                       SP_TEST(test_hessian), SP_TEST(test_lost_outlier), SP_TEST(test_success),
                                       SP_TEST(test_threads), SP_TEST(test_data)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
