/* Train and test loss of gradient flow at all times from one diagonalisation (spec 09, 3.1). */
#include "score_instance.h"

#include "math/roots.h"

#include <math.h>

sp_status sp_spectral_losses_open(sp_run *run, sp_score_instance *s, double noise_var, sp_spectral_losses *out)
{
    size_t p = s->p, d = s->d;
    *out = (sp_spectral_losses){.p = p, .d = d, .clock = 2 * noise_var * (double)d / (double)p};
    out->lambda = SP_NEW(run, double, p);
    out->own = SP_NEW(run, double, p);
    out->cross = SP_NEW(run, double, p);
    out->pair = SP_NEW(run, double, p *p);
    double *q = s->U;
    if (!out->lambda || !out->own || !out->cross || !out->pair)
        return SP_FAILED;
    SP_TRY(sp_eigen(run, p, s->U, out->lambda, q));
    sp_mark mark = sp_memory_mark(run);
    double *half = SP_NEW(run, double, p *p), *v = SP_NEW(run, double, p *d), *v_test = SP_NEW(run, double, p *d);
    if (!half || !v || !v_test)
        return SP_FAILED;
    SP_TRY(sp_gemm_blocked(run, SP_PLAIN, SP_PLAIN, p, p, p, 1, q, p, s->U_test, p, 0, half, p));
    SP_TRY(sp_gemm_blocked(run, SP_PLAIN, SP_TRANSPOSED, p, p, p, 1, half, p, q, p, 0, out->pair, p));
    SP_TRY(sp_gemm_blocked(run, SP_PLAIN, SP_PLAIN, p, d, p, 1, q, p, s->V, d, 0, v, d));
    SP_TRY(sp_gemm_blocked(run, SP_PLAIN, SP_PLAIN, p, d, p, 1, q, p, s->V_test, d, 0, v_test, d));
    SP_TRY(sp_gemm_blocked(run, SP_PLAIN, SP_TRANSPOSED, p, p, d, 1, v, d, v, d, 0, half, p));
    for (size_t i = 0; i < p * p; i++)
        out->pair[i] *= half[i];
    for (size_t i = 0; i < p; i++) {
        out->own[i] = half[i * p + i];
        for (size_t j = 0; j < d; j++)
            out->cross[i] += v[i * d + j] * v_test[i * d + j];
    }
    sp_memory_release(run, mark);
    return SP_OK;
}

void sp_spectral_losses_at(const sp_spectral_losses *s, double train_time, double *f, double *train, double *test)
{
    size_t p = s->p;
    double rounding = 1e-13 * s->lambda[p - 1], fit = 0, linear = 0, quadratic = 0;
    for (size_t i = 0; i < p; i++) {
        bool flat = !(s->lambda[i] > rounding); /* U = 0 there, and so is V */
        double rate = s->clock * s->lambda[i];
        f[i] = flat ? 0 : isinf(train_time) ? 1 / s->lambda[i] : -expm1(-rate * train_time) / s->lambda[i];
        fit += flat                ? 0
               : isinf(train_time) ? s->own[i] / s->lambda[i]
                                   : -s->own[i] * expm1(-2 * rate * train_time) / s->lambda[i];
        linear += s->cross[i] * f[i];
    }
    for (size_t i = 0; i < p; i++) {
        const double *row = s->pair + i * p;
        double sum = 0;
        for (size_t j = 0; j < i; j++)
            sum += row[j] * f[j];
        quadratic += f[i] * (2 * sum + row[i] * f[i]);
    }
    *train = 1 - fit / (double)s->d;
    *test = 1 + (quadratic - 2 * linear) / (double)s->d;
}

typedef struct {
    const sp_spectral_losses *s;
    double *work;
    bool gap;
    double level;
} crossing;

static double excess(double log_time, void *context)
{
    const crossing *c = context;
    double train, test;
    sp_spectral_losses_at(c->s, exp(log_time), c->work, &train, &test);
    return (c->gap ? test - train : test) - c->level;
}

enum { SCAN = 100 };

/* First crossing of the level after scan point `from`; NAN: none. */
static double first_time(const crossing *c, const double *log_time, const double *value, size_t from)
{
    bool above = value[from] > c->level;
    for (size_t i = from + 1; i < SCAN; i++)
        if ((value[i] > c->level) != above)
            return exp(sp_root_bracketed(excess, (void *)(uintptr_t)c, log_time[i - 1], log_time[i], 1e-6).x);
    return NAN;
}

sp_status sp_spectral_losses_times(sp_run *run, const sp_spectral_losses *s, double gap_fraction, double gen_fraction,
                                   sp_spectral_times *out)
{
    double log_time[SCAN], test[SCAN], gap[SCAN], *work = SP_NEW(run, double, s->p);
    if (!work)
        return SP_FAILED;
    double top = s->lambda[s->p - 1], bottom = fmax(s->lambda[0], 1e-12 * top);
    double first = log(0.01 / (s->clock * top)), last = log(100 / (s->clock * bottom));
    size_t best = 0;
    for (size_t i = 0; i < SCAN; i++) {
        double train;
        log_time[i] = first + (last - first) * (double)i / (SCAN - 1);
        sp_spectral_losses_at(s, exp(log_time[i]), work, &train, &test[i]);
        gap[i] = test[i] - train;
        best = test[i] < test[best] ? i : best;
        SP_TRY(sp_poll(run));
    }
    double train, end;
    sp_spectral_losses_at(s, INFINITY, work, &train, &end);
    crossing c = {s, work, false, 0};
    *out = (sp_spectral_times){.best = INFINITY, .gap_inf = end - train};
    double least = test[best];
    if (best > 0 && best < SCAN - 1) {
        sp_minimum m = sp_minimum_bracketed(excess, &c, log_time[best - 1], log_time[best + 1], 1e-5);
        out->best = exp(m.x);
        least = fmin(least, m.value);
    }
    c.level = least + gen_fraction * (1 - least);
    out->gen = first_time(&c, log_time, test, 0);
    double leave = first_time(&c, log_time, test, best);
    out->leave = isnan(leave) ? INFINITY : leave;
    c = (crossing){s, work, true, gap_fraction * out->gap_inf};
    out->mem = first_time(&c, log_time, gap, 0);
    return SP_OK;
}
