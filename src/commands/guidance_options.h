/* Options that the commands of guidance share. */
#ifndef SPINODAL_GUIDANCE_OPTIONS_H
#define SPINODAL_GUIDANCE_OPTIONS_H

#include "spinodal/command.h"
#include "spinodal/guidance.h"

#define SP_GUIDANCE_POWER ((sp_range){-1, INFINITY, true, false})
#define SP_POWER_PARAM(P)                                                                                                   \
    SP_REAL(P, guidance_power, "0", SP_GUIDANCE_POWER, "",                                                                  \
            "factor omega |D|^power: 0 linear guidance, 0.9 the authors' choice")
#define SP_INTERVAL_PARAM(P)                                                                                                \
    SP_VEC(P, interval, "", SP_NONNEGATIVE, "OU time", "guidance acts for t in FROM,TO only (default: always)")
#define SP_SAMPLER_PARAM(P)                                                                                                 \
    SP_CHOICE(P, sampler, "sde|ode", "sde", "stochastic or deterministic (probability flow, DDIM) sampler")

static inline sp_status sp_guidance_interval(sp_run *run, sp_vec interval, sp_guidance *g)
{
    if (interval.n != 0 && interval.n != 2)
        return sp_fail(run, SP_USAGE, "--interval needs two times FROM,TO, got %zu", interval.n);
    if (interval.n == 2) {
        g->t_from = interval.v[0];
        g->t_to = interval.v[1];
        if (!(g->t_to > g->t_from))
            return sp_fail(run, SP_USAGE, "--interval needs FROM < TO, got %g,%g", g->t_from, g->t_to);
    }
    return SP_OK;
}

#endif
