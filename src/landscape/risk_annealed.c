#include "landscape/risk_annealed.h"

#include "math/roots.h"
#include "math/roots_complex.h"

#include <math.h>

enum {
    MAX_ITERATIONS = 4000,
    MAX_ITERATIONS_TEACHER = 600,
    HELD = 30,
    G_STEPS = 3,
    FIRST_POLISH = 100,
    HELD_SWEEPS = 200,
    UNKNOWNS = 4
};

static const double damping = 0.3;
static const double eta = 1e-9;

/* Natural size of 1/g. */
static double scale_of(const risk_law *law) { return sqrt((law->d2_sq + law->d1_sq) / law->alpha); }

static double complexity_at(const risk_law *law, const risk_state *s, const risk_average *m, double risk)
{
    double value = 0.5 * log(law->alpha / s->A) - log(cabs(s->g)) + law->alpha * m->ln_Z - s->lam * risk;
    return law->k ? value + 0.5 * log((1 - law->overlap) * (1 + law->overlap)) : value;
}

/* (1 + ln alpha)/2 - ln<loss'^2>/2 + int rho ln|l - t| - alpha H(nu|G), spec 22, 3.1: the same number by another way. */
static double variational(const risk_law *law, const risk_state *s, const risk_average *m)
{
    double log_determinant = creal(-clog(s->g) - m->y_d1 * s->g - 1) + law->alpha * risk_law_log(law, s->g);
    double entropy = m->psi - m->ln_Z;
    double value = 0.5 * (1 + log(law->alpha)) - 0.5 * log(m->d1_sq) + log_determinant - law->alpha * entropy;
    return law->k ? value + 0.5 * log((1 - law->overlap) * (1 + law->overlap)) : value;
}

/* 1/g + t - <loss''/(1 + loss'' g/alpha)>, in units of 1/g. */
static risk_complex stieltjes_residual(const risk_law *law, risk_complex g, double t)
{
    return 1 + g * (t - risk_law_resolvent(law, g));
}

static double residual_at(const risk_law *law, const risk_state *s, const risk_average *m)
{
    double worst = fmax(fabs(m->d1_sq / s->A - 1), cabs(stieltjes_residual(law, s->g, m->y_d1)));
    return law->k ? fmax(worst, fabs(m->k) / sqrt(m->k_variance + 1e-300)) : worst;
}

typedef struct {
    risk_law *law;
    double lam, scale;
    bool real; /* gapped: g stays real */
} polish_problem;

static risk_state unpack(const polish_problem *c, const double *x)
{
    return (risk_state){.A = exp(x[0]),
                        .lam = c->lam,
                        .g = x[1] / c->scale + (c->real ? 0 : I * x[2] / c->scale),
                        .zeta = c->law->k ? x[c->real ? 2 : 3] : 0};
}

static void polish_system(size_t n, const double *x, double *f, void *context)
{
    polish_problem *c = context;
    risk_state s = unpack(c, x);
    risk_average m = risk_law_tilt(c->law, &s);
    risk_complex r = stieltjes_residual(c->law, s.g, m.y_d1);
    size_t i = 0;
    f[i++] = log(m.d1_sq) - x[0];
    f[i++] = creal(r);
    if (!c->real) /* divided by Im g: the root Im g = 0 is of the other branch */
        f[i++] = x[2] > 0 ? cimag(r) / x[2] : NAN;
    if (c->law->k)
        f[i++] = m.k / sqrt(m.k_variance + 1e-300);
    for (; i < n; i++)
        f[i] = NAN;
}

