#include "neighbour_graph.h"

#include "math/neighbours.h"
#include "math/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- groups of equal rows ------------------------------------------------------------------------------- */

typedef struct {
    size_t q;
    const double *x;
} rows;

static int compare_rows(const void *a, const void *b, void *context)
{
    const rows *r = context;
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    for (size_t k = 0; k < r->q; k++) {
        double u = r->x[i * r->q + k], v = r->x[j * r->q + k];
        if (u != v)
            return u < v ? -1 : 1;
    }
    return i < j ? -1 : i > j;
}

static bool equal_rows(const rows *r, size_t i, size_t j)
{
    for (size_t k = 0; k < r->q; k++)
        if (r->x[i * r->q + k] != r->x[j * r->q + k])
            return false;
    return true;
}

/* Groups in lexicographic order of their rows, members in order of index. */
static sp_status make_groups(sp_run *run, const rows *r, sp_neighbour_graph *g)
{
    size_t n = g->n, *member = SP_NEW(run, size_t, n), *start = SP_NEW(run, size_t, n + 1), *group = SP_NEW(run, size_t, n);
    if (!member || !start || !group)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++)
        member[i] = i;
    qsort_r(member, n, sizeof *member, compare_rows, (void *)(uintptr_t)r);
    for (size_t k = 0; k < n; k++) {
        if (k == 0 || !equal_rows(r, member[k - 1], member[k]))
            start[g->groups++] = k;
        group[member[k]] = g->groups - 1;
    }
    start[g->groups] = n;
    g->member = member;
    g->start = start;
    g->group = group;
    return SP_OK;
}

/* ---- neighbour groups ----------------------------------------------------------------------------------- */

static size_t group_size(const sp_neighbour_graph *g, size_t k) { return g->start[k + 1] - g->start[k]; }

/* On a line the nearest value is the one before or the one after. */
static sp_status near_on_a_line(sp_run *run, const double *x, sp_neighbour_graph *g)
{
    size_t *first = SP_NEW(run, size_t, g->groups + 1), *near = SP_NEW(run, size_t, 2 * g->groups + 1), n = 0;
    if (!first || !near)
        return SP_FAILED;
    for (size_t k = 0; k < g->groups; k++) {
        first[k] = n;
        if (group_size(g, k) > 1)
            continue;
        double here = x[g->member[g->start[k]]];
        double before = k > 0 ? sp_distance2(1, &here, x + g->member[g->start[k - 1]]) : INFINITY;
        double after = k + 1 < g->groups ? sp_distance2(1, &here, x + g->member[g->start[k + 1]]) : INFINITY;
        if (before <= after)
            near[n++] = k - 1;
        if (after <= before)
            near[n++] = k + 1;
    }
    first[g->groups] = n;
    g->first = first;
    g->near = near;
    return SP_OK;
}

typedef struct {
    const rows *r;
    const sp_neighbour_graph *g;
    const double *unique; /* groups x q */
    const size_t *nearest;
    const double *distance2;   /* groups x 2 */
    size_t **tied, *tied_many; /* of groups with equal nearest distances */
} search;

enum { GROUPS_PER_BLOCK = 256 };

static bool has_tie(const search *s, size_t k)
{
    return s->g->groups > 2 && group_size(s->g, k) == 1 && s->distance2[2 * k] == s->distance2[2 * k + 1];
}

static sp_status count_ties(sp_run *worker, size_t block, void *context)
{
    (void)worker;
    search *s = context;
    size_t q = s->r->q, end = (block + 1) * GROUPS_PER_BLOCK < s->g->groups ? (block + 1) * GROUPS_PER_BLOCK : s->g->groups;
    for (size_t k = block * GROUPS_PER_BLOCK; k < end; k++) {
        if (!has_tie(s, k))
            continue;
        size_t many = 0;
        for (size_t j = 0; j < s->g->groups; j++)
            if (j != k && sp_distance2(q, s->unique + k * q, s->unique + j * q) == s->distance2[2 * k]) {
                if (s->tied[k])
                    s->tied[k][many] = j;
                many++;
            }
        s->tied_many[k] = many;
    }
    return SP_OK;
}

