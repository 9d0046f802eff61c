#include "landscape_model.h"

typedef sp_landscape_phases_params P;
typedef sp_landscape_phases_result R;

static const sp_param params[] = {
    SP_LANDSCAPE_OPTIONS,
    SP_VEC(P, range, "0:4:41", SP_NONNEGATIVE, "energy", "strengths of the signal: r, or 1/Delta_2 of matrix-tensor"),
    SP_FLAG(P, quenched, "edges and deepest minima of a typical landscape (about 50 ms a row)"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, r_spinodal, "energy", "the isolated minimum appears"),
    SP_OUT(R, r_transition, "energy", "k >= 3: it becomes deeper than all others"),
    SP_OUT(R, m_transition, "1", "its overlap there"),
    SP_OUT(R, r_trivial, "energy", "k = 1: beyond, two stationary points only"),
    SP_OUT(R, r_bbp, "energy", "k = 2: marginal points of the equator become unstable toward the signal"),
    SP_OUT(R, r_equator, "energy", "k = 2: the last minimum of the equator becomes unstable"),
    SP_OUT(R, inverse_noise_2_bayes, "1", "matrix-tensor: Bayes-optimal message passing starts to see the signal"),
    SP_OUT(R, inverse_noise_2_amp, "1", "maximum-likelihood message passing does"),
    SP_OUT(R, inverse_noise_2_flow, "1", "gradient flow does (instability of the threshold states)"),
    SP_OUT(R, inverse_noise_2_trivial, "1", "no exponential number of spurious minima beyond"),
    {0}};
static const sp_column phase[] = {{"strength", "energy", "r, or 1/Delta_2"},
                                  {"m_isolated", "1", "overlap of the isolated minimum; nan: none"},
                                  {"energy_isolated", "energy", "its energy"},
                                  {"chi_isolated", "1/energy", "its response"},
                                  {"m_edge_annealed", "1", "edge of the band of minima"},
                                  {"m_edge_quenched", "1", "in a typical landscape"},
                                  {"energy_equator", "energy", "deepest minima of the band"},
                                  {"m_deepest", "1", "overlap of the deepest minimum of all"},
                                  {"energy_deepest", "energy", "its energy"},
                                  {"complexity_total", "1", "annealed complexity of all stationary points"},
                                  {"m_total", "1", "overlap where they are most numerous"},
                                  {"complexity_minima", "1", "annealed complexity of minima at m = 0"},
                                  {"lambda_threshold", "energy", "lowest Hessian eigenvalue of marginal points at m = 0"},
                                  {"phase", "", "in words"},
                                  {0}};
static const sp_table_decl tables[] = {
    {"phase", phase,
     "plot strength m_isolated,m_deepest,m_edge_annealed,m_edge_quenched vline r_spinodal r_transition r_trivial r_bbp "
     "r_equator "
     "ylabel overlap title Overlaps; plot strength energy_isolated,energy_equator,energy_deepest vline r_spinodal "
     "r_transition ylabel energy title Energies; "
     "plot strength complexity_total,complexity_minima hline 0 vline r_trivial inverse_noise_2_amp inverse_noise_2_flow "
     "inverse_noise_2_trivial ylabel complexity title Ruggedness",
     "Where the deepest minimum jumps to the signal and where ruggedness ends"},
    {0}};

static sp_status run_landscape_phases(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    sp_landscape_phase_list list;
    SP_TRY(sp_landscape_phases(run, params_, scalars_, &list));
    sp_table *t = sp_result_table(out, "phase");
    for (size_t i = 0; i < list.n; i++) {
        const sp_landscape_phase *v = &list.v[i];
        SP_TRY(SP_ROW(t, v->strength, v->m_isolated, v->energy_isolated, v->chi_isolated, v->m_edge_annealed,
                      v->m_edge_quenched, v->energy_equator, v->m_deepest, v->energy_deepest, v->complexity_total,
                      v->m_total, v->complexity_minima, v->lambda_threshold, v->phase));
    }
    return SP_OK;
}

const sp_command sp_command_landscape_phases = {
    .name = "landscape.phases",
    .summary = "Signal strengths where the deepest minimum jumps to the signal and where ruggedness ends",
    .spec = "31:3.7-3.8; 23:3.3-3.5",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_landscape_phases,
    SP_SIZES(P, R),
    .example = "--p 3 --k 3 --range 0:4:41"};
