/* FOCI: forward selection by conditional dependence (spec 11, 3.3).
 *
 * With the nearest rows in the chosen columns at hand, the nearest row in chosen + candidate is found by walking outwards:
 * d^2 = d_A^2 + (x_i - x_k)^2 >= d_A^2, so that the walk ends once d_A^2 alone exceeds the best. */
#include "spinodal/select.h"

#include "math/neighbours.h"
#include "math/statistics.h"
#include "neighbour_graph.h"
#include "ranks.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define SP_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define SP_CLONES
#endif

typedef struct {
    const sp_response *y;
    size_t n, p, q; /* q columns are chosen */
    const double *x;
    const size_t *chosen;
    const bool *taken;
    double *rows;     /* n x q, chosen columns in the order chosen */
    bool generic;     /* too many equal rows for walks: neighbour graphs */
    const size_t *at; /* q = 1: rows sorted by the chosen column; the column and the ranks in that order */
    const double *sorted, *sorted_R;
    const sp_tree *tree; /* q > 1 */
    size_t k;            /* nearest rows kept, with their distances */
    uint32_t *near;
    double *distance2;
    double *T; /* of each candidate */
} round_;

/* The nearest so far: distance, sum over ties of min(R_i, R_j) and their number. */
typedef struct {
    double best, sum, many;
} nearest;

static inline void meet(nearest *m, double d2, double smaller)
{
    if (d2 > m->best)
        return;
    if (d2 < m->best)
        *m = (nearest){d2, 0, 0};
    m->sum += smaller;
    m->many++;
}

/* ---- one candidate -------------------------------------------------------------------------------------- */

enum { STRIDE = 16 };

/* d2[k] = (a[k] - here)^2 + (column[k] - value)^2 of STRIDE rows; the least of them. */
SP_CLONES static double stride(double here, double value, const double *a, const double *column, double *d2)
{
    for (int k = 0; k < STRIDE; k++) {
        double gap = here - a[k], step = value - column[k];
        d2[k] = gap * gap + step * step;
    }
    double least = d2[0];
    for (int k = 1; k < STRIDE; k++)
        least = d2[k] < least ? d2[k] : least;
    return least;
}

static void meet_range(nearest *m, const double *a, const double *column, const double *R, size_t i, size_t from, size_t to)
{
    for (size_t j = from; j < to; j++) {
        double gap = a[i] - a[j], step = column[i] - column[j];
        meet(m, gap * gap + step * step, fmin(R[i], R[j]));
    }
}

/* Rows in the order of the chosen column: outwards from row i to both sides. */
static double walk_line(size_t n, const double *a, const double *column, const double *R, size_t i)
{
    nearest m = {INFINITY, 0, 0};
    double d2[STRIDE];
    for (size_t j = i + 1; j < n; j += STRIDE) {
        double gap = a[j] - a[i];
        if (gap * gap > m.best)
            break;
        if (j + STRIDE > n)
            meet_range(&m, a, column, R, i, j, n);
        else if (stride(a[i], column[i], a + j, column + j, d2) <= m.best)
            meet_range(&m, a, column, R, i, j, j + STRIDE);
    }
    for (size_t end = i; end > 0; end -= end < STRIDE ? end : STRIDE) {
        double gap = a[i] - a[end - 1];
        if (gap * gap > m.best)
            break;
        if (end < STRIDE)
            meet_range(&m, a, column, R, i, 0, end);
        else if (stride(a[i], column[i], a + end - STRIDE, column + end - STRIDE, d2) <= m.best)
            meet_range(&m, a, column, R, i, end - STRIDE, end);
    }
    return m.sum / m.many;
}

static sp_status line_min_ranks(sp_run *run, const round_ *r, const double *column, double *out)
{
    double *sorted = SP_NEW(run, double, r->n);
    if (!sorted)
        return SP_FAILED;
    for (size_t i = 0; i < r->n; i++)
        sorted[i] = column[r->at[i]];
    for (size_t i = 0; i < r->n; i++)
        out[r->at[i]] = walk_line(r->n, r->sorted, sorted, r->sorted_R, i);
    return SP_OK;
}

typedef struct {
    const double *column, *R;
    size_t i;
    nearest m;
} visitor;

static void visit(size_t j, double d2, void *context)
{
    visitor *v = context;
    double step = v->column[v->i] - v->column[j];
    meet(&v->m, d2 + step * step, fmin(v->R[v->i], v->R[j]));
}

