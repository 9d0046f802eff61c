/* The empirical density of a dataset, noised: every number of the room that depends on data comes from these passes. */
#ifndef SPINODAL_DIFFUSION_EMPIRICAL_H
#define SPINODAL_DIFFUSION_EMPIRICAL_H

#include "spinodal/data.h"

#include "math/softmax_scan.h"

/* Data points to be noised, x_t = e^{-t} a_seed + sqrt(Delta_t) z, with one z for all times: curves smooth in t. */
typedef struct {
    size_t n;
    size_t *seed;
    float *noise; /* n x d */
} sp_noised;

/* Every point once, in random order, before any twice: a stratified draw. stream: name of the random numbers. */
sp_status sp_noised_points(sp_run *run, const sp_dataset *data, size_t n, const char *stream, sp_noised *out);

/* |z|^2/2 - d/2 of query i: its mean is zero. */
double sp_noise_excess(const sp_noised *noised, size_t d, size_t i);

/* Weights at all times: stat[query * t.n + time]; two products in all (spec 07, 3.4). Logits are -|x - e^{-t} a|^2/(2 Delta)
 * + |z|^2/2. Class weights when the data have labels. what: name of the progress and checkpoint or NULL. */
sp_status sp_empirical_scan(sp_run *run, const char *what, const sp_dataset *data, const sp_noised *noised, sp_vec t,
                            sp_softmax_result *out);

/* Weights at given points x (n x d) at one time, with the posterior mean of the clean point; logits -|x - e^{-t} a|^2/(2
 * Delta). The points are scaled by e^t in place of the data. neighbours: nearest ones wanted. precision: float is enough for
 * trajectories (the points that carry weight are in double always). */
sp_status sp_empirical_posterior(sp_run *run, const sp_dataset *data, size_t n, const double *x, double t, size_t neighbours,
                                 sp_precision precision, sp_softmax_result *out);

#endif
