#include "math/stieltjes.h"

#include "math/roots.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double weight_of(const sp_spectrum_model *m, size_t i) { return m->weight ? m->weight[i] : 1 / (double)m->n; }

/* z'(u) = 1 - sum_i strength_i / (u - h_i)^2 */
static double strength_of(const sp_spectrum_model *m, size_t i)
{
    double h = m->value[i];
    return weight_of(m, i) * (m->kind == SP_SAMPLE_COVARIANCE ? m->ratio * h * h : m->sigma * m->sigma);
}

sp_status sp_spectrum_check(sp_run *run, const sp_spectrum_model *m)
{
    bool covariance = m->kind == SP_SAMPLE_COVARIANCE;
    if (covariance ? !(m->ratio > 0) || isinf(m->ratio) : !(m->sigma > 0) || isinf(m->sigma))
        return sp_fail(run, SP_USAGE, "spectrum: the %s must be finite and > 0",
                       covariance ? "ratio d/n" : "semicircle's width");
    double sum = 0, top = 0;
    for (size_t i = 0; i < m->n; i++) {
        if (!isfinite(m->value[i]) || (covariance && m->value[i] < 0))
            return sp_fail(run, SP_USAGE, "spectrum: population eigenvalues must be finite%s",
                           covariance ? " and >= 0" : "");
        if (!(weight_of(m, i) >= 0))
            return sp_fail(run, SP_USAGE, "spectrum: weights must be >= 0");
        sum += weight_of(m, i);
        top = fmax(top, weight_of(m, i) > 0 ? m->value[i] : 0);
    }
    if (!(fabs(sum - 1) < 1e-8))
        return sp_fail(run, SP_USAGE, "spectrum: weights must sum to 1, not %.9g", sum);
    if (covariance && !(top > 0))
        return sp_fail(run, SP_USAGE, "spectrum: a covariance needs at least one eigenvalue > 0");
    return SP_OK;
}

/* sum w / (h - u), and for a covariance sum w h / (u - h). */
static void sums(const sp_spectrum_model *m, sp_complex u, sp_complex *green, sp_complex *weighted, sp_complex *slope)
{
    sp_complex g = 0, w = 0, s = 0;
    for (size_t i = 0; i < m->n; i++) {
        sp_complex r = 1 / (m->value[i] - u);
        double weight = weight_of(m, i);
        g += weight * r;
        w -= weight * m->value[i] * r;
        s += strength_of(m, i) * r * r;
    }
    *green = g;
    *weighted = w;
    *slope = 1 - s;
}

static sp_complex z_of(const sp_spectrum_model *m, sp_complex u, sp_complex green, sp_complex weighted)
{
    return m->kind == SP_SAMPLE_COVARIANCE ? u * (1 + m->ratio * weighted) : u - m->sigma * m->sigma * green;
}

static void equation(size_t n, const sp_complex *u, sp_complex z, sp_complex *f, void *context)
{
    (void)n;
    sp_complex green, weighted, slope;
    sums(context, u[0], &green, &weighted, &slope);
    f[0] = z_of(context, u[0], green, weighted) - z;
}

static void equation_slope(size_t n, const sp_complex *u, sp_complex z, sp_complex *jacobian, void *context)
{
    (void)n;
    (void)z;
    sp_complex green, weighted;
    sums(context, u[0], &green, &weighted, jacobian);
}

static bool in_upper_half(size_t n, const sp_complex *u, sp_complex z, void *context)
{
    (void)n;
    (void)z;
    (void)context;
    return cimag(u[0]) > 0;
}

static sp_complex_equation equation_of(const sp_spectrum_model *m)
{
    return (sp_complex_equation){
        .n = 1, .f = equation, .jacobian = equation_slope, .accept = in_upper_half, .context = (void *)(uintptr_t)m};
}

/* A bound of the spectrum's modulus. */
static double radius(const sp_spectrum_model *m)
{
    double top = 0;
    for (size_t i = 0; i < m->n; i++)
        top = fmax(top, fabs(m->value[i]));
    double r = 1 + sqrt(m->ratio);
    return m->kind == SP_SAMPLE_COVARIANCE ? top * r * r : top + 2 * m->sigma;
}

