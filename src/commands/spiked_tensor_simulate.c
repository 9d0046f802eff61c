#include "spiked_tensor_options.h"

typedef struct {
    sp_spiked_model model;
    sp_schedule eta;
    double temperature, m0, t_max, dt, anneal, anneal_tau, row_step, node_step;
    size_t N, instances, replicas, steps;
    int solver;
    sp_vec times;
} P;
typedef struct {
    double m, m_sim, m_sim_se, mu, mu_sim, mu_sim_se, energy, energy_sim, energy_sim_se, C_t0, C_t0_sim, C_t0_sim_se,
        largest_deviation;
} R;
static const sp_param params[] = {
    SPIKED_MODEL_OPTIONS(P),
    SPIKED_KERNEL_OPTION(P),
    SP_REAL(P, temperature, "0", SP_NONNEGATIVE, "", "temperature of the Langevin noise; 0: gradient flow"),
    SP_REAL(P, m0, "0", SP_BETWEEN(-1, 1), "", "overlap of the start with the signal, exact in every run"),
    SP_REAL(P, t_max, "10", SP_POSITIVE, "time", "last time"),
    SP_SIZE(P, N, "200", SP_BETWEEN(10, 100000), "", "spins"),
    SP_SIZE(P, instances, "8", SP_BETWEEN(1, 100000), "", "instances of the couplings"),
    SP_SIZE(P, replicas, "1", SP_BETWEEN(1, 4096), "", "starts for each instance, moved together"),
    SP_REAL(P, dt, "0.02", SP_POSITIVE, "time", "time step (Heun, retracted to the sphere)"),
    SCHEDULE_OPTIONS(P, "constant", "1", "0.5"),
    SP_REAL(P, anneal, "0", SP_NONNEGATIVE, "", "extra tensor noise at the start: Delta_p + anneal exp(-t/tau); 0: none"),
    SP_REAL(P, anneal_tau, "10", SP_POSITIVE, "time", "tau of the annealing"),
    TWO_TIME_OPTIONS(P),
    SP_VEC(P, times, "", SP_NONNEGATIVE, "time", "times of the measurements; default: 41 from 0 to t-max"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, m, "", "overlap at the last time, theory for N = infinity"),
    SP_OUT(R, m_sim, "", "measured"),
    SP_OUT(R, m_sim_se, "", "standard error over instances (over replicas when there is one instance)"),
    SP_OUT(R, mu, "", "Lagrange multiplier, theory"),
    SP_OUT(R, mu_sim, "", "measured: T eta + x.F/N"),
    SP_OUT(R, mu_sim_se, "", "standard error"),
    SP_OUT(R, energy, "", "H/N, theory"),
    SP_OUT(R, energy_sim, "", "measured"),
    SP_OUT(R, energy_sim_se, "", "standard error"),
    SP_OUT(R, C_t0, "", "correlation with the start, theory"),
    SP_OUT(R, C_t0_sim, "", "measured"),
    SP_OUT(R, C_t0_sim_se, "", "standard error"),
    SP_OUT(R, largest_deviation, "s.e.", "largest |measured - theory|/se over times and quantities"),
    {0}};
#define PAIR(name, help)                                                                                                    \
    {name, "", help ", theory"}, {name "_sim", "", help ", measured"}, { name "_sim_se", "", "standard error" }
static const sp_column curves[] = {{"t", "time", "time"},
                                   PAIR("m", "overlap"),
                                   PAIR("mu", "Lagrange multiplier"),
                                   PAIR("energy", "H/N"),
                                   PAIR("C_t0", "correlation with the start"),
                                   {"force", "", "root mean square of the force along the sphere"},
                                   {"force_se", "", "standard error"},
                                   {0}};
static const sp_table_decl tables[] = {
    {"curves", curves,
     "plot t m,m_sim,C_t0,C_t0_sim ylabel overlap m and memory C(t,0) title Overlap and memory; "
     "plot t energy,energy_sim ylabel energy H/N title Energy; "
     "plot t mu,mu_sim ylabel Lagrange multiplier mu title Lagrange multiplier",
     "Simulated systems of N spins (points) on the exact curves for N = infinity"},
    {0}};

/* Exact starts have errors of rounding. */
static double deviation(double theory, sp_simulated x) { return x.se > 1e-12 ? fabs(x.value - theory) / x.se : 0; }

static sp_status run_simulate(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    double automatic[41];
    for (int i = 0; i < 41; i++)
        automatic[i] = p->t_max * i / 40;
    sp_vec times = p->times.n ? p->times : (sp_vec){41, automatic};
    double t_max = fmax(times.v[times.n - 1], p->t_max);
    sp_two_time_params theory = {.model = p->model,
                                 .eta = p->eta,
                                 .temperature = p->temperature,
                                 .m0 = p->m0,
                                 .t_max = t_max,
                                 .anneal = p->anneal,
                                 .anneal_tau = p->anneal_tau,
                                 .solver = p->solver,
                                 .steps = p->steps,
                                 .row_step = p->row_step,
                                 .node_step = p->node_step,
                                 .times = times};
    sp_langevin_params simulation = {.model = p->model,
                                     .eta = p->eta,
                                     .temperature = p->temperature,
                                     .m0 = p->m0,
                                     .dt = p->dt,
                                     .anneal = p->anneal,
                                     .anneal_tau = p->anneal_tau,
                                     .N = p->N,
                                     .instances = p->instances,
                                     .replicas = p->replicas,
                                     .times = times};
    sp_two_time_solution s;
    sp_langevin_point *points;
    size_t n;
    SP_TRY(sp_two_time_solve(run, &theory, &s));
    SP_TRY(sp_langevin_simulate(run, &simulation, &n, &points));
    sp_table *t = sp_result_table(out, "curves");
    for (size_t i = 0; i < n; i++) {
        const sp_langevin_point *x = &points[i];
        const sp_two_time_point *q = &s.point[i];
        double force = sqrt(x->force2.value);
        SP_TRY(SP_ROW(t, x->t, q->m, x->m.value, x->m.se, q->mu, x->mu.value, x->mu.se, q->energy, x->energy.value,
                      x->energy.se, q->C_t0, x->C_t0.value, x->C_t0.se, force,
                      force > 0 ? x->force2.se / (2 * force) : 0.0));
        double far = fmax(fmax(deviation(q->m, x->m), deviation(q->mu, x->mu)),
                          fmax(deviation(q->energy, x->energy), deviation(q->C_t0, x->C_t0)));
        double largest = fmax(r->largest_deviation, far);
        *r = (R){q->m,         x->m.value, x->m.se,       q->mu,      x->mu.value, x->mu.se, q->energy, x->energy.value,
                 x->energy.se, q->C_t0,    x->C_t0.value, x->C_t0.se, largest};
    }
    return SP_OK;
}

const sp_command sp_command_spiked_tensor_simulate = {
    .name = "spiked-tensor.simulate",
    .summary = "Langevin dynamics or gradient flow of N spins beside the exact curves",
    .spec = "28:3.9; 23:3.6",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_simulate,
    SP_SIZES(P, R),
    .example = "--deltap 1 --delta2 0.5 --temperature 1 --m0 0.3 --N 100 --instances 6 --t-max 5"};
