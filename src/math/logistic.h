/* Logistic fit of success rates. */
#ifndef SPINODAL_MATH_LOGISTIC_H
#define SPINODAL_MATH_LOGISTIC_H

#include <stddef.h>

typedef struct {
    double half, half_se; /* where the rate is 1/2; nan: the rates do not cross it */
    double width;         /* rate = 1/(1 + exp(-(x - half)/width)) */
} sp_logistic;

/* Most likely fit of the fractions of `trials` successes at x. Rates that jump from 0 to 1 get a finite width by a weak
 * ridge on its inverse. */
sp_logistic sp_fit_logistic(size_t n, const double *x, const double *fraction, double trials);

#endif
