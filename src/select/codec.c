/* T_n of Azadkia and Chatterjee: conditional dependence by nearest neighbours (spec 11, 3.2). */
#include "spinodal/select.h"

#include "math/statistics.h"
#include "neighbour_graph.h"
#include "ranks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static sp_status min_ranks(sp_run *run, const sp_neighbour_graph *g, const double *R, sp_ties ties, const char *stream,
                           double *out)
{
    return ties == SP_TIES_RANDOM ? sp_neighbour_min_ranks_random(run, g, R, stream, out)
                                  : sp_neighbour_min_ranks(run, g, R, out);
}

/* sum_i (n m_i - L_i^2) / D */
static double coefficient(const sp_response *y, const double *m)
{
    double sum = 0;
    for (size_t i = 0; i < y->n; i++)
        sum += (double)y->n * m[i] - y->L[i] * y->L[i];
    return sum / y->D;
}

/* ---- permutations of y ---------------------------------------------------------------------------------- */

typedef struct {
    const sp_response *y;
    const sp_neighbour_graph *graph;
    double *value;
} permutation;

static sp_status permute_response(sp_run *worker, size_t block, void *context)
{
    permutation *p = context;
    size_t n = p->y->n, *order = SP_NEW(worker, size_t, n);
    double *R = SP_NEW(worker, double, n), *m = SP_NEW(worker, double, n);
    if (!order || !R || !m)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(worker, "codec permutation", block);
    sp_permutation(&rng, n, order);
    for (size_t i = 0; i < n; i++)
        R[i] = p->y->R[order[i]];
    SP_TRY(sp_neighbour_min_ranks(worker, p->graph, R, m));
    p->value[block] = coefficient(p->y, m); /* sum L^2 does not change */
    return SP_OK;
}

static void judge(sp_coefficient *c, size_t many, const double *value)
{
    size_t above = 0;
    for (size_t i = 0; i < many; i++)
        above += value[i] >= c->value;
    c->permuted = true;
    c->null_mean = sp_mean(many, value).value;
    c->null_sd = sqrt(sp_variance(many, value));
    c->z = (c->value - c->null_mean) / c->null_sd;
    c->p = (double)(above + 1) / (double)(many + 1);
}

sp_status sp_codec_block(sp_run *run, size_t n, const double *y_values, size_t q, const double *z, sp_ties ties,
                         size_t permutations, sp_codec *out)
{
    sp_mark mark = sp_memory_mark(run);
    sp_response y;
    SP_TRY(sp_response_create(run, n, y_values, &y));
    sp_neighbour_graph graph;
    SP_TRY(sp_neighbour_graph_create(run, n, q, z, &graph));
    double *m = SP_NEW(run, double, n);
    if (!m)
        return SP_FAILED;
    SP_TRY(min_ranks(run, &graph, y.R, ties, "codec neighbour", m));
    sp_neighbour_statistics s;
    SP_TRY(sp_neighbour_graph_statistics(run, &graph, &s));
    *out = (sp_codec){.mutual = s.mutual, .indegree_var = s.indegree_var, .tied = s.tied};
    sp_coefficient *c = &out->T;
    c->value = coefficient(&y, m);
    c->null_mean = -1 / ((double)n - 1);
    c->null_sd = sqrt((0.4 * (1 + s.mutual) + 0.8 * s.indegree_var) / (double)n);
    c->z = (c->value - c->null_mean) / c->null_sd;
    c->p = 0.5 * erfc(c->z / M_SQRT2);
    if (y.ties && permutations > 0) {
        permutation p = {&y, &graph, SP_NEW(run, double, permutations)};
        if (!p.value)
            return SP_FAILED;
        SP_TRY(sp_parallel(run, permutations, permute_response, &p));
        judge(c, permutations, p.value);
    }
    sp_memory_release(run, mark);
    return SP_OK;
}

/* ---- conditional ---------------------------------------------------------------------------------------- */

enum { LOCAL_BLOCK = 10 };

typedef struct {
    const sp_response *y;
    size_t q, p;
    const double *z, *x, *without; /* without: min ranks of the neighbours in x */
    const size_t *order;           /* rows, neighbours in x after each other */
    sp_ties ties;
    double *value;
} conditional;

