/* Factorisations, solves and products. Row-major matrices are handed to column-major LAPACK as their transposes. */
#include "math/linalg_private.h"

#include <limits.h>
#include <math.h>
#include <string.h>

sp_status sp_lapack_check_size(sp_run *run, size_t n)
{
    if (n == 0 || n > INT_MAX / 8)
        return sp_fail(run, SP_FAILED, "matrix size %zu is out of range", n);
    return SP_OK;
}

sp_status sp_lapack_failed(sp_run *run, const char *what, lapack_int info)
{
    return sp_fail(run, SP_FAILED, "%s did not converge or got an invalid matrix (LAPACK info %d)", what, (int)info);
}

sp_status sp_check_finite(sp_run *run, size_t n, const double *a, const char *what)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(a[i]))
            return sp_fail(run, SP_FAILED, "%s: the matrix has a value that is not finite (entry %zu)", what, i);
    return SP_OK;
}

sp_status sp_cholesky(sp_run *run, size_t n, double *a)
{
    SP_TRY(sp_lapack_check_size(run, n));
    int before = sp_single_thread_begin();
    lapack_int info = LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'U', (lapack_int)n, a, (lapack_int)n);
    sp_single_thread_end(before);
    if (info > 0)
        return sp_fail(run, SP_FAILED, "Cholesky: the matrix is not positive definite (pivot %d of %zu)", (int)info, n);
    if (info < 0)
        return sp_lapack_failed(run, "Cholesky", info);
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(a[i * n + i]))
            return sp_fail(run, SP_FAILED, "Cholesky: the matrix has a value that is not finite (row %zu)", i);
        memset(a + i * n + i + 1, 0, (n - i - 1) * sizeof *a);
    }
    return SP_OK;
}

double sp_cholesky_logdet(size_t n, const double *l)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += log(l[i * n + i]);
    return 2 * sum;
}

void sp_cholesky_whiten(size_t n, const double *l, size_t n_rhs, double *y)
{
    int before = sp_single_thread_begin();
    cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, (int)n_rhs, (int)n, 1, l, (int)n, y,
                (int)n);
    sp_single_thread_end(before);
}

void sp_cholesky_solve(size_t n, const double *l, size_t n_rhs, double *b)
{
    sp_cholesky_whiten(n, l, n_rhs, b);
    int before = sp_single_thread_begin();
    cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, CblasNoTrans, CblasNonUnit, (int)n_rhs, (int)n, 1, l, (int)n, b,
                (int)n);
    sp_single_thread_end(before);
}

/* LU of the transpose of `a`, kept in *lu with the pivots. *info > 0: singular. */
static sp_status factorise(sp_run *run, size_t n, const double *a, double **lu, lapack_int **pivots, lapack_int *info)
{
    SP_TRY(sp_lapack_check_size(run, n));
    SP_TRY(sp_check_finite(run, n * n, a, "linear solve"));
    *lu = SP_NEW(run, double, n *n);
    *pivots = SP_NEW(run, lapack_int, n);
    if (!*lu || !*pivots)
        return SP_FAILED;
    memcpy(*lu, a, n * n * sizeof *a);
    int before = sp_single_thread_begin();
    *info = LAPACKE_dgetrf_work(LAPACK_COL_MAJOR, (lapack_int)n, (lapack_int)n, *lu, (lapack_int)n, *pivots);
    sp_single_thread_end(before);
    return *info < 0 ? sp_lapack_failed(run, "LU", *info) : SP_OK;
}

sp_status sp_solve(sp_run *run, size_t n, const double *a, size_t n_rhs, double *b)
{
    sp_mark mark = sp_memory_mark(run);
    double *lu;
    lapack_int *pivots, info;
    sp_status status = factorise(run, n, a, &lu, &pivots, &info);
    if (status == SP_OK && info > 0)
        status = sp_fail(run, SP_FAILED, "linear solve: the matrix is singular (pivot %d of %zu)", (int)info, n);
    if (status == SP_OK) {
        int before = sp_single_thread_begin();
        LAPACKE_dgetrs_work(LAPACK_COL_MAJOR, 'T', (lapack_int)n, (lapack_int)n_rhs, lu, (lapack_int)n, pivots, b,
                            (lapack_int)n);
        sp_single_thread_end(before);
    }
    sp_memory_release(run, mark);
    return status;
}

sp_status sp_logdet(sp_run *run, size_t n, const double *a, double *logdet, double *sign)
{
    sp_mark mark = sp_memory_mark(run);
    double *lu;
    lapack_int *pivots, info;
    sp_status status = factorise(run, n, a, &lu, &pivots, &info);
    if (status == SP_OK) {
        *logdet = 0;
        *sign = info > 0 ? 0 : 1;
        for (size_t i = 0; i < n; i++) {
            double u = lu[i * n + i];
            *logdet += log(fabs(u));
            if ((u < 0) != (pivots[i] != (lapack_int)(i + 1)))
                *sign = -*sign;
        }
    }
    sp_memory_release(run, mark);
    return status;
}

sp_status sp_inverse(sp_run *run, size_t n, const double *a, double *inverse)
{
    sp_mark mark = sp_memory_mark(run);
    double *lu;
    lapack_int *pivots, info;
    sp_status status = factorise(run, n, a, &lu, &pivots, &info);
    if (status == SP_OK && info > 0)
        status = sp_fail(run, SP_FAILED, "inverse: the matrix is singular (pivot %d of %zu)", (int)info, n);
    if (status == SP_OK) {
        lapack_int size = (lapack_int)(64 * n);
        double *work = SP_NEW(run, double, 64 * n);
        status = work ? SP_OK : SP_FAILED;
        int before = sp_single_thread_begin();
        if (work)
            LAPACKE_dgetri_work(LAPACK_COL_MAJOR, (lapack_int)n, lu, (lapack_int)n, pivots, work, size);
        sp_single_thread_end(before);
        memcpy(inverse, lu, n * n * sizeof *lu);
    }
    sp_memory_release(run, mark);
    return status;
}

