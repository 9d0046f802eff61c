/* Descent of a smooth function on a large sphere, and what is found at the end. */
#ifndef SPINODAL_SPHERE_DESCENT_H
#define SPINODAL_SPHERE_DESCENT_H

#include "spinodal/base.h"

/* Value and gradient (n) in the flat space around the sphere. */
typedef sp_status (*sphere_gradient)(sp_run *run, void *context, const double *x, double *value, double *gradient);

typedef struct {
    size_t n;
    double radius2;
    sphere_gradient f;
    void *context;
} sphere_descent_problem;

typedef struct {
    double value, multiplier; /* x.grad f / |x|^2 */
    double gradient;          /* |tangent gradient| / sqrt(n) */
    size_t iterations;
    bool converged;
} sphere_descent_result;

/* L-BFGS from x (on the sphere, in and out) to |tangent gradient| / sqrt(n) <= tolerance. */
sp_status sphere_descend(sp_run *run, const sphere_descent_problem *p, double tolerance, size_t max_iterations, double *x,
                         sphere_descent_result *out);

/* Gradient flow dx/dt = -tangent gradient for the given time, Heun steps dt; converged is whether the gradient is small. */
sp_status sphere_flow(sp_run *run, const sphere_descent_problem *p, double time, double dt, double tolerance, double *x,
                      sphere_descent_result *out);

/* A uniform point of the sphere. */
void sphere_random_point(size_t n, double radius2, sp_rng *rng, double *x);

#endif
