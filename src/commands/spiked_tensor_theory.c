#include "spiked_tensor_options.h"

typedef sp_two_time_params P;
typedef struct {
    double m, m_error, mu, mu_error, energy, energy_error, C_t0, excess;
    double E_th, mu_th, q_th, aging_energy, m_bayes, m_ml, growth_rate, t_half;
    double sphere_error, residual;
    size_t rows, evaluations;
    const char *solver_used;
} R;

static const sp_param params[] = {
    SPIKED_MODEL_OPTIONS(P),
    SPIKED_KERNEL_OPTION(P),
    SP_REAL(P, temperature, "0", SP_NONNEGATIVE, "",
            "temperature of the Langevin noise; 0: gradient flow, 1: Bayes-optimal sampling"),
    SP_REAL(P, m0, "0", SP_BETWEEN(-1, 1), "",
            "overlap with the signal at the start (0 stays 0; 1e-10 mimics a random start)"),
    SP_REAL(P, t_max, "100", SP_POSITIVE, "time", "last time"),
    SCHEDULE_OPTIONS(P, "constant", "1", "0.5"),
    SP_REAL(P, anneal, "0", SP_NONNEGATIVE, "", "extra tensor noise at the start: Delta_p + anneal exp(-t/tau); 0: none"),
    SP_REAL(P, anneal_tau, "10", SP_POSITIVE, "time", "tau of the annealing"),
    TWO_TIME_OPTIONS(P),
    {"estimate_error", SP_TYPE_BOOL, SP_FIELD(P, estimate_error, bool), "true", SP_ANY, "",
     "log: solve again on a coarser grid", NULL},
    SP_VEC(P, times, "", SP_NONNEGATIVE, "time", "times of the curves; default: 60 log-spaced"),
    SP_VEC(P, waiting_times, "", SP_POSITIVE, "time", "waiting times tw of C(tw+tau,tw) and of the FDT plot"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, m, "", "overlap with the signal at t-max"),
    SP_OUT(R, m_error, "", "its numerical error, estimated from a coarser grid"),
    SP_OUT(R, mu, "", "Lagrange multiplier of the sphere at t-max"),
    SP_OUT(R, mu_error, "", "its numerical error"),
    SP_OUT(R, energy, "", "H/N at t-max"),
    SP_OUT(R, energy_error, "", "its numerical error"),
    SP_OUT(R, C_t0, "", "correlation with the start at t-max"),
    SP_OUT(R, excess, "", "energy above that of aging at this temperature (threshold states at T = 0)"),
    SP_OUT(R, E_th, "", "energy of the threshold states"),
    SP_OUT(R, mu_th, "", "mu of the threshold states, 2 sqrt(Q''(1))"),
    SP_OUT(R, q_th, "", "their overlap plateau at this temperature"),
    SP_OUT(R, aging_energy, "", "energy reached by aging at this temperature (m = 0)"),
    SP_OUT(R, m_bayes, "", "overlap of the Bayes-optimal estimate"),
    SP_OUT(R, m_ml, "", "overlap of the maximum-likelihood estimate"),
    SP_OUT(R, growth_rate, "", "late growth rate of ln m at the threshold states (T = 0)"),
    SP_OUT(
        R, t_half, "time",
        "first time with |m| above half of the final overlap expected (m_ml at T = 0, m_bayes otherwise); inf: not reached"),
    SP_OUT(R, sphere_error, "", "largest |C(t,t) - 1|, which the solver does not impose"),
    SP_OUT(R, residual, "", "largest residual of the equations (log solver)"),
    SP_OUT(R, rows, "", "time rows of the finer solution"),
    SP_OUT(R, evaluations, "", "evaluations of the equations"),
    SP_OUT(R, solver_used, "", "solver"),
    {0}};
static const sp_column curves[] = {{"t", "time", "time"},
                                   {"m", "", "overlap with the signal"},
                                   {"mu", "", "Lagrange multiplier"},
                                   {"energy", "", "H/N"},
                                   {"excess", "", "energy above aging"},
                                   {"C_t0", "", "correlation C(t,0) with the start"},
                                   {"R_t0", "", "response R(t,0)"},
                                   {"eta", "", "learning rate"},
                                   {"m_error", "", "numerical error of m"},
                                   {"mu_error", "", "numerical error of mu"},
                                   {"energy_error", "", "numerical error of the energy"},
                                   {"C_t0_error", "", "numerical error of C(t,0)"},
                                   {0}};
