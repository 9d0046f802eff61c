/* Loops over one row of a tile (a query against a block of points), in float or double. e = -g. */
#ifndef SPINODAL_SOFTMAX_ROWS_H
#define SPINODAL_SOFTMAX_ROWS_H

#include "math/softmax_scan.h"

enum { SP_ROW_LANES = 16 }; /* rows are 64-byte aligned and a multiple of this long, padded with e = -inf, p = 0 */

/* The points of one class in a row. */
typedef struct {
    size_t class, first, n; /* multiples of SP_ROW_LANES */
} sp_row_part;

typedef struct {
    size_t size; /* of an element */
    /* e = min(2 xy - norm - norms[i], 0), returns the largest. xy of type double or float, sums in double. */
    double (*distances)(size_t n, const void *xy, double norm, const double *norms, void *e);
    /* v = logit(e, p), returns the largest. p may be NULL. */
    double (*logits)(size_t n, const void *e, const void *p, const sp_logit *logit, void *v);
    /* sums of w, w^2 and w (v - m), w = exp(v - m), added to out[3]; sums of w of each part added to part_sum[class] (may be
     * NULL). m must be representable in the type of the row. */
    void (*sums)(size_t n_parts, const sp_row_part *parts, const void *v, double m, double *out, double *part_sum);
    void (*weights)(size_t n, const void *v, double m, void *w);
    /* positions with v > threshold; returns how many */
    size_t (*above)(size_t n, const void *v, double threshold, uint32_t *position);
    /* squared distance g and p = z.(x - y) (when z is given) in double */
    void (*distance)(size_t d, const double *x, const float *y, const float *z, double *g, double *p);
    void (*distance64)(size_t d, const double *x, const double *y, const float *z, double *g, double *p);
} sp_row_kernels;

const sp_row_kernels *sp_row_kernels_float(void);
const sp_row_kernels *sp_row_kernels_double(void);

#endif
