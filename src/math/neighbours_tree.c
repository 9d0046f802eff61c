/* kd-tree: median split of the widest side, leaves of at most 16 points, points stored in tree order. */
#include "math/neighbours_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAF = 16, QUERIES = 256 };

typedef struct {
    size_t first, last; /* points first .. last - 1 in tree order */
    size_t right;       /* the left child is the next node; 0 for a leaf */
    size_t axis;
    double low, high; /* largest coordinate on the left, smallest on the right */
} node;

struct sp_tree {
    size_t n, d, n_nodes;
    const double *x; /* in tree order */
    const size_t *row;
    const node *nodes;
};

typedef struct {
    size_t d;
    const double *x; /* in row order */
    size_t *row;
    node *nodes;
    size_t n_nodes;
} builder;

/* Places the m-th smallest of row[first .. last - 1] by coordinate `axis` (ties by row) at m, smaller ones before it. */
static void select_middle(builder *b, size_t first, size_t last, size_t m, size_t axis)
{
    const double *x = b->x + axis;
    size_t d = b->d, *row = b->row;
    while (last - first > 1) {
        /* median of three rows as pivot */
        size_t p = row[first], q = row[first + (last - first) / 2], r = row[last - 1], pivot;
        double xp = x[p * d], xq = x[q * d], xr = x[r * d];
        pivot = (xp <= xq) == (xq <= xr) ? q : (xq <= xp) == (xp <= xr) ? p : r;
        double value = x[pivot * d];
        size_t i = first, less = first, more = last; /* [first, less) smaller, [less, i) equal, [more, last) larger */
        while (i < more) {
            size_t at = row[i];
            if (x[at * d] < value) {
                row[i++] = row[less];
                row[less++] = at;
            }
            else if (x[at * d] > value) {
                row[i] = row[--more];
                row[more] = at;
            }
            else {
                i++;
            }
        }
        if (m < less)
            last = less;
        else if (m >= more)
            first = more;
        else
            return;
    }
}

static void build(builder *b, size_t first, size_t last)
{
    size_t me = b->n_nodes++, d = b->d, axis = 0;
    double widest = -1;
    for (size_t j = 0; j < d; j++) {
        double low = INFINITY, high = -INFINITY;
        for (size_t i = first; i < last; i++) {
            double x = b->x[b->row[i] * d + j];
            low = x < low ? x : low;
            high = x > high ? x : high;
        }
        if (high - low > widest) {
            widest = high - low;
            axis = j;
        }
    }
    b->nodes[me] = (node){.first = first, .last = last};
    if (last - first <= LEAF || !(widest > 0))
        return;
    size_t middle = first + (last - first) / 2;
    select_middle(b, first, last, middle, axis);
    double low = -INFINITY, high = INFINITY;
    for (size_t i = first; i < last; i++) {
        double x = b->x[b->row[i] * d + axis];
        if (i < middle)
            low = fmax(low, x);
        else
            high = fmin(high, x);
    }
    b->nodes[me].axis = axis;
    b->nodes[me].low = low;
    b->nodes[me].high = high;
    build(b, first, middle);
    b->nodes[me].right = b->n_nodes;
    build(b, middle, last);
}

sp_status sp_tree_create(sp_run *run, sp_rows points, const sp_tree **out)
{
    size_t n = points.n, d = points.d;
    if (n == 0 || d == 0 || d > SP_TREE_MAX_DIMENSION)
        return sp_fail(run, SP_DATA, "a kd-tree takes 1 to %d columns and at least one row", SP_TREE_MAX_DIMENSION);
    sp_tree *tree = SP_NEW(run, sp_tree, 1);
    double *sorted = SP_NEW(run, double, n *d), *x = SP_NEW(run, double, n *d);
    builder b = {.d = d, .x = x, .row = SP_NEW(run, size_t, n), .nodes = SP_NEW(run, node, 2 * n)};
    if (!tree || !x || !sorted || !b.row || !b.nodes)
        return SP_FAILED;
    sp_rows_copy(points, 0, n, 0, d, NULL, x);
    for (size_t i = 0; i < n * d; i++)
        if (!isfinite(x[i]))
            return sp_fail(run, SP_DATA, "kd-tree: row %zu has a value that is not finite", i / d);
    for (size_t i = 0; i < n; i++)
        b.row[i] = i;
    build(&b, 0, n);
    for (size_t i = 0; i < n; i++)
        memcpy(sorted + i * d, x + b.row[i] * d, d * sizeof *x);
    *tree = (sp_tree){n, d, b.n_nodes, sorted, b.row, b.nodes};
    *out = tree;
    return SP_OK;
}

