/* Theory of a schedule for any landscape of spec 14, in one shape: matrix (p = 2, exact) or pure p-spin (two-time
 * equations). */
#ifndef SPINODAL_LEARNING_RATE_OPTIONS_H
#define SPINODAL_LEARNING_RATE_OPTIONS_H

#include "spiked_tensor_options.h"
#include "spinodal/learning_rate.h"

typedef struct {
    sp_schedule eta;
    int64_t p;
    double temperature, theta, m0, t_max, row_step, node_step;
    size_t steps;
    int solver;
    sp_vec times;
    const char *matrix;
    bool symmetrise;
    sp_matrix_landscape given; /* of `matrix`, read by landscape_open */
} landscape_options;

#define LANDSCAPE_OPTIONS(P)                                                                                                 \
    {"p",                                                                                                                    \
     SP_TYPE_INT,                                                                                                            \
     SP_FIELD(P, landscape.p, int64_t),                                                                                      \
     "2",                                                                                                                    \
     SP_BETWEEN(2, 24),                                                                                                      \
     "",                                                                                                                     \
     "landscape: 2 matrix (Q = x^2/2, exact), p >= 3 pure p-spin (Q = x^p/p)",                                               \
     NULL},                                                                                                                  \
        {"matrix",                                                                                                           \
         SP_TYPE_TEXT,                                                                                                       \
         SP_FIELD(P, landscape.matrix, const char *),                                                                        \
         "",                                                                                                                 \
         SP_ANY,                                                                                                             \
         "",                                                                                                                 \
         "your symmetric J in H = -x.Jx/2 instead of the ensemble: N x N numbers (NPY, CSV, ...)",                           \
         NULL},                                                                                                              \
        {"symmetrise",                                                                                                       \
         SP_TYPE_BOOL,                                                                                                       \
         SP_FIELD(P, landscape.symmetrise, bool),                                                                            \
         "false",                                                                                                            \
         SP_ANY,                                                                                                             \
         "",                                                                                                                 \
         "take (J + J^T)/2 of a matrix that is not symmetric",                                                               \
         NULL},                                                                                                              \
        {"temperature",                                                                                                      \
         SP_TYPE_REAL,                                                                                                       \
         SP_FIELD(P, landscape.temperature, double),                                                                         \
         "1",                                                                                                                \
         SP_NONNEGATIVE,                                                                                                     \
         "",                                                                                                                 \
         "noise of the gradient; the effective temperature is eta T",                                                        \
         NULL},                                                                                                              \
        {"theta",                                                                                                            \
         SP_TYPE_REAL,                                                                                                       \
         SP_FIELD(P, landscape.theta, double),                                                                               \
         "0",                                                                                                                \
         SP_NONNEGATIVE,                                                                                                     \
         "",                                                                                                                 \
         "planted spike (p = 2); above 1 it leaves the bulk",                                                                \
         NULL},                                                                                                              \
        {"m0",                                                                                                               \
         SP_TYPE_REAL,                                                                                                       \
         SP_FIELD(P, landscape.m0, double),                                                                                  \
         "0",                                                                                                                \
         SP_BETWEEN(-1, 1),                                                                                                  \
         "",                                                                                                                 \
         "overlap with the spike at the start",                                                                              \
         NULL},                                                                                                              \
        {"t_max", SP_TYPE_REAL, SP_FIELD(P, landscape.t_max, double), "1000", SP_AT_LEAST(0.01), "time", "last time", NULL}, \
        {"solver",                                                                                                           \
         SP_TYPE_CHOICE,                                                                                                     \
         SP_FIELD(P, landscape.solver, int),                                                                                 \
         "auto",                                                                                                             \
         SP_ANY,                                                                                                             \
         "",                                                                                                                 \
         "p >= 3: uniform or log-time solver of the two-time equations",                                                     \
         "auto|uniform|log"},                                                                                                \
        {"steps",                                                                                                            \
         SP_TYPE_SIZE,                                                                                                       \
         SP_FIELD(P, landscape.steps, size_t),                                                                               \
         "800",                                                                                                              \
         SP_BETWEEN(16, 200000),                                                                                             \
         "",                                                                                                                 \
         "p >= 3, uniform solver: steps",                                                                                    \
         NULL},                                                                                                              \
        {"row_step",                                                                                                         \
         SP_TYPE_REAL,                                                                                                       \
         SP_FIELD(P, landscape.row_step, double),                                                                            \
         "0.1",                                                                                                              \
         SP_BETWEEN(0.01, 0.3),                                                                                              \
         "",                                                                                                                 \
         "p >= 3, log solver: spacing of rows in ln t",                                                                      \
         NULL},                                                                                                              \
    {                                                                                                                        \
        "node_step", SP_TYPE_REAL, SP_FIELD(P, landscape.node_step, double), "0.2", SP_BETWEEN(0.05, 0.3), "",               \
            "p >= 3, log solver: spacing of nodes", NULL                                                                     \
    }
