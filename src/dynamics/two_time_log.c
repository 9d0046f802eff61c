/* Marching the log-time rows (spec 28, 3.3): each new row is the root of log_row_system, found by Newton's method with a
 * Jacobian kept over several rows. Steps in log t shrink where extrapolation from the older rows fails. */
#include "log_row_system.h"

#include "math/single_thread.h"

#include <lapacke.h>
#include <math.h>
#include <string.h>

enum { FIRST_ROWS = ROWS, EXTRAPOLATE = 5, MAX_ITERATIONS = 40, WIDTH_MULTIPLE = 4 };

static const double LONGEST_STEP = 0.3;
static const double ROUNDING =
    100; /* times the tolerance: where Newton's method with a new Jacobian stalls, rounding is reached */

/* Of a residual. The equation of an interval of u is a rate of order mu, known to rounding, times up to t/20. */
static double tolerance(double t, double mu, double eta) { return 3e-11 + 2e-16 * t * fabs(mu) * eta; }
static const double GOOD_GUESS =
    2e-3; /* error of the extrapolated row at which the step is kept: interpolation is ~100 times better */

const time_curves *log_rows_curves(const log_rows *g) { return &g->curves; }

/* The scale of the first decay: 1/time. */
static double first_rate(const dynamics_model *M)
{
    double eta = sp_schedule_rate(&M->eta, 0), a = annealing(M, 0), b = a * a;
    return eta * (eta * M->temperature + sqrt(kernel_2(&M->q, b, 1)) + sqrt(kernel_1(&M->q, b, 1)) +
                  fabs(kernel_1(&M->q, a, M->m0)));
}

static sp_status grid(sp_run *run, const dynamics_model *model, double t_max, double row_step, double node_step, log_rows *g)
{
    double rate = first_rate(model), t_first = fmin(1e-3 / rate, t_max / 100);
    g->model = *model;
    g->du = node_step;
    g->edge = t_first / 5;
    double half = ceil(log(t_max / g->edge) / node_step / WIDTH_MULTIPLE) * WIDTH_MULTIPLE;
    g->half = half < 24 ? 24 : (size_t)half;
    g->nodes = 2 * g->half + 1;
    g->stride = g->nodes + LANES;
    g->capacity = (size_t)(6 * log(t_max / t_first) / row_step) + 2000;
    SP_TRY(sp_need_memory(run,
                          8.0 * (double)g->capacity * (2.0 * (double)g->stride + 7) + 60.0 * 8 * pow((double)g->nodes, 2),
                          "the log-time rows"));
    double **lines[] = {&g->u, &g->theta, &g->om, &g->ln_theta, &g->ln_om, &g->weight};
    for (size_t i = 0; i < 6; i++)
        if (!(*lines[i] = SP_NEW(run, double, g->nodes)))
            return SP_FAILED;
    for (size_t i = 0; i < g->nodes; i++) {
        double u = g->u[i] = ((double)i - (double)g->half) * node_step;
        g->theta[i] = u < 0 ? exp(u) / (1 + exp(u)) : 1 / (1 + exp(-u));
        g->om[i] = u < 0 ? 1 / (1 + exp(u)) : exp(-u) / (1 + exp(-u));
        g->ln_theta[i] = -log1p(exp(-fabs(u))) + (u < 0 ? u : 0);
        g->ln_om[i] = -log1p(exp(-fabs(u))) - (u > 0 ? u : 0);
        g->weight[i] = node_step * g->theta[i] * g->om[i];
    }
    double eta = sp_schedule_rate(&model->eta, 0);
    g->mu_start = model->temperature * eta + kernel_1(&model->q, annealing(model, 0), model->m0) * model->m0;
    g->t_first = t_first;
    return SP_OK;
}

