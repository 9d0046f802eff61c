/* The ridge of least test error. */
#include "spinodal/features.h"

#include <math.h>

typedef struct {
    sp_features_point p;
    const sp_population *q;
    double k, low, unit;
    bool converged;
} scan;

/* At ridge = unit * low * 10^decades. */
static double test_at(scan *s, double decades)
{
    sp_features_ridge r;
    s->p.ridge = s->unit * s->low * pow(10, decades);
    sp_features_ridge_solve(&s->p, s->q, &r);
    s->converged &= r.converged;
    return sp_features_ensemble(&r, s->k);
}

static double golden_section(scan *s, double a, double b)
{
    const double golden = (sqrt(5) - 1) / 2;
    while (b - a > 1e-9) {
        double x1 = b - golden * (b - a), x2 = a + golden * (b - a);
        if (test_at(s, x1) < test_at(s, x2))
            b = x2;
        else
            a = x1;
    }
    return (a + b) / 2;
}

sp_status sp_features_tune(sp_run *run, const sp_features_point *p, const sp_population *q, double k, double low,
                           double high, sp_features_best *out)
{
    if (!(low > 0 && high > low))
        return sp_fail(run, SP_USAGE, "the range of ridges needs 0 < low < high");
    scan s = {.p = *p, .q = q, .k = k, .low = low, .unit = p->psi1 * p->psi2, .converged = true};
    double decades = log10(high / low), best = INFINITY;
    size_t steps = (size_t)ceil(20 * decades) + 1, at = 0;
    double step = decades / (double)(steps - 1);
    for (size_t i = 0; i < steps; i++) {
        double test = test_at(&s, step * (double)i);
        if (test < best) {
            best = test;
            at = i;
        }
    }
    bool edge = at == 0 || at + 1 == steps;
    double decade = step * (double)at;
    if (!edge)
        decade = golden_section(&s, decade - step, decade + step);
    double test = test_at(&s, decade);
    *out = (sp_features_best){s.p.ridge, s.p.ridge / s.unit, test, edge, s.converged};
    return SP_OK;
}
