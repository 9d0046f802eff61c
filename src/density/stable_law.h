/* Totally skewed alpha-stable variables (spec 03, 3.4). */
#ifndef SPINODAL_STABLE_LAW_H
#define SPINODAL_STABLE_LAW_H

#include "spinodal/base.h"

/* Limit of sums of weights with tail counts n P(w > y) = y^{-m}, 0 < m < 2, m != 1: E exp(-l X) = exp(-Gamma(1-m) l^m),
 * m < 1: X > 0; m > 1: X has mean 0. Chambers, Mallows, Stuck, JASA 71 (1976) 340. */
double sp_stable_sum(sp_rng *rng, double m);

#endif