/* Second-order expansion at short times. */
static void first_row(log_rows *g, size_t row)
{
    const dynamics_model *M = &g->model;
    double t = g->t[row], eta = sp_schedule_rate(&M->eta, 0), a = annealing(M, 0), b = a * a, T = M->temperature, m0 = M->m0;
    double f1 = kernel_1(&M->q, b, 1), f2 = kernel_2(&M->q, b, 1), signal = kernel_1(&M->q, a, m0), heat = T * eta;
    double m = g->m[row] = m0 + eta * t * (signal * (1 - m0 * m0) - heat * m0);
    double now = kernel_1(&M->q, annealing(M, t), m);
    g->mu[row] = T * sp_schedule_rate(&M->eta, t) + now * m + eta * t * (f1 + f2);
    g->energy[row] = -kernel_0(&M->q, annealing(M, t), m) - eta * t * f1;
    for (size_t i = 0; i <= g->nodes; i++) {
        double tau = i < g->nodes ? t * g->om[i] : t, mu = g->mu[row] - eta * tau / 2 * (f1 + f2);
        double r = 1 - eta * mu * tau + eta * eta * (mu * mu + f2) * tau * tau / 2;
        double c = 1 - heat * eta * tau + eta * eta * (heat * heat - f1 - signal * signal * (1 - m0 * m0)) * tau * tau / 2;
        if (i < g->nodes) {
            g->r[row * g->stride + i] = r;
            g->c[row * g->stride + i] = c;
        }
        else {
            g->r0[row] = r;
            g->c0[row] = (1 - m0 * m0) * r + m0 * m;
        }
    }
}

/* ---- Newton ------------------------------------------------------------------------------------------ */

typedef struct {
    size_t size; /* of the factorised Jacobian; 0: none */
    double *lu;
    lapack_int *pivot;
    double *guess, *x, *residual;
} newton;

/* Values extrapolated from the last rows, polynomial in log t; where polynomials disagree (an old transition moves through
 * the node) the last value. */
static void extrapolate(const log_rows *g, size_t low, size_t nodes, double *x)
{
    size_t count = g->n < EXTRAPOLATE ? g->n : EXTRAPOLATE, first = g->n - count, last = g->n - 1;
    const double *r = g->r + low, *c = g->c + low, disagreement = 0.02;
    double ahead = (g->l[g->n] - g->l[last]) / (g->l[last] - g->l[last - 1]);
    memset(x, 0, (2 * nodes + 3) * sizeof *x);
    for (size_t a = first; a <= last; a++) {
        double w = 1;
        for (size_t b = first; b <= last; b++)
            if (b != a)
                w *= (g->l[g->n] - g->l[b]) / (g->l[a] - g->l[b]);
        for (size_t i = 0; i < nodes; i++) {
            x[i] += w * r[a * g->stride + i];
            x[nodes + i] += w * c[a * g->stride + i];
        }
        x[2 * nodes] += w * g->mu[a];
        x[2 * nodes + 1] += w * g->m[a];
        x[2 * nodes + 2] += w * g->r0[a];
    }
    for (size_t i = 0; i < 2 * nodes; i++) {
        const double *v = i < nodes ? r + i : c + (i - nodes);
        double now = v[last * g->stride], line = now + ahead * (now - v[(last - 1) * g->stride]);
        if (fabs(x[i] - line) > disagreement)
            x[i] = now;
    }
}

/* Largest entry, the one of m relative to m. */
static double size_of(const double *v, size_t size, double m)
{
    double largest = 0;
    for (size_t i = 0; i < size; i++) {
        double a = fabs(v[i]) / (i == size - 2 ? fmax(fabs(m), 1e-290) : 1);
        largest = a > largest || isnan(a) ? a : largest;
    }
    return largest;
}

static sp_status factorise(sp_run *run, log_row_system *s, newton *w)
{
    size_t N = log_row_system_size(s);
    log_row_system_residual(s, w->x, w->residual, w->lu);
    /* the row-major Jacobian is the transpose in column-major order */
    lapack_int info = LAPACKE_dgetrf_work(LAPACK_COL_MAJOR, (lapack_int)N, (lapack_int)N, w->lu, (lapack_int)N, w->pivot);
    w->size = N;
    return info < 0 ? sp_fail(run, SP_FAILED, "the Jacobian of the two-time equations is not finite") : SP_OK;
}