/* Newton from the state; kept when it converged without leaving the neighbourhood. */
static sp_status polish(sp_run *run, risk_law *law, double reach, risk_state *s, bool *done)
{
    polish_problem c = {law, s->lam, scale_of(law), fabs(cimag(s->g)) * scale_of(law) < 1e-6};
    double x[UNKNOWNS] = {log(s->A), creal(s->g) * c.scale};
    size_t n = 2;
    if (!c.real)
        x[n++] = cimag(s->g) * c.scale;
    if (law->k)
        x[n++] = s->zeta;
    sp_newton_options options = {.tolerance = 1e-11, .max_iterations = 30, .max_step = 1};
    sp_root root;
    SP_TRY(sp_newton(run, n, polish_system, NULL, &c, &options, x, &root));
    risk_state found = unpack(&c, x);
    double moved = fmax(fabs(log(found.A / s->A)), cabs(found.g - s->g) / cabs(s->g));
    *done = root.converged && moved < reach && (c.real || cimag(found.g) > 0);
    if (*done)
        *s = found;
    return SP_OK;
}

/* One sweep of the damped iteration; returns the largest relative change. */
static double sweep(risk_law *law, risk_state *s, const risk_average *m, double t)
{
    double scale = scale_of(law), before_A = s->A, before_zeta = s->zeta;
    risk_complex before = s->g;
    for (int step = 0; step < G_STEPS; step++) {
        risk_complex target = 1 / (-(t + I * eta * scale) + risk_law_resolvent(law, s->g));
        s->g = (1 - damping) * s->g + damping * target;
        if (cimag(s->g) < 0)
            s->g = conj(s->g);
    }
    s->A = pow(s->A, 1 - damping) * pow(m->d1_sq, damping);
    if (law->k && m->k_variance > 0) {
        double step = law->alpha * m->k / m->k_variance;
        s->zeta -= fabs(step) > 1 && fabs(law->overlap) < 0.9 ? copysign(1, step) : step;
    }
    double change = fmax(fabs(s->A / before_A - 1), cabs(s->g - before) / cabs(before));
    return fmax(change, fabs(s->zeta - before_zeta) / (1 + fabs(s->zeta)));
}

static void finish(risk_law *law, risk_solution *out)
{
    risk_average m = risk_law_tilt(law, &out->state);
    out->gapped = fabs(cimag(out->state.g)) * scale_of(law) < 1e-6;
    double beyond = out->gapped ? risk_law_beyond(law, creal(out->state.g)) : 0;
    out->nearly_gapped = beyond > 1e-13;
    out->risk = m.f;
    out->t = m.y_d1;
    out->residual = residual_at(law, &out->state, &m);
    out->complexity = complexity_at(law, &out->state, &m, m.f);
    out->check = variational(law, &out->state, &m);
    if (cabs(out->state.g) * scale_of(law) > 1e6) {
        out->converged = false;
        out->note = "the iteration ran to 1/g = 0";
    }
    else if (beyond > 1e-3) {
        out->converged = false;
        out->note = "no solution outside the spectrum of the Hessian";
    }
    else if (!(out->residual < 1e-7) || !(fabs(out->check - out->complexity) < 1e-6)) {
        out->converged = false;
        out->note = "not converged";
    }
}

/* hold: the shift t of the Hessian is held at this value for the first sweeps (NAN: not). */
static sp_status solve_from(sp_run *run, risk_law *law, risk_state start, double hold, size_t most, risk_solution *out)
{
    *out = (risk_solution){.state = start, .note = "not converged"};
    double change = INFINITY, before = NAN;
    size_t quiet = 0, next_polish = FIRST_POLISH;
    for (size_t i = 0; i < most; i++) {
        SP_TRY(sp_poll(run));
        risk_average m = risk_law_tilt(law, &out->state);
        change = sweep(law, &out->state, &m, !isnan(hold) && i < HELD ? hold : m.y_d1);
        out->iterations = i + 1;
        if (!isfinite(change) || cabs(out->state.g) * scale_of(law) > 1e6)
            break;
        bool settled = change < 1e-7 && i > HELD;
        if (settled || i + 1 == next_polish) {
            next_polish *= 2;
            bool done;
            risk_state s = out->state;
            SP_TRY(polish(run, law, 0.1, &s, &done));
            if (done) {
                out->state = s;
                out->converged = true;
                break;
            }
        }
        /* a continuum of solutions of equal complexity: Newton is singular, the complexity has settled */
        double now = complexity_at(law, &out->state, &m, m.f);
        quiet = fabs(now - before) < 1e-13 * (1 + fabs(now)) ? quiet + 1 : 0;
        before = now;
        if (change < 1e-12 || (quiet >= 50 && residual_at(law, &out->state, &m) < 1e-8)) {
            out->converged = true;
            break;
        }
    }
    finish(law, out);
    return SP_OK;
}

