/* Roots, minima and systems of equations. Every result says whether it converged: nothing here fails silently.
 *
 *   one real unknown, bracket known ............... sp_root_bracketed
 *   one positive unknown over many decades ......... sp_root_log (bracket found by itself, steps in log x)
 *   one real unknown, only a guess known ........... sp_root_outward
 *   all sign changes on an interval ................ sp_roots_scan
 *   minimum of one variable ........................ sp_minimum_bracketed, sp_minimum_scan
 *   n real unknowns ................................ sp_newton
 *   x = G(x), contraction or nearly so ............. sp_fixed_point (damped, then Anderson)
 *   one or two complex unknowns (Stieltjes) ........ sp_newton_complex, sp_continue_complex */
#ifndef SPINODAL_MATH_ROOTS_H
#define SPINODAL_MATH_ROOTS_H

#include "math/function.h"
#include "spinodal/base.h"

typedef struct {
    double x;
    double residual; /* f(x); for sp_newton and the like the largest |f_i| */
    size_t iterations;
    bool converged;
} sp_root;

/* Brent's method on [a, b]; f(a) and f(b) must have opposite signs (or be 0), else x = NaN and not converged. Stops when the
 * bracket is shorter than tolerance * |x| + 4 ulp (tolerance 0: machine precision). Values may be infinite, not NaN. */
sp_root sp_root_bracketed(sp_function f, void *context, double a, double b, double tolerance);

/* Root of f in x > 0, searched from `start` by multiplying and dividing by growing factors inside [low, high] (0 < low <=
 * start <= high), then Brent in log x. For monotone f it finds the root wherever it is; for others the sign change met
 * first. No sign change: x = NaN, residual = the value at the end where |f| is smaller, not converged. */
sp_root sp_root_log(sp_function f, void *context, double start, double low, double high, double tolerance);

/* The same for x of either sign, by growing steps from `start` (the first is `width` > 0) inside [low, high] (may be
 * infinite). */
sp_root sp_root_outward(sp_function f, void *context, double start, double width, double low, double high, double tolerance);

/* All sign changes of f on n_points equidistant points of [a, b], each refined by Brent; poles (|f| grows on refinement) are
 * left out. Returns how many were found; the first `max_roots` are stored, ascending. */
size_t sp_roots_scan(sp_function f, void *context, double a, double b, size_t n_points, size_t max_roots, double *roots);

typedef struct {
    double x, value;
    size_t iterations;
    bool converged; /* false: the minimum is at an end of the interval, or the limit of iterations */
} sp_minimum;

/* Brent's minimiser (golden section and parabolas) of a unimodal f on [a, b]; x to about sqrt(epsilon) relative at best. */
sp_minimum sp_minimum_bracketed(sp_function f, void *context, double a, double b, double tolerance);

/* The lowest of f on n_points equidistant points of [a, b], refined with its neighbours. An end point is returned as
 * it is, not converged. Negate f for a maximum. */
sp_minimum sp_minimum_scan(sp_function f, void *context, double a, double b, size_t n_points, double tolerance);

/* ---- systems ----------------------------------------------------------------------------------------- */

/* f (n values) at x; a value that is not finite means "outside the domain": the step is shortened. */
typedef void (*sp_system)(size_t n, const double *x, double *f, void *context);
/* jacobian[i * n + j] = d f_i / d x_j */
typedef void (*sp_jacobian)(size_t n, const double *x, double *jacobian, void *context);

typedef struct {
    double tolerance;      /* on max_i |f_i|; 0: 1e-12 */
    size_t max_iterations; /* 0: 100 */
    double max_step;       /* largest Euclidean length of a step; 0: none */
} sp_newton_options;

/* Newton with step halving on |f|^2; numeric Jacobian (forward differences) when `jacobian` is NULL. x in and out: on
 * failure to converge it holds the best point. Returns SP_FAILED only when out of memory; look at out->converged. */
sp_status sp_newton(sp_run *run, size_t n, sp_system f, sp_jacobian jacobian, void *context,
                    const sp_newton_options *options, double *x, sp_root *out);

typedef struct {
    double tolerance;      /* on max_i |G_i(x) - x_i| / (1 + |x_i|); 0: 1e-12 */
    size_t max_iterations; /* 0: 1000 */
    double damping;        /* x <- x + damping (G(x) - x); 0: 0.5 */
    size_t warm_up;        /* damped steps before acceleration; 0: 15 */
    size_t memory;         /* Anderson memory, at most 10; 0: no acceleration */
    double max_step;       /* accelerated steps longer than this (largest component) are replaced by damped ones; 0: 2 */
} sp_fixed_point_options;

/* Solves x = G(x), G(x) written to its `f` argument (spec 17, 3.5). NULL options: memory 3 and the defaults. */
sp_status sp_fixed_point(sp_run *run, size_t n, sp_system g, void *context, const sp_fixed_point_options *options, double *x,
                         sp_root *out);

#endif
