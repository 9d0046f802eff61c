/* Walking over packed symmetric tensors: rows of contiguous entries, and blocks of rows. */
#ifndef SPINODAL_MATH_SYMMETRIC_WALK_H
#define SPINODAL_MATH_SYMMETRIC_WALK_H

#include "symmetric_tensor.h"

#include <math.h>

enum { MAX_BLOCKS = 32, ENTRIES_PER_BLOCK = 1 << 18 };

/* Entries whose first index is at least `first`. */
static inline size_t entries_from(size_t n, int order, size_t first) { return (size_t)sp_symmetric_size(n - first, order); }

/* Blocks of first indices with about equal numbers of entries; depends on the shape only. */
typedef struct {
    size_t n_blocks, first[MAX_BLOCKS + 1];
} partition;

static inline partition split(const sp_symmetric_tensor *t)
{
    partition p = {0};
    size_t wanted = t->size / ENTRIES_PER_BLOCK + 1;
    if (wanted > MAX_BLOCKS)
        wanted = MAX_BLOCKS;
    for (size_t i = 0; i < t->n; i++) {
        size_t before = t->size - entries_from(t->n, t->order, i);
        if (p.n_blocks < wanted && before >= p.n_blocks * (t->size / wanted))
            p.first[p.n_blocks++] = i;
    }
    p.first[p.n_blocks] = t->n;
    return p;
}

/* A prefix i1 <= .. <= i(p-1): the row of entries i(p-1) <= ip < n lies contiguous in memory. */
typedef struct {
    int length;
    size_t index[SP_TENSOR_MAX_ORDER];
    int distinct, count[SP_TENSOR_MAX_ORDER];
    size_t value[SP_TENSOR_MAX_ORDER]; /* increasing; the last one is the start of the row */
} prefix;

static inline void set_counts(prefix *p)
{
    p->distinct = 0;
    for (int a = 0; a < p->length; a++)
        if (p->distinct && p->value[p->distinct - 1] == p->index[a])
            p->count[p->distinct - 1]++;
        else {
            p->value[p->distinct] = p->index[a];
            p->count[p->distinct++] = 1;
        }
}

static inline void start(prefix *p, int order, size_t first)
{
    p->length = order - 1;
    for (int a = 0; a < p->length; a++)
        p->index[a] = first;
    set_counts(p);
}

/* The next prefix in lexicographic order; false when its first index would reach `end`. */
static inline bool advance(prefix *p, size_t n, size_t end)
{
    int a = p->length - 1;
    while (a >= 0 && p->index[a] + 1 == (a ? n : end))
        a--;
    if (a < 0)
        return false;
    size_t next = p->index[a] + 1;
    for (; a < p->length; a++)
        p->index[a] = next;
    set_counts(p);
    return true;
}

/* Points whose gradients one pass over the tensor makes together. */
enum { LANES = 16 };

/* Gradients of the rows with first index in begin..end-1 at LANES points, added to g. x, g: n x LANES. */
void symmetric_gradient_lanes(const sp_symmetric_tensor *t, size_t begin, size_t end, const double *x, double *g);

#endif
