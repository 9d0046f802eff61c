/* Newton and accelerated fixed points in n real unknowns. */
#include "math/linalg.h"
#include "math/roots.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Infinite when a component is not finite. */
static double largest(size_t n, const double *f)
{
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(f[i]))
            return INFINITY;
        most = fmax(most, fabs(f[i]));
    }
    return most;
}

static double length(size_t n, const double *f)
{
    double most = largest(n, f), sum = 0;
    if (most == 0 || isinf(most))
        return most;
    for (size_t i = 0; i < n; i++)
        sum += f[i] / most * (f[i] / most);
    return most * sqrt(sum);
}

static void differences(size_t n, sp_system f, void *context, double *x, const double *at_x, double *moved, double *jacobian)
{
    for (size_t j = 0; j < n; j++) {
        double old = x[j], h = sqrt(DBL_EPSILON) * fmax(fabs(old), 1e-4);
        for (int sign = 1; sign >= -1; sign -= 2) { /* backwards when forwards leaves the domain */
            x[j] = old + sign * h;
            f(n, x, moved, context);
            if (isfinite(largest(n, moved)))
                break;
        }
        double moved_by = x[j] - old;
        x[j] = old;
        for (size_t i = 0; i < n; i++)
            jacobian[i * n + j] = (moved[i] - at_x[i]) / moved_by;
    }
}

sp_status sp_newton(sp_run *run, size_t n, sp_system f, sp_jacobian jacobian, void *context,
                    const sp_newton_options *options, double *x, sp_root *out)
{
    sp_newton_options o = options ? *options : (sp_newton_options){0};
    if (o.tolerance <= 0)
        o.tolerance = 1e-12;
    if (o.max_iterations == 0)
        o.max_iterations = 100;
    sp_mark mark = sp_memory_mark(run);
    double *value = SP_NEW(run, double, n), *trial = SP_NEW(run, double, n), *moved = SP_NEW(run, double, n),
           *step = SP_NEW(run, double, n), *j = SP_NEW(run, double, n *n);
    *out = (sp_root){.x = NAN, .residual = INFINITY};
    if (!value || !trial || !moved || !step || !j)
        return SP_FAILED;
    f(n, x, value, context);
    for (size_t it = 0;; it++) {
        *out = (sp_root){x[0], largest(n, value), it, false};
        out->converged = out->residual <= o.tolerance;
        if (out->converged || isinf(out->residual) || it == o.max_iterations)
            break;
        if (jacobian)
            jacobian(n, x, j, context);
        else
            differences(n, f, context, x, value, moved, j);
        memcpy(step, value, n * sizeof *step);
        if (sp_solve(run, n, j, 1, step) != SP_OK)
            break;
        double size = length(n, step), shrink = o.max_step > 0 && size > o.max_step ? o.max_step / size : 1;
        double norm = length(n, value);
        bool better = false;
        for (int halvings = 0; halvings < 40 && !better; halvings++, shrink *= 0.5) {
            for (size_t i = 0; i < n; i++)
                trial[i] = x[i] - shrink * step[i];
            f(n, trial, moved, context);
            better = length(n, moved) < (1 - 1e-4 * shrink) * norm;
        }
        if (!better)
            break;
        memcpy(x, trial, n * sizeof *x);
        memcpy(value, moved, n * sizeof *value);
    }
    sp_memory_release(run, mark);
    return SP_OK;
}

enum { MAX_MEMORY = 10 };

/* The Anderson step: x + damping r - sum_k gamma_k (dx_k + damping dr_k), gamma minimising |r - sum_k gamma_k dr_k|. */
static bool anderson(sp_run *run, size_t n, size_t stored, const double *dx, const double *dr, const double *r,
                     double damping, double *step)
{
    double gram[MAX_MEMORY * MAX_MEMORY] = {0}, gamma[MAX_MEMORY] = {0}, trace = 0;
    for (size_t k = 0; k < stored; k++) {
        gamma[k] = 0;
        for (size_t i = 0; i < n; i++)
            gamma[k] += dr[k * n + i] * r[i];
        for (size_t l = 0; l < stored; l++) {
            double sum = 0;
            for (size_t i = 0; i < n; i++)
                sum += dr[k * n + i] * dr[l * n + i];
            gram[k * stored + l] = sum;
        }
        trace += gram[k * stored + k];
    }
    for (size_t k = 0; k < stored; k++)
        gram[k * stored + k] += 1e-14 * trace; /* keeps nearly parallel differences harmless */
    if (!(trace > 0) || sp_solve(run, stored, gram, 1, gamma) != SP_OK)
        return false;
    for (size_t i = 0; i < n; i++) {
        step[i] = damping * r[i];
        for (size_t k = 0; k < stored; k++)
            step[i] -= gamma[k] * (dx[k * n + i] + damping * dr[k * n + i]);
    }
    return true;
}

sp_status sp_fixed_point(sp_run *run, size_t n, sp_system g, void *context, const sp_fixed_point_options *options, double *x,
                         sp_root *out)
{
    sp_fixed_point_options o = options ? *options : (sp_fixed_point_options){.memory = 3};
    if (o.tolerance <= 0)
        o.tolerance = 1e-12;
    if (o.max_iterations == 0)
        o.max_iterations = 1000;
    if (o.damping <= 0)
        o.damping = 0.5;
    if (o.warm_up == 0)
        o.warm_up = 15;
    if (o.max_step <= 0)
        o.max_step = 2;
    if (o.memory > MAX_MEMORY)
        o.memory = MAX_MEMORY;
    sp_mark mark = sp_memory_mark(run);
    size_t slots = o.memory ? o.memory : 1, stored = 0, next = 0;
    double *r = SP_NEW(run, double, n), *r_before = SP_NEW(run, double, n), *step = SP_NEW(run, double, n),
           *dx = SP_NEW(run, double, slots *n), *dr = SP_NEW(run, double, slots *n);
    *out = (sp_root){.x = NAN, .residual = INFINITY};
    if (!r || !r_before || !step || !dx || !dr)
        return SP_FAILED;
    for (size_t it = 0;; it++) {
        g(n, x, r, context);
        double residual = 0;
        for (size_t i = 0; i < n; i++) {
            r[i] -= x[i];
            residual = isfinite(r[i]) ? fmax(residual, fabs(r[i]) / (1 + fabs(x[i]))) : INFINITY;
        }
        *out = (sp_root){x[0], residual, it, residual <= o.tolerance};
        if (out->converged || isinf(residual) || it == o.max_iterations)
            break;
        if (it > 0 && o.memory > 0) {
            for (size_t i = 0; i < n; i++) {
                dr[next * n + i] = r[i] - r_before[i];
                dx[next * n + i] = step[i];
            }
            next = (next + 1) % o.memory;
            stored = stored < o.memory ? stored + 1 : o.memory;
        }
        bool accelerated = it >= o.warm_up && stored > 0 && anderson(run, n, stored, dx, dr, r, o.damping, step) &&
                           largest(n, step) <= o.max_step;
        for (size_t i = 0; i < n; i++) {
            if (!accelerated)
                step[i] = o.damping * r[i];
            x[i] += step[i];
            r_before[i] = r[i];
        }
    }
    sp_memory_release(run, mark);
    return SP_OK;
}
