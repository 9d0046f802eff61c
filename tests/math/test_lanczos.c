#include "close.h"
#include "math/lanczos.h"

#include <string.h>

static sp_run *run_with(int threads) { return sp_run_create(&(sp_run_options){.seed = 5, .threads = threads}); }

typedef struct {
    size_t n;
    const double *a;
} dense;

static sp_status apply_dense(sp_run *run, size_t n, const double *x, double *y, void *context)
{
    const dense *d = context;
    return sp_matvec_blocked(run, n, n, d->a, x, y);
}

static sp_status apply_diagonal(sp_run *run, size_t n, const double *x, double *y, void *context)
{
    (void)run;
    const double *d = context;
    for (size_t i = 0; i < n; i++)
        y[i] = d[i] * x[i];
    return SP_OK;
}

/* A GOE matrix: both ends against LAPACK; vectors, residuals, thread-independence. */
static void test_dense(void **state)
{
    (void)state;
    enum { N = 400, K = 6 };
    sp_run *runs[2] = {run_with(1), run_with(2)}, *run = runs[0];
    double *a = SP_NEW(run, double, N *N), exact[N], values[2][K], *vectors[2], residuals[K];
    sp_rng rng = sp_rng_at(run, "a", 0);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j <= i; j++)
            a[i * N + j] = a[j * N + i] = sp_normal(&rng) / sqrt(N);
    assert_int_equal(sp_eigenvalues(run, N, a, exact), SP_OK);
    dense d = {N, a};
    for (int which = 0; which < 2; which++) {
        for (int t = 0; t < 2; t++) {
            sp_lanczos_report report;
            sp_lanczos_options o = {.which = which ? SP_SMALLEST : SP_LARGEST, .tolerance = 1e-11};
            vectors[t] = SP_NEW(run, double, K *N);
            assert_int_equal(sp_lanczos(runs[t], N, K, apply_dense, &d, &o, values[t], vectors[t], residuals, &report),
                             SP_OK);
            assert_true(report.converged && report.restarts > 0 && report.applications < 600);
        }
        assert_memory_equal(values[0], values[1], sizeof values[0]);
        assert_memory_equal(vectors[0], vectors[1], K * N * sizeof(double));
        for (size_t i = 0; i < K; i++) {
            /* the error of an eigenvalue is second order in the residual */
            assert_close(values[0][i], exact[which ? i : N - 1 - i], 1e-13);
            assert_true(residuals[i] < 3e-11);
            for (size_t j = 0; j <= i; j++) {
                double dot = 0;
                for (size_t l = 0; l < N; l++)
                    dot += vectors[0][i * N + l] * vectors[0][j * N + l];
                assert_close(dot, i == j, 1e-13);
            }
        }
    }
    for (int t = 1; t >= 0; t--)
        sp_run_free(runs[t]);
}

/* Hard: an isolated cluster, then a spectrum that is exhausted (k = n), then one that cannot converge in time. */
static void test_ends(void **state)
{
    (void)state;
    enum { N = 3000 };
    sp_run *run = run_with(1);
    double *d = SP_NEW(run, double, N), values[10], residuals[10];
    for (size_t i = 0; i < N; i++)
        d[i] = (double)i / N;
    d[17] = 2;
    d[18] = 2.001;
    d[2000] = -3;
    sp_lanczos_report report;
    assert_int_equal(sp_lanczos(run, N, 2, apply_diagonal, d, NULL, values, NULL, residuals, &report), SP_OK);
    assert_true(report.converged);
    assert_close(values[0], 2.001, 1e-13);
    assert_close(values[1], 2, 1e-13);
    assert_int_equal(
        sp_lanczos(run, 5, 5, apply_diagonal, (double[]){3, 1, 2, 2, 5}, NULL, values, NULL, residuals, &report), SP_OK);
    double expected[] = {5, 3, 2, 2, 1};
    for (int i = 0; i < 5; i++)
        assert_close(values[i], expected[i], 1e-14);
    assert_true(report.converged);
    assert_int_equal(sp_lanczos(run, 1, 1, apply_diagonal, (double[]){-4}, NULL, values, NULL, residuals, &report), SP_OK);
    assert_close(values[0], -4, 0);
    sp_lanczos_options hurry = {.max_applications = 40};
    assert_int_equal(sp_lanczos(run, N, 10, apply_diagonal, d, &hurry, values, NULL, residuals, &report), SP_OK);
    assert_false(report.converged);
    assert_int_equal(sp_lanczos(run, 5, 6, apply_diagonal, d, NULL, values, NULL, residuals, &report), SP_FAILED);
    d[3] = NAN;
    assert_int_equal(sp_lanczos(run, N, 1, apply_diagonal, d, NULL, values, NULL, residuals, &report), SP_FAILED);
    sp_run_free(run);
}

