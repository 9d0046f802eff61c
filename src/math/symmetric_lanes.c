/* Gradients of a packed symmetric tensor at LANES points in one pass. The points, not the entries of a row, fill the vector
 * registers: short rows cost no more than long ones, and every entry is read once for all points. */
#include "symmetric_walk.h"

typedef double lanes __attribute__((vector_size(64), aligned(8)));
enum { PARTS = LANES / 8 };

typedef struct {
    lanes v[PARTS];
} points;

#define INLINE static inline __attribute__((always_inline))

INLINE points *at(double *x, size_t i) { return (points *)(void *)(x + i * LANES); }
INLINE const points *at_const(const double *x, size_t i) { return (const points *)(const void *)(x + i * LANES); }

INLINE void add(points *y, double c, const points *x)
{
    for (int a = 0; a < PARTS; a++)
        y->v[a] += c * x->v[a];
}

INLINE void add_product(points *y, const points *x, const points *z)
{
    for (int a = 0; a < PARTS; a++)
        y->v[a] += x->v[a] * z->v[a];
}

/* product of x_i^count_i / count_i! after lowering the count of the value `lowered` by one (-1: of none) */
INLINE void monomial(const prefix *p, const double *x, int lowered, points *y)
{
    for (int a = 0; a < PARTS; a++)
        y->v[a] = 1 - (lanes){0};
    for (int d = 0; d < p->distinct; d++)
        for (int e = p->count[d] - (d == lowered); e > 0; e--)
            for (int a = 0; a < PARTS; a++)
                y->v[a] *= at_const(x, p->value[d])->v[a] / (double)e;
}

typedef struct {
    prefix p;
    const float *row;
    points w, rest; /* monomial of the prefix; sum of entries times x beyond the first */
} line;

INLINE void begin_line(line *l, const prefix *p, const float *row, const double *x)
{
    l->p = *p;
    l->row = row;
    l->rest = (points){0};
    monomial(p, x, -1, &l->w);
}

/* The entry at distance k from the start of the row. */
INLINE void one_entry(line *l, size_t last, size_t k, const double *x, double *g)
{
    double t = (double)l->row[k];
    add(&l->rest, t, at_const(x, last + k));
    add(at(g, last + k), t, &l->w);
}

/* The first entry repeats the last index of the prefix. */
INLINE void end_line(const line *l, size_t last, const double *x, double *g)
{
    const prefix *p = &l->p;
    int d_last = p->distinct - 1;
    double t = (double)l->row[0];
    points all = l->rest, m;
    add(&all, t / (p->count[d_last] + 1), at_const(x, last));
    add(at(g, last), t, &l->w);
    for (int d = 0; d < p->distinct; d++) {
        monomial(p, x, d, &m);
        add_product(at(g, p->value[d]), &m, d == d_last ? &l->rest : &all);
    }
}

/* The row of last index j and the next one share their columns from j + 2. */
INLINE void shared_columns(line *l, line *m, size_t last, size_t n, const double *x, double *g)
{
    points rest_l = l->rest, rest_m = m->rest, w_l = l->w, w_m = m->w;
    const float *v = l->row + 2, *u = m->row + 1;
    for (size_t k = last + 2; k < n; k++) {
        double a = (double)*v++, b = (double)*u++;
        const points *y = at_const(x, k);
        points *h = at(g, k);
        for (int c = 0; c < PARTS; c++) {
            rest_l.v[c] += a * y->v[c];
            rest_m.v[c] += b * y->v[c];
            h->v[c] += a * w_l.v[c] + b * w_m.v[c];
        }
    }
    l->rest = rest_l, m->rest = rest_m;
}

__attribute__((target_clones("avx512f", "avx2", "default"))) static void add_rows(const sp_symmetric_tensor *t, size_t begin,
                                                                                  size_t end, const double *x, double *g)
{
    size_t n = t->n;
    const float *row = t->v + (t->size - entries_from(n, t->order, begin));
    prefix p = {0};
    line l, m;
    start(&p, t->order, begin);
    bool more = true;
    while (more) {
        size_t last = p.value[p.distinct - 1];
        begin_line(&l, &p, row, x);
        row += n - last;
        more = advance(&p, n, end);
        if (more && p.value[p.distinct - 1] == last + 1 && last + 1 < n) {
            begin_line(&m, &p, row, x);
            one_entry(&l, last, 1, x, g);
            shared_columns(&l, &m, last, n, x, g);
            end_line(&m, last + 1, x, g);
            row += n - last - 1;
            more = advance(&p, n, end);
        }
        else
            for (size_t k = 1; k < n - last; k++)
                one_entry(&l, last, k, x, g);
        end_line(&l, last, x, g);
    }
}

/* clang cannot call a function with clones from another file */
void symmetric_gradient_lanes(const sp_symmetric_tensor *t, size_t begin, size_t end, const double *x, double *g)
{
    add_rows(t, begin, end, x, g);
}
