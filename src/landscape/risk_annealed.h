/* Annealed complexity of the empirical risk: the scalar equations of spec 22, 3.2-3.3. */
#ifndef SPINODAL_RISK_ANNEALED_H
#define SPINODAL_RISK_ANNEALED_H

#include "landscape/risk_law.h"

typedef struct {
    bool converged, gapped;
    bool nearly_gapped; /* zero lies in a tail of the Hessian's density too thin to resolve: g taken real */
    risk_state state;
    double complexity, risk, t, residual, check;
    size_t iterations;
    const char *note; /* when not converged */
} risk_solution;

/* The solution at multiplier lam. warm: a neighbouring solution to start from (NULL: from the normal law, with the shift t
 * of the Hessian at zero and held for a while on either side, to find solutions of broken symmetry too; the largest
 * complexity is kept). Damped Stieltjes iteration, then Newton on (ln A, g, zeta); a root of Newton is accepted near its
 * start only. The law is left at the solution. */
sp_status risk_annealed_solve(sp_run *run, risk_law *law, double lam, const risk_solution *warm, risk_solution *out);

/* Newton alone, from a neighbouring solution: not converged when it leaves the neighbourhood. */
sp_status risk_annealed_polish(sp_run *run, risk_law *law, double lam, const risk_solution *warm, risk_solution *out);

/* With a teacher at overlap q in (-1, 1): searched on a coarse grid (from the normal law, and carried from q = 0 in small
 * steps), the largest complexity polished on the fine grid. *law: the fine grid's. from, at from_overlap: a neighbouring
 * solution to be carried to q as well (NULL: none). */
sp_status risk_teacher_solve(sp_run *run, const risk_loss *loss, double alpha, double overlap, double lam,
                             const risk_solution *from, double from_overlap, risk_law *law, risk_solution *out);

/* The same at given risk: root in lam, from the solution `at` (of any lam). */
sp_status risk_annealed_at_risk(sp_run *run, risk_law *law, double risk, const risk_solution *at, risk_solution *out);

/* Density of the Hessian's eigenvalues at the solution, for n values: rho(l) = Im g(l + t) / pi with the law held. */
sp_status risk_hessian_density(sp_run *run, risk_law *law, const risk_solution *at, size_t n, const double *lambda,
                               double *density);
/* Mean and standard deviation of that density. */
void risk_hessian_scale(const risk_law *law, const risk_solution *at, double *mean, double *sd);

#endif
