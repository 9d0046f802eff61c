#include "landscape/risk_law.h"

#include "vector_math.h"

#include <math.h>
#include <string.h>

static const double range_of_y = 10;

risk_jet risk_loss_at(const risk_loss *loss, double y, double s)
{
    const double at[2] = {y, s};
    sp_jet j = sp_expression_jet(loss->e, at, 0);
    if (!loss->activation)
        return (risk_jet){j.f, j.d1, j.d2};
    const double teacher[2] = {s, y};
    double error = j.f - sp_expression_value(loss->e, teacher);
    return (risk_jet){0.5 * error * error, error * j.d1, j.d1 * j.d1 + error * j.d2};
}

static bool mirror(const risk_loss *loss, double sign)
{
    for (double y = 0.0625; y < 8; y += 0.0625) {
        risk_jet a = risk_loss_at(loss, y, 0), b = risk_loss_at(loss, -y, 0);
        if (fabs(a.d1 + sign * b.d1) > 1e-12 * (1 + fabs(a.d1)) || fabs(a.d2 - sign * b.d2) > 1e-12 * (1 + fabs(a.d2)))
            return false;
    }
    return true;
}

static sp_status check_smooth(sp_run *run, const risk_loss *loss, const char *option, const char *text)
{
    double kink, largest = 0;
    static const double teachers[] = {0, 0.7, -1.3};
    for (size_t k = 0; k < (loss->teacher ? 3 : 1); k++) {
        const double at[2] = {0, teachers[k]};
        if (sp_expression_kinks(loss->e, at, 0, -range_of_y, range_of_y, 1, &kink) > 0)
            return sp_fail(
                run, SP_USAGE,
                "%s \"%s\" is not smooth at y = %g: the theory needs two derivatives (use softplus instead of relu)", option,
                text, kink);
        for (double y = -range_of_y; y <= range_of_y; y += 0.25) {
            risk_jet j = risk_loss_at(loss, y, teachers[k]);
            if (!isfinite(j.f) || !isfinite(j.d1) || !isfinite(j.d2))
                return sp_fail(run, SP_USAGE, "%s \"%s\" is not finite at y = %g", option, text, y);
            largest = fmax(largest, fabs(j.d1));
        }
    }
    return largest > 0 ? SP_OK : sp_fail(run, SP_USAGE, "%s \"%s\" does not depend on y", option, text);
}

sp_status risk_loss_create(sp_run *run, const sp_risk_model *model, risk_loss *out)
{
    bool has_loss = model->loss && *model->loss, has_activation = model->activation && *model->activation;
    if (has_loss == has_activation)
        return sp_fail(run, SP_USAGE, "give --loss in y (and s), or --activation in y, %s",
                       has_loss ? "not both" : "for example --loss \"sin(2*y)\"");
    static const char *const names[] = {"y", "s"};
    const char *option = has_loss ? "--loss" : "--activation", *text = has_loss ? model->loss : model->activation;
    sp_status status = sp_expression_compile(run, text, has_loss ? 2 : 1, names, &out->e);
    if (status != SP_OK)
        return sp_fail(run, status, "%s: %s", option, sp_strdup(run, sp_run_message(run)));
    out->activation = has_activation;
    out->teacher = has_activation || sp_expression_uses(out->e, 1);
    SP_TRY(check_smooth(run, out, option, text));
    out->parity = out->teacher ? RISK_NO_PARITY : mirror(out, 1) ? RISK_EVEN : mirror(out, -1) ? RISK_ODD : RISK_NO_PARITY;
    return SP_OK;
}

typedef struct {
    double *y, *log_weight, *f, *d1, *d2, *k;
} columns;

static sp_status allocate(sp_run *run, size_t n, bool teacher, columns *c, risk_law *law)
{
    double *block = SP_NEW(run, double, 8 * n);
    if (!block)
        return SP_FAILED;
    *c = (columns){block, block + n, block + 2 * n, block + 3 * n, block + 4 * n, teacher ? block + 5 * n : NULL};
    *law = (risk_law){.n = n,
                      .y = c->y,
                      .log_weight = c->log_weight,
                      .f = c->f,
                      .d1 = c->d1,
                      .d2 = c->d2,
                      .k = c->k,
                      .nu = block + 6 * n,
                      .work = block + 7 * n};
    return SP_OK;
}

/* Normalises the weights of the trapezoid and notes the scales of the normal measure. */
static void finish(risk_law *law, double *log_weight)
{
    double total = 0, mean = 0;
    for (size_t i = 0; i < law->n; i++)
        total += law->nu[i] = exp(log_weight[i]);
    for (size_t i = 0; i < law->n; i++) {
        double w = law->nu[i] /= total;
        log_weight[i] -= log(total);
        law->d1_sq += w * law->d1[i] * law->d1[i];
        law->d2_sq += w * law->d2[i] * law->d2[i];
        law->d2_mean += w * law->d2[i];
        law->f_variance += w * law->f[i] * law->f[i];
        mean += w * law->f[i];
    }
    law->f_variance -= mean * mean;
}

