/* Analytic equations in one or two complex unknowns, followed along a path of a complex parameter z (Stieltjes transforms:
 * from far above the real axis, where the solution is known, down to z = x + i eta). */
#ifndef SPINODAL_MATH_ROOTS_COMPLEX_H
#define SPINODAL_MATH_ROOTS_COMPLEX_H

#include "spinodal/base.h"

#include <complex.h>
#include <string.h>

enum { SP_COMPLEX_MAX = 4 };

typedef double complex sp_complex;

/* re + i im, exactly (signed zeros and infinities kept); C11's CMPLX is missing with some compilers. */
static inline sp_complex sp_cmplx(double re, double im)
{
    double parts[2] = {re, im};
    sp_complex z;
    memcpy(&z, parts, sizeof z);
    return z;
}

/* f (n values) at x for the parameter z. */
typedef void (*sp_complex_system)(size_t n, const sp_complex *x, sp_complex z, sp_complex *f, void *context);
/* jacobian[i * n + j] = d f_i / d x_j */
typedef void (*sp_complex_jacobian)(size_t n, const sp_complex *x, sp_complex z, sp_complex *jacobian, void *context);
/* False for a root of the wrong branch (e.g. Im g <= 0). */
typedef bool (*sp_complex_accept)(size_t n, const sp_complex *x, sp_complex z, void *context);

typedef struct {
    size_t n; /* 1 .. SP_COMPLEX_MAX */
    sp_complex_system f;
    sp_complex_jacobian jacobian; /* NULL: central differences */
    sp_complex_accept accept;     /* NULL: any root */
    void *context;
    double tolerance;     /* on the last Newton step, relative to |x|; 0: 1e-13 */
    double max_change;    /* a step changes an unknown by at most this fraction of its modulus; 0: 0.5 */
    size_t max_newton;    /* 0: 50 */
    double first_step;    /* continuation: first step in s; 0: 0.1 */
    double smallest_step; /* 0: 1e-6 */
} sp_complex_equation;

typedef struct {
    double residual;   /* largest |f_i| at the end */
    size_t iterations; /* Newton steps in all */
    bool converged;
} sp_complex_result;

/* Newton from x (in and out) at fixed z. On failure x is left as it was. */
sp_complex_result sp_newton_complex(const sp_complex_equation *equation, sp_complex z, sp_complex *x);

/* Follows the root from z_start (x must solve it there, or be near) to z_target along Re z linear and Im z geometric (when
 * both imaginary parts have one sign; else linear), with adaptive steps: halved when Newton fails, a root is refused or an
 * unknown jumps by more than max_change; grown otherwise. */
sp_complex_result sp_continue_complex(const sp_complex_equation *equation, sp_complex z_start, sp_complex z_target,
                                      sp_complex *x);

#endif
