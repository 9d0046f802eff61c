/* Guidance on two Gaussian modes: probability flow and Fokker-Planck equation of the class projection (spec 12, 3.1-3.2). */
#include "diffusion/guided_modes.h"

#include "vector_math.h"

#include "math/ode.h"
#include "math/quadrature.h"
#include "math/special.h"

#include <math.h>
#include <string.h>

enum { NODES = 1701, CELLS = 1600 };
static const double node_reach = 8.5;   /* standard deviations of the start */
static const double early = 8;          /* T = log|m| + 8 */
static const double sde_per_time = 400; /* Crank-Nicolson steps for one unit of t */

sp_status sp_guidance_check(sp_run *run, const sp_guided_modes *modes, const sp_guidance *g)
{
    if (modes && (!(modes->d > 0) || !(modes->data_var > 0) || isinf(modes->d)))
        return sp_fail(run, SP_USAGE, "two modes need d > 0 and data_var > 0");
    if (!(g->power > -1))
        return sp_fail(run, SP_USAGE, "the guidance power must be > -1, got %g", g->power);
    if (!isfinite(g->omega))
        return sp_fail(run, SP_USAGE, "omega must be finite");
    if (g->t_to > 0 && !(g->t_to > g->t_from))
        return sp_fail(run, SP_USAGE, "the interval of guidance needs t_from < t_to, got %g and %g", g->t_from, g->t_to);
    return SP_OK;
}

bool sp_guidance_acts(const sp_guidance *g, double t) { return !(g->t_to > 0) || (t >= g->t_from && t <= g->t_to); }

double sp_guidance_factor(const sp_guidance *g, double norm)
{
    if (norm < 1e-12)
        return g->power == 0 ? g->omega : 0;
    double factor = g->power == 0 ? g->omega : g->omega * pow(norm, g->power);
    return g->cap > 0 ? fmin(factor, g->cap) : factor;
}

typedef struct {
    double M, s2;
    const sp_guidance *g;
} field;

static field field_of(const sp_guided_modes *modes, const sp_guidance *g)
{
    return (field){sqrt(modes->d), modes->data_var, g};
}
static double width2(const field *f, double t) { return 1 + (f->s2 - 1) * exp(-2 * t); }

/* |D| = (y/G)(1 - tanh(y (y + u)/G)), without cancellation */
double sp_guidance_norm(double M, double data_var, double t, double u)
{
    double y = M * exp(-t), G = 1 + (data_var - 1) * exp(-2 * t), a = 2 * y * (y + u) / G;
    return y / G * (a > 0 ? 2 * exp(-a) / (1 + exp(-a)) : 2 / (1 + exp(a)));
}

static double drive(const field *f, double t, double u)
{
    if (!sp_guidance_acts(f->g, t))
        return 0;
    double n = sp_guidance_norm(f->M, f->s2, t, u);
    return sp_guidance_factor(f->g, n) * n;
}

/* ---- probability flow ---------------------------------------------------------------------------------------------- */

static void nodes(double *z, double *w)
{
    double sum = 0;
    for (size_t i = 0; i < NODES; i++) {
        z[i] = node_reach * (2. * (double)i / (NODES - 1) - 1);
        sum += w[i] = exp(-z[i] * z[i] / 2);
    }
    for (size_t i = 0; i < NODES; i++)
        w[i] /= sum;
}

static sp_guided_end end_of(double M, const double *w, const double *u)
{
    sp_guided_end end = {0};
    for (size_t i = 0; i < NODES; i++) {
        end.mean += w[i] * u[i];
        end.accuracy += u[i] > -M ? w[i] : 0;
    }
    for (size_t i = 0; i < NODES; i++)
        end.variance += w[i] * (u[i] - end.mean) * (u[i] - end.mean);
    return end;
}

