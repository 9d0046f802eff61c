/* History of C and R on rows at increasing t, each on nodes of the ratio t'/t equally spaced in u = logit(t'/t) (spec
 * 28, 3.3). */
#ifndef SPINODAL_LOG_ROWS_H
#define SPINODAL_LOG_ROWS_H

#include "two_time.h"

enum { STENCIL = 6, ROWS = 5, LANES = 8 }; /* points of an interpolation along a row and across rows; padding for vectors */

/* Places and weights of an interpolation along a row; at the ends the value is linear in t' towards `end`, V(t,0) or 1. */
typedef struct {
    int base;
    double w[STENCIL], end;
} node_stencil;

/* Rows base..base+count-1 and weights at one time; before the first row values are linear in t from their start. */
typedef struct {
    size_t base, count;
    double w[ROWS];
    double start; /* weight of the value at t = 0 */
} row_stencil;

struct log_rows {
    dynamics_model model;
    double du, edge;                           /* edge: shortest time resolved at both ends of a row */
    size_t half, nodes, stride;                /* nodes = 2 half + 1 */
    double *u, *theta, *om, *ln_theta, *ln_om; /* t'/t, 1 - t'/t and their logarithms */
    double *weight;                            /* du theta om: quadrature over t'/t */
    size_t n, capacity;                        /* rows */
    double *t, *l, *mu, *m, *energy, *c0, *r0; /* l = ln t */
    double *c, *r;                             /* rows x stride */
    double t_first, mu_start;                  /* of the first row; mu(0) */
    time_curves curves;
};

/* Half-width in nodes that resolves an interval of this length down to the edge, and its quadrature: weights
 * weight[j] (+ near at the two outermost nodes), `end` at both end points. */
typedef struct {
    size_t half;
    double near, end;
} quadrature;
quadrature log_rows_quadrature(const log_rows *g, double length);

/* Half-width of the row at time t: grows in steps, so that the systems of successive rows have one size. */
size_t log_rows_half(const log_rows *g, double t);

/* Stencil at position u within nodes low..high (above: linear to 1; below: linear to the value at t' = 0). */
node_stencil log_rows_node_stencil(const log_rows *g, double u, size_t low, size_t high);

/* Stencil over rows 0..last at l = ln s. */
row_stencil log_rows_row_stencil(const log_rows *g, double l, size_t last);

/* Writes the linear continuation into the nodes of a row outside low..high. */
void log_rows_fill(const log_rows *g, size_t row, size_t low, size_t high);

/* sum of weights times values, rows below `below` only */
double row_stencil_sum(const row_stencil *s, const double *values, size_t below, double start);
/* the weight of row `row`, 0 when it is not in the stencil */
static inline double row_stencil_weight(const row_stencil *s, size_t row)
{
    return row >= s->base && row < s->base + s->count ? s->w[row - s->base] : 0;
}

#endif
