/* Minimisation in many variables, and linear systems by conjugate gradients. In double, in the calling thread (the callbacks
 * may use sp_parallel). Every result says whether it converged.
 *
 *   smooth and convex (or nearly), deterministic gradient .... sp_minimize_lbfgs
 *   non-convex or noisy gradient, or to follow a paper ........ sp_adam_step in the caller's loop
 *   A x = b, A symmetric positive definite on a subspace ...... sp_conjugate_gradient */
#ifndef SPINODAL_MATH_OPTIMIZE_H
#define SPINODAL_MATH_OPTIMIZE_H

#include "math/lanczos.h"
#include "spinodal/base.h"

/* Value at x; the gradient (n values) is written. */
typedef sp_status (*sp_objective)(sp_run *run, size_t n, const double *x, double *value, double *gradient, void *context);

typedef struct {
    double value;
    double gradient; /* largest |component| */
    size_t iterations, evaluations;
    bool converged; /* gradient <= tolerance */
} sp_optimum;

typedef struct {
    double tolerance;      /* on the largest |gradient component|; 0: 1e-8 */
    size_t max_iterations; /* 0: 1000 */
    size_t memory;         /* pairs kept, at most 64; 0: 10 */
    const char *progress;  /* NULL: none */
} sp_lbfgs_options;

/* Limited-memory BFGS with a line search for the strong Wolfe conditions (Nocedal and Wright, algorithms 7.5, 3.5, 3.6). x
 * in and out. Stops, not converged, when rounding lets the value decrease no more. */
sp_status sp_minimize_lbfgs(sp_run *run, size_t n, sp_objective f, void *context, const sp_lbfgs_options *options, double *x,
                            sp_optimum *out);

/* Adam (Kingma and Ba 2015). Set rate, beta1 0.9, beta2 0.999, epsilon 1e-8 by sp_adam_create; change `rate` at will.
 * `decay` is coupled: gradient += decay x. */
typedef struct {
    size_t n, steps;
    double rate, beta1, beta2, epsilon, decay;
    double *first, *second; /* moments */
} sp_adam;
sp_status sp_adam_create(sp_run *run, size_t n, double rate, sp_adam *out);
void sp_adam_step(sp_adam *adam, const double *gradient, double *x);

/* Adam until the largest |gradient component| <= tolerance, at most max_steps. */
sp_status sp_minimize_adam(sp_run *run, size_t n, sp_objective f, void *context, double rate, double tolerance,
                           size_t max_steps, double *x, sp_optimum *out);

/* Projects y onto the subspace, in place. */
typedef void (*sp_projector)(size_t n, double *y, void *context);

typedef struct {
    double residual; /* |b - A x| / |b|, of a fresh product */
    size_t iterations;
    bool converged;
} sp_linear_report;

/* Solves P A P x = P b in the subspace of the projector P (NULL: the whole space), A symmetric and positive definite there.
 * x is start and result. Stops at |residual| <= tolerance |P b| (0: 1e-10) or after max_iterations (0: 10 n). SP_FAILED when
 * A is seen not to be positive. */
sp_status sp_conjugate_gradient(sp_run *run, size_t n, sp_operator a, sp_projector project, void *context, const double *b,
                                double tolerance, size_t max_iterations, double *x, sp_linear_report *report);

#endif
