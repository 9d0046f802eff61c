/* One pass over the data for each tile of queries. Of each query and setting (of each query alone when the order of the
 * points is that of their distance whatever the setting) the few largest terms are held back in a short list, evaluated
 * again in double at the end; all others are summed as they come, relative to a running maximum. Here: memory and drive. */
#include "softmax_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_TILE = 128, /* queries of a tile */
    MIN_TILE = 8,
    HELD_PER_SETTING = 16,
    HELD_SHARED = 32,
};

static void load_queries(sp_softmax_tile *t)
{
    const sp_softmax_problem *p = t->s->p;
    for (size_t i = 0; i < t->n; i++) {
        size_t query = t->first + i;
        double norm = 0, along = 0;
        for (size_t j = 0; j < p->d; j++) {
            double x = p->x ? p->x[query * p->d + j] : sp_softmax_coordinate(p, p->seed[query], j);
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

static sp_status tile_create(sp_run *run, const sp_softmax_plan *s, size_t first, unsigned char *record, sp_softmax_tile *t)
{
    const sp_softmax_problem *p = s->p;
    size_t n = p->n_queries - first < s->tile ? p->n_queries - first : s->tile;
    size_t real = s->rows->size, S = p->n_logits, rows = s->max_slots, lists = s->shared ? n : n * S;
    bool in_double = real == sizeof(double), shared = s->shared;
    *t = (sp_softmax_tile){.s = s, .first = first, .n = n};
    t->cache_size = 64;
    while (t->cache_size < 4 * s->held * (shared ? 1 : S))
        t->cache_size *= 2;
    sp_softmax_term *terms = SP_NEW(run, sp_softmax_term, lists * s->held);
    t->x = SP_NEW(run, double, n * p->d);
    t->x_real = in_double ? t->x : sp_alloc(run, n * p->d, real);
    t->norm = SP_NEW(run, double, n);
    t->zx = SP_NEW(run, double, n);
    t->xy = sp_alloc(run, n * SP_SOFTMAX_BLOCK, real);
    t->e = sp_alloc(run, rows, real);
    t->v = sp_alloc(run, rows, real);
    t->position = SP_NEW(run, uint32_t, rows);
    t->partials = SP_NEW(run, sp_softmax_partial, n * S);
    t->lists = SP_NEW(run, sp_softmax_list, lists);
    t->cache = SP_NEW(run, sp_softmax_refined, t->cache_size);
    if (!terms || !t->x || !t->x_real || !t->norm || !t->zx || !t->xy || !t->e || !t->v || !t->position || !t->partials ||
        !t->lists || !t->cache)
        return SP_FAILED;
    if (in_double && !p->y64 && !(t->y_real = sp_alloc(run, SP_SOFTMAX_BLOCK * p->d, real)))
        return SP_FAILED;
    if (p->noise) {
        t->zy = sp_alloc(run, n * SP_SOFTMAX_BLOCK, real);
        t->p = sp_alloc(run, rows, real);
        t->z_real = in_double ? sp_alloc(run, n * p->d, real) : t->x_real;
        if (!t->zy || !t->p || !t->z_real)
            return SP_FAILED;
    }
    if (p->mean) {
        t->w = sp_alloc(run, rows, real);
        t->w_rows = sp_alloc(run, n * S * SP_SOFTMAX_BLOCK, real);
        t->product = sp_alloc(run, n * S * p->d, real);
        t->row_of = SP_NEW(run, size_t, n * S);
        if (!t->w || !t->w_rows || !t->product || !t->row_of)
            return SP_FAILED;
    }
    double *class_sum = (double *)(void *)(record + s->stat_bytes);
    double *mean = (double *)(void *)(record + s->stat_bytes + s->class_bytes + s->neighbour_bytes);
    for (size_t i = 0; i < n * S; i++)
        t->partials[i] = (sp_softmax_partial){.m = -INFINITY,
                                              .class_sum = p->label ? class_sum + i * p->n_classes : NULL,
                                              .mean = p->mean ? mean + i * p->d : NULL};
    for (size_t i = 0; i < lists; i++)
        t->lists[i] = (sp_softmax_list){.least = -INFINITY, .top = -INFINITY, .terms = terms + i * s->held};
    load_queries(t);
    return SP_OK;
}

static sp_status scan_tile(sp_run *run, size_t index, void *context)
{
    const sp_softmax_plan *s = context;
    unsigned char *record = s->records + index * s->record_bytes;
    sp_softmax_tile t;
    SP_TRY(tile_create(run, s, index * s->tile, record, &t));
    for (size_t i = 0; i < s->n_blocks; i++) {
        SP_TRY(sp_poll(run));
        SP_TRY(sp_softmax_scan_block(run, &t, &s->blocks[i]));
    }
    sp_neighbour *neighbour = (sp_neighbour *)(void *)(record + s->stat_bytes + s->class_bytes);
    for (size_t i = 0; i < t.n; i++)
        sp_softmax_finish_query(&t, i, (sp_softmax_stat *)(void *)record, neighbour);
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
static void collect(const sp_softmax_plan *s, size_t n_tiles, size_t offset, size_t bytes_per_query, void *all)
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
    while (p->mean && tile > MIN_TILE && tile * p->n_logits * (SP_SOFTMAX_BLOCK + 3 * p->d) > (size_t)1 << 22)
        tile /= 2;
    return tile;
}

static sp_status scan_all(sp_run *run, const char *what, sp_softmax_plan *s, size_t n_tiles)
{
    SP_TRY(sp_softmax_lay_out(run, s));
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
    sp_softmax_plan s = {
        .p = p, .rows = sp_softmax_in_double(p) ? sp_row_kernels_double() : sp_row_kernels_float(), .shared = !noisy};
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