static double walk_list(const round_ *r, const double *column, size_t i)
{
    const double *R = r->y->R, *d2 = r->distance2 + i * r->k;
    const uint32_t *near = r->near + i * r->k;
    nearest m = {INFINITY, 0, 0};
    for (size_t k = 0; k < r->k; k++) {
        if (d2[k] > m.best)
            return m.sum / m.many;
        double step = column[i] - column[near[k]];
        meet(&m, d2[k] + step * step, fmin(R[i], R[near[k]]));
    }
    visitor v = {column, R, i, {m.best, 0, 0}};
    sp_tree_ball(r->tree, r->rows + i * r->q, (long)i, m.best, visit, &v);
    return v.m.sum / v.m.many;
}

static sp_status graph_min_ranks(sp_run *run, const round_ *r, const double *column, double *out)
{
    double *joint = SP_NEW(run, double, r->n *(r->q + 1));
    if (!joint)
        return SP_FAILED;
    for (size_t i = 0; i < r->n; i++) {
        if (r->q)
            memcpy(joint + i * (r->q + 1), r->rows + i * r->q, r->q * sizeof *joint);
        joint[i * (r->q + 1) + r->q] = column[i];
    }
    sp_neighbour_graph g;
    SP_TRY(sp_neighbour_graph_create(run, r->n, r->q + 1, joint, &g));
    return sp_neighbour_min_ranks(run, &g, r->y->R, out);
}

static sp_status candidate_min_ranks(sp_run *run, const round_ *r, size_t j, double *out)
{
    const double *column = r->x + j * r->n;
    if (r->q == 0 || r->generic)
        return graph_min_ranks(run, r, column, out);
    if (r->q == 1)
        return line_min_ranks(run, r, column, out);
    for (size_t i = 0; i < r->n; i++)
        out[i] = walk_list(r, column, i);
    return SP_OK;
}

static double coefficient(const sp_response *y, const double *m)
{
    double sum = 0;
    for (size_t i = 0; i < y->n; i++)
        sum += (double)y->n * m[i] - y->L[i] * y->L[i];
    return sum / y->D;
}

static sp_status try_candidate(sp_run *worker, size_t j, void *context)
{
    round_ *r = context;
    if (r->taken[j])
        return SP_OK;
    double *m = SP_NEW(worker, double, r->n);
    if (!m)
        return SP_FAILED;
    SP_TRY(candidate_min_ranks(worker, r, j, m));
    r->T[j] = coefficient(r->y, m);
    return SP_OK;
}

/* ---- a round -------------------------------------------------------------------------------------------- */

static sp_status prepare_line(sp_run *run, round_ *r)
{
    size_t *at = SP_NEW(run, size_t, r->n), equal = 0;
    double *sorted = SP_NEW(run, double, r->n), *sorted_R = SP_NEW(run, double, r->n);
    if (!at || !sorted || !sorted_R)
        return SP_FAILED;
    SP_TRY(sp_sort_index(run, r->n, r->rows, at));
    for (size_t i = 0; i < r->n; i++) {
        sorted[i] = r->rows[at[i]];
        sorted_R[i] = r->y->R[at[i]];
    }
    for (size_t i = 1; i < r->n; i++)
        equal += sorted[i] == sorted[i - 1];
    r->at = at;
    r->sorted = sorted;
    r->sorted_R = sorted_R;
    r->generic = equal > r->n / 20;
    return SP_OK;
}

/* About as many rows as lie within the distance of the nearest row in one more dimension. */
static size_t list_length(size_t n, size_t q)
{
    enum { MOST_ENTRIES = 1 << 24 };
    double k = 6 * pow((double)n, 1 / (double)(q + 1));
    size_t limit = MOST_ENTRIES / n, most = n - 1;
    size_t wanted = k < 32 ? 32 : (size_t)k;
    wanted = limit > 8 && wanted > limit ? limit : wanted;
    return wanted < most ? wanted : most;
}

static sp_status prepare_lists(sp_run *run, round_ *r)
{
    size_t n = r->n;
    r->k = list_length(n, r->q);
    size_t *index = SP_NEW(run, size_t, n * r->k), zero = 0;
    r->distance2 = SP_NEW(run, double, n * r->k);
    r->near = SP_NEW(run, uint32_t, n * r->k);
    if (!index || !r->distance2 || !r->near)
        return SP_FAILED;
    sp_rows rows = sp_rows_double(n, r->q, r->rows);
    SP_TRY(sp_neighbours(run, rows, rows, r->k, true, index, r->distance2));
    for (size_t i = 0; i < n * r->k; i++)
        r->near[i] = (uint32_t)index[i];
    for (size_t i = 0; i < n; i++)
        zero += r->distance2[i * r->k + r->k - 1] == 0;
    r->generic = zero > n / 20;
    return sp_tree_create(run, rows, &r->tree);
}

