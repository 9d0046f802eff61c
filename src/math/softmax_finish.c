/* The end of a tile: held terms evaluated again in double, the seed, the numbers. */
#include "softmax_private.h"

#include <math.h>
#include <stdlib.h>

static const double refine_above = 1e-6; /* weight from which a held term is evaluated again in double */

static sp_softmax_refined *cached(sp_softmax_tile *t, size_t query, size_t index)
{
    size_t mask = t->cache_size - 1;
    for (size_t h = index * 2654435761u & mask;; h = (h + 1) & mask) {
        sp_softmax_refined *r = &t->cache[h];
        if (r->stamp == query + 1 && r->index != index)
            continue;
        if (r->stamp != query + 1)
            *r = (sp_softmax_refined){index, query + 1, NAN, NAN};
        return r;
    }
}

static void distance_in_double(const sp_softmax_tile *t, size_t i, size_t index, double *g, double *along)
{
    const sp_softmax_problem *p = t->s->p;
    const double *x = t->x + i * p->d;
    const float *z = p->noise ? p->noise + (t->first + i) * p->d : NULL;
    if (p->y64)
        t->s->rows->distance64(p->d, x, p->y64 + index * p->d, z, g, along);
    else
        t->s->rows->distance(p->d, x, p->y + index * p->d, z, g, along);
}

static void refine(sp_softmax_tile *t, size_t i, sp_softmax_term *held)
{
    sp_softmax_refined *r = cached(t, t->first + i, held->index);
    if (isnan(r->g))
        distance_in_double(t, i, held->index, &r->g, &r->p);
    held->e = -r->g;
    held->p = r->p;
}

static void refine_list(sp_softmax_tile *t, size_t i, const sp_logit *l, const sp_softmax_partial *a, sp_softmax_list *list)
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

static void finish(const sp_softmax_tile *t, const sp_logit *l, size_t i, sp_softmax_partial *a, const sp_softmax_list *list,
                   sp_softmax_stat *stat)
{
    const sp_softmax_plan *s = t->s;
    const sp_softmax_problem *p = s->p;
    size_t best = 0, seed = sp_softmax_seed(s, t->first + i);
    double top = -INFINITY;
    if (!(a->s[0] > 0))
        a->m = -INFINITY;
    for (size_t j = 0; j < list->n; j++) {
        double v = sp_softmax_logit(l, list->terms[j].e, list->terms[j].p);
        if (v > top) {
            top = v;
            best = list->terms[j].index;
        }
        sp_softmax_add(s, a, v, list->terms[j].index);
    }
    stat->log_z_rest = a->s[0] > 0 ? a->m + log(a->s[0]) : -INFINITY;
    double seed_v = -INFINITY;
    if (seed != SP_NO_SEED && !p->leave_out) {
        double g = 0, along;
        if (p->x)
            distance_in_double(t, i, seed, &g, &along);
        seed_v = sp_softmax_logit(l, -g, 0);
        sp_softmax_add(s, a, seed_v, seed);
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
    const sp_softmax_term *s = a, *t = b;
    if (s->e != t->e)
        return s->e > t->e ? -1 : 1;
    return s->index < t->index ? -1 : s->index > t->index;
}

static void list_neighbours(const sp_softmax_plan *s, sp_softmax_list *list, sp_neighbour *out)
{
    qsort(list->terms, list->n, sizeof *list->terms, nearer);
    for (size_t j = 0; j < s->p->k; j++)
        out[j] =
            j < list->n ? (sp_neighbour){list->terms[j].index, -list->terms[j].e} : (sp_neighbour){SP_NO_SEED, INFINITY};
}

void sp_softmax_finish_query(sp_softmax_tile *t, size_t i, sp_softmax_stat *stat, sp_neighbour *neighbour)
{
    const sp_softmax_plan *s = t->s;
    size_t S = s->p->n_logits;
    if (s->shared) {
        refine_list(t, i, NULL, NULL, &t->lists[i]);
        list_neighbours(s, &t->lists[i], neighbour + i * s->p->k);
    }
    for (size_t k = 0; k < S; k++) {
        sp_softmax_list *list = s->shared ? &t->lists[i] : &t->lists[i * S + k];
        sp_softmax_partial *a = &t->partials[i * S + k];
        if (!s->shared)
            refine_list(t, i, &s->p->logit[k], a, list);
        finish(t, &s->p->logit[k], i, a, list, &stat[i * S + k]);
    }
}