/* du/dt = -[u (1 - 1/G) + g] */
static void flow(size_t n, double t, const double *u, double *dudt, void *context)
{
    const field *f = context;
    double G = width2(f, t);
    for (size_t i = 0; i < n; i++)
        dudt[i] = -(u[i] * (1 - 1 / G) + drive(f, t, u[i]));
}

sp_status sp_guidance_ode(sp_run *run, const sp_guided_modes *modes, const sp_guidance *g, sp_guided_end *out)
{
    SP_TRY(sp_guidance_check(run, modes, g));
    field f = field_of(modes, g);
    sp_mark mark = sp_memory_mark(run);
    double *z = SP_NEW(run, double, NODES), *w = SP_NEW(run, double, NODES), *u = SP_NEW(run, double, NODES),
           *last = SP_NEW(run, double, NODES), T = log(f.M) + early;
    if (!z || !w || !u || !last)
        return SP_FAILED;
    nodes(z, w);
    for (size_t i = 0; i < NODES; i++)
        u[i] = sqrt(width2(&f, T)) * z[i];
    /* the interval switches the drive: integrate piece by piece */
    double cuts[4] = {T, fmin(fmax(g->t_to, 0), T), fmin(fmax(g->t_from, 0), T), 0};
    size_t first = g->t_to > 0 ? 0 : 2;
    cuts[first] = T;
    bool converged = true;
    size_t steps = 0;
    for (size_t i = first; i < 3; i++) {
        sp_ode_options options = {.rel_tol = 1e-11, .abs_tol = 1e-12};
        sp_ode_report report;
        if (!(cuts[i + 1] < cuts[i]))
            continue;
        /* ends a little inside its piece, where the field is smooth */
        double start = cuts[i], stop = cuts[i + 1];
        field piece = f;
        sp_guidance off = *g;
        double middle = (start + stop) / 2;
        off.omega = sp_guidance_acts(g, middle) ? g->omega : 0;
        off.t_to = 0;
        piece.g = &off;
        SP_TRY(sp_ode_solve(run, NODES, flow, &piece, start, u, 1, &stop, last, &options, &report));
        converged &= report.converged;
        steps += report.steps;
        memcpy(u, last, NODES * sizeof *u);
    }
    *out = end_of(f.M, w, u);
    out->steps = steps;
    out->converged = converged;
    sp_memory_release(run, mark);
    return SP_OK;
}

sp_status sp_guidance_ode_euler(sp_run *run, const sp_guided_modes *modes, const sp_guidance *g, size_t steps,
                                sp_guided_end *out)
{
    SP_TRY(sp_guidance_check(run, modes, g));
    if (steps < 1)
        return sp_fail(run, SP_USAGE, "at least one step");
    field f = field_of(modes, g);
    sp_mark mark = sp_memory_mark(run);
    double *z = SP_NEW(run, double, NODES), *w = SP_NEW(run, double, NODES), *u = SP_NEW(run, double, NODES),
           *v = SP_NEW(run, double, NODES), T = log(f.M) + early;
    if (!z || !w || !u || !v)
        return SP_FAILED;
    nodes(z, w);
    for (size_t i = 0; i < NODES; i++)
        u[i] = sqrt(width2(&f, T)) * z[i];
    for (size_t k = 0; k < steps; k++) {
        flow(NODES, T * (1 - (double)k / (double)steps), u, v, &f);
        for (size_t i = 0; i < NODES; i++)
            u[i] -= T / (double)steps * v[i];
    }
    *out = end_of(f.M, w, u);
    out->steps = steps;
    out->converged = true;
    sp_memory_release(run, mark);
    return SP_OK;
}

/* ---- Fokker-Planck --------------------------------------------------------------------------------------------------- */

typedef struct {
    size_t n;
    double left, h;
    double *u, *P, *g, *D, *diag, *up, *low, *right, *work;
} density;