/* ---- shift found by a root search ------------------------------------------------------------------- */

typedef struct {
    risk_law *law;
    risk_state state;
} held_problem;

/* <y loss'> - t with A, g and zeta solved at the held shift t. */
static double held_excess(double t, void *context)
{
    held_problem *c = context;
    risk_average m = risk_law_tilt(c->law, &c->state);
    for (int i = 0; i < HELD_SWEEPS; i++) {
        double change = sweep(c->law, &c->state, &m, t);
        if (!isfinite(change))
            return NAN;
        m = risk_law_tilt(c->law, &c->state);
        if (change < 1e-9)
            break;
    }
    return m.y_d1 - t;
}

/* Solutions whose shift the free iteration runs away from: sign changes of the excess outside the spectrum. */
static sp_status search_shift(sp_run *run, risk_law *law, double lam, double centre, double width, double sign,
                              risk_solution *out)
{
    static const double steps[] = {1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 8};
    risk_state start = {.A = law->d1_sq, .lam = lam, .g = -sign / width + 1e-6 * I / width};
    held_problem c = {law, start};
    double before = NAN, before_t = NAN;
    for (size_t i = 0; i < sizeof steps / sizeof *steps && !out->converged; i++) {
        double t = centre + sign * steps[i] * width;
        c.state = start;
        double now = held_excess(t, &c);
        SP_TRY(sp_poll(run));
        if ((now < 0) != (before < 0) && isfinite(now) && isfinite(before)) {
            sp_root root = sp_root_bracketed(held_excess, &c, before_t, t, 1e-6);
            *out = (risk_solution){.state = c.state, .note = "not converged"};
            SP_TRY(polish(run, law, 0.1, &out->state, &out->converged));
            out->iterations = root.iterations;
            finish(law, out);
        }
        before = now;
        before_t = t;
    }
    return SP_OK;
}

sp_status risk_annealed_polish(sp_run *run, risk_law *law, double lam, const risk_solution *warm, risk_solution *out)
{
    bool done;
    *out = (risk_solution){.state = warm->state, .iterations = 1, .note = "not converged"};
    out->state.lam = lam;
    SP_TRY(polish(run, law, 0.5, &out->state, &done));
    /* the shift may have left the spectrum */
    if (!done && cimag(out->state.g) * scale_of(law) < 0.1) {
        out->state.g = creal(out->state.g);
        SP_TRY(polish(run, law, 0.5, &out->state, &done));
    }
    out->converged = done;
    finish(law, out);
    return SP_OK;
}

sp_status risk_annealed_solve(sp_run *run, risk_law *law, double lam, const risk_solution *warm, risk_solution *out)
{
    size_t most = law->k ? MAX_ITERATIONS_TEACHER : MAX_ITERATIONS;
    if (warm) {
        SP_TRY(risk_annealed_polish(run, law, lam, warm, out));
        if (out->converged)
            return SP_OK;
        risk_state s = warm->state;
        s.lam = lam;
        return solve_from(run, law, s, NAN, most, out);
    }
    /* shifts of the Hessian inside and outside its spectrum under the normal law: mean +- width */
    static const double widths[] = {NAN, 1, -1, 3, -3, 5, -5};
    double width = fmax(sqrt(law->d2_sq / law->alpha), 0.5 * scale_of(law));
    risk_solution best = {0}, next;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        double hold = law->d2_mean + widths[i] * width;
        risk_state start = {.A = law->d1_sq, .lam = lam, .g = I * sqrt(law->alpha / fmax(law->d2_sq, 1e-6 * law->d1_sq))};
        SP_TRY(solve_from(run, law, start, hold, best.converged ? most / 4 : most, &next));
        bool better = next.converged && (!best.converged || next.complexity > best.complexity + 1e-10);
        if (i == 0 || better)
            best = next;
    }
    for (int sign = 1; sign >= -1 && !best.converged; sign -= 2)
        SP_TRY(search_shift(run, law, lam, law->d2_mean, width, sign, &best));
    *out = best;
    (void)risk_law_tilt(law, &out->state);
    return SP_OK;
}

