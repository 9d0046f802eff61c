#include "math/linalg.h"

#include "close.h"

#include <string.h>

/* LAPACK is backward stable: errors are a small multiple of n * 1e-16 * |A|; 1e-12 leaves a factor of 100 at n = 60. */
#define EPS 1e-12

static sp_run *run_with(int threads) { return sp_run_create(&(sp_run_options){.seed = 7, .threads = threads}); }

static void random_symmetric(sp_run *run, size_t n, double *a)
{
    sp_rng rng = sp_rng_at(run, "test", 0);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            a[i * n + j] = a[j * n + i] = sp_normal(&rng);
}

static void test_eigen(void **state)
{
    (void)state;
    enum { N = 60 };
    sp_run *run = run_with(1);
    double a[N * N], v[N * N], w[N], w2[N], some[5], some_v[5 * N];
    random_symmetric(run, N, a);
    assert_int_equal(sp_eigen(run, N, a, w, v), SP_OK);
    assert_int_equal(sp_eigenvalues(run, N, a, w2), SP_OK);
    assert_int_equal(sp_eigen_range(run, N, a, 3, 5, some, some_v), SP_OK);
    double trace = 0, sum = 0;
    for (size_t k = 0; k < N; k++) {
        trace += a[k * N + k];
        sum += w[k];
        assert_close(w[k], w2[k], EPS);
        for (size_t i = 0; i < N; i++) {
            double av = 0;
            for (size_t j = 0; j < N; j++)
                av += a[i * N + j] * v[k * N + j];
            assert_close(av, w[k] * v[k * N + i], 1e-11);
            if (k >= 3 && k < 8)
                assert_close(some_v[(k - 3) * N + i], v[k * N + i], 1e-9); /* gap about 0.1 */
        }
    }
    assert_close(trace, sum, EPS * N);
    for (size_t k = 0; k < 5; k++)
        assert_close(some[k], w[k + 3], EPS);
    a[0] = NAN;
    assert_int_equal(sp_eigenvalues(run, N, a, w2), SP_FAILED);
    sp_run_free(run);
}

/* The path graph: eigenvalues 2 - 2 cos(pi k / (n + 1)). */
static void test_tridiagonal(void **state)
{
    (void)state;
    enum { N = 20 };
    sp_run *run = run_with(1);
    double diagonal[N], off[N - 1], w[N], v[N * N];
    for (size_t i = 0; i < N; i++)
        diagonal[i] = 2;
    for (size_t i = 0; i + 1 < N; i++)
        off[i] = -1;
    assert_int_equal(sp_eigen_tridiagonal(run, N, diagonal, off, w, v), SP_OK);
    for (size_t k = 0; k < N; k++) {
        assert_close(w[k], 2 - 2 * cos(M_PI * (double)(k + 1) / (N + 1)), 1e-14);
        double norm = sqrt((N + 1) / 2.0), peak = 0;
        for (size_t i = 0; i < N; i++)
            peak = fmax(peak, fabs(fabs(v[k * N + i]) - fabs(sin(M_PI * (double)((k + 1) * (i + 1)) / (N + 1))) / norm));
        assert_true(peak < EPS);
    }
    sp_run_free(run);
}

static void test_pencil_and_qz(void **state)
{
    (void)state;
    enum { N = 12 };
    sp_run *run = run_with(1);
    double a[N * N], b[N * N], w[N], v[N * N], re[N], im[N], den[N];
    random_symmetric(run, N, a);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++)
            b[i * N + j] = (i == j ? 3.0 : 0) + 1.0 / (double)(1 + i + j);
    assert_int_equal(sp_eigen_pencil(run, N, a, b, w, v), SP_OK);
    assert_int_equal(sp_eigenvalues_qz(run, N, a, b, re, im, den), SP_OK);
    for (size_t k = 0; k < N; k++) {
        double vbv = 0, best = INFINITY;
        for (size_t i = 0; i < N; i++) {
            double av = 0, bv = 0;
            for (size_t j = 0; j < N; j++) {
                av += a[i * N + j] * v[k * N + j];
                bv += b[i * N + j] * v[k * N + j];
            }
            assert_close(av, w[k] * bv, EPS);
            vbv += v[k * N + i] * bv;
        }
        assert_close(vbv, 1, EPS);
        for (size_t i = 0; i < N; i++)
            best = fmin(best, hypot(re[i] / den[i] - w[k], im[i] / den[i]));
        assert_true(best < EPS);
    }
    double rotation[4] = {0, -2, 2, 0};
    assert_int_equal(sp_eigenvalues_general(run, 2, rotation, re, im), SP_OK);
    assert_close(re[0], 0, 1e-15);
    assert_close(fabs(im[0]), 2, 1e-15);
    sp_run_free(run);
}

