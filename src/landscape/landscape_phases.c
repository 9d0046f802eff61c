/* What changes along the strength of the signal: isolated minimum, band edges, trivialisation (spec 31, 3.7-3.8; spec 23,
 * 3.3-3.5). */
#include "landscape/isolated_minimum.h"

#include "math/roots.h"

#include <math.h>

enum { BAND_NODES = 40 };

/* sqrt-free test of "no exponential number": rounding of Sigma */
static const double zero_complexity = 1e-9;

typedef struct {
    sp_run *run;
    const sp_landscape_phases_params *params;
    double target;
} strength_problem;

static sp_status model_at(sp_run *run, const sp_landscape_phases_params *params, double strength, gaussian_landscape *g)
{
    sp_landscape_model model = params->model;
    if (model.model == SP_LANDSCAPE_MATRIX_TENSOR) {
        model.inverse_noise_2 = strength;
        model.delta2 = INFINITY;
    }
    else
        model.r = strength;
    return gaussian_landscape_create(run, &model, g);
}

/* E*(r) - target; where the isolated minimum does not exist it is above anything. */
static double isolated_above(double strength, void *context)
{
    const strength_problem *c = context;
    gaussian_landscape g;
    if (model_at(c->run, c->params, strength, &g) != SP_OK)
        return NAN;
    isolated_minimum isolated = isolated_minimum_of(&g);
    return isolated.exists ? isolated.energy - c->target : INFINITY;
}

static double minima_at_equator(double strength, void *context)
{
    const strength_problem *c = context;
    gaussian_landscape g;
    return model_at(c->run, c->params, strength, &g) == SP_OK ? annealed_max_energy(&g, COUNT_MINIMA, 0).value : NAN;
}

static void signal_lines(sp_run *run, const sp_landscape_phases_params *params, const gaussian_landscape *g,
                         sp_landscape_phases_result *r)
{
    size_t order = params->model.k ? params->model.k : 3;
    double k = (double)order, ground = annealed_zero_energy(g, 0), edge = sqrt(g->x2);
    if (order == 1) {
        r->r_spinodal = 0;
        r->r_trivial = g->x2 > g->x1 ? sqrt(g->x2 - g->x1) : 0;
    }
    if (order == 2) {
        double mu = annealed_max_mu(g, COUNT_ALL, ground, 0).mu;
        r->r_spinodal = sqrt(g->x1);
        r->r_bbp = edge;
        r->r_equator = (mu + sqrt(mu * mu - 4 * g->x2)) / 2;
    }
    if (order >= 3) {
        double m2 = (k - 2) / (k - 1);
        r->r_spinodal = sqrt(g->x1 / (pow(m2, k - 2) * (1 - m2)));
        strength_problem c = {run, params, ground};
        double low = r->r_spinodal * (1 + 1e-9), high = 2 * low;
        while (isolated_above(high, &c) > 0 && high < 1e6 * low)
            high *= 2;
        r->r_transition = isolated_above(low, &c) > 0 ? sp_root_bracketed(isolated_above, &c, low, high, 0).x : NAN;
        gaussian_landscape at;
        if (!isnan(r->r_transition) && model_at(run, params, r->r_transition, &at) == SP_OK)
            r->m_transition = isolated_minimum_of(&at).m;
    }
}

static sp_status matrix_tensor_lines(sp_run *run, const sp_landscape_phases_params *params, sp_landscape_phases_result *r)
{
    const sp_landscape_model *m = &params->model;
    double p = m->p ? (double)m->p : 3, inverse_p = m->inverse_noise_p != 0 ? m->inverse_noise_p : 1 / m->deltap;
    r->inverse_noise_2_bayes = 1;
    r->inverse_noise_2_amp = 0.5 * (1 + sqrt(1 + 4 * inverse_p));
    r->inverse_noise_2_flow = 0.5 * (1 + sqrt(1 + 4 * (p - 1) * inverse_p));
    strength_problem c = {run, params, 0};
    double low = r->inverse_noise_2_flow, high = 2 * low;
    while (minima_at_equator(low, &c) < 0 && low > 1e-6)
        low /= 2;
    while (minima_at_equator(high, &c) > 0 && high < 1e9)
        high *= 2;
    sp_root root = sp_root_bracketed(minima_at_equator, &c, low, high, 0);
    r->inverse_noise_2_trivial = root.x;
    return SP_OK;
}

