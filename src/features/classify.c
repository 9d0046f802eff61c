/* Classification with random features: square loss in closed form, other losses by the saddle point. */
#include "convex.h"
#include "spectral.h"

#include <math.h>

typedef struct {
    const sp_features_point *p;
    const sp_population *q;
} model;

static void spectral(double A, const void *context, sp_spectral_step *out)
{
    const model *a = context;
    sp_kappa_equation e = {.p = a->p, .q = a->q, .m = a->p->psi1, .linear = a->p->ridge / A};
    sp_kappa root = sp_kappa_solve(&e);
    sp_spectral_average s = sp_spectral_average_at(a->p, a->q, root.kappa);
    double free1 = e.linear * root.kappa + s.g; /* psi1 - T */
    *out = (sp_spectral_step){.G = (s.T + s.g) / a->p->psi2,
                              .M1 = s.M,
                              .q0 = s.square + s.W * s.g / free1,
                              .b1 = (s.T + s.g * s.g / free1) / a->p->psi2,
                              .n0 = a->p->psi2 * s.kappa_W / free1,
                              .n1 = s.kappa_g / free1,
                              .residual = root.residual};
}

/* Labels are a linear teacher of gain `g` plus noise of variance 1 - g^2 rho: ridge regression in units of the gain. */
static sp_status square(sp_run *run, const sp_features_point *p, const sp_population *q, double flip, sp_classifier *out)
{
    double rho = sp_population_signal(q), gain = sp_label_gain(flip, rho);
    sp_features_point regression = *p;
    sp_features_ridge r;
    regression.noise_var = fmax(0, 1 / (gain * gain) - rho);
    sp_features_ridge_solve(&regression, q, &r);
    *out = (sp_classifier){.V = r.V,
                           .Q = gain * gain * r.Q,
                           .M = gain * r.M,
                           .weight_norm = gain * gain * r.weight_norm,
                           .residual = r.residual,
                           .iterations = r.iterations,
                           .converged = r.converged};
    return sp_square_errors(run, &(sp_label_model){false, flip, rho}, out);
}

/* Warm starts from ridge 1 down by half a decade, for points close to the separability threshold. */
static sp_status by_continuation(sp_run *run, const model *target, const sp_loss *loss, const sp_label_model *labels,
                                 sp_classifier *out)
{
    sp_features_point p = *target->p;
    sp_classifier warm = {0}, next;
    for (double ridge = 1; ridge > target->p->ridge; ridge /= sqrt(10)) {
        p.ridge = ridge;
        SP_TRY(sp_convex_solve(run, spectral, &(model){&p, target->q}, loss, labels, warm.converged ? &warm : NULL, &next));
        if (next.converged)
            warm = next;
    }
    return sp_convex_solve(run, spectral, target, loss, labels, &warm, out);
}

sp_status sp_features_classify(sp_run *run, const sp_features_point *p, const sp_population *q, const sp_loss *loss,
                               double flip, const sp_classifier *start, sp_classifier *out)
{
    if (!(flip >= 0 && flip < 0.5))
        return sp_fail(run, SP_USAGE, "--flip is in [0, 0.5), got %g", flip);
    if (p->mu1 == 0)
        return sp_fail(run, SP_USAGE, "an even activation cannot learn a linear teacher (mu1 = 0): choose another one");
    if (!(sp_population_signal(q) > 0))
        return sp_fail(run, SP_USAGE, "labels need a teacher of positive variance");
    if (loss->kind == SP_LOSS_SQUARE)
        return square(run, p, q, flip, out);
    if (!(p->ridge > 0))
        return sp_fail(run, SP_USAGE, "the %s loss needs a ridge > 0 (1e-6 comes close to none)", loss->name);
    model target = {p, q};
    sp_label_model labels = {false, flip, sp_population_signal(q)};
    SP_TRY(sp_convex_solve(run, spectral, &target, loss, &labels, start, out));
    return out->converged ? SP_OK : by_continuation(run, &target, loss, &labels, out);
}