static sp_status create(sp_run *run, const field *f, size_t cells, double T, density *p)
{
    double wide = sqrt(fmax(1, f->s2)), right = 9 * wide + 2 * fmax(f->g->omega, 0),
           left = -9 * wide + 2 * fmin(f->g->omega, 0);
    *p = (density){.n = cells, .left = left, .h = (right - left) / (double)cells};
    double **arrays[] = {&p->u, &p->P, &p->g, &p->D, &p->diag, &p->up, &p->low, &p->right, &p->work};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        if (!(*arrays[i] = SP_NEW(run, double, cells + 1)))
            return SP_FAILED;
    double sum = 0, G = width2(f, T);
    for (size_t i = 0; i < cells; i++) {
        p->u[i] = left + p->h * ((double)i + 0.5);
        sum += p->P[i] = exp(-p->u[i] * p->u[i] / (2 * G));
    }
    for (size_t i = 0; i < cells; i++)
        p->P[i] /= sum;
    return SP_OK;
}

/* |D| and omega |D|^{1+power} at the points x, into D and g */
static void drives(const field *f, double t, size_t n, double shift, const density *p, double *D, double *g)
{
    double y = f->M * exp(-t), G = width2(f, t);
    for (size_t i = 0; i < n; i++)
        D[i] = fmax(fmin(2 * y * (y + p->u[i] + shift) / G, 700), -700);
    sp_vexp(n, D, D);
    bool acts = sp_guidance_acts(f->g, t);
    for (size_t i = 0; i < n; i++) {
        D[i] = y / G * 2 / (1 + D[i]);
        g[i] = acts ? sp_guidance_factor(f->g, D[i]) * D[i] : 0;
    }
}

/* dP/dtau = -d_u(a P) + d_u^2 P, a = u (1 - 2/G) + 2 g at the faces; P = the mass of a cell */
static void crank_nicolson(const field *f, double t, double dtau, density *p)
{
    size_t n = p->n;
    double h = p->h, c = 1 - 2 / width2(f, t), r = dtau / 2;
    drives(f, t, n, -h / 2, p, p->D, p->g); /* left faces */
    for (size_t i = 0; i < n; i++) {
        double a_left = i > 0 ? c * (p->u[i] - h / 2) + 2 * p->g[i] : 0,
               a_right = i + 1 < n ? c * (p->u[i] + h / 2) + 2 * p->g[i + 1] : 0, diffuse = 1 / (h * h);
        double from_left = i > 0 ? a_left / (2 * h) + diffuse : 0, from_right = i + 1 < n ? -a_right / (2 * h) + diffuse : 0;
        double own = (i > 0 ? a_left / (2 * h) - diffuse : 0) - (i + 1 < n ? a_right / (2 * h) + diffuse : 0);
        p->low[i] = -r * from_left;
        p->up[i] = -r * from_right;
        p->diag[i] = 1 - r * own;
        p->right[i] = p->P[i] * (1 + r * own) + (i > 0 ? r * from_left * p->P[i - 1] : 0) +
                      (i + 1 < n ? r * from_right * p->P[i + 1] : 0);
    }
    for (size_t i = 1; i < n; i++) { /* Thomas */
        double m = p->low[i] / p->diag[i - 1];
        p->diag[i] -= m * p->up[i - 1];
        p->right[i] -= m * p->right[i - 1];
    }
    p->P[n - 1] = p->right[n - 1] / p->diag[n - 1];
    for (size_t i = n - 1; i-- > 0;)
        p->P[i] = (p->right[i] - p->up[i] * p->P[i + 1]) / p->diag[i];
}

typedef struct {
    double mean, variance, D, g, cov;
} averages;

static averages average(const field *f, double t, density *p)
{
    averages a = {0};
    drives(f, t, p->n, 0, p, p->D, p->g);
    for (size_t i = 0; i < p->n; i++) {
        a.mean += p->P[i] * p->u[i];
        a.D += p->P[i] * p->D[i];
        a.g += p->P[i] * p->g[i];
    }
    for (size_t i = 0; i < p->n; i++) {
        a.variance += p->P[i] * (p->u[i] - a.mean) * (p->u[i] - a.mean);
        a.cov += p->P[i] * (p->u[i] - a.mean) * p->g[i];
    }
    return a;
}

