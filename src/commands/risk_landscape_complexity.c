#include "risk_model.h"

typedef sp_risk_complexity_params P;
typedef struct {
    sp_risk_point annealed;
    double complexity_quenched, risk_quenched, lam_quenched, q_quenched, F_o, ln_Fp, g_re_quenched, g_im_quenched,
        zeta_quenched;
    double complexity_broken, risk_broken, q_broken;
    const char *note_quenched;
} R;

static const sp_param params[] = {
    SP_RISK_OPTIONS,
    SP_REAL(P, lam, "0", SP_ANY, "1/risk",
            "multiplier of the risk, minus the slope of the complexity (0: all stationary points)"),
    SP_VEC(P, risk, "", SP_ANY, "risk", "the risk, instead of lam"),
    SP_VEC(P, overlap, "", SP_BETWEEN(-1, 1), "1", "overlap with the teacher (empty: of largest complexity)"),
    SP_FLAG(P, quenched, "the complexity of a typical risk too"),
    SP_SIZE(P, bins, "160", SP_BETWEEN(0, 10000), "",
            "rows of the laws of pre-activations and Hessian eigenvalues (0: none)"),
    {0}};
#define POINT(field, unit, help) SP_OUT(sp_risk_point, field, unit, help)
static const sp_scalar scalars[] = {
    {"complexity_annealed", SP_TYPE_REAL, offsetof(sp_risk_point, complexity), "1",
     "ln of the mean number of stationary points, per dimension"},
    POINT(risk, "risk", "their risk"),
    POINT(lam, "1/risk", "multiplier of the risk"),
    POINT(t, "risk", "shift of the Hessian, <y loss'>"),
    POINT(A, "risk^2", "<loss'^2>"),
    POINT(g_re, "1/risk", "Stieltjes transform of the Hessian's random part at t"),
    POINT(g_im, "1/risk", "its imaginary part; 0: t lies outside the spectrum"),
    POINT(q, "1", "overlap with the teacher; nan: none"),
    POINT(zeta, "1", "its multiplier"),
    POINT(check, "1", "the complexity by the variational formula"),
    POINT(residual, "1", "of the equations"),
    POINT(iterations, "", "sweeps"),
    POINT(kind, "", "saddles, or gapped"),
    POINT(note, "", "why there is no number"),
    SP_OUT(R, complexity_quenched, "1", "mean of the ln of the number, per dimension"),
    SP_OUT(R, risk_quenched, "risk", "risk of typical points"),
    SP_OUT(R, lam_quenched, "1/risk", "multiplier of the risk"),
    SP_OUT(R, q_quenched, "1", "mutual overlap of typical points"),
    SP_OUT(R, F_o, "risk^2", "<loss'_a loss'_b> of two points"),
    SP_OUT(R, ln_Fp, "1", "ln(<loss'^2> - F_o)"),
    SP_OUT(R, g_re_quenched, "1/risk", "as g_re"),
    SP_OUT(R, g_im_quenched, "1/risk", "as g_im"),
    SP_OUT(R, zeta_quenched, "1", "multiplier of the overlap"),
    SP_OUT(R, complexity_broken, "1",
           "odd losses: quenched complexity of the pair of solutions at risks -+ that leans on the samples' direction"),
    SP_OUT(R, risk_broken, "risk", "their risk, up to sign"),
    SP_OUT(R, q_broken, "1", "their mutual overlap"),
    SP_OUT(R, note_quenched, "", "why there is no number"),
    {0}};
static const sp_column preactivation[] = {{"y", "1", "pre-activation xi.x"},
                                          {"gauss", "1", "standard normal density"},
                                          {"density", "1", "density at the stationary points"},
                                          {0}};
static const sp_column hessian[] = {
    {"lambda", "risk", "Hessian eigenvalue"}, {"density", "1/risk", "density at the stationary points"}, {0}};
static const sp_table_decl tables[] = {{"preactivation", preactivation,
                                        "plot y gauss,density ylabel density title Pre-activations at stationary points",
                                        "How the stationary points bend the normal law of the pre-activations"},
                                       {"hessian", hessian, "plot lambda density title Hessian at stationary points",
                                        "Eigenvalues below zero: directions of descent"},
                                       {0}};

static sp_status run_risk_landscape_complexity(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    sp_risk_complexity_result c;
    SP_TRY(sp_risk_complexity(run, p, &c));
    r->annealed = c.annealed;
    r->complexity_quenched = c.quenched.complexity;
    r->risk_quenched = c.quenched.risk;
    r->lam_quenched = c.quenched.lam;
    r->q_quenched = c.quenched.q;
    r->F_o = c.quenched.F_o;
    r->ln_Fp = c.quenched.ln_Fp;
    r->g_re_quenched = c.quenched.g_re;
    r->g_im_quenched = c.quenched.g_im;
    r->zeta_quenched = c.quenched.zeta;
    r->complexity_broken = c.broken.complexity;
    r->risk_broken = fabs(c.broken.risk);
    r->q_broken = c.broken.q;
    r->note_quenched = c.quenched.note;
    sp_table *t = sp_result_table(out, "preactivation");
    for (size_t i = 0; i < c.n; i++)
        SP_TRY(SP_ROW(t, c.preactivation[i].x, c.preactivation[i].gauss, c.preactivation[i].density));
    t = sp_result_table(out, "hessian");
    for (size_t i = 0; i < c.n; i++)
        SP_TRY(SP_ROW(t, c.hessian[i].x, c.hessian[i].density));
    if (!c.annealed.converged)
        sp_result_unconverged(out, "no annealed complexity: %s", c.annealed.note);
    return SP_OK;
}

const sp_command sp_command_risk_landscape_complexity = {
    .name = "risk-landscape.complexity",
    .summary = "How many stationary points the empirical risk of a one-layer model has",
    .spec = "22:3.1-3.4",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_risk_landscape_complexity,
    SP_SIZES(P, R),
    .example = "--loss sin(2*y)+y --samples-per-dim 5 --quenched"};
