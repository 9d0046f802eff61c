/* What the files of the softmax scan share. */
#ifndef SPINODAL_SOFTMAX_PRIVATE_H
#define SPINODAL_SOFTMAX_PRIVATE_H

#include "math/softmax_rows.h"
#include "math/softmax_scan.h"

enum { SP_SOFTMAX_BLOCK = 512 }; /* points of a block */

typedef struct {
    size_t start, n_points, n_slots, n_parts;
    sp_row_part *parts;
    int32_t *column; /* of each slot; 0 for padding */
    int32_t *slot;   /* of each column */
    double *norm;    /* |y|^2 of each slot; inf for padding */
} sp_softmax_block;

typedef struct {
    const sp_softmax_problem *p;
    const sp_row_kernels *rows;
    bool shared; /* one short list for all settings */
    size_t tile, held, n_blocks, max_slots;
    sp_softmax_block *blocks;
    double cut; /* terms this far below the largest are skipped */
    size_t stat_bytes, class_bytes, neighbour_bytes, record_bytes;
    unsigned char *records; /* of the tiles, one after the other */
} sp_softmax_plan;

typedef struct {
    double key, e, p; /* key: e when shared, else the logit */
    size_t index;
} sp_softmax_term;

typedef struct {
    size_t n, least_at;
    double least, top; /* keys; least = -inf until the list is full */
    sp_softmax_term *terms;
} sp_softmax_list;

/* Sums relative to exp(m) over the terms not held back. */
typedef struct {
    double m, s[3]; /* of w, w^2, w (v - m) */
    double *class_sum, *mean;
} sp_softmax_partial;

typedef struct {
    size_t index, stamp;
    double g, p;
} sp_softmax_refined;

typedef struct {
    const sp_softmax_plan *s;
    size_t first, n; /* queries */
    double *x;       /* n x d, in double */
    void *x_real, *z_real, *y_real;
    double *norm, *zx; /* |x|^2, z.x */
    void *xy, *zy;     /* n x SP_SOFTMAX_BLOCK products */
    void *e, *p, *v, *w;
    uint32_t *position;
    sp_softmax_partial *partials; /* [query][setting] */
    sp_softmax_list *lists;       /* [query] or [query][setting] */
    sp_softmax_refined *cache;
    size_t cache_size;
    /* mean: rows of weights of this block, in order of columns */
    void *w_rows, *product;
    size_t n_rows, *row_of;
} sp_softmax_tile;

static inline double sp_softmax_coordinate(const sp_softmax_problem *p, size_t i, size_t j)
{
    return p->y64 ? p->y64[i * p->d + j] : (double)p->y[i * p->d + j];
}

static inline double sp_softmax_element(const sp_softmax_plan *s, const void *row, size_t i)
{
    return s->rows->size == sizeof(float) ? (double)((const float *)row)[i] : ((const double *)row)[i];
}

static inline size_t sp_softmax_seed(const sp_softmax_plan *s, size_t query)
{
    return s->p->seed ? s->p->seed[query] : SP_NO_SEED;
}

/* softmax_layout.c: the blocks of s and the norms of their points. Memory of the run. */
sp_status sp_softmax_lay_out(sp_run *run, sp_softmax_plan *s);

/* softmax_sums.c */
double sp_softmax_logit(const sp_logit *l, double e, double p);
/* Makes v the reference of the sums where it is larger than the one they have. */
void sp_softmax_raise(const sp_softmax_plan *s, sp_softmax_partial *a, double v);
void sp_softmax_add(const sp_softmax_plan *s, sp_softmax_partial *a, double v, size_t index);
void sp_softmax_erase(const sp_softmax_plan *s, void *row, size_t i);
/* Moves the largest entries of `row` into the list (erased from the row); the terms they push out go to the sums of the
 * settings first .. first + n - 1. */
void sp_softmax_hold_back(sp_softmax_tile *t, const sp_softmax_block *b, sp_softmax_list *list, void *row,
                          sp_softmax_partial *partials, size_t first, size_t n);

/* softmax_block.c */
sp_status sp_softmax_scan_block(sp_run *run, sp_softmax_tile *t, const sp_softmax_block *b);

/* softmax_finish.c: the numbers of query i of the tile. */
void sp_softmax_finish_query(sp_softmax_tile *t, size_t i, sp_softmax_stat *stat, sp_neighbour *neighbour);

#endif
