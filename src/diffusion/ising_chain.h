/* One open chain of Ising spins in fields: exact recursions (spec 05, 3.3). */
#ifndef SPINODAL_DIFFUSION_ISING_CHAIN_H
#define SPINODAL_DIFFUSION_ISING_CHAIN_H

#include "spinodal/speciation.h"

/* A chain at inverse temperature beta: spins +-1. Periodic: exact too, by the law of the two ends. */
void sp_ising_draw(sp_rng *rng, size_t n, double beta, bool periodic, double *spin);

/* exp(-2|h|), which all recursions of one set of fields share. */
void sp_ising_field_weights(size_t n, const double *h, double *weight);

/* log Z(beta, h)/Z(beta, 0) - sum |h| by the forward recursion; cavity: NULL or the n magnetisations M_i sent to the right.
 */
double sp_ising_forward(size_t n, double T, const double *h, const double *weight, double *cavity);
/* The same of a closed chain. */
double sp_ising_forward_periodic(size_t n, double T, const double *h, const double *weight);

/* Magnetisations, from the forward cavity magnetisations. */
void sp_ising_magnetization(size_t n, double T, const double *h, const double *cavity, double *m);

/* A draw from the law of the spins in the fields. */
void sp_ising_draw_given(sp_rng *rng, size_t n, double beta, const double *h, const double *cavity, double *spin);

#endif