static sp_status near_in_space(sp_run *run, const rows *r, sp_neighbour_graph *g)
{
    size_t q = r->q, n = g->groups, k = n > 2 ? 2 : 1;
    size_t *first = SP_NEW(run, size_t, n + 1), *index = SP_NEW(run, size_t, 2 * n);
    double *unique = SP_NEW(run, double, n *q), *distance2 = SP_NEW(run, double, 2 * n);
    search s = {.r = r, .g = g, .unique = unique, .nearest = index, .distance2 = distance2};
    s.tied = SP_NEW(run, size_t *, n);
    s.tied_many = SP_NEW(run, size_t, n);
    if (!first || !index || !unique || !distance2 || !s.tied || !s.tied_many)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++)
        memcpy(unique + i * q, r->x + g->member[g->start[i]] * q, q * sizeof *unique);
    sp_rows all = sp_rows_double(n, q, unique);
    if (n > 1)
        SP_TRY(sp_neighbours(run, all, all, k, true, index, distance2));
    size_t blocks = (n + GROUPS_PER_BLOCK - 1) / GROUPS_PER_BLOCK, total = 0;
    for (int pass = 0; pass < 2 && n > 2; pass++) { /* how many, then which */
        SP_TRY(sp_parallel(run, blocks, count_ties, &s));
        for (size_t i = 0; i < n && pass == 0; i++)
            if (s.tied_many[i] > 0 && !(s.tied[i] = SP_NEW(run, size_t, s.tied_many[i])))
                return SP_FAILED;
    }
    for (size_t i = 0; i < n; i++)
        total += s.tied_many[i] > 0 ? s.tied_many[i] : 1;
    size_t *near = SP_NEW(run, size_t, total + 1), at = 0;
    if (!near)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++) {
        first[i] = at;
        if (group_size(g, i) > 1)
            continue;
        if (s.tied_many[i] > 0)
            memcpy(near + at, s.tied[i], s.tied_many[i] * sizeof *near);
        else
            near[at] = index[k * i];
        at += s.tied_many[i] > 0 ? s.tied_many[i] : 1;
    }
    first[n] = at;
    g->first = first;
    g->near = near;
    return SP_OK;
}

sp_status sp_neighbour_graph_create(sp_run *run, size_t n, size_t q, const double *x, sp_neighbour_graph *out)
{
    rows r = {q, x};
    *out = (sp_neighbour_graph){.n = n};
    SP_TRY(make_groups(run, &r, out));
    return q == 1 ? near_on_a_line(run, x, out) : near_in_space(run, &r, out);
}

/* ---- mean of min(R_i, R_j) ------------------------------------------------------------------------------ */

/* Ranks of the members of each group in order, and their running sums. */
typedef struct {
    double *sorted, *sum; /* n, and n + groups: sum[start + group + m] = of the first m */
} group_ranks;

static sp_status sort_groups(sp_run *run, const sp_neighbour_graph *g, const double *R, group_ranks *out)
{
    *out = (group_ranks){SP_NEW(run, double, g->n), SP_NEW(run, double, g->n + g->groups)};
    if (!out->sorted || !out->sum)
        return SP_FAILED;
    for (size_t k = 0; k < g->groups; k++) {
        size_t first = g->start[k], m = group_size(g, k);
        for (size_t i = 0; i < m; i++)
            out->sorted[first + i] = R[g->member[first + i]];
        if (m > 1)
            sp_sort(m, out->sorted + first);
        for (size_t i = 0; i < m; i++)
            out->sum[first + k + i + 1] = out->sum[first + k + i] + out->sorted[first + i];
    }
    return SP_OK;
}

/* Sum over the members j of group k of min(r, R_j). */
static double sum_min(const sp_neighbour_graph *g, const group_ranks *s, size_t k, double r)
{
    size_t first = g->start[k], low = 0, high = group_size(g, k), m = high;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (s->sorted[first + middle] <= r)
            low = middle + 1;
        else
            high = middle;
    }
    return s->sum[first + k + low] + (double)(m - low) * r;
}

