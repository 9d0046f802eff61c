#include "math/optimize.h"

#include "math/single_thread.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

static double dot(size_t n, const double *x, const double *y)
{
    int before = sp_single_thread_begin();
    double sum = cblas_ddot((int)n, x, 1, y, 1);
    sp_single_thread_end(before);
    return sum;
}

static void add(size_t n, double factor, const double *x, double *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] += factor * x[i];
}

static double largest(size_t n, const double *x)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fabs(x[i]) > most || isnan(x[i]) ? fabs(x[i]) : most;
    return most;
}

/* ---- L-BFGS ------------------------------------------------------------------------------------------- */

enum { MAX_MEMORY = 64 };

typedef struct {
    sp_run *run;
    size_t n;
    sp_objective f;
    void *context;
    sp_optimum *out;
    double *x, *g, *direction; /* current point, its gradient */
    double *x_new, *g_new;
    double value, slope; /* at the current point; slope along direction */
} search;

typedef struct {
    double step, value, slope;
} trial;

static sp_status try_step(search *s, double step, trial *t)
{
    for (size_t i = 0; i < s->n; i++)
        s->x_new[i] = s->x[i] + step * s->direction[i];
    SP_TRY(sp_poll(s->run));
    SP_TRY(s->f(s->run, s->n, s->x_new, &t->value, s->g_new, s->context));
    s->out->evaluations++;
    t->step = step;
    t->slope = dot(s->n, s->g_new, s->direction);
    if (!isfinite(t->value) || !isfinite(t->slope))
        t->value = INFINITY;
    return SP_OK;
}

static const double armijo = 1e-4, curvature = 0.9;

/* Rounding of the values makes the Armijo test meaningless near the minimum: then a smaller |slope| at an equal value will
 * do (Hager and Zhang's approximate Wolfe condition). */
static bool low_enough(const search *s, const trial *t)
{
    if (t->value <= s->value + armijo * t->step * s->slope)
        return true;
    return t->value <= s->value + 1e-14 * fabs(s->value) && t->slope <= (2 * armijo - 1) * s->slope && isfinite(t->value);
}

static bool flat_enough(const search *s, const trial *t) { return fabs(t->slope) <= -curvature * s->slope; }

/* Minimum of the cubic through two trials, kept off the ends of the interval. */
static double cubic(const trial *a, const trial *b)
{
    double width = b->step - a->step, middle = a->step + 0.5 * width;
    if (!isfinite(a->value) || !isfinite(b->value))
        return middle;
    double d1 = a->slope + b->slope - 3 * (b->value - a->value) / width, root = d1 * d1 - a->slope * b->slope;
    if (!(root >= 0))
        return middle;
    double d2 = copysign(sqrt(root), width), at = b->step - width * (b->slope + d2 - d1) / (b->slope - a->slope + 2 * d2);
    double low = fmin(a->step, b->step) + 0.1 * fabs(width), high = fmax(a->step, b->step) - 0.1 * fabs(width);
    return at > low && at < high ? at : isnan(at) ? middle : fmin(fmax(at, low), high);
}

/* *found: a step with the strong Wolfe conditions; its point is in x_new, g_new. */
static sp_status line_search(search *s, double step, trial *t, bool *found)
{
    trial low = {0, s->value, s->slope}, high = low;
    bool bracketed = false;
    *found = false;
    for (int i = 0; i < 60; i++) {
        SP_TRY(try_step(s, step, t));
        if (!low_enough(s, t) || (bracketed && t->value > low.value && !flat_enough(s, t))) {
            high = *t;
            bracketed = true;
        }
        else if (flat_enough(s, t)) {
            *found = true;
            return SP_OK;
        }
        else if (!bracketed) {
            if (t->slope >= 0) {
                high = low;
                low = *t;
                bracketed = true;
            }
            else {
                low = *t;
                step *= 3;
                continue;
            }
        }
        else {
            if (t->slope * (high.step - low.step) >= 0)
                high = low;
            low = *t;
        }
        if (fabs(high.step - low.step) <= 1e-16 * fabs(high.step))
            break;
        step = cubic(&low, &high);
    }
    return SP_OK;
}

/* The two-loop recursion: direction = -H g. Pair j of the last `stored` ones, newest last. */
static void quasi_newton(search *s, size_t stored, size_t first, size_t memory, const double *ds, const double *dg)
{
    double alpha[MAX_MEMORY] = {0};
    for (size_t i = 0; i < s->n; i++)
        s->direction[i] = -s->g[i];
    for (size_t j = stored; j-- > 0;) {
        size_t at = (first + j) % memory * s->n;
        alpha[j] = dot(s->n, ds + at, s->direction) / dot(s->n, ds + at, dg + at);
        add(s->n, -alpha[j], dg + at, s->direction);
    }
    if (stored > 0) {
        size_t at = (first + stored - 1) % memory * s->n;
        double gamma = dot(s->n, ds + at, dg + at) / dot(s->n, dg + at, dg + at);
        for (size_t i = 0; i < s->n; i++)
            s->direction[i] *= gamma;
    }
    for (size_t j = 0; j < stored; j++) {
        size_t at = (first + j) % memory * s->n;
        double beta = dot(s->n, dg + at, s->direction) / dot(s->n, ds + at, dg + at);
        add(s->n, alpha[j] - beta, ds + at, s->direction);
    }
}

