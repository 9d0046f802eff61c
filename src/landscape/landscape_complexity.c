/* The complexity at fixed energy and overlap, or maximised over either (spec 31, 3.1-3.6). */
#include "landscape/kac_rice_quenched.h"

#include "math/semicircle.h"

#include <math.h>

sp_status sp_landscape_facts_of(sp_run *run, const sp_landscape_model *model, sp_landscape_facts *out)
{
    gaussian_landscape g;
    SP_TRY(gaussian_landscape_create(run, model, &g));
    *out = (sp_landscape_facts){.xi_1 = g.x0,
                                .xi_slope_1 = g.x1,
                                .xi_curvature_1 = g.x2,
                                .mu_threshold = 2 * sqrt(g.x2),
                                .energy_threshold = threshold_energy(&g, 0),
                                .complexity_threshold = annealed_at_threshold(&g, 0),
                                .energy_ground = annealed_zero_energy(&g, 0)};
    return SP_OK;
}

static const double nothing = NAN;

/* One value per element of the list, or one NAN: "maximise". */
static sp_vec or_free(sp_vec v) { return v.n ? v : (sp_vec){1, &nothing}; }

static annealed_point annealed_at(const gaussian_landscape *g, landscape_count_kind of, double energy, double m, double mu)
{
    if (isnan(m))
        return annealed_max_overlap(g, of, energy);
    if (!isnan(mu)) {
        if (isnan(energy) && !g->pure)
            return annealed_max_energy_at_mu(g, of, m, mu);
        double e = isnan(energy) ? gaussian_landscape_energy(g, mu, m) : energy;
        return (annealed_point){e, m, mu, annealed_complexity(g, of, e, m, mu)};
    }
    return isnan(energy) ? annealed_max_energy(g, of, m) : annealed_max_mu(g, of, energy, m);
}

static quenched_point quenched_at(const gaussian_landscape *g, double energy, double m, double mu)
{
    if (isnan(m))
        return quenched_max_overlap(g, energy);
    if (!isnan(mu))
        return isnan(energy) ? quenched_max_energy_at_mu(g, m, mu) : quenched_complexity(g, energy, m, mu, NAN);
    return isnan(energy) ? quenched_max_energy(g, m) : quenched_max_mu(g, energy, m);
}

static const char *kind_of(const gaussian_landscape *g, double mu, double lambda)
{
    double edge = 2 * sqrt(g->x2);
    return mu >= edge * (1 - 1e-14) ? (lambda < -1e-12 ? "index 1 toward the signal" : "minimum")
           : mu > -edge             ? "saddle"
                                    : "maximum";
}

static sp_status add_quenched(sp_run *run, const gaussian_landscape *g, double energy, double m, double mu,
                              sp_landscape_point *p)
{
    quenched_point q = quenched_at(g, energy, m, mu);
    if (!q.found) {
        p->note = q.reason ? q.reason : "no replica-symmetric solution";
        return SP_OK;
    }
    p->complexity_quenched = q.value;
    p->energy_quenched = q.energy;
    p->mu_quenched = q.mu;
    p->q = q.q;
    p->n_q = q.n_stationary;
    p->residual = q.residual;
    SP_TRY(quenched_theta(run, g, &q, &p->theta_quenched));
    p->lambda_quenched = lowest_eigenvalue(g, q.mu, p->theta_quenched);
    if (q.value < 0)
        p->note = "negative: no point of a typical landscape";
    return SP_OK;
}

static sp_status point_at(sp_run *run, const gaussian_landscape *g, const sp_landscape_complexity_params *params,
                          double energy, double m, double mu, sp_landscape_point *out)
{
    landscape_count_kind of = (landscape_count_kind)params->of;
    annealed_point a = annealed_at(g, of, energy, m, mu);
    double theta = annealed_theta(g, a.m);
    *out = (sp_landscape_point){.energy = a.energy,
                                .m = a.m,
                                .mu = a.mu,
                                .complexity_annealed = annealed_complexity(g, COUNT_ALL, a.energy, a.m, a.mu),
                                .complexity_minima = annealed_complexity(g, COUNT_MINIMA, a.energy, a.m, a.mu),
                                .index_fraction = sp_semicircle_cdf(-a.mu, sqrt(g->x2)),
                                .theta_annealed = theta,
                                .lambda_annealed = lowest_eigenvalue(g, a.mu, theta),
                                .complexity_quenched = NAN,
                                .energy_quenched = NAN,
                                .mu_quenched = NAN,
                                .q = NAN,
                                .theta_quenched = NAN,
                                .lambda_quenched = NAN,
                                .residual = NAN,
                                .note = ""};
    if (params->quenched)
        SP_TRY(add_quenched(run, g, energy, m, mu, out));
    bool typical = params->quenched && !isnan(out->complexity_quenched);
    out->kind = kind_of(g, typical ? out->mu_quenched : out->mu, typical ? out->lambda_quenched : out->lambda_annealed);
    return SP_OK;
}

static sp_status check(sp_run *run, const gaussian_landscape *g, const sp_landscape_complexity_params *p)
{
    SP_TRY(gaussian_landscape_check_overlaps(run, p->overlap));
    if (p->mu.n && g->pure && p->energy.n)
        return sp_fail(run, SP_USAGE, "a pure xi has one mu at each energy: give --energy or --mu, not both");
    if (p->mu.n && !p->overlap.n)
        return sp_fail(run, SP_USAGE, "--mu needs --overlap");
    if (p->quenched && p->of == SP_LANDSCAPE_MINIMA)
        return sp_fail(run, SP_USAGE, "the quenched complexity is that of all points: --of all, or no --quenched");
    return SP_OK;
}

sp_status sp_landscape_complexity(sp_run *run, const sp_landscape_complexity_params *params, sp_landscape_points_list *out)
{
    gaussian_landscape g;
    SP_TRY(gaussian_landscape_create(run, &params->model, &g));
    SP_TRY(check(run, &g, params));
    sp_vec energy = or_free(params->energy), overlap = or_free(params->overlap), mu = or_free(params->mu);
    size_t n = 0, total = energy.n * overlap.n * mu.n;
    SP_TRY(sp_need_memory(run, (double)total * sizeof *out->v, "the points"));
    *out = (sp_landscape_points_list){total, SP_NEW(run, sp_landscape_point, total)};
    if (!out->v)
        return SP_FAILED;
    for (size_t j = 0; j < overlap.n; j++)
        for (size_t i = 0; i < energy.n; i++)
            for (size_t k = 0; k < mu.n; k++) {
                if (n % 64 == 0 || params->quenched) {
                    SP_TRY(sp_poll(run));
                    sp_progress(run, "complexity", (double)n / (double)total);
                }
                SP_TRY(point_at(run, &g, params, energy.v[i], overlap.v[j], mu.v[k], &out->v[n++]));
            }
    return SP_OK;
}
