/* The band of overlaps where minima live, its energies and its stability toward the signal (spec 31, 3.4-3.8). */
#include "landscape/isolated_minimum.h"

#include <math.h>

static const char *stability(const gaussian_landscape *g, const sp_landscape_band *b)
{
    double margin = -1e-9 * sqrt(g->x2);
    if (isnan(b->energy_zero_annealed))
        return "no minima";
    if (b->lambda_threshold >= margin)
        return "stable";
    return b->lambda_deepest >= margin ? "deep minima stable" : "unstable toward the signal";
}

static void band_at(const gaussian_landscape *g, double m, bool quenched, sp_landscape_band *out)
{
    double mu_threshold = 2 * sqrt(g->x2), theta = annealed_theta(g, m);
    annealed_point top = annealed_max_energy(g, COUNT_ALL, m);
    *out = (sp_landscape_band){.m = m,
                               .energy_threshold = threshold_energy(g, m),
                               .threshold_annealed = annealed_at_threshold(g, m),
                               .threshold_quenched = NAN,
                               .energy_zero_annealed = annealed_zero_energy(g, m),
                               .energy_zero_quenched = NAN,
                               .energy_top = top.energy,
                               .complexity_max = top.value,
                               .theta = theta,
                               .lambda_threshold = lowest_eigenvalue(g, mu_threshold, theta),
                               .lambda_deepest = NAN};
    if (!isnan(out->energy_zero_annealed))
        out->lambda_deepest = lowest_eigenvalue(g, annealed_max_mu(g, COUNT_ALL, out->energy_zero_annealed, m).mu, theta);
    if (quenched) {
        quenched_point p = quenched_at_threshold(g, m);
        out->threshold_quenched = p.found ? p.value : NAN;
        out->energy_zero_quenched = quenched_zero_energy(g, m);
    }
    out->stability = stability(g, out);
}

sp_status sp_landscape_bands(sp_run *run, const sp_landscape_bands_params *params, sp_landscape_bands_result *result,
                             sp_landscape_band_list *list)
{
    gaussian_landscape g;
    SP_TRY(gaussian_landscape_create(run, &params->model, &g));
    SP_TRY(gaussian_landscape_check_overlaps(run, params->overlap));
    isolated_minimum isolated = isolated_minimum_of(&g);
    *result = (sp_landscape_bands_result){.m_edge_annealed = band_edge_annealed(&g),
                                          .m_edge_quenched = params->quenched ? band_edge_quenched(&g) : NAN,
                                          .m_unstable = band_unstable_overlap(&g),
                                          .m_isolated = isolated.m,
                                          .energy_isolated = isolated.energy,
                                          .chi_isolated = isolated.chi,
                                          .isolated_stable = isolated.stable};
    *list = (sp_landscape_band_list){params->overlap.n, SP_NEW(run, sp_landscape_band, params->overlap.n)};
    if (!list->v)
        return SP_FAILED;
    for (size_t i = 0; i < list->n; i++) {
        SP_TRY(sp_poll(run));
        band_at(&g, params->overlap.v[i], params->quenched, &list->v[i]);
    }
    return SP_OK;
}