static void test_solves(void **state)
{
    (void)state;
    enum { N = 30, R = 3 };
    sp_run *run = run_with(1);
    double a[N * N], l[N * N], x[R * N], b[R * N], inverse[N * N], logdet, sign;
    random_symmetric(run, N, a);
    for (size_t i = 0; i < N; i++)
        a[i * N + i] += 20; /* positive definite: the noise has norm about 2 sqrt(30) = 11 */
    for (size_t r = 0; r < R; r++)
        for (size_t i = 0; i < N; i++)
            x[r * N + i] = (double)(r + 1) * sin((double)i);
    sp_gemm(SP_PLAIN, SP_TRANSPOSED, R, N, N, 1, x, N, a, N, 0, b, N);
    memcpy(l, a, sizeof a);
    assert_int_equal(sp_cholesky(run, N, l), SP_OK);
    assert_int_equal(sp_logdet(run, N, a, &logdet, &sign), SP_OK);
    assert_close(sp_cholesky_logdet(N, l), logdet, EPS * N);
    assert_true(sign == 1);
    double solved[R * N];
    memcpy(solved, b, sizeof b);
    sp_cholesky_solve(N, l, R, solved);
    for (size_t i = 0; i < R * N; i++)
        assert_close(solved[i], x[i], EPS);
    memcpy(solved, b, sizeof b);
    assert_int_equal(sp_solve(run, N, a, R, solved), SP_OK);
    for (size_t i = 0; i < R * N; i++)
        assert_close(solved[i], x[i], EPS);
    /* whitening: |L^{-1} b|^2 = b A^{-1} b */
    memcpy(solved, b, sizeof b);
    sp_cholesky_whiten(N, l, R, solved);
    double left = 0, right = 0;
    for (size_t i = 0; i < N; i++) {
        left += solved[i] * solved[i];
        right += b[i] * x[i];
    }
    assert_close(left, right, 1e-10 * right);
    /* a matrix that is not symmetric */
    a[1] += 5;
    a[N + 4] = -a[N + 4];
    assert_int_equal(sp_inverse(run, N, a, inverse), SP_OK);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++) {
            double sum = 0;
            for (size_t k = 0; k < N; k++)
                sum += a[i * N + k] * inverse[k * N + j];
            assert_close(sum, i == j, EPS);
        }
    sp_gemm(SP_PLAIN, SP_TRANSPOSED, R, N, N, 1, x, N, a, N, 0, b, N);
    assert_int_equal(sp_solve(run, N, a, R, b), SP_OK);
    for (size_t i = 0; i < R * N; i++)
        assert_close(b[i], x[i], EPS);
    double swap[4] = {0, 1, 1, 0}, zero[4] = {1, 1, 1, 1}, rhs[2] = {1, 2}, indefinite[4] = {1, 2, 2, 1};
    assert_int_equal(sp_logdet(run, 2, swap, &logdet, &sign), SP_OK);
    assert_true(logdet == 0 && sign == -1);
    assert_int_equal(sp_solve(run, 2, zero, 1, rhs), SP_FAILED);
    assert_int_equal(sp_cholesky(run, 2, indefinite), SP_FAILED);
    assert_non_null(strstr(sp_run_message(run), "positive definite"));
    sp_run_free(run);
}

static void test_svd_qr(void **state)
{
    (void)state;
    sp_run *run = run_with(1);
    for (int wide = 0; wide < 2; wide++) {
        enum { P = 17, Q = 9 };
        size_t m = wide ? Q : P, n = wide ? P : Q, k = Q;
        double a[P * Q], values[Q], u[P * Q], vt[P * Q];
        sp_rng rng = sp_rng_at(run, "test", 3);
        sp_normals(&rng, m * n, a);
        assert_int_equal(sp_svd(run, m, n, a, values, u, vt), SP_OK);
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < n; j++) {
                double sum = 0;
                for (size_t l = 0; l < k; l++)
                    sum += u[i * k + l] * values[l] * vt[l * n + j];
                assert_close(sum, a[i * n + j], EPS);
            }
        assert_true(values[0] >= values[k - 1] && values[k - 1] > 0);
        double only[Q];
        assert_int_equal(sp_svd(run, m, n, a, only, NULL, NULL), SP_OK);
        assert_close(only[0], values[0], EPS);
        if (wide)
            continue;
        double q[P * Q], r[Q * Q], x[Q], b[P], residual;
        assert_int_equal(sp_qr(run, m, n, a, q, r), SP_OK);
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < n; j++) {
                double sum = 0;
                for (size_t l = 0; l <= j; l++)
                    sum += q[i * n + l] * r[l * n + j];
                assert_close(sum, a[i * n + j], EPS);
            }
        assert_true(r[0] > 0 && r[n + 1] > 0 && r[n] == 0);
        for (size_t i = 0; i < m; i++) {
            b[i] = 0;
            for (size_t j = 0; j < n; j++)
                b[i] += a[i * n + j] * (double)(j + 1);
        }
        assert_int_equal(sp_least_squares(run, m, n, a, b, x, &residual), SP_OK);
        for (size_t j = 0; j < n; j++)
            assert_close(x[j], (double)(j + 1), EPS);
        assert_true(residual < 1e-12);
    }
    sp_run_free(run);
}

