/* The isolated minimum that knows the signal, and the overlaps that bound the band of the others (spec 31, 3.7-3.8). */
#ifndef SPINODAL_ISOLATED_MINIMUM_H
#define SPINODAL_ISOLATED_MINIMUM_H

#include "landscape/kac_rice_quenched.h"

typedef struct {
    bool exists, stable;
    double m, energy, mu, chi; /* NAN when it does not exist */
} isolated_minimum;

/* The largest root of m^2 xi'(1) = F'(m)^2 (1 - m^2) in (0, 1); complexity zero, locally stable when chi^2 xi''(1) < 1. */
isolated_minimum isolated_minimum_of(const gaussian_landscape *g);

/* Overlap at the upper end of the first interval of m >= 0 where threshold minima are exponentially many; NAN: none. */
double band_edge_annealed(const gaussian_landscape *g);
double band_edge_quenched(const gaussian_landscape *g);
/* Smallest m >= 0 where F''(m)(1 - m^2) reaches sqrt(xi''(1)): threshold points lose stability toward the signal. */
double band_unstable_overlap(const gaussian_landscape *g);

/* Sigma_Q at the threshold energy of overlap m (mixed xi: at mu = 2 sqrt x2). */
quenched_point quenched_at_threshold(const gaussian_landscape *g, double m);

#endif
