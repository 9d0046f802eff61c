/* Ordinary differential equations dy/dt = f(t, y): adaptive Dormand-Prince 5(4) with dense output (Hairer, Norsett and
 * Wanner, Solving ODEs I, DOPRI5), for non-stiff problems. */
#ifndef SPINODAL_MATH_ODE_H
#define SPINODAL_MATH_ODE_H

#include "spinodal/base.h"

/* dydt (n values) at t, y. Values that are not finite make the step be tried again, shorter. */
typedef void (*sp_ode_field)(size_t n, double t, const double *y, double *dydt, void *context);

typedef struct {
    double rel_tol, abs_tol; /* local error of each component below abs_tol + rel_tol |y|; 0: 1e-9 and 1e-12 */
    double first_step;       /* 0: chosen */
    double max_step;         /* 0: none */
    size_t max_steps;        /* 0: 1000000 */
    const char *progress;    /* text of the progress line; NULL: none */
} sp_ode_options;

typedef struct {
    size_t steps, rejected, evaluations;
    double last_step, reached; /* reached: the last time of the solution */
    bool converged;            /* all times were reached */
} sp_ode_report;

/* Solution at times[0 .. n_times - 1] (monotone, upwards or downwards from t0; t0 itself allowed), out is n_times x n; y (n)
 * holds the start and, at the end, the last state reached. Interpolation between steps is of order 4, its error comparable
 * to the tolerance. Times that could not be reached (step too small: singular or stiff; too many steps) are NaN,
 * report->converged false. */
sp_status sp_ode_solve(sp_run *run, size_t n, sp_ode_field f, void *context, double t0, double *y, size_t n_times,
                       const double *times, double *out, const sp_ode_options *options, sp_ode_report *report);

#endif
