/* Eigenproblems. A symmetric row-major matrix is its own column-major reading with the triangles exchanged. */
#include "math/linalg_private.h"

#include <math.h>
#include <string.h>

/* A sign convention that does not depend on the library: the largest component (the first of equals) is positive. */
static void fix_sign(size_t n, double *v)
{
    size_t largest = 0;
    for (size_t i = 1; i < n; i++)
        if (fabs(v[i]) > fabs(v[largest]) * (1 + 1e-9))
            largest = i;
    if (v[largest] < 0)
        for (size_t i = 0; i < n; i++)
            v[i] = -v[i];
}

static void fix_signs(size_t count, size_t n, double *vectors)
{
    for (size_t j = 0; vectors && j < count; j++)
        fix_sign(n, vectors + j * n);
}

static double *copy_of(sp_run *run, size_t count, const double *a)
{
    double *copy = SP_NEW(run, double, count);
    return copy ? memcpy(copy, a, count * sizeof *a) : NULL;
}

static sp_status eigen(sp_run *run, size_t n, double *a, double *values, bool vectors)
{
    SP_TRY(sp_lapack_check_size(run, n));
    SP_TRY(sp_check_finite(run, n * n, a, "eigenvalues"));
    char job = vectors ? 'V' : 'N';
    lapack_int size = (lapack_int)n, isize;
    double dsize;
    LAPACKE_dsyevd_work(LAPACK_COL_MAJOR, job, 'U', size, a, size, values, &dsize, -1, &isize, -1);
    double *work = SP_NEW(run, double, (size_t)dsize + 1);
    lapack_int *iwork = SP_NEW(run, lapack_int, (size_t)isize + 1);
    if (!work || !iwork)
        return SP_FAILED;
    int before = sp_single_thread_begin();
    lapack_int info =
        LAPACKE_dsyevd_work(LAPACK_COL_MAJOR, job, 'U', size, a, size, values, work, (lapack_int)dsize, iwork, isize);
    sp_single_thread_end(before);
    return info ? sp_lapack_failed(run, "eigenvalues", info) : SP_OK;
}

sp_status sp_eigenvalues(sp_run *run, size_t n, const double *a, double *values)
{
    sp_mark mark = sp_memory_mark(run);
    double *copy = copy_of(run, n * n, a);
    sp_status status = copy ? eigen(run, n, copy, values, false) : SP_FAILED;
    sp_memory_release(run, mark);
    return status;
}

sp_status sp_eigen(sp_run *run, size_t n, const double *a, double *values, double *vectors)
{
    sp_mark mark = sp_memory_mark(run);
    if (vectors != a)
        memcpy(vectors, a, n * n * sizeof *a);
    sp_status status = eigen(run, n, vectors, values, true);
    sp_memory_release(run, mark);
    if (status == SP_OK)
        fix_signs(n, n, vectors);
    return status;
}

static sp_status eigen_range(sp_run *run, size_t n, const double *a, size_t first, size_t count, double *values,
                             double *vectors)
{
    SP_TRY(sp_lapack_check_size(run, n));
    SP_TRY(sp_check_finite(run, n * n, a, "eigenvalues"));
    if (count == 0 || first + count > n)
        return sp_fail(run, SP_FAILED, "eigenvalues %zu to %zu asked of a matrix of size %zu", first, first + count, n);
    lapack_int size = (lapack_int)n, low = (lapack_int)first + 1, high = (lapack_int)(first + count), found, isize;
    double *copy = copy_of(run, n * n, a), *all = SP_NEW(run, double, n), dsize;
    lapack_int *support = SP_NEW(run, lapack_int, 2 * n);
    if (!copy || !all || !support)
        return SP_FAILED;
    char job = vectors ? 'V' : 'N';
    LAPACKE_dsyevr_work(LAPACK_COL_MAJOR, job, 'I', 'U', size, copy, size, 0, 0, low, high, 0, &found, all, vectors, size,
                        support, &dsize, -1, &isize, -1);
    double *work = SP_NEW(run, double, (size_t)dsize + 1);
    lapack_int *iwork = SP_NEW(run, lapack_int, (size_t)isize + 1);
    if (!work || !iwork)
        return SP_FAILED;
    int before = sp_single_thread_begin();
    lapack_int info = LAPACKE_dsyevr_work(LAPACK_COL_MAJOR, job, 'I', 'U', size, copy, size, 0, 0, low, high, 0, &found, all,
                                          vectors, size, support, work, (lapack_int)dsize, iwork, isize);
    sp_single_thread_end(before);
    if (info || (size_t)found != count)
        return sp_lapack_failed(run, "eigenvalues", info);
    memcpy(values, all, count * sizeof *all);
    fix_signs(count, n, vectors);
    return SP_OK;
}