/* The deepest typical minima of the band: lowest energy of zero complexity up to the edge. */
static void deepest_of_band(const gaussian_landscape *g, bool quenched, double edge, double *energy, double *m)
{
    *energy = *m = NAN;
    for (size_t i = 0; i <= BAND_NODES && !isnan(edge); i++) {
        double at = edge * (double)i / BAND_NODES, e = quenched ? quenched_zero_energy(g, at) : annealed_zero_energy(g, at);
        if (!(e >= *energy) && !isnan(e)) {
            *energy = e;
            *m = at;
        }
    }
}

static const char *phase_name(const sp_landscape_phase *p, bool stable)
{
    if (p->complexity_total <= zero_complexity)
        return "trivial: no exponential number of points";
    if (!stable)
        return "no isolated minimum";
    if (isnan(p->energy_equator))
        return "isolated minimum, no other minima";
    return p->energy_isolated < p->energy_equator ? "isolated minimum deepest" : "isolated minimum metastable";
}

static void phase_at(const gaussian_landscape *g, double strength, bool quenched, sp_landscape_phase *out)
{
    isolated_minimum isolated = isolated_minimum_of(g);
    annealed_point total = annealed_max_overlap(g, COUNT_ALL, NAN);
    *out = (sp_landscape_phase){.strength = strength,
                                .m_isolated = isolated.m,
                                .energy_isolated = isolated.energy,
                                .chi_isolated = isolated.chi,
                                .m_edge_annealed = band_edge_annealed(g),
                                .m_edge_quenched = quenched ? band_edge_quenched(g) : NAN,
                                .complexity_total = total.value,
                                .m_total = total.m,
                                .complexity_minima = annealed_max_energy(g, COUNT_MINIMA, 0).value,
                                .lambda_threshold = lowest_eigenvalue(g, 2 * sqrt(g->x2), annealed_theta(g, 0))};
    deepest_of_band(g, quenched, quenched ? out->m_edge_quenched : out->m_edge_annealed, &out->energy_equator,
                    &out->m_deepest);
    out->energy_deepest = out->energy_equator;
    if (isolated.stable && !(isolated.energy >= out->energy_equator)) {
        out->energy_deepest = isolated.energy;
        out->m_deepest = isolated.m;
    }
    out->phase = phase_name(out, isolated.stable);
}

sp_status sp_landscape_phases(sp_run *run, const sp_landscape_phases_params *params, sp_landscape_phases_result *result,
                              sp_landscape_phase_list *list)
{
    const sp_landscape_model *m = &params->model;
    bool preset = m->model == SP_LANDSCAPE_MATRIX_TENSOR;
    gaussian_landscape g;
    if (m->signal && *m->signal)
        return sp_fail(run, SP_USAGE, "phases vary the strength of F = r m^k / k: give --k, not --signal");
    if (m->r != 0 || m->inverse_noise_2 != 0 || isfinite(m->delta2))
        return sp_fail(run, SP_USAGE,
                       "the strength of the signal is varied by --range: no --r, --inverse-noise-2 or --delta2");
    for (size_t i = 0; i < params->range.n; i++)
        if (!(params->range.v[i] >= 0))
            return sp_fail(run, SP_USAGE, "--range must be >= 0, got %g", params->range.v[i]);
    SP_TRY(model_at(run, params, preset ? 1 : 0, &g));
    *result = (sp_landscape_phases_result){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    if (preset)
        SP_TRY(matrix_tensor_lines(run, params, result));
    else
        signal_lines(run, params, &g, result);
    *list = (sp_landscape_phase_list){params->range.n, SP_NEW(run, sp_landscape_phase, params->range.n)};
    if (!list->v)
        return SP_FAILED;
    for (size_t i = 0; i < list->n; i++) {
        SP_TRY(sp_poll(run));
        sp_progress(run, "phases", (double)i / (double)list->n);
        SP_TRY(model_at(run, params, params->range.v[i], &g));
        phase_at(&g, params->range.v[i], params->quenched, &list->v[i]);
    }
    return SP_OK;
}
