/* The shared options as a grid of points. */
#include "spinodal/features.h"

#include <math.h>

static sp_status one_of(sp_run *run, sp_vec a, const char *name_a, sp_vec b, const char *name_b)
{
    if (a.n && b.n)
        return sp_fail(run, SP_USAGE, "give --%s or --%s, not both", name_a, name_b);
    return SP_OK;
}

/* psi = count / d. */
static sp_status ratios(sp_run *run, sp_vec psi, sp_vec count, const char *name, size_t d, sp_vec fallback, sp_vec *out)
{
    *out = psi.n ? psi : fallback;
    if (!count.n)
        return SP_OK;
    if (!d)
        return sp_fail(run, SP_USAGE, "--%s needs --d, the number of input dimensions", name);
    double *v = SP_NEW(run, double, count.n);
    if (!v)
        return SP_FAILED;
    for (size_t i = 0; i < count.n; i++) {
        if (count.v[i] < 1 || count.v[i] != floor(count.v[i]))
            return sp_fail(run, SP_USAGE, "--%s needs whole numbers >= 1, got %g", name, count.v[i]);
        v[i] = count.v[i] / (double)d;
    }
    *out = (sp_vec){count.n, v};
    return SP_OK;
}

static sp_status noise(sp_run *run, const sp_features_options *o, sp_vec fallback, sp_vec *out)
{
    *out = o->noise_var.n ? o->noise_var : fallback;
    if (!o->snr.n)
        return SP_OK;
    double *v = SP_NEW(run, double, o->snr.n);
    if (!v)
        return SP_FAILED;
    for (size_t i = 0; i < o->snr.n; i++)
        v[i] = isinf(o->snr.v[i]) ? 0 : o->signal_var / (o->snr.v[i] * o->snr.v[i]);
    *out = (sp_vec){o->snr.n, v};
    return SP_OK;
}

static sp_status population(sp_run *run, const sp_features_options *o, sp_population *out)
{
    static const double one[] = {1};
    if (o->phi.n || o->rx.n || o->rb.n) {
        if (o->spectrum.n || o->weights.n || o->teacher.n)
            return sp_fail(run, SP_USAGE, "give --phi, --rx and --rb, or --spectrum, --weights and --teacher, not both");
        if (o->phi.n != 1 || o->rx.n > 1 || o->rb.n > 1)
            return sp_fail(run, SP_USAGE, "strong and weak features need one --phi in (0, 1), one --rx and one --rb");
        return sp_population_strong_weak(run, o->phi.v[0], o->rx.n ? o->rx.v[0] : 1, o->rb.n ? o->rb.v[0] : 1, o->signal_var,
                                         out);
    }
    return sp_population_open(run, o->spectrum.n ? o->spectrum : (sp_vec){1, one}, o->weights, o->teacher, o->signal_var,
                              out);
}

static sp_status activations(sp_run *run, const sp_features_options *o, sp_features_grid *out)
{
    double variance = sp_population_variance(&out->population);
    out->n_activations = o->linearity.n ? o->linearity.n : 1;
    sp_activation *s = SP_NEW(run, sp_activation, out->n_activations);
    if (!s)
        return SP_FAILED;
    out->activation = s;
    if (!o->linearity.n)
        return sp_activation_open(run, *o->activation ? o->activation : "relu", variance, s);
    if (*o->activation)
        return sp_fail(run, SP_USAGE, "give --activation or --linearity, not both");
    for (size_t i = 0; i < o->linearity.n; i++)
        SP_TRY(sp_activation_linearity(run, o->linearity.v[i], variance, &s[i]));
    return SP_OK;
}

sp_status sp_features_grid_open(sp_run *run, const sp_features_options *o, const sp_features_defaults *defaults,
                                sp_features_grid *out)
{
    *out = (sp_features_grid){.d = o->d};
    SP_TRY(one_of(run, o->psi1, "psi1", o->p, "p"));
    SP_TRY(one_of(run, o->psi2, "psi2", o->n, "n"));
    SP_TRY(one_of(run, o->ridge, "ridge", o->ridge_paper, "ridge-paper"));
    SP_TRY(one_of(run, o->noise_var, "noise-var", o->snr, "snr"));
    bool sum = o->ridge.n || (!o->ridge_paper.n && defaults->ridge.n);
    sp_vec psi1, psi2, noise_var,
        ridge = sum                ? o->ridge.n ? o->ridge : defaults->ridge
                : o->ridge_paper.n ? o->ridge_paper
                                   : defaults->ridge_paper;
    SP_TRY(ratios(run, o->psi1, o->p, "p", o->d, defaults->psi1, &psi1));
    SP_TRY(ratios(run, o->psi2, o->n, "n", o->d, defaults->psi2, &psi2));
    SP_TRY(noise(run, o, defaults->noise_var, &noise_var));
    SP_TRY(population(run, o, &out->population));
    SP_TRY(activations(run, o, out));
    out->n_noise = noise_var.n;
    out->noise_var = noise_var.v;
    out->n_ridge = ridge.n;
    out->ridge = ridge.v;
    out->ridge_is_paper = !sum;
    out->n_psi1 = psi1.n;
    out->psi1 = psi1.v;
    out->n_psi2 = psi2.n;
    out->psi2 = psi2.v;
    return SP_OK;
}

size_t sp_features_grid_size(const sp_features_grid *g)
{
    return g->n_activations * g->n_noise * g->n_ridge * g->n_psi1 * g->n_psi2;
}

sp_features_point sp_features_grid_at(const sp_features_grid *g, size_t i, size_t *activation)
{
    double psi2 = g->psi2[i % g->n_psi2];
    i /= g->n_psi2;
    double psi1 = g->psi1[i % g->n_psi1];
    i /= g->n_psi1;
    double ridge = g->ridge[i % g->n_ridge] * (g->ridge_is_paper ? psi1 * psi2 : 1);
    i /= g->n_ridge;
    double noise_var = g->noise_var[i % g->n_noise];
    i /= g->n_noise;
    *activation = i;
    return (sp_features_point){psi1, psi2, ridge, noise_var, g->activation[i].mu1, g->activation[i].mu_star2};
}

sp_status sp_features_grid_measure(sp_run *run, const sp_features_grid *g, size_t repeats, size_t test_points,
                                   sp_features_measured *out)
{
    sp_features_trial trial = {g->d, repeats, test_points};
    size_t sizes = g->n_psi1 * g->n_psi2;
    for (size_t outer = 0; outer < g->n_activations * g->n_noise; outer++)
        for (size_t size = 0; size < sizes; size++) {
            sp_mark mark = sp_memory_mark(run);
            double *ridge = SP_NEW(run, double, g->n_ridge);
            sp_features_measured *measured = SP_NEW(run, sp_features_measured, g->n_ridge);
            if (!ridge || !measured)
                return SP_FAILED;
            size_t first = outer * g->n_ridge * sizes + size, activation;
            sp_features_point p = sp_features_grid_at(g, first, &activation);
            for (size_t k = 0; k < g->n_ridge; k++)
                ridge[k] = sp_features_grid_at(g, first + k * sizes, &activation).ridge;
            SP_TRY(sp_features_measure(run, &p, &g->activation[activation], &g->population, (sp_vec){g->n_ridge, ridge},
                                       &trial, measured));
            for (size_t k = 0; k < g->n_ridge; k++)
                out[first + k * sizes] = measured[k];
            sp_memory_release(run, mark);
        }
    return SP_OK;
}
