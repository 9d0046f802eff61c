/* One pass over the data for each tile of queries. Of each query and setting (of each query alone when the order of the
 * points is that of their distance whatever the setting) the few largest terms are held back in a short list, evaluated
 * again in double at the end; all others are summed as they come, relative to a running maximum. */
#include "math/softmax_scan.h"

#include "math/gemm_float.h"
#include "math/softmax_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = 512,    /* points of a tile */
    MAX_TILE = 128, /* queries of a tile */
    MIN_TILE = 8,
    HELD_PER_SETTING = 16,
    HELD_SHARED = 32,
};

static const double refine_above = 1e-6; /* weight from which a held term is evaluated again in double */

/* ---- layout of the data: blocks of points, ordered by class inside a block -------------------------------------- */

typedef struct {
    size_t start, n_points, n_slots, n_parts;
    sp_row_part *parts;
    int32_t *column; /* of each slot; 0 for padding */
    int32_t *slot;   /* of each column */
    double *norm;    /* |y|^2 of each slot; inf for padding */
} block;

typedef struct {
    const sp_softmax_problem *p;
    const sp_row_kernels *rows;
    bool shared; /* one short list for all settings */
    size_t tile, held, n_blocks, max_slots;
    block *blocks;
    double cut; /* terms this far below the largest are skipped */
    size_t stat_bytes, class_bytes, neighbour_bytes, record_bytes;
    unsigned char *records; /* of the tiles, one after the other */
} scan;

static double norm2(const sp_softmax_problem *p, size_t i)
{
    double sum = 0;
    for (size_t j = 0; j < p->d; j++) {
        double y = p->y64 ? p->y64[i * p->d + j] : (double)p->y[i * p->d + j];
        sum += y * y;
    }
    return sum;
}

static void lay_out_class(const sp_softmax_problem *p, block *b, size_t class, bool all)
{
    size_t first = b->n_slots;
    for (size_t c = 0; c < b->n_points; c++)
        if (all || (size_t)p->label[b->start + c] == class) {
            b->column[b->n_slots] = (int32_t)c;
            b->slot[c] = (int32_t)b->n_slots++;
        }
    if (b->n_slots == first)
        return;
    while (b->n_slots % SP_ROW_LANES)
        b->norm[b->n_slots++] = INFINITY;
    b->parts[b->n_parts++] = (sp_row_part){class, first, b->n_slots - first};
}

static sp_status lay_out(sp_run *run, scan *s)
{
    const sp_softmax_problem *p = s->p;
    size_t classes = p->label ? p->n_classes : 1;
    s->n_blocks = (p->n + BLOCK - 1) / BLOCK;
    size_t in_block = classes < BLOCK ? classes : BLOCK;
    s->max_slots = BLOCK + in_block * SP_ROW_LANES;
    s->blocks = SP_NEW(run, block, s->n_blocks);
    if (!s->blocks)
        return SP_FAILED;
    for (size_t i = 0; i < s->n_blocks; i++) {
        block *b = &s->blocks[i];
        b->start = i * BLOCK;
        b->n_points = p->n - b->start < BLOCK ? p->n - b->start : BLOCK;
        b->parts = SP_NEW(run, sp_row_part, in_block);
        b->column = SP_NEW(run, int32_t, s->max_slots);
        b->slot = SP_NEW(run, int32_t, BLOCK);
        b->norm = SP_NEW(run, double, s->max_slots);
        if (!b->parts || !b->column || !b->slot || !b->norm)
            return SP_FAILED;
        for (size_t c = 0; c < classes; c++)
            lay_out_class(p, b, c, !p->label);
    }
    return SP_OK;
}

static sp_status compute_norms(sp_run *run, size_t i, void *context)
{
    scan *s = context;
    (void)run;
    block *b = &s->blocks[i];
    for (size_t c = 0; c < b->n_points; c++)
        b->norm[b->slot[c]] = norm2(s->p, b->start + c);
    return SP_OK;
}

