#include "spinodal/command.h"
#include "spinodal/spiked_tensor.h"

typedef struct {
    int64_t p;
    sp_vec deltap, delta2, temperatures;
} P;
typedef struct {
    size_t points;
} R;
static const sp_param params[] = {
    SP_INT(P, p, "3", SP_BETWEEN(3, 24), "", "order of the tensor"),
    SP_VEC(P, deltap, "0.05:10:60log", SP_POSITIVE, "", "Delta_p of the lines"),
    SP_VEC(P, delta2, "1.02:4:30", SP_POSITIVE, "", "Delta_2 > 1 of the spinodal and the information-theoretic line"),
    SP_VEC(P, temperatures, "0,0.25,0.5,0.75,1", SP_NONNEGATIVE, "", "temperatures of the Langevin lines"),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, points, "", "points on the lines"), {0}};
static const sp_column lines[] = {
    {"deltap", "", "noise of the tensor"},
    {"delta2_bayes", "", "Bayes AMP finds the signal below"},
    {"delta2_ml", "", "maximum-likelihood AMP finds it below"},
    {"delta2_langevin", "", "Langevin dynamics at T = 1 finds it below (nan: no glassy threshold states)"},
    {"delta2_gf", "", "gradient flow finds it below"},
    {0}};
static const sp_column upper[] = {{"delta2", "", "noise of the matrix"},
                                  {"deltap_spinodal", "", "an informative state exists below"},
                                  {"deltap_it", "", "it is the dominant one below"},
                                  {"spinodal_m", "", "its overlap at the spinodal"},
                                  {0}};
static const sp_column langevin[] = {{"temperature", "", "temperature"},
                                     {"deltap", "", "noise of the tensor"},
                                     {"delta2_langevin", "", "Langevin dynamics finds the signal below"},
                                     {"q_th", "", "plateau of the threshold states on the line"},
                                     {0}};
static const sp_table_decl tables[] = {
    {"lines", lines,
     "plot deltap delta2_bayes,delta2_ml,delta2_langevin,delta2_gf logx ylabel noise of the matrix title Easiest noise",
     "Below a line the algorithm finds the signal. AMP is first, then Langevin dynamics, then gradient flow"},
    {"langevin", langevin,
     "plot deltap delta2_langevin by temperature logx ylabel noise of the matrix title Langevin dynamics at any temperature",
     "From gradient flow (T = 0) to sampling (T = 1): heat loosens the threshold states that hide the signal"},
    {"hard", upper, "plot delta2 deltap_spinodal,deltap_it logy ylabel noise of the tensor title Hard phase",
     "Delta_2 > 1: below deltap_it the signal is there, but no known fast algorithm finds it"},
    {0}};

static sp_status run_phases(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    sp_table *t = sp_result_table(out, "lines");
    for (size_t i = 0; i < p->deltap.n; i++) {
        sp_spiked_line line;
        sp_spiked_lines((int)p->p, p->deltap.v[i], &line);
        SP_TRY(SP_ROW(t, line.deltap, line.delta2_bayes, line.delta2_ml, line.delta2_langevin, line.delta2_gf));
    }
    t = sp_result_table(out, "langevin");
    for (size_t k = 0; k < p->temperatures.n; k++)
        for (size_t i = 0; i < p->deltap.n; i++) {
            double T = p->temperatures.v[k], line = sp_spiked_langevin_line((int)p->p, p->deltap.v[i], T);
            SP_TRY(SP_ROW(t, T, p->deltap.v[i], line, 1 - T * line));
        }
    t = sp_result_table(out, "hard");
    for (size_t i = 0; i < p->delta2.n; i++) {
        double m, spinodal, it;
        if (!(p->delta2.v[i] > 1))
            return sp_fail(run, SP_USAGE, "--delta2 %g: the hard phase is at Delta_2 > 1", p->delta2.v[i]);
        SP_TRY(sp_poll(run));
        sp_spiked_spinodal((int)p->p, p->delta2.v[i], &m, &spinodal, &it);
        SP_TRY(SP_ROW(t, p->delta2.v[i], spinodal, it, m));
    }
    r->points = p->deltap.n * (1 + p->temperatures.n) + p->delta2.n;
    return SP_OK;
}

const sp_command sp_command_spiked_tensor_phases = {.name = "spiked-tensor.phases",
                                                    .summary = "Phase diagram of the spiked matrix-tensor model",
                                                    .spec = "28:3.6, 6; 23:3.3",
                                                    .params = params,
                                                    .scalars = scalars,
                                                    .tables = tables,
                                                    .run = run_phases,
                                                    SP_SIZES(P, R),
                                                    .example = "--deltap 0.1:4:8log --delta2 1.5,2,4"};
