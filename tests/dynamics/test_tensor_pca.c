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
    assert_close(r.value_ground / sqrt(6), 1.6569, 1e-4); /* E_0 of the pure model of order 3 */
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
    for (int k = 3; k <= 6; k++) {
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

/* the mean field in closed form against sampling, every order */
static void test_closed_average(void **state)
{
    (void)state;
    enum { N = 8, BATCH = 64, BATCHES = 300 };
    for (int k = 3; k <= 6; k++) {
        pca_instance s;
        pca_traces traces;
        assert_int_equal(pca_instance_create(test_run(), k, N, 5, 0, &s), SP_OK);
        assert_int_equal(pca_traces_create(test_run(), &s, &traces), SP_OK);
        double u[N], exact[N], mean[N] = {0}, square[N] = {0}, x[BATCH * N], g[BATCH * N], q = 0.6, value, expected;
        memcpy(u, s.signal, sizeof u);
        sp_rng rng = sp_rng_at(test_run(), "z", 0);
        for (int t = 0; t < BATCHES; t++) {
            sp_normals(&rng, (size_t)BATCH * N, x);
            for (size_t r = 0; r < BATCH; r++) {
                cblas_dscal(N, sqrt(1 - q * q) / cblas_dnrm2(N, x + r * N, 1), x + r * N, 1);
                cblas_daxpy(N, q, u, 1, x + r * N, 1);
            }
            assert_int_equal(pca_field(test_run(), N, BATCH, x, g, &s), SP_OK);
            for (size_t i = 0; i < (size_t)BATCH * N; i++) {
                mean[i % N] += g[i] / (BATCH * BATCHES);
                square[i % N] += g[i] * g[i] / (BATCH * BATCHES);
            }
        }
        assert_int_equal(pca_traces_field(test_run(), &traces, q, u, exact, &value), SP_OK);
        assert_int_equal(pca_value(test_run(), &s, u, &expected), SP_OK);
        assert_close(value, expected, 1e-12 * (1 + fabs(expected)));
        for (int i = 0; i < N; i++)
            assert_close(mean[i], exact[i], 5 * sqrt((square[i] - mean[i] * mean[i]) / (BATCH * BATCHES)));
    }
}

static double entry(const pca_instance *s, size_t code)
{
    size_t sorted[6] = {0}, wider[6];
    for (int a = 0; a < s->k; a++, code /= s->n) {
        sp_symmetric_insert(a, sorted, code % s->n, wider);
        memcpy(sorted, wider, sizeof sorted);
    }
    return (double)s->t.v[sp_symmetric_index(s->n, s->k, sorted)];
}

static void top_of(size_t n, const double *a, double *u)
{
    double value;
    assert_int_equal(sp_eigen_range(test_run(), n, a, n - 1, 1, &value, u), SP_OK);
}

/* gram of the rows of a (n x columns) */
static void left_of(size_t n, size_t columns, const double *a, double *u)
{
    double gram[16];
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasNoTrans, (int)n, (int)columns, 1, a, (int)columns, 0, gram, (int)n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            gram[i * n + j] = gram[j * n + i];
    top_of(n, gram, u);
}

/* symmetric columns kept once against the full matrices */
static void test_unfold(void **state)
{
    (void)state;
    enum { N = 4 };
    static double full[N * N * N * N * N * N];
    for (int k = 3; k <= 6; k++) {
        pca_instance s;
        size_t size = (size_t)llround(pow(N, k)), half = (size_t)llround(pow(N, k / 2.0));
        double u[N], expected[N], top[64];
        bool converged;
        assert_int_equal(pca_instance_create(test_run(), k, N, 15, 1, &s), SP_OK);
        assert_int_equal(pca_unfold(test_run(), &s, u, &converged), SP_OK);
        assert_true(converged);
        for (size_t i = 0; i < size; i++)
            full[i] = entry(&s, i);
        if (k % 2)
            left_of(N, size / N, full, expected);
        else {
            top_of(half, full, top);
            left_of(N, half / N, top, expected);
        }
        /* single precision on the way: an error of e in a vector costs e^2 in the cosine */
        assert_close(fabs(cblas_ddot(N, u, 1, expected, 1)), 1, 1e-9);
    }
}

/* field variance (k-1)! n and first-step overlap against theory */
static void test_first_step(void **state)
{
    (void)state;
    double n[] = {50}, a[] = {1.8};
    sp_tensor_pca_scan_params p = {3, {1, n}, {1, a}, 60, 1, false, closed};
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
    sp_tensor_pca_scan_params p = {3, {1, n}, {2, a}, 25, 1, false, closed};
    sp_tensor_pca_scan averaged, single;
    assert_int_equal(sp_tensor_pca_scan_run(test_run(), &p, &averaged), SP_OK);
    p.method.method = SP_PCA_GD;
    assert_int_equal(sp_tensor_pca_scan_run(test_run(), &p, &single), SP_OK);
    assert_true(averaged.rate[1].success > 0.9 && averaged.rate[0].success < 0.4);
    assert_true(single.rate[1].success < averaged.rate[1].success); /* half of its starts are on the wrong side */
    assert_true(averaged.half[0].a_half > 0.5 && averaged.half[0].a_half < 2);
}

/* starts of one tensor together: each ends where it would end alone, and the first is that of a scan with one start */
static void test_starts_together(void **state)
{
    (void)state;
    enum { N = 30, STARTS = 7 };
    pca_instance s;
    assert_int_equal(pca_instance_create(test_run(), 3, N, 20, 0, &s), SP_OK);
    double x[STARTS * N], alone[N];
    bool converged[STARTS], one;
    sp_rng rng = sp_rng_at(test_run(), "starts", 0);
    for (size_t r = 0; r < STARTS; r++) {
        sp_normals(&rng, N, x + r * N);
        cblas_dscal(N, 1 / cblas_dnrm2(N, x + r * N, 1), x + r * N, 1);
    }
    memcpy(alone, x + 3 * (size_t)N, sizeof alone);
    pca_ascent together = {.x = x, .converged = converged}, single = {.x = alone, .converged = &one};
    assert_int_equal(pca_ascend(test_run(), &s, STARTS, 5000, &together), SP_OK);
    assert_int_equal(pca_ascend(test_run(), &s, 1, 5000, &single), SP_OK);
    assert_true(converged[3] && one);
    for (size_t i = 0; i < N; i++) /* rounding differs, and grows along the way */
        assert_close(alone[i], x[3 * (size_t)N + i], 1e-7);
    double n[] = {30}, a[] = {1, 2, 4};
    sp_tensor_pca_scan_params p = {3, {1, n}, {3, a}, 6, 8, true, closed};
    p.method.method = SP_PCA_GD;
    sp_tensor_pca_scan scan;
    assert_int_equal(sp_tensor_pca_scan_run(test_run(), &p, &scan), SP_OK);
    for (size_t k = 0; k < 3; k++) {
        assert_int_equal(scan.rate[k].positive_starts, 48);
        assert_close(scan.rate[k].success, scan.rate[k].success_positive, 0);
        assert_true(scan.rate[k].m_start > 0);
    }
    assert_true(scan.half[0].a_half > 1 && scan.half[0].a_half < 4 && scan.half[0].a_half_se > 0);
    p.k = 4;
    assert_int_equal(sp_tensor_pca_scan_run(test_run(), &p, &scan), SP_USAGE);
    p.k = 3, p.method.method = SP_PCA_POWER;
    assert_int_equal(sp_tensor_pca_scan_run(test_run(), &p, &scan), SP_USAGE);
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

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_theory),          SP_TEST(test_no_noise), SP_TEST(test_closed_average),
                                       SP_TEST(test_first_step),      SP_TEST(test_success),  SP_TEST(test_threads),
                                       SP_TEST(test_starts_together), SP_TEST(test_unfold)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