/* ---- partial sums ---------------------------------------------------------------------------------------------- */

typedef struct {
    double key, e, p; /* key: e when shared, else the logit */
    size_t index;
} term;

typedef struct {
    size_t n, least_at;
    double least, top; /* keys; least = -inf until the list is full */
    term *terms;
} shortlist;

/* Sums relative to exp(m) over the terms not held back. */
typedef struct {
    double m, s[3]; /* of w, w^2, w (v - m) */
    double *class_sum, *mean;
} partial;

typedef struct {
    size_t index, stamp;
    double g, p;
} refined;

typedef struct {
    const scan *s;
    size_t first, n; /* queries */
    double *x;       /* n x d, in double */
    void *x_real, *z_real, *y_real;
    double *norm, *zx; /* |x|^2, z.x */
    void *xy, *zy;     /* n x BLOCK products */
    void *e, *p, *v, *w;
    uint32_t *position;
    partial *partials; /* [query][setting] */
    shortlist *lists;  /* [query] or [query][setting] */
    refined *cache;
    size_t cache_size;
    /* mean: rows of weights of this block, in order of columns */
    void *w_rows, *product;
    size_t n_rows, *row_of;
} tile;

static double logit_of(const sp_logit *l, double e, double p)
{
    switch (l->kind) {
    case SP_LOGIT_STUDENT:
        return -l->a * log1p(-l->b * e);
    case SP_LOGIT_TOPHAT:
        return -l->a * e < 1 ? 0 : -INFINITY;
    case SP_LOGIT_GAUSSIAN:
        break;
    }
    return l->a * e - l->b * p;
}

static double representable(const scan *s, double m) { return s->rows->size == sizeof(float) ? (double)(float)m : m; }

static void raise_to(const scan *s, partial *a, double v)
{
    if (!(v > a->m))
        return;
    double m = representable(s, v), step = a->m - m, f = exp(step);
    if (a->s[0] > 0) {
        a->s[2] = f * (a->s[2] + step * a->s[0]);
        a->s[0] *= f;
        a->s[1] *= f * f;
        for (size_t c = 0; a->class_sum && c < s->p->n_classes; c++)
            a->class_sum[c] *= f;
        for (size_t j = 0; a->mean && j < s->p->d; j++)
            a->mean[j] *= f;
    }
    a->m = m;
}

static double coordinate(const sp_softmax_problem *p, size_t i, size_t j)
{
    return p->y64 ? p->y64[i * p->d + j] : (double)p->y[i * p->d + j];
}

static void add_weight(const scan *s, partial *a, size_t index, double w)
{
    if (a->class_sum)
        a->class_sum[s->p->label[index]] += w;
    for (size_t j = 0; a->mean && j < s->p->d; j++)
        a->mean[j] += w * coordinate(s->p, index, j);
}

static void add_term(const scan *s, partial *a, double v, size_t index)
{
    if (v == -INFINITY)
        return;
    raise_to(s, a, v);
    double w = exp(v - a->m);
    a->s[0] += w;
    a->s[1] += w * w;
    a->s[2] += w * (v - a->m);
    add_weight(s, a, index, w);
}

static double element(const scan *s, const void *row, size_t i)
{
    return s->rows->size == sizeof(float) ? (double)((const float *)row)[i] : ((const double *)row)[i];
}

static void erase(const scan *s, void *row, size_t i)
{
    if (s->rows->size == sizeof(float))
        ((float *)row)[i] = -INFINITY;
    else
        ((double *)row)[i] = -INFINITY;
}

static void find_least(shortlist *list)
{
    list->least_at = 0;
    for (size_t i = 1; i < list->n; i++)
        if (list->terms[i].key < list->terms[list->least_at].key)
            list->least_at = i;
    list->least = list->terms[list->least_at].key;
}

/* Moves the largest entries of `row` into the list (erased from the row); the terms they push out go to the sums of the
 * settings first .. first + n - 1. */
