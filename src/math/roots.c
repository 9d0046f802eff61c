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

/* A sign change found outward from `start`, both ways in turn, by growing steps that stay in [first, last]. */
typedef struct {
    double a, b, fa, fb;
    size_t tries;
    bool found;
} bracket;

static bracket expand(sp_function f, void *context, double start, double width, double first, double last)
{
    double down = start, up = start, f_down = tame(f(start, context)), f_up = f_down;
    bracket k = {start, start, f_down, f_down, 0, f_down == 0};
    while (!k.found && !isnan(f_down) && !isnan(f_up) && (down > first || up < last)) {
        k.tries++;
        if (up < last) {
            k = (bracket){up, fmin(up + width, last), f_up, 0, k.tries, false};
            up = k.b;
            f_up = k.fb = tame(f(up, context));
            k.found = (k.fa > 0) != (k.fb > 0) && !isnan(k.fb);
        }
        if (!k.found && down > first) {
            k = (bracket){fmax(down - width, first), down, 0, f_down, k.tries, false};
            down = k.a;
            f_down = k.fa = tame(f(down, context));
            k.found = (k.fa > 0) != (k.fb > 0) && !isnan(k.fa);
        }
        width *= 1.6;
    }
    if (!k.found)
        k = (bracket){down, up, f_down, f_up, k.tries, false};
    return k;
}

static sp_root no_bracket(const bracket *k)
{
    return (sp_root){NAN, fabs(k->fa) < fabs(k->fb) ? k->fa : k->fb, k->tries, false};
}

sp_root sp_root_outward(sp_function f, void *context, double start, double width, double low, double high, double tolerance)
{
    bracket k = expand(f, context, start, width, low, high);
    if (!k.found)
        return no_bracket(&k);
    sp_root root = brent(f, context, k.a, k.b, k.fa, k.fb, tolerance);
    root.iterations += k.tries;
    return root;
}

sp_root sp_root_log(sp_function f, void *context, double start, double low, double high, double tolerance)
{
    in_log l = {f, context};
    bracket k = expand(at_exp, &l, log(start), 0.5, log(low), log(high));
    if (!k.found)
        return no_bracket(&k);
    if (k.a == k.b)
        return (sp_root){start, 0, 0, true};
    /* Brent's tolerance is relative to |log x|; one in x is wanted, so the last digits are found in x itself. */
    sp_root rough = brent(at_exp, &l, k.a, k.b, k.fa, k.fb, 1e-6);
    if (!rough.converged)
        return rough;
    double margin = 1e-6 + 4e-6 * fabs(rough.x);
    double a = exp(fmax(k.a, rough.x - margin)), b = exp(fmin(k.b, rough.x + margin));
    double fa = tame(f(a, context)), fb = tame(f(b, context));
    if ((fa > 0) == (fb > 0)) {
        a = exp(k.a), b = exp(k.b);
        fa = k.fa, fb = k.fb;
    }
    sp_root root = brent(f, context, a, b, fa, fb, tolerance);
    root.iterations += k.tries + rough.iterations;
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