sp_status sp_guidance_sde(sp_run *run, const sp_guided_modes *modes, const sp_guidance *g, size_t cells, size_t n_moments,
                          sp_guided_moment *moments, sp_guided_end *out)
{
    SP_TRY(sp_guidance_check(run, modes, g));
    field f = field_of(modes, g);
    sp_mark mark = sp_memory_mark(run);
    density p;
    double T = log(f.M) + early;
    size_t steps = (size_t)ceil(T * sde_per_time), kept = 0;
    SP_TRY(create(run, &f, cells ? cells : CELLS, T, &p));
    double dtau = T / (double)steps, mean = 0, variance = modes->data_var;
    averages now = average(&f, T, &p);
    for (size_t k = 0; k < steps; k++) {
        double t = T - dtau * ((double)k + 0.5);
        if (k % 64 == 0)
            SP_TRY(sp_poll(run));
        if (moments && n_moments > 1 && kept < n_moments && k >= kept * (steps - 1) / (n_moments - 1))
            moments[kept++] = (sp_guided_moment){
                T - dtau * (double)k, f.M * exp(-(T - dtau * (double)k)), now.D, now.g, now.mean, now.variance};
        crank_nicolson(&f, t, dtau, &p);
        averages next = average(&f, T - dtau * (double)(k + 1), &p);
        /* what a kick at t leaves at 0: s2 e^t/(e^{2t} + s2 - 1) */
        double keep = modes->data_var * exp(-t) / (1 + (modes->data_var - 1) * exp(-2 * t));
        mean += keep * (now.g + next.g) * dtau;
        variance += keep * keep * 2 * (now.cov + next.cov) * dtau;
        now = next;
    }
    double total = 0, right = 0;
    for (size_t i = 0; i < p.n; i++) {
        total += p.P[i];
        right += p.u[i] > -f.M ? p.P[i] : 0;
    }
    *out = (sp_guided_end){mean, variance, right / total, steps, fabs(total - 1), fabs(total - 1) < 1e-8 && isfinite(mean)};
    sp_memory_release(run, mark);
    return SP_OK;
}

/* ---- d -> infinity -----------------------------------------------------------------------------------------------------
 */

sp_status sp_guidance_limit(sp_run *run, const sp_guidance *g, sp_guidance_constants *out)
{
    /* the scores agree for y > 9: |m| = 12 is infinite */
    sp_guided_modes modes = {144, 1};
    sp_guidance always = *g;
    sp_guided_end sde, ode;
    always.t_to = 0;
    SP_TRY(sp_guidance_sde(run, &modes, &always, 2400, 0, NULL, &sde));
    SP_TRY(sp_guidance_ode(run, &modes, &always, &ode));
    *out = (sp_guidance_constants){12 * sde.mean, 144 * (1 - sde.variance), ode.mean, ode.variance,
                                   sde.converged && ode.converged};
    return SP_OK;
}

sp_status sp_guidance_small_omega(sp_run *run, double *value)
{
    sp_rule y, z;
    sp_mark mark = sp_memory_mark(run);
    double sum = 0, cuts[] = {0, 1, 2, 4, 8, 12};
    SP_TRY(sp_panels(run, 40, 6, cuts, &y));
    SP_TRY(sp_normal_panels(run, 12, 24, 20, 0, NULL, &z));
    for (size_t i = 0; i < y.n; i++)
        for (size_t j = 0; j < z.n; j++)
            sum += 2 * y.w[i] * z.w[j] * sp_guidance_norm(y.x[i], 1, 0, z.x[j]);
    *value = sum;
    sp_memory_release(run, mark);
    return SP_OK;
}
