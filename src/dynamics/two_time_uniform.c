/* Two-time equations on a uniform grid, second order (spec 28, 3.2).
 *
 * Row i + 1 is predicted by two-step extrapolation, its derivative is evaluated once, and the trapezoidal rule corrects it.
 * The evaluation is one streaming pass over all older rows of C and R: four multiply-adds for two loads. The derivative used
 * later is that of the predicted row, wrong by O(h^3), which leaves the order 2 and its h^2 error term alone. */
#include "two_time.h"

#include <math.h>
#include <string.h>

static inline size_t row_start(size_t i) { return i * (i + 1) / 2; }

enum { ROWS_AT_ONCE = 4, MAX_PARTS = 8, ENTRIES_PER_PART = 1 << 18 };

typedef double lanes __attribute__((vector_size(64), aligned(8)));

/* Rows s..s+3 of C and R: their products with f and d into dots, and w times them added to the sums. */
__attribute__((target_clones("avx512f", "avx2", "default"))) static void
four_rows(size_t s, const double *const *c, const double *const *r, const double *f, const double *d, const double *w,
          double *sum_c, double *sum_r, double *dot_c, double *dot_r)
{
    lanes c0 = {0}, c1 = {0}, c2 = {0}, c3 = {0}, r0 = {0}, r1 = {0}, r2 = {0}, r3 = {0};
    size_t j = 0;
    for (; j + 8 <= s; j += 8) {
        lanes fj = *(const lanes *)(f + j), dj = *(const lanes *)(d + j), a, x = *(lanes *)(sum_c + j),
              y = *(lanes *)(sum_r + j);
        a = *(const lanes *)(c[0] + j), c0 += fj * a, x += w[0] * a;
        a = *(const lanes *)(c[1] + j), c1 += fj * a, x += w[1] * a;
        a = *(const lanes *)(c[2] + j), c2 += fj * a, x += w[2] * a;
        a = *(const lanes *)(c[3] + j), c3 += fj * a, x += w[3] * a;
        a = *(const lanes *)(r[0] + j), r0 += dj * a, y += w[0] * a;
        a = *(const lanes *)(r[1] + j), r1 += dj * a, y += w[1] * a;
        a = *(const lanes *)(r[2] + j), r2 += dj * a, y += w[2] * a;
        a = *(const lanes *)(r[3] + j), r3 += dj * a, y += w[3] * a;
        *(lanes *)(sum_c + j) = x;
        *(lanes *)(sum_r + j) = y;
    }
    lanes all[8] = {c0, c1, c2, c3, r0, r1, r2, r3};
    for (int k = 0; k < 8; k++) {
        double total =
            ((all[k][0] + all[k][1]) + (all[k][2] + all[k][3])) + ((all[k][4] + all[k][5]) + (all[k][6] + all[k][7]));
        *(k < 4 ? dot_c + k : dot_r + k - 4) = total;
    }
    for (size_t q = 0; q < 4; q++) /* the rest, with the triangle at the end */
        for (size_t i = j; i <= s + q; i++) {
            dot_c[q] += f[i] * c[q][i];
            dot_r[q] += d[i] * r[q][i];
            if (i < s + q) {
                sum_c[i] += w[q] * c[q][i];
                sum_r[i] += w[q] * r[q][i];
            }
        }
}

static void one_row(size_t s, const double *c, const double *r, const double *f, const double *d, double w, double *sum_c,
                    double *sum_r, double *dot_c, double *dot_r)
{
    *dot_c = f[s] * c[s], *dot_r = d[s] * r[s];
    for (size_t j = 0; j < s; j++) {
        *dot_c += f[j] * c[j];
        *dot_r += d[j] * r[j];
        sum_c[j] += w * c[j];
        sum_r[j] += w * r[j];
    }
}

/* What a row derivative needs and gives; arrays over j. */
typedef struct {
    const dynamics_model *model;
    uniform_grid *g;
    double *eta, *anneal;        /* of the grid times */
    double *memory, *memory_end; /* h eta_s F2 R, and the same with its first value halved */
    double *noise;               /* h eta_s F1, first value halved */
    double *dot_c, *dot_r, *sum_c, *sum_r;
    double *parts; /* MAX_PARTS x 2 x (n + 1): partial sums */
    size_t row;    /* the row being differentiated */
    size_t n_parts, part_start[MAX_PARTS + 1];
} workspace;

