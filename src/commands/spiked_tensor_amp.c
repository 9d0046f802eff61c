#include "spiked_tensor_options.h"

#include <string.h>

typedef struct {
    sp_spiked_model model;
    bool bayes, ml;
    double m0;
    size_t iterations, N, instances;
} P;
typedef struct {
    double m, m_sim, m_sim_se, m_fixed;
} R;
static const sp_param params[] = {
    SPIKED_MODEL_OPTIONS(P),
    SP_FLAG(P, bayes, "Bayes-optimal AMP (the default)"),
    SP_FLAG(P, ml, "maximum-likelihood AMP (temperature 0)"),
    SP_REAL(P, m0, "0.1", SP_BETWEEN(-1, 1), "", "overlap of the start"),
    SP_SIZE(P, iterations, "20", SP_BETWEEN(1, 100000), "", "iterations"),
    SP_SIZE(P, N, "200", SP_BETWEEN(10, 100000), "", "spins"),
    SP_SIZE(P, instances, "0", SP_BETWEEN(0, 100000), "", "instances beside state evolution; 0: none"),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, m, "", "overlap after the last iteration, state evolution"),
                                    SP_OUT(R, m_sim, "", "measured"),
                                    SP_OUT(R, m_sim_se, "", "standard error over instances"),
                                    SP_OUT(R, m_fixed, "", "fixed point of state evolution from full information"),
                                    {0}};
static const sp_column curve[] = {{"iteration", "", "iteration"},
                                  {"m", "", "overlap, state evolution"},
                                  {"m_sim", "", "overlap, measured"},
                                  {"m_sim_se", "", "standard error"},
                                  {"q_sim", "", "|x|^2/N, measured"},
                                  {"q_sim_se", "", "standard error"},
                                  {0}};
static const sp_table_decl tables[] = {{"iterations", curve, "plot iteration m,m_sim title Approximate message passing",
                                        "Instances (points) follow state evolution (line)"},
                                       {0}};

static sp_status run_amp(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    sp_amp_point *points;
    sp_spiked_thresholds th;
    if (p->bayes && p->ml)
        return sp_fail(run, SP_USAGE, "give --bayes or --ml, not both");
    SP_TRY(sp_spiked_thresholds_of(run, &(sp_spiked_thresholds_params){p->model, 1}, &th));
    SP_TRY(sp_amp_run(
        run,
        &(sp_amp_params){
            .model = p->model, .ml = p->ml, .m0 = p->m0, .iterations = p->iterations, .N = p->N, .instances = p->instances},
        &points));
    sp_table *t = sp_result_table(out, "iterations");
    for (size_t k = 0; k <= p->iterations; k++)
        SP_TRY(SP_ROW(t, points[k].iteration, points[k].m, points[k].m_sim.value, points[k].m_sim.se, points[k].q_sim.value,
                      points[k].q_sim.se));
    const sp_amp_point *last = &points[p->iterations];
    *r = (R){last->m, last->m_sim.value, last->m_sim.se, p->ml ? th.m_ml : th.m_bayes};
    return SP_OK;
}

const sp_command sp_command_spiked_tensor_amp = {
    .name = "spiked-tensor.amp",
    .summary = "Approximate message passing, Bayes or maximum likelihood, with state evolution",
    .spec = "28:3.5; 23:3.4",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_amp,
    SP_SIZES(P, R),
    .example = "--inverse-noise-2 2 --deltap 1 --m0 0.3 --ml --instances 6 --N 100"};
