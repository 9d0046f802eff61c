#include "landscape/sphere_descent.h"

#include "math/optimize.h"

#include <math.h>
#include <string.h>

static double dot(size_t n, const double *a, const double *b)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static void to_radius(size_t n, double radius2, const double *x, double *s)
{
    double scale = sqrt(radius2 / dot(n, x, x));
    for (size_t i = 0; i < n; i++)
        s[i] = scale * x[i];
}

void sphere_random_point(size_t n, double radius2, sp_rng *rng, double *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] = sp_normal(rng);
    to_radius(n, radius2, x, x);
}

/* g <- tangent part; returns the multiplier. */
static double project(size_t n, double radius2, const double *s, double *g)
{
    double multiplier = dot(n, s, g) / radius2;
    for (size_t i = 0; i < n; i++)
        g[i] -= multiplier * s[i];
    return multiplier;
}

typedef struct {
    const sphere_descent_problem *p;
    double *s;
} extended;

/* f continued along the rays: the sphere becomes free space. */
static sp_status along_rays(sp_run *run, size_t n, const double *x, double *value, double *gradient, void *context)
{
    extended *c = context;
    to_radius(n, c->p->radius2, x, c->s);
    SP_TRY(c->p->f(run, c->p->context, c->s, value, gradient));
    (void)project(n, c->p->radius2, c->s, gradient);
    double scale = sqrt(c->p->radius2 / dot(n, x, x));
    for (size_t i = 0; i < n; i++)
        gradient[i] *= scale;
    return SP_OK;
}

static sp_status finish(sp_run *run, const sphere_descent_problem *p, double tolerance, const double *x, double *g,
                        sphere_descent_result *out)
{
    SP_TRY(p->f(run, p->context, x, &out->value, g));
    out->multiplier = project(p->n, p->radius2, x, g);
    out->gradient = sqrt(dot(p->n, g, g) / (double)p->n);
    out->converged = out->gradient <= tolerance;
    return SP_OK;
}

sp_status sphere_descend(sp_run *run, const sphere_descent_problem *p, double tolerance, size_t max_iterations, double *x,
                         sphere_descent_result *out)
{
    sp_mark mark = sp_memory_mark(run);
    extended c = {p, SP_NEW(run, double, 2 * p->n)};
    if (!c.s)
        return SP_FAILED;
    /* the largest component is below the wanted norm */
    sp_lbfgs_options options = {.tolerance = tolerance, .max_iterations = max_iterations, .memory = 20};
    sp_optimum optimum;
    SP_TRY(sp_minimize_lbfgs(run, p->n, along_rays, &c, &options, x, &optimum));
    to_radius(p->n, p->radius2, x, x);
    SP_TRY(finish(run, p, tolerance, x, c.s, out));
    out->iterations = optimum.iterations;
    sp_memory_release(run, mark);
    return SP_OK;
}

sp_status sphere_flow(sp_run *run, const sphere_descent_problem *p, double time, double dt, double tolerance, double *x,
                      sphere_descent_result *out)
{
    size_t n = p->n, steps = (size_t)ceil(time / dt);
    double h = time / (double)steps, value;
    sp_mark mark = sp_memory_mark(run);
    double *g = SP_NEW(run, double, 3 * n), *predicted = g + n, *g2 = g + 2 * n;
    if (!g)
        return SP_FAILED;
    for (size_t k = 0; k < steps; k++) {
        SP_TRY(sp_poll(run));
        SP_TRY(p->f(run, p->context, x, &value, g));
        (void)project(n, p->radius2, x, g);
        for (size_t i = 0; i < n; i++)
            predicted[i] = x[i] - h * g[i];
        to_radius(n, p->radius2, predicted, predicted);
        SP_TRY(p->f(run, p->context, predicted, &value, g2));
        (void)project(n, p->radius2, predicted, g2);
        for (size_t i = 0; i < n; i++)
            x[i] -= 0.5 * h * (g[i] + g2[i]);
        to_radius(n, p->radius2, x, x);
    }
    SP_TRY(finish(run, p, tolerance, x, g, out));
    out->iterations = steps;
    sp_memory_release(run, mark);
    return SP_OK;
}