static sp_status lbfgs(search *s, sp_lbfgs_options o)
{
    size_t n = s->n, stored = 0, first = 0;
    double *ds = SP_NEW(s->run, double, o.memory *n), *dg = SP_NEW(s->run, double, o.memory *n);
    if (!ds || !dg)
        return SP_FAILED;
    SP_TRY(s->f(s->run, n, s->x, &s->value, s->g, s->context));
    s->out->evaluations++;
    for (;; s->out->iterations++) {
        s->out->value = s->value;
        s->out->gradient = largest(n, s->g);
        s->out->converged = s->out->gradient <= o.tolerance;
        if (!isfinite(s->value) || isnan(s->out->gradient))
            return sp_fail(s->run, SP_FAILED, "minimisation: the value or the gradient is not finite");
        if (s->out->converged || s->out->iterations == o.max_iterations)
            return SP_OK;
        if (o.progress)
            sp_progress(s->run, o.progress, (double)s->out->iterations / (double)o.max_iterations);
        quasi_newton(s, stored, first, o.memory, ds, dg);
        s->slope = dot(n, s->g, s->direction);
        if (!(s->slope < 0)) { /* rounding spoiled the pairs: steepest descent */
            stored = 0;
            quasi_newton(s, 0, 0, o.memory, ds, dg);
            s->slope = dot(n, s->g, s->direction);
        }
        trial t;
        bool found;
        SP_TRY(line_search(s, stored ? 1 : fmin(1, 1 / sqrt(-s->slope)), &t, &found));
        if (!found) {
            if (stored == 0)
                return SP_OK;
            stored = 0;
            continue;
        }
        size_t at = (first + stored) % o.memory * n;
        for (size_t i = 0; i < n; i++) {
            ds[at + i] = s->x_new[i] - s->x[i];
            dg[at + i] = s->g_new[i] - s->g[i];
        }
        if (dot(n, ds + at, dg + at) > 1e-14 * dot(n, dg + at, dg + at)) {
            if (stored == o.memory)
                first = (first + 1) % o.memory;
            else
                stored++;
        }
        memcpy(s->x, s->x_new, n * sizeof *s->x);
        memcpy(s->g, s->g_new, n * sizeof *s->g);
        s->value = t.value;
    }
}

sp_status sp_minimize_lbfgs(sp_run *run, size_t n, sp_objective f, void *context, const sp_lbfgs_options *options, double *x,
                            sp_optimum *out)
{
    sp_lbfgs_options o = options ? *options : (sp_lbfgs_options){0};
    if (o.tolerance <= 0)
        o.tolerance = 1e-8;
    if (o.max_iterations == 0)
        o.max_iterations = 1000;
    if (o.memory == 0 || o.memory > MAX_MEMORY)
        o.memory = o.memory ? MAX_MEMORY : 10;
    sp_mark mark = sp_memory_mark(run);
    *out = (sp_optimum){.value = NAN, .gradient = NAN};
    search s = {.run = run, .n = n, .f = f, .context = context, .out = out, .x = x};
    s.g = SP_NEW(run, double, n);
    s.direction = SP_NEW(run, double, n);
    s.x_new = SP_NEW(run, double, n);
    s.g_new = SP_NEW(run, double, n);
    sp_status status = s.g && s.direction && s.x_new && s.g_new ? lbfgs(&s, o) : SP_FAILED;
    sp_memory_release(run, mark);
    return status;
}

/* ---- Adam --------------------------------------------------------------------------------------------- */

sp_status sp_adam_create(sp_run *run, size_t n, double rate, sp_adam *out)
{
    *out = (sp_adam){.n = n, .rate = rate, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8};
    out->first = SP_NEW(run, double, n);
    out->second = SP_NEW(run, double, n);
    return out->first && out->second ? SP_OK : SP_FAILED;
}

void sp_adam_step(sp_adam *a, const double *gradient, double *x)
{
    a->steps++;
    double c1 = 1 - pow(a->beta1, (double)a->steps), c2 = 1 - pow(a->beta2, (double)a->steps);
    for (size_t i = 0; i < a->n; i++) {
        double g = gradient[i] + a->decay * x[i];
        a->first[i] = a->beta1 * a->first[i] + (1 - a->beta1) * g;
        a->second[i] = a->beta2 * a->second[i] + (1 - a->beta2) * g * g;
        x[i] -= a->rate * (a->first[i] / c1) / (sqrt(a->second[i] / c2) + a->epsilon);
    }
}