static sp_status prepare(sp_run *run, round_ *r)
{
    if (r->q == 0)
        return SP_OK;
    r->rows = SP_NEW(run, double, r->n * r->q);
    if (!r->rows)
        return SP_FAILED;
    for (size_t k = 0; k < r->q; k++)
        for (size_t i = 0; i < r->n; i++)
            r->rows[i * r->q + k] = r->x[r->chosen[k] * r->n + i];
    if (r->q > SP_TREE_MAX_DIMENSION) {
        r->generic = true;
        return SP_OK;
    }
    return r->q == 1 ? prepare_line(run, r) : prepare_lists(run, r);
}

/* min ranks and z of the chosen columns alone; tied: fraction of rows with several nearest neighbours. */
static sp_status measure_chosen(sp_run *run, size_t n, size_t q, const double *x, const size_t *chosen, const sp_response *y,
                                double *m, double *z, double *tied)
{
    double *rows = SP_NEW(run, double, n *q);
    if (!rows)
        return SP_FAILED;
    for (size_t k = 0; k < q; k++)
        for (size_t i = 0; i < n; i++)
            rows[i * q + k] = x[chosen[k] * n + i];
    sp_neighbour_graph g;
    sp_neighbour_statistics s;
    SP_TRY(sp_neighbour_graph_create(run, n, q, rows, &g));
    SP_TRY(sp_neighbour_min_ranks(run, &g, y->R, m));
    SP_TRY(sp_neighbour_graph_statistics(run, &g, &s));
    double sd = sqrt((0.4 * (1 + s.mutual) + 0.8 * s.indegree_var) / (double)n);
    *z = (coefficient(y, m) + 1 / ((double)n - 1)) / sd;
    *tied = s.tied;
    return SP_OK;
}

static sp_status best_candidate(sp_run *run, round_ *r, size_t *best)
{
    for (size_t j = 0; j < r->p; j++)
        r->T[j] = -INFINITY;
    SP_TRY(prepare(run, r));
    SP_TRY(sp_parallel(run, r->p, try_candidate, r));
    *best = r->p;
    for (size_t j = 0; j < r->p; j++)
        if (!r->taken[j] && (*best == r->p || r->T[j] > r->T[*best]))
            *best = j;
    return SP_OK;
}

sp_status sp_foci(sp_run *run, size_t n, const double *y_values, size_t p, const double *x, const sp_foci_options *options,
                  sp_foci_result *out)
{
    if (n > UINT32_MAX)
        return sp_fail(run, SP_USAGE, "forward selection takes at most %u rows", UINT32_MAX);
    sp_response y;
    SP_TRY(sp_response_create(run, n, y_values, &y));
    size_t most = options->most && options->most < p ? options->most : p, *chosen = SP_NEW(run, size_t, p + 1);
    bool *taken = SP_NEW(run, bool, p + 1);
    double *T = SP_NEW(run, double, p + 1), *before = SP_NEW(run, double, n), *after = SP_NEW(run, double, n);
    *out = (sp_foci_result){
        .step = SP_NEW(run, sp_foci_step, most + 1), .single = SP_NEW(run, double, p + 1), .rejected_T = NAN};
    if (!chosen || !taken || !T || !before || !after || !out->step || !out->single)
        return SP_FAILED;
    size_t q = options->n_start;
    double T_before = 0, z;
    for (size_t k = 0; k < q; k++)
        taken[chosen[k] = options->start[k]] = true;
    if (q > 0) {
        SP_TRY(measure_chosen(run, n, q, x, chosen, &y, before, &z, &out->tied));
        T_before = coefficient(&y, before);
    }
    for (; out->n_steps < most; q++, out->n_steps++) {
        sp_mark mark = sp_memory_mark(run);
        round_ r = {.y = &y, .n = n, .p = p, .q = q, .x = x, .chosen = chosen, .taken = taken, .T = T};
        size_t best;
        SP_TRY(best_candidate(run, &r, &best));
        if (out->n_steps == 0 && q == 0)
            memcpy(out->single, T, p * sizeof *T);
        if (best == p)
            break;
        if (T[best] <= T_before && !options->no_stop) {
            out->rejected = best;
            out->rejected_T = T[best];
            break;
        }
        taken[chosen[q] = best] = true;
        SP_TRY(measure_chosen(run, n, q + 1, x, chosen, &y, after, &z, &out->tied));
        double gain = 0, left = 0;
        for (size_t i = 0; i < n; i++) {
            gain += after[i] - before[i];
            left += y.R[i] - before[i];
        }
        out->step[out->n_steps] = (sp_foci_step){.column = best,
                                                 .T = T[best],
                                                 .delta_T = T[best] - T_before,
                                                 .T_cond = q == 0     ? T[best]
                                                           : left > 0 ? gain / left
                                                                      : NAN,
                                                 .z = z};
        T_before = T[best];
        memcpy(before, after, n * sizeof *before);
        sp_memory_release(run, mark);
        sp_progress(run, "selection", (double)(out->n_steps + 1) / (double)most);
    }
    return SP_OK;
}