/* Solves the row from w->guess into w->x. Returns the residual, large when it failed. */
static sp_status solve_row(sp_run *run, log_row_system *s, newton *w, double enough, size_t *evaluations, double *residual,
                           bool *good)
{
    size_t N = log_row_system_size(s);
    bool fresh = false;
    *good = false;
    double before = INFINITY;
    memcpy(w->x, w->guess, N * sizeof *w->x);
    for (int iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
        log_row_system_residual(s, w->x, w->residual, NULL);
        ++*evaluations;
        double now = size_of(w->residual, N, w->x[N - 2]);
        *residual = now;
        *good = now < enough || (fresh && now > 0.3 * before && now < ROUNDING * enough);
        if (*good)
            return SP_OK;
        if (!(now < 1e3) || (fresh && iteration > 6 && now > 0.9 * before))
            return SP_OK; /* diverging: the caller shortens the step */
        if (w->size != N || (now > 0.3 * before && !fresh)) {
            SP_TRY(factorise(run, s, w));
            ++*evaluations;
            fresh = true;
        }
        before = now;
        LAPACKE_dgetrs_work(LAPACK_COL_MAJOR, 'T', (lapack_int)N, 1, w->lu, (lapack_int)N, w->pivot, w->residual,
                            (lapack_int)N);
        double longest = 0; /* C and R are of order 1: a longer step left the region of the linear equations */
        for (size_t i = 0; i + 3 < N; i++)
            longest = fmax(longest, fabs(w->residual[i]));
        double part = longest > LONGEST_STEP ? LONGEST_STEP / longest : 1;
        for (size_t i = 0; i < N; i++)
            w->x[i] -= part * w->residual[i];
    }
    return SP_OK;
}

/* ---- marching ---------------------------------------------------------------------------------------- */

/* What a resumed run needs: counters, then rows, then the factorised Jacobian, in one buffer. */
typedef struct {
    double *all;
    size_t bytes;
} state_buffer;
enum { COUNTERS = 8 };

static sp_status allocate(sp_run *run, log_rows *g, newton *w, state_buffer *state)
{
    size_t N = 2 * g->nodes + 3, length = COUNTERS + g->capacity * (2 * g->stride + 7) + N * N + N;
    state->bytes = length * sizeof(double);
    state->all = SP_NEW(run, double, length);
    w->guess = SP_NEW(run, double, N);
    w->x = SP_NEW(run, double, N);
    w->residual = SP_NEW(run, double, N);
    w->pivot = SP_NEW(run, lapack_int, N);
    if (!state->all || !w->guess || !w->x || !w->residual || !w->pivot)
        return SP_FAILED;
    double *at = state->all + COUNTERS;
    double **lines[] = {&g->t, &g->l, &g->mu, &g->m, &g->energy, &g->c0, &g->r0};
    for (size_t i = 0; i < 7; i++, at += g->capacity)
        *lines[i] = at;
    g->c = at;
    g->r = at += g->capacity * g->stride;
    w->lu = at + g->capacity * g->stride;
    return SP_OK;
}

static void store(log_rows *g, log_row_system *s, const double *x)
{
    size_t low, nodes = log_row_system_nodes(s, &low), row = g->n;
    double sphere, m0 = g->model.m0;
    memcpy(g->r + row * g->stride + low, x, nodes * sizeof *x);
    memcpy(g->c + row * g->stride + low, x + nodes, nodes * sizeof *x);
    g->mu[row] = x[2 * nodes];
    g->m[row] = x[2 * nodes + 1];
    g->r0[row] = x[2 * nodes + 2];
    g->c0[row] = (1 - m0 * m0) * g->r0[row] + m0 * g->m[row];
    log_row_system_close(s, x, &g->energy[row], &sphere);
    g->curves.sphere_error = fmax(g->curves.sphere_error, fabs(sphere));
    log_rows_fill(g, row, low, low + nodes - 1);
    g->n++;
}

