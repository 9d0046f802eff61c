/* The objectives of learning features (spec 11, 3.5) on all rows or on a mini-batch. */
#ifndef SPINODAL_SELECT_OBJECTIVE_H
#define SPINODAL_SELECT_OBJECTIVE_H

#include "feature_map.h"
#include "head.h"

/* Some of the rows. */
typedef struct {
    size_t n;
    const double *x, *y, *group;
    sp_target target;
    const size_t *cell; /* of group-DRO */
} sp_row_batch;

typedef struct {
    const sp_diffoci_problem *p;
    sp_feature_map map;
    sp_row_batch all;
    size_t n_head, n_learned;
    size_t n_cells; /* 0: no group-DRO */
    double *q;      /* weights of the cells */
} sp_objectives;

/* Checks the problem. Memory of the run. */
sp_status sp_objectives_create(sp_run *run, const sp_diffoci_problem *problem, sp_objectives *out);

/* Room for a mini-batch of n rows, and the rows `row` put there. */
sp_status sp_row_batch_create(sp_run *run, const sp_objectives *o, size_t n, sp_row_batch *out);
void sp_row_batch_fill(const sp_objectives *o, const size_t *row, sp_row_batch *out);

typedef struct {
    double loss, T; /* T NaN: not asked for, or not defined on these rows */
    bool undefined;
} sp_objective_value;

/* The objective and its gradient by (theta, head). eta > 0: first q_c <- q_c exp(eta loss_c), renormalised, for the cells
 * that have rows here. want_T: even where the objective does not need it. */
sp_status sp_objectives_value(sp_run *run, const sp_objectives *o, const sp_row_batch *batch, const double *parameters,
                              bool want_T, double eta, sp_objective_value *out, double *gradient);

/* Exact coefficient of the features on all rows. */
sp_status sp_objectives_exact(sp_run *run, const sp_objectives *o, const double *theta, double *T);

#endif