static const sp_column pairs[] = {{"tw", "time", "waiting time"},
                                  {"tau", "time", "time since tw"},
                                  {"C", "", "correlation C(tw+tau,tw)"},
                                  {"chi", "", "integrated response from tw to tw+tau"},
                                  {0}};
static const sp_table_decl tables[] = {
    {"curves", curves,
     "plot t m,C_t0 logx title Overlap and memory; plot t energy logx title Energy; plot t excess logx "
     "logy title Energy above aging",
     "Exact dynamics for N = infinity: the overlap leaves its start when the signal is found, the energy comes down to that "
     "of aging"},
    {"two_time", pairs, "plot tau C by tw logx title Correlation; plot C chi by tw title Response against correlation",
     "Aging: the longer the wait, the slower the decay; where chi against C leaves the line of slope -1/T, fluctuation and "
     "dissipation part"},
    {0}};

static sp_status run_theory(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    sp_spiked_thresholds th;
    sp_two_time_solution s;
    SP_TRY(sp_spiked_thresholds_of(run, &(sp_spiked_thresholds_params){p->model, p->temperature}, &th));
    SP_TRY(sp_two_time_solve(run, p, &s));
    double target = p->temperature > 0 ? th.m_bayes : th.m_ml;
    *r = (R){.E_th = th.E_th,
             .mu_th = th.mu_th,
             .q_th = th.q_th,
             .aging_energy = th.aging_energy,
             .m_bayes = th.m_bayes,
             .m_ml = th.m_ml,
             .growth_rate = th.growth_rate,
             .t_half = INFINITY,
             .sphere_error = s.sphere_error,
             .residual = s.residual,
             .rows = s.rows,
             .evaluations = s.iterations,
             .solver_used = s.solver == SP_SOLVER_LOG ? "log" : "uniform"};
    sp_table *t = sp_result_table(out, "curves");
    for (size_t i = 0; i < s.n; i++) {
        const sp_two_time_point *q = &s.point[i];
        SP_TRY(SP_ROW(t, q->t, q->m, q->mu, q->energy, q->energy - th.aging_energy, q->C_t0, q->R_t0, q->eta, q->m_error,
                      q->mu_error, q->energy_error, q->C_t0_error));
    }
    if (target > 0)
        r->t_half = sp_two_time_crossing(&s, target / 2);
    const sp_two_time_point *last = &s.point[s.n - 1];
    r->m = last->m, r->m_error = last->m_error, r->mu = last->mu, r->mu_error = last->mu_error;
    r->energy = last->energy, r->energy_error = last->energy_error, r->C_t0 = last->C_t0,
    r->excess = last->energy - th.aging_energy;
    t = sp_result_table(out, "two_time");
    for (size_t i = 0; i < s.n_pairs; i++)
        SP_TRY(SP_ROW(t, s.pair[i].tw, s.pair[i].tau, s.pair[i].C, s.pair[i].chi));
    if (!s.converged)
        sp_result_unconverged(out, "the two-time equations were not solved to their tolerance");
    if (r->mu_error > 1e-2 * (1 + fabs(r->mu)))
        sp_result_unconverged(
            out, "mu changes by %.2g on a coarser grid: use smaller --row-step and --node-step, or more --steps",
            r->mu_error);
    if (s.sphere_error > 1e-2)
        sp_result_unconverged(
            out, "C(t,t) leaves 1 by %.2g: use smaller --row-step and --node-step, or --solver uniform with more --steps",
            s.sphere_error);
    return SP_OK;
}

const sp_command sp_command_spiked_tensor_theory = {
    .name = "spiked-tensor.theory",
    .summary = "Exact Langevin or gradient-flow dynamics of spiked matrix-tensor and mixed spherical models",
    .spec = "28:3.1-3.3; 23:3.1",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_theory,
    SP_SIZES(P, R),
    .example = "--deltap 1 --t-max 1000 --waiting-times 1,10,100"};
