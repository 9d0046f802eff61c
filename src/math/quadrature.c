#include "math/quadrature.h"

#include "math/linalg.h"

#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_RULE = 100000, MAX_INTERVALS = 512, MAX_SPLITS = 64 };

static const double normal_norm = 0.39894228040143267794; /* 1 / sqrt(2 pi) */
static double normal_density(double z) { return normal_norm * exp(-0.5 * z * z); }

static sp_status new_rule(sp_run *run, size_t n, sp_rule *rule)
{
    if (n < 1 || n > MAX_RULE)
        return sp_fail(run, SP_FAILED, "a quadrature rule needs 1 to %d nodes, got %zu", MAX_RULE, n);
    *rule = (sp_rule){n, SP_NEW(run, double, n), SP_NEW(run, double, n)};
    return rule->x && rule->w ? SP_OK : SP_FAILED;
}

/* Legendre P_n(x) and P_n'(x) by the recurrence. */
static double legendre(size_t n, double x, double *derivative)
{
    double before = 1, p = x;
    for (size_t k = 2; k <= n; k++) {
        double next = ((double)(2 * k - 1) * x * p - (double)(k - 1) * before) / (double)k;
        before = p;
        p = next;
    }
    *derivative = (double)n * (before - x * p) / ((1 - x) * (1 + x));
    return p;
}

sp_status sp_gauss_legendre_on(sp_run *run, size_t n, double a, double b, sp_rule *rule)
{
    SP_TRY(new_rule(run, n, rule));
    double middle = 0.5 * (a + b), half = 0.5 * (b - a);
    if (n == 1) {
        rule->x[0] = middle;
        rule->w[0] = b - a;
        return SP_OK;
    }
    for (size_t i = 0; i < (n + 1) / 2; i++) {
        double m = (double)n, x = cos(M_PI * ((double)i + 0.75) / (m + 0.5)) * (1 - (1 - 1 / m) / (8 * m * m)), d;
        for (int step = 0; step < 10; step++) {
            double change = legendre(n, x, &d) / d;
            x -= change;
            if (fabs(change) < 1e-16)
                break;
        }
        if (2 * i + 1 == n)
            x = 0;
        legendre(n, x, &d);
        double w = 2 / ((1 - x) * (1 + x) * d * d);
        rule->x[i] = middle - half * x;
        rule->x[n - 1 - i] = middle + half * x;
        rule->w[i] = rule->w[n - 1 - i] = half * w;
    }
    return SP_OK;
}

sp_status sp_gauss_legendre(sp_run *run, size_t n, sp_rule *rule) { return sp_gauss_legendre_on(run, n, -1, 1, rule); }

/* Orthonormal Hermite polynomials h_k(x): h_n and h_{n-1}, and the sum of squares of h_0 .. h_{n-1}, whose inverse is the
 * weight of a node (Christoffel). */
static double hermite(size_t n, double x, double *previous, double *sum)
{
    double before = 0, h = 1;
    *sum = 0;
    for (size_t k = 0; k < n; k++) {
        *sum += h * h;
        double next = (x * h - sqrt((double)k) * before) / sqrt((double)(k + 1));
        before = h;
        h = next;
    }
    *previous = before;
    return h;
}

