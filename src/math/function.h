/* A real function of one real variable, with the caller's context. */
#ifndef SPINODAL_MATH_FUNCTION_H
#define SPINODAL_MATH_FUNCTION_H

typedef double (*sp_function)(double x, void *context);

#endif
