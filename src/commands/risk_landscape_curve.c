#include "risk_model.h"

typedef sp_risk_curve_params P;
typedef sp_risk_curve_result R;

static const sp_param params[] = {
    SP_RISK_OPTIONS,
    SP_VEC(P, overlap, "", SP_BETWEEN(-1, 1), "1", "with a teacher: the overlaps of the curve"),
    SP_REAL(P, lam, "0", SP_ANY, "1/risk",
            "multiplier of the risk where the curve starts (over overlaps: of the whole curve)"),
    SP_REAL(P, step, "0.1", SP_POSITIVE, "1",
            "largest change of the risk from point to point, in standard deviations of the loss"),
    SP_SIZE(P, max_points, "40", SP_BETWEEN(1, 10000), "", "most points on either side of the start"),
    SP_FLAG(P, quenched, "the curve of a typical risk too"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, complexity_max, "1", "largest annealed complexity"),
    SP_OUT(R, risk_typical, "risk", "where it is"),
    SP_OUT(R, risk_low, "risk", "no stationary points below it on average"),
    SP_OUT(R, risk_high, "risk", "none above it"),
    SP_OUT(R, risk_low_quenched, "risk", "no stationary points below it in a typical risk; nan: the solution ends before"),
    SP_OUT(R, risk_high_quenched, "risk", "none above it"),
    SP_OUT(R, q_max, "1", "with a teacher: overlap of largest complexity"),
    {0}};
static const sp_column curve[] = {{"kind", "", "annealed or quenched"},
                                  {"risk", "risk", "empirical risk"},
                                  {"complexity", "1", "stationary points: ln of their number per dimension"},
                                  {"lam", "1/risk", "minus the slope of the complexity"},
                                  {"t", "risk", "shift of the Hessian"},
                                  {"A", "risk^2", "<loss'^2>"},
                                  {"F_o", "risk^2", "<loss'_a loss'_b> (quenched)"},
                                  {"g_re", "1/risk", "Stieltjes transform at t"},
                                  {"g_im", "1/risk", "its imaginary part"},
                                  {"q", "1", "overlap of two typical points (quenched)"},
                                  {"residual", "1", "of the equations"},
                                  {"note", "", "why there is no number"},
                                  {0}};
static const sp_column overlap[] = {{"q", "1", "overlap with the teacher"},
                                    {"complexity", "1", "stationary points: ln of their number per dimension"},
                                    {"risk", "risk", "their risk"},
                                    {"t", "risk", "shift of the Hessian"},
                                    {"A", "risk^2", "<loss'^2>"},
                                    {"zeta", "1", "multiplier of the overlap"},
                                    {"g_re", "1/risk", "Stieltjes transform at t"},
                                    {"g_im", "1/risk", "its imaginary part"},
                                    {"residual", "1", "of the equations"},
                                    {"note", "", "why there is no number"},
                                    {0}};
static const sp_table_decl tables[] = {{"curve", curve, "plot risk complexity by kind hline 0 title Complexity against risk",
                                        "Risks with positive complexity hold exponentially many stationary points"},
                                       {"overlap", overlap, "plot q complexity hline 0 title Complexity against overlap",
                                        "Overlaps with positive complexity hold exponentially many stationary points"},
                                       {0}};

static sp_status run_risk_landscape_curve(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    sp_risk_point_list list;
    SP_TRY(sp_risk_curve(run, p, scalars_, &list));
    if (isnan(((R *)scalars_)->complexity_max))
        sp_result_unconverged(out, "no annealed complexity to start from");
    for (size_t i = 0; i < list.n; i++) {
        const sp_risk_point *v = &list.v[i];
        if (p->overlap.n)
            SP_TRY(SP_ROW(sp_result_table(out, "overlap"), v->q, v->complexity, v->risk, v->t, v->A, v->zeta, v->g_re,
                          v->g_im, v->residual, v->note));
        else
            SP_TRY(SP_ROW(sp_result_table(out, "curve"), list.kind[i], v->risk, v->complexity, v->lam, v->t, v->A, v->F_o,
                          v->g_re, v->g_im, v->q, v->residual, v->note));
    }
    return SP_OK;
}

const sp_command sp_command_risk_landscape_curve = {
    .name = "risk-landscape.curve",
    .summary = "Complexity of the empirical risk against risk, or against the overlap with a teacher",
    .spec = "22:3.2-3.4",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_risk_landscape_curve,
    SP_SIZES(P, R),
    .example = "--loss sin(2*y)+y --samples-per-dim 5 --quenched"};
