#include "schedule_options.h"

typedef struct {
    double p, data_var, kappa;
    sp_vec x, steps, B;
} P;
typedef struct {
    double p_kappa, p_kappa_error;
} R;
static const sp_param params[] = {
    SP_REAL(P, p, "0.7", SP_OPEN_FRACTION, "", "weight of the + mode"),
    SP_REAL(P, data_var, "0.25", SP_POSITIVE, "data^2", "variance inside a mode"),
    SP_REAL(P, kappa, "4", SP_POSITIVE, "", "window of the dilated path"),
    SP_VEC(P, x, "0.25,0.5,1,2,5", SP_POSITIVE, "", "sqrt(d)/steps of the uniform variance-preserving path"),
    SP_VEC(P, steps, "10,20,50,100,200", SP_BETWEEN(2, 1e7), "", "numbers of steps"),
    SP_VEC(P, B, "1.2,1.5,2", ((sp_range){1, INFINITY, true, false}), "", "inverse temperatures of the Curie-Weiss model"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, p_kappa, "", "dilated vp, all steps refined: p Phi(kappa + h/kappa) + (1-p) Phi(-kappa + h/kappa)"),
    SP_OUT(R, p_kappa_error, "", "p_kappa - p"),
    {0}};
static const sp_column collapse[] = {{"x", "", "sqrt(d)/steps"}, {"P_x", "", "weight recovered, d infinite"}, {0}};
static const sp_column limits[] = {{"steps", "", "steps"},
                                   {"data_var_vp", "data^2", "uniform vp: variance recovered, any d"},
                                   {"p_ve", "", "uniform ve: weight recovered, d infinite"},
                                   {0}};
static const sp_column magnets[] = {{"B", "", "inverse temperature"}, {"m_star", "", "m = tanh(B m)"}, {0}};
static const sp_table_decl tables[] = {
    {"collapse", collapse, "plot x P_x logx title Uniform steps lose the weight of the mode",
     "Variance preserving, uniform steps: the weight is right for steps much larger than sqrt(d) only"},
    {"limits", limits,
     "plot steps data_var_vp logx title Variance, uniform vp; plot steps p_ve logx title Weight, uniform ve",
     "What each uniform path gets right: errors of order 1/steps, whatever d"},
    {"magnets", magnets, NULL, NULL},
    {0}};

static sp_status run_schedule_theory(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    (void)run;
    r->p_kappa = sp_schedule_window_limit(p->p, p->kappa);
    r->p_kappa_error = r->p_kappa - p->p;
    for (size_t i = 0; i < p->x.n; i++)
        SP_TRY(SP_ROW(sp_result_table(out, "collapse"), p->x.v[i], sp_schedule_vp_collapse(p->p, p->x.v[i])));
    for (size_t i = 0; i < p->steps.n; i++)
        SP_TRY(SP_ROW(sp_result_table(out, "limits"), p->steps.v[i],
                      sp_schedule_vp_variance(p->data_var, (size_t)p->steps.v[i]),
                      sp_schedule_ve_limit(p->p, (size_t)p->steps.v[i])));
    for (size_t i = 0; i < p->B.n; i++)
        SP_TRY(SP_ROW(sp_result_table(out, "magnets"), p->B.v[i], sp_curie_weiss_magnetization(p->B.v[i])));
    return SP_OK;
}

const sp_command sp_command_schedule_theory = {.name = "schedule.theory",
                                               .summary =
                                                   "Limits of large dimension: what uniform steps lose, what a window "
                                                   "keeps",
                                               .spec = "10:3.4",
                                               .params = params,
                                               .scalars = scalars,
                                               .tables = tables,
                                               .run = run_schedule_theory,
                                               SP_SIZES(P, R),
                                               .example = "--p 0.7"};
