/* Spec 26, 7 and 4: first-step overlap, success of averaged descent against gradient descent, closed limits, bad input. */
#include "test.h"

#include "close.h"

#include "dynamics/tensor_pca.h"

#include <cblas.h>
#include <string.h>

static const sp_tensor_pca_method closed = {
    .method = SP_PCA_CLOSED, .polish = SP_POLISH_GD, .replicas = 200, .steps = 20, .eta = 0.2, .iterations = 3000};

static void test_theory(void **state)
{
    (void)state;
    const double table[][4] = {{100, 2, 100, 0.300828},      {1000, 2, INFINITY, 0.243663}, {100, 1.8, INFINITY, 0.370211},
                               {200, 1.4, INFINITY, 0.2534}, {200, 2.2, INFINITY, 0.3806},  {200, 3, INFINITY, 0.489}};
    sp_tensor_pca_theory_result r;
    for (size_t i = 0; i < 6; i++) {
        const double *t = table[i];
        sp_tensor_pca_theory_params p = {3, (size_t)t[0], t[1], t[2]};
        assert_int_equal(sp_tensor_pca_theory(test_run(), &p, &r), SP_OK);
        assert_close(r.m_1, t[3], i < 3 ? 5e-7 : i < 5 ? 5e-5 : 5e-4); /* the digits given */
    }
    assert_close(r.value_threshold, 4, 1e-12);
    assert_close(r.value_ground, 4.059, 5e-4);
    sp_tensor_pca_theory_params bad = {2, 100, 1, 1};
    assert_int_equal(sp_tensor_pca_theory(test_run(), &bad, &r), SP_USAGE);
}

static void no_noise(int k, size_t n, pca_instance *s, double *v)
{
    sp_rng rng = sp_rng_at(test_run(), "v", 0);
    sp_normals(&rng, n, v);
    cblas_dscal((int)n, 1 / cblas_dnrm2((int)n, v, 1), v, 1);
    *s = (pca_instance){.k = k, .n = n, .signal = v};
    assert_int_equal(sp_symmetric_create(test_run(), n, k, &s->t), SP_OK);
    assert_int_equal(sp_symmetric_add_rank_one(test_run(), &s->t, 3, v, SP_DIAGONAL_USE), SP_OK);
}

/* without noise the mean field is along the signal at once, for each method; T(v,..,v) is the strength */
static void test_no_noise(void **state)
{
    (void)state;
    double v[12], value;
    for (int k = 3; k <= 4; k++) {
        pca_instance s;
        no_noise(k, 12, &s, v);
        assert_int_equal(pca_value(test_run(), &s, v, &value), SP_OK);
        assert_close(value, 3 / sqrt(12), 1e-6); /* entries in single precision */
        for (int method = 0; method <= SP_PCA_UNFOLD; method++) {
            sp_tensor_pca_method m = closed;
            m.method = method;
            m.polish = SP_POLISH_NONE;
            sp_tensor_pca_solution x;
            /* gd stops at a gradient of 1e-3 sqrt(n); the correction of AMP supposes the noise */
            if (method == SP_PCA_GD || method == SP_PCA_AMP)
                continue;
            assert_int_equal(pca_solve(test_run(), &s, &m, 1, false, &x), SP_OK);
            if (k == 3 || method == SP_PCA_CLOSED || method == SP_PCA_UNFOLD || method == SP_PCA_POWER)
                assert_close(fabs(x.m), 1, method == SP_PCA_REPLICAS ? 0.02 : 1e-6);
        }
    }
}

/* the mean of the field over uniform directions is the trace, k = 3: closed form against sampling */
static void test_closed_average(void **state)
{
    (void)state;
    enum { N = 10, SAMPLES = 20000 };
    pca_instance s;
    assert_int_equal(pca_instance_create(test_run(), 3, N, 5, 0, &s), SP_OK);
    double trace[N], u[N], g[N], mean[N] = {0}, square[N] = {0}, x[N], q = 0.6;
    assert_int_equal(pca_trace(test_run(), &s, trace), SP_OK);
    memcpy(u, s.signal, sizeof u);
    sp_rng rng = sp_rng_at(test_run(), "z", 0);
    for (int t = 0; t < SAMPLES; t++) {
        sp_normals(&rng, N, x);
        cblas_dscal(N, sqrt(1 - q * q) / cblas_dnrm2(N, x, 1), x, 1);
        cblas_daxpy(N, q, u, 1, x, 1);
        assert_int_equal(pca_field(test_run(), N, 1, x, g, &s), SP_OK);
        for (int i = 0; i < N; i++) {
            mean[i] += g[i] / SAMPLES;
            square[i] += g[i] * g[i] / SAMPLES;
        }
    }
    assert_int_equal(pca_field(test_run(), N, 1, u, g, &s), SP_OK);
    for (int i = 0; i < N; i++) {
        double exact = q * q * g[i] + (1 - q * q) / N * trace[i];
        assert_close(mean[i], exact, 5 * sqrt((square[i] - mean[i] * mean[i]) / SAMPLES));
    }
}

