/* Averaged gradient descent on a spiked tensor, its limit of many replicas, and the baselines (spec 26, 3.1-3.3). */
#include "tensor_pca.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

static double norm(size_t n, const double *x) { return cblas_dnrm2((int)n, x, 1); }
static double inner(size_t n, const double *x, const double *y) { return cblas_ddot((int)n, x, 1, y, 1); }
static void normalise(size_t n, double *x) { cblas_dscal((int)n, 1 / norm(n, x), x, 1); }

const char *sp_tensor_pca_name(int method)
{
    static const char *const names[] = {"closed", "resampled", "replicas", "gd", "power", "amp", "unfold"};
    return names[method];
}

sp_status pca_check(sp_run *run, int k, size_t n, const sp_tensor_pca_method *m)
{
    if (k < 3 || k > 6)
        return sp_fail(run, SP_USAGE, "--k %d: allowed are orders 3 to 6", k);
    if (n < 4 || sp_symmetric_size(n, k) > 4e9)
        return sp_fail(run, SP_USAGE, "--n %zu: allowed is 4 to where n^k/k! is 4e9", n);
    if (!m->replicas || (!m->steps && m->method != SP_PCA_CLOSED) || !m->iterations || !(m->eta > 0))
        return sp_fail(run, SP_USAGE, "allowed: replicas, steps and iterations >= 1, eta > 0");
    return sp_need_memory(run, 4 * sp_symmetric_size(n, k), "the tensor");
}

sp_status pca_instance_create(sp_run *run, int k, size_t n, double strength, uint64_t index, pca_instance *out)
{
    double *signal = SP_NEW(run, double, n);
    *out = (pca_instance){.k = k, .n = n, .signal = signal};
    if (!signal)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(run, "signal", index);
    sp_normals(&rng, n, signal);
    normalise(n, signal);
    SP_TRY(sp_symmetric_create(run, n, k, &out->t));
    SP_TRY(sp_symmetric_add_noise(run, &out->t, "tensor", index, 1, SP_DIAGONAL_TUPLES));
    return sp_symmetric_add_rank_one(run, &out->t, strength, signal, SP_DIAGONAL_USE);
}

sp_status pca_field(sp_run *run, size_t n, size_t count, const double *x, double *g, void *context)
{
    const pca_instance *s = context;
    SP_TRY(sp_symmetric_gradient(run, &s->t, count, x, g));
    cblas_dscal((int)(count * n), tgamma(s->k), g, 1); /* the form has 1/(k-1)! */
    return SP_OK;
}

double pca_overlap(const pca_instance *s, const double *x) { return s->signal ? inner(s->n, x, s->signal) : NAN; }

sp_status pca_value(sp_run *run, const pca_instance *s, const double *x, double *value)
{
    sp_mark mark = sp_memory_mark(run);
    double *g = SP_NEW(run, double, s->n);
    if (!g)
        return SP_FAILED;
    SP_TRY(pca_field(run, s->n, 1, x, g, (void *)s));
    *value = inner(s->n, x, g) / sqrt((double)s->n);
    sp_memory_release(run, mark);
    return SP_OK;
}

typedef struct {
    const pca_instance *s;
    const sp_tensor_pca_method *method;
    uint64_t index;
    double *x, *g, *old;
    sp_tensor_pca_step *step; /* NULL: not kept */
    size_t n_steps, room;
    size_t iterations, before; /* before: those when an ascent began */
    double m_first;
    bool converged;
} solver;

static void record(solver *v, double q, double value, double drift, double spread)
{
    if (v->step && v->n_steps < v->room) {
        v->step[v->n_steps] = (sp_tensor_pca_step){(double)v->iterations, q, value, drift, spread, pca_overlap(v->s, v->x)};
        v->n_steps++;
    }
}

static void record_ascent(size_t step, double value, double size, void *context)
{
    solver *v = context;
    v->iterations = v->before + step;
    record(v, 1, value, size, 1);
}