#define LANDSCAPE_SCHEDULE_OPTIONS(P, beta_default)                                                                           \
    {"schedule",                                                                                                              \
     SP_TYPE_CHOICE,                                                                                                          \
     SP_FIELD(P, landscape.eta.kind, int),                                                                                    \
     "power",                                                                                                                 \
     SP_ANY,                                                                                                                  \
     "",                                                                                                                      \
     "constant; power eta0 (t+offset)^-beta; switch: eta0 until t-switch, then eta0 (1+t-t-switch)^-beta; log "               \
     "eta0/(1+ln(1+t)); step: a tenth after t-switch",                                                                        \
     SCHEDULE_CHOICES},                                                                                                       \
        {"eta0", SP_TYPE_REAL, SP_FIELD(P, landscape.eta.eta0, double), "0.5", SP_POSITIVE, "", "learning rate at the start", \
         NULL},                                                                                                               \
        {"beta",                                                                                                              \
         SP_TYPE_REAL,                                                                                                        \
         SP_FIELD(P, landscape.eta.beta, double),                                                                             \
         beta_default,                                                                                                        \
         SP_BETWEEN(0, 2),                                                                                                    \
         "",                                                                                                                  \
         "exponent of the decay",                                                                                             \
         NULL},                                                                                                               \
        {"t_switch",     SP_TYPE_REAL, SP_FIELD(P, landscape.eta.t_switch, double),      "0",                                 \
         SP_NONNEGATIVE, "time",       "when a switch or step schedule starts to decay", NULL},                               \
    {                                                                                                                         \
        "t_offset", SP_TYPE_REAL, SP_FIELD(P, landscape.eta.t_offset, double), "1", SP_POSITIVE, "time",                      \
            "offset of a power schedule", NULL                                                                                \
    }

/* Reads --matrix, once; before landscape_theory. */
static inline sp_status landscape_open(sp_run *run, landscape_options *p)
{
    if (!p->matrix || !*p->matrix)
        return SP_OK;
    if (p->p != 2 || p->theta > 0 || p->m0 != 0)
        return sp_fail(run, SP_USAGE, "--matrix is a landscape of its own: leave --p, --theta and --m0 at their defaults");
    return sp_matrix_landscape_read(run, p->matrix, p->symmetrise, &p->given);
}

static inline void landscape_edges(const landscape_options *p, double *top, double *second, double *bottom)
{
    double gap, cross;
    sp_vec v = p->given.eigenvalues;
    sp_matrix_spike(p->theta, p->m0, top, &gap, &cross);
    *second = 2, *bottom = -2;
    if (v.n)
        *top = v.v[v.n - 1], *second = v.v[v.n - 2], *bottom = v.v[0];
}

/* n points at the wanted times (60 log-spaced when there are none). */
static inline sp_status landscape_theory(sp_run *run, const landscape_options *p, size_t *n,
                                         sp_matrix_schedule_point **points)
{
    if (p->p == 2)
        return sp_matrix_schedule(
            run,
            &(sp_matrix_schedule_params){p->eta, p->temperature, p->theta, p->m0, p->t_max, p->times, p->given.eigenvalues},
            n, points);
    if (p->theta > 0 || p->m0 != 0)
        return sp_fail(run, SP_USAGE,
                       "a spike is for --p 2; a planted tensor with any schedule: spinodal spiked-tensor theory");
    sp_two_time_params t = {.model = {.p = p->p, .delta2 = INFINITY, .deltap = 1},
                            .eta = p->eta,
                            .temperature = p->temperature,
                            .t_max = p->t_max,
                            .solver = p->solver,
                            .steps = p->steps,
                            .row_step = p->row_step,
                            .node_step = p->node_step,
                            .times = p->times,
                            .estimate_error = true};
    sp_two_time_solution s;
    sp_spiked_thresholds th;
    SP_TRY(sp_two_time_solve(run, &t, &s));
    SP_TRY(sp_spiked_thresholds_of(run, &(sp_spiked_thresholds_params){t.model, 0}, &th));
    *n = s.n;
    *points = SP_NEW(run, sp_matrix_schedule_point, s.n);
    if (!*points)
        return SP_FAILED;
    /* late coefficient of s^(-2/3): measured for p = 3 and 4 at T = 0 (spec 28, 4); other p: none */
    double a = p->p == 3 ? 0.302 : p->p == 4 ? 0.318 : NAN;
    for (size_t i = 0; i < s.n; i++) {
        const sp_two_time_point *q = &s.point[i];
        double gradient_time = sp_schedule_integral(&p->eta, q->t);
        (*points)[i] =
            (sp_matrix_schedule_point){.t = q->t,
                                       .eta = q->eta,
                                       .s = gradient_time,
                                       .energy = q->energy,
                                       .excess = q->energy - th.E_th,
                                       .excess_error = q->energy_error,
                                       .asymptotic = q->eta * p->temperature / 2 + a * pow(gradient_time, -2.0 / 3),
                                       .mu = q->mu,
                                       .C_t0 = q->C_t0,
                                       .ln_gamma = NAN};
    }
    return SP_OK;
}

#endif
