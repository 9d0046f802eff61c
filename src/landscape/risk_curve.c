/* Complexity against risk, or against the overlap with a teacher. */
#include "landscape/risk_point.h"

#include "math/roots.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    sp_run *run;
    const sp_risk_curve_params *params;
    risk_loss loss;
    risk_law law;
    sp_risk_point_list *list;
    size_t capacity;
} curve;

static void add(curve *c, sp_risk_point p, const char *kind)
{
    if (c->list->n == c->capacity)
        return;
    c->list->v[c->list->n] = p;
    c->list->kind[c->list->n++] = kind;
}

typedef struct {
    curve *c;
    bool quenched;
    risk_solution annealed;
    risk_quenched at;
    sp_status status;
} level;

static double complexity_at(double lam, void *context)
{
    level *l = context;
    risk_solution s = {0};
    risk_quenched q = {0};
    if (l->status == SP_OK)
        l->status = risk_annealed_solve(l->c->run, &l->c->law, lam, &l->annealed, &s);
    if (l->status != SP_OK || !s.converged)
        return NAN;
    /* the shift leaves the spectrum continuously: a jump there is to another solution */
    if (s.gapped && !l->annealed.gapped && cimag(l->annealed.state.g) > 0.2 * cabs(l->annealed.state.g))
        return NAN;
    l->annealed = s;
    if (!l->quenched)
        return s.complexity;
    l->status = risk_quenched_solve(l->c->run, &l->c->loss, &l->c->law, lam, &s, l->at.found ? &l->at : NULL, &q);
    /* a negative complexity is refused by the solver but is a number here */
    if (l->status != SP_OK || (!q.found && !(q.complexity < 0 && q.residual < 1e-9)))
        return NAN;
    q.found = true;
    l->at = q;
    return q.complexity;
}

/* One step in lam from l: halved until the risk moves by at most `reach` and the solution exists. Value NAN: it ends here.
 */
static double advance(level *l, double lam, double *step, double reach)
{
    level before = *l;
    double from = before.quenched ? before.at.risk : before.annealed.risk;
    int most = l->quenched ? 6 : 12; /* a quenched failure costs half a second */
    for (int k = 0; k < most && l->status == SP_OK; k++) {
        double value = complexity_at(lam + *step, l), risk = l->quenched ? l->at.risk : l->annealed.risk;
        if (!isnan(value) && (k == most - 1 || fabs(risk - from) <= reach))
            return value;
        *l = before;
        *step /= 2;
    }
    return NAN;
}

static void add_level(curve *c, const level *l)
{
    add(c, l->quenched ? risk_point_quenched(&l->at) : risk_point_annealed(&l->annealed, NAN),
        l->quenched ? "quenched" : "annealed");
}

/* Scans lam from `start` in one direction until the complexity is negative; *end: the risk where it vanishes, NAN: no such
 * place was found. */
static sp_status scan(curve *c, const risk_solution *start, const risk_quenched *first, bool quenched, double direction,
                      double *end)
{
    level l = {.c = c, .quenched = quenched, .annealed = *start};
    if (first && first->found)
        l.at = *first;
    double spread = sqrt(c->law.f_variance), reach = c->params->step * spread;
    double lam = start->state.lam, step = 0.05 * direction / spread,
           value = l.at.found ? l.at.complexity : complexity_at(lam, &l);
    *end = NAN;
    if ((direction > 0 || l.at.found) && !isnan(value))
        add_level(c, &l);
    for (size_t i = 0; i < c->params->max_points && value >= 0; i++) {
        SP_TRY(sp_poll(c->run));
        level before = l;
        double next = advance(&l, lam, &step, reach);
        SP_TRY(l.status);
        if (next < 0) {
            double last = complexity_at(sp_root_bracketed(complexity_at, &before, lam, lam + step, 1e-12).x, &before);
            SP_TRY(before.status);
            l = before;
            if (fabs(last) < 1e-7)
                *end = quenched ? l.at.risk : l.annealed.risk;
        }
        if (!isnan(next))
            add_level(c, &l);
        lam += step;
        value = next;
        step *= 1.5;
    }
    return l.status;
}

static int by_kind_and_risk(const void *a, const void *b)
{
    const sp_risk_point *x = a, *y = b;
    return (x->risk > y->risk) - (x->risk < y->risk);
}