static sp_status adam(sp_run *run, size_t n, sp_objective f, void *context, double rate, double tolerance, size_t max_steps,
                      double *x, sp_optimum *out)
{
    sp_adam a;
    double *g = SP_NEW(run, double, n);
    SP_TRY(sp_adam_create(run, n, rate, &a));
    if (!g)
        return SP_FAILED;
    for (;; out->iterations++) {
        SP_TRY(sp_poll(run));
        SP_TRY(f(run, n, x, &out->value, g, context));
        out->evaluations++;
        out->gradient = largest(n, g);
        out->converged = out->gradient <= tolerance;
        if (!isfinite(out->value) || isnan(out->gradient))
            return sp_fail(run, SP_FAILED, "minimisation: the value or the gradient is not finite");
        if (out->converged || out->iterations == max_steps)
            return SP_OK;
        sp_adam_step(&a, g, x);
    }
}

sp_status sp_minimize_adam(sp_run *run, size_t n, sp_objective f, void *context, double rate, double tolerance,
                           size_t max_steps, double *x, sp_optimum *out)
{
    sp_mark mark = sp_memory_mark(run);
    *out = (sp_optimum){0};
    sp_status status = adam(run, n, f, context, rate, tolerance, max_steps, x, out);
    sp_memory_release(run, mark);
    return status;
}

/* ---- conjugate gradients ------------------------------------------------------------------------------ */

typedef struct {
    sp_run *run;
    size_t n;
    sp_operator a;
    sp_projector project;
    void *context;
} linear_system;

static sp_status apply(const linear_system *s, const double *x, double *y)
{
    SP_TRY(s->a(s->run, s->n, x, y, s->context));
    if (s->project)
        s->project(s->n, y, s->context);
    return SP_OK;
}

/* r = P b - P A x */
static sp_status residual(const linear_system *s, const double *right, const double *x, double *r)
{
    SP_TRY(apply(s, x, r));
    for (size_t i = 0; i < s->n; i++)
        r[i] = right[i] - r[i];
    return SP_OK;
}

static sp_status conjugate_gradient(const linear_system *s, const double *b, double tolerance, size_t max_iterations,
                                    double *x, sp_linear_report *report)
{
    size_t n = s->n;
    double *right = SP_NEW(s->run, double, n), *r = SP_NEW(s->run, double, n), *p = SP_NEW(s->run, double, n),
           *ap = SP_NEW(s->run, double, n);
    if (!right || !r || !p || !ap)
        return SP_FAILED;
    memcpy(right, b, n * sizeof *right);
    if (s->project) {
        s->project(n, right, s->context);
        s->project(n, x, s->context);
    }
    double size = sqrt(dot(n, right, right));
    SP_TRY(residual(s, right, x, r));
    memcpy(p, r, n * sizeof *p);
    double rr = dot(n, r, r);
    while (sqrt(rr) > tolerance * size && report->iterations < max_iterations) {
        SP_TRY(sp_poll(s->run));
        SP_TRY(apply(s, p, ap));
        double pap = dot(n, p, ap);
        if (!isfinite(pap))
            return sp_fail(s->run, SP_FAILED, "conjugate gradients: a value is not finite");
        if (pap <= 0)
            return sp_fail(s->run, SP_FAILED, "conjugate gradients: the operator is not positive definite");
        add(n, rr / pap, p, x);
        add(n, -rr / pap, ap, r);
        if (++report->iterations % 50 == 0) /* the recurrence drifts away from the true residual */
            SP_TRY(residual(s, right, x, r));
        double next = dot(n, r, r);
        for (size_t i = 0; i < n; i++)
            p[i] = r[i] + next / rr * p[i];
        rr = next;
    }
    SP_TRY(residual(s, right, x, r));
    report->residual = size > 0 ? sqrt(dot(n, r, r)) / size : sqrt(dot(n, r, r));
    report->converged = report->residual <= 2 * tolerance;
    return SP_OK;
}

sp_status sp_conjugate_gradient(sp_run *run, size_t n, sp_operator a, sp_projector project, void *context, const double *b,
                                double tolerance, size_t max_iterations, double *x, sp_linear_report *report)
{
    sp_mark mark = sp_memory_mark(run);
    *report = (sp_linear_report){0};
    linear_system s = {run, n, a, project, context};
    sp_status status =
        conjugate_gradient(&s, b, tolerance > 0 ? tolerance : 1e-10, max_iterations ? max_iterations : 10 * n, x, report);
    sp_memory_release(run, mark);
    return status;
}
