/* Choice of solver, error estimate and reading of the two-time equations. */
#include "two_time.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_TIMES = 60, TAUS = 40, READ = 6 };
static const double COARSER_ROWS = 1.5, COARSER_NODES = 1.25; /* of the second log solution, for the error estimate */

typedef struct {
    const dynamics_model *model;
    const log_rows *log; /* NULL: uniform */
    uniform_grid uniform;
} solved;

static const time_curves *curves_of(const solved *s) { return s->log ? log_rows_curves(s->log) : &s->uniform.curves; }

/* The start: no memory yet. */
static sp_two_time_point first_point(const dynamics_model *d)
{
    double b = annealing(d, 0), eta = sp_schedule_rate(&d->eta, 0);
    return (sp_two_time_point){.eta = eta,
                               .m = d->m0,
                               .mu = d->temperature * eta + kernel_1(&d->q, b, d->m0) * d->m0,
                               .energy = -kernel_0(&d->q, b, d->m0),
                               .C_t0 = 1,
                               .R_t0 = 1};
}

/* Interpolation of READ points in t (uniform) or log t (log). */
static sp_two_time_point read_point(const solved *s, double t)
{
    const time_curves *k = curves_of(s);
    sp_two_time_point p = {.t = t, .eta = sp_schedule_rate(&s->model->eta, t)};
    if (t == 0)
        return first_point(s->model);
    size_t low = 0, high = k->n - 1;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        *(k->t[middle] <= t ? &low : &high) = middle;
    }
    size_t first = low < READ / 2 - 1 ? 0 : low - (READ / 2 - 1);
    if (first + READ > k->n)
        first = k->n - READ;
    for (size_t i = first; i < first + READ; i++) {
        double w = 1;
        for (size_t j = first; j < first + READ; j++)
            if (j != i)
                w *= s->log ? log(t / k->t[j]) / log(k->t[i] / k->t[j]) : (t - k->t[j]) / (k->t[i] - k->t[j]);
        p.m += w * k->m[i];
        p.mu += w * k->mu[i];
        p.energy += w * k->energy[i];
        p.C_t0 += w * k->c0[i];
        p.R_t0 += w * k->r0[i];
    }
    return p;
}

static void read_pair(const solved *s, double tw, double tau, double *c, double *chi)
{
    if (s->log) {
        log_rows_pair(s->log, tw + tau, tw, c, chi);
        return;
    }
    const uniform_grid *g = &s->uniform;
    size_t j = (size_t)lround(tw / g->h), i = (size_t)lround((tw + tau) / g->h);
    i = i > g->n ? g->n : i;
    *c = g->c[i * (i + 1) / 2 + j];
    *chi = uniform_grid_chi(g, s->model, i, j);
}

/* ---- requests ---------------------------------------------------------------------------------------- */

static bool has_kink(const sp_two_time_params *p)
{
    return (p->eta.kind == SP_ETA_SWITCH || p->eta.kind == SP_ETA_STEP) && p->eta.t_switch > 0 && p->eta.t_switch < p->t_max;
}

