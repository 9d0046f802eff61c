/* Formulas given by the user, in named variables: "0.5*q^3", "log(1+exp(-y*z))", "max(0,1-y*z)^2".
 *
 *   expression := sums, products, quotients, signs and powers (^ or **, right-associative, above the sign: -x^2 = -(x^2)) of
 *                 numbers, the variables, pi, e, parentheses and
 *   functions     exp log sqrt abs sin cos tan sinh cosh tanh atan erf erfc log1p expm1 relu sign step sigmoid softplus
 *                 min(a,b) max(a,b) pow(a,b) He(k,x) (probabilists' Hermite polynomial, k = 0 .. 20 a number)
 *
 * Conventions at kinks: step(0) = sign(0) = 0, relu'(0) = abs'(0) = 0; min and max take their first argument at a tie;
 * second derivatives there are those of either side, without delta functions. Outside the domain of a function the value is
 * NaN (or infinite), never an error.
 *
 * Text from anyone may be given: length, nesting and size are limited. */
#ifndef SPINODAL_MATH_EXPRESSION_H
#define SPINODAL_MATH_EXPRESSION_H

#include "math/jet.h"
#include "spinodal/base.h"

enum {
    SP_EXPRESSION_MAX_TEXT = 4096, /* characters */
    SP_EXPRESSION_MAX_SIZE = 1024, /* operations */
    SP_EXPRESSION_MAX_DEPTH = 64,  /* nesting */
    SP_EXPRESSION_MAX_VARIABLES = 16,
};

typedef struct sp_expression sp_expression;

/* Compiles `text` in the variables names[0 .. n_variables - 1]. SP_USAGE with one line that names the character. The
 * expression lives in the memory of the run and may be used by several threads at once. */
sp_status sp_expression_compile(sp_run *run, const char *text, size_t n_variables, const char *const *names,
                                const sp_expression **out);

const char *sp_expression_text(const sp_expression *e);
bool sp_expression_uses(const sp_expression *e, size_t variable);

/* Value at the variables x[0 .. n_variables - 1]. */
double sp_expression_value(const sp_expression *e, const double *x);

/* out[i] = value with `variable` = at[i], the others from x: much faster than n single calls. In place is allowed. */
void sp_expression_values(const sp_expression *e, const double *x, size_t variable, size_t n, const double *at, double *out);

/* Value and three derivatives in one variable. */
sp_jet sp_expression_jet(const sp_expression *e, const double *x, size_t variable);

/* Value, first and second derivatives in two variables. */
sp_jet2 sp_expression_jet2(const sp_expression *e, const double *x, size_t variable_x, size_t variable_y);

/* Points in (low, high) where the expression is not smooth in `variable` (arguments of abs, relu, sign, step, min, max that
 * change sign), ascending, found on a scan of 1000 points: split quadratures there. Returns how many; the first `max` are
 * stored. Kinks closer than (high - low) / 1000 may be missed in pairs. */
size_t sp_expression_kinks(const sp_expression *e, const double *x, size_t variable, double low, double high, size_t max,
                           double *kinks);

enum { SP_POLYNOMIAL_MAX = 32 };

/* Is the expression a polynomial in `variable` of degree <= SP_POLYNOMIAL_MAX by its form (sums, products, whole powers,
 * divisions by constants, He)? Then the coefficients c[0 .. *degree] (the rest zero), the other variables from x. */
bool sp_expression_polynomial(const sp_expression *e, const double *x, size_t variable, double c[SP_POLYNOMIAL_MAX + 1],
                              size_t *degree);

#endif