static sp_status pass_part(sp_run *worker, size_t part, void *context)
{
    (void)worker;
    workspace *w = context;
    const uniform_grid *g = w->g;
    double *sum_c = w->parts + part * 2 * (g->n + 2), *sum_r = sum_c + g->n + 2;
    size_t end = w->part_start[part + 1];
    memset(sum_c, 0, end * sizeof *sum_c);
    memset(sum_r, 0, end * sizeof *sum_r);
    size_t s = w->part_start[part];
    for (; s + ROWS_AT_ONCE <= end; s += ROWS_AT_ONCE) {
        const double *c[ROWS_AT_ONCE], *r[ROWS_AT_ONCE];
        for (size_t q = 0; q < ROWS_AT_ONCE; q++) {
            c[q] = g->c + row_start(s + q);
            r[q] = g->r + row_start(s + q);
        }
        four_rows(s, c, r, w->memory_end, w->noise, w->memory + s, sum_c, sum_r, w->dot_c + s, w->dot_r + s);
    }
    for (; s < end; s++)
        one_row(s, g->c + row_start(s), g->r + row_start(s), w->memory_end, w->noise, w->memory[s], sum_c, sum_r,
                w->dot_c + s, w->dot_r + s);
    return SP_OK;
}

/* One pass over the rows below w->row, in parts that depend on the row only. */
static sp_status pass(sp_run *run, workspace *w)
{
    size_t i = w->row, entries = row_start(i);
    w->n_parts = entries / ENTRIES_PER_PART + 1;
    if (w->n_parts > MAX_PARTS)
        w->n_parts = MAX_PARTS;
    for (size_t k = 0; k <= w->n_parts; k++)
        w->part_start[k] = (size_t)((double)i * sqrt((double)k / (double)w->n_parts));
    w->part_start[w->n_parts] = i;
    if (w->n_parts == 1)
        SP_TRY(pass_part(run, 0, w));
    else
        SP_TRY(sp_parallel(run, w->n_parts, pass_part, w));
    memset(w->sum_c, 0, i * sizeof *w->sum_c);
    memset(w->sum_r, 0, i * sizeof *w->sum_r);
    for (size_t k = 0; k < w->n_parts; k++) {
        const double *sum_c = w->parts + k * 2 * (w->g->n + 2), *sum_r = sum_c + w->g->n + 2;
        for (size_t j = 0; j < w->part_start[k + 1]; j++) {
            w->sum_c[j] += sum_c[j];
            w->sum_r[j] += sum_r[j];
        }
    }
    return SP_OK;
}

/* mu, energy of row i from its values; also fills memory and noise. */
static void row_functions(workspace *w, size_t i)
{
    const uniform_grid *g = w->g;
    const dynamics_model *M = w->model;
    const double *c = g->c + row_start(i), *r = g->r + row_start(i);
    double m = g->curves.m[i], signal = kernel_1(&M->q, w->anneal[i], m), mu = 0, energy = 0;
    for (size_t s = 0; s <= i; s++) {
        double b = w->anneal[i] * w->anneal[s], he = g->h * w->eta[s];
        double f1 = kernel_1(&M->q, b, c[s]), f2 = kernel_2(&M->q, b, c[s]), end = s == 0 || s == i ? 0.5 : 1;
        if (i == 0)
            end = 0;
        w->memory[s] = he * f2 * r[s];
        w->memory_end[s] = s ? w->memory[s] : w->memory[s] / 2;
        w->noise[s] = s ? he * f1 : he * f1 / 2;
        mu += end * he * (f2 * c[s] + f1) * r[s];
        energy += end * he * f1 * r[s];
    }
    g->curves.mu[i] = M->temperature * w->eta[i] + signal * m + mu;
    g->curves.energy[i] = -kernel_0(&M->q, w->anneal[i], m) - energy;
}

