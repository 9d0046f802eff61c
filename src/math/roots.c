#include "math/roots.h"

#include <float.h>
#include <math.h>

/* A value usable in the arithmetic of interpolation: infinities become huge. */
static double tame(double y) { return y > DBL_MAX ? DBL_MAX : y < -DBL_MAX ? -DBL_MAX : y; }

/* Brent, Algorithms for Minimization without Derivatives (1973), chapter 4. */
static sp_root brent(sp_function f, void *context, double a, double b, double fa, double fb, double tolerance)
{
    sp_root root = {.x = NAN, .residual = fabs(fa) < fabs(fb) ? fa : fb};
    if (isnan(fa) || isnan(fb) || (fa > 0 && fb > 0) || (fa < 0 && fb < 0))
        return root;
    double c = a, fc = fa, step = b - a, before = step;
    for (root.iterations = 1; root.iterations <= 300; root.iterations++) {
        if (fabs(fc) < fabs(fb)) {
            a = b, b = c, c = a;
            fa = fb, fb = fc, fc = fa;
        }
        double tiny = 2 * DBL_EPSILON * fabs(b) + 0.5 * tolerance * fabs(b) + DBL_MIN, half = 0.5 * (c - b);
        root.x = b;
        root.residual = fb;
        if (fabs(half) <= tiny || fb == 0) {
            root.converged = true;
            return root;
        }
        if (fabs(before) < tiny || fabs(fa) <= fabs(fb)) {
            before = step = half;
        }
        else {
            double s = fb / fa, p, q;
            if (a == c) {
                p = 2 * half * s;
                q = 1 - s;
            }
            else {
                double r = fb / fc, t = fa / fc;
                p = s * (2 * half * t * (t - r) - (b - a) * (r - 1));
                q = (t - 1) * (r - 1) * (s - 1);
            }
            if (p > 0)
                q = -q;
            p = fabs(p);
            if (2 * p < fmin(3 * half * q - fabs(tiny * q), fabs(before * q))) {
                before = step;
                step = p / q;
            }
            else {
                before = step = half;
            }
        }
        a = b;
        fa = fb;
        b += fabs(step) > tiny ? step : copysign(tiny, half);
        fb = tame(f(b, context));
        if (isnan(fb)) {
            root.x = b;
            root.residual = fb;
            return root;
        }
        if ((fb > 0) == (fc > 0)) {
            c = a;
            fc = fa;
            before = step = b - a;
        }
    }
    return root;
}

sp_root sp_root_bracketed(sp_function f, void *context, double a, double b, double tolerance)
{
    return brent(f, context, a, b, tame(f(a, context)), tame(f(b, context)), tolerance);
}

typedef struct {
    sp_function f;
    void *context;
} in_log;

static double at_exp(double u, void *context)
{
    const in_log *l = context;
    return tame(l->f(exp(u), l->context));
}

sp_root sp_root_log(sp_function f, void *context, double start, double low, double high, double tolerance)
{
    in_log l = {f, context};
    double first = log(low), last = log(high), down = log(start), up = down, width = 0.5;
    double f_down = at_exp(down, &l), f_up = f_down, before_down = down, before_up = up, fb_down = f_down, fb_up = f_up;
    sp_root root = {.x = NAN, .residual = f_down};
    if (f_down == 0)
        return (sp_root){.x = start, .converged = true};
    for (size_t tries = 1; down > first || up < last; tries++, width *= 1.6) {
        root.iterations = tries;
        if (up < last) {
            before_up = up;
            fb_up = f_up;
            up = fmin(up + width, last);
            f_up = at_exp(up, &l);
            if (isnan(f_up))
                return root;
            if ((f_up > 0) != (fb_up > 0)) {
                down = before_up;
                f_down = fb_up;
                break;
            }
        }
        if (down > first) {
            before_down = down;
            fb_down = f_down;
            down = fmax(down - width, first);
            f_down = at_exp(down, &l);
            if (isnan(f_down))
                return root;
            if ((f_down > 0) != (fb_down > 0)) {
                up = before_down;
                f_up = fb_down;
                break;
            }
        }
    }
    if ((f_down > 0) == (f_up > 0)) {
        root.residual = fabs(f_down) < fabs(f_up) ? f_down : f_up;
        return root;
    }
    /* Brent's tolerance is relative to |log x|; one in x is wanted, so the last digits are found in x itself. */
    sp_root rough = brent(at_exp, &l, down, up, f_down, f_up, 1e-6);
    size_t tries = root.iterations + rough.iterations;
    if (!rough.converged)
        return rough;
    double margin = 1e-6 + 4e-6 * fabs(rough.x);
    double a = exp(fmax(down, rough.x - margin)), b = exp(fmin(up, rough.x + margin));
    double fa = tame(f(a, context)), fb = tame(f(b, context));
    if ((fa > 0) == (fb > 0)) {
        a = exp(down), b = exp(up);
        fa = f_down, fb = f_up;
    }
    root = brent(f, context, a, b, fa, fb, tolerance);
    root.iterations += tries;
    return root;
}

