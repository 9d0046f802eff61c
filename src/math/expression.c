/* Evaluation of compiled formulas: numbers, arrays, jets, polynomials. */
#include "math/expression_private.h"

#include "math/roots.h"
#include "vector_math.h"

#include <math.h>
#include <string.h>

const char *sp_expression_text(const sp_expression *e) { return e->text; }
bool sp_expression_uses(const sp_expression *e, size_t variable) { return e->uses >> variable & 1; }

/* NaN of either argument is kept; the first at a tie. */
static bool takes_first(sp_op op, double a, double b)
{
    return isnan(a) || (!isnan(b) && (op == SP_OP_MIN ? a <= b : a >= b));
}

static double binary(sp_op op, double a, double b)
{
    switch (op) {
    case SP_OP_ADD:
        return a + b;
    case SP_OP_SUBTRACT:
        return a - b;
    case SP_OP_MULTIPLY:
        return a * b;
    case SP_OP_DIVIDE:
        return a / b;
    case SP_OP_POWER:
        return sp_power(a, b);
    default:
        return takes_first(op, a, b) ? a : b;
    }
}

static double unary(const sp_instruction *c, double a)
{
    double g[4];
    switch (c->op) {
    case SP_OP_NEGATE:
        return -a;
    case SP_OP_CONSTANT_POWER:
        return sp_power(a, c->value);
    case SP_OP_HERMITE:
        sp_hermite_derivatives(c->index, a, g);
        return g[0];
    default:
        return sp_unaries[c->index].value(a);
    }
}

static bool is_binary(sp_op op) { return op >= SP_OP_ADD && op <= SP_OP_MAX; }

double sp_expression_run(const sp_expression *e, const double *x, size_t stop)
{
    double stack[SP_EXPRESSION_STACK] = {0};
    size_t top = 0;
    for (size_t i = 0; i < e->size; i++) {
        const sp_instruction *c = &e->code[i];
        if (i == stop)
            return is_binary(c->op) ? stack[top - 2] - stack[top - 1] : stack[top - 1];
        if (c->op == SP_OP_CONSTANT) {
            stack[top++] = c->value;
        }
        else if (c->op == SP_OP_VARIABLE) {
            stack[top++] = x[c->index];
        }
        else if (is_binary(c->op)) {
            top--;
            stack[top - 1] = binary(c->op, stack[top - 1], stack[top]);
        }
        else {
            stack[top - 1] = unary(c, stack[top - 1]);
        }
    }
    return stack[0];
}

double sp_expression_value(const sp_expression *e, const double *x) { return sp_expression_run(e, x, SIZE_MAX); }

enum { BATCH = 64 };

static void values_batch(const sp_expression *e, const double *x, size_t variable, size_t n, const double *at, double *out)
{
    double stack[SP_EXPRESSION_STACK][BATCH];
    size_t top = 0;
    for (size_t i = 0; i < e->size; i++) {
        const sp_instruction *c = &e->code[i];
        if (c->op == SP_OP_CONSTANT || (c->op == SP_OP_VARIABLE && c->index != variable)) {
            double value = c->op == SP_OP_CONSTANT ? c->value : x[c->index];
            for (size_t k = 0; k < n; k++)
                stack[top][k] = value;
            top++;
        }
        else if (c->op == SP_OP_VARIABLE) {
            memcpy(stack[top++], at, n * sizeof *at);
        }
        else if (is_binary(c->op)) {
            top--;
            double *a = stack[top - 1];
            const double *b = stack[top];
            switch (c->op) {
            case SP_OP_ADD:
                for (size_t k = 0; k < n; k++)
                    a[k] += b[k];
                break;
            case SP_OP_SUBTRACT:
                for (size_t k = 0; k < n; k++)
                    a[k] -= b[k];
                break;
            case SP_OP_MULTIPLY:
                for (size_t k = 0; k < n; k++)
                    a[k] *= b[k];
                break;
            default:
                for (size_t k = 0; k < n; k++)
                    a[k] = binary(c->op, a[k], b[k]);
            }
        }
        else {
            double *a = stack[top - 1];
            if (c->op == SP_OP_UNARY && c->index == SP_UNARY_EXP)
                sp_vexp(n, a, a);
            else if (c->op == SP_OP_UNARY && c->index == SP_UNARY_LOG)
                sp_vlog(n, a, a);
            else
                for (size_t k = 0; k < n; k++)
                    a[k] = unary(c, a[k]);
        }
    }
    memcpy(out, stack[0], n * sizeof *out);
}