static void hold_back(tile *t, const block *b, shortlist *list, void *row, partial *partials, size_t first, size_t n)
{
    const scan *s = t->s;
    size_t count = s->rows->above(b->n_slots, row, list->least, t->position);
    for (size_t i = 0; i < count; i++) {
        size_t slot = t->position[i];
        double key = element(s, row, slot);
        if (!(key > list->least))
            continue;
        term in = {key, element(s, t->e, slot), t->p ? element(s, t->p, slot) : 0, b->start + (size_t)b->column[slot]};
        erase(s, row, slot);
        if (key > list->top || list->n == 0)
            list->top = key;
        if (list->n < s->held) {
            list->terms[list->n++] = in;
            if (list->n == s->held)
                find_least(list);
            continue;
        }
        term out = list->terms[list->least_at];
        list->terms[list->least_at] = in;
        find_least(list);
        for (size_t k = first; k < first + n; k++)
            add_term(s, &partials[k], logit_of(&s->p->logit[k], out.e, out.p), out.index);
    }
}

/* ---- one tile -------------------------------------------------------------------------------------------------- */

/* c (m x BLOCK) = a (m x d) b^T (n x d) */
static sp_status multiply_transposed(sp_run *run, const scan *s, size_t m, size_t n, const void *a, const void *b, void *c)
{
    size_t d = s->p->d;
    if (s->rows->size == sizeof(float))
        return sp_gemm_float(run, SP_PLAIN, SP_TRANSPOSED, m, n, d, 1, a, d, b, d, 0, c, BLOCK);
    sp_gemm(SP_PLAIN, SP_TRANSPOSED, m, n, d, 1, a, d, b, d, 0, c, BLOCK);
    return SP_OK;
}

/* c (m x d) = a (m x BLOCK) b (n x d) */
static sp_status multiply(sp_run *run, const scan *s, size_t m, size_t n, const void *a, const void *b, void *c)
{
    size_t d = s->p->d;
    if (s->rows->size == sizeof(float))
        return sp_gemm_float(run, SP_PLAIN, SP_PLAIN, m, d, n, 1, a, BLOCK, b, d, 0, c, d);
    sp_gemm(SP_PLAIN, SP_PLAIN, m, d, n, 1, a, BLOCK, b, d, 0, c, d);
    return SP_OK;
}

/* Rows in order of slots: products gathered by class. */
#define GATHER(type)                                                                                                        \
    do {                                                                                                                    \
        const type *from = row;                                                                                             \
        type *to = t->v;                                                                                                    \
        for (size_t j = 0; j < b->n_slots; j++)                                                                             \
            to[j] = from[b->column[j]];                                                                                     \
    } while (0)

static const void *in_slots(tile *t, const block *b, const void *products, size_t i)
{
    const void *row = (const char *)products + i * BLOCK * t->s->rows->size;
    if (!t->s->p->label) /* slots are columns */
        return row;
    if (t->s->rows->size == sizeof(float))
        GATHER(float);
    else
        GATHER(double);
    return t->v;
}

/* e = 2 x.y - |x|^2 - |y|^2 <= 0 (the largest is returned) and p = z.x - z.y. Sums in double: norms in float32 would lose
 * near points. */
static double fill_rows(tile *t, const block *b, size_t i)
{
    double e_max = t->s->rows->distances(b->n_slots, in_slots(t, b, t->xy, i), t->norm[i], b->norm, t->e);
    if (!t->p)
        return e_max;
    const void *zy = in_slots(t, b, t->zy, i);
    double along = t->zx[i];
    if (t->s->rows->size == sizeof(float))
        for (size_t j = 0; j < b->n_slots; j++)
            ((float *)t->p)[j] = (float)along - ((const float *)zy)[j];
    else
        for (size_t j = 0; j < b->n_slots; j++)
            ((double *)t->p)[j] = along - ((const double *)zy)[j];
    return e_max;
}