typedef struct {
    sp_run *run;
    risk_law *law;
    double risk;
    risk_solution at;
    sp_status status;
} risk_target;

static double excess_risk(double lam, void *context)
{
    risk_target *c = context;
    risk_solution next = {0};
    if (c->status == SP_OK)
        c->status = risk_annealed_solve(c->run, c->law, lam, &c->at, &next);
    if (c->status != SP_OK || !next.converged)
        return NAN;
    c->at = next;
    return next.risk - c->risk;
}

sp_status risk_annealed_at_risk(sp_run *run, risk_law *law, double risk, const risk_solution *at, risk_solution *out)
{
    risk_target c = {run, law, risk, *at, SP_OK};
    double low = at->state.lam, value = excess_risk(low, &c), high = low, step = value < 0 ? 0.25 : -0.25, other = value;
    *out = *at;
    /* the risk grows with lam */
    for (int i = 0; i < 40 && value != 0 && !isnan(other) && (other < 0) == (value < 0); i++) {
        low = high;
        high += step;
        step *= 1.3;
        other = excess_risk(high, &c);
    }
    SP_TRY(c.status);
    if (isnan(other) || ((other < 0) == (value < 0) && value != 0)) {
        out->converged = false;
        out->complexity = NAN;
        out->note = "no stationary points at this risk";
        return SP_OK;
    }
    sp_root root = sp_root_bracketed(excess_risk, &c, low, high, 1e-13);
    SP_TRY(c.status);
    SP_TRY(risk_annealed_solve(run, law, value == 0 ? at->state.lam : root.x, &c.at, out));
    return SP_OK;
}

/* ---- Hessian density --------------------------------------------------------------------------------- */

static void stieltjes_system(size_t n, const sp_complex *g, sp_complex z, sp_complex *f, void *context)
{
    (void)n;
    f[0] = 1 + g[0] * (z - risk_law_resolvent(context, g[0]));
}

static bool upper_half(size_t n, const sp_complex *g, sp_complex z, void *context)
{
    (void)n;
    (void)z;
    (void)context;
    return cimag(g[0]) > 0;
}

void risk_hessian_scale(const risk_law *law, const risk_solution *at, double *mean, double *sd)
{
    double d2 = 0, d2_sq = 0;
    for (size_t i = 0; i < law->n; i++) {
        d2 += law->nu[i] * law->d2[i];
        d2_sq += law->nu[i] * law->d2[i] * law->d2[i];
    }
    *mean = d2 - at->t;
    *sd = sqrt(d2_sq / law->alpha);
}

sp_status risk_hessian_density(sp_run *run, risk_law *law, const risk_solution *at, size_t n, const double *lambda,
                               double *density)
{
    double mean, sd;
    risk_hessian_scale(law, at, &mean, &sd);
    sp_complex_equation equation = {.n = 1, .f = stieltjes_system, .accept = upper_half, .context = law};
    for (size_t i = 0; i < n; i++) {
        SP_TRY(sp_poll(run));
        /* far above the axis g = -1/z; down to a thousandth of the width of the density */
        sp_complex high = lambda[i] + at->t + I * 100 * (sd + fabs(lambda[i] + at->t) + fabs(mean)),
                   low = lambda[i] + at->t + I * 1e-4 * sd;
        sp_complex g = -1 / high;
        sp_complex_result result = sp_continue_complex(&equation, high, low, &g);
        density[i] = result.converged ? cimag(g) / M_PI : NAN;
    }
    return SP_OK;
}