static sp_status gradient_ascent(sp_run *run, solver *v)
{
    pca_ascent a = {.x = v->x, .converged = &v->converged, .record = record_ascent, .context = v};
    v->before = v->iterations;
    SP_TRY(pca_ascend(run, v->s, 1, v->method->iterations, &a));
    v->iterations = v->before + a.steps;
    return SP_OK;
}

static sp_status power_iteration(sp_run *run, solver *v)
{
    size_t n = v->s->n;
    v->converged = false;
    for (size_t t = 0; t < v->method->iterations; t++, v->iterations++) {
        SP_TRY(sp_poll(run));
        SP_TRY(pca_field(run, n, 1, v->x, v->g, (void *)v->s));
        double size = norm(n, v->g), value = inner(n, v->x, v->g);
        record(v, 1, value / sqrt((double)n), size, 1);
        memcpy(v->old, v->x, n * sizeof *v->x);
        memcpy(v->x, v->g, n * sizeof *v->x);
        normalise(n, v->x);
        double sign = v->s->k % 2 ? 1 : copysign(1, inner(n, v->x, v->old)); /* even k: the field is odd in x */
        cblas_daxpy((int)n, -sign, v->x, 1, v->old, 1);
        if (norm(n, v->old) < 1e-10) {
            v->converged = true;
            break;
        }
    }
    return SP_OK;
}

/* f = x/|x|, x <- g(f) - b f_old, b = (k-1)(k-1)! (f.f_old)^(k-2) n/|x| */
static sp_status message_passing(sp_run *run, solver *v)
{
    size_t n = v->s->n;
    int k = v->s->k;
    double size = 1, *f = v->x;
    memset(v->old, 0, n * sizeof *v->old);
    v->converged = false;
    for (size_t t = 0; t < v->method->iterations; t++, v->iterations++) {
        SP_TRY(sp_poll(run));
        SP_TRY(pca_field(run, n, 1, f, v->g, (void *)v->s));
        record(v, 1, inner(n, f, v->g) / sqrt((double)n), norm(n, v->g), 1);
        double cross = inner(n, f, v->old), b = t ? (k - 1) * tgamma(k) * pow(cross, k - 2) * (double)n / size : 0;
        cblas_daxpy((int)n, -b, v->old, 1, v->g, 1);
        memcpy(v->old, f, n * sizeof *f);
        size = norm(n, v->g);
        memcpy(f, v->g, n * sizeof *f);
        normalise(n, f);
        if (1 - fabs(inner(n, f, v->old)) < 1e-12) {
            v->converged = true;
            break;
        }
    }
    return SP_OK;
}

/* Mean field over positions q u + sqrt(1-q^2) z with z uniform on the sphere, q from 0 to 1 (spec 26, 3.2). */
static sp_status closed_average(sp_run *run, solver *v)
{
    size_t n = v->s->n, steps = v->method->steps;
    pca_traces traces;
    double drift;
    SP_TRY(pca_traces_create(run, v->s, &traces));
    SP_TRY(pca_traces_start(run, &traces, v->x, &drift));
    v->m_first = pca_overlap(v->s, v->x);
    record(v, 0, NAN, drift, 0);
    for (size_t t = 1; t <= steps; t++) {
        v->iterations = t;
        double q = (double)t / (double)steps, value;
        SP_TRY(sp_poll(run));
        SP_TRY(pca_traces_field(run, &traces, q, v->x, v->g, &value));
        memcpy(v->x, v->g, n * sizeof *v->x);
        drift = norm(n, v->x);
        normalise(n, v->x);
        record(v, q, value, drift, q * q);
    }
    v->converged = true;
    return SP_OK;
}

