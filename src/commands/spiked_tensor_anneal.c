#include "spiked_tensor_options.h"

typedef struct {
    sp_spiked_model model;
    double temperature, m0, t_max, anneal, anneal_tau, dt, row_step, node_step;
    size_t N, instances, steps;
    int solver;
    sp_vec times;
} P;
typedef struct {
    double m_plain, m_annealed, m_bayes, t_half_plain, t_half_annealed, delta2_langevin, m_sim, m_sim_se;
    const char *regime;
} R;
static const sp_param params[] = {
    SPIKED_MODEL_OPTIONS(P),
    SP_REAL(P, temperature, "1", SP_NONNEGATIVE, "", "temperature of the Langevin noise"),
    SP_REAL(P, m0, "1e-4", SP_BETWEEN(-1, 1), "", "overlap of the start"),
    SP_REAL(P, t_max, "1000", SP_POSITIVE, "time", "last time"),
    SP_REAL(P, anneal, "100", SP_POSITIVE, "", "tensor noise of the algorithm: Delta_p + anneal exp(-t/tau)"),
    SP_REAL(P, anneal_tau, "30", SP_POSITIVE, "time", "tau"),
    TWO_TIME_OPTIONS(P),
    SP_SIZE(P, N, "0", SP_BETWEEN(0, 100000), "", "spins of an annealed simulation beside the theory; 0: none"),
    SP_SIZE(P, instances, "4", SP_BETWEEN(1, 100000), "", "its instances"),
    SP_REAL(P, dt, "0.02", SP_POSITIVE, "time", "its time step"),
    SP_VEC(P, times, "", SP_NONNEGATIVE, "time", "times of the curves; default: 60 log-spaced"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, regime, "", "of this point"),
    SP_OUT(R, m_bayes, "", "overlap of the Bayes-optimal estimate"),
    SP_OUT(R, delta2_langevin, "", "below it plain Langevin dynamics finds the signal"),
    SP_OUT(R, m_plain, "", "overlap at t-max without annealing"),
    SP_OUT(R, m_annealed, "", "overlap at t-max with annealing"),
    SP_OUT(R, t_half_plain, "time", "time to half of m_bayes without annealing; inf: not reached"),
    SP_OUT(R, t_half_annealed, "time", "with annealing"),
    SP_OUT(R, m_sim, "", "annealed simulation at t-max; nan: none"),
    SP_OUT(R, m_sim_se, "", "standard error"),
    {0}};
static const sp_column curves[] = {{"t", "time", "time"},
                                   {"m_plain", "", "overlap without annealing"},
                                   {"m_annealed", "", "overlap with annealing"},
                                   {"energy_plain", "", "H/N without annealing"},
                                   {"energy_annealed", "", "H/N of the annealed landscape"},
                                   {"m_sim", "", "annealed simulation"},
                                   {"m_sim_se", "", "standard error"},
                                   {0}};
static const sp_table_decl tables[] = {
    {"curves", curves, "plot t m_plain,m_annealed,m_sim logx title Landscape annealing",
     "With a noisy tensor at first, the matrix guides the overlap before the glassy landscape appears"},
    {0}};

static sp_status run_anneal(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    sp_spiked_thresholds th;
    sp_two_time_params q = {.model = p->model,
                            .eta = {.eta0 = 1},
                            .temperature = p->temperature,
                            .m0 = p->m0,
                            .t_max = p->t_max,
                            .solver = p->solver,
                            .steps = p->steps,
                            .row_step = p->row_step,
                            .node_step = p->node_step,
                            .times = p->times};
    sp_two_time_solution plain, annealed;
    SP_TRY(sp_spiked_thresholds_of(run, &(sp_spiked_thresholds_params){p->model, p->temperature}, &th));
    SP_TRY(sp_two_time_solve(run, &q, &plain));
    q.anneal = p->anneal, q.anneal_tau = p->anneal_tau;
    SP_TRY(sp_two_time_solve(run, &q, &annealed));
    size_t n = plain.n, m;
    double *times = SP_NEW(run, double, n);
    if (!times)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++)
        times[i] = plain.point[i].t;
    sp_langevin_point *points = NULL;
    if (p->N)
        SP_TRY(sp_langevin_simulate(run,
                                    &(sp_langevin_params){.model = p->model,
                                                          .eta = q.eta,
                                                          .temperature = p->temperature,
                                                          .m0 = p->m0,
                                                          .dt = p->dt,
                                                          .anneal = p->anneal,
                                                          .anneal_tau = p->anneal_tau,
                                                          .N = p->N,
                                                          .instances = p->instances,
                                                          .replicas = 1,
                                                          .times = {n, times}},
                                    &m, &points));
    sp_table *t = sp_result_table(out, "curves");
    for (size_t i = 0; i < n; i++)
        SP_TRY(SP_ROW(t, times[i], plain.point[i].m, annealed.point[i].m, plain.point[i].energy, annealed.point[i].energy,
                      points ? points[i].m.value : (double)NAN, points ? points[i].m.se : (double)NAN));
    *r = (R){.m_plain = plain.point[n - 1].m,
             .m_annealed = annealed.point[n - 1].m,
             .m_bayes = th.m_bayes,
             .t_half_plain = sp_two_time_crossing(&plain, th.m_bayes / 2),
             .t_half_annealed = sp_two_time_crossing(&annealed, th.m_bayes / 2),
             .delta2_langevin = th.delta2_langevin,
             .m_sim = points ? points[n - 1].m.value : NAN,
             .m_sim_se = points ? points[n - 1].m.se : NAN,
             .regime = th.regime};
    return SP_OK;
}

const sp_command sp_command_spiked_tensor_anneal = {.name = "spiked-tensor.anneal",
                                                    .summary = "Landscape annealing against plain Langevin dynamics, exact",
                                                    .spec = "28:3.8",
                                                    .params = params,
                                                    .scalars = scalars,
                                                    .tables = tables,
                                                    .run = run_anneal,
                                                    SP_SIZES(P, R),
                                                    .example = "--delta2 0.7 --deltap 0.5 --t-max 300"};
