/* Quenched complexity of the empirical risk, replica symmetric, without a teacher (spec 22, 3.4). */
#ifndef SPINODAL_RISK_QUENCHED_H
#define SPINODAL_RISK_QUENCHED_H

#include "landscape/risk_annealed.h"

typedef struct {
    bool found;
    const char *reason; /* when not found */
    double complexity, risk, t, lam;
    double q, ln_Fp, F_o, zeta, residual;
    risk_complex g;
    size_t iterations;
} risk_quenched;

/* At multiplier lam, from the annealed solution there; warm: a neighbouring quenched solution (NULL: none). Even losses:
 * equal to the annealed one. Odd losses: zeta = t = 0, the branch q = 0 and the one with q > 0 when it exists and is lower.
 * Otherwise Newton on (q, ln Fp, F_o, g, zeta). Not found: no solution, negative complexity, or above the annealed one. */
sp_status risk_quenched_solve(sp_run *run, const risk_loss *loss, const risk_law *law, double lam,
                              const risk_solution *annealed, const risk_quenched *warm, risk_quenched *out);

/* Odd losses, lam = 0: the solution with t, zeta != 0 that a strong linear part of the loss brings (points that lean on the
 * common direction E xi loss'): typical risks then have more stationary points than those of the symmetric branch. Followed
 * down from positive lam; not found: none. */
sp_status risk_quenched_broken(sp_run *run, const risk_loss *loss, const risk_law *law, const risk_solution *annealed,
                               const risk_quenched *symmetric, risk_quenched *out);

#endif