/* Odd losses may have a pair of solutions of broken symmetry at lam = 0: each side of the curve starts at its own. */
static sp_status quenched_scans(curve *c, const risk_solution *start, sp_risk_curve_result *r)
{
    risk_quenched symmetric, high = {0}, low;
    if (start->state.lam == 0) {
        SP_TRY(risk_quenched_solve(c->run, &c->loss, &c->law, 0, start, NULL, &symmetric));
        SP_TRY(risk_quenched_broken(c->run, &c->loss, &c->law, start, &symmetric, &high));
        if (high.found)
            add(c, risk_point_quenched(&symmetric), "quenched");
    }
    low = high;
    low.risk = -high.risk;
    low.zeta = -high.zeta;
    low.g = -conj(high.g);
    low.t = -high.t;
    SP_TRY(scan(c, start, &low, true, -1, &r->risk_low_quenched));
    return scan(c, start, &high, true, 1, &r->risk_high_quenched);
}

static sp_status against_risk(curve *c, sp_risk_curve_result *r)
{
    risk_solution start;
    SP_TRY(risk_solve(c->run, &c->loss, c->params->model.samples_per_dim, c->params->lam, &c->law, &start));
    r->complexity_max = start.converged ? start.complexity : NAN;
    r->risk_typical = start.converged ? start.risk : NAN;
    if (!start.converged || start.complexity < 1e-9) {
        add(c, risk_point_annealed(&start, NAN), "annealed");
        return SP_OK;
    }
    size_t begin = c->list->n;
    SP_TRY(scan(c, &start, NULL, false, -1, &r->risk_low));
    SP_TRY(scan(c, &start, NULL, false, 1, &r->risk_high));
    qsort(c->list->v + begin, c->list->n - begin, sizeof *c->list->v, by_kind_and_risk);
    begin = c->list->n;
    if (c->params->quenched) {
        SP_TRY(quenched_scans(c, &start, r));
        qsort(c->list->v + begin, c->list->n - begin, sizeof *c->list->v, by_kind_and_risk);
    }
    return SP_OK;
}

static sp_status against_overlap(curve *c, sp_risk_curve_result *r)
{
    risk_solution from = {0};
    double from_overlap = 0;
    r->complexity_max = -INFINITY;
    for (size_t i = 0; i < c->params->overlap.n; i++) {
        risk_solution s;
        double q = c->params->overlap.v[i];
        sp_progress(c->run, "overlaps", (double)i / (double)c->params->overlap.n);
        sp_mark mark = sp_memory_mark(c->run);
        SP_TRY(risk_teacher_solve(c->run, &c->loss, c->params->model.samples_per_dim, q, c->params->lam,
                                  from.converged ? &from : NULL, from_overlap, &c->law, &s));
        sp_memory_release(c->run, mark);
        add(c, risk_point_annealed(&s, q), "annealed");
        if (!s.converged)
            continue;
        from = s;
        from_overlap = q;
        if (s.complexity > r->complexity_max) {
            r->complexity_max = s.complexity;
            r->risk_typical = s.risk;
            r->q_max = q;
        }
    }
    if (isinf(r->complexity_max))
        r->complexity_max = NAN;
    return SP_OK;
}

static sp_status check(sp_run *run, const sp_risk_curve_params *p, const risk_loss *loss)
{
    if (!(p->model.samples_per_dim > 0))
        return sp_fail(run, SP_USAGE, "--samples-per-dim must be > 0, got %g", p->model.samples_per_dim);
    if (!(p->step > 0))
        return sp_fail(run, SP_USAGE, "--step must be > 0, got %g", p->step);
    if (loss->teacher && !p->overlap.n)
        return sp_fail(run, SP_USAGE, "with a teacher the curve is over overlaps: give --overlap, for example 0:0.8:9");
    if (!loss->teacher && p->overlap.n)
        return sp_fail(run, SP_USAGE, "--overlap needs a teacher: a loss in y and s, or --activation");
    if (loss->teacher && p->quenched)
        return sp_fail(run, SP_USAGE, "the quenched complexity is that of a loss in y alone: no --quenched with a teacher");
    for (size_t i = 0; i < p->overlap.n; i++)
        if (!(fabs(p->overlap.v[i]) <= 0.99))
            return sp_fail(run, SP_USAGE, "--overlap must be in [-0.99, 0.99] (the point q = 1 is singular), got %g",
                           p->overlap.v[i]);
    return SP_OK;
}

sp_status sp_risk_curve(sp_run *run, const sp_risk_curve_params *params, sp_risk_curve_result *result,
                        sp_risk_point_list *list)
{
    curve c = {.run = run, .params = params, .list = list};
    SP_TRY(risk_loss_create(run, &params->model, &c.loss));
    SP_TRY(check(run, params, &c.loss));
    *result = (sp_risk_curve_result){NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    c.capacity = params->overlap.n ? params->overlap.n : 4 * (params->max_points + 4);
    *list = (sp_risk_point_list){0, SP_NEW(run, sp_risk_point, c.capacity), SP_NEW(run, const char *, c.capacity)};
    if (!list->v || !list->kind)
        return SP_FAILED;
    return c.loss.teacher ? against_overlap(&c, result) : against_risk(&c, result);
}