static sp_complex_result continue_to(const sp_spectrum_model *m, sp_complex z, sp_complex *u)
{
    sp_complex_equation e = equation_of(m);
    sp_complex start = sp_cmplx(creal(z), 20 * (radius(m) + cabs(z)));
    *u = start;
    /* the path ends a little above the real axis, where a step on the imaginary part is still geometric */
    double low = fmax(cimag(z), 1e-10 * radius(m));
    sp_complex_result r = sp_continue_complex(&e, start, sp_cmplx(creal(z), low), u);
    if (r.converged && low > cimag(z)) {
        size_t before = r.iterations;
        r = sp_newton_complex(&e, z, u);
        r.iterations += before;
    }
    return r;
}

static sp_complex stieltjes_of(const sp_spectrum_model *m, sp_complex z, sp_complex u)
{
    sp_complex green, weighted, slope;
    sums(m, u, &green, &weighted, &slope);
    return m->kind == SP_SAMPLE_COVARIANCE ? u / z * green : green;
}

sp_complex_result sp_spectrum_stieltjes(const sp_spectrum_model *model, sp_complex z, sp_complex *u, sp_complex *g)
{
    sp_complex at;
    sp_complex_result r = continue_to(model, z, &at);
    if (u)
        *u = r.converged ? at : sp_cmplx(NAN, NAN);
    if (g)
        *g = r.converged ? stieltjes_of(model, z, at) : sp_cmplx(NAN, NAN);
    return r;
}

double sp_spectrum_atom(const sp_spectrum_model *m)
{
    if (m->kind != SP_SAMPLE_COVARIANCE)
        return 0;
    double zeros = 0;
    for (size_t i = 0; i < m->n; i++)
        zeros += m->value[i] == 0 ? weight_of(m, i) : 0;
    return fmax(zeros, 1 - 1 / m->ratio);
}

/* ---- edges ------------------------------------------------------------------------------------------- */

typedef struct {
    size_t n; /* poles, distinct and ascending */
    double *h, *strength;
    double from; /* sp_root_log measures distances from here */
    double side;
} poles;

static double excess(double u, void *context) /* -z'(u) */
{
    const poles *p = context;
    double sum = -1;
    for (size_t i = 0; i < p->n; i++)
        sum += p->strength[i] / ((u - p->h[i]) * (u - p->h[i]));
    return sum;
}

static double excess_slope(double u, void *context)
{
    const poles *p = context;
    double sum = 0;
    for (size_t i = 0; i < p->n; i++) {
        double r = 1 / (u - p->h[i]);
        sum -= 2 * p->strength[i] * r * r * r;
    }
    return sum;
}

static double excess_at_distance(double s, void *context)
{
    const poles *p = context;
    return excess(p->from + p->side * s, context);
}

typedef struct {
    double h, strength;
} pole;

static int ascending(const void *a, const void *b)
{
    double x = ((const pole *)a)->h, y = ((const pole *)b)->h;
    return (x > y) - (x < y);
}

static sp_status collect(sp_run *run, const sp_spectrum_model *m, poles *p)
{
    pole *list = SP_NEW(run, pole, m->n);
    *p = (poles){.h = SP_NEW(run, double, m->n), .strength = SP_NEW(run, double, m->n)};
    if (!list || !p->h || !p->strength)
        return SP_FAILED;
    size_t n = 0;
    for (size_t i = 0; i < m->n; i++)
        if (strength_of(m, i) > 0)
            list[n++] = (pole){m->value[i], strength_of(m, i)};
    qsort(list, n, sizeof *list, ascending);
    for (size_t i = 0; i < n; i++) {
        if (p->n == 0 || p->h[p->n - 1] != list[i].h)
            p->h[p->n++] = list[i].h;
        p->strength[p->n - 1] += list[i].strength;
    }
    return SP_OK;
}

/* The outermost root of z' = 0, beyond all poles on one side. */
static sp_status outer_root(sp_run *run, poles *p, double side, double scale, double *u)
{
    p->side = side;
    p->from = side > 0 ? p->h[p->n - 1] : p->h[0];
    sp_root r = sp_root_log(excess_at_distance, p, scale, 1e-200 * scale, 1e3 * scale, 0);
    *u = p->from + side * r.x;
    return r.converged ? SP_OK : sp_fail(run, SP_FAILED, "spectrum: the outer edge was not found");
}

static double z_real(const sp_spectrum_model *m, double u)
{
    sp_complex green, weighted, slope;
    sums(m, u, &green, &weighted, &slope);
    return creal(z_of(m, u, green, weighted));
}

