#include "curve_fits.h"

#include <math.h>

enum { MOST = 32 };
static const double STEP = 1e-3; /* of c */

size_t claim_column(const sp_result *result, const char *table, const char *column, size_t most, double *out)
{
    const sp_table *t = sp_result_find_table(result, table);
    size_t c, n = 0;
    const double *v = t && sp_table_find_column(t, column, &c) ? sp_table_numbers(t, c) : NULL;
    while (v && n < most && n < sp_table_rows(t) && isfinite(v[n])) {
        out[n] = v[n];
        n++;
    }
    return n;
}

double claim_slope(size_t n, const double *x, const double *y, double *se, double *left)
{
    double sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0, N = (double)n;
    for (size_t i = 0; i < n; i++)
        sx += x[i] / N, sy += y[i] / N;
    for (size_t i = 0; i < n; i++) {
        double a = x[i] - sx, b = y[i] - sy;
        sxx += a * a, sxy += a * b, syy += b * b;
    }
    *left = fmax(0, syy - sxy * sxy / sxx);
    *se = n > 2 ? sqrt(*left / (N - 2) / sxx) : NAN;
    return sxy / sxx;
}

sp_status claim_power(sp_run *run, const sp_result *result, const char *table, const char *x, const char *y,
                      double *exponent)
{
    const sp_table *t = sp_result_find_table(result, table);
    size_t a, b, rows = t ? sp_table_rows(t) : 0;
    if (rows < 2 || !sp_table_find_column(t, x, &a) || !sp_table_find_column(t, y, &b))
        return sp_fail(run, SP_FAILED, "no rows of %s and %s", x, y);
    const double *u = sp_table_numbers(t, a), *v = sp_table_numbers(t, b);
    *exponent = log(v[rows - 1] / v[0]) / log(u[rows - 1] / u[0]);
    return SP_OK;
}

/* leave_out >= n: none */
static double best_divergence(size_t n, const double *inverse, const double *t, double least, size_t leave_out)
{
    double x[MOST], y[MOST], best = INFINITY, where = NAN, se, left;
    for (double c = least; c < inverse[0] - STEP / 2; c += STEP) {
        size_t m = 0;
        for (size_t i = 0; i < n; i++)
            if (i != leave_out)
                x[m] = log(inverse[i] - c), y[m++] = log(t[i]);
        claim_slope(m, x, y, &se, &left);
        if (left < best)
            best = left, where = c;
    }
    return where;
}

sp_status claim_divergence(sp_run *run, const sp_result *result, double least, double *c, double *se)
{
    double inverse[MOST], t[MOST];
    size_t n = claim_column(result, "grid", "t_half", MOST, t),
           m = claim_column(result, "grid", "inverse_noise_2", n, inverse);
    if (n < 4 || m < n)
        return sp_fail(run, SP_FAILED, "too few points with a crossing");
    *c = best_divergence(n, inverse, t, least, n);
    double sum = 0, squares = 0, N = (double)n;
    for (size_t i = 0; i < n; i++) {
        double other = best_divergence(n, inverse, t, least, i);
        sum += other / N, squares += other * other / N;
    }
    *se = sqrt((N - 1) * fmax(0, squares - sum * sum));
    return SP_OK;
}