void sp_expression_values(const sp_expression *e, const double *x, size_t variable, size_t n, const double *at, double *out)
{
    for (size_t i = 0; i < n; i += BATCH)
        values_batch(e, x, variable, n - i < BATCH ? n - i : BATCH, at + i, out + i);
}

/* Three derivatives of the unary instruction c at a. */
static void derivatives(const sp_instruction *c, double a, double g[4])
{
    switch (c->op) {
    case SP_OP_NEGATE:
        memcpy(g, (double[4]){-a, -1, 0, 0}, 4 * sizeof *g);
        break;
    case SP_OP_CONSTANT_POWER:
        sp_power_derivatives(a, c->value, g);
        break;
    case SP_OP_HERMITE:
        sp_hermite_derivatives(c->index, a, g);
        break;
    default:
        sp_unaries[c->index].derivatives(a, g);
    }
}

/* The machine over jets of either kind: the rules are the same, only the type and its products differ. */
#define JET_MACHINE(name, jet, prefix, is_number)                                                                           \
    static jet name##_binary(sp_op op, jet a, jet b)                                                                        \
    {                                                                                                                       \
        double g[4];                                                                                                        \
        switch (op) {                                                                                                       \
        case SP_OP_ADD:                                                                                                     \
            return prefix##_add(a, b);                                                                                      \
        case SP_OP_SUBTRACT:                                                                                                \
            return prefix##_subtract(a, b);                                                                                 \
        case SP_OP_MULTIPLY:                                                                                                \
            return prefix##_multiply(a, b);                                                                                 \
        case SP_OP_DIVIDE: {                                                                                                \
            sp_power_derivatives(b.f, -1, g);                                                                               \
            jet q = prefix##_multiply(a, prefix##_compose(g, b));                                                           \
            q.f = a.f / b.f;                                                                                                \
            return q;                                                                                                       \
        }                                                                                                                   \
        case SP_OP_POWER: {                                                                                                 \
            if (is_number(b)) {                                                                                             \
                sp_power_derivatives(a.f, b.f, g);                                                                          \
                return prefix##_compose(g, a);                                                                              \
            }                                                                                                               \
            sp_unaries[SP_UNARY_LOG].derivatives(a.f, g); /* a^b = exp(b log a) */                                          \
            jet exponent = prefix##_multiply(b, prefix##_compose(g, a));                                                    \
            sp_unaries[SP_UNARY_EXP].derivatives(exponent.f, g);                                                            \
            jet r = prefix##_compose(g, exponent);                                                                          \
            r.f = sp_power(a.f, b.f);                                                                                       \
            return r;                                                                                                       \
        }                                                                                                                   \
        default:                                                                                                            \
            return takes_first(op, a.f, b.f) ? a : b;                                                                       \
        }                                                                                                                   \
    }                                                                                                                       \
    static jet name(const sp_expression *e, const jet *x)                                                                   \
    {                                                                                                                       \
        jet stack[SP_EXPRESSION_STACK] = {prefix##_constant(0)};                                                            \
        size_t top = 0;                                                                                                     \
        for (size_t i = 0; i < e->size; i++) {                                                                              \
            const sp_instruction *c = &e->code[i];                                                                          \
            if (c->op == SP_OP_CONSTANT) {                                                                                  \
                stack[top++] = prefix##_constant(c->value);                                                                 \
            }                                                                                                               \
            else if (c->op == SP_OP_VARIABLE) {                                                                             \
                stack[top++] = x[c->index];                                                                                 \
            }                                                                                                               \
            else if (is_binary(c->op)) {                                                                                    \
                top--;                                                                                                      \
                stack[top - 1] = name##_binary(c->op, stack[top - 1], stack[top]);                                          \
            }                                                                                                               \
            else {                                                                                                          \
                double g[4];                                                                                                \
                derivatives(c, stack[top - 1].f, g);                                                                        \
                stack[top - 1] = prefix##_compose(g, stack[top - 1]);                                                       \
            }                                                                                                               \
        }                                                                                                                   \
        return stack[0];                                                                                                    \
    }

static bool is_number(sp_jet a) { return a.d1 == 0 && a.d2 == 0 && a.d3 == 0; }
static bool is_number2(sp_jet2 a) { return a.x == 0 && a.y == 0 && a.xx == 0 && a.xy == 0 && a.yy == 0; }
JET_MACHINE(run_jet, sp_jet, sp_jet, is_number)
JET_MACHINE(run_jet2, sp_jet2, sp_jet2, is_number2)

sp_jet sp_expression_jet(const sp_expression *e, const double *x, size_t variable)
{
    sp_jet jets[SP_EXPRESSION_MAX_VARIABLES];
    for (size_t i = 0; i < e->n_variables; i++)
        jets[i] = i == variable ? sp_jet_variable(x[i]) : sp_jet_constant(x[i]);
    return run_jet(e, jets);
}

sp_jet2 sp_expression_jet2(const sp_expression *e, const double *x, size_t variable_x, size_t variable_y)
{
    sp_jet2 jets[SP_EXPRESSION_MAX_VARIABLES];
    for (size_t i = 0; i < e->n_variables; i++)
        jets[i] = (sp_jet2){.f = x[i], .x = i == variable_x, .y = i == variable_y};
    return run_jet2(e, jets);
}

/* ---- kinks ------------------------------------------------------------------------------------------- */

typedef struct {
    const sp_expression *e;
    double x[SP_EXPRESSION_MAX_VARIABLES];
    size_t variable, instruction;
} kink_test;

static double tested(double value, void *context)
{
    kink_test *t = context;
    t->x[t->variable] = value;
    return sp_expression_run(t->e, t->x, t->instruction);
}

size_t sp_expression_kinks(const sp_expression *e, const double *x, size_t variable, double low, double high, size_t max,
                           double *kinks)
{
    enum { SCAN = 1000, MOST = 32 };
    size_t found = 0;
    kink_test t = {.e = e, .variable = variable};
    memcpy(t.x, x, e->n_variables * sizeof *x);
    for (t.instruction = 0; t.instruction < e->size; t.instruction++) {
        const sp_instruction *c = &e->code[t.instruction];
        bool kink = c->op == SP_OP_MIN || c->op == SP_OP_MAX || (c->op == SP_OP_UNARY && sp_unaries[c->index].kink);
        if (!kink)
            continue;
        double roots[MOST];
        size_t n = sp_roots_scan(tested, &t, low, high, SCAN, MOST, roots);
        for (size_t i = 0; i < (n < MOST ? n : MOST) && found < max; i++) {
            size_t k = found;
            while (k > 0 && kinks[k - 1] > roots[i])
                k--;
            if (k > 0 && kinks[k - 1] == roots[i])
                continue;
            memmove(kinks + k + 1, kinks + k, (found - k) * sizeof *kinks);
            kinks[k] = roots[i];
            found++;
        }
    }
    return found;
}

/* ---- polynomials ------------------------------------------------------------------------------------- */

typedef struct {
    size_t degree;
    double c[SP_POLYNOMIAL_MAX + 1];
} polynomial;

static polynomial constant(double value) { return (polynomial){.c = {value}}; }

static bool multiply(polynomial *a, const polynomial *b)
{
    if (a->degree + b->degree > SP_POLYNOMIAL_MAX)
        return false;
    polynomial product = {.degree = a->degree + b->degree};
    for (size_t i = 0; i <= a->degree; i++)
        for (size_t j = 0; j <= b->degree; j++)
            product.c[i + j] += a->c[i] * b->c[j];
    *a = product;
    return true;
}

static bool raise(polynomial *a, double exponent)
{
    if (a->degree == 0) {
        *a = constant(sp_power(a->c[0], exponent));
        return true;
    }
    if (exponent != floor(exponent) || exponent < 0 || exponent > SP_POLYNOMIAL_MAX)
        return false;
    polynomial base = *a;
    *a = constant(1);
    for (int i = 0; i < (int)exponent; i++)
        if (!multiply(a, &base))
            return false;
    return true;
}

static bool hermite_of(polynomial *a, unsigned k)
{
    polynomial before = constant(0), h = constant(1);
    for (unsigned i = 0; i < k; i++) {
        polynomial next = h;
        if (!multiply(&next, a))
            return false;
        for (size_t j = 0; j <= before.degree; j++)
            next.c[j] -= i * before.c[j];
        before = h;
        h = next;
    }
    *a = h;
    return true;
}

static bool combine(sp_op op, polynomial *a, const polynomial *b)
{
    switch (op) {
    case SP_OP_ADD:
    case SP_OP_SUBTRACT:
        for (size_t j = 0; j <= b->degree; j++)
            a->c[j] += op == SP_OP_ADD ? b->c[j] : -b->c[j];
        a->degree = a->degree > b->degree ? a->degree : b->degree;
        return true;
    case SP_OP_MULTIPLY:
        return multiply(a, b);
    case SP_OP_DIVIDE:
        for (size_t j = 0; j <= a->degree; j++)
            a->c[j] /= b->c[0];
        return b->degree == 0;
    case SP_OP_POWER:
        return b->degree == 0 && raise(a, b->c[0]);
    default:
        if (a->degree || b->degree)
            return false;
        *a = constant(binary(op, a->c[0], b->c[0]));
        return true;
    }
}

static bool transform(const sp_instruction *c, polynomial *a)
{
    if (a->degree == 0) {
        *a = constant(unary(c, a->c[0]));
        return true;
    }
    switch (c->op) {
    case SP_OP_NEGATE:
        for (size_t j = 0; j <= a->degree; j++)
            a->c[j] = -a->c[j];
        return true;
    case SP_OP_CONSTANT_POWER:
        return raise(a, c->value);
    case SP_OP_HERMITE:
        return hermite_of(a, c->index);
    default:
        return false;
    }
}

bool sp_expression_polynomial(const sp_expression *e, const double *x, size_t variable, double c[SP_POLYNOMIAL_MAX + 1],
                              size_t *degree)
{
    polynomial stack[SP_EXPRESSION_STACK] = {constant(0)};
    size_t top = 0;
    for (size_t i = 0; i < e->size; i++) {
        const sp_instruction *in = &e->code[i];
        if (in->op == SP_OP_CONSTANT)
            stack[top++] = constant(in->value);
        else if (in->op == SP_OP_VARIABLE)
            stack[top++] = in->index == variable ? (polynomial){.degree = 1, .c = {0, 1}} : constant(x[in->index]);
        else if (is_binary(in->op)) {
            top--;
            if (!combine(in->op, &stack[top - 1], &stack[top]))
                return false;
        }
        else if (!transform(in, &stack[top - 1])) {
            return false;
        }
    }
    memset(c, 0, (SP_POLYNOMIAL_MAX + 1) * sizeof *c);
    memcpy(c, stack[0].c, (stack[0].degree + 1) * sizeof *c);
    for (*degree = stack[0].degree; *degree > 0 && c[*degree] == 0;)
        --*degree;
    return true;
}