static size_t seed_of(const scan *s, size_t query) { return s->p->seed ? s->p->seed[query] : SP_NO_SEED; }

/* Weights of this block, in order of columns, for the product with the data. */
static void keep_weights(tile *t, const block *b, const partial *a, size_t which)
{
    const scan *s = t->s;
    s->rows->weights(b->n_slots, t->v, a->m, t->w);
    char *row = (char *)t->w_rows + t->n_rows * BLOCK * s->rows->size;
    for (size_t c = 0; c < b->n_points; c++)
        memcpy(row + c * s->rows->size, (const char *)t->w + (size_t)b->slot[c] * s->rows->size, s->rows->size);
    t->row_of[t->n_rows++] = which;
}

static void scan_setting(tile *t, const block *b, size_t i, size_t k, double e_max, double minus_p_max)
{
    const scan *s = t->s;
    size_t S = s->p->n_logits;
    const sp_logit *l = &s->p->logit[k];
    partial *a = &t->partials[i * S + k];
    shortlist *list = s->shared ? &t->lists[i] : &t->lists[i * S + k];
    if (s->shared && list->n > 0)
        raise_to(s, a, logit_of(l, list->top, 0));
    double bound = l->kind == SP_LOGIT_GAUSSIAN && t->p ? l->a * e_max + l->b * minus_p_max : logit_of(l, e_max, 0);
    bool may_hold = !s->shared && bound > list->least;
    if (bound == -INFINITY || (bound < a->m - s->cut && !may_hold))
        return;
    double most = s->rows->logits(b->n_slots, t->e, t->p, l, t->v);
    if (!s->shared) {
        if (most > list->least) {
            hold_back(t, b, list, t->v, t->partials + i * S, k, 1);
            most = list->n < s->held ? -INFINITY : list->least; /* what is left is not larger */
        }
        if (list->n > 0)
            raise_to(s, a, list->top);
    }
    if (most == -INFINITY || most < a->m - s->cut)
        return;
    raise_to(s, a, most);
    s->rows->sums(b->n_parts, b->parts, t->v, a->m, a->s, a->class_sum);
    if (a->mean)
        keep_weights(t, b, a, i * S + k);
}

static void scan_query(tile *t, const block *b, size_t i)
{
    static const sp_logit identity = {SP_LOGIT_GAUSSIAN, 1, 0}, minus = {SP_LOGIT_GAUSSIAN, -1, 0};
    const scan *s = t->s;
    size_t S = s->p->n_logits, seed = seed_of(s, t->first + i);
    double e_max = fill_rows(t, b, i);
    if (seed >= b->start && seed < b->start + b->n_points)
        erase(s, t->e, (size_t)b->slot[seed - b->start]); /* e_max is then only a bound */
    if (s->shared && e_max > t->lists[i].least) {
        hold_back(t, b, &t->lists[i], t->e, t->partials + i * S, 0, S);
        e_max = s->rows->logits(b->n_slots, t->e, NULL, &identity, t->v);
    }
    double minus_p_max = t->p ? s->rows->logits(b->n_slots, t->p, NULL, &minus, t->v) : 0;
    for (size_t k = 0; k < S; k++)
        scan_setting(t, b, i, k, e_max, minus_p_max);
}

/* The data of the block in the precision of the products. */
static const void *block_data(tile *t, const block *b)
{
    const sp_softmax_problem *p = t->s->p;
    if (t->s->rows->size == sizeof(float))
        return p->y + b->start * p->d;
    if (p->y64)
        return p->y64 + b->start * p->d;
    double *y = t->y_real;
    for (size_t j = 0; j < b->n_points * p->d; j++)
        y[j] = (double)p->y[b->start * p->d + j];
    return y;
}