/* field variance (k-1)! n and first-step overlap against theory */
static void test_first_step(void **state)
{
    (void)state;
    double n[] = {50}, a[] = {1.8};
    sp_tensor_pca_scan_params p = {3, {1, n}, {1, a}, 60, closed};
    p.method.steps = 0;
    sp_tensor_pca_scan s;
    assert_int_equal(sp_tensor_pca_scan_run(test_run(), &p, &s), SP_OK);
    /* 0.02: the formula takes the noise norm as sharp (spec 26, 4) */
    assert_close(s.rate[0].m_first, s.rate[0].m_theory, 0.02 + 5 * s.rate[0].m_first_se);
    p.method.method = SP_PCA_REPLICAS, p.method.steps = 1, p.method.replicas = 100, p.method.polish = SP_POLISH_NONE;
    assert_int_equal(sp_tensor_pca_scan_run(test_run(), &p, &s), SP_OK);
    assert_close(s.rate[0].m_first, s.rate[0].m_theory, 0.02 + 5 * s.rate[0].m_first_se);
}

static void test_success(void **state)
{
    (void)state;
    double n[] = {50}, a[] = {0.5, 3};
    sp_tensor_pca_scan_params p = {3, {1, n}, {2, a}, 25, closed};
    sp_tensor_pca_scan averaged, single;
    assert_int_equal(sp_tensor_pca_scan_run(test_run(), &p, &averaged), SP_OK);
    p.method.method = SP_PCA_GD;
    assert_int_equal(sp_tensor_pca_scan_run(test_run(), &p, &single), SP_OK);
    assert_true(averaged.rate[1].success > 0.9 && averaged.rate[0].success < 0.4);
    assert_true(single.rate[1].success < averaged.rate[1].success); /* half of its starts are on the wrong side */
    assert_true(averaged.half[0].a_half > 0.5 && averaged.half[0].a_half < 2);
}

static void test_threads(void **state)
{
    (void)state;
    sp_tensor_pca_minimize_params p = {3, 120, 2, closed, 0};
    p.method.method = SP_PCA_RESAMPLED;
    p.method.replicas = 70, p.method.steps = 3, p.method.iterations = 20;
    sp_run *one = sp_run_create(&(sp_run_options){.seed = 1, .threads = 1});
    sp_tensor_pca_solution a, b;
    assert_int_equal(sp_tensor_pca_minimize(test_run(), &p, &a), SP_OK);
    assert_int_equal(sp_tensor_pca_minimize(one, &p, &b), SP_OK);
    assert_memory_equal(a.x, b.x, 120 * sizeof(double));
    sp_run_free(one);
}

static void test_data(void **state)
{
    (void)state;
    sp_tensor_pca_data_params p = {.tensor = "",
                                   .planted = "",
                                   .k = 3,
                                   .rank = 2,
                                   .starts = 2,
                                   .demo = 30,
                                   .a = 3,
                                   .eta = 0.2,
                                   .replicas = 100,
                                   .steps = 20,
                                   .iterations = 1000};
    sp_tensor_pca_data_result r;
    assert_int_equal(sp_tensor_pca_data(test_run(), &p, &r), SP_OK);
    assert_true(r.overlap > 0.9 && strstr(r.verdict, "signal found"));
    assert_true(r.value > r.value_ground);
    p.a = 0;
    assert_int_equal(sp_tensor_pca_data(test_run(), &p, &r), SP_OK);
    assert_non_null(strstr(r.verdict, "nothing"));
    p.demo = 0;
    assert_int_equal(sp_tensor_pca_data(test_run(), &p, &r), SP_USAGE);
    enum { N = 8 };
    static float x[N * N * N];
    sp_rng rng = sp_rng_at(test_run(), "asymmetric", 0);
    sp_normals_float(&rng, N * N * N, x);
    sp_array array = {.x = x, .type = SP_FLOAT32, .n = N, .d = N * N};
    assert_int_equal(sp_run_attach(test_run(), "t", &array), SP_OK);
    p.tensor = "mem:t";
    assert_int_equal(sp_tensor_pca_data(test_run(), &p, &r), SP_DATA);
    assert_non_null(strstr(sp_run_message(test_run()), "not symmetric"));
    p.symmetrise = true;
    assert_int_equal(sp_tensor_pca_data(test_run(), &p, &r), SP_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_theory),     SP_TEST(test_no_noise), SP_TEST(test_closed_average),
                                       SP_TEST(test_first_step), SP_TEST(test_success),  SP_TEST(test_threads),
                                       SP_TEST(test_data)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
