/* The program of a compiled formula: a stack machine. */
#ifndef SPINODAL_MATH_EXPRESSION_PRIVATE_H
#define SPINODAL_MATH_EXPRESSION_PRIVATE_H

#include "math/expression.h"

enum { SP_EXPRESSION_STACK = 160 };

typedef enum {
    SP_OP_CONSTANT, /* push value */
    SP_OP_VARIABLE, /* push variable `index` */
    SP_OP_ADD,
    SP_OP_SUBTRACT,
    SP_OP_MULTIPLY,
    SP_OP_DIVIDE,
    SP_OP_POWER,
    SP_OP_MIN,
    SP_OP_MAX,
    SP_OP_NEGATE,
    SP_OP_CONSTANT_POWER, /* x^value */
    SP_OP_HERMITE,        /* He_index(x) */
    SP_OP_UNARY,          /* function `index` of the table */
} sp_op;

typedef struct {
    sp_op op;
    unsigned index;
    double value;
} sp_instruction;

struct sp_expression {
    const char *text;
    size_t n_variables, size;
    const sp_instruction *code;
    unsigned uses; /* bit per variable */
};

typedef struct {
    const char *name;
    double (*value)(double);
    void (*derivatives)(double x, double g[4]); /* g[0] = value, then three derivatives */
    bool kink;                                  /* not smooth where the argument changes sign */
} sp_unary;

enum { SP_UNARY_EXP, SP_UNARY_LOG, SP_UNARY_SIGMOID, SP_UNARY_SOFTPLUS }; /* the first of the table */
extern const sp_unary sp_unaries[];
size_t sp_unary_count(void);

double sp_power(double x, double exponent);
void sp_power_derivatives(double x, double exponent, double g[4]);
void sp_hermite_derivatives(unsigned k, double x, double g[4]);

/* The machine on scalars; when `stop` < size it returns what that instruction is about to test for a kink. */
double sp_expression_run(const sp_expression *e, const double *x, size_t stop);

#endif