size_t sp_roots_scan(sp_function f, void *context, double a, double b, size_t n_points, size_t max_roots, double *roots)
{
    size_t found = 0;
    double x0 = a, y0 = tame(f(a, context));
    for (size_t i = 1; i < n_points; i++) {
        double x1 = i + 1 == n_points ? b : a + (b - a) * (double)i / (double)(n_points - 1), y1 = tame(f(x1, context));
        bool change = (y0 < 0 && y1 > 0) || (y0 > 0 && y1 < 0);
        double root = y0 == 0 && i == 1 ? x0 : y1 == 0 ? x1 : NAN;
        if (change) {
            sp_root r = brent(f, context, x0, x1, y0, y1, 0);
            if (r.converged && fabs(r.residual) <= fmin(fabs(y0), fabs(y1)))
                root = r.x;
        }
        if (!isnan(root)) {
            if (found < max_roots)
                roots[found] = root;
            found++;
        }
        x0 = x1;
        y0 = y1;
    }
    return found;
}

static double nan_is_high(double y) { return isnan(y) ? INFINITY : y; }

/* Brent (1973), chapter 5. */
static sp_minimum brent_minimum(sp_function f, void *context, double a, double b, double x, double fx, double tolerance)
{
    const double golden = 0.38196601125010515;
    double w = x, v = x, fw = fx, fv = fx, step = 0, before = 0, low = a, high = b;
    sp_minimum m = {.x = x, .value = fx};
    for (m.iterations = 1; m.iterations <= 300; m.iterations++) {
        double middle = 0.5 * (a + b), tiny = fmax(tolerance, 1e-9) * fabs(x) + 1e-12 * fabs(high - low) + DBL_MIN;
        m.x = x;
        m.value = fx;
        if (fabs(x - middle) <= 2 * tiny - 0.5 * (b - a)) {
            m.converged = x - low > 4 * tiny && high - x > 4 * tiny && isfinite(fx);
            return m;
        }
        double p = 0, q = 0, r = 0;
        if (fabs(before) > tiny) {
            r = (x - w) * (fx - fv);
            q = (x - v) * (fx - fw);
            p = (x - v) * q - (x - w) * r;
            q = 2 * (q - r);
            if (q > 0)
                p = -p;
            q = fabs(q);
            r = before;
            before = step;
        }
        if (isfinite(p) && isfinite(q) && fabs(p) < fabs(0.5 * q * r) && p > q * (a - x) && p < q * (b - x)) {
            step = p / q;
            double u = x + step;
            if (u - a < 2 * tiny || b - u < 2 * tiny)
                step = copysign(tiny, middle - x);
        }
        else {
            before = x < middle ? b - x : a - x;
            step = golden * before;
        }
        double u = fabs(step) >= tiny ? x + step : x + copysign(tiny, step), fu = nan_is_high(f(u, context));
        if (fu <= fx) {
            if (u < x)
                b = x;
            else
                a = x;
            v = w, fv = fw;
            w = x, fw = fx;
            x = u, fx = fu;
        }
        else {
            if (u < x)
                a = u;
            else
                b = u;
            if (fu <= fw || w == x) {
                v = w, fv = fw;
                w = u, fw = fu;
            }
            else if (fu <= fv || v == x || v == w) {
                v = u, fv = fu;
            }
        }
    }
    return m;
}

sp_minimum sp_minimum_bracketed(sp_function f, void *context, double a, double b, double tolerance)
{
    double x = a + 0.38196601125010515 * (b - a);
    return brent_minimum(f, context, a, b, x, nan_is_high(f(x, context)), tolerance);
}

sp_minimum sp_minimum_scan(sp_function f, void *context, double a, double b, size_t n_points, double tolerance)
{
    size_t best = 0;
    double lowest = INFINITY, step = (b - a) / (double)(n_points - 1);
    for (size_t i = 0; i < n_points; i++) {
        double y = nan_is_high(f(a + step * (double)i, context));
        if (y < lowest) {
            lowest = y;
            best = i;
        }
    }
    double x = a + step * (double)best;
    if (best == 0 || best + 1 == n_points)
        return (sp_minimum){.x = x, .value = lowest};
    return brent_minimum(f, context, x - step, x + step, x, lowest, tolerance);
}