/* Matrix-free covariance and Gram operators against the dense ones; both routes give the same components. */
static void test_rows(void **state)
{
    (void)state;
    enum { N = 5000, D = 40, K = 3 };
    sp_run *run = run_with(1), *two = run_with(2);
    float *x = SP_NEW(run, float, N *D);
    sp_rng rng = sp_rng_at(run, "x", 0);
    sp_normals_float(&rng, N * D, x);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < D; j++)
            x[i * D + j] = x[i * D + j] * (j == 3 ? 4.0f : j == 5 ? 3.0f : j == 7 ? 2.0f : 1.0f) + 10.0f;
    sp_rows rows = sp_rows_float(N, D, x);
    double mean[D], c[D * D], exact[D], values[K], vectors[K * D], y1[D], y2[D], v[D];
    assert_int_equal(sp_rows_mean(run, rows, mean), SP_OK);
    assert_int_equal(sp_covariance(run, rows, mean, N - 1, c), SP_OK);
    assert_int_equal(sp_eigenvalues(run, D, c, exact), SP_OK);
    sp_row_operator o = {rows, mean, N - 1};
    sp_normals(&rng, D, v);
    assert_int_equal(sp_apply_covariance(run, D, v, y1, &o), SP_OK);
    assert_int_equal(sp_apply_covariance(two, D, v, y2, &o), SP_OK);
    assert_memory_equal(y1, y2, sizeof y1);
    for (size_t i = 0; i < D; i++) {
        double sum = 0;
        for (size_t j = 0; j < D; j++)
            sum += c[i * D + j] * v[j];
        assert_close(y1[i], sum, 1e-12);
    }
    sp_lanczos_report report;
    assert_int_equal(sp_principal_components(run, rows, K, mean, values, vectors, &report), SP_OK);
    for (size_t i = 0; i < K; i++)
        assert_close(values[i], exact[D - 1 - i], 1e-12);
    assert_true(vectors[3] > 0.99);
    /* fewer rows than dimensions, by the Gram matrix and by its operator */
    sp_rows wide = sp_rows_float(50, N * D / 50, x);
    double *wide_mean = SP_NEW(run, double, wide.d), *directions = SP_NEW(run, double, K *wide.d), gram_values[K];
    assert_int_equal(sp_principal_components(run, wide, K, wide_mean, values, directions, &report), SP_OK);
    sp_row_operator wide_o = {wide, wide_mean, 49};
    assert_int_equal(sp_lanczos(run, 50, K, sp_apply_gram, &wide_o, NULL, gram_values, NULL, NULL, &report), SP_OK);
    double *image = SP_NEW(run, double, wide.d);
    for (size_t i = 0; i < K; i++) {
        assert_close_rel(gram_values[i], values[i], 1e-12);
        assert_int_equal(sp_apply_covariance(run, wide.d, directions + i * wide.d, image, &wide_o), SP_OK);
        for (size_t j = 0; j < wide.d; j += 97)
            assert_close(image[j], values[i] * directions[i * wide.d + j], 1e-9 * values[0]);
    }
    assert_int_equal(sp_principal_components(run, wide, 50, wide_mean, values, directions, &report), SP_FAILED);
    sp_run_free(two);
    sp_run_free(run);
}

