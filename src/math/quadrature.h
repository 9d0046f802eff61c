/* Quadrature: fixed rules to be kept and reused, and adaptive integration with an error estimate.
 *
 * Smooth integrand, many calls: a fixed rule (Gauss-Legendre panels cut at the kinks; Gauss-Hermite for smooth functions of
 * a normal variable). One-off integral, or an unknown integrand: sp_integrate / sp_expect_normal. */
#ifndef SPINODAL_MATH_QUADRATURE_H
#define SPINODAL_MATH_QUADRATURE_H

#include "math/function.h"
#include "spinodal/base.h"

/* Nodes and weights: integral = sum_i w[i] f(x[i]). Memory of the run that made it. Nodes ascend. */
typedef struct {
    size_t n;
    double *x, *w;
} sp_rule;

/* n-point Gauss-Legendre on [-1, 1], nodes and weights to about 1e-15; exact for polynomials of degree 2n - 1. O(n^2). */
sp_status sp_gauss_legendre(sp_run *run, size_t n, sp_rule *rule);

/* The same on [a, b]. */
sp_status sp_gauss_legendre_on(sp_run *run, size_t n, double a, double b, sp_rule *rule);

/* n-point rule for E f(z), z ~ N(0,1) (probabilists' Gauss-Hermite): weights sum to 1. Weights below 1e-308 are 0. O(n^2).
 */
sp_status sp_gauss_hermite(sp_run *run, size_t n, sp_rule *rule);

/* `per_panel`-point Gauss-Legendre on each of the panels between consecutive cuts (any order; at least two). Panels of zero
 * length are dropped. */
sp_status sp_panels(sp_run *run, size_t per_panel, size_t n_cuts, const double *cuts, sp_rule *rule);

/* Rule for E f(z), z ~ N(0,1), with f piecewise smooth: panels at -half_width + 2 half_width k / n_panels and at those of
 * the `kinks` that lie inside; the weights contain the density (spec 17, 3.3 uses 9, 12, 40). Mass outside is dropped. */
sp_status sp_normal_panels(sp_run *run, double half_width, size_t n_panels, size_t per_panel, size_t n_kinks,
                           const double *kinks, sp_rule *rule);

double sp_rule_sum(const sp_rule *rule, sp_function f, void *context);

/* ---- adaptive ---------------------------------------------------------------------------------------- */

typedef struct {
    double value, error; /* error: estimated absolute error */
    size_t evaluations;
    bool converged; /* error <= max(abs_tol, rel_tol |value|), or only rounding is left */
} sp_integral;

/* Adaptive 21-point Gauss-Kronrod bisection (QUADPACK's qag) on [a, b]; a and b may be infinite. `splits` (any order; those
 * outside are ignored; at most 64) are the points where f is not smooth. f is never evaluated at a, b or a split. Values
 * that are not finite make the result unconverged. Typical tolerances: 0, 1e-12. No memory is needed. */
sp_integral sp_integrate(sp_function f, void *context, double a, double b, size_t n_splits, const double *splits,
                         double abs_tol, double rel_tol);

/* E f(z), z ~ N(0,1), adaptively on |z| <= 38 (beyond, the density underflows). */
sp_integral sp_expect_normal(sp_function f, void *context, size_t n_splits, const double *splits, double abs_tol,
                             double rel_tol);

#endif
