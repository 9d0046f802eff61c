/* From text to the program of the stack machine, by recursive descent with constant folding. */
#include "math/expression_private.h"

#include "spinodal/command.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAX_HERMITE = 20 };

typedef struct {
    sp_run *run;
    const char *text, *at;
    size_t n_variables;
    const char *const *names;
    sp_instruction *code;
    size_t size;
    size_t starts[SP_EXPRESSION_STACK]; /* first instruction of each operand on the stack */
    size_t operands, depth;
} parser;

static sp_status fail(parser *p, const char *where, const char *format, ...) SP_PRINTF(3, 4);
static sp_status fail(parser *p, const char *where, const char *format, ...)
{
    char what[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    size_t length = strlen(p->text);
    return sp_fail(p->run, SP_USAGE, "at character %zu: %s in the formula \"%.60s%s\"", (size_t)(where - p->text) + 1, what,
                   p->text, length > 60 ? "..." : "");
}

static void skip_spaces(parser *p)
{
    while (*p->at == ' ' || *p->at == '\t')
        p->at++;
}

static char peek(parser *p)
{
    skip_spaces(p);
    return *p->at;
}

static bool take(parser *p, const char *token)
{
    skip_spaces(p);
    size_t n = strlen(token);
    if (strncmp(p->at, token, n))
        return false;
    p->at += n;
    return true;
}

static sp_status push(parser *p, sp_instruction instruction)
{
    if (p->size == SP_EXPRESSION_MAX_SIZE || p->operands == SP_EXPRESSION_STACK)
        return fail(p, p->at, "more than %d operations", SP_EXPRESSION_MAX_SIZE);
    p->starts[p->operands++] = p->size;
    p->code[p->size++] = instruction;
    return SP_OK;
}

static double apply(sp_instruction op, double a, double b)
{
    sp_instruction code[3] = {{SP_OP_CONSTANT, 0, a}, {SP_OP_CONSTANT, 0, b}, op};
    bool binary = op.op >= SP_OP_ADD && op.op <= SP_OP_MAX;
    if (!binary)
        code[1] = op;
    sp_expression e = {.size = binary ? 3 : 2, .code = code};
    return sp_expression_run(&e, NULL, SIZE_MAX);
}

/* An operation on the last operand (or the last two); operations on constants are done here. */
static sp_status emit(parser *p, size_t arity, sp_instruction op)
{
    p->operands -= arity - 1;
    size_t start = p->starts[p->operands - 1];
    const sp_instruction *a = &p->code[start];
    if (p->size == start + arity && a[0].op == SP_OP_CONSTANT && a[arity - 1].op == SP_OP_CONSTANT) {
        double value = apply(op, a[0].value, a[arity - 1].value);
        p->size = start + 1;
        p->code[start] = (sp_instruction){SP_OP_CONSTANT, 0, value};
        return SP_OK;
    }
    if (p->size == SP_EXPRESSION_MAX_SIZE)
        return fail(p, p->at, "more than %d operations", SP_EXPRESSION_MAX_SIZE);
    p->code[p->size++] = op;
    return SP_OK;
}

static bool is_constant(const parser *p, size_t start, size_t end, double value)
{
    return end == start + 1 && p->code[start].op == SP_OP_CONSTANT && p->code[start].value == value;
}

/* If the last operand is 1 + exp(u) or exp(u) + 1, leaves u in its place. */
static bool strip_one_plus_exp(parser *p)
{
    size_t start = p->starts[p->operands - 1], end = p->size;
    if (end < start + 4 || p->code[end - 1].op != SP_OP_ADD)
        return false;
    const sp_instruction *c = p->code;
    if (is_constant(p, start, start + 1, 1) && c[end - 2].op == SP_OP_UNARY && c[end - 2].index == SP_UNARY_EXP) {
        /* the first operand of the sum is the constant only if the rest, u exp, is one operand */
        long depth = 0;
        for (size_t i = start + 1; i < end - 1; i++) {
            if (c[i].op == SP_OP_CONSTANT || c[i].op == SP_OP_VARIABLE)
                depth++;
            else if (c[i].op >= SP_OP_ADD && c[i].op <= SP_OP_MAX)
                depth--;
            if (depth < 1)
                return false;
        }
        if (depth != 1)
            return false;
        memmove(p->code + start, p->code + start + 1, (end - start - 3) * sizeof *p->code);
        p->size = end - 3;
        return true;
    }
    if (is_constant(p, end - 2, end - 1, 1) && c[end - 3].op == SP_OP_UNARY && c[end - 3].index == SP_UNARY_EXP) {
        p->size = end - 3;
        return true;
    }
    return false;
}

/* log(1 + exp(u)) becomes softplus(u), which does not overflow. */
static sp_status emit_unary(parser *p, unsigned function)
{
    if (function == SP_UNARY_LOG && strip_one_plus_exp(p))
        function = SP_UNARY_SOFTPLUS;
    return emit(p, 1, (sp_instruction){SP_OP_UNARY, function, 0});
}

/* a / (1 + exp(u)) becomes a sigmoid(-u). */
static sp_status emit_divide(parser *p)
{
    if (!strip_one_plus_exp(p))
        return emit(p, 2, (sp_instruction){SP_OP_DIVIDE, 0, 0});
    SP_TRY(emit(p, 1, (sp_instruction){SP_OP_NEGATE, 0, 0}));
    SP_TRY(emit(p, 1, (sp_instruction){SP_OP_UNARY, SP_UNARY_SIGMOID, 0}));
    return emit(p, 2, (sp_instruction){SP_OP_MULTIPLY, 0, 0});
}

static sp_status emit_power(parser *p)
{
    const sp_instruction *last = &p->code[p->size - 1];
    if (p->starts[p->operands - 1] + 1 != p->size || last->op != SP_OP_CONSTANT)
        return emit(p, 2, (sp_instruction){SP_OP_POWER, 0, 0});
    double exponent = last->value;
    p->size--;
    p->operands--;
    return emit(p, 1, (sp_instruction){SP_OP_CONSTANT_POWER, 0, exponent});
}

static sp_status parse_sum(parser *p);
static sp_status parse_signed(parser *p);

static sp_status parse_number(parser *p)
{
    const char *start = p->at, *end = start;
    while (isdigit((unsigned char)*end) || *end == '.')
        end++;
    if (*end == 'e' || *end == 'E') {
        const char *digits = end + 1 + (end[1] == '+' || end[1] == '-');
        if (isdigit((unsigned char)*digits))
            for (end = digits; isdigit((unsigned char)*end); end++)
                ;
    }
    char token[64];
    double value;
    size_t n = (size_t)(end - start);
    if (n >= sizeof token)
        return fail(p, start, "a number of more than %zu characters", sizeof token - 1);
    memcpy(token, start, n);
    token[n] = 0;
    if (!sp_parse_number(token, &value))
        return fail(p, start, "\"%s\" is not a number", token);
    p->at = end;
    return push(p, (sp_instruction){SP_OP_CONSTANT, 0, value});
}

static sp_status unexpected(parser *p, const char *what)
{
    char found = peek(p);
    return found ? fail(p, p->at, "expected %s, found '%c'", what, found)
                 : fail(p, p->at, "expected %s, found the end", what);
}

static sp_status expect(parser *p, const char *token, const char *what)
{
    return take(p, token) ? SP_OK : unexpected(p, what);
}

/* The arguments of the function `name`, after its opening parenthesis. */
static sp_status parse_call(parser *p, const char *name, const char *where)
{
    static const struct {
        const char *name;
        sp_op op;
    } binary[] = {{"min", SP_OP_MIN}, {"max", SP_OP_MAX}, {"pow", SP_OP_POWER}, {"He", SP_OP_HERMITE}};
    for (size_t i = 0; i < sizeof binary / sizeof *binary; i++) {
        if (strcmp(name, binary[i].name))
            continue;
        SP_TRY(parse_sum(p));
        SP_TRY(expect(p, ",", "',' and a second argument"));
        size_t first = p->starts[p->operands - 1];
        bool constant = p->size == first + 1 && p->code[first].op == SP_OP_CONSTANT;
        double degree = p->code[first].value;
        if (binary[i].op == SP_OP_HERMITE) {
            if (!constant || !(degree >= 0 && degree <= MAX_HERMITE) || degree != floor(degree))
                return fail(p, where, "the first argument of He must be a whole number 0 to %d", MAX_HERMITE);
            p->size--; /* the degree goes into the instruction */
            p->operands--;
        }
        SP_TRY(parse_sum(p));
        SP_TRY(expect(p, ")", "')'"));
        if (binary[i].op == SP_OP_POWER)
            return emit_power(p);
        if (binary[i].op == SP_OP_HERMITE)
            return emit(p, 1, (sp_instruction){SP_OP_HERMITE, (unsigned)degree, 0});
        return emit(p, 2, (sp_instruction){binary[i].op, 0, 0});
    }
    for (size_t i = 0; i < sp_unary_count(); i++)
        if (!strcmp(name, sp_unaries[i].name)) {
            SP_TRY(parse_sum(p));
            SP_TRY(expect(p, ")", "')'"));
            return emit_unary(p, (unsigned)i);
        }
    return fail(
        p, where,
        "unknown function '%s' (exp log sqrt abs sin cos tan sinh cosh tanh atan erf erfc log1p expm1 relu sign step "
        "sigmoid softplus min max pow He)",
        name);
}

static sp_status parse_name(parser *p)
{
    const char *start = p->at;
    char name[32];
    size_t n = 0;
    while (isalnum((unsigned char)*p->at) || *p->at == '_') {
        if (n + 1 == sizeof name)
            return fail(p, start, "a name of more than %zu characters", sizeof name - 1);
        name[n++] = *p->at++;
    }
    name[n] = 0;
    if (peek(p) == '(') {
        p->at++;
        return parse_call(p, name, start);
    }
    for (size_t i = 0; i < p->n_variables; i++)
        if (!strcmp(name, p->names[i]))
            return push(p, (sp_instruction){SP_OP_VARIABLE, (unsigned)i, 0});
    if (!strcmp(name, "pi"))
        return push(p, (sp_instruction){SP_OP_CONSTANT, 0, M_PI});
    if (!strcmp(name, "e"))
        return push(p, (sp_instruction){SP_OP_CONSTANT, 0, M_E});
    char known[128] = "";
    for (size_t i = 0; i < p->n_variables; i++)
        snprintf(known + strlen(known), sizeof known - strlen(known), "%s ", p->names[i]);
    return fail(p, start, "unknown name '%s' (known here: %spi e)", name, known);
}

static sp_status parse_primary(parser *p)
{
    char c = peek(p);
    if (isdigit((unsigned char)c) || c == '.')
        return parse_number(p);
    if (isalpha((unsigned char)c) || c == '_')
        return parse_name(p);
    if (take(p, "(")) {
        SP_TRY(parse_sum(p));
        return expect(p, ")", "')'");
    }
    return unexpected(p, "a number, a name or '('");
}

static sp_status parse_power(parser *p)
{
    SP_TRY(parse_primary(p));
    if (!take(p, "**") && !take(p, "^"))
        return SP_OK;
    SP_TRY(parse_signed(p));
    return emit_power(p);
}

static sp_status parse_signed(parser *p)
{
    if (++p->depth > SP_EXPRESSION_MAX_DEPTH)
        return fail(p, p->at, "nesting deeper than %d", SP_EXPRESSION_MAX_DEPTH);
    sp_status status;
    if (take(p, "-")) {
        status = parse_signed(p);
        if (status == SP_OK)
            status = emit(p, 1, (sp_instruction){SP_OP_NEGATE, 0, 0});
    }
    else {
        status = take(p, "+") ? parse_signed(p) : parse_power(p);
    }
    p->depth--;
    return status;
}

static sp_status parse_product(parser *p)
{
    SP_TRY(parse_signed(p));
    for (;;) {
        char c = peek(p);
        if (c != '*' && c != '/')
            return SP_OK;
        p->at++;
        SP_TRY(parse_signed(p));
        SP_TRY(c == '*' ? emit(p, 2, (sp_instruction){SP_OP_MULTIPLY, 0, 0}) : emit_divide(p));
    }
}

static sp_status parse_sum(parser *p)
{
    SP_TRY(parse_product(p));
    for (;;) {
        char c = peek(p);
        if (c != '+' && c != '-')
            return SP_OK;
        p->at++;
        SP_TRY(parse_product(p));
        SP_TRY(emit(p, 2, (sp_instruction){c == '+' ? SP_OP_ADD : SP_OP_SUBTRACT, 0, 0}));
    }
}

sp_status sp_expression_compile(sp_run *run, const char *text, size_t n_variables, const char *const *names,
                                const sp_expression **out)
{
    if (strnlen(text, SP_EXPRESSION_MAX_TEXT + 1) > SP_EXPRESSION_MAX_TEXT)
        return sp_fail(run, SP_USAGE, "the formula is longer than %d characters", SP_EXPRESSION_MAX_TEXT);
    if (n_variables > SP_EXPRESSION_MAX_VARIABLES)
        return sp_fail(run, SP_USAGE, "a formula has at most %d variables", SP_EXPRESSION_MAX_VARIABLES);
    sp_expression *e = SP_NEW(run, sp_expression, 1);
    char *copy = sp_strdup(run, text);
    sp_instruction *code = SP_NEW(run, sp_instruction, SP_EXPRESSION_MAX_SIZE);
    if (!e || !copy || !code)
        return SP_FAILED;
    for (char *c = copy; *c; c++)
        if (!isprint((unsigned char)*c) && *c != '\t')
            *c = '?'; /* refused below; messages stay on one line */
    parser p = {.run = run, .text = copy, .at = copy, .n_variables = n_variables, .names = names, .code = code};
    SP_TRY(parse_sum(&p));
    if (peek(&p))
        return unexpected(&p, "an operator or the end");
    *e = (sp_expression){.text = copy, .n_variables = n_variables, .size = p.size, .code = code};
    for (size_t i = 0; i < p.size; i++)
        if (code[i].op == SP_OP_VARIABLE)
            e->uses |= 1u << code[i].index;
    *out = e;
    return SP_OK;
}
