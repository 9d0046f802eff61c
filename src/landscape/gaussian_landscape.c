#include "landscape/gaussian_landscape.h"

#include <math.h>
#include <string.h>

landscape_jet landscape_polynomial_at(const landscape_polynomial *f, double x)
{
    landscape_jet j = {0, 0, 0, 0};
    for (size_t i = f->degree + 1; i-- > 0;) {
        j.d3 = j.d3 * x + 3 * j.d2;
        j.d2 = j.d2 * x + 2 * j.d1;
        j.d1 = j.d1 * x + j.d0;
        j.d0 = j.d0 * x + f->c[i];
    }
    return j;
}

sp_status landscape_polynomial_parse(sp_run *run, const char *option, const char *text, const char *variable,
                                     landscape_polynomial *out)
{
    const sp_expression *e;
    const double at = 0;
    sp_status status = sp_expression_compile(run, text, 1, &variable, &e);
    if (status != SP_OK)
        return sp_fail(run, status, "%s: %s", option, sp_strdup(run, sp_run_message(run)));
    *out = (landscape_polynomial){0};
    if (!sp_expression_polynomial(e, &at, 0, out->c, &out->degree))
        return sp_fail(run, SP_USAGE, "%s must be a polynomial in %s of degree <= %d, got \"%s\"", option, variable,
                       LANDSCAPE_MAX_DEGREE, text);
    for (size_t i = 0; i <= out->degree; i++)
        if (!isfinite(out->c[i]))
            return sp_fail(run, SP_USAGE, "%s has a coefficient that is not finite: \"%s\"", option, text);
    return SP_OK;
}

double gaussian_landscape_mu(const gaussian_landscape *g, double energy, double m)
{
    landscape_jet f = landscape_polynomial_at(&g->signal, m);
    return -g->p * (energy + f.d0) + m * f.d1;
}

double gaussian_landscape_energy(const gaussian_landscape *g, double mu, double m)
{
    landscape_jet f = landscape_polynomial_at(&g->signal, m);
    return -(mu - m * f.d1) / g->p - f.d0;
}

sp_landscape_model sp_landscape_model_default(void)
{
    return (sp_landscape_model){.xi = "", .signal = "", .kernel_var = 0.5, .delta2 = INFINITY, .deltap = INFINITY};
}

static bool empty(const char *text) { return !text || !*text; }

static void monomial(landscape_polynomial *f, size_t power, double coefficient)
{
    f->c[power] += coefficient;
    if (coefficient != 0 && power > f->degree)
        f->degree = power;
}

static sp_status noise(sp_run *run, const char *which, double inverse, double delta, double *out)
{
    if (inverse != 0 && isfinite(delta))
        return sp_fail(run, SP_USAGE, "give --inverse-noise-%s or --delta%s, not both", which, which);
    *out = inverse != 0 ? inverse : 1 / delta;
    return SP_OK;
}

static sp_status matrix_tensor(sp_run *run, const sp_landscape_model *model, gaussian_landscape *g)
{
    double inverse_2 = 0, inverse_p = 0;
    if (!empty(model->xi) || !empty(model->signal) || model->r != 0 || model->k != 0)
        return sp_fail(run, SP_USAGE, "--model matrix-tensor sets xi and the signal: no --xi, --signal, --k or --r");
    SP_TRY(noise(run, "2", model->inverse_noise_2, model->delta2, &inverse_2));
    SP_TRY(noise(run, "p", model->inverse_noise_p, model->deltap, &inverse_p));
    if (inverse_2 == 0 && inverse_p == 0)
        return sp_fail(
            run, SP_USAGE,
            "--model matrix-tensor needs --inverse-noise-2 (or --delta2), --inverse-noise-p (or --deltap), or both");
    size_t p = model->p ? model->p : 3;
    if (p < 3)
        return sp_fail(run, SP_USAGE, "--p of --model matrix-tensor must be >= 3, got %zu", p);
    monomial(&g->xi, 2, inverse_2 / 2);
    monomial(&g->xi, p, inverse_p / (double)p);
    g->signal = g->xi;
    return SP_OK;
}

static sp_status gaussian(sp_run *run, const sp_landscape_model *model, gaussian_landscape *g)
{
    if (model->inverse_noise_2 != 0 || model->inverse_noise_p != 0 || isfinite(model->delta2) || isfinite(model->deltap))
        return sp_fail(run, SP_USAGE, "noise levels belong to --model matrix-tensor");
    if (!empty(model->xi)) {
        if (model->p != 0 || model->kernel_var != 0.5)
            return sp_fail(run, SP_USAGE, "give --xi, or --p and --kernel-var, not both");
        SP_TRY(landscape_polynomial_parse(run, "--xi", model->xi, "q", &g->xi));
    }
    else
        monomial(&g->xi, model->p ? model->p : 3, model->kernel_var);
    if (!empty(model->signal)) {
        if (model->k != 0 || model->r != 0)
            return sp_fail(run, SP_USAGE, "give --signal, or --k and --r, not both");
        SP_TRY(landscape_polynomial_parse(run, "--signal", model->signal, "m", &g->signal));
    }
    else {
        size_t k = model->k ? model->k : 3;
        monomial(&g->signal, k, model->r / (double)k);
    }
    return SP_OK;
}

sp_status gaussian_landscape_create(sp_run *run, const sp_landscape_model *model, gaussian_landscape *out)
{
    gaussian_landscape g = {0};
    if (model->p > LANDSCAPE_MAX_DEGREE || model->k > LANDSCAPE_MAX_DEGREE)
        return sp_fail(run, SP_USAGE, "--p and --k are at most %d", LANDSCAPE_MAX_DEGREE);
    SP_TRY(model->model == SP_LANDSCAPE_MATRIX_TENSOR ? matrix_tensor(run, model, &g) : gaussian(run, model, &g));
    size_t terms = 0;
    for (size_t i = 0; i <= g.xi.degree; i++) {
        if (g.xi.c[i] < 0)
            return sp_fail(run, SP_USAGE, "the coefficients of xi are variances: that of q^%zu is %g, must be >= 0", i,
                           g.xi.c[i]);
        terms += g.xi.c[i] > 0;
    }
    if (g.xi.c[0] != 0)
        return sp_fail(run, SP_USAGE, "xi has no constant term: a random shift of the energy moves no point");
    landscape_jet at_one = landscape_polynomial_at(&g.xi, 1);
    if (!(at_one.d2 > 0))
        return sp_fail(run, SP_USAGE, "xi needs a power of q >= 2: a linear energy has two stationary points");
    g.x0 = at_one.d0;
    g.x1 = at_one.d1;
    g.x2 = at_one.d2;
    g.x3 = at_one.d3;
    g.pure = terms == 1;
    g.p = (double)g.xi.degree;
    *out = g;
    return SP_OK;
}

sp_status gaussian_landscape_check_overlaps(sp_run *run, sp_vec overlap)
{
    for (size_t i = 0; i < overlap.n; i++)
        if (!(fabs(overlap.v[i]) < 1))
            return sp_fail(run, SP_USAGE, "--overlap must be in (-1, 1), got %g", overlap.v[i]);
    return SP_OK;
}