static sp_status edges_of(sp_run *run, const sp_spectrum_model *m, size_t max_bulks, double *edges, size_t *n_bulks)
{
    poles p;
    SP_TRY(collect(run, m, &p));
    double total = 0;
    for (size_t i = 0; i < p.n; i++)
        total += p.strength[i];
    double scale = sqrt(total); /* beyond this distance z' > 0 */
    size_t n = 0;
    double u;
    SP_TRY(outer_root(run, &p, -1, scale, &u));
    double low = z_real(m, u);
    for (size_t i = 0; i <= p.n - 1; i++) {
        double high, next_low = 0;
        if (i + 1 < p.n) {
            double gap = p.h[i + 1] - p.h[i], lowest = cbrt(p.strength[i]) + cbrt(p.strength[i + 1]);
            if (lowest * lowest * lowest >= gap * gap)
                continue; /* already the two nearest poles keep z' < 0 */
            double a = nextafter(p.h[i], INFINITY), b = nextafter(p.h[i + 1], -INFINITY);
            sp_root bottom = sp_root_bracketed(excess_slope, &p, a, b, 0);
            if (!bottom.converged || excess(bottom.x, &p) >= 0)
                continue;
            high = z_real(m, sp_root_bracketed(excess, &p, a, bottom.x, 0).x);
            next_low = z_real(m, sp_root_bracketed(excess, &p, bottom.x, b, 0).x);
        }
        else {
            SP_TRY(outer_root(run, &p, 1, scale, &u));
            high = z_real(m, u);
        }
        if (n < max_bulks) {
            edges[2 * n] = m->kind == SP_SAMPLE_COVARIANCE ? fmax(low, 0) : low;
            edges[2 * n + 1] = high;
        }
        n++;
        low = next_low;
    }
    *n_bulks = n;
    return SP_OK;
}

sp_status sp_spectrum_edges(sp_run *run, const sp_spectrum_model *model, size_t max_bulks, double *edges, size_t *n_bulks)
{
    sp_mark mark = sp_memory_mark(run);
    sp_status status = edges_of(run, model, max_bulks, edges, n_bulks);
    sp_memory_release(run, mark);
    return status;
}

/* ---- density ------------------------------------------------------------------------------------------ */

enum { POINTS = 32 };

typedef struct {
    const sp_spectrum_model *model;
    size_t n_x, n_bulks;
    const double *x, *edges;
    double *density;
} task;

static bool inside(const task *t, double x)
{
    for (size_t i = 0; i < t->n_bulks; i++)
        if (x > t->edges[2 * i] && x < t->edges[2 * i + 1])
            return true;
    return false;
}

static sp_status density_block(sp_run *worker, size_t block, void *context)
{
    const task *t = context;
    sp_complex_equation e = equation_of(t->model);
    sp_complex u = 0;
    bool warm = false;
    for (size_t i = block * POINTS; i < (block + 1) * POINTS && i < t->n_x; i++) {
        SP_TRY(sp_poll(worker));
        double x = t->x[i];
        t->density[i] = 0;
        if (!inside(t, x)) {
            warm = false;
            continue;
        }
        warm = warm && sp_newton_complex(&e, x, &u).converged;
        if (!warm)
            warm = continue_to(t->model, x, &u).converged;
        t->density[i] = warm ? cimag(stieltjes_of(t->model, x, u)) / M_PI : NAN;
    }
    return SP_OK;
}

sp_status sp_spectrum_density(sp_run *run, const sp_spectrum_model *model, size_t n_x, const double *x, double *density,
                              size_t *unconverged)
{
    sp_mark mark = sp_memory_mark(run);
    double *edges = SP_NEW(run, double, 2 * model->n + 2);
    task t = {.model = model, .n_x = n_x, .x = x, .edges = edges, .density = density};
    sp_status status = edges ? edges_of(run, model, model->n + 1, edges, &t.n_bulks) : SP_FAILED;
    if (status == SP_OK)
        status = sp_parallel(run, (n_x + POINTS - 1) / POINTS, density_block, &t);
    *unconverged = 0;
    for (size_t i = 0; status == SP_OK && i < n_x; i++)
        *unconverged += isnan(density[i]) ? 1 : 0;
    sp_memory_release(run, mark);
    return status;
}

sp_spike sp_spectrum_spike(const sp_spectrum_model *m, double strength)
{
    sp_complex green, weighted, slope;
    sums(m, strength, &green, &weighted, &slope);
    double z = creal(z_of(m, strength, green, weighted)), dz = creal(slope);
    if (!(dz > 0))
        return (sp_spike){false, NAN, 0, NAN};
    return (sp_spike){true, z, m->kind == SP_SAMPLE_COVARIANCE ? strength * dz / z : dz, NAN};
}
