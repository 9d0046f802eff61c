#include "math/roots_complex.h"

#include <float.h>
#include <math.h>
#include <string.h>

static bool finite_all(size_t n, const sp_complex *f)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(creal(f[i])) || !isfinite(cimag(f[i])))
            return false;
    return true;
}

static double largest(size_t n, const sp_complex *f)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, cabs(f[i]));
    return finite_all(n, f) ? most : INFINITY;
}

static void differences(const sp_complex_equation *e, sp_complex z, sp_complex *x, sp_complex *jacobian)
{
    sp_complex above[SP_COMPLEX_MAX], below[SP_COMPLEX_MAX];
    for (size_t j = 0; j < e->n; j++) {
        sp_complex old = x[j];
        double h = cbrt(DBL_EPSILON) * fmax(cabs(old), 1e-100);
        x[j] = old + h;
        e->f(e->n, x, z, above, e->context);
        x[j] = old - h;
        e->f(e->n, x, z, below, e->context);
        x[j] = old;
        for (size_t i = 0; i < e->n; i++)
            jacobian[i * e->n + j] = (above[i] - below[i]) / (2 * h);
    }
}

/* Gauss elimination with partial pivoting of a tiny system; false when singular. */
static bool solve(size_t n, sp_complex *a, sp_complex *b)
{
    for (size_t k = 0; k < n; k++) {
        size_t pivot = k;
        for (size_t i = k + 1; i < n; i++)
            if (cabs(a[i * n + k]) > cabs(a[pivot * n + k]))
                pivot = i;
        if (!(cabs(a[pivot * n + k]) > 0))
            return false;
        for (size_t j = 0; j < n && pivot != k; j++) {
            sp_complex t = a[k * n + j];
            a[k * n + j] = a[pivot * n + j];
            a[pivot * n + j] = t;
        }
        sp_complex t = b[k];
        b[k] = b[pivot];
        b[pivot] = t;
        for (size_t i = k + 1; i < n; i++) {
            sp_complex ratio = a[i * n + k] / a[k * n + k];
            for (size_t j = k; j < n; j++)
                a[i * n + j] -= ratio * a[k * n + j];
            b[i] -= ratio * b[k];
        }
    }
    for (size_t k = n; k-- > 0;) {
        for (size_t j = k + 1; j < n; j++)
            b[k] -= a[k * n + j] * b[j];
        b[k] /= a[k * n + k];
    }
    return finite_all(n, b);
}

sp_complex_result sp_newton_complex(const sp_complex_equation *e, sp_complex z, sp_complex *x)
{
    double tolerance = e->tolerance > 0 ? e->tolerance : 1e-13, most = e->max_change > 0 ? e->max_change : 0.5;
    size_t n = e->n, limit = e->max_newton ? e->max_newton : 50;
    sp_complex y[SP_COMPLEX_MAX], f[SP_COMPLEX_MAX], jacobian[SP_COMPLEX_MAX * SP_COMPLEX_MAX];
    memcpy(y, x, n * sizeof *y);
    sp_complex_result result = {.residual = INFINITY};
    double previous = INFINITY;
    for (result.iterations = 1; result.iterations <= limit; result.iterations++) {
        e->f(n, y, z, f, e->context);
        result.residual = largest(n, f);
        if (isinf(result.residual))
            return result;
        if (e->jacobian)
            e->jacobian(n, y, z, jacobian, e->context);
        else
            differences(e, z, y, jacobian);
        if (!solve(n, jacobian, f))
            return result;
        double change = 0;
        for (size_t i = 0; i < n; i++)
            change = fmax(change, cabs(f[i]) / fmax(cabs(y[i]), DBL_MIN));
        double shrink = change > most ? most / change : 1;
        for (size_t i = 0; i < n; i++)
            y[i] -= shrink * f[i];
        /* Converged: small step, or a step that rounding no longer lets shrink (near a double root). */
        if (change <= tolerance || (change < 1e-9 && change >= 0.5 * previous)) {
            result.converged = !e->accept || e->accept(n, y, z, e->context);
            e->f(n, y, z, f, e->context);
            result.residual = largest(n, f);
            break;
        }
        previous = change;
    }
    if (result.converged)
        memcpy(x, y, n * sizeof *x);
    return result;
}

static sp_complex on_path(sp_complex z0, sp_complex z1, double s)
{
    double y0 = cimag(z0), y1 = cimag(z1), y = y0 + s * (y1 - y0);
    if (y0 * y1 > 0)
        y = y0 * pow(y1 / y0, s);
    return s == 1 ? z1 : sp_cmplx(creal(z0) + s * (creal(z1) - creal(z0)), y);
}

sp_complex_result sp_continue_complex(const sp_complex_equation *e, sp_complex z_start, sp_complex z_target, sp_complex *x)
{
    double most = e->max_change > 0 ? e->max_change : 0.5, step = e->first_step > 0 ? e->first_step : 0.1;
    double smallest = e->smallest_step > 0 ? e->smallest_step : 1e-6, s = 0;
    size_t n = e->n, total;
    sp_complex_result result = sp_newton_complex(e, z_start, x);
    total = result.iterations;
    while (result.converged && s < 1) {
        double to = s + step > 1 ? 1 : s + step;
        sp_complex trial[SP_COMPLEX_MAX];
        memcpy(trial, x, n * sizeof *trial);
        sp_complex_result r = sp_newton_complex(e, on_path(z_start, z_target, to), trial);
        total += r.iterations;
        double change = 0;
        for (size_t i = 0; i < n; i++)
            change = fmax(change, cabs(trial[i] - x[i]) / fmax(cabs(x[i]), DBL_MIN));
        if (r.converged && change <= most) {
            memcpy(x, trial, n * sizeof *x);
            s = to;
            step *= r.iterations <= 6 ? 1.6 : 1;
            result = r;
        }
        else if (step > smallest) {
            step *= 0.5;
        }
        else {
            result = r;
            result.converged = false;
        }
    }
    result.iterations = total;
    return result;
}