sp_status sp_gauss_hermite(sp_run *run, size_t n, sp_rule *rule)
{
    SP_TRY(new_rule(run, n, rule));
    sp_mark mark = sp_memory_mark(run);
    double *diagonal = SP_NEW(run, double, n), *off = SP_NEW(run, double, n);
    sp_status status = diagonal && off ? SP_OK : SP_FAILED;
    for (size_t k = 1; status == SP_OK && k < n; k++)
        off[k - 1] = sqrt((double)k);
    if (status == SP_OK)
        status = sp_eigen_tridiagonal(run, n, diagonal, off, rule->x, NULL);
    sp_memory_release(run, mark);
    SP_TRY(status);
    for (size_t i = 0; i < (n + 1) / 2; i++) {
        double x = 2 * i + 1 == n ? 0 : -rule->x[i], previous, sum;
        for (int step = 0; step < 2; step++) {
            double change = hermite(n, x, &previous, &sum) / (sqrt((double)n) * previous);
            if (isfinite(change) && fabs(change) < 1e-8) /* the eigenvalue is already that good */
                x -= change;
        }
        hermite(n, x, &previous, &sum);
        rule->x[i] = -x;
        rule->x[n - 1 - i] = x;
        rule->w[i] = rule->w[n - 1 - i] = isfinite(sum) ? 1 / sum : 0;
    }
    return SP_OK;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

sp_status sp_panels(sp_run *run, size_t per_panel, size_t n_cuts, const double *cuts, sp_rule *rule)
{
    if (n_cuts < 2)
        return sp_fail(run, SP_FAILED, "panels need at least two cuts");
    SP_TRY(new_rule(run, per_panel * (n_cuts - 1), rule));
    sp_mark mark = sp_memory_mark(run);
    sp_rule base;
    double *sorted = SP_NEW(run, double, n_cuts);
    sp_status status = sorted ? sp_gauss_legendre(run, per_panel, &base) : SP_FAILED;
    if (status == SP_OK) {
        memcpy(sorted, cuts, n_cuts * sizeof *cuts);
        qsort(sorted, n_cuts, sizeof *sorted, ascending);
        size_t n = 0;
        for (size_t p = 0; p + 1 < n_cuts; p++) {
            double middle = 0.5 * (sorted[p] + sorted[p + 1]), half = 0.5 * (sorted[p + 1] - sorted[p]);
            for (size_t i = 0; half > 0 && i < per_panel; i++, n++) {
                rule->x[n] = middle + half * base.x[i];
                rule->w[n] = half * base.w[i];
            }
        }
        rule->n = n;
    }
    sp_memory_release(run, mark);
    return status;
}

sp_status sp_normal_panels(sp_run *run, double half_width, size_t n_panels, size_t per_panel, size_t n_kinks,
                           const double *kinks, sp_rule *rule)
{
    size_t n = 0;
    double *cuts = SP_NEW(run, double, n_panels + 1 + n_kinks);
    if (!cuts)
        return SP_FAILED;
    for (size_t k = 0; k <= n_panels; k++)
        cuts[n++] = half_width * (2 * (double)k / (double)n_panels - 1);
    for (size_t k = 0; k < n_kinks; k++)
        if (fabs(kinks[k]) < half_width)
            cuts[n++] = kinks[k];
    SP_TRY(sp_panels(run, per_panel, n, cuts, rule));
    for (size_t i = 0; i < rule->n; i++)
        rule->w[i] *= normal_density(rule->x[i]);
    return SP_OK;
}

double sp_rule_sum(const sp_rule *rule, sp_function f, void *context)
{
    double sum = 0;
    for (size_t i = 0; i < rule->n; i++)
        sum += rule->w[i] * f(rule->x[i], context);
    return sum;
}

/* ---- adaptive ---------------------------------------------------------------------------------------- */

typedef enum { FINITE, TO_INFINITY, FROM_INFINITY, WHOLE_LINE } range;

typedef struct {
    sp_function f;
    void *context;
    range range;
    double origin; /* the finite end */
    size_t evaluations;
} mapped;

/* f(x(t)) dx/dt with x = origin +- t / (1 - t), t in (0,1), or x = t / (1 - t^2), t in (-1,1). */
static double mapped_value(double t, void *context)
{
    mapped *m = context;
    m->evaluations++;
    double x = t, slope = 1;
    if (m->range == WHOLE_LINE) {
        double u = (1 - t) * (1 + t);
        x = t / u;
        slope = (1 + t * t) / (u * u);
    }
    else if (m->range != FINITE) {
        double u = 1 - t;
        x = m->range == TO_INFINITY ? m->origin + t / u : m->origin - t / u;
        slope = 1 / (u * u);
    }
    double y = m->f(x, m->context);
    return y == 0 ? 0 : y * slope;
}

static double to_variable(const mapped *m, double x)
{
    if (m->range == FINITE)
        return x;
    if (m->range == WHOLE_LINE)
        return isinf(x) ? copysign(1, x) : 2 * x / (1 + sqrt(1 + 4 * x * x));
    double u = m->range == TO_INFINITY ? x - m->origin : m->origin - x;
    return isinf(u) ? 1 : u / (1 + u);
}

typedef struct {
    double a, b, value, error, magnitude;
} interval;

static interval kronrod(mapped *m, double a, double b)
{
    interval p = {.a = a, .b = b};
    double spread;
    gsl_function f = {mapped_value, m};
    gsl_integration_qk21(&f, a, b, &p.value, &p.error, &p.magnitude, &spread);
    return p;
}

sp_integral sp_integrate(sp_function f, void *context, double a, double b, size_t n_splits, const double *splits,
                         double abs_tol, double rel_tol)
{
    if (a == b)
        return (sp_integral){.converged = true};
    if (a > b) {
        sp_integral reversed = sp_integrate(f, context, b, a, n_splits, splits, abs_tol, rel_tol);
        reversed.value = -reversed.value;
        return reversed;
    }
    mapped m = {f, context, isinf(a) ? (isinf(b) ? WHOLE_LINE : FROM_INFINITY) : (isinf(b) ? TO_INFINITY : FINITE),
                isinf(a) ? b : a, 0};
    double cuts[MAX_SPLITS + 2];
    size_t n_cuts = 0;
    cuts[n_cuts++] = to_variable(&m, a);
    for (size_t i = 0; i < n_splits && n_cuts <= MAX_SPLITS; i++)
        if (splits[i] > a && splits[i] < b)
            cuts[n_cuts++] = to_variable(&m, splits[i]);
    cuts[n_cuts++] = to_variable(&m, b);
    qsort(cuts, n_cuts, sizeof *cuts, ascending);
    interval parts[MAX_INTERVALS];
    size_t n = 0;
    for (size_t i = 0; i + 1 < n_cuts; i++)
        if (cuts[i] < cuts[i + 1])
            parts[n++] = kronrod(&m, cuts[i], cuts[i + 1]);
    sp_integral result = {0};
    for (;;) {
        double value = 0, error = 0, magnitude = 0;
        size_t worst = 0;
        for (size_t i = 0; i < n; i++) {
            value += parts[i].value;
            error += parts[i].error;
            magnitude += parts[i].magnitude;
            if (parts[i].error > parts[worst].error)
                worst = i;
        }
        result.value = value;
        result.error = error;
        result.evaluations = m.evaluations;
        if (!isfinite(value) || !isfinite(error))
            return result;
        /* qk21 never reports less than 50 epsilon times the magnitude: then only rounding is left. */
        if (error <= fmax(abs_tol, rel_tol * fabs(value)) || error <= 1.5e-14 * magnitude) {
            result.converged = true;
            return result;
        }
        interval p = parts[worst];
        double middle = 0.5 * (p.a + p.b);
        if (n == MAX_INTERVALS || !(middle > p.a && middle < p.b))
            return result;
        parts[worst] = kronrod(&m, p.a, middle);
        parts[n++] = kronrod(&m, middle, p.b);
    }
}

typedef struct {
    sp_function f;
    void *context;
} expectation;

static double weighted(double z, void *context)
{
    const expectation *e = context;
    return normal_density(z) * e->f(z, e->context);
}

sp_integral sp_expect_normal(sp_function f, void *context, size_t n_splits, const double *splits, double abs_tol,
                             double rel_tol)
{
    double cuts[MAX_SPLITS] = {-12, -6, -3, 0, 3, 6, 12};
    size_t n = 7;
    for (size_t i = 0; i < n_splits && n < MAX_SPLITS; i++)
        cuts[n++] = splits[i];
    expectation e = {f, context};
    return sp_integrate(weighted, &e, -38, 38, n, cuts, abs_tol, rel_tol);
}
