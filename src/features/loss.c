/* Convex losses of the margin and their proximal maps. */
#include "convex.h"

#include "math/expression.h"

#include <math.h>
#include <string.h>

enum { MAX_KINKS = 8 };
static const double range = 20;

static sp_status check_convex(sp_run *run, const sp_loss *loss)
{
    enum { STEPS = 2000 };
    double before = -INFINITY;
    for (int i = 0; i <= STEPS; i++) {
        double m = -range + 2 * range * i / STEPS;
        sp_jet j = sp_expression_jet(loss->expression, &m, 0);
        if (!isfinite(j.f) || !isfinite(j.d1))
            return sp_fail(run, SP_USAGE, "--loss \"%s\" is not finite at margin %g", loss->name, m);
        if (j.d1 < before - 1e-9 * (1 + fabs(before)))
            return sp_fail(run, SP_USAGE, "--loss \"%s\" is not convex near margin %g", loss->name, m);
        before = j.d1;
    }
    return SP_OK;
}

sp_status sp_loss_open(sp_run *run, const char *text, sp_loss *out)
{
    static const char *const names[] = {"square", "logistic", "hinge", "sqhinge"}, *const variable[] = {"m"};
    *out = (sp_loss){.kind = SP_LOSS_OWN, .name = sp_strdup(run, text)};
    if (!out->name)
        return SP_FAILED;
    for (int i = 0; i < 4; i++)
        if (!strcmp(text, names[i])) {
            out->kind = (sp_loss_kind)i;
            return SP_OK;
        }
    if (sp_expression_compile(run, text, 1, variable, &out->expression) != SP_OK)
        return sp_fail(run, SP_USAGE,
                       "--loss is square, logistic, hinge, sqhinge, or a convex expression in the margin m; got \"%s\" (%s)",
                       text, sp_strdup(run, sp_run_message(run)));
    SP_TRY(check_convex(run, out));
    double *kinks = SP_NEW(run, double, MAX_KINKS), at = 0;
    if (!kinks)
        return SP_FAILED;
    size_t n = sp_expression_kinks(out->expression, &at, 0, -range, range, MAX_KINKS, kinks);
    out->kinks = (sp_vec){n > MAX_KINKS ? MAX_KINKS : n, kinks};
    return SP_OK;
}

sp_status sp_losses_open(sp_run *run, const char *text, size_t *n, const sp_loss **out)
{
    char *copy = sp_strdup(run, text);
    if (!copy)
        return SP_FAILED;
    size_t count = 1, depth = 0;
    for (char *c = copy; *c; c++) {
        depth += *c == '(';
        depth -= *c == ')' && depth;
        if (*c == ',' && !depth) {
            *c = 0;
            count++;
        }
    }
    sp_loss *losses = SP_NEW(run, sp_loss, count);
    if (!losses)
        return SP_FAILED;
    for (size_t i = 0; i < count; i++) {
        SP_TRY(sp_loss_open(run, copy, &losses[i]));
        copy += strlen(copy) + 1;
    }
    *n = count;
    *out = losses;
    return SP_OK;
}

double sp_loss_value(const sp_loss *loss, double m)
{
    switch (loss->kind) {
    case SP_LOSS_SQUARE:
        return 0.5 * (1 - m) * (1 - m);
    case SP_LOSS_LOGISTIC:
        return log1p(exp(-fabs(m))) + (m < 0 ? -m : 0);
    case SP_LOSS_HINGE:
        return m < 1 ? 1 - m : 0;
    case SP_LOSS_SQHINGE:
        return m < 1 ? 0.5 * (1 - m) * (1 - m) : 0;
    case SP_LOSS_OWN:
        break;
    }
    return sp_expression_value(loss->expression, &m);
}

/* 1/(1 + e^m) without overflow. */
static double fermi(double m)
{
    double e = exp(-fabs(m));
    return m > 0 ? e / (1 + e) : 1 / (1 + e);
}

