/* Separability threshold of the two classes in the space of the features (spec 17, 3.7). */
#include "convex.h"
#include "spectral.h"

#include "math/quadrature.h"
#include "math/roots.h"

#include <math.h>

typedef struct {
    sp_run *run;
    sp_features_point p;
    const sp_population *q;
    double flip, rho, Q_out, share; /* share: of samples at margin 0, p = psi1/psi2 */
    sp_status status;
} threshold;

/* Moments of the negative margins u ~ N(0,1) given the overlap m: share E[W 1(u<0)], square E[W u^2 1], force -E[W' u 1]. */
static sp_status negative_margins(sp_run *run, double flip, double rho, double m, double *share, double *square,
                                  double *force)
{
    double rest = 1 - m * m, slope = m / sqrt(rest);
    double cut[] = {0, 1 / slope, 3 / slope, 6 / slope, -1 / slope, -3 / slope, -6 / slope};
    sp_rule rule;
    sp_mark mark = sp_memory_mark(run);
    SP_TRY(sp_normal_panels(run, 9, 12, 40, 7, cut, &rule));
    *share = *square = *force = 0;
    for (size_t i = 0; i < rule.n && rule.x[i] < 0; i++) {
        double u = rule.x[i],
               W = 2 * ((1 - flip) * 0.5 * erfc(-slope * u * M_SQRT1_2) + flip * 0.5 * erfc(slope * u * M_SQRT1_2));
        *share += rule.w[i] * W;
        *square += rule.w[i] * W * u * u;
        *force -= rule.w[i] * u * 2 * (1 - 2 * flip) * exp(-slope * slope * u * u / 2) / sqrt(2 * M_PI * rho * rest);
    }
    sp_memory_release(run, mark);
    return SP_OK;
}

/* m of the features that the margins ask for, minus m. */
static double mismatch(double m, void *context)
{
    threshold *a = context;
    double square, force;
    if (a->status == SP_OK)
        a->status = negative_margins(a->run, a->flip, a->rho, m, &a->share, &square, &force);
    if (a->status != SP_OK)
        return NAN;
    a->p.psi1 = a->p.psi2 * a->share;
    sp_kappa_equation e = {.p = &a->p, .q = a->q, .m = a->p.psi1};
    sp_kappa root = sp_kappa_solve(&e);
    if (isinf(root.kappa))
        return -1;
    sp_spectral_average s = sp_spectral_average_at(&a->p, a->q, root.kappa);
    double ms = force / a->share, qs = square / (a->share * a->share);
    a->Q_out = ms * ms * (s.square + s.W) + qs * (s.T + s.g) / a->p.psi2; /* psi1 - T = g here */
    return ms * s.M / sqrt(a->rho * a->Q_out) - m;
}

sp_status sp_features_separability(sp_run *run, const sp_features_point *p, const sp_population *q, double flip,
                                   sp_separability *out)
{
    threshold a = {.run = run, .p = *p, .q = q, .flip = flip, .rho = sp_population_signal(q)};
    if (!(flip >= 0 && flip < 0.5))
        return sp_fail(run, SP_USAGE, "--flip is in [0, 0.5), got %g", flip);
    if (p->mu1 == 0 || !(a.rho > 0))
        return sp_fail(run, SP_USAGE, "an even activation cannot learn a linear teacher (mu1 = 0): choose another one");
    a.p.ridge = 0;
    sp_root root = sp_root_bracketed(mismatch, &a, 1e-9, 1 - 1e-12, 0);
    SP_TRY(a.status);
    double residual = root.converged ? mismatch(root.x, &a) : NAN;
    SP_TRY(a.status);
    *out = (sp_separability){.m = root.x,
                             .psi1 = a.p.psi1,
                             .test_err = acos(root.x) / M_PI,
                             .Q_out = a.Q_out,
                             .residual = fabs(residual),
                             .converged = root.converged && fabs(a.Q_out - 1) < 1e-8};
    return SP_OK;
}