/* d/dt of row i for all j <= i and of m. */
static sp_status derivative(sp_run *run, workspace *w, size_t i, double *dc, double *dr, double *dm)
{
    const uniform_grid *g = w->g;
    const dynamics_model *M = w->model;
    const double *c = g->c + row_start(i), *r = g->r + row_start(i), *m = g->curves.m;
    row_functions(w, i);
    double eta = w->eta[i], mu = g->curves.mu[i], signal = kernel_1(&M->q, w->anneal[i], m[i]);
    w->row = i;
    SP_TRY(pass(run, w));
    double here = i ? w->memory[i] / 2 : 0, overlap = 0, row_c = 0, row_r = 0; /* the row itself, j = i */
    for (size_t s = 0; s < i; s++) {
        row_c += w->memory_end[s] * c[s];
        row_r += w->noise[s] * r[s];
        overlap += w->memory_end[s] * m[s];
    }
    w->dot_c[i] = row_c, w->dot_r[i] = row_r + w->noise[i];
    w->sum_c[i] = w->sum_r[i] = 0;
    for (size_t j = 0; j <= i; j++) {
        double memory = w->dot_c[j] + (j < i ? w->sum_c[j] : 0) + here * c[j];
        double noise = j ? w->dot_r[j] - w->noise[j] / 2 : 0;
        double response = j < i ? w->sum_r[j] + w->memory[j] / 2 + here * r[j] : 0;
        dc[j] = eta * (-mu * c[j] + signal * m[j] + memory + noise);
        dr[j] = eta * (-mu * r[j] + response);
    }
    *dm = eta * (-mu * m[i] + signal + overlap + here * m[i]);
    return SP_OK;
}

/* ---- stepping --------------------------------------------------------------------------------------- */

/* The derivatives of the last three rows, in turn; part of the checkpoint. */
typedef struct {
    double *base;
    size_t line;
} slopes;
static double *slope_c(const slopes *d, size_t i) { return d->base + i % 3 * d->line; }
static double *slope_r(const slopes *d, size_t i) { return d->base + (3 + i % 3) * d->line; }
static double *slope_m(const slopes *d, size_t i) { return d->base + 6 * d->line + i % 3; }

static void predict(workspace *w, size_t i, const slopes *d)
{
    uniform_grid *g = w->g;
    const double *c = g->c + row_start(i), *r = g->r + row_start(i), *dc = slope_c(d, i), *dr = slope_r(d, i);
    const double *older_c = slope_c(d, i + 2), *older_r = slope_r(d, i + 2); /* row i - 1 */
    double *nc = g->c + row_start(i + 1), *nr = g->r + row_start(i + 1), h = g->h;
    for (size_t j = 0; j < i; j++) {
        nc[j] = c[j] + h * (1.5 * dc[j] - 0.5 * older_c[j]);
        nr[j] = r[j] + h * (1.5 * dr[j] - 0.5 * older_r[j]);
    }
    nc[i] = c[i] + h * dc[i];
    nr[i] = r[i] + h * dr[i];
    nc[i + 1] = nr[i + 1] = 1;
    double dm = *slope_m(d, i);
    g->curves.m[i + 1] = g->curves.m[i] + h * (i ? 1.5 * dm - 0.5 * *slope_m(d, i + 2) : dm);
}

static void correct(workspace *w, size_t i, const slopes *d)
{
    uniform_grid *g = w->g;
    const double *c = g->c + row_start(i), *r = g->r + row_start(i), *dc = slope_c(d, i), *dr = slope_r(d, i);
    const double *next_c = slope_c(d, i + 1), *next_r = slope_r(d, i + 1);
    double *nc = g->c + row_start(i + 1), *nr = g->r + row_start(i + 1), h = g->h / 2;
    for (size_t j = 0; j <= i; j++) {
        nc[j] = c[j] + h * (dc[j] + next_c[j]);
        nr[j] = r[j] + h * (dr[j] + next_r[j]);
    }
    g->curves.m[i + 1] = g->curves.m[i] + h * (*slope_m(d, i) + *slope_m(d, i + 1));
}

/* C(t,t) extrapolated from the four values before the diagonal, which is not what sets them. */
static double sphere_error(const uniform_grid *g, size_t i)
{
    const double *c = g->c + row_start(i);
    return i < 8 ? 0 : fabs(4 * c[i - 1] - 6 * c[i - 2] + 4 * c[i - 3] - c[i - 4] - 1);
}

static sp_status step(sp_run *run, workspace *w, size_t i, const slopes *d)
{
    predict(w, i, d);
    int passes = i < 2 ? 3 : 1; /* the start has no older slopes */
    for (int k = 0; k < passes; k++) {
        SP_TRY(derivative(run, w, i + 1, slope_c(d, i + 1), slope_r(d, i + 1), slope_m(d, i + 1)));
        correct(w, i, d);
    }
    row_functions(w, i + 1);
    w->g->curves.sphere_error = fmax(w->g->curves.sphere_error, sphere_error(w->g, i + 1));
    return SP_OK;
}

/* The state of a resumed run is one buffer: row reached, sphere error, C, R, m, mu, energy, slopes. */
typedef struct {
    double *all;
    size_t bytes;
} state_buffer;

