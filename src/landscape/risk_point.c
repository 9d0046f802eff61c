#include "landscape/risk_point.h"

#include "math/roots.h"

#include <math.h>

enum { SEARCH_NODES = 1001, FINE_NODES = 4001, OVERLAP_NODES = 13 };

static const double y_range = 10;

static const char *kind_of(const risk_solution *s)
{
    if (!s->gapped)
        return "saddles: extensive index";
    return creal(s->state.g) > 0 ? "gapped: minima side" : "gapped: maxima side";
}

sp_risk_point risk_point_annealed(const risk_solution *s, double overlap)
{
    sp_risk_point p = {.complexity = s->complexity,
                       .risk = s->risk,
                       .lam = s->state.lam,
                       .t = s->t,
                       .A = s->state.A,
                       .g_re = creal(s->state.g),
                       .g_im = cimag(s->state.g),
                       .q = overlap,
                       .zeta = s->state.zeta,
                       .F_o = NAN,
                       .ln_Fp = NAN,
                       .residual = s->residual,
                       .check = s->check,
                       .iterations = s->iterations,
                       .converged = s->converged,
                       .kind = kind_of(s),
                       .note = ""};
    if (!s->converged) {
        p.complexity = p.risk = p.t = p.A = p.g_re = p.g_im = p.zeta = p.check = NAN;
        p.kind = "";
        p.note = s->note ? s->note : "not converged";
    }
    else if (s->nearly_gapped)
        p.note = "approximate: zero lies in the far tail of the Hessian's density";
    else if (s->gapped && fabs(s->complexity) < 1e-9)
        p.note = "trivial: isolated minima or maxima only";
    else if (s->complexity < 0)
        p.note = "negative: no stationary points on average";
    return p;
}

sp_risk_point risk_point_quenched(const risk_quenched *s)
{
    if (!s->found)
        return (sp_risk_point){.complexity = NAN,
                               .risk = NAN,
                               .lam = s->lam,
                               .t = NAN,
                               .A = NAN,
                               .g_re = NAN,
                               .g_im = NAN,
                               .q = NAN,
                               .zeta = NAN,
                               .F_o = NAN,
                               .ln_Fp = NAN,
                               .residual = NAN,
                               .check = NAN,
                               .kind = "",
                               .note = s->reason ? s->reason : "no replica-symmetric solution found"};
    return (sp_risk_point){.complexity = s->complexity,
                           .risk = s->risk,
                           .lam = s->lam,
                           .t = s->t,
                           .A = exp(s->ln_Fp) + s->F_o,
                           .g_re = creal(s->g),
                           .g_im = cimag(s->g),
                           .q = s->q,
                           .zeta = s->zeta,
                           .F_o = s->F_o,
                           .ln_Fp = s->ln_Fp,
                           .residual = s->residual,
                           .check = NAN,
                           .iterations = s->iterations,
                           .converged = true,
                           .kind = "saddles: extensive index",
                           .note = ""};
}

sp_status risk_solve(sp_run *run, const risk_loss *loss, double alpha, double lam, risk_law *law, risk_solution *out)
{
    risk_law coarse;
    risk_solution found;
    SP_TRY(risk_law_create(run, loss, alpha, y_range, FINE_NODES, law));
    sp_mark mark = sp_memory_mark(run);
    SP_TRY(risk_law_create(run, loss, alpha, y_range, SEARCH_NODES, &coarse));
    SP_TRY(risk_annealed_solve(run, &coarse, lam, NULL, &found));
    sp_memory_release(run, mark);
    if (!found.converged)
        return risk_annealed_solve(run, law, lam, NULL, out);
    size_t iterations = found.iterations;
    SP_TRY(risk_annealed_solve(run, law, lam, &found, out));
    out->iterations += iterations;
    return SP_OK;
}

typedef struct {
    sp_run *run;
    const risk_loss *loss;
    risk_law *law;
    double risk;
    risk_solution annealed;
    risk_quenched at;
    sp_status status;
} quenched_target;

static double excess_risk(double lam, void *context)
{
    quenched_target *c = context;
    risk_solution annealed;
    risk_quenched quenched = {0};
    if (c->status == SP_OK)
        c->status = risk_annealed_solve(c->run, c->law, lam, &c->annealed, &annealed);
    if (c->status == SP_OK && annealed.converged)
        c->status = risk_quenched_solve(c->run, c->loss, c->law, lam, &annealed, c->at.found ? &c->at : NULL, &quenched);
    if (c->status != SP_OK || !quenched.found)
        return NAN;
    c->annealed = annealed;
    c->at = quenched;
    return quenched.risk - c->risk;
}

sp_status risk_quenched_at_risk(sp_run *run, const risk_loss *loss, risk_law *law, double risk,
                                const risk_solution *annealed, risk_quenched *out)
{
    quenched_target c = {.run = run, .loss = loss, .law = law, .risk = risk, .annealed = *annealed};
    *out = (risk_quenched){.reason = "no replica-symmetric solution at this risk", .lam = annealed->state.lam};
    double low = annealed->state.lam, value = excess_risk(low, &c), high = low, other = value,
           step = value < 0 ? 0.05 : -0.05;
    for (int i = 0; i < 30 && value != 0 && !isnan(other) && (other < 0) == (value < 0); i++) {
        low = high;
        high += step;
        step *= 1.5;
        other = excess_risk(high, &c);
    }
    SP_TRY(c.status);
    if (isnan(other) || (value != 0 && (other < 0) == (value < 0)))
        return SP_OK;
    if (value != 0)
        value = excess_risk(sp_root_bracketed(excess_risk, &c, low, high, 1e-13).x, &c);
    SP_TRY(c.status);
    *out = c.at;
    return SP_OK;
}

typedef struct {
    sp_run *run;
    const risk_loss *loss;
    double alpha, lam, from_overlap;
    risk_solution from;
    sp_status status;
} overlap_search;

static double minus_complexity(double overlap, void *context)
{
    overlap_search *c = context;
    risk_law law;
    risk_solution s = {0};
    sp_mark mark = sp_memory_mark(c->run);
    if (c->status == SP_OK)
        c->status = risk_teacher_solve(c->run, c->loss, c->alpha, overlap, c->lam, &c->from, c->from_overlap, &law, &s);
    sp_memory_release(c->run, mark);
    if (c->status != SP_OK || !s.converged)
        return 1e3;
    c->from = s;
    c->from_overlap = overlap;
    return -s.complexity;
}

sp_status risk_teacher_maximum(sp_run *run, const risk_loss *loss, double alpha, double lam, risk_law *law, double *overlap,
                               risk_solution *out)
{
    overlap_search c = {.run = run, .loss = loss, .alpha = alpha, .lam = lam};
    sp_minimum best = sp_minimum_scan(minus_complexity, &c, -0.9, 0.9, OVERLAP_NODES, 1e-6);
    SP_TRY(c.status);
    *overlap = best.x;
    return risk_teacher_solve(run, loss, alpha, best.x, lam, c.from.converged ? &c.from : NULL, c.from_overlap, law, out);
}
