/* Law of q = |x - y|^2 for y ~ N(0, I_d) and given |x|^2 = x2: noncentral chi-square (spec 03, 3.5). */
#ifndef SPINODAL_DISTANCE_LAW_H
#define SPINODAL_DISTANCE_LAW_H

#include "math/quadrature.h"
#include "spinodal/base.h"

typedef struct {
    double d, x2;
} sp_distance_law;

/* log f(q), q > 0. Absolute error about 1e-15 d. */
double sp_distance_log_density(const sp_distance_law *law, double q);

/* log P(distance^2 <= q) for q below the mode, by Gauss-Legendre panels. rule: 64 nodes on [-1, 1]. */
double sp_distance_log_cdf(const sp_distance_law *law, const sp_rule *rule, double q);

/* The squared distance that 1/n of the data lie within, log_n = log n >= log 2. */
double sp_distance_nearest(const sp_distance_law *law, const sp_rule *rule, double log_n);

/* log E exp(-order q/(2 h^2)) (spec 03, 3.4). */
double sp_distance_log_moment(const sp_distance_law *law, double order, double h);

/* An upper end of the law: the mass beyond is below 1e-18. */
double sp_distance_largest(const sp_distance_law *law);

#endif