/* T with the rows of z taken in the order `source`. */
static sp_status conditional_value(sp_run *run, const conditional *c, const size_t *source, const char *stream,
                                   double *value)
{
    size_t n = c->y->n, width = c->p + c->q;
    double *joint = SP_NEW(run, double, n *width), *m = SP_NEW(run, double, n);
    if (!joint || !m)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++) {
        memcpy(joint + i * width, c->x + i * c->p, c->p * sizeof *joint);
        memcpy(joint + i * width + c->p, c->z + (source ? source[i] : i) * c->q, c->q * sizeof *joint);
    }
    sp_neighbour_graph graph;
    SP_TRY(sp_neighbour_graph_create(run, n, width, joint, &graph));
    SP_TRY(min_ranks(run, &graph, c->y->R, c->ties, stream, m));
    double above = 0, below = 0;
    for (size_t i = 0; i < n; i++) {
        above += m[i] - c->without[i];
        below += c->y->R[i] - c->without[i];
    }
    *value = below > 0 ? above / below : NAN;
    return SP_OK;
}

static sp_status permute_locally(sp_run *worker, size_t block, void *context)
{
    conditional *c = context;
    size_t n = c->y->n, *source = SP_NEW(worker, size_t, n), local[LOCAL_BLOCK];
    if (!source)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(worker, "codec local permutation", block);
    for (size_t first = 0; first < n; first += LOCAL_BLOCK) {
        size_t m = n - first < LOCAL_BLOCK ? n - first : LOCAL_BLOCK;
        sp_permutation(&rng, m, local);
        for (size_t i = 0; i < m; i++)
            source[c->order[first + i]] = c->order[first + local[i]];
    }
    return conditional_value(worker, c, source, "codec neighbour", &c->value[block]);
}

typedef struct {
    const double *x;
    size_t p, column;
} sorting;

static int by_column(const void *a, const void *b, void *context)
{
    const sorting *s = context;
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    double u = s->x[i * s->p + s->column], v = s->x[j * s->p + s->column];
    return u < v ? -1 : u > v ? 1 : i < j ? -1 : i > j;
}

/* Rows of x in blocks of neighbours: halves along the widest side until a block is small. */
static void order_by_place(size_t n, size_t p, const double *x, size_t *order)
{
    if (n <= LOCAL_BLOCK)
        return;
    size_t widest = 0;
    double width = -1;
    for (size_t k = 0; k < p; k++) {
        double low = INFINITY, high = -INFINITY;
        for (size_t i = 0; i < n; i++) {
            low = fmin(low, x[order[i] * p + k]);
            high = fmax(high, x[order[i] * p + k]);
        }
        if (high - low > width) {
            width = high - low;
            widest = k;
        }
    }
    qsort_r(order, n, sizeof *order, by_column, &(sorting){x, p, widest});
    size_t half = (n / 2 + LOCAL_BLOCK - 1) / LOCAL_BLOCK * LOCAL_BLOCK;
    order_by_place(half, p, x, order);
    order_by_place(n - half, p, x, order + half);
}

sp_status sp_codec_conditional(sp_run *run, size_t n, const double *y_values, size_t q, const double *z, size_t p,
                               const double *x, sp_ties ties, size_t permutations, sp_codec *out)
{
    sp_mark mark = sp_memory_mark(run);
    sp_response y;
    SP_TRY(sp_response_create(run, n, y_values, &y));
    sp_neighbour_graph graph;
    SP_TRY(sp_neighbour_graph_create(run, n, p, x, &graph));
    double *without = SP_NEW(run, double, n);
    size_t *order = SP_NEW(run, size_t, n);
    conditional c = {.y = &y,
                     .q = q,
                     .p = p,
                     .z = z,
                     .x = x,
                     .without = without,
                     .order = order,
                     .ties = ties,
                     .value = SP_NEW(run, double, permutations + 1)};
    if (!without || !order || !c.value)
        return SP_FAILED;
    SP_TRY(min_ranks(run, &graph, y.R, ties, "codec neighbour given", without));
    sp_neighbour_statistics s;
    SP_TRY(sp_neighbour_graph_statistics(run, &graph, &s));
    *out = (sp_codec){.mutual = s.mutual, .indegree_var = s.indegree_var, .tied = s.tied};
    out->T = (sp_coefficient){.null_mean = NAN, .null_sd = NAN, .z = NAN, .p = NAN};
    SP_TRY(conditional_value(run, &c, NULL, "codec neighbour", &out->T.value));
    if (isnan(out->T.value))
        sp_warn(run, "the response is already determined by the given columns: nothing is left to explain");
    else if (permutations > 0) {
        for (size_t i = 0; i < n; i++)
            order[i] = i;
        order_by_place(n, p, x, order);
        SP_TRY(sp_parallel(run, permutations, permute_locally, &c));
        judge(&out->T, permutations, c.value);
    }
    sp_memory_release(run, mark);
    return SP_OK;
}
