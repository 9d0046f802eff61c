/* Ridge regression w = (Z^T Z + ridge)^{-1} Z^T y on the smaller side of Z. */
#include "sample.h"

#include "math/linalg.h"

#include <math.h>

typedef struct {
    size_t n, p, k; /* k = min(n, p) */
    bool dual;      /* n <= p: the Gram matrix of the rows */
    const double *z;
} problem;

/* Z Z^T or Z^T Z. */
static void small_side(const problem *a, double *gram)
{
    if (a->dual)
        sp_gemm(SP_PLAIN, SP_TRANSPOSED, a->n, a->n, a->p, 1, a->z, a->p, a->z, a->p, 0, gram, a->n);
    else
        sp_gemm(SP_TRANSPOSED, SP_PLAIN, a->p, a->p, a->n, 1, a->z, a->p, a->z, a->p, 0, gram, a->p);
}

/* y itself, or Z^T y: n_targets rows of k. */
static void small_targets(const problem *a, size_t n_targets, const double *y, double *g)
{
    if (a->dual)
        for (size_t i = 0; i < n_targets * a->n; i++)
            g[i] = y[i];
    else
        sp_gemm(SP_PLAIN, SP_PLAIN, n_targets, a->p, a->n, 1, y, a->n, a->z, a->p, 0, g, a->p);
}

/* Test rows in the coordinates of the small side: Z_test Z^T (m x n), or Z_test. */
static sp_status small_test(sp_run *run, const problem *a, size_t m, const double *z_test, const double **out)
{
    *out = z_test;
    if (!a->dual || !m)
        return SP_OK;
    double *kernel = SP_NEW(run, double, m * a->n);
    if (!kernel)
        return SP_FAILED;
    sp_gemm(SP_PLAIN, SP_TRANSPOSED, m, a->n, a->p, 1, z_test, a->p, a->z, a->p, 0, kernel, a->n);
    *out = kernel;
    return SP_OK;
}

static double square_norm(size_t n, const double *v)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += v[i] * v[i];
    return sum;
}

static sp_status by_cholesky(sp_run *run, const problem *a, size_t m, const double *z_test, size_t n_targets,
                             const double *y, double ridge, sp_ridge_fit *out)
{
    size_t k = a->k;
    double *gram = SP_NEW(run, double, k *k), *alpha = SP_NEW(run, double, n_targets *k),
           *fit = SP_NEW(run, double, a->n > a->p ? a->n : a->p);
    const double *test;
    if (!gram || !alpha || !fit)
        return SP_FAILED;
    small_side(a, gram);
    for (size_t i = 0; i < k; i++)
        gram[i * k + i] += ridge;
    small_targets(a, n_targets, y, alpha);
    SP_TRY(sp_cholesky(run, k, gram));
    sp_cholesky_solve(k, gram, n_targets, alpha);
    SP_TRY(small_test(run, a, out->test ? m : 0, z_test, &test));
    if (out->test)
        sp_gemm(SP_PLAIN, SP_TRANSPOSED, n_targets, m, k, 1, alpha, k, test, k, 0, out->test, m);
    for (size_t t = 0; t < n_targets; t++) {
        const double *coefficients = alpha + t * k;
        if (a->dual) { /* y - Z w = ridge alpha, w = Z^T alpha */
            out->train[t] = ridge * ridge * square_norm(k, coefficients) / (double)a->n;
            sp_gemm(SP_PLAIN, SP_PLAIN, 1, a->p, a->n, 1, coefficients, a->n, a->z, a->p, 0, fit, a->p);
            out->norm[t] = square_norm(a->p, fit);
        }
        else {
            sp_gemm(SP_PLAIN, SP_TRANSPOSED, 1, a->n, a->p, 1, coefficients, a->p, a->z, a->p, 0, fit, a->n);
            for (size_t i = 0; i < a->n; i++)
                fit[i] -= y[t * a->n + i];
            out->train[t] = square_norm(a->n, fit) / (double)a->n;
            out->norm[t] = square_norm(k, coefficients);
        }
    }
    return SP_OK;
}

/* What the fit does to an eigendirection: its gain on the target and the share of it that is left as residual. */
typedef struct {
    double gain, left;
} shrinkage;

static shrinkage shrink(sp_fit_kind kind, double l, double cut, double value)
{
    if (kind == SP_FIT_FLOW)
        return (shrinkage){l > cut ? -expm1(-l * value) / l : value, exp(-l * value)};
    bool used = value > 0 || l > cut;
    double gain = used ? 1 / (l + value) : 0;
    return (shrinkage){gain, used ? value * gain : 1};
}

static sp_status by_eigenvectors(sp_run *run, const problem *a, size_t m, const double *z_test, size_t n_targets,
                                 const double *y, sp_fit_kind kind, sp_vec values, sp_ridge_fit *out)
{
    size_t k = a->k;
    double *o = SP_NEW(run, double, k *k), *l = SP_NEW(run, double, k), *g = SP_NEW(run, double, n_targets *k);
    double *c = SP_NEW(run, double, n_targets *k), *s = SP_NEW(run, double, n_targets *k),
           *test_c = SP_NEW(run, double, m *k);
    const double *test;
    if (!o || !l || !g || !c || !s || (m && !test_c))
        return SP_FAILED;
    small_side(a, o);
    SP_TRY(sp_eigen(run, k, o, l, o));
    small_targets(a, n_targets, y, g);
    sp_gemm(SP_PLAIN, SP_TRANSPOSED, n_targets, k, k, 1, g, k, o, k, 0, c, k);
    SP_TRY(small_test(run, a, out->test ? m : 0, z_test, &test));
    if (out->test)
        sp_gemm(SP_PLAIN, SP_TRANSPOSED, m, k, k, 1, test, k, o, k, 0, test_c, k);
    double cut = 1e-12 * l[k - 1];
    for (size_t r = 0; r < values.n; r++) {
        for (size_t t = 0; t < n_targets; t++) {
            double residual = a->dual ? 0 : square_norm(a->n, y + t * a->n), norm = 0;
            for (size_t j = 0; j < k; j++) {
                double x = c[t * k + j], lj = fmax(l[j], 0);
                shrinkage w = shrink(kind, lj, cut, values.v[r]);
                s[t * k + j] = w.gain * x;
                residual += a->dual ? w.left * w.left * x * x : (lj * w.gain - 2) * w.gain * x * x;
                norm += (a->dual ? lj : 1) * w.gain * w.gain * x * x;
            }
            out->train[r * n_targets + t] = fmax(residual, 0) / (double)a->n;
            out->norm[r * n_targets + t] = norm;
        }
        if (out->test)
            sp_gemm(SP_PLAIN, SP_TRANSPOSED, n_targets, m, k, 1, s, k, test_c, k, 0, out->test + r * n_targets * m, m);
    }
    return SP_OK;
}

sp_status sp_fit_all(sp_run *run, sp_fit_kind kind, size_t n, size_t p, const double *z, size_t m, const double *z_test,
                     size_t n_targets, const double *y, sp_vec values, sp_ridge_fit *out)
{
    problem a = {n, p, n <= p ? n : p, n <= p, z};
    sp_mark mark = sp_memory_mark(run);
    bool one = kind == SP_FIT_RIDGE && values.n == 1 && values.v[0] > 0;
    sp_status status = one ? by_cholesky(run, &a, m, z_test, n_targets, y, values.v[0], out)
                           : by_eigenvectors(run, &a, m, z_test, n_targets, y, kind, values, out);
    sp_memory_release(run, mark);
    return status;
}
