/* The annealed equations with a teacher: overlap followed on a coarse grid, the answer on a fine one (spec 22, 3.3). */
#include "landscape/risk_annealed.h"

#include <math.h>

enum { COARSE = 81, FINE = 301, MAX_FAILURES = 8 };

/* Carries a solution from one overlap to another on the coarse grid, halving the step where Newton fails. */
static sp_status carry(sp_run *run, const risk_loss *loss, double alpha, double lam, double from, double to,
                       risk_solution *solution)
{
    double step = copysign(0.05, to - from);
    for (int failures = 0; from != to && solution->converged;) {
        double next = fabs(to - from) <= fabs(step) ? to : from + step;
        risk_law law;
        risk_solution there;
        sp_mark mark = sp_memory_mark(run);
        SP_TRY(sp_poll(run));
        /* a root near the real axis is a narrow pole: it needs the fine grid */
        bool narrow = cimag(solution->state.g) < 0.1 * cabs(solution->state.g) && !solution->gapped;
        SP_TRY(risk_law_create_teacher(run, loss, alpha, next, narrow ? FINE : COARSE, &law));
        /* the multiplier of the overlap grows like 1 / (1 - q^2) */
        risk_solution start = *solution;
        start.state.zeta *= (1 - from * from) / (1 - next * next);
        SP_TRY(risk_annealed_polish(run, &law, lam, &start, &there));
        sp_memory_release(run, mark);
        if (there.converged) {
            *solution = there;
            from = next;
            step *= 1.5;
        }
        else if (++failures < MAX_FAILURES)
            step /= 2;
        else
            *solution = there;
    }
    return SP_OK;
}

static sp_status coarse_solve(sp_run *run, const risk_loss *loss, double alpha, double overlap, double lam,
                              risk_solution *out)
{
    risk_law law;
    sp_mark mark = sp_memory_mark(run);
    SP_TRY(risk_law_create_teacher(run, loss, alpha, overlap, COARSE, &law));
    SP_TRY(risk_annealed_solve(run, &law, lam, NULL, out));
    sp_memory_release(run, mark);
    return SP_OK;
}

static void keep_larger(risk_solution *best, const risk_solution *other)
{
    if (other->converged && (!best->converged || other->complexity > best->complexity + 1e-10))
        *best = *other;
}

sp_status risk_teacher_solve(sp_run *run, const risk_loss *loss, double alpha, double overlap, double lam,
                             const risk_solution *from, double from_overlap, risk_law *law, risk_solution *out)
{
    risk_solution best, other;
    SP_TRY(coarse_solve(run, loss, alpha, overlap, lam, &best));
    if (from && from->converged) {
        other = *from;
        SP_TRY(carry(run, loss, alpha, lam, from_overlap, overlap, &other));
        keep_larger(&best, &other);
    }
    else if (overlap != 0) {
        SP_TRY(coarse_solve(run, loss, alpha, 0, lam, &other));
        SP_TRY(carry(run, loss, alpha, lam, 0, overlap, &other));
        keep_larger(&best, &other);
    }
    *out = best;
    SP_TRY(risk_law_create_teacher(run, loss, alpha, overlap, FINE, law));
    if (!best.converged)
        return SP_OK;
    return risk_annealed_solve(run, law, lam, &best, out);
}