static sp_status checkpoint_save(sp_run *run, const char *name, const log_rows *g, const newton *w, state_buffer *state,
                                 double step)
{
    size_t N = w->size;
    double counters[COUNTERS] = {
        (double)g->n, step, (double)N, g->curves.sphere_error, g->curves.residual, (double)g->curves.iterations, 0, 0};
    memcpy(state->all, counters, sizeof counters);
    for (size_t i = 0; i < N; i++)
        w->lu[N * N + i] = (double)w->pivot[i];
    return sp_checkpoint_save(run, name, state->all, state->bytes);
}

static void checkpoint_restore(log_rows *g, newton *w, const state_buffer *state, double *step)
{
    const double *counters = state->all;
    g->n = (size_t)counters[0];
    *step = counters[1];
    w->size = (size_t)counters[2];
    g->curves.sphere_error = counters[3];
    g->curves.residual = counters[4];
    g->curves.iterations = (size_t)counters[5];
    for (size_t i = 0; i < w->size; i++)
        w->pivot[i] = (lapack_int)w->lu[w->size * w->size + i];
}

/* How far the extrapolated row was from the solution, by what a user reads: mu and m. */
static double guess_error(const newton *w, size_t nodes)
{
    double mu = w->x[2 * nodes], m = w->x[2 * nodes + 1];
    return fmax(fabs(mu - w->guess[2 * nodes]) / (1 + fabs(mu)), fabs(m - w->guess[2 * nodes + 1]) / fmax(fabs(m), 1e-290));
}

/* The new row at l = g->l[n] + step; *wrong is the error of its guess, relative to what is good. */
static sp_status next_row(sp_run *run, log_rows *g, newton *w, double step, double *wrong, double *residual)
{
    sp_mark mark = sp_memory_mark(run);
    log_row_system *s;
    size_t low, nodes;
    bool good;
    g->l[g->n] = g->l[g->n - 1] + step;
    g->t[g->n] = exp(g->l[g->n]);
    SP_TRY(log_row_system_create(run, g, &s));
    nodes = log_row_system_nodes(s, &low);
    extrapolate(g, low, nodes, w->guess);
    size_t N = 2 * nodes + 3;
    double enough = tolerance(g->t[g->n], w->guess[N - 3], sp_schedule_rate(&g->model.eta, g->t[g->n]));
    SP_TRY(solve_row(run, s, w, enough, &g->curves.iterations, residual, &good));
    *wrong = guess_error(w, nodes) / GOOD_GUESS;
    good = good && *wrong < 10;
    if (good)
        store(g, s, w->x);
    sp_memory_release(run, mark);
    return SP_OK;
}

static sp_status march(sp_run *run, log_rows *g, newton *w, state_buffer *state, const char *checkpoint, double t_max,
                       double step, double longest)
{
    double end = log(t_max);
    while (end - g->l[g->n - 1] > 1e-9) {
        double left = end - g->l[g->n - 1], wrong, residual;
        double now = left / ceil(left / step - 1e-9);
        size_t before = g->n;
        if (g->n + 1 >= g->capacity)
            return sp_fail(run, SP_FAILED,
                           "the log-time solver needs too many rows at t = %g: use --solver uniform, or a smaller --t-max",
                           g->t[g->n - 1]);
        SP_TRY(next_row(run, g, w, now, &wrong, &residual));
        if (g->n == before) {
            step = now / 2;
            w->size = 0;
            if (step < 1e-5)
                return sp_fail(run, SP_FAILED,
                               "the log-time solver stopped converging at t = %g (residual %.2g): use --solver uniform",
                               g->t[g->n - 1], residual);
            continue;
        }
        g->curves.residual = fmax(g->curves.residual, residual);
        step = fmin(longest, now * fmin(1.25, fmax(0.5, pow(fmax(wrong, 1e-9), -0.2))));
        sp_progress(run, "two-time rows", (g->l[g->n - 1] - g->l[0]) / (end - g->l[0]));
        sp_status stop = sp_poll(run);
        if (stop != SP_OK || sp_checkpoint_due(run)) {
            SP_TRY(checkpoint_save(run, checkpoint, g, w, state, step));
            SP_TRY(stop);
        }
    }
    return SP_OK;
}

