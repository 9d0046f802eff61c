/* Training of one and two linear layers on a Gaussian field, mode by mode (spec 04, 3.3 and 3.4). */
#include "spinodal/on_model.h"

#include "spinodal/diffusion.h"

#include <math.h>

enum { MOST_STEPS = 1000000, RK4_STEPS = 2000 };

double sp_field_gamma(double C, double t) { return exp(-2 * t) * C + sp_noise_variance(t); }

void sp_field_gamma_range(const sp_field_modes *m, double t, double *low, double *high)
{
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < m->n; i++) {
        least = fmin(least, m->C[i]);
        most = fmax(most, m->C[i]);
    }
    *low = sp_field_gamma(least, t);
    *high = sp_field_gamma(most, t);
}

/* (1 - 2 eta Gamma)^steps with sign; steps real, |base| <= 1 */
static double remainder_of(double gamma, double gamma_max, double rate_over_max, double steps)
{
    double x = 2 * rate_over_max * gamma / gamma_max, base = 1 - x;
    if (base >= 0)
        return steps == 0 ? 1 : exp(steps * log1p(-x));
    double size = pow(-base, steps);
    return fmod(steps, 2) == 0 ? size : -size;
}

double sp_one_layer_weight(double gamma, double gamma_max, double rate_over_max, double steps)
{
    return (1 - remainder_of(gamma, gamma_max, rate_over_max, steps)) / gamma;
}

double sp_two_layer_weight(double gamma, double w0, double tau)
{
    return w0 / (exp(-4 * tau) - gamma * w0 * expm1(-4 * tau));
}

double sp_two_layer_unbalanced(double gamma, double a0, double b0, double tau)
{
    double a = a0, b = b0, h = tau / RK4_STEPS;
    for (int s = 0; s < RK4_STEPS; s++) {
        double ka[4], kb[4], x = a, y = b;
        for (int i = 0; i < 4; i++) {
            double error = -2 * (gamma * x * y - 1), to = i < 2 ? h / 2 : h;
            ka[i] = error * y;
            kb[i] = error * x;
            x = a + to * ka[i];
            y = b + to * kb[i];
        }
        a += h / 6 * (ka[0] + 2 * ka[1] + 2 * ka[2] + ka[3]);
        b += h / 6 * (kb[0] + 2 * kb[1] + 2 * kb[2] + kb[3]);
    }
    return a * b;
}

double sp_one_layer_excess(const sp_field_modes *m, double t, double rate_over_max, double steps)
{
    double low, high, sum = 0, start = 0;
    sp_field_gamma_range(m, t, &low, &high);
    for (size_t i = 0; i < m->n; i++) {
        double gamma = sp_field_gamma(m->C[i], t), left = remainder_of(gamma, high, rate_over_max, steps);
        start += m->weight[i] / gamma;
        sum += m->weight[i] * left * left / gamma;
    }
    return sum / start;
}

double sp_two_layer_excess(const sp_field_modes *m, double t, double tau)
{
    double low, high, sum = 0, start = 0;
    sp_field_gamma_range(m, t, &low, &high);
    for (size_t i = 0; i < m->n; i++) {
        double gamma = sp_field_gamma(m->C[i], t), error = gamma * sp_two_layer_weight(gamma, 1 / high, tau) - 1;
        start += m->weight[i] / gamma;
        sum += m->weight[i] * error * error / gamma;
    }
    return sum / start;
}

double sp_one_layer_steps(const sp_field_modes *m, double t, double rate_over_max, double eps)
{
    double low = 0, high = 1;
    while (sp_one_layer_excess(m, t, rate_over_max, high) > eps) {
        low = high;
        high *= 2;
        if (high > 1e15)
            return INFINITY;
    }
    while (high - low > 1) {
        double middle = floor((low + high) / 2);
        if (sp_one_layer_excess(m, t, rate_over_max, middle) > eps)
            low = middle;
        else
            high = middle;
    }
    return high;
}

sp_status sp_two_layer_steps(sp_run *run, const sp_field_modes *m, double t, double eta, double eps, double *steps)
{
    sp_mark mark = sp_memory_mark(run);
    double low, high, start = 0, *a = SP_NEW(run, double, m->n), *gamma = SP_NEW(run, double, m->n);
    if (!a || !gamma)
        return SP_FAILED;
    sp_field_gamma_range(m, t, &low, &high);
    for (size_t i = 0; i < m->n; i++) {
        a[i] = 1 / sqrt(high);
        gamma[i] = sp_field_gamma(m->C[i], t);
        start += m->weight[i] / gamma[i];
    }
    *steps = INFINITY;
    for (size_t s = 0; s <= MOST_STEPS; s++) {
        double sum = 0;
        for (size_t i = 0; i < m->n; i++) {
            double error = gamma[i] * a[i] * a[i] - 1;
            sum += m->weight[i] * error * error / gamma[i];
            a[i] -= 2 * eta * error * a[i];
        }
        if (sum <= eps * start) {
            *steps = (double)s;
            break;
        }
        if (!isfinite(sum))
            return sp_fail(run, SP_FAILED, "descent of two layers diverged at --eta %g; take less than 0.5", eta);
        if (s % 1024 == 1023)
            SP_TRY(sp_poll(run));
    }
    sp_memory_release(run, mark);
    return SP_OK;
}

sp_status sp_on_theory(sp_run *run, const sp_on_theory_params *p, const sp_field_modes *m, sp_on_theory_result *r,
                       sp_on_theory_row *rows)
{
    double variance = 0;
    for (size_t i = 0; i < m->n; i++)
        variance += m->weight[i] * m->C[i];
    *r = (sp_on_theory_result){.mass2 = m->mass2,
                               .mass_L = sqrt(m->mass2) * (double)p->L,
                               .temperature = m->temperature,
                               .susceptibility = m->temperature / m->mass2,
                               .correlation_length = 1 / acosh(1 + m->mass2 / 2),
                               .site_variance = variance,
                               .modes = m->n};
    for (size_t i = 0; i < p->t.n; i++) {
        double t = p->t.v[i], noise_var = sp_noise_variance(t);
        sp_on_theory_row *row = &rows[i];
        *row = (sp_on_theory_row){.t = t};
        sp_field_gamma_range(m, t, &row->gamma_min, &row->gamma_max);
        row->condition = row->gamma_max / row->gamma_min;
        row->steps1 = sp_one_layer_steps(m, t, p->rate_over_max, p->eps);
        SP_TRY(sp_two_layer_steps(run, m, t, p->eta, p->eps, &row->steps2));
        row->xi_t = 1 / acosh(1 + (m->mass2 + m->temperature * exp(-2 * t) / noise_var) / 2);
    }
    return SP_OK;
}
