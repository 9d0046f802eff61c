/* Periodic square lattices: Swendsen-Wang updates of signs, and chains whose length is set by their measured memory. */
#ifndef SPINODAL_LATTICE_H
#define SPINODAL_LATTICE_H

#include "generator.h"

/* Swendsen and Wang, PRL 58 (1987) 86; for continuous fields Brower and Tamayo, PRL 62 (1989) 1087: a bond between
 * neighbours of equal sign is kept with probability 1 - exp(-2 coupling f_x f_y), each cluster takes a random sign. O(L^2).
 * work: 2 L^2 numbers. */
void sp_swendsen_wang(sp_rng *rng, size_t L, double coupling, double *field, uint32_t *work);

/* A Markov chain on fields of L x L sites. */
typedef struct {
    const char *name; /* of the random streams */
    size_t L;
    size_t seed;
    const void *model;
    void (*start)(const void *model, sp_rng *rng, double *field);
    void (*sweep)(const void *model, sp_rng *rng, double *field, uint32_t *work);
    double (*energy)(const void *model, const double *field);
    size_t thermal, apart; /* sweeps before the first sample of a chain and between samples */
} sp_chain;

/* Sets thermal and apart (when apart is 0) from the integrated autocorrelation times of energy and squared magnetisation of
 * a pilot chain: 2 tau apart, 20 tau to forget the start. */
sp_status sp_chain_plan(sp_run *run, sp_chain *chain);
/* Samples as rows: one independent chain per block; the label is 1 where the mean of the field is positive. */
sp_status sp_chain_reader(sp_run *run, const sp_chain *chain, size_t n, sp_reader *out);

#endif
