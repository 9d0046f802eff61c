/* Activations: Gaussian moments and values. */
#include "spinodal/features.h"

#include "math/expression.h"
#include "math/quadrature.h"
#include "vector_math.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RELU, TANH, ERF, ABS, SIGN, LINEAR, LEAKY, EXPRESSION };
static const char *const names[] = {"relu", "tanh", "erf", "abs", "sign", "linear"};

/* Scale of the leaky family that makes its variance 1 at unit input variance (spec 20, 2). */
static double leaky_norm(double a) { return sqrt((1 + a * a) / 2 - (1 + a) * (1 + a) / (2 * M_PI)); }

static double value(const sp_activation *s, double x)
{
    switch (s->kind) {
    case RELU:
        return x > 0 ? x : 0;
    case TANH:
        return tanh(x);
    case ERF:
        return erf(x);
    case ABS:
        return fabs(x);
    case SIGN:
        return x > 0 ? 1 : x < 0 ? -1 : 0;
    case EXPRESSION:
        return sp_expression_value(s->expression, &x);
    case LEAKY:
        return (x > 0 ? x : -s->slope * x) / leaky_norm(s->slope);
    default:
        return x;
    }
}

typedef struct {
    const sp_activation *s;
    int power; /* 1: s, 2: s^2, 3: z s */
} moment;

static double moment_integrand(double z, void *context)
{
    const moment *m = context;
    double s = value(m->s, sqrt(m->s->variance) * z);
    return m->power == 1 ? s : m->power == 2 ? s * s : z * s;
}

/* The linear part and the rest, by adaptive quadrature split at the kinks. */
static sp_status moments(sp_run *run, sp_activation *s)
{
    enum { MAX_KINKS = 32 };
    double m[3], kinks[MAX_KINKS + 1] = {0}, at = 0;
    size_t n = 1;
    if (s->expression)
        n += sp_expression_kinks(s->expression, &at, 0, -20 * sqrt(s->variance), 20 * sqrt(s->variance), MAX_KINKS,
                                 kinks + 1);
    n = n > MAX_KINKS + 1 ? MAX_KINKS + 1 : n;
    for (size_t i = 0; i < n; i++)
        kinks[i] /= sqrt(s->variance);
    for (int k = 0; k < 3; k++) {
        sp_integral integral = sp_expect_normal(moment_integrand, &(moment){s, k + 1}, n, kinks, 1e-14, 1e-13);
        if (!integral.converged && !(integral.error <= 1e-9 * (1 + fabs(integral.value))))
            return sp_fail(run, SP_USAGE, "--activation \"%s\" has no finite Gaussian moments at variance %g", s->name,
                           s->variance);
        m[k] = integral.value;
    }
    s->mu0 = m[0];
    s->mu1 = m[2] / sqrt(s->variance);
    s->mu_star2 = m[1] - m[0] * m[0] - m[2] * m[2];
    double total = m[1] - m[0] * m[0], rounding = 1e-12 * m[1];
    if (!(total > rounding))
        return sp_fail(run, SP_USAGE, "--activation \"%s\" is constant: its features carry nothing", s->name);
    if (fabs(s->mu1) * sqrt(s->variance) < 1e-12 * sqrt(m[1]))
        s->mu1 = 0;
    if (s->mu_star2 < rounding)
        s->mu_star2 = 0;
    return SP_OK;
}

static sp_status unknown(sp_run *run, const char *text)
{
    return sp_fail(run, SP_USAGE,
                   "--activation is relu, tanh, erf, abs, sign, linear, leaky:A with A in [-1, 1], or an expression in x; "
                   "got \"%s\" (%s)",
                   text, sp_strdup(run, sp_run_message(run)));
}

sp_status sp_activation_open(sp_run *run, const char *text, double variance, sp_activation *out)
{
    *out = (sp_activation){.name = sp_strdup(run, text), .kind = EXPRESSION, .variance = variance};
    if (!out->name)
        return SP_FAILED;
    for (int kind = RELU; kind <= LINEAR; kind++)
        if (!strcmp(text, names[kind]))
            out->kind = kind;
    if (!strncmp(text, "leaky:", 6)) {
        char *end;
        out->slope = strtod(text + 6, &end);
        if (end == text + 6 || *end || !(fabs(out->slope) <= 1))
            return unknown(run, text);
        out->kind = LEAKY;
    }
    static const char *const variable[] = {"x"};
    if (out->kind == EXPRESSION && sp_expression_compile(run, text, 1, variable, &out->expression) != SP_OK)
        return unknown(run, text);
    return moments(run, out);
}

sp_status sp_activation_linearity(sp_run *run, double r, double variance, sp_activation *out)
{
    if (!(r >= 0 && r <= 1))
        return sp_fail(run, SP_USAGE, "--linearity is in [0, 1], got %g", r);
    /* (1-a)^2/4 = r norm^2 is A a^2 - 2 B a + A = 0; the root in [-1, 1] */
    double A = 0.25 - r * (0.5 - 1 / (2 * M_PI)), B = 0.25 - r / (2 * M_PI);
    double a = r == 1 ? -1 : A / (B + sqrt(fmax(0, B * B - A * A)));
    SP_TRY(sp_activation_open(run, sp_format(run, "leaky:%.17g", fmin(1, fmax(-1, a))), variance, out));
    /* exact, where the quadrature has rounding */
    out->mu1 = sqrt(r);
    out->mu_star2 = variance * (1 - r);
    return SP_OK;
}

double sp_activation_degree(const sp_activation *s)
{
    double linear = s->variance * s->mu1 * s->mu1;
    return linear / (linear + s->mu_star2);
}

static void apply_tanh(size_t n, double *x)
{
    enum { BLOCK = 256 };
    double e[BLOCK];
    for (size_t from = 0; from < n; from += BLOCK) {
        size_t count = n - from < BLOCK ? n - from : BLOCK;
        for (size_t i = 0; i < count; i++)
            e[i] = -2 * fabs(x[from + i]);
        sp_vexp(count, e, e);
        for (size_t i = 0; i < count; i++)
            x[from + i] = copysign((1 - e[i]) / (1 + e[i]), x[from + i]);
    }
}

void sp_activation_apply(const sp_activation *s, size_t n, double *x)
{
    if (s->kind == RELU) {
        for (size_t i = 0; i < n; i++)
            x[i] = (x[i] > 0 ? x[i] : 0) - s->mu0;
        return;
    }
    if (s->kind == TANH)
        apply_tanh(n, x);
    else if (s->kind == EXPRESSION)
        sp_expression_values(s->expression, x, 0, n, x, x);
    else
        for (size_t i = 0; i < n; i++)
            x[i] = value(s, x[i]);
    if (s->mu0 != 0)
        for (size_t i = 0; i < n; i++)
            x[i] -= s->mu0;
}
