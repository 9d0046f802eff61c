/* Sums of a softmax scan relative to a running maximum, and the short list of the largest terms held back from them. */
#include "softmax_private.h"

#include <math.h>

double sp_softmax_logit(const sp_logit *l, double e, double p)
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

static double representable(const sp_softmax_plan *s, double m)
{
    return s->rows->size == sizeof(float) ? (double)(float)m : m;
}

void sp_softmax_raise(const sp_softmax_plan *s, sp_softmax_partial *a, double v)
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

static void add_weight(const sp_softmax_plan *s, sp_softmax_partial *a, size_t index, double w)
{
    if (a->class_sum)
        a->class_sum[s->p->label[index]] += w;
    for (size_t j = 0; a->mean && j < s->p->d; j++)
        a->mean[j] += w * sp_softmax_coordinate(s->p, index, j);
}

void sp_softmax_add(const sp_softmax_plan *s, sp_softmax_partial *a, double v, size_t index)
{
    if (v == -INFINITY)
        return;
    sp_softmax_raise(s, a, v);
    double w = exp(v - a->m);
    a->s[0] += w;
    a->s[1] += w * w;
    a->s[2] += w * (v - a->m);
    add_weight(s, a, index, w);
}

void sp_softmax_erase(const sp_softmax_plan *s, void *row, size_t i)
{
    if (s->rows->size == sizeof(float))
        ((float *)row)[i] = -INFINITY;
    else
        ((double *)row)[i] = -INFINITY;
}

static void find_least(sp_softmax_list *list)
{
    list->least_at = 0;
    for (size_t i = 1; i < list->n; i++)
        if (list->terms[i].key < list->terms[list->least_at].key)
            list->least_at = i;
    list->least = list->terms[list->least_at].key;
}

void sp_softmax_hold_back(sp_softmax_tile *t, const sp_softmax_block *b, sp_softmax_list *list, void *row,
                          sp_softmax_partial *partials, size_t first, size_t n)
{
    const sp_softmax_plan *s = t->s;
    size_t count = s->rows->above(b->n_slots, row, list->least, t->position);
    for (size_t i = 0; i < count; i++) {
        size_t slot = t->position[i];
        double key = sp_softmax_element(s, row, slot);
        if (!(key > list->least))
            continue;
        sp_softmax_term in = {key, sp_softmax_element(s, t->e, slot), t->p ? sp_softmax_element(s, t->p, slot) : 0,
                              b->start + (size_t)b->column[slot]};
        sp_softmax_erase(s, row, slot);
        if (key > list->top || list->n == 0)
            list->top = key;
        if (list->n < s->held) {
            list->terms[list->n++] = in;
            if (list->n == s->held)
                find_least(list);
            continue;
        }
        sp_softmax_term out = list->terms[list->least_at];
        list->terms[list->least_at] = in;
        find_least(list);
        for (size_t k = first; k < first + n; k++)
            sp_softmax_add(s, &partials[k], sp_softmax_logit(&s->p->logit[k], out.e, out.p), out.index);
    }
}