void sp_loss_slopes(const sp_loss *loss, double m, double *first, double *second)
{
    double s;
    switch (loss->kind) {
    case SP_LOSS_SQUARE:
        *first = m - 1;
        *second = 1;
        return;
    case SP_LOSS_LOGISTIC:
        s = fermi(m);
        *first = -s;
        *second = s * (1 - s);
        return;
    case SP_LOSS_HINGE:
        *first = m < 1 ? -1 : 0;
        *second = 0;
        return;
    case SP_LOSS_SQHINGE:
        *first = m < 1 ? m - 1 : 0;
        *second = m < 1 ? 1 : 0;
        return;
    case SP_LOSS_OWN:
        break;
    }
    sp_jet j = sp_expression_jet(loss->expression, &m, 0);
    *first = j.d1;
    *second = j.d2;
}

/* Root of z - u + V loss'(z): increasing in z. Newton, with bisection when it leaves the bracket or does not halve the
 * residual (plain Newton cycles about u = -V/2 for the logistic loss at large V). Where the bracket closes on a jump, z is
 * the kink. */
static void prox_by_newton(const sp_loss *loss, double u, double V, double *z_out, double *dz)
{
    double first, second;
    sp_loss_slopes(loss, u, &first, &second);
    double low = fmin(u, u - V * first), high = fmax(u, u - V * first),
           z = loss->kind == SP_LOSS_LOGISTIC ? u + V * fermi(u) : u;
    double before = INFINITY, f = 0;
    for (int i = 0; i < 200; i++) {
        z = fmin(high, fmax(low, z));
        sp_loss_slopes(loss, z, &first, &second);
        f = z - u + V * first;
        if (f > 0)
            high = z;
        else
            low = z;
        double scale = 4e-16 * (fabs(z) + fabs(u) + V * fabs(first)), step = -f / (1 + V * second);
        if (fabs(f) <= scale || high - low <= 2e-16 * fabs(z) || fabs(step) <= 1e-16 * fabs(z))
            break;
        double next = z + step;
        z = next <= low || next >= high || fabs(f) > 0.5 * before ? (low + high) / 2 : next;
        before = fabs(f);
    }
    bool jump = fabs(f) > 1e-8 * (1 + fabs(u) + V);
    *z_out = z;
    *dz = jump ? 0 : 1 / (1 + V * second);
}

void sp_loss_prox(const sp_loss *loss, double u, double V, double *z, double *dz)
{
    switch (loss->kind) {
    case SP_LOSS_SQUARE:
        *z = (u + V) / (1 + V);
        *dz = 1 / (1 + V);
        return;
    case SP_LOSS_HINGE:
        *z = u >= 1 ? u : u >= 1 - V ? 1 : u + V;
        *dz = u >= 1 || u < 1 - V ? 1 : 0;
        return;
    case SP_LOSS_SQHINGE:
        *z = u >= 1 ? u : (u + V) / (1 + V);
        *dz = u >= 1 ? 1 : 1 / (1 + V);
        return;
    default:
        prox_by_newton(loss, u, V, z, dz);
    }
}

size_t sp_loss_prox_kinks(const sp_loss *loss, double V, double *u)
{
    size_t n = 0;
    double first, second;
    sp_loss_slopes(loss, 0, &first, &second);
    u[n++] = V * first; /* z = 0: where the training error jumps */
    if (loss->kind == SP_LOSS_HINGE)
        u[n++] = 1 - V;
    if (loss->kind == SP_LOSS_LOGISTIC &&
        V > 1) { /* from held back to free: where V loss'' = 1, sharp in units of a large sqrt(Q) */
        static const double around[] = {-20, -8, -3, 0, 3, 8, 20};
        for (int i = 0; i < 7; i++)
            u[n++] = log(V) - 1 + around[i];
    }
    for (size_t i = 0; i < loss->kinks.n; i++)
        for (int side = -1; side <= 1; side += 2) {
            double m = loss->kinks.v[i];
            sp_loss_slopes(loss, m + side * 1e-9 * (1 + fabs(m)), &first, &second);
            u[n++] = m + V * first;
        }
    return n;
}
