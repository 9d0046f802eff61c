/* Elementary functions over arrays (SLEEF, 1.0 ulp), same bits on every call: out[i] = f(x[i]). In-place is allowed. */
#ifndef SPINODAL_VECTOR_MATH_H
#define SPINODAL_VECTOR_MATH_H

#include <stddef.h>

void sp_vexp(size_t n, const double *x, double *out);
void sp_vlog(size_t n, const double *x, double *out);
void sp_vsincospi(size_t n, const double *x, double *sine, double *cosine); /* of pi * x */
void sp_vexp_float(size_t n, const float *x, float *out);

#endif