sp_status sp_neighbour_min_ranks(sp_run *run, const sp_neighbour_graph *g, const double *R, double *out)
{
    sp_mark mark = sp_memory_mark(run);
    group_ranks s;
    SP_TRY(sort_groups(run, g, R, &s));
    for (size_t i = 0; i < g->n; i++) {
        size_t k = g->group[i], m = group_size(g, k);
        if (m > 1) {
            out[i] = (sum_min(g, &s, k, R[i]) - R[i]) / (double)(m - 1);
            continue;
        }
        double sum = 0, many = 0;
        for (size_t j = g->first[k]; j < g->first[k + 1]; j++) {
            sum += sum_min(g, &s, g->near[j], R[i]);
            many += (double)group_size(g, g->near[j]);
        }
        out[i] = sum / many;
    }
    sp_memory_release(run, mark);
    return SP_OK;
}

/* A member of NN(i). */
static size_t draw_neighbour(const sp_neighbour_graph *g, size_t i, sp_rng *rng)
{
    size_t k = g->group[i], m = group_size(g, k);
    if (m > 1) {
        size_t j = g->member[g->start[k] + (size_t)sp_uniform_int(rng, m - 1)];
        return j != i ? j : g->member[g->start[k] + m - 1];
    }
    size_t many = 0;
    for (size_t j = g->first[k]; j < g->first[k + 1]; j++)
        many += group_size(g, g->near[j]);
    size_t pick = (size_t)sp_uniform_int(rng, many), j = g->first[k];
    while (pick >= group_size(g, g->near[j]))
        pick -= group_size(g, g->near[j++]);
    return g->member[g->start[g->near[j]] + pick];
}

sp_status sp_neighbour_min_ranks_random(sp_run *run, const sp_neighbour_graph *g, const double *R, const char *stream,
                                        double *out)
{
    for (size_t i = 0; i < g->n; i++) {
        sp_rng rng = sp_rng_at(run, stream, i);
        out[i] = fmin(R[i], R[draw_neighbour(g, i, &rng)]);
    }
    return SP_OK;
}

/* ---- statistics ----------------------------------------------------------------------------------------- */

static bool has_near(const sp_neighbour_graph *g, size_t k, size_t other)
{
    for (size_t j = g->first[k]; j < g->first[k + 1]; j++)
        if (g->near[j] == other)
            return true;
    return false;
}

static double near_size(const sp_neighbour_graph *g, size_t k)
{
    double many = 0;
    for (size_t j = g->first[k]; j < g->first[k + 1]; j++)
        many += (double)group_size(g, g->near[j]);
    return many;
}

sp_status sp_neighbour_graph_statistics(sp_run *run, const sp_neighbour_graph *g, sp_neighbour_statistics *out)
{
    sp_mark mark = sp_memory_mark(run);
    double *received = SP_NEW(run, double, g->groups), mutual = 0, tied = 0; /* by each member from outside */
    if (!received)
        return SP_FAILED;
    for (size_t k = 0; k < g->groups; k++) {
        size_t m = group_size(g, k);
        if (m > 1) {
            mutual += (double)m / (double)(m - 1);
            tied += m > 2 ? (double)m : 0;
            continue;
        }
        double many = near_size(g, k);
        tied += many > 1;
        for (size_t j = g->first[k]; j < g->first[k + 1]; j++) {
            size_t other = g->near[j];
            received[other] += 1 / many;
            if (group_size(g, other) == 1 && has_near(g, other, k))
                mutual += 1 / (many * near_size(g, other));
        }
    }
    double n = (double)g->n, squares = 0;
    for (size_t k = 0; k < g->groups; k++) {
        double m = (double)group_size(g, k), indegree = received[k] + (m > 1);
        squares += m * indegree * indegree;
    }
    *out = (sp_neighbour_statistics){.mutual = mutual / n, .indegree_var = squares / n - 1, .tied = tied / n};
    sp_memory_release(run, mark);
    return SP_OK;
}