static sp_status add_means(sp_run *run, tile *t, const block *b, const void *y)
{
    const scan *s = t->s;
    if (!t->n_rows)
        return SP_OK;
    SP_TRY(multiply(run, s, t->n_rows, b->n_points, t->w_rows, y, t->product));
    for (size_t r = 0; r < t->n_rows; r++) {
        double *mean = t->partials[t->row_of[r]].mean;
        for (size_t j = 0; j < s->p->d; j++)
            mean[j] += element(s, t->product, r * s->p->d + j);
    }
    t->n_rows = 0;
    return SP_OK;
}

static sp_status scan_block(sp_run *run, tile *t, const block *b)
{
    const void *y = block_data(t, b);
    SP_TRY(multiply_transposed(run, t->s, t->n, b->n_points, t->x_real, y, t->xy));
    if (t->zy)
        SP_TRY(multiply_transposed(run, t->s, t->n, b->n_points, t->z_real, y, t->zy));
    for (size_t i = 0; i < t->n; i++)
        scan_query(t, b, i);
    return add_means(run, t, b, y);
}

/* ---- the end of a tile: held terms in double, the seed, the numbers -------------------------------------------- */

static refined *cached(tile *t, size_t query, size_t index)
{
    size_t mask = t->cache_size - 1;
    for (size_t h = index * 2654435761u & mask;; h = (h + 1) & mask) {
        refined *r = &t->cache[h];
        if (r->stamp == query + 1 && r->index != index)
            continue;
        if (r->stamp != query + 1)
            *r = (refined){index, query + 1, NAN, NAN};
        return r;
    }
}

static void distance_in_double(const tile *t, size_t i, size_t index, double *g, double *along)
{
    const sp_softmax_problem *p = t->s->p;
    const double *x = t->x + i * p->d;
    const float *z = p->noise ? p->noise + (t->first + i) * p->d : NULL;
    if (p->y64)
        t->s->rows->distance64(p->d, x, p->y64 + index * p->d, z, g, along);
    else
        t->s->rows->distance(p->d, x, p->y + index * p->d, z, g, along);
}

static void refine(tile *t, size_t i, term *held)
{
    refined *r = cached(t, t->first + i, held->index);
    if (isnan(r->g))
        distance_in_double(t, i, held->index, &r->g, &r->p);
    held->e = -r->g;
    held->p = r->p;
}

static void refine_list(tile *t, size_t i, const sp_logit *l, const partial *a, shortlist *list)
{
    double total = 0;
    for (size_t j = 0; l && j < list->n; j++)
        total += exp(list->terms[j].key - list->top);
    if (l && a->s[0] > 0)
        total += a->s[0] * exp(a->m - list->top);
    for (size_t j = 0; j < list->n; j++)
        if (!l || exp(list->terms[j].key - list->top) > refine_above * total)
            refine(t, i, &list->terms[j]);
}

static void finish(const tile *t, const sp_logit *l, size_t i, partial *a, const shortlist *list, sp_softmax_stat *stat)
{
    const scan *s = t->s;
    const sp_softmax_problem *p = s->p;
    size_t best = 0, seed = seed_of(s, t->first + i);
    double top = -INFINITY;
    if (!(a->s[0] > 0))
        a->m = -INFINITY;
    for (size_t j = 0; j < list->n; j++) {
        double v = logit_of(l, list->terms[j].e, list->terms[j].p);
        if (v > top) {
            top = v;
            best = list->terms[j].index;
        }
        add_term(s, a, v, list->terms[j].index);
    }
    stat->log_z_rest = a->s[0] > 0 ? a->m + log(a->s[0]) : -INFINITY;
    double seed_v = -INFINITY;
    if (seed != SP_NO_SEED && !p->leave_out) {
        double g = 0, along;
        if (p->x)
            distance_in_double(t, i, seed, &g, &along);
        seed_v = logit_of(l, -g, 0);
        add_term(s, a, seed_v, seed);
        if (seed_v >= top) {
            top = seed_v;
            best = seed;
        }
    }
    if (!(a->s[0] > 0)) {
        *stat = (sp_softmax_stat){-INFINITY, -INFINITY, NAN, NAN, NAN, NAN, NAN, SP_NO_SEED};
        return;
    }
    double z = a->s[0];
    stat->log_z = a->m + log(z);
    stat->sum_w2 = a->s[1] / (z * z);
    stat->mean_logit = a->m + a->s[2] / z;
    stat->entropy = fmax(log(z) - a->s[2] / z, 0);
    stat->w_seed = exp(seed_v - a->m) / z;
    stat->w_max = exp(top - a->m) / z;
    stat->best = best;
    for (size_t c = 0; a->class_sum && c < p->n_classes; c++)
        a->class_sum[c] /= z;
    for (size_t j = 0; a->mean && j < p->d; j++)
        a->mean[j] /= z;
}

