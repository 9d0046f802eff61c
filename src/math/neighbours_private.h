#ifndef SPINODAL_MATH_NEIGHBOURS_PRIVATE_H
#define SPINODAL_MATH_NEIGHBOURS_PRIVATE_H

#include "math/neighbours.h"

/* The k best so far, sorted by distance, then index. */
typedef struct {
    size_t k, n;
    size_t *index;
    double *distance2;
} sp_best;

/* The distance a point must not exceed to enter. */
double sp_best_limit(const sp_best *best);
void sp_best_insert(sp_best *best, size_t index, double distance2);

sp_status sp_neighbours_check(sp_run *run, sp_rows queries, sp_rows points, size_t k, bool same);

#endif