static sp_status check(sp_run *run, const sp_two_time_params *p, dynamics_model *model, int *solver)
{
    SP_TRY(mixed_kernel_of(run, &p->model, &model->q));
    SP_TRY(sp_schedule_check(run, &p->eta));
    if (!(fabs(p->m0) <= 1))
        return sp_fail(run, SP_USAGE, "--m0 %g: an overlap is in [-1, 1]", p->m0);
    if (!(p->temperature >= 0 && p->temperature < INFINITY))
        return sp_fail(run, SP_USAGE, "--temperature %g: allowed is >= 0", p->temperature);
    if (!(p->t_max > 0 && p->t_max <= 1e8))
        return sp_fail(run, SP_USAGE, "--t-max %g: allowed is (0, 1e8]", p->t_max);
    if (p->anneal > 0 && !(p->anneal_tau > 0))
        return sp_fail(run, SP_USAGE, "--anneal needs --anneal-tau > 0");
    if (p->anneal > 0 && model->q.high == 0)
        return sp_fail(run, SP_USAGE, "--anneal raises the noise of the tensor: give --deltap too");
    *solver = p->solver == SP_SOLVER_AUTO ? (has_kink(p) || p->t_max < 0.1 ? SP_SOLVER_UNIFORM : SP_SOLVER_LOG) : p->solver;
    if (*solver == SP_SOLVER_LOG && has_kink(p))
        return sp_fail(run, SP_USAGE, "a learning rate with a switch inside the run needs --solver uniform");
    if (*solver == SP_SOLVER_LOG && fabs(p->m0) == 1)
        return sp_fail(run, SP_USAGE, "--m0 1 starts on the signal: use --solver uniform");
    if (*solver == SP_SOLVER_UNIFORM && (p->steps < 16 || p->steps > 200000 || p->steps % 2))
        return sp_fail(run, SP_USAGE, "--steps %zu: allowed are even numbers from 16 to 200000", p->steps);
    if (*solver == SP_SOLVER_LOG &&
        !(p->row_step >= 0.01 && p->row_step <= 0.3 && p->node_step >= 0.05 && p->node_step <= 0.3))
        return sp_fail(run, SP_USAGE, "--row-step is in [0.01, 0.3] and --node-step in [0.05, 0.3]");
    if (*solver == SP_SOLVER_LOG && p->row_step < 0.25 * p->node_step)
        return sp_fail(run, SP_USAGE,
                       "rows much closer than nodes are unstable: --row-step is at least a quarter of --node-step");
    for (size_t i = 0; i < p->times.n; i++)
        if (!(p->times.v[i] >= 0 && p->times.v[i] <= p->t_max * (1 + 1e-12)))
            return sp_fail(run, SP_USAGE, "--times: %g is outside [0, --t-max %g]", p->times.v[i], p->t_max);
    for (size_t i = 0; i < p->waiting_times.n; i++)
        if (!(p->waiting_times.v[i] > 0 && p->waiting_times.v[i] < p->t_max))
            return sp_fail(run, SP_USAGE, "--waiting-times: %g is outside (0, --t-max %g)", p->waiting_times.v[i], p->t_max);
    model->eta = p->eta;
    model->temperature = p->temperature;
    model->m0 = p->m0;
    double ip = p->model.deltap < INFINITY ? 1 / p->model.deltap : p->model.inverse_noise_p;
    model->anneal = p->anneal * ip; /* T_p - 1 = anneal/Delta_p exp(-t/tau) */
    model->anneal_tau = p->anneal_tau;
    return SP_OK;
}

/* Empty places of the answer: times and pairs, before any solving. */
static sp_status prepare(sp_run *run, const sp_two_time_params *p, double grid, sp_two_time_point **points,
                         sp_two_time_pair **pairs, sp_two_time_solution *out)
{
    out->n = p->times.n ? p->times.n : DEFAULT_TIMES;
    out->n_pairs = p->waiting_times.n * TAUS;
    *points = SP_NEW(run, sp_two_time_point, out->n);
    *pairs = SP_NEW(run, sp_two_time_pair, out->n_pairs ? out->n_pairs : 1);
    if (!*points || !*pairs)
        return SP_FAILED;
    double first = fmin(0.1, p->t_max / 100);
    for (size_t i = 0; i < out->n; i++)
        (*points)[i].t = p->times.n        ? p->times.v[i]
                         : i + 1 == out->n ? p->t_max
                                           : first * pow(p->t_max / first, (double)i / (DEFAULT_TIMES - 1));
    for (size_t i = 0; i < out->n_pairs; i++) {
        double tw = p->waiting_times.v[i / TAUS], longest = p->t_max - tw, shortest = fmin(0.05, longest / 100);
        double tau = shortest * pow(longest / shortest, (double)(i % TAUS) / (TAUS - 1));
        if (grid > 0) {
            tw = fmax(1, round(tw / grid)) * grid;
            tau = fmin(fmax(1, round(tau / grid)), round((p->t_max - tw) / grid)) * grid;
        }
        (*pairs)[i] = (sp_two_time_pair){.tw = tw, .tau = tau};
    }
    return SP_OK;
}

/* Values of a first solution, then of a better one: Richardson's value (order 2) or the better one, with their distance. */
static double combine(bool richardson, double coarse, double fine, double *error)
{
    *error = fabs(fine - coarse) / (richardson ? 3 : 1);
    return richardson ? (4 * fine - coarse) / 3 : fine;
}