static int nearer(const void *a, const void *b)
{
    const term *s = a, *t = b;
    if (s->e != t->e)
        return s->e > t->e ? -1 : 1;
    return s->index < t->index ? -1 : s->index > t->index;
}

static void list_neighbours(const scan *s, shortlist *list, sp_neighbour *out)
{
    qsort(list->terms, list->n, sizeof *list->terms, nearer);
    for (size_t j = 0; j < s->p->k; j++)
        out[j] =
            j < list->n ? (sp_neighbour){list->terms[j].index, -list->terms[j].e} : (sp_neighbour){SP_NO_SEED, INFINITY};
}

static void finish_query(tile *t, size_t i, sp_softmax_stat *stat, sp_neighbour *neighbour)
{
    const scan *s = t->s;
    size_t S = s->p->n_logits;
    if (s->shared) {
        refine_list(t, i, NULL, NULL, &t->lists[i]);
        list_neighbours(s, &t->lists[i], neighbour + i * s->p->k);
    }
    for (size_t k = 0; k < S; k++) {
        shortlist *list = s->shared ? &t->lists[i] : &t->lists[i * S + k];
        partial *a = &t->partials[i * S + k];
        if (!s->shared)
            refine_list(t, i, &s->p->logit[k], a, list);
        finish(t, &s->p->logit[k], i, a, list, &stat[i * S + k]);
    }
}

/* ---- memory and drive ------------------------------------------------------------------------------------------ */

static void load_queries(tile *t)
{
    const sp_softmax_problem *p = t->s->p;
    for (size_t i = 0; i < t->n; i++) {
        size_t query = t->first + i;
        double norm = 0, along = 0;
        for (size_t j = 0; j < p->d; j++) {
            double x = p->x ? p->x[query * p->d + j] : coordinate(p, p->seed[query], j);
            double z = p->noise ? (double)p->noise[query * p->d + j] : 0;
            t->x[i * p->d + j] = x;
            norm += x * x;
            along += x * z;
            if (t->s->rows->size == sizeof(float))
                ((float *)t->x_real)[i * p->d + j] = (float)x;
            else if (p->noise)
                ((double *)t->z_real)[i * p->d + j] = z;
        }
        t->norm[i] = norm;
        t->zx[i] = along;
    }
    if (t->s->rows->size == sizeof(double))
        t->x_real = t->x;
    else if (p->noise)
        t->z_real = (float *)(uintptr_t)(p->noise + t->first * p->d);
}