sp_status sp_eigen_range(sp_run *run, size_t n, const double *a, size_t first, size_t count, double *values, double *vectors)
{
    sp_mark mark = sp_memory_mark(run);
    sp_status status = eigen_range(run, n, a, first, count, values, vectors);
    sp_memory_release(run, mark);
    return status;
}

/* b = L L^T; C = L^{-1} A L^{-T}; v = L^{-T} w for the eigenvectors w of C. */
static sp_status eigen_pencil(sp_run *run, size_t n, const double *a, const double *b, double *values, double *vectors)
{
    double *l = copy_of(run, n * n, b), *c = SP_NEW(run, double, n *n);
    if (!l || !c)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            c[i * n + j] = i >= j ? a[i * n + j] : a[j * n + i];
    SP_TRY(sp_cholesky(run, n, l));
    int before = sp_single_thread_begin();
    lapack_int info = LAPACKE_dsygst_work(LAPACK_COL_MAJOR, 1, 'U', (lapack_int)n, c, (lapack_int)n, l, (lapack_int)n);
    sp_single_thread_end(before);
    if (info)
        return sp_lapack_failed(run, "generalised eigenvalues", info);
    SP_TRY(eigen(run, n, c, values, vectors != NULL));
    if (vectors) {
        before = sp_single_thread_begin();
        cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, CblasNoTrans, CblasNonUnit, (int)n, (int)n, 1, l, (int)n, c,
                    (int)n);
        sp_single_thread_end(before);
        memcpy(vectors, c, n * n * sizeof *c);
        fix_signs(n, n, vectors);
    }
    return SP_OK;
}

sp_status sp_eigen_pencil(sp_run *run, size_t n, const double *a, const double *b, double *values, double *vectors)
{
    sp_mark mark = sp_memory_mark(run);
    sp_status status = eigen_pencil(run, n, a, b, values, vectors);
    sp_memory_release(run, mark);
    return status;
}

static sp_status eigen_tridiagonal(sp_run *run, size_t n, const double *diagonal, const double *off, double *values,
                                   double *vectors)
{
    SP_TRY(sp_lapack_check_size(run, n));
    SP_TRY(sp_check_finite(run, n, diagonal, "tridiagonal eigenvalues"));
    SP_TRY(sp_check_finite(run, n - 1, off, "tridiagonal eigenvalues"));
    memcpy(values, diagonal, n * sizeof *values);
    double *e = SP_NEW(run, double, n);
    if (!e)
        return SP_FAILED;
    memcpy(e, off, (n - 1) * sizeof *e);
    lapack_int size = (lapack_int)n, isize;
    char job = vectors ? 'V' : 'N';
    double dsize;
    LAPACKE_dstevd_work(LAPACK_COL_MAJOR, job, size, values, e, vectors, size, &dsize, -1, &isize, -1);
    double *work = SP_NEW(run, double, (size_t)dsize + 1);
    lapack_int *iwork = SP_NEW(run, lapack_int, (size_t)isize + 1);
    if (!work || !iwork)
        return SP_FAILED;
    int before = sp_single_thread_begin();
    lapack_int info =
        LAPACKE_dstevd_work(LAPACK_COL_MAJOR, job, size, values, e, vectors, size, work, (lapack_int)dsize, iwork, isize);
    sp_single_thread_end(before);
    if (info)
        return sp_lapack_failed(run, "tridiagonal eigenvalues", info);
    fix_signs(n, n, vectors);
    return SP_OK;
}

