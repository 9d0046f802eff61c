#include "math/ode.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { STAGES = 7 };

static const double c[STAGES] = {0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1};
static const double a[STAGES][STAGES - 1] = {
    {0},
    {1.0 / 5},
    {3.0 / 40, 9.0 / 40},
    {44.0 / 45, -56.0 / 15, 32.0 / 9},
    {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
    {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
    {35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84},
};
/* fifth minus fourth order weights */
static const double e[STAGES] = {71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40};
/* dense output */
static const double d[STAGES] = {-12715105075.0 / 11282082432,  0,
                                 87487479700.0 / 32700410799,   -10690763975.0 / 1880347072,
                                 701980252875.0 / 199316789632, -1453857185.0 / 822651844,
                                 69997945.0 / 29380423};

typedef struct {
    size_t n;
    sp_ode_field f;
    void *context;
    sp_ode_options o;
    sp_ode_report *report;
    double *k[STAGES], *y, *next, *stage;
} solver;

static void evaluate(solver *s, double t, const double *y, double *out)
{
    s->f(s->n, t, y, out, s->context);
    s->report->evaluations++;
}

static double scale(const solver *s, double y0, double y1) { return s->o.abs_tol + s->o.rel_tol * fmax(fabs(y0), fabs(y1)); }

/* Root mean square of x over the tolerance. */
static double norm(const solver *s, const double *x)
{
    double sum = 0;
    for (size_t i = 0; i < s->n; i++) {
        double r = x[i] / scale(s, s->y[i], s->y[i]);
        sum += r * r;
    }
    return sqrt(sum / (double)s->n);
}

/* Hairer's starting step: an explicit Euler step tells the second derivative. */
static double first_step(solver *s, double t, double direction)
{
    double size = norm(s, s->y), slope = norm(s, s->k[0]);
    double h = size < 1e-10 || slope < 1e-10 ? 1e-6 : 0.01 * size / slope;
    for (size_t i = 0; i < s->n; i++)
        s->stage[i] = s->y[i] + direction * h * s->k[0][i];
    evaluate(s, t + direction * h, s->stage, s->k[1]);
    for (size_t i = 0; i < s->n; i++)
        s->next[i] = s->k[1][i] - s->k[0][i];
    double bend = norm(s, s->next) / h, most = fmax(slope, bend);
    double better = most <= 1e-15 ? fmax(1e-6, h * 1e-3) : pow(0.01 / most, 0.2);
    better = fmin(100 * h, better);
    return isfinite(better) && better > 0 ? better : 1e-6;
}

/* One step of size h from t: the new state in s->next; returns the error over the tolerance. */
static double step(solver *s, double t, double h)
{
    for (size_t j = 1; j < STAGES; j++) {
        double *to = j == STAGES - 1 ? s->next : s->stage;
        for (size_t i = 0; i < s->n; i++) {
            double sum = 0;
            for (size_t l = 0; l < j; l++)
                sum += a[j][l] * s->k[l][i];
            to[i] = s->y[i] + h * sum;
        }
        evaluate(s, t + c[j] * h, to, s->k[j]);
    }
    double total = 0;
    for (size_t i = 0; i < s->n; i++) {
        double error = 0;
        for (size_t j = 0; j < STAGES; j++)
            error += e[j] * s->k[j][i];
        error *= h / scale(s, s->y[i], s->next[i]);
        total += error * error;
    }
    return sqrt(total / (double)s->n);
}

static void interpolate(const solver *s, double h, double theta, double *out)
{
    for (size_t i = 0; i < s->n; i++) {
        double rise = s->next[i] - s->y[i], bend = h * s->k[0][i] - rise, last = rise - h * s->k[6][i] - bend, high = 0;
        for (size_t j = 0; j < STAGES; j++)
            high += h * d[j] * s->k[j][i];
        double rest = 1 - theta;
        out[i] = s->y[i] + theta * (rise + rest * (bend + theta * (last + rest * high)));
    }
}

static sp_status solve(sp_run *run, solver *s, double t, size_t n_times, const double *times, double *out)
{
    size_t n = s->n, at = 0;
    double end = times[n_times - 1], direction = end < t ? -1 : 1, span = fabs(end - t), before = 1e-4;
    for (size_t i = 0; i < n_times; i++)
        if (!isfinite(times[i]) || direction * (times[i] - (i ? times[i - 1] : t)) < 0)
            return sp_fail(run, SP_FAILED, "ODE: output times must be finite and monotone from the start");
    for (; at < n_times && times[at] == t; at++)
        memcpy(out + at * n, s->y, n * sizeof *out);
    evaluate(s, t, s->y, s->k[0]);
    double h = s->o.first_step > 0 ? s->o.first_step : first_step(s, t, direction);
    bool rejected = false;
    double start = t;
    while (at < n_times && s->report->steps + s->report->rejected < s->o.max_steps) {
        SP_TRY(sp_poll(run));
        if (s->o.max_step > 0)
            h = fmin(h, s->o.max_step);
        double left = fabs(end - t);
        bool last = h >= left * (1 - 1e-12);
        if (last)
            h = left;
        if (!(h > 4 * DBL_EPSILON * fabs(t)) || h < DBL_MIN)
            break;
        double error = step(s, t, direction * h);
        if (!(error <= 1)) { /* or not finite */
            s->report->rejected++;
            rejected = true;
            h *= isfinite(error) ? fmax(0.2, 0.9 * pow(error, -0.2)) : 0.1;
            continue;
        }
        double to = last ? end : t + direction * h;
        for (; at < n_times && direction * (times[at] - to) <= 0; at++) {
            if (times[at] == to)
                memcpy(out + at * n, s->next, n * sizeof *out);
            else
                interpolate(s, direction * h, (times[at] - t) / (direction * h), out + at * n);
        }
        s->report->steps++;
        s->report->last_step = h;
        t = to;
        memcpy(s->y, s->next, n * sizeof *s->y);
        double *swap = s->k[0]; /* the last stage is the first of the next step */
        s->k[0] = s->k[STAGES - 1];
        s->k[STAGES - 1] = swap;
        /* proportional-integral control (Hairer: beta = 0.04) */
        double factor = 0.9 * pow(fmax(error, 1e-10), -0.17) * pow(before, 0.04);
        h *= fmin(rejected ? 1 : 10, fmax(0.2, factor));
        before = fmax(error, 1e-4);
        rejected = false;
        if (s->o.progress)
            sp_progress(run, s->o.progress, fabs(t - start) / span);
    }
    s->report->reached = t;
    s->report->converged = at == n_times;
    for (size_t i = at * n; i < n_times * n; i++)
        out[i] = NAN;
    return SP_OK;
}

sp_status sp_ode_solve(sp_run *run, size_t n, sp_ode_field f, void *context, double t0, double *y, size_t n_times,
                       const double *times, double *out, const sp_ode_options *options, sp_ode_report *report)
{
    sp_mark mark = sp_memory_mark(run);
    *report = (sp_ode_report){0};
    solver s = {.n = n, .f = f, .context = context, .o = options ? *options : (sp_ode_options){0}, .report = report, .y = y};
    if (s.o.rel_tol <= 0)
        s.o.rel_tol = 1e-9;
    if (s.o.abs_tol <= 0)
        s.o.abs_tol = 1e-12;
    if (s.o.max_steps == 0)
        s.o.max_steps = 1000000;
    bool memory = true;
    for (size_t j = 0; j < STAGES; j++)
        memory = (s.k[j] = SP_NEW(run, double, n)) && memory;
    s.next = SP_NEW(run, double, n);
    s.stage = SP_NEW(run, double, n);
    sp_status status = memory && s.next && s.stage ? SP_OK : SP_FAILED;
    if (status == SP_OK && n_times > 0)
        status = solve(run, &s, t0, n_times, times, out);
    else
        report->converged = status == SP_OK;
    sp_memory_release(run, mark);
    return status;
}