static sp_status allocate(sp_run *run, const dynamics_model *model, double t_max, size_t n, uniform_grid *g, workspace *w,
                          slopes *d, state_buffer *state)
{
    size_t triangle = row_start(n + 1), line = n + 2;
    SP_TRY(sp_need_memory(run, 8.0 * (2.0 * (double)triangle + (24.0 + 2 * MAX_PARTS) * (double)line), "the two-time grid"));
    state->bytes = (2 + 2 * triangle + 10 * line) * sizeof(double);
    double *at = state->all = SP_NEW(run, double, state->bytes / sizeof(double));
    double *work = SP_NEW(run, double, (9 + 2 * MAX_PARTS) * line);
    double *times = SP_NEW(run, double, 3 * line);
    if (!at || !work || !times)
        return SP_FAILED;
    at += 2;
    *g = (uniform_grid){.n = n, .h = t_max / (double)n, .c = at, .r = at + triangle};
    at += 2 * triangle;
    g->curves = (time_curves){.n = n + 1,
                              .m = at,
                              .mu = at + line,
                              .energy = at + 2 * line,
                              .t = times,
                              .c0 = times + line,
                              .r0 = times + 2 * line,
                              .converged = true,
                              .iterations = n};
    *d = (slopes){at + 3 * line, line};
    *w = (workspace){.model = model,
                     .g = g,
                     .eta = work,
                     .anneal = work + line,
                     .memory = work + 2 * line,
                     .memory_end = work + 3 * line,
                     .noise = work + 4 * line,
                     .dot_c = work + 5 * line,
                     .dot_r = work + 6 * line,
                     .sum_c = work + 7 * line,
                     .sum_r = work + 8 * line,
                     .parts = work + 9 * line};
    for (size_t i = 0; i <= n; i++) {
        double t = (double)i * g->h;
        g->curves.t[i] = t;
        w->eta[i] = sp_schedule_rate(&model->eta, t);
        w->anneal[i] = annealing(model, t);
    }
    return SP_OK;
}

sp_status two_time_uniform(sp_run *run, const dynamics_model *model, double t_max, size_t n, const char *checkpoint,
                           uniform_grid *g)
{
    workspace w;
    slopes d;
    state_buffer state;
    bool found = false;
    SP_TRY(allocate(run, model, t_max, n, g, &w, &d, &state));
    SP_TRY(sp_checkpoint_load(run, checkpoint, state.all, state.bytes, &found));
    if (!found) {
        g->c[0] = g->r[0] = 1;
        g->curves.m[0] = model->m0;
        SP_TRY(derivative(run, &w, 0, slope_c(&d, 0), slope_r(&d, 0), slope_m(&d, 0)));
    }
    g->curves.sphere_error = state.all[1];
    for (size_t i = (size_t)state.all[0]; i < n; i++) {
        sp_status stop = sp_poll(run);
        if (stop == SP_OK) /* a step that is interrupted leaves row i and its slopes as they were */
            stop = step(run, &w, i, &d);
        size_t reached = stop == SP_OK ? i + 1 : i;
        if (stop == SP_STOPPED || (stop == SP_OK && sp_checkpoint_due(run))) {
            state.all[0] = (double)reached;
            state.all[1] = g->curves.sphere_error;
            SP_TRY(sp_checkpoint_save(run, checkpoint, state.all, state.bytes));
        }
        SP_TRY(stop);
        double rate = w.eta[i + 1] * g->curves.mu[i + 1] * g->h;
        if (!(rate < 0.5))
            return sp_fail(run, SP_USAGE,
                           "step too large at t = %g (h eta mu = %.3g): use more --steps (%zu), or --solver log",
                           g->curves.t[i + 1], rate, (size_t)ceil(4 * fmin(rate, 1e6) * (double)n));
        double done = (double)(i + 1) / (double)n;
        sp_progress(run, "two-time grid", done * done * done);
    }
    for (size_t k = 0; k <= n; k++) {
        g->curves.c0[k] = g->c[row_start(k)];
        g->curves.r0[k] = g->r[row_start(k)];
    }
    return SP_OK;
}

double uniform_grid_chi(const uniform_grid *g, const dynamics_model *model, size_t i, size_t j)
{
    double sum = 0;
    for (size_t s = j; s <= i && i > j; s++)
        sum += (s == i || s == j ? 0.5 : 1) * sp_schedule_rate(&model->eta, (double)s * g->h) * g->r[row_start(i) + s];
    return sum * g->h;
}