sp_status sp_eigen_tridiagonal(sp_run *run, size_t n, const double *diagonal, const double *off, double *values,
                               double *vectors)
{
    sp_mark mark = sp_memory_mark(run);
    sp_status status = eigen_tridiagonal(run, n, diagonal, off, values, vectors);
    sp_memory_release(run, mark);
    return status;
}

static sp_status eigenvalues_general(sp_run *run, size_t n, const double *a, double *re, double *im)
{
    SP_TRY(sp_lapack_check_size(run, n));
    SP_TRY(sp_check_finite(run, n * n, a, "eigenvalues"));
    double *copy = copy_of(run, n * n, a), size;
    if (!copy)
        return SP_FAILED;
    lapack_int m = (lapack_int)n; /* the transpose has the same eigenvalues */
    LAPACKE_dgeev_work(LAPACK_COL_MAJOR, 'N', 'N', m, copy, m, re, im, NULL, m, NULL, m, &size, -1);
    double *work = SP_NEW(run, double, (size_t)size + 1);
    if (!work)
        return SP_FAILED;
    int before = sp_single_thread_begin();
    lapack_int info =
        LAPACKE_dgeev_work(LAPACK_COL_MAJOR, 'N', 'N', m, copy, m, re, im, NULL, m, NULL, m, work, (lapack_int)size);
    sp_single_thread_end(before);
    return info ? sp_lapack_failed(run, "general eigenvalues", info) : SP_OK;
}

sp_status sp_eigenvalues_general(sp_run *run, size_t n, const double *a, double *re, double *im)
{
    sp_mark mark = sp_memory_mark(run);
    sp_status status = eigenvalues_general(run, n, a, re, im);
    sp_memory_release(run, mark);
    return status;
}

static sp_status eigenvalues_qz(sp_run *run, size_t n, const double *a, const double *b, double *re, double *im,
                                double *denominator)
{
    SP_TRY(sp_lapack_check_size(run, n));
    SP_TRY(sp_check_finite(run, n * n, a, "generalised eigenvalues"));
    SP_TRY(sp_check_finite(run, n * n, b, "generalised eigenvalues"));
    double *left = copy_of(run, n * n, a), *right = copy_of(run, n * n, b), size;
    if (!left || !right)
        return SP_FAILED;
    lapack_int m = (lapack_int)n; /* the transposed pencil has the same eigenvalues */
    LAPACKE_dggev_work(LAPACK_COL_MAJOR, 'N', 'N', m, left, m, right, m, re, im, denominator, NULL, m, NULL, m, &size, -1);
    double *work = SP_NEW(run, double, (size_t)size + 1);
    if (!work)
        return SP_FAILED;
    int before = sp_single_thread_begin();
    lapack_int info = LAPACKE_dggev_work(LAPACK_COL_MAJOR, 'N', 'N', m, left, m, right, m, re, im, denominator, NULL, m,
                                         NULL, m, work, (lapack_int)size);
    sp_single_thread_end(before);
    return info ? sp_lapack_failed(run, "generalised eigenvalues", info) : SP_OK;
}

sp_status sp_eigenvalues_qz(sp_run *run, size_t n, const double *a, const double *b, double *re, double *im,
                            double *denominator)
{
    sp_mark mark = sp_memory_mark(run);
    sp_status status = eigenvalues_qz(run, n, a, b, re, im, denominator);
    sp_memory_release(run, mark);
    return status;
}