sp_status risk_law_create(sp_run *run, const risk_loss *loss, double alpha, double range, size_t nodes, risk_law *out)
{
    columns c;
    SP_TRY(allocate(run, nodes, false, &c, out));
    out->alpha = alpha;
    for (size_t i = 0; i < nodes; i++) {
        double y = range * (2 * (double)i / (double)(nodes - 1) - 1);
        risk_jet j = risk_loss_at(loss, y, 0);
        c.y[i] = y;
        c.f[i] = j.f;
        c.d1[i] = j.d1;
        c.d2[i] = j.d2;
        c.log_weight[i] = -0.5 * y * y;
    }
    finish(out, c.log_weight);
    return SP_OK;
}

sp_status risk_law_create_teacher(sp_run *run, const risk_loss *loss, double alpha, double overlap, size_t nodes_per_axis,
                                  risk_law *out)
{
    /* the tilted law is much wider than the normal one: at 7 the complexity of phase retrieval is off by 3e-3 (q = 0.8) */
    static const double range = 12;
    columns c;
    SP_TRY(allocate(run, nodes_per_axis * nodes_per_axis, true, &c, out));
    out->alpha = alpha;
    out->overlap = overlap;
    double across = sqrt((1 - overlap) * (1 + overlap));
    for (size_t i = 0, at = 0; i < nodes_per_axis; i++)
        for (size_t l = 0; l < nodes_per_axis; l++, at++) {
            double y = range * (2 * (double)i / (double)(nodes_per_axis - 1) - 1);
            double v = range * (2 * (double)l / (double)(nodes_per_axis - 1) - 1);
            risk_jet j = risk_loss_at(loss, y, overlap * y + across * v);
            c.y[at] = y;
            c.f[at] = j.f;
            c.d1[at] = j.d1;
            c.d2[at] = j.d2;
            c.k[at] = j.d1 * across * v;
            c.log_weight[at] = -0.5 * (y * y + v * v);
        }
    finish(out, c.log_weight);
    return SP_OK;
}

risk_average risk_law_tilt(risk_law *law, const risk_state *state)
{
    size_t n = law->n;
    double a = law->alpha, gr = creal(state->g) / a, gi = cimag(state->g) / a, cost = 1 / (2 * a * state->A),
           lam = state->lam / a;
    double zeta = law->k ? state->zeta / a : 0, top = -INFINITY;
    double *restrict psi = law->nu, *restrict modulus = law->work;
    for (size_t i = 0; i < n; i++) {
        double re = 1 + law->d2[i] * gr, im = law->d2[i] * gi;
        modulus[i] = re * re + im * im;
    }
    sp_vlog(n, modulus, modulus);
    for (size_t i = 0; i < n; i++) {
        double d1 = law->d1[i], value = -d1 * d1 * cost - gr * law->y[i] * d1 + 0.5 * modulus[i] + lam * law->f[i];
        if (law->k)
            value += zeta * law->k[i];
        modulus[i] = value; /* psi, kept for <psi> */
        psi[i] = value + law->log_weight[i];
        top = fmax(top, psi[i]);
    }
    /* weights below e^-300 are zero: denormal products would cost a hundredfold */
    for (size_t i = 0; i < n; i++)
        psi[i] = psi[i] - top > -300 ? psi[i] - top : -1e4;
    sp_vexp(n, psi, psi);
    double z = 0, f = 0, d1_sq = 0, y_d1 = 0, k = 0, k2 = 0, entropy = 0;
    for (size_t i = 0; i < n; i++) {
        double w = law->nu[i], d1 = law->d1[i];
        z += w;
        f += w * law->f[i];
        d1_sq += w * d1 * d1;
        y_d1 += w * law->y[i] * d1;
        if (w > 0)
            entropy += w * law->work[i];
        if (law->k) {
            k += w * law->k[i];
            k2 += w * law->k[i] * law->k[i];
        }
    }
    for (size_t i = 0; i < n; i++)
        law->nu[i] /= z;
    return (risk_average){.ln_Z = log(z) + top,
                          .f = f / z,
                          .d1_sq = d1_sq / z,
                          .y_d1 = y_d1 / z,
                          .k = k / z,
                          .k_variance = k2 / z - k / z * k / z,
                          .psi = entropy / z};
}

risk_complex risk_law_resolvent(const risk_law *law, risk_complex g)
{
    double gr = creal(g) / law->alpha, gi = cimag(g) / law->alpha, re = 0, im = 0;
    for (size_t i = 0; i < law->n; i++) {
        double d2 = law->d2[i], x = 1 + d2 * gr, y = d2 * gi, w = law->nu[i] * d2 / (x * x + y * y);
        re += w * x;
        im -= w * y;
    }
    return re + I * im;
}

double risk_law_log(const risk_law *law, risk_complex g)
{
    double gr = creal(g) / law->alpha, gi = cimag(g) / law->alpha, sum = 0;
    for (size_t i = 0; i < law->n; i++) {
        double x = 1 + law->d2[i] * gr, y = law->d2[i] * gi;
        if (law->nu[i] > 0)
            sum += law->nu[i] * 0.5 * log(x * x + y * y);
    }
    return sum;
}

double risk_law_beyond(const risk_law *law, double g)
{
    double mass = 0;
    for (size_t i = 0; i < law->n; i++)
        if (1 + law->d2[i] * g / law->alpha <= 0)
            mass += law->nu[i];
    return mass;
}
