/* One block of points against one tile of queries: distances by a product of matrices, then logits and sums. */
#include "softmax_private.h"

#include "math/gemm_float.h"

#include <math.h>
#include <string.h>

/* c (m x SP_SOFTMAX_BLOCK) = a (m x d) b^T (n x d) */
static sp_status multiply_transposed(sp_run *run, const sp_softmax_plan *s, size_t m, size_t n, const void *a, const void *b,
                                     void *c)
{
    size_t d = s->p->d;
    if (s->rows->size == sizeof(float))
        return sp_gemm_float(run, SP_PLAIN, SP_TRANSPOSED, m, n, d, 1, a, d, b, d, 0, c, SP_SOFTMAX_BLOCK);
    sp_gemm(SP_PLAIN, SP_TRANSPOSED, m, n, d, 1, a, d, b, d, 0, c, SP_SOFTMAX_BLOCK);
    return SP_OK;
}

/* c (m x d) = a (m x SP_SOFTMAX_BLOCK) b (n x d) */
static sp_status multiply(sp_run *run, const sp_softmax_plan *s, size_t m, size_t n, const void *a, const void *b, void *c)
{
    size_t d = s->p->d;
    if (s->rows->size == sizeof(float))
        return sp_gemm_float(run, SP_PLAIN, SP_PLAIN, m, d, n, 1, a, SP_SOFTMAX_BLOCK, b, d, 0, c, d);
    sp_gemm(SP_PLAIN, SP_PLAIN, m, d, n, 1, a, SP_SOFTMAX_BLOCK, b, d, 0, c, d);
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

static const void *in_slots(sp_softmax_tile *t, const sp_softmax_block *b, const void *products, size_t i)
{
    const void *row = (const char *)products + i * SP_SOFTMAX_BLOCK * t->s->rows->size;
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
static double fill_rows(sp_softmax_tile *t, const sp_softmax_block *b, size_t i)
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

/* Weights of this block, in order of columns, for the product with the data. */
static void keep_weights(sp_softmax_tile *t, const sp_softmax_block *b, const sp_softmax_partial *a, size_t which)
{
    const sp_softmax_plan *s = t->s;
    s->rows->weights(b->n_slots, t->v, a->m, t->w);
    char *row = (char *)t->w_rows + t->n_rows * SP_SOFTMAX_BLOCK * s->rows->size;
    for (size_t c = 0; c < b->n_points; c++)
        memcpy(row + c * s->rows->size, (const char *)t->w + (size_t)b->slot[c] * s->rows->size, s->rows->size);
    t->row_of[t->n_rows++] = which;
}

static void scan_setting(sp_softmax_tile *t, const sp_softmax_block *b, size_t i, size_t k, double e_max, double minus_p_max)
{
    const sp_softmax_plan *s = t->s;
    size_t S = s->p->n_logits;
    const sp_logit *l = &s->p->logit[k];
    sp_softmax_partial *a = &t->partials[i * S + k];
    sp_softmax_list *list = s->shared ? &t->lists[i] : &t->lists[i * S + k];
    if (s->shared && list->n > 0)
        sp_softmax_raise(s, a, sp_softmax_logit(l, list->top, 0));
    double bound = l->kind == SP_LOGIT_GAUSSIAN && t->p ? l->a * e_max + l->b * minus_p_max : sp_softmax_logit(l, e_max, 0);
    bool may_hold = !s->shared && bound > list->least;
    if (bound == -INFINITY || (bound < a->m - s->cut && !may_hold))
        return;
    double most = s->rows->logits(b->n_slots, t->e, t->p, l, t->v);
    if (!s->shared) {
        if (most > list->least) {
            sp_softmax_hold_back(t, b, list, t->v, t->partials + i * S, k, 1);
            most = list->n < s->held ? -INFINITY : list->least; /* what is left is not larger */
        }
        if (list->n > 0)
            sp_softmax_raise(s, a, list->top);
    }
    if (most == -INFINITY || most < a->m - s->cut)
        return;
    sp_softmax_raise(s, a, most);
    s->rows->sums(b->n_parts, b->parts, t->v, a->m, a->s, a->class_sum);
    if (a->mean)
        keep_weights(t, b, a, i * S + k);
}

static void scan_query(sp_softmax_tile *t, const sp_softmax_block *b, size_t i)
{
    static const sp_logit identity = {SP_LOGIT_GAUSSIAN, 1, 0}, minus = {SP_LOGIT_GAUSSIAN, -1, 0};
    const sp_softmax_plan *s = t->s;
    size_t S = s->p->n_logits, seed = sp_softmax_seed(s, t->first + i);
    double e_max = fill_rows(t, b, i);
    if (seed >= b->start && seed < b->start + b->n_points)
        sp_softmax_erase(s, t->e, (size_t)b->slot[seed - b->start]); /* e_max is then only a bound */
    if (s->shared && e_max > t->lists[i].least) {
        sp_softmax_hold_back(t, b, &t->lists[i], t->e, t->partials + i * S, 0, S);
        e_max = s->rows->logits(b->n_slots, t->e, NULL, &identity, t->v);
    }
    double minus_p_max = t->p ? s->rows->logits(b->n_slots, t->p, NULL, &minus, t->v) : 0;
    for (size_t k = 0; k < S; k++)
        scan_setting(t, b, i, k, e_max, minus_p_max);
}

/* The data of the block in the precision of the products. */
static const void *block_data(sp_softmax_tile *t, const sp_softmax_block *b)
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

static sp_status add_means(sp_run *run, sp_softmax_tile *t, const sp_softmax_block *b, const void *y)
{
    const sp_softmax_plan *s = t->s;
    if (!t->n_rows)
        return SP_OK;
    SP_TRY(multiply(run, s, t->n_rows, b->n_points, t->w_rows, y, t->product));
    for (size_t r = 0; r < t->n_rows; r++) {
        double *mean = t->partials[t->row_of[r]].mean;
        for (size_t j = 0; j < s->p->d; j++)
            mean[j] += sp_softmax_element(s, t->product, r * s->p->d + j);
    }
    t->n_rows = 0;
    return SP_OK;
}

sp_status sp_softmax_scan_block(sp_run *run, sp_softmax_tile *t, const sp_softmax_block *b)
{
    const void *y = block_data(t, b);
    SP_TRY(multiply_transposed(run, t->s, t->n, b->n_points, t->x_real, y, t->xy));
    if (t->zy)
        SP_TRY(multiply_transposed(run, t->s, t->n, b->n_points, t->z_real, y, t->zy));
    for (size_t i = 0; i < t->n; i++)
        scan_query(t, b, i);
    return add_means(run, t, b, y);
}
