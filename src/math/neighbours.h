/* Exact k nearest neighbours (Euclidean), ties in order of index.
 *
 * Distances are sums of squared differences in double, in the order of the columns, in every function here: the same pair
 * has the same bits however it was found, so that exact ties are seen as ties. Results do not depend on threads, tiles or
 * method. */
#ifndef SPINODAL_MATH_NEIGHBOURS_H
#define SPINODAL_MATH_NEIGHBOURS_H

#include "math/linalg.h"

double sp_distance2(size_t d, const double *x, const double *y);

/* For each query the k nearest points: index and distance2 are n_queries x k, nearest first. `same`: queries and points are
 * the same rows and a row is not its own neighbour. Needs 1 <= k <= points (less one with `same`). Takes the tree for d <= 8
 * and at least 2000 points, else brute force. */
sp_status sp_neighbours(sp_run *run, sp_rows queries, sp_rows points, size_t k, bool same, size_t *index, double *distance2);

/* Brute force: float32 products of tiles bound every distance from below; only points that can be among the k nearest are
 * evaluated in double. 2 n_queries n_points d float flops; little memory. */
sp_status sp_neighbours_brute(sp_run *run, sp_rows queries, sp_rows points, size_t k, bool same, size_t *index,
                              double *distance2);

/* ---- kd-tree, for few dimensions (2 to about 8) ---------------------------------------------------------- */

enum { SP_TREE_MAX_DIMENSION = 64 };

typedef struct sp_tree sp_tree;

/* Built on a copy of the rows, in the memory of the run; may be queried by several threads. O(n log n). */
sp_status sp_tree_create(sp_run *run, sp_rows points, const sp_tree **out);

enum { SP_NO_ROW = -1 };

/* The k nearest points of x, nearest first; `excluded` (a row number or SP_NO_ROW) is left out. Returns how many were found.
 */
size_t sp_tree_nearest(const sp_tree *tree, const double *x, long excluded, size_t k, size_t *index, double *distance2);

/* Calls visit(row, distance2, context) for every point with distance2 <= radius2, in no particular order. */
void sp_tree_ball(const sp_tree *tree, const double *x, long excluded, double radius2,
                  void (*visit)(size_t row, double distance2, void *context), void *context);

/* All queries, in parallel; as sp_neighbours. */
sp_status sp_neighbours_tree(sp_run *run, sp_rows queries, sp_rows points, size_t k, bool same, size_t *index,
                             double *distance2);

#endif
