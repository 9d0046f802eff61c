#include "landscape_model.h"

typedef sp_landscape_complexity_params P;
typedef struct {
    sp_landscape_facts facts;
    double complexity_max, energy_max, m_max;
} R;

static const sp_param params[] = {
    SP_LANDSCAPE_OPTIONS,
    SP_VEC(P, energy, "", SP_ANY, "energy", "energies per degree of freedom (empty: maximised over the energy)"),
    SP_VEC(P, overlap, "", ((sp_range){-1, 1, true, true}), "1",
           "overlaps m with the signal (empty: maximised over the overlap)"),
    SP_VEC(P, mu, "", SP_ANY, "energy", "radial multiplier, free for a mixed xi (empty: maximised over mu)"),
    SP_CHOICE(P, of, "all|minima", "all", "what is counted where something is maximised"),
    SP_FLAG(P, quenched, "the complexity of a typical landscape too (about 1 ms a point)"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(sp_landscape_facts, xi_1, "energy^2", "xi(1), the variance convention"),
    SP_OUT(sp_landscape_facts, xi_slope_1, "energy^2", "xi'(1)"),
    SP_OUT(sp_landscape_facts, xi_curvature_1, "energy^2", "xi''(1): the bulk of the Hessian has radius 2 sqrt(xi''(1))"),
    SP_OUT(sp_landscape_facts, mu_threshold, "energy", "mu where the bulk of the Hessian touches zero"),
    SP_OUT(sp_landscape_facts, energy_threshold, "energy", "at m = 0, where typical points turn from saddles to minima"),
    SP_OUT(sp_landscape_facts, complexity_threshold, "1", "annealed complexity there"),
    SP_OUT(sp_landscape_facts, energy_ground, "energy",
           "where the complexity at m = 0 vanishes: deepest minima without signal"),
    SP_OUT(R, complexity_max, "1", "largest annealed complexity of the table"),
    SP_OUT(R, energy_max, "energy", "where it is"),
    SP_OUT(R, m_max, "1", "where it is"),
    {0}};
static const sp_column complexity[] = {
    {"energy", "energy", "energy per degree of freedom"},
    {"m", "1", "overlap with the signal"},
    {"mu", "energy", "radial multiplier; the Hessian is the second derivative plus mu"},
    {"complexity_annealed", "1", "ln of the mean number of stationary points, per degree of freedom"},
    {"complexity_minima", "1", "the same for minima alone"},
    {"complexity_quenched", "1", "mean of the ln of the number"},
    {"q", "1", "mutual overlap of the points (quenched)"},
    {"index_fraction", "1", "share of negative Hessian eigenvalues"},
    {"theta_annealed", "energy", "rank-one part of the Hessian toward the signal"},
    {"lambda_annealed", "energy", "lowest eigenvalue, annealed law"},
    {"theta_quenched", "energy", "the same at typical points; nan: no isolated eigenvalue"},
    {"lambda_quenched", "energy", "lowest eigenvalue at typical points"},
    {"energy_quenched", "energy", "where the quenched complexity was taken, if maximised"},
    {"mu_quenched", "energy", "likewise"},
    {"n_q", "", "replica-symmetric solutions found; several: the one continued from q = m^2"},
    {"residual", "1", "of the quenched solution"},
    {"kind", "", "saddle, minimum, index 1 toward the signal, maximum"},
    {"note", "", "why there is no quenched number"},
    {0}};
static const sp_table_decl tables[] = {
    {"complexity", complexity,
     "plot energy complexity_annealed,complexity_minima,complexity_quenched by m hline 0 ylabel complexity title Complexity "
     "against energy; "
     "plot m complexity_annealed,complexity_minima,complexity_quenched points hline 0 ylabel complexity title Complexity "
     "against overlap; "
     "map m energy complexity_annealed title Annealed complexity; map m energy kind title Stability of the points",
     "Number of stationary points; minima only where the curves of all points and of minima meet"},
    {0}};

static sp_status run_landscape_complexity(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    sp_landscape_points_list list;
    SP_TRY(sp_landscape_facts_of(run, &p->model, &r->facts));
    SP_TRY(sp_landscape_complexity(run, p, &list));
    sp_table *t = sp_result_table(out, "complexity");
    r->complexity_max = -INFINITY;
    for (size_t i = 0; i < list.n; i++) {
        const sp_landscape_point *v = &list.v[i];
        SP_TRY(SP_ROW(t, v->energy, v->m, v->mu, v->complexity_annealed, v->complexity_minima, v->complexity_quenched, v->q,
                      v->index_fraction, v->theta_annealed, v->lambda_annealed, v->theta_quenched, v->lambda_quenched,
                      v->energy_quenched, v->mu_quenched, v->n_q, v->residual, v->kind, v->note));
        if (v->complexity_annealed > r->complexity_max) {
            r->complexity_max = v->complexity_annealed;
            r->energy_max = v->energy;
            r->m_max = v->m;
        }
    }
    return SP_OK;
}

const sp_command sp_command_landscape_complexity = {
    .name = "landscape.complexity",
    .summary = "How many stationary points at given energy and overlap with a signal, annealed and quenched",
    .spec = "31:3.1-3.6; 23:3.5",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_landscape_complexity,
    SP_SIZES(P, R),
    .example = "--p 3 --k 3 --r 2 --overlap 0.5 --energy -1.2:-0.8:9 --quenched"};
