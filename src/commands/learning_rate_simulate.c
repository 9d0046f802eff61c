#include "learning_rate_options.h"

typedef struct {
    landscape_options landscape;
    double dt;
    size_t N, instances, replicas;
} P;
typedef struct {
    double excess, excess_sim, excess_sim_se, m, m_sim, m_sim_se, m2_sim, m2_sim_se, m2_final, t_cross, lambda_0, eta_max,
        largest_deviation;
} R;
static const sp_param params[] = {LANDSCAPE_OPTIONS(P),
                                  LANDSCAPE_SCHEDULE_OPTIONS(P, "0.5"),
                                  {"times", SP_TYPE_VEC, SP_FIELD(P, landscape.times, sp_vec), "", SP_NONNEGATIVE, "time",
                                   "times of the measurements; default: 20 log-spaced", NULL},
                                  SP_REAL(P, dt, "0.1", SP_POSITIVE, "time", "time step"),
                                  SP_SIZE(P, N, "200", SP_BETWEEN(10, 100000), "", "spins; --matrix: its size"),
                                  SP_SIZE(P, instances, "8", SP_BETWEEN(1, 100000), "",
                                          "instances of the couplings; --matrix: starts on it, times --replicas"),
                                  SP_SIZE(P, replicas, "1", SP_BETWEEN(1, 4096), "", "starts for each instance"),
                                  {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, excess, "", "excess loss at the last time, theory"),
    SP_OUT(R, excess_sim, "", "measured"),
    SP_OUT(R, excess_sim_se, "", "standard error over instances, or over the starts on --matrix"),
    SP_OUT(R, m, "", "overlap with the spike, theory"),
    SP_OUT(R, m_sim, "", "measured"),
    SP_OUT(R, m_sim_se, "", "standard error"),
    SP_OUT(R, m2_sim, "", "squared overlap, measured"),
    SP_OUT(R, m2_sim_se, "", "standard error"),
    SP_OUT(R, m2_final, "", "(1-1/theta^2)(1-eta T/theta) at the last rate; --matrix: share of its top eigenvector"),
    SP_OUT(R, t_cross, "time", "first measured time with |m| above half of its final value; inf: none"),
    SP_OUT(R, lambda_0, "", "top of the spectrum (p = 2); the ground state is at H/N = -lambda_0/2"),
    SP_OUT(R, eta_max, "", "the simulation diverges at this rate: 2/(dt (lambda_max - lambda_min)) (p = 2)"),
    SP_OUT(R, largest_deviation, "s.e.", "largest |measured - theory|/se of the excess over the times"),
    {0}};
static const sp_column curves[] = {{"t", "time", "time"},
                                   {"eta", "", "learning rate"},
                                   {"excess", "", "excess loss, theory"},
                                   {"excess_sim", "", "measured"},
                                   {"excess_sim_se", "", "standard error"},
                                   {"m", "", "overlap, theory"},
                                   {"m_sim", "", "measured"},
                                   {"m_sim_se", "", "standard error"},
                                   {"C_t0", "", "correlation with the start, theory"},
                                   {"C_t0_sim", "", "measured"},
                                   {"C_t0_sim_se", "", "standard error"},
                                   {0}};
static const sp_table_decl tables[] = {
    {"curves", curves,
     "plot t excess,excess_sim logx logy ylabel H/N above the ground state title Excess loss; "
     "plot t m,m_sim logx ylabel overlap m title Overlap with the spike; "
     "plot t C_t0,C_t0_sim logx ylabel correlation C(t,0) title Memory of the start",
     "Simulated systems (points) on the exact curve (line)"},
    {0}};

static sp_status simulate(sp_run *run, const P *p, size_t *n, sp_langevin_point **points)
{
    const landscape_options *o = &p->landscape;
    if (o->p == 2) {
        sp_matrix_simulation_params s = {o->eta, o->temperature, o->theta,    o->m0,    p->dt,
                                         p->N,   p->instances,   p->replicas, o->times, o->given.N ? &o->given : NULL};
        if (s.given)
            s.replicas *= s.instances, s.instances = 1;
        return sp_matrix_simulate(run, &s, n, points);
    }
    sp_langevin_params s = {.model = {.p = o->p, .delta2 = INFINITY, .deltap = 1},
                            .eta = o->eta,
                            .temperature = o->temperature,
                            .dt = p->dt,
                            .N = p->N,
                            .instances = p->instances,
                            .replicas = p->replicas,
                            .times = o->times};
    return sp_langevin_simulate(run, &s, n, points);
}

static sp_status run_simulate(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    P p = *(const P *)params_;
    R *r = scalars_;
    double automatic[20];
    for (int i = 0; i < 20; i++)
        automatic[i] = p.landscape.t_max * pow(1e-3, 1 - (i + 1) / 20.0);
    if (!p.landscape.times.n)
        p.landscape.times = (sp_vec){20, automatic};
    size_t n;
    sp_matrix_schedule_point *x;
    sp_langevin_point *y;
    SP_TRY(landscape_open(run, &p.landscape));
    SP_TRY(simulate(run, &p, &n, &y)); /* first: it refuses a step that diverges */
    SP_TRY(landscape_theory(run, &p.landscape, &n, &x));
    double theta = p.landscape.theta, heat = x[n - 1].eta * p.landscape.temperature;
    *r =
        (R){.t_cross = INFINITY, .m2_final = theta > 1 && heat < theta ? (1 - 1 / (theta * theta)) * (1 - heat / theta) : 0};
    if (p.landscape.p == 2) {
        double second, bottom;
        landscape_edges(&p.landscape, &r->lambda_0, &second, &bottom);
        r->eta_max = sp_matrix_largest_rate(r->lambda_0, bottom) / p.dt;
    }
    else
        r->lambda_0 = r->eta_max = NAN;
    if (p.landscape.given.N)
        r->m2_final = sp_matrix_condensed(p.landscape.given.eigenvalues, heat);
    sp_table *t = sp_result_table(out, "curves");
    for (size_t i = 0; i < n; i++) {
        double excess = y[i].energy.value - x[i].energy + x[i].excess, se = y[i].energy.se;
        SP_TRY(SP_ROW(t, x[i].t, x[i].eta, x[i].excess, excess, se, x[i].m, y[i].m.value, y[i].m.se, x[i].C_t0,
                      y[i].C_t0.value, y[i].C_t0.se));
        if (r->m2_final > 0 && fabs(y[i].m.value) > sqrt(r->m2_final) / 2 && x[i].t < r->t_cross)
            r->t_cross = x[i].t;
        if (se > 0)
            r->largest_deviation = fmax(r->largest_deviation, fabs(excess - x[i].excess) / se);
        r->excess = x[i].excess, r->excess_sim = excess, r->excess_sim_se = se;
        r->m = x[i].m, r->m_sim = y[i].m.value, r->m_sim_se = y[i].m.se;
    }
    r->m2_sim = r->m_sim * r->m_sim, r->m2_sim_se = 2 * fabs(r->m_sim) * r->m_sim_se;
    return SP_OK;
}

const sp_command sp_command_learning_rate_simulate = {
    .name = "learning-rate.simulate",
    .summary = "Langevin dynamics of N spins under a learning-rate schedule, beside the exact loss",
    .spec = "14:3.6",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_simulate,
    SP_SIZES(P, R),
    .example = "--N 100 --instances 4 --t-max 30"};
