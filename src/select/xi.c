/* Chatterjee's xi (spec 11, 3.1). */
#include "spinodal/select.h"

#include "math/special.h"
#include "math/statistics.h"
#include "ranks.h"

#include <math.h>
#include <string.h>

static double xi_in_order(const sp_response *y, const size_t *order)
{
    double jumps = 0;
    for (size_t i = 1; i < y->n; i++)
        jumps += fabs(y->R[order[i]] - y->R[order[i - 1]]);
    return 1 - (double)y->n * jumps / (2 * y->D);
}

/* Shuffles the runs of equal x in a sorted order. */
static void shuffle_ties(sp_rng *rng, size_t n, const double *x, size_t *order)
{
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && x[order[end]] == x[order[first]];)
            end++;
        for (size_t k = end - first; k > 1; k--) {
            size_t a = first + k - 1, b = first + (size_t)sp_uniform_int(rng, k), held = order[a];
            order[a] = order[b];
            order[b] = held;
        }
    }
}

typedef struct {
    const sp_response *y;
    const double *x;
    const size_t *order; /* sorted by x */
    double *value;
    bool permute; /* the ranks of y too */
    const char *stream;
} draws;

static sp_status draw(sp_run *worker, size_t block, void *context)
{
    draws *d = context;
    size_t n = d->y->n, *order = SP_NEW(worker, size_t, n);
    if (!order)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(worker, d->stream, block);
    if (d->permute)
        sp_permutation(&rng, n, order);
    else {
        memcpy(order, d->order, n * sizeof *order);
        shuffle_ties(&rng, n, d->x, order);
    }
    d->value[block] = xi_in_order(d->y, order);
    return SP_OK;
}

static bool tied(size_t n, const double *x, const size_t *order)
{
    for (size_t i = 1; i < n; i++)
        if (x[order[i]] == x[order[i - 1]])
            return true;
    return false;
}

sp_status sp_xi(sp_run *run, size_t n, const double *x, const double *y_values, sp_ties ties, size_t orders,
                size_t permutations, sp_coefficient *out)
{
    sp_mark mark = sp_memory_mark(run);
    sp_response y;
    SP_TRY(sp_response_create(run, n, y_values, &y));
    size_t most = orders > permutations ? orders : permutations, *order = SP_NEW(run, size_t, n);
    draws d = {.y = &y, .x = x, .order = order, .value = SP_NEW(run, double, most + 1), .stream = "xi order"};
    if (!order || !d.value)
        return SP_FAILED;
    SP_TRY(sp_sort_index(run, n, x, order));
    double N = (double)n;
    *out = (sp_coefficient){.null_sd = sqrt((N - 2) * (4 * N - 7) / (10 * (N + 1) * (N - 1) * (N - 1)))};
    if (ties == SP_TIES_STABLE || !tied(n, x, order))
        out->value = xi_in_order(&y, order);
    else {
        size_t many = ties == SP_TIES_RANDOM ? 1 : orders;
        SP_TRY(sp_parallel(run, many, draw, &d));
        sp_estimate mean = sp_mean(many, d.value);
        out->value = mean.value;
        out->se = many > 1 ? mean.se : 0;
    }
    out->permuted = y.ties && permutations > 0;
    if (out->permuted) {
        d.permute = true;
        d.stream = "xi permutation";
        SP_TRY(sp_parallel(run, permutations, draw, &d));
        size_t above = 0;
        for (size_t i = 0; i < permutations; i++)
            above += d.value[i] >= out->value;
        out->null_mean = sp_mean(permutations, d.value).value;
        out->null_sd = sqrt(sp_variance(permutations, d.value));
        out->p = (double)(above + 1) / (double)(permutations + 1);
    }
    out->z = (out->value - out->null_mean) / out->null_sd;
    if (!out->permuted)
        out->p = 0.5 * erfc(out->z / M_SQRT2);
    sp_memory_release(run, mark);
    return SP_OK;
}
