/* Fields generated with under-trained linear scores: variance of each mode, and simulated fields (spec 04, 3.6). */
#include "spinodal/on_model.h"

#include "math/fft.h"
#include "math/statistics.h"
#include "math/time_grid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double t_mid = 0.5, t_min = 1e-4;

static double start_time(size_t L) { return log((double)L) + 3; }

static double score_weight(const sp_generation *g, double gamma, double gamma_max)
{
    return g->layers == SP_SCORE_EXACT       ? 1 / gamma
           : g->layers == SP_SCORE_ONE_LAYER ? sp_one_layer_weight(gamma, gamma_max, g->rate_over_max, g->train_steps)
                                             : sp_two_layer_weight(gamma, 1 / gamma_max, g->train_time);
}

static double largest(size_t n, const double *C)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, C[i]);
    return most;
}

/* dV/dtau backward in time: 2 V (1 - 2 w) + 2 (SDE), 2 V (1 - w) (ODE) */
static double slope(const sp_generation *g, double C, double most, double t, double V)
{
    double w = score_weight(g, sp_field_gamma(C, t), sp_field_gamma(most, t));
    return g->sampler ? 2 * V * (1 - w) : 2 * V * (1 - 2 * w) + 2;
}

static sp_status times_of(sp_run *run, size_t L, size_t steps, double **times)
{
    *times = SP_NEW(run, double, steps + 1);
    if (!*times)
        return SP_FAILED;
    sp_linear_geometric_grid(start_time(L), t_mid, t_min, steps, *times);
    return SP_OK;
}

sp_status sp_generated_variance(sp_run *run, const sp_field_modes *m, size_t L, const sp_generation *g, double *V)
{
    double *times, most = largest(m->n, m->C);
    SP_TRY(times_of(run, L, g->steps, &times));
    for (size_t i = 0; i < m->n; i++) {
        double v = 1, C = m->C[i];
        for (size_t s = 0; s < g->steps; s++) {
            double t = times[s], h = times[s] - times[s + 1];
            double k1 = slope(g, C, most, t, v), k2 = slope(g, C, most, t - h / 2, v + h / 2 * k1),
                   k3 = slope(g, C, most, t - h / 2, v + h / 2 * k2), k4 = slope(g, C, most, t - h, v + h * k3);
            v += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
        }
        V[i] = v;
        if (i % 256 == 255)
            SP_TRY(sp_poll(run));
    }
    return SP_OK;
}

sp_generation_quality sp_generated_quality(const sp_field_modes *m, const double *V)
{
    sp_generation_quality q = {0};
    size_t corner = 0, zero = 0;
    for (size_t i = 0; i < m->n; i++) {
        double ratio = V[i] / m->C[i];
        q.kl_per_site += m->weight[i] * (ratio - 1 - log(ratio)) / 2;
        q.energy += m->weight[i] * m->k2[i] * V[i] / 2;
        q.max_relative = fmax(q.max_relative, fabs(ratio - 1));
        corner = m->k2[i] > m->k2[corner] ? i : corner;
        zero = m->k2[i] < m->k2[zero] ? i : zero;
    }
    q.corner_ratio = V[corner] / m->C[corner];
    q.zero_ratio = V[zero] / m->C[zero];
    return q;
}

/* ---- simulated fields ---------------------------------------------------------------------------------------- */

typedef struct {
    const sp_fft *fft;
    const double *multiply, *spread; /* steps x modes: phi <- multiply phi + spread noise */
    size_t steps, n_modes;
    const size_t *shell;
    const double *shell_weight; /* 1 / modes of the shell */
    size_t n_shells;
    const double *multiplicity;
    double *power; /* one block: mean |phi_k|^2 of each shell of its field */
    double *last;  /* modes of field 0 */
} simulation;