#ifdef SPINODAL_HAVE_ARPACK
void dsaupd_(int *ido, const char *bmat, const int *n, const char *which, const int *nev, const double *tol, double *resid,
             const int *ncv, double *v, const int *ldv, int *iparam, int *ipntr, double *workd, double *workl,
             const int *lworkl, int *info, size_t, size_t);
void dseupd_(const int *rvec, const char *howmny, int *select, double *d, double *z, const int *ldz, const double *sigma,
             const char *bmat, const int *n, const char *which, const int *nev, const double *tol, double *resid,
             const int *ncv, double *v, const int *ldv, int *iparam, int *ipntr, double *workd, double *workl,
             const int *lworkl, int *info, size_t, size_t, size_t);

/* The 2-d lattice Laplacian (multiple eigenvalues come in pairs): values and work against ARPACK. */
static sp_status apply_lattice(sp_run *run, size_t n, const double *x, double *y, void *context)
{
    (void)run;
    ++*(size_t *)context;
    size_t rows = 45, columns = n / rows;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            double sum = 4 * x[i * columns + j];
            sum -= i ? x[(i - 1) * columns + j] : 0;
            sum -= i + 1 < rows ? x[(i + 1) * columns + j] : 0;
            sum -= j ? x[i * columns + j - 1] : 0;
            sum -= j + 1 < columns ? x[i * columns + j + 1] : 0;
            y[i * columns + j] = sum;
        }
    return SP_OK;
}

static void test_arpack(void **state)
{
    (void)state;
    enum { N = 45 * 40, NEV = 8, NCV = 30, LWORK = NCV * (NCV + 8) };
    sp_run *run = run_with(1);
    int ido = 0, n = N, nev = NEV, ncv = NCV, lworkl = LWORK, info = 0, iparam[11] = {1, 0, 1000, 1, 0, 0, 1}, ipntr[14];
    double *resid = SP_NEW(run, double, N), *v = SP_NEW(run, double, N *NCV), *workd = SP_NEW(run, double, 3 * N),
           *workl = SP_NEW(run, double, LWORK), tol = 1e-10, arpack[NEV], values[NEV], sigma = 0;
    size_t arpack_work = 0, work = 0;
    while (ido != 99) {
        dsaupd_(&ido, "I", &n, "LA", &nev, &tol, resid, &ncv, v, &n, iparam, ipntr, workd, workl, &lworkl, &info, 1, 2);
        if (ido == 1 || ido == -1)
            apply_lattice(run, N, workd + ipntr[0] - 1, workd + ipntr[1] - 1, &arpack_work);
    }
    int rvec = 0, select[NCV];
    dseupd_(&rvec, "A", select, arpack, NULL, &n, &sigma, "I", &n, "LA", &nev, &tol, resid, &ncv, v, &n, iparam, ipntr,
            workd, workl, &lworkl, &info, 1, 1, 2);
    assert_int_equal(info, 0);
    sp_lanczos_report report;
    sp_lanczos_options o = {.tolerance = 1e-10, .basis = NCV};
    assert_int_equal(sp_lanczos(run, N, NEV, apply_lattice, &work, &o, values, NULL, NULL, &report), SP_OK);
    assert_true(report.converged);
    for (int i = 0; i < NEV; i++)
        assert_close(values[i], arpack[NEV - 1 - i], 1e-9);
    print_message("operator applications: ours %zu, ARPACK %zu\n", work, arpack_work);
    assert_true((double)work < 1.5 * (double)arpack_work);
    sp_run_free(run);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dense),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_rows),
#ifdef SPINODAL_HAVE_ARPACK
        cmocka_unit_test(test_arpack),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
