/* From solutions to rows of results; the solution at one risk, multiplier or overlap. */
#ifndef SPINODAL_RISK_POINT_H
#define SPINODAL_RISK_POINT_H

#include "landscape/risk_quenched.h"

sp_risk_point risk_point_annealed(const risk_solution *s, double overlap);
sp_risk_point risk_point_quenched(const risk_quenched *s);

/* Without a teacher: cold solution, searched on a coarse grid and polished on the fine one (*law). */
sp_status risk_solve(sp_run *run, const risk_loss *loss, double alpha, double lam, risk_law *law, risk_solution *out);

/* Quenched solution of given risk: root in the multiplier, from the annealed solution of that risk. */
sp_status risk_quenched_at_risk(sp_run *run, const risk_loss *loss, risk_law *law, double risk,
                                const risk_solution *annealed, risk_quenched *out);

/* The largest complexity over the overlap with a teacher; the law is left at it. */
sp_status risk_teacher_maximum(sp_run *run, const risk_loss *loss, double alpha, double lam, risk_law *law, double *overlap,
                               risk_solution *out);

#endif