/* Blocked products and moments: right, and the same bits with 1, 2 and 3 threads. */
static void test_blocked(void **state)
{
    (void)state;
    enum { N = 1500, D = 300 };
    sp_run *runs[3] = {run_with(1), run_with(2), run_with(3)};
    float *x = SP_NEW(runs[0], float, N *D);
    double *xd = SP_NEW(runs[0], double, N *D), *c[3], *g[3], *p[3], *y[3], mean[D];
    sp_rng rng = sp_rng_at(runs[0], "test", 5);
    sp_normals_float(&rng, N * D, x);
    for (size_t i = 0; i < N * D; i++)
        xd[i] = x[i] = x[i] + 3;
    for (size_t t = 0; t < 3; t++) {
        c[t] = SP_NEW(runs[0], double, D *D);
        g[t] = SP_NEW(runs[0], double, N *N);
        p[t] = SP_NEW(runs[0], double, N *D);
        y[t] = SP_NEW(runs[0], double, N);
        assert_int_equal(sp_rows_mean(runs[t], sp_rows_float(N, D, x), mean), SP_OK);
        assert_int_equal(sp_covariance(runs[t], sp_rows_float(N, D, x), mean, N - 1, c[t]), SP_OK);
        assert_int_equal(sp_gram(runs[t], sp_rows_float(N, D, x), mean, N - 1, g[t]), SP_OK);
        assert_int_equal(sp_gemm_blocked(runs[t], SP_PLAIN, SP_PLAIN, N, D, D, 1, xd, D, c[t], D, 0, p[t], D), SP_OK);
        assert_int_equal(sp_matvec_blocked(runs[t], N, D, xd, mean, y[t]), SP_OK);
        assert_memory_equal(c[t], c[0], D * D * sizeof(double));
        assert_memory_equal(g[t], g[0], N * N * sizeof(double));
        assert_memory_equal(p[t], p[0], N * D * sizeof(double));
        assert_memory_equal(y[t], y[0], N * sizeof(double));
    }
    for (size_t i = 0; i < D; i += 37)
        for (size_t j = 0; j < D; j += 41) {
            double sum = 0;
            for (size_t k = 0; k < N; k++)
                sum += (xd[k * D + i] - mean[i]) * (xd[k * D + j] - mean[j]);
            assert_close(c[0][i * D + j], sum / (N - 1), 1e-13);
            assert_true(c[0][i * D + j] == c[0][j * D + i]);
        }
    for (size_t i = 0; i < N; i += 211)
        for (size_t j = 0; j < N; j += 173) {
            double sum = 0;
            for (size_t k = 0; k < D; k++)
                sum += (xd[i * D + k] - mean[k]) * (xd[j * D + k] - mean[k]);
            assert_close(g[0][i * N + j], sum / (N - 1), 1e-13);
        }
    /* the double rows give the same numbers, and many rows are summed in groups */
    double *c2 = SP_NEW(runs[0], double, D *D), small[9], small2[9], small_mean[3];
    assert_int_equal(sp_covariance(runs[1], sp_rows_double(N, D, xd), mean, N - 1, c2), SP_OK);
    assert_memory_equal(c2, c[0], D * D * sizeof(double));
    size_t many = N * D / 3;
    for (size_t t = 0; t < 2; t++) {
        assert_int_equal(sp_rows_mean(runs[t], sp_rows_float(many, 3, x), small_mean), SP_OK);
        assert_int_equal(sp_covariance(runs[t], sp_rows_float(many, 3, x), small_mean, 1, t ? small2 : small), SP_OK);
    }
    assert_memory_equal(small, small2, sizeof small);
    assert_close(small[0] / (double)many, 1, 5 * sqrt(2.0 / (double)many));
    for (size_t t = 0; t < 3; t++)
        sp_run_free(runs[2 - t]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eigen),  cmocka_unit_test(test_tridiagonal), cmocka_unit_test(test_pencil_and_qz),
        cmocka_unit_test(test_solves), cmocka_unit_test(test_svd_qr),      cmocka_unit_test(test_blocked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