typedef struct {
    const sp_tree *tree;
    const double *x;
    long excluded;
    sp_best *best; /* nearest points, or NULL for a ball */
    double radius2;
    void (*visit)(size_t, double, void *);
    void *context;
    double offset[SP_TREE_MAX_DIMENSION]; /* distance to the box along each axis */
} walk;

/* Box distances carry rounding that the exact sums do not share: keep a margin, so that ties are never cut. */
static bool too_far(const walk *w, double box2)
{
    return box2 * (1 - 1e-13) > (w->best ? sp_best_limit(w->best) : w->radius2);
}

static void descend(walk *w, size_t at, double box2)
{
    const sp_tree *t = w->tree;
    const node *n = &t->nodes[at];
    if (!n->right) {
        for (size_t i = n->first; i < n->last; i++) {
            if ((long)t->row[i] == w->excluded)
                continue;
            double distance2 = sp_distance2(t->d, w->x, t->x + i * t->d);
            if (w->best)
                sp_best_insert(w->best, t->row[i], distance2);
            else if (distance2 <= w->radius2)
                w->visit(t->row[i], distance2, w->context);
        }
        return;
    }
    double x = w->x[n->axis], old = w->offset[n->axis];
    bool left_first = x - n->low < n->high - x;
    for (int side = 0; side < 2; side++) {
        bool left = left_first == (side == 0);
        double beyond = left ? x - n->low : n->high - x, offset = beyond > old ? beyond : old;
        double child = box2 - old * old + offset * offset;
        if (too_far(w, child))
            continue;
        w->offset[n->axis] = offset;
        descend(w, left ? at + 1 : n->right, child);
        w->offset[n->axis] = old;
    }
}

size_t sp_tree_nearest(const sp_tree *tree, const double *x, long excluded, size_t k, size_t *index, double *distance2)
{
    sp_best best = {k, 0, index, distance2};
    walk w = {.tree = tree, .x = x, .excluded = excluded, .best = &best};
    descend(&w, 0, 0);
    return best.n;
}

void sp_tree_ball(const sp_tree *tree, const double *x, long excluded, double radius2,
                  void (*visit)(size_t row, double distance2, void *context), void *context)
{
    walk w = {.tree = tree, .x = x, .excluded = excluded, .radius2 = radius2, .visit = visit, .context = context};
    descend(&w, 0, 0);
}

typedef struct {
    const sp_tree *tree;
    sp_rows queries;
    size_t k;
    bool same;
    size_t *index;
    double *distance2;
} search;

static sp_status search_block(sp_run *worker, size_t block, void *context)
{
    (void)worker;
    const search *s = context;
    double x[SP_TREE_MAX_DIMENSION];
    for (size_t i = block * QUERIES; i < (block + 1) * QUERIES && i < s->queries.n; i++) {
        sp_rows_copy(s->queries, i, 1, 0, s->queries.d, NULL, x);
        sp_tree_nearest(s->tree, x, s->same ? (long)i : SP_NO_ROW, s->k, s->index + i * s->k, s->distance2 + i * s->k);
    }
    return SP_OK;
}

sp_status sp_neighbours_tree(sp_run *run, sp_rows queries, sp_rows points, size_t k, bool same, size_t *index,
                             double *distance2)
{
    SP_TRY(sp_neighbours_check(run, queries, points, k, same));
    sp_mark mark = sp_memory_mark(run);
    search s = {.queries = queries, .k = k, .same = same, .index = index, .distance2 = distance2};
    SP_TRY(sp_tree_create(run, points, &s.tree));
    sp_status status = sp_parallel(run, (queries.n + QUERIES - 1) / QUERIES, search_block, &s);
    sp_memory_release(run, mark);
    return status;
}