static sp_status tile_create(sp_run *run, const scan *s, size_t first, unsigned char *record, tile *t)
{
    const sp_softmax_problem *p = s->p;
    size_t n = p->n_queries - first < s->tile ? p->n_queries - first : s->tile;
    size_t real = s->rows->size, S = p->n_logits, rows = s->max_slots, lists = s->shared ? n : n * S;
    bool in_double = real == sizeof(double), shared = s->shared;
    *t = (tile){.s = s, .first = first, .n = n};
    t->cache_size = 64;
    while (t->cache_size < 4 * s->held * (shared ? 1 : S))
        t->cache_size *= 2;
    term *terms = SP_NEW(run, term, lists * s->held);
    t->x = SP_NEW(run, double, n * p->d);
    t->x_real = in_double ? t->x : sp_alloc(run, n * p->d, real);
    t->norm = SP_NEW(run, double, n);
    t->zx = SP_NEW(run, double, n);
    t->xy = sp_alloc(run, n * BLOCK, real);
    t->e = sp_alloc(run, rows, real);
    t->v = sp_alloc(run, rows, real);
    t->position = SP_NEW(run, uint32_t, rows);
    t->partials = SP_NEW(run, partial, n * S);
    t->lists = SP_NEW(run, shortlist, lists);
    t->cache = SP_NEW(run, refined, t->cache_size);
    if (!terms || !t->x || !t->x_real || !t->norm || !t->zx || !t->xy || !t->e || !t->v || !t->position || !t->partials ||
        !t->lists || !t->cache)
        return SP_FAILED;
    if (in_double && !p->y64 && !(t->y_real = sp_alloc(run, BLOCK * p->d, real)))
        return SP_FAILED;
    if (p->noise) {
        t->zy = sp_alloc(run, n * BLOCK, real);
        t->p = sp_alloc(run, rows, real);
        t->z_real = in_double ? sp_alloc(run, n * p->d, real) : t->x_real;
        if (!t->zy || !t->p || !t->z_real)
            return SP_FAILED;
    }
    if (p->mean) {
        t->w = sp_alloc(run, rows, real);
        t->w_rows = sp_alloc(run, n * S * BLOCK, real);
        t->product = sp_alloc(run, n * S * p->d, real);
        t->row_of = SP_NEW(run, size_t, n * S);
        if (!t->w || !t->w_rows || !t->product || !t->row_of)
            return SP_FAILED;
    }
    double *class_sum = (double *)(void *)(record + s->stat_bytes);
    double *mean = (double *)(void *)(record + s->stat_bytes + s->class_bytes + s->neighbour_bytes);
    for (size_t i = 0; i < n * S; i++)
        t->partials[i] = (partial){.m = -INFINITY,
                                   .class_sum = p->label ? class_sum + i * p->n_classes : NULL,
                                   .mean = p->mean ? mean + i * p->d : NULL};
    for (size_t i = 0; i < lists; i++)
        t->lists[i] = (shortlist){.least = -INFINITY, .top = -INFINITY, .terms = terms + i * s->held};
    load_queries(t);
    return SP_OK;
}

static sp_status scan_tile(sp_run *run, size_t index, void *context)
{
    const scan *s = context;
    unsigned char *record = s->records + index * s->record_bytes;
    tile t;
    SP_TRY(tile_create(run, s, index * s->tile, record, &t));
    for (size_t i = 0; i < s->n_blocks; i++) {
        SP_TRY(sp_poll(run));
        SP_TRY(scan_block(run, &t, &s->blocks[i]));
    }
    sp_neighbour *neighbour = (sp_neighbour *)(void *)(record + s->stat_bytes + s->class_bytes);
    for (size_t i = 0; i < t.n; i++)
        finish_query(&t, i, (sp_softmax_stat *)(void *)record, neighbour);
    return SP_OK;
}

bool sp_softmax_in_double(const sp_softmax_problem *p)
{
    if (p->precision != SP_PRECISION_AUTO)
        return p->precision == SP_PRECISION_DOUBLE;
    double points = (double)p->n * (double)p->d, pairs = (double)p->n * (double)p->n_queries;
    double work = pairs * (2 * (double)p->d * (p->noise ? 2 : 1) + 40 * (double)p->n_logits); /* about a second */
    return !p->y || (points <= 1 << 24 && work <= 4e10);
}

static size_t padded(size_t bytes) { return (bytes + 63) / 64 * 64; }

/* Brings each tile's part of the records to its place in one array of the result. */
static void collect(const scan *s, size_t n_tiles, size_t offset, size_t bytes_per_query, void *all)
{
    for (size_t i = 0; i < n_tiles && bytes_per_query; i++) {
        size_t first = i * s->tile, n = s->p->n_queries - first < s->tile ? s->p->n_queries - first : s->tile;
        memcpy((unsigned char *)all + first * bytes_per_query, s->records + i * s->record_bytes + offset,
               n * bytes_per_query);
    }
}