sp_status two_time_log(sp_run *run, const dynamics_model *model, double t_max, double row_step, double node_step,
                       const char *checkpoint, log_rows **out)
{
    log_rows *g = *out = SP_NEW(run, log_rows, 1);
    newton w = {0};
    state_buffer state;
    bool found = false;
    double step = row_step;
    if (!g)
        return SP_FAILED;
    SP_TRY(grid(run, model, t_max, row_step, node_step, g));
    SP_TRY(allocate(run, g, &w, &state));
    SP_TRY(sp_checkpoint_load(run, checkpoint, state.all, state.bytes, &found));
    if (found)
        checkpoint_restore(g, &w, &state, &step);
    else
        for (; g->n < FIRST_ROWS; g->n++) {
            g->l[g->n] = log(g->t_first) + (double)g->n * row_step;
            g->t[g->n] = exp(g->l[g->n]);
            first_row(g, g->n);
        }
    int threads = sp_single_thread_begin();
    sp_status status = march(run, g, &w, &state, checkpoint, t_max, step, row_step);
    sp_single_thread_end(threads);
    g->curves = (time_curves){.n = g->n,
                              .t = g->t,
                              .m = g->m,
                              .mu = g->mu,
                              .energy = g->energy,
                              .c0 = g->c0,
                              .r0 = g->r0,
                              .sphere_error = g->curves.sphere_error,
                              .residual = g->curves.residual,
                              .iterations = g->curves.iterations,
                              .converged = status == SP_OK};
    return status;
}

/* ---- reading ----------------------------------------------------------------------------------------- */

static void history(const log_rows *g, double t, double u, double *c, double *r)
{
    row_stencil rows = log_rows_row_stencil(g, log(t), g->n - 1);
    node_stencil nodes = log_rows_node_stencil(g, u, 0, g->nodes - 1);
    *c = *r = rows.start;
    for (size_t i = 0; i < rows.count; i++) {
        size_t row = rows.base + i;
        double sum_c = 0, sum_r = 0;
        for (int k = 0; k < STENCIL; k++) {
            sum_c += nodes.w[k] * g->c[row * g->stride + (size_t)(nodes.base + k)];
            sum_r += nodes.w[k] * g->r[row * g->stride + (size_t)(nodes.base + k)];
        }
        *c += rows.w[i] * (sum_c + nodes.end * (u > 0 ? 1 : g->c0[row]));
        *r += rows.w[i] * (sum_r + nodes.end * (u > 0 ? 1 : g->r0[row]));
    }
}

void log_rows_pair(const log_rows *g, double t, double t_prime, double *c, double *chi)
{
    double gap = t - t_prime, r;
    *c = 1, *chi = 0;
    if (!(gap > 0))
        return;
    history(g, t, log(t_prime / gap), c, &r);
    quadrature q = log_rows_quadrature(g, gap);
    double sum = 0, ignored, ends = sp_schedule_rate(&g->model.eta, t) + sp_schedule_rate(&g->model.eta, t_prime) * r;
    for (size_t j = g->half - q.half; j <= g->half + q.half; j++) {
        double s = t_prime + gap * g->theta[j], value;
        history(g, t, log(s / (gap * g->om[j])), &ignored, &value);
        sum += (g->weight[j] + (j == g->half - q.half || j == g->half + q.half ? q.near : 0)) *
               sp_schedule_rate(&g->model.eta, s) * value;
    }
    *chi = gap * (sum + q.end * ends);
}
