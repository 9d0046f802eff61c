/* Gaussian equivalent of an activation at a diffusion time (spec 09, 3.2). */
#include "spinodal/memorization.h"

#include "math/expression.h"
#include "math/quadrature.h"
#include "spinodal/diffusion.h"
#include "spinodal/features.h"

#include <math.h>
#include <string.h>

/* Panels of 0.75 on [-9, 9] (mass outside 1e-18), 16 nodes each: tanh has its pole at 1.57, error about 1e-20 a panel. */
enum { PANELS = 24, NODES = 16, MAX_KINKS = 32 };
static const double half_width = 9;

static size_t kinks_of(const sp_activation *s, double *kinks)
{
    double at = 0, reach = 20 * sqrt(s->variance);
    if (s->expression)
        return sp_expression_kinks(s->expression, &at, 0, -reach, reach, MAX_KINKS, kinks);
    bool smooth = !strcmp(s->name, "tanh") || !strcmp(s->name, "erf") || !strcmp(s->name, "linear");
    kinks[0] = 0;
    return smooth ? 0 : 1;
}

/* m(u) = E_v s(g u + sqrt(Delta) v) - mu0 */
static sp_status smoothed(sp_run *run, const sp_activation *s, double mean, double width, size_t n_kinks,
                          const double *kinks, const sp_rule *smooth, double *out)
{
    sp_mark mark = sp_memory_mark(run);
    sp_rule rule = *smooth;
    if (n_kinks) {
        double moved[MAX_KINKS];
        for (size_t i = 0; i < n_kinks; i++)
            moved[i] = (kinks[i] - mean) / width;
        SP_TRY(sp_normal_panels(run, half_width, PANELS, NODES, n_kinks, moved, &rule));
    }
    double *x = SP_NEW(run, double, rule.n);
    if (!x)
        return SP_FAILED;
    for (size_t i = 0; i < rule.n; i++)
        x[i] = mean + width * rule.x[i];
    sp_activation_apply(s, rule.n, x);
    double sum = 0;
    for (size_t i = 0; i < rule.n; i++)
        sum += rule.w[i] * x[i];
    *out = sum;
    sp_memory_release(run, mark);
    return SP_OK;
}

sp_status sp_score_constants_find(sp_run *run, const char *activation, double t, double data_var, sp_score_constants *out)
{
    if (!(t > 0) || !(data_var > 0))
        return sp_fail(run, SP_USAGE, "--t and the variance of the data must be positive, got %g and %g", t, data_var);
    double noise_var = sp_noise_variance(t), g = exp(-t) * sqrt(data_var), width = sqrt(noise_var);
    sp_activation s;
    SP_TRY(sp_activation_open(run, activation, g * g + noise_var, &s));
    sp_mark mark = sp_memory_mark(run);
    double kinks[MAX_KINKS], cuts[MAX_KINKS * 13];
    size_t n_kinks = kinks_of(&s, kinks), n_cuts = 0;
    /* m varies on the scale sqrt(Delta)/g around a kink */
    static const double around[] = {0, -0.5, 0.5, -1, 1, -2, 2, -3, 3, -5, 5, -8, 8};
    for (size_t i = 0; i < n_kinks; i++)
        for (size_t j = 0; j < sizeof around / sizeof *around; j++)
            cuts[n_cuts++] = (kinks[i] + around[j] * width) / g;
    sp_rule outer, inner;
    SP_TRY(sp_normal_panels(run, half_width, PANELS, NODES, n_cuts, cuts, &outer));
    SP_TRY(sp_normal_panels(run, half_width, PANELS, NODES, 0, NULL, &inner));
    double square = 0;
    for (size_t i = 0; i < outer.n; i++) {
        double m;
        SP_TRY(smoothed(run, &s, g * outer.x[i], width, n_kinks, kinks, &inner, &m));
        square += outer.w[i] * m * m;
    }
    sp_memory_release(run, mark);
    double v2 = fmax(square - s.mu1 * s.mu1 * g * g, 0);
    *out = (sp_score_constants){t, data_var, noise_var, s.mu1, width * s.mu1, v2, fmax(s.mu_star2 - v2, 0)};
    return SP_OK;
}

sp_status sp_score_model_open(sp_run *run, const char *activation, double psi_p, double psi_n, double t, sp_vec spectrum,
                              sp_score_model *out)
{
    double mean = 0;
    bool isotropic = true;
    for (size_t i = 0; i < spectrum.n; i++) {
        mean += spectrum.v[i] / (double)spectrum.n;
        isotropic = isotropic && spectrum.v[i] == spectrum.v[0];
    }
    *out = (sp_score_model){.psi_p = psi_p, .psi_n = psi_n, .n_sigma = isotropic ? 1 : spectrum.n, .sigma = spectrum.v};
    SP_TRY(sp_score_constants_find(run, activation, t, mean, &out->c));
    if (!(out->c.s2 > 1e-13) || out->c.a == 0)
        return sp_fail(run, SP_USAGE,
                       "--activation %s has %s: training has no slow directions; take a non-linear activation with a linear "
                       "part such as tanh or relu",
                       activation, out->c.a == 0 ? "no linear part" : "no non-linear part");
    return SP_OK;
}