static sp_status svd(sp_run *run, size_t m, size_t n, const double *a, double *values, double *u, double *vt)
{
    SP_TRY(sp_lapack_check_size(run, m));
    SP_TRY(sp_lapack_check_size(run, n));
    SP_TRY(sp_check_finite(run, m * n, a, "singular values"));
    size_t k = m < n ? m : n;
    double *copy = SP_NEW(run, double, m *n);
    lapack_int *iwork = SP_NEW(run, lapack_int, 8 * k);
    if (!copy || !iwork)
        return SP_FAILED;
    memcpy(copy, a, m * n * sizeof *a);
    /* The column-major reading is A^T = V diag U^T: its left vectors are the rows of vt. */
    char job = u ? 'S' : 'N';
    double size;
    lapack_int rows = (lapack_int)n, columns = (lapack_int)m, rank = (lapack_int)k;
    LAPACKE_dgesdd_work(LAPACK_COL_MAJOR, job, rows, columns, copy, rows, values, vt, rows, u, rank, &size, -1, iwork);
    double *work = SP_NEW(run, double, (size_t)size + 1);
    if (!work)
        return SP_FAILED;
    int before = sp_single_thread_begin();
    lapack_int info = LAPACKE_dgesdd_work(LAPACK_COL_MAJOR, job, rows, columns, copy, rows, values, vt, rows, u, rank, work,
                                          (lapack_int)size, iwork);
    sp_single_thread_end(before);
    return info ? sp_lapack_failed(run, "singular values", info) : SP_OK;
}

sp_status sp_svd(sp_run *run, size_t m, size_t n, const double *a, double *values, double *u, double *vt)
{
    sp_mark mark = sp_memory_mark(run);
    sp_status status = svd(run, m, n, a, values, u, vt);
    sp_memory_release(run, mark);
    return status;
}

static sp_status qr(sp_run *run, size_t m, size_t n, const double *a, double *q, double *r)
{
    SP_TRY(sp_lapack_check_size(run, m));
    SP_TRY(sp_lapack_check_size(run, n));
    SP_TRY(sp_check_finite(run, m * n, a, "QR"));
    if (m < n)
        return sp_fail(run, SP_FAILED, "QR: needs at least as many rows as columns (%zu x %zu)", m, n);
    size_t size = 64 * m;
    double *columns = SP_NEW(run, double, m *n), *tau = SP_NEW(run, double, n), *work = SP_NEW(run, double, size);
    if (!columns || !tau || !work)
        return SP_FAILED;
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            columns[j * m + i] = a[i * n + j];
    lapack_int rows = (lapack_int)m, width = (lapack_int)n;
    int before = sp_single_thread_begin();
    LAPACKE_dgeqrf_work(LAPACK_COL_MAJOR, rows, width, columns, rows, tau, work, (lapack_int)size);
    if (r)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                r[i * n + j] = j < i ? 0 : columns[j * m + i];
    double *signs = SP_NEW(run, double, n);
    for (size_t j = 0; signs && j < n; j++)
        signs[j] = columns[j * m + j] < 0 ? -1 : 1;
    LAPACKE_dorgqr_work(LAPACK_COL_MAJOR, rows, width, width, columns, rows, tau, work, (lapack_int)size);
    sp_single_thread_end(before);
    if (!signs)
        return SP_FAILED;
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            q[i * n + j] = columns[j * m + i] * signs[j];
    for (size_t i = 0; r && i < n; i++)
        for (size_t j = i; j < n; j++)
            r[i * n + j] *= signs[i];
    return SP_OK;
}

sp_status sp_qr(sp_run *run, size_t m, size_t n, const double *a, double *q, double *r)
{
    sp_mark mark = sp_memory_mark(run);
    sp_status status = qr(run, m, n, a, q, r);
    sp_memory_release(run, mark);
    return status;
}

static sp_status least_squares(sp_run *run, size_t m, size_t n, const double *a, const double *b, double *x,
                               double *residual)
{
    double *q = SP_NEW(run, double, m *n), *r = SP_NEW(run, double, n *n);
    if (!q || !r)
        return SP_FAILED;
    SP_TRY(qr(run, m, n, a, q, r));
    cblas_dgemv(CblasRowMajor, CblasTrans, (int)m, (int)n, 1, q, (int)n, b, 1, 0, x, 1);
    for (size_t i = 0; i < n; i++)
        if (!(fabs(r[i * n + i]) > 1e-14 * fabs(r[0])))
            return sp_fail(run, SP_FAILED, "least squares: the columns are linearly dependent (column %zu)", i);
    cblas_dtrsv(CblasRowMajor, CblasUpper, CblasNoTrans, CblasNonUnit, (int)n, r, (int)n, x, 1);
    if (residual) {
        double sum = 0;
        for (size_t i = 0; i < m; i++) {
            double e = cblas_ddot((int)n, a + i * n, 1, x, 1) - b[i];
            sum += e * e;
        }
        *residual = sqrt(sum);
    }
    return SP_OK;
}

sp_status sp_least_squares(sp_run *run, size_t m, size_t n, const double *a, const double *b, double *x, double *residual)
{
    sp_mark mark = sp_memory_mark(run);
    int before = sp_single_thread_begin();
    sp_status status = least_squares(run, m, n, a, b, x, residual);
    sp_single_thread_end(before);
    sp_memory_release(run, mark);
    return status;
}
