/* Nearest neighbours of every row with exact ties (spec 11, 3.2): NN(i) = { j != i : d_ij = min_k d_ik }.
 *
 * Equal rows are grouped first, so that discrete data cost no more than continuous ones: all members of a group are nearest
 * neighbours of each other, and a group seen from outside is one place. */
#ifndef SPINODAL_SELECT_NEIGHBOUR_GRAPH_H
#define SPINODAL_SELECT_NEIGHBOUR_GRAPH_H

#include "spinodal/base.h"

typedef struct {
    size_t n, groups;
    const size_t *group;        /* of each row */
    const size_t *start;        /* groups + 1: members of group g are member[start[g] .. start[g+1]-1] */
    const size_t *member;       /* n */
    const size_t *first, *near; /* groups of one row: neighbour groups near[first[g] .. first[g+1]-1] */
} sp_neighbour_graph;

/* x: n rows of q values, n >= 2. Memory of the run. q = 1: O(n log n); else by kd-tree or blocks (math/neighbours.h). */
sp_status sp_neighbour_graph_create(sp_run *run, size_t n, size_t q, const double *x, sp_neighbour_graph *out);

/* out[i] = mean over j in NN(i) of min(R_i, R_j). O(n log n). */
sp_status sp_neighbour_min_ranks(sp_run *run, const sp_neighbour_graph *graph, const double *R, double *out);

/* The same with one j drawn from NN(i), stream `stream`, index i. */
sp_status sp_neighbour_min_ranks_random(sp_run *run, const sp_neighbour_graph *graph, const double *R, const char *stream,
                                        double *out);

/* What the null law needs: mutual = P(the neighbour relation is mutual), indegree_var = variance of the in-degree; tied =
 * fraction of rows with more than one nearest neighbour. */
typedef struct {
    double mutual, indegree_var, tied;
} sp_neighbour_statistics;
sp_status sp_neighbour_graph_statistics(sp_run *run, const sp_neighbour_graph *graph, sp_neighbour_statistics *out);

#endif