static size_t choose_tile(const sp_softmax_problem *p)
{
    size_t tile = (p->n_queries + 7) / 8;
    tile = tile < MIN_TILE ? MIN_TILE : tile > MAX_TILE ? MAX_TILE : tile;
    while (p->mean && tile > MIN_TILE && tile * p->n_logits * (BLOCK + 3 * p->d) > (size_t)1 << 22)
        tile /= 2;
    return tile;
}

static sp_status scan_all(sp_run *run, const char *what, scan *s, size_t n_tiles)
{
    SP_TRY(lay_out(run, s));
    SP_TRY(sp_parallel(run, s->n_blocks, compute_norms, s));
    s->records = SP_NEW(run, unsigned char, n_tiles * s->record_bytes);
    if (!s->records)
        return SP_FAILED;
    return what ? sp_parallel_resumable(run, what, n_tiles, s->records, s->record_bytes, scan_tile, s)
                : sp_parallel(run, n_tiles, scan_tile, s);
}

sp_status sp_softmax_scan(sp_run *run, const char *what, const sp_softmax_problem *p, sp_softmax_result *out)
{
    bool noisy = p->noise != NULL;
    size_t k = noisy ? 0 : p->k, S = p->n_logits;
    if (k > SP_SOFTMAX_MAX_NEIGHBOURS)
        return sp_fail(run, SP_USAGE, "at most %d nearest neighbours, got %zu", SP_SOFTMAX_MAX_NEIGHBOURS, k);
    scan s = {.p = p, .rows = sp_softmax_in_double(p) ? sp_row_kernels_double() : sp_row_kernels_float(), .shared = !noisy};
    s.tile = choose_tile(p);
    s.held = noisy ? HELD_PER_SETTING : k > HELD_SHARED / 2 ? k + HELD_SHARED / 2 : HELD_SHARED;
    s.cut = log((double)p->n) + (s.rows->size == sizeof(float) ? 18 : 37);
    size_t stat = S * sizeof(sp_softmax_stat), class_weight = p->label ? S * p->n_classes * sizeof(double) : 0;
    size_t neighbour = k * sizeof(sp_neighbour), mean = p->mean ? S * p->d * sizeof(double) : 0;
    s.stat_bytes = padded(s.tile * stat);
    s.class_bytes = padded(s.tile * class_weight);
    s.neighbour_bytes = padded(s.tile * neighbour);
    s.record_bytes = s.stat_bytes + s.class_bytes + s.neighbour_bytes + padded(s.tile * mean);
    size_t n_tiles = (p->n_queries + s.tile - 1) / s.tile;

    *out = (sp_softmax_result){.stat = SP_NEW(run, sp_softmax_stat, p->n_queries * S),
                               .class_weight = class_weight ? sp_alloc(run, p->n_queries, class_weight) : NULL,
                               .neighbour = k ? sp_alloc(run, p->n_queries, neighbour) : NULL,
                               .mean = mean ? sp_alloc(run, p->n_queries, mean) : NULL};
    if (!out->stat || (class_weight && !out->class_weight) || (k && !out->neighbour) || (mean && !out->mean))
        return SP_FAILED;
    sp_mark mark = sp_memory_mark(run);
    sp_status status = scan_all(run, what, &s, n_tiles);
    if (status == SP_OK) {
        collect(&s, n_tiles, 0, stat, out->stat);
        collect(&s, n_tiles, s.stat_bytes, class_weight, out->class_weight);
        collect(&s, n_tiles, s.stat_bytes + s.class_bytes, neighbour, out->neighbour);
        collect(&s, n_tiles, s.stat_bytes + s.class_bytes + s.neighbour_bytes, mean, out->mean);
    }
    sp_memory_release(run, mark);
    return status;
}
