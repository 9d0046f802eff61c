/* Training and held-out rows on one scale. */
#include "spinodal/select_learn.h"

#include "math/statistics.h"

#include <math.h>
#include <string.h>

static sp_status take(sp_run *run, const sp_grouped *all, size_t n, const size_t *row, sp_grouped *out)
{
    double *x = SP_NEW(run, double, n * all->m), *y = SP_NEW(run, double, n), *group = SP_NEW(run, double, n);
    if (!x || !y || !group)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < all->m; k++)
            x[k * n + i] = all->x[k * all->n + row[i]];
        y[i] = all->y[row[i]];
        if (all->group)
            group[i] = all->group[row[i]];
    }
    *out = (sp_grouped){n, all->m, x, y, all->group ? group : NULL};
    return SP_OK;
}

sp_status sp_grouped_split(sp_run *run, const sp_grouped *all, double fraction, sp_grouped *train, sp_grouped *test)
{
    size_t n = all->n, held = (size_t)(fraction * (double)n + 0.5), count[2] = {0};
    if (held < 3 || n - held < 3)
        return sp_fail(run, SP_USAGE, "--holdout %g of %zu rows leaves too few: at least 3 on either side", fraction, n);
    size_t *order = SP_NEW(run, size_t, n), *row[2] = {SP_NEW(run, size_t, n), SP_NEW(run, size_t, n)};
    bool *out = SP_NEW(run, bool, n);
    if (!order || !row[0] || !row[1] || !out)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(run, "holdout", 0);
    sp_permutation(&rng, n, order);
    for (size_t i = 0; i < held; i++)
        out[order[i]] = true;
    for (size_t i = 0; i < n; i++)
        row[out[i]][count[out[i]]++] = i;
    SP_TRY(take(run, all, n - held, row[0], train));
    return take(run, all, held, row[1], test);
}

/* How many of the n sorted values are below x, or not above it. */
static size_t count_below(size_t n, const double *sorted, double x, bool equal_too)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (sorted[middle] < x || (equal_too && sorted[middle] == x))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static sp_status scaled(sp_run *run, sp_column_scale scale, const char *name, size_t n, const double *from, size_t m,
                        const double *x, double *out)
{
    if (scale == SP_SCALE_RANK) {
        double *sorted = SP_NEW(run, double, n);
        if (!sorted)
            return SP_FAILED;
        memcpy(sorted, from, n * sizeof *sorted);
        sp_sort(n, sorted);
        for (size_t i = 0; i < m; i++)
            out[i] = 0.5 + (double)(count_below(n, sorted, x[i], false) + count_below(n, sorted, x[i], true)) / 2;
        return SP_OK;
    }
    double mean = sp_mean(n, from).value, sd = sqrt(sp_variance(n, from));
    if (!(sd > 0))
        return sp_fail(run, SP_DATA, "column %s is constant: leave it out (--x), or take --column-scale none", name);
    for (size_t i = 0; i < m; i++)
        out[i] = (x[i] - mean) / sd;
    return SP_OK;
}

sp_status sp_grouped_scale(sp_run *run, sp_column_scale scale, const char *const *names, sp_grouped *train, sp_grouped *test)
{
    if (scale == SP_SCALE_NONE)
        return SP_OK;
    double *x = SP_NEW(run, double, train->n * train->m), *other = test ? SP_NEW(run, double, test->n * test->m) : NULL;
    if (!x || (test && !other))
        return SP_FAILED;
    for (size_t k = 0; k < train->m; k++) {
        const double *from = train->x + k * train->n;
        if (test)
            SP_TRY(scaled(run, scale, names[k], train->n, from, test->n, test->x + k * test->n, other + k * test->n));
        SP_TRY(scaled(run, scale, names[k], train->n, from, train->n, from, x + k * train->n));
    }
    train->x = x;
    if (test)
        test->x = other;
    return SP_OK;
}