static sp_status simulate(sp_run *worker, size_t block, void *context)
{
    const simulation *s = context;
    size_t sites = sp_fft_sites(s->fft), n = s->n_modes;
    double unit = 1 / sqrt((double)sites);
    double *noise = SP_NEW(worker, double, sites), *modes = SP_NEW(worker, double, 2 * n),
           *phi = SP_NEW(worker, double, 2 * n);
    if (!noise || !modes || !phi)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(worker, "generated fields", block);
    for (size_t step = 0; step <= s->steps; step++) {
        sp_normals(&rng, sites, noise);
        sp_fft_forward(s->fft, noise, modes);
        for (size_t i = 0; i < 2 * n; i++)
            phi[i] = step == 0 ? unit * modes[i]
                               : s->multiply[(step - 1) * n + i / 2] * phi[i] +
                                     s->spread[(step - 1) * n + i / 2] * unit * modes[i];
    }
    for (size_t i = 0; i < n; i++)
        s->power[block * s->n_shells + s->shell[i]] +=
            s->shell_weight[s->shell[i]] * s->multiplicity[i] * (phi[2 * i] * phi[2 * i] + phi[2 * i + 1] * phi[2 * i + 1]);
    if (block == 0)
        for (size_t i = 0; i < 2 * n; i++)
            s->last[i] = phi[i] / unit;
    return sp_poll(worker);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Modes of equal khat2 (up to rounding, 1e-9). */
static sp_status shells_of(sp_run *run, const sp_field_lattice *l, sp_field_shells *out, size_t **shell, double **weight)
{
    size_t n = l->n_modes, count = 0;
    double *k2 = SP_NEW(run, double, n);
    *shell = SP_NEW(run, size_t, n);
    *weight = SP_NEW(run, double, n);
    if (!k2 || !*shell || !*weight)
        return SP_FAILED;
    memcpy(k2, l->k2, n * sizeof *k2);
    qsort(k2, n, sizeof *k2, ascending);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || k2[i] - k2[count - 1] > 1e-9)
            k2[count++] = k2[i];
    for (size_t i = 0; i < n; i++) {
        size_t a = 0, b = count; /* the last shell not above */
        while (b - a > 1) {
            size_t middle = (a + b) / 2;
            if (k2[middle] <= l->k2[i] + 1e-9)
                a = middle;
            else
                b = middle;
        }
        (*shell)[i] = a;
        (*weight)[a] += l->multiplicity[i];
    }
    for (size_t i = 0; i < count; i++)
        (*weight)[i] = 1 / (*weight)[i];
    *out = (sp_field_shells){count, k2, SP_NEW(run, double, count), SP_NEW(run, double, count)};
    return out->V && out->V_se ? SP_OK : SP_FAILED;
}

sp_status sp_generated_fields(sp_run *run, const sp_field_lattice *l, size_t L, const sp_generation *g, size_t fields,
                              sp_field_shells *out, double *field)
{
    size_t n = l->n_modes, *shell;
    double *weight;
    SP_TRY(shells_of(run, l, out, &shell, &weight));
    SP_TRY(sp_need_memory(run, (double)n * sizeof(double) * (double)(2 * g->steps + fields), "the generated fields"));
    double *times, *multiply = SP_NEW(run, double, g->steps *n), *spread = SP_NEW(run, double, g->steps *n);
    double *power = SP_NEW(run, double, fields * out->n), *last = SP_NEW(run, double, 2 * n);
    if (!multiply || !spread || !power || !last)
        return SP_FAILED;
    SP_TRY(times_of(run, L, g->steps, &times));
    double most = largest(n, l->C);
    for (size_t s = 0; s < g->steps; s++) {
        double h = times[s] - times[s + 1], t = (times[s] + times[s + 1]) / 2;
        for (size_t i = 0; i < n; i++) { /* exact for the drift at the middle of the step */
            double w = score_weight(g, sp_field_gamma(l->C[i], t), sp_field_gamma(most, t));
            double rate = g->sampler ? 1 - w : 1 - 2 * w;
            multiply[s * n + i] = exp(rate * h);
            spread[s * n + i] = g->sampler ? 0 : sqrt(fabs(rate * h) > 1e-8 ? expm1(2 * rate * h) / rate : 2 * h);
        }
    }
    sp_fft *fft;
    SP_TRY(sp_fft_create(run, l->dim, l->lengths, &fft));
    simulation s = {fft, multiply, spread, g->steps, n, shell, weight, out->n, l->multiplicity, power, last};
    sp_status status = sp_parallel(run, fields, simulate, &s);
    if (status == SP_OK && field)
        sp_fft_inverse(fft, last, field);
    sp_fft_free(fft);
    SP_TRY(status);
    for (size_t i = 0; i < out->n; i++) {
        sp_moments m = {0};
        for (size_t k = 0; k < fields; k++)
            sp_moments_add(&m, power[k * out->n + i]);
        out->V[i] = m.mean;
        out->V_se[i] = sp_moments_se(&m);
    }
    return SP_OK;
}
