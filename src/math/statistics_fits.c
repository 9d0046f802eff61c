/* Straight lines, power laws and linear models. */
#include "math/linalg.h"
#include "math/statistics.h"

#include <math.h>

sp_status sp_fit_line(sp_run *run, size_t n, const double *x, const double *y, const double *y_se, sp_line *out)
{
    double w = 0, mx = 0, my = 0, xx = 0, xy = 0, yy = 0;
    for (size_t i = 0; i < n; i++) {
        double wi = y_se ? 1 / (y_se[i] * y_se[i]) : 1;
        if (!(wi > 0) || isinf(wi))
            return sp_fail(run, SP_FAILED, "line fit: the error of point %zu must be finite and > 0", i);
        double before = w, dx = x[i] - mx, dy = y[i] - my;
        w += wi;
        mx += dx * wi / w;
        my += dy * wi / w;
        xx += wi * before / w * dx * dx;
        xy += wi * before / w * dx * dy;
        yy += wi * before / w * dy * dy;
    }
    if (n < 2 || !(xx > 0) || !isfinite(yy))
        return sp_fail(run, SP_FAILED, "line fit: needs finite points with at least two different abscissae");
    double slope = xy / xx, chi2 = 0;
    for (size_t i = 0; i < n; i++) {
        double e = y[i] - my - slope * (x[i] - mx);
        chi2 += e * e * (y_se ? 1 / (y_se[i] * y_se[i]) : 1);
    }
    double dof = (double)n - 2, scale = y_se ? 1 : dof > 0 ? chi2 / dof : NAN;
    *out = (sp_line){.intercept = my - slope * mx,
                     .slope = slope,
                     .intercept_se = sqrt(scale * (1 / w + mx * mx / xx)),
                     .slope_se = sqrt(scale / xx),
                     .covariance = -scale * mx / xx,
                     .chi2 = chi2,
                     .dof = dof,
                     .r2 = yy > 0 ? 1 - chi2 / yy : 1};
    return SP_OK;
}

sp_status sp_fit_power(sp_run *run, size_t n, const double *x, const double *y, const double *y_se, sp_line *out)
{
    sp_mark mark = sp_memory_mark(run);
    double *log_x = SP_NEW(run, double, n), *log_y = SP_NEW(run, double, n), *log_se = SP_NEW(run, double, n);
    if (!log_x || !log_y || !log_se)
        return SP_FAILED;
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(x[i] > 0) || !(y[i] > 0) || isinf(x[i]) || isinf(y[i]))
            continue;
        log_x[used] = log(x[i]);
        log_y[used] = log(y[i]);
        log_se[used++] = y_se ? y_se[i] / y[i] : 0;
    }
    sp_status status = sp_fit_line(run, used, log_x, log_y, y_se ? log_se : NULL, out);
    sp_memory_release(run, mark);
    return status;
}

static sp_status fit_linear(sp_run *run, size_t n, size_t p, const double *design, const double *y, const double *y_se,
                            double *b, double *covariance, double *chi2)
{
    double *a = SP_NEW(run, double, n *p), *rhs = SP_NEW(run, double, n), residual;
    if (!a || !rhs)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++) {
        double w = y_se ? 1 / y_se[i] : 1;
        if (!(w > 0) || isinf(w))
            return sp_fail(run, SP_FAILED, "linear fit: the error of point %zu must be finite and > 0", i);
        rhs[i] = y[i] * w;
        for (size_t j = 0; j < p; j++)
            a[i * p + j] = design[i * p + j] * w;
    }
    SP_TRY(sp_least_squares(run, n, p, a, rhs, b, &residual));
    double sum = residual * residual;
    if (chi2)
        *chi2 = sum;
    if (covariance) {
        double *q = SP_NEW(run, double, n *p), *r = SP_NEW(run, double, p *p), *inverse = SP_NEW(run, double, p *p);
        if (!q || !r || !inverse)
            return SP_FAILED;
        SP_TRY(sp_qr(run, n, p, a, q, r));
        SP_TRY(sp_inverse(run, p, r, inverse)); /* (A^T A)^{-1} = R^{-1} R^{-T} */
        sp_gemm(SP_PLAIN, SP_TRANSPOSED, p, p, p,
                y_se    ? 1
                : n > p ? sum / (double)(n - p)
                        : NAN,
                inverse, p, inverse, p, 0, covariance, p);
    }
    return SP_OK;
}

sp_status sp_fit_linear(sp_run *run, size_t n, size_t p, const double *design, const double *y, const double *y_se,
                        double *b, double *covariance, double *chi2)
{
    sp_mark mark = sp_memory_mark(run);
    sp_status status = fit_linear(run, n, p, design, y, y_se, b, covariance, chi2);
    sp_memory_release(run, mark);
    return status;
}
