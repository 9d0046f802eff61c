/* E[a | x] of the Curie-Weiss model: one hidden field phi, log w(phi) = -d phi^2/(2B) + sum_i log 2 cosh(phi + g_i), g_i =
 * b_t x_i/a_t^2 + H/d (spec 10, 3.2). */
#ifndef SPINODAL_DIFFUSION_CURIE_WEISS_H
#define SPINODAL_DIFFUSION_CURIE_WEISS_H

#include "spinodal/schedule.h"

enum { SP_CW_ORDER = 6, SP_CW_LANES = 8 };

/* Expansion of log w around a maximum, by powers of tanh. */
typedef struct {
    bool present;
    double phi, width;              /* of the maximum */
    double log_weight;              /* log of the integral of w over it */
    double moment[SP_CW_ORDER + 1]; /* <(phi - centre)^n> / n! */
    double centre;                  /* where the tanh were taken */
    double *tau;                    /* n: tanh(centre + g_i) */
} sp_cw_peak;

/* Work space of one velocity. */
typedef struct {
    size_t d;
    double B;
    double *g, *chunk;
    sp_cw_peak plus, minus;
    bool started;
    double passes; /* over the spins, in all */
} sp_cw_space;

sp_status sp_cw_space_create(sp_run *run, const sp_curie_weiss *model, sp_cw_space *out);

/* E[a_i] at the fields w->g into out. The peaks of the call before are the guesses. */
sp_status sp_cw_mean(sp_run *run, sp_cw_space *w, double *out);

/* The same by the trapezoidal rule over all phi: exact for any d, O(d) for each of at least 6 B sqrt(d) + 41 nodes. */
sp_status sp_cw_mean_quadrature(sp_run *run, size_t d, double B, const double *g, double *out);

#endif
