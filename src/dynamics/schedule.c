#include "mixed_kernel.h"

#include <math.h>

/* integral of (1 + u)^-beta from 0 to t */
static double power_integral(double beta, double t)
{
    return beta == 1 ? log1p(t) : expm1((1 - beta) * log1p(t)) / (1 - beta);
}

double sp_schedule_rate(const sp_schedule *s, double t)
{
    switch (s->kind) {
    case SP_ETA_POWER:
        return s->eta0 * pow(t + s->t_offset, -s->beta);
    case SP_ETA_SWITCH:
        return t <= s->t_switch ? s->eta0 : s->eta0 * pow(1 + t - s->t_switch, -s->beta);
    case SP_ETA_LOG:
        return s->eta0 / (1 + log1p(t));
    case SP_ETA_STEP:
        return t <= s->t_switch ? s->eta0 : s->eta0 / 10;
    default:
        return s->eta0;
    }
}

/* integral of 1/(1 + ln(1 + u)): in v = ln(1+u), exp(v)/(1+v), by Simpson's rule on a grid that resolves exp */
static double log_integral(double t)
{
    const int n = 2000;
    double v = log1p(t), h = v / n, sum = 0;
    for (int i = 0; i <= n; i++)
        sum += (i == 0 || i == n ? 1 : i % 2 ? 4 : 2) * exp(i * h) / (1 + i * h);
    return sum * h / 3;
}

double sp_schedule_integral(const sp_schedule *s, double t)
{
    double after = t - s->t_switch, o = s->t_offset;
    switch (s->kind) {
    case SP_ETA_POWER:
        return s->eta0 * pow(o, 1 - s->beta) * power_integral(s->beta, t / o);
    case SP_ETA_SWITCH:
        return after <= 0 ? s->eta0 * t : s->eta0 * (s->t_switch + power_integral(s->beta, after));
    case SP_ETA_LOG:
        return s->eta0 * log_integral(t);
    case SP_ETA_STEP:
        return after <= 0 ? s->eta0 * t : s->eta0 * (s->t_switch + after / 10);
    default:
        return s->eta0 * t;
    }
}

sp_status sp_schedule_check(sp_run *run, const sp_schedule *s)
{
    if (!(s->eta0 > 0 && s->eta0 < INFINITY))
        return sp_fail(run, SP_USAGE, "--eta0 %g: the learning rate is > 0", s->eta0);
    if (!(s->beta >= 0 && s->beta <= 2))
        return sp_fail(run, SP_USAGE, "--beta %g: the exponent is in [0, 2]", s->beta);
    if (!(s->t_switch >= 0))
        return sp_fail(run, SP_USAGE, "--t-switch %g: a time >= 0", s->t_switch);
    if (s->kind == SP_ETA_POWER && !(s->t_offset > 0))
        return sp_fail(run, SP_USAGE, "--t-offset %g: > 0, for the rate at t = 0 to be finite", s->t_offset);
    return SP_OK;
}
