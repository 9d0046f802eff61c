/* Closed forms for jointly normal variables, and of the neighbour graph (spec 11, 3.2). */
#include "spinodal/select.h"

#include "math/linalg.h"
#include "math/statistics.h"

#include <gsl/gsl_sf_gamma.h>

#include <math.h>

double sp_xi_gaussian(double r2) { return 3 / M_PI * asin((1 + r2) / 2) - 0.5; }

double sp_codec_gaussian(double r2, double r2_given)
{
    double without = sp_xi_gaussian(r2_given);
    return (sp_xi_gaussian(r2) - without) / (1 - without);
}

double sp_neighbour_mutual(size_t d) { return 1 / (2 - gsl_sf_beta_inc(((double)d + 1) / 2, 0.5, 0.75)); }

static bool standardise(size_t n, const double *x, double *out)
{
    double mean = sp_mean(n, x).value, sd = sqrt(sp_variance(n, x) * (double)(n - 1));
    for (size_t i = 0; i < n; i++)
        out[i] = (x[i] - mean) / sd;
    return sd > 0;
}

/* R^2 of y on standardised columns, u (n) standardised y: b.C^-1 b with the correlations b = X^T u, C = X^T X. */
static sp_status multiple_correlation(sp_run *run, size_t n, size_t p, const double *x, const double *u, double *r2)
{
    double *C = SP_NEW(run, double, p *p), *b = SP_NEW(run, double, 2 * p), *solved = b + p;
    if (!C || !b)
        return SP_FAILED;
    SP_TRY(sp_gemm_blocked(run, SP_PLAIN, SP_TRANSPOSED, p, p, n, 1, x, n, x, n, 0, C, p));
    SP_TRY(sp_matvec_blocked(run, p, n, x, u, b));
    for (size_t k = 0; k < p; k++)
        solved[k] = b[k];
    *r2 = NAN;
    if (sp_cholesky(run, p, C) != SP_OK)
        return SP_OK; /* linearly dependent */
    for (size_t k = 0; k < p; k++)
        if (C[k * p + k] < 1e-6)
            return SP_OK;
    sp_cholesky_solve(p, C, 1, solved);
    *r2 = 0;
    for (size_t k = 0; k < p; k++)
        *r2 += b[k] * solved[k];
    *r2 = fmin(1, *r2);
    return SP_OK;
}

sp_status sp_codec_gaussian_sample(sp_run *run, size_t n, const double *y, const sp_columns *z, const sp_columns *x,
                                   double *T)
{
    sp_mark mark = sp_memory_mark(run);
    size_t given = x ? x->p : 0, p = given + z->p;
    double *columns = SP_NEW(run, double, n *p), *u = SP_NEW(run, double, n), r2 = NAN, r2_given = 0;
    if (!columns || !u)
        return SP_FAILED;
    bool varied = standardise(n, y, u);
    for (size_t k = 0; k < p; k++)
        varied &= standardise(n, k < given ? x->x + k * n : z->x + (k - given) * n, columns + k * n);
    if (varied && n > p + 1)
        SP_TRY(multiple_correlation(run, n, p, columns, u, &r2));
    if (varied && n > p + 1 && given)
        SP_TRY(multiple_correlation(run, n, given, columns, u, &r2_given));
    *T = sp_codec_gaussian(r2, r2_given);
    sp_memory_release(run, mark);
    return SP_OK;
}
