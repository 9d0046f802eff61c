/* Gaussian covariate model: a fixed feature map, given by its covariance and its correlation with the target (spec 17, 3.6).
 * With h_i = kappa w_i / (1 + kappa w_i), kappa = n A / ridge:  sum h + ridge kappa = n. */
#include "convex.h"

#include <float.h>
#include <math.h>

typedef struct {
    double kappa, A, residual;
    bool converged;
} root;

static root solve(const sp_covariate *g, double n, double ridge)
{
    enum { MAX_ITERATIONS = 300 };
    root out = {.converged = true};
    double sum = ridge, rank = 0, f = 0;
    for (size_t i = 0; i < g->n; i++) {
        sum += g->w[i];
        rank += g->w[i] > 0;
    }
    if (ridge == 0 && n >= rank) {
        out.kappa = INFINITY;
        out.A = 1 - rank / n;
        return out;
    }
    /* increasing and concave: Newton climbs from below, as in sp_kappa_solve */
    out.kappa = n / (2 * sum);
    for (int it = 0; it < MAX_ITERATIONS; it++) {
        double slope = ridge;
        f = ridge * out.kappa - n;
        for (size_t i = 0; i < g->n; i++) {
            double d = 1 / (1 + out.kappa * g->w[i]);
            f += out.kappa * g->w[i] * d;
            slope += g->w[i] * d * d;
        }
        double step = -f / slope;
        if (!(step > DBL_EPSILON * out.kappa))
            break;
        out.kappa += step;
    }
    out.residual = fabs(f) / n;
    out.converged = isfinite(out.kappa) && out.residual < 1e-11;
    out.A = ridge * out.kappa / n;
    return out;
}

/* Sums over the directions: (t/w) h, (t/w) h^2, (t/w)(1-h)^2, h, h^2, h (1-h), (t/w^2) h^2, h^2/w, t/w. */
typedef struct {
    double M, square, left, h, hh, hd, norm_t, norm_h, signal;
} sums;

static sums sum_at(const sp_covariate *g, double kappa)
{
    sums s = {0};
    for (size_t i = 0; i < g->n; i++) {
        double w = g->w[i];
        if (!(w > 0))
            continue;
        double h = isinf(kappa) ? 1 : kappa * w / (1 + kappa * w), d = isinf(kappa) ? 0 : 1 / (1 + kappa * w),
               signal = g->t[i] / w;
        s.signal += signal;
        s.M += signal * h;
        s.square += signal * h * h;
        s.left += signal * d * d;
        s.h += h;
        s.hh += h * h;
        s.hd += h * d;
        s.norm_t += signal / w * h * h;
        s.norm_h += h * h / w;
    }
    return s;
}

void sp_covariate_ridge_solve(const sp_covariate *g, double n, double ridge, sp_covariate_ridge *out)
{
    root r = solve(g, n, ridge);
    sums s = sum_at(g, r.kappa);
    double one_minus_b1 = isinf(r.kappa) ? r.A : (ridge * r.kappa + s.hd) / n, unexplained = fmax(0, g->rho - s.signal);
    double R = fmax(0, unexplained + s.left), test = R == 0 ? 0 : R / one_minus_b1;
    *out = (sp_covariate_ridge){.test = test,
                                .train = r.A == 0 ? 0 : r.A * r.A * test,
                                .M = s.M,
                                .Q = s.square + s.hh / n * test,
                                .V = r.A > 0 ? 1 / r.A - 1 : INFINITY,
                                .A = r.A,
                                .weight_norm = s.norm_t + s.norm_h / n * test,
                                .one_minus_b1 = one_minus_b1,
                                .residual = r.residual,
                                .converged = r.converged};
}

typedef struct {
    const sp_covariate *g;
    double n, ridge;
} model;

static void spectral(double A, const void *context, sp_spectral_step *out)
{
    const model *a = context;
    sums s = sum_at(a->g, a->n * A / a->ridge);
    *out = (sp_spectral_step){
        .G = s.h / a->n, .M1 = s.M, .q0 = s.square, .b1 = s.hh / a->n, .n0 = s.norm_t, .n1 = s.norm_h / a->n};
}

/* Labels of the sign of a field are a linear teacher of gain `g` plus noise: ridge regression in units of the gain. */
static sp_status square_sign(sp_run *run, const sp_covariate *g, double n, double ridge, double flip, sp_classifier *out)
{
    double gain = sp_label_gain(flip, g->rho);
    sp_covariate regression = *g;
    regression.rho = fmax(g->rho, 1 / (gain * gain));
    sp_covariate_ridge r;
    sp_covariate_ridge_solve(&regression, n, ridge, &r);
    *out = (sp_classifier){.V = r.V,
                           .Q = gain * gain * r.Q,
                           .M = gain * r.M,
                           .weight_norm = gain * gain * r.weight_norm,
                           .residual = r.residual,
                           .converged = r.converged};
    return sp_square_errors(run, &(sp_label_model){false, flip, g->rho}, out);
}

/* Two classes: the saddle point is linear in M and Q. */
static sp_status square_classes(sp_run *run, const sp_covariate *g, double n, double ridge, sp_classifier *out)
{
    root r = solve(g, n, ridge);
    sums s = sum_at(g, r.kappa);
    double one_minus_b1 = isinf(r.kappa) ? r.A : (ridge * r.kappa + s.hd) / n, b1 = s.hh / n;
    double M = s.M / (1 + s.M), left = (1 - M) * (1 - M), Q = left * (s.square + b1) / one_minus_b1, q = left + Q;
    *out = (sp_classifier){.V = r.A > 0 ? 1 / r.A - 1 : INFINITY,
                           .Q = Q,
                           .M = M,
                           .weight_norm = left * s.norm_t + q * s.norm_h / n,
                           .residual = r.residual,
                           .converged = r.converged};
    return sp_square_errors(run, &(sp_label_model){true, 0, 1}, out);
}

sp_status sp_covariate_classify(sp_run *run, const sp_covariate *g, double n, double ridge, const sp_loss *loss, double flip,
                                const sp_classifier *start, sp_classifier *out)
{
    if (!(flip >= 0 && flip < 0.5))
        return sp_fail(run, SP_USAGE, "--flip is in [0, 0.5), got %g", flip);
    if (!g->classes && !(g->rho > 0))
        return sp_fail(run, SP_USAGE, "labels need a teacher of positive variance");
    if (loss->kind == SP_LOSS_SQUARE)
        return g->classes ? square_classes(run, g, n, ridge, out) : square_sign(run, g, n, ridge, flip, out);
    if (!(ridge > 0))
        return sp_fail(run, SP_USAGE, "the %s loss needs a ridge > 0 (1e-6 comes close to none)", loss->name);
    return sp_convex_solve(run, spectral, &(model){g, n, ridge}, loss, &(sp_label_model){g->classes, flip, g->rho}, start,
                           out);
}
