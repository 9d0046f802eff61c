#include "landscape_model.h"

typedef sp_landscape_bands_params P;
typedef sp_landscape_bands_result R;

static const sp_param params[] = {
    SP_LANDSCAPE_OPTIONS,
    SP_VEC(P, overlap, "0:0.95:39", ((sp_range){-1, 1, true, true}), "1", "overlaps m with the signal"),
    SP_FLAG(P, quenched, "the boundaries of a typical landscape too (some ms a row)"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, m_edge_annealed, "1", "overlap where threshold minima stop being exponentially many on average"),
    SP_OUT(R, m_edge_quenched, "1", "the same in a typical landscape"),
    SP_OUT(R, m_unstable, "1", "overlap from which threshold points are unstable toward the signal; nan: never"),
    SP_OUT(R, m_isolated, "1", "overlap of the isolated minimum that knows the signal; nan: none"),
    SP_OUT(R, energy_isolated, "energy", "its energy"),
    SP_OUT(R, chi_isolated, "1/energy", "its response m/F'(m)"),
    SP_OUT(R, isolated_stable, "", "it is a minimum: chi^2 xi''(1) < 1"),
    {0}};
static const sp_column band[] = {
    {"m", "1", "overlap with the signal"},
    {"energy_threshold", "energy", "typical points turn from saddles to minima"},
    {"energy_zero_annealed", "energy", "no minima below it on average; nan: no minima at this overlap"},
    {"energy_zero_quenched", "energy", "no minima below it in a typical landscape"},
    {"energy_top", "energy", "where the stationary points are most numerous"},
    {"threshold_annealed", "1", "annealed complexity at the threshold"},
    {"threshold_quenched", "1", "quenched complexity at the threshold"},
    {"complexity_max", "1", "annealed complexity of the most numerous points"},
    {"theta", "energy", "rank-one part of the Hessian toward the signal"},
    {"lambda_threshold", "energy", "lowest Hessian eigenvalue at the threshold (annealed law)"},
    {"lambda_deepest", "energy", "lowest Hessian eigenvalue at the deepest minima"},
    {"stability", "", "stable, deep minima stable, unstable toward the signal, no minima"},
    {0}};
static const sp_table_decl tables[] = {
    {"band", band,
     "plot m energy_threshold,energy_zero_annealed,energy_zero_quenched ylabel energy title Band of minima; "
     "plot m threshold_annealed,threshold_quenched hline 0 vline m_edge_annealed m_edge_quenched ylabel complexity title "
     "Complexity of threshold minima",
     "Minima live between the threshold and the zero of the complexity, up to the edge"},
    {0}};

static sp_status run_landscape_bands(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    sp_landscape_band_list list;
    SP_TRY(sp_landscape_bands(run, params_, scalars_, &list));
    sp_table *t = sp_result_table(out, "band");
    for (size_t i = 0; i < list.n; i++) {
        const sp_landscape_band *v = &list.v[i];
        SP_TRY(SP_ROW(t, v->m, v->energy_threshold, v->energy_zero_annealed, v->energy_zero_quenched, v->energy_top,
                      v->threshold_annealed, v->threshold_quenched, v->complexity_max, v->theta, v->lambda_threshold,
                      v->lambda_deepest, v->stability));
    }
    return SP_OK;
}

const sp_command sp_command_landscape_bands = {
    .name = "landscape.bands",
    .summary = "Overlaps and energies where minima live, and their stability toward the signal",
    .spec = "31:3.2-3.8",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_landscape_bands,
    SP_SIZES(P, R),
    .example = "--p 3 --k 3 --r 3 --quenched"};
