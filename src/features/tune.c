/* The ridge of least test error. */
#include "spinodal/features.h"

#include "math/roots.h"

#include <math.h>

typedef struct {
    double (*test)(double ridge, void *model);
    void *model;
} scan;

static double test_at(double log10_ridge, void *context)
{
    scan *s = context;
    return s->test(pow(10, log10_ridge), s->model);
}

/* 20 points a decade of ridge_paper = ridge / unit, then Brent. */
static sp_status search(sp_run *run, scan *s, double unit, double low, double high, sp_features_best *out)
{
    if (!(low > 0 && high > low))
        return sp_fail(run, SP_USAGE, "the range of ridges needs 0 < low < high");
    size_t points = (size_t)ceil(20 * log10(high / low)) + 1;
    sp_minimum best = sp_minimum_scan(test_at, s, log10(low * unit), log10(high * unit), points, 1e-9);
    double ridge = pow(10, best.x);
    *out = (sp_features_best){ridge, ridge / unit, best.value, !best.converged, true};
    return SP_OK;
}

typedef struct {
    sp_features_point p;
    const sp_population *q;
    double k;
    bool converged;
} features;

static double features_test(double ridge, void *model)
{
    features *a = model;
    sp_features_ridge r;
    a->p.ridge = ridge;
    sp_features_ridge_solve(&a->p, a->q, &r);
    a->converged &= r.converged;
    return sp_features_ensemble(&r, a->k);
}

sp_status sp_features_tune(sp_run *run, const sp_features_point *p, const sp_population *q, double k, double low,
                           double high, sp_features_best *out)
{
    features a = {*p, q, k, true};
    SP_TRY(search(run, &(scan){features_test, &a}, p->psi1 * p->psi2, low, high, out));
    out->converged = a.converged;
    return SP_OK;
}

typedef struct {
    const sp_covariate *g;
    double n;
    bool converged;
} covariate;

static double covariate_test(double ridge, void *model)
{
    covariate *a = model;
    sp_covariate_ridge r;
    sp_covariate_ridge_solve(a->g, a->n, ridge, &r);
    a->converged &= r.converged;
    return r.test;
}

sp_status sp_covariate_tune(sp_run *run, const sp_covariate *g, double n, double unit, double low, double high,
                            sp_features_best *out)
{
    covariate a = {g, n, true};
    SP_TRY(search(run, &(scan){covariate_test, &a}, unit, low, high, out));
    out->converged = a.converged;
    return SP_OK;
}