static sp_status averaged(sp_run *run, solver *v)
{
    const sp_tensor_pca_method *m = v->method;
    sp_averaged_descent_params p = {.replicas = m->replicas,
                                    .steps = m->steps,
                                    .resample = m->method == SP_PCA_RESAMPLED,
                                    .eta = m->eta,
                                    .index = v->index};
    sp_averaged_step *history = SP_NEW(run, sp_averaged_step, m->steps);
    size_t taken;
    if (!history)
        return SP_FAILED;
    sp_averaged_descent_params first = p; /* the same positions as the first step of both versions */
    first.steps = 1, first.resample = true;
    SP_TRY(sp_averaged_descent(run, &first, v->s->n, pca_field, (void *)v->s, v->x, NULL, NULL));
    v->m_first = pca_overlap(v->s, v->x);
    SP_TRY(sp_averaged_descent(run, &p, v->s->n, pca_field, (void *)v->s, v->x, history, &taken));
    for (size_t t = 0; t < taken; t++)
        if (v->step && v->n_steps < v->room)
            v->step[v->n_steps++] =
                (sp_tensor_pca_step){(double)t, history[t].q, NAN, history[t].drift, history[t].spread, NAN};
    v->iterations = taken;
    v->converged = true;
    return SP_OK;
}

sp_status pca_solve(sp_run *run, const pca_instance *s, const sp_tensor_pca_method *m, uint64_t index, bool history,
                    sp_tensor_pca_solution *out)
{
    size_t n = s->n;
    solver v = {.m_first = NAN,
                .s = s,
                .method = m,
                .index = index,
                .x = SP_NEW(run, double, n),
                .room = m->steps + 2 * m->iterations + 2};
    *out = (sp_tensor_pca_solution){.x = v.x};
    sp_tensor_pca_step *steps = history ? SP_NEW(run, sp_tensor_pca_step, v.room) : NULL;
    sp_mark mark = sp_memory_mark(run);
    v.step = steps;
    v.g = SP_NEW(run, double, n), v.old = SP_NEW(run, double, n);
    if (!v.x || !v.g || !v.old || (history && !steps))
        return SP_FAILED;
    sp_rng rng = sp_rng_at(run, "start", index);
    sp_normals(&rng, n, v.x);
    normalise(n, v.x);
    static sp_status (*const methods[])(sp_run *, solver *) = {closed_average,  averaged,        averaged, gradient_ascent,
                                                               power_iteration, message_passing, NULL};
    out->m_start = pca_overlap(s, v.x);
    if (m->method == SP_PCA_UNFOLD) {
        SP_TRY(pca_unfold(run, s, v.x, &v.converged));
    }
    else
        SP_TRY(methods[m->method](run, &v));
    bool iterative = m->method == SP_PCA_GD || m->method == SP_PCA_POWER || m->method == SP_PCA_AMP;
    double value;
    SP_TRY(pca_value(run, s, v.x, &value));
    /* the sign that a singular vector leaves open: T(x,x,x) of a signal is positive */
    if (m->method == SP_PCA_UNFOLD && s->k % 2 && value < 0)
        cblas_dscal((int)n, -1, v.x, 1);
    if (!iterative)
        out->m_start = pca_overlap(s, v.x);
    if (!iterative && m->polish != SP_POLISH_NONE)
        SP_TRY((m->polish == SP_POLISH_GD ? gradient_ascent : power_iteration)(run, &v));
    SP_TRY(pca_value(run, s, v.x, &out->value));
    out->m_first = v.m_first;
    out->m = pca_overlap(s, v.x);
    out->iterations = v.iterations;
    out->converged = v.converged;
    out->step = steps;
    out->n_steps = v.n_steps;
    sp_memory_release(run, mark);
    return SP_OK;
}

sp_status sp_tensor_pca_minimize(sp_run *run, const sp_tensor_pca_minimize_params *p, sp_tensor_pca_solution *out)
{
    pca_instance s;
    SP_TRY(pca_check(run, (int)p->k, p->n, &p->method));
    if (!(p->a >= 0 && p->a < INFINITY))
        return sp_fail(run, SP_USAGE, "--a %g: allowed is >= 0", p->a);
    SP_TRY(pca_instance_create(run, (int)p->k, p->n, p->a * pow((double)p->n, (double)p->k / 4), p->instance, &s));
    return pca_solve(run, &s, &p->method, p->instance, true, out);
}