static void read_all(const solved *s, int solver, bool second, sp_two_time_solution *out, sp_two_time_point *points,
                     sp_two_time_pair *pairs)
{
    bool richardson = solver == SP_SOLVER_UNIFORM;
    for (size_t i = 0; i < out->n; i++) {
        sp_two_time_point p = read_point(s, points[i].t), old = points[i];
        if (second) {
            p.m = combine(richardson, old.m, p.m, &p.m_error);
            p.mu = combine(richardson, old.mu, p.mu, &p.mu_error);
            p.energy = combine(richardson, old.energy, p.energy, &p.energy_error);
            p.C_t0 = combine(richardson, old.C_t0, p.C_t0, &p.C_t0_error);
            double ignored;
            p.R_t0 = combine(richardson, old.R_t0, p.R_t0, &ignored);
        }
        else
            p.m_error = p.mu_error = p.energy_error = p.C_t0_error = NAN;
        points[i] = p;
    }
    for (size_t i = 0; i < out->n_pairs; i++) {
        double c, chi, ignored;
        read_pair(s, pairs[i].tw, pairs[i].tau, &c, &chi);
        pairs[i].C = second ? combine(richardson, pairs[i].C, c, &ignored) : c;
        pairs[i].chi = second ? combine(richardson, pairs[i].chi, chi, &ignored) : chi;
    }
    const time_curves *k = curves_of(s);
    out->sphere_error = k->sphere_error;
    out->residual = k->residual;
    out->converged = k->converged;
    out->rows = k->n;
    out->iterations += k->iterations;
}

/* Copies t and m of all rows, releasing the solver's memory. */
static sp_status keep_overlap(sp_run *run, const solved *s, sp_mark mark, sp_two_time_solution *out)
{
    const time_curves *k = curves_of(s);
    size_t n = k->n, bytes = n * sizeof(double);
    double *copy = malloc(2 * bytes);
    if (!copy)
        return sp_fail(run, SP_FAILED, "out of memory");
    memcpy(copy, k->t, bytes);
    memcpy(copy + n, k->m, bytes);
    sp_memory_release(run, mark);
    double *kept = SP_NEW(run, double, 2 * n);
    if (kept)
        memcpy(kept, copy, 2 * bytes);
    free(copy);
    out->row_t = kept;
    out->row_m = kept ? kept + n : NULL;
    return kept ? SP_OK : SP_FAILED;
}

double sp_two_time_crossing(const sp_two_time_solution *s, double level)
{
    for (size_t i = 1; i < s->rows; i++) {
        double a = fabs(s->row_m[i - 1]), b = fabs(s->row_m[i]);
        if (b >= level && a < level) /* ln m is nearly linear in t while it grows */
            return s->row_t[i - 1] + (s->row_t[i] - s->row_t[i - 1]) * (a > 0 ? log(level / a) / log(b / a) : 1);
        if (i == 1 && a >= level)
            return s->row_t[0];
    }
    return INFINITY;
}

sp_status sp_two_time_solve(sp_run *run, const sp_two_time_params *p, sp_two_time_solution *out)
{
    dynamics_model model = {.q = {.high = 0}};
    sp_two_time_point *points;
    sp_two_time_pair *pairs;
    *out = (sp_two_time_solution){.n = 0};
    SP_TRY(check(run, p, &model, &out->solver));
    bool uniform = out->solver == SP_SOLVER_UNIFORM;
    if (uniform)
        SP_TRY(sp_need_memory(run, 8.0 * (double)p->steps * (double)p->steps, "the two-time grid"));
    SP_TRY(prepare(run, p, uniform ? 2 * p->t_max / (double)p->steps : 0, &points, &pairs, out));
    bool twice = uniform || p->estimate_error;
    for (int pass = twice ? 0 : 1; pass < 2; pass++) {
        sp_mark mark = sp_memory_mark(run);
        solved s = {.model = &model};
        const char *name = pass ? "two-time-fine" : "two-time-coarse";
        if (uniform)
            SP_TRY(two_time_uniform(run, &model, p->t_max, pass ? p->steps : p->steps / 2, name, &s.uniform));
        else {
            log_rows *rows;
            SP_TRY(two_time_log(run, &model, p->t_max, p->row_step * (pass ? 1 : COARSER_ROWS),
                                p->node_step * (pass ? 1 : COARSER_NODES), name, &rows));
            s.log = rows;
        }
        read_all(&s, out->solver, pass == 1 && twice, out, points, pairs);
        if (pass == 1)
            SP_TRY(keep_overlap(run, &s, mark, out));
        else
            sp_memory_release(run, mark);
    }
    out->point = points;
    out->pair = pairs;
    return SP_OK;
}
