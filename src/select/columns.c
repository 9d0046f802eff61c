#include "spinodal/select.h"

#include "data/column_words.h"
#include "math/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static sp_status scale_column(sp_run *run, sp_column_scale scale, size_t n, const char *name, double *x)
{
    if (scale == SP_SCALE_NONE)
        return SP_OK;
    if (scale == SP_SCALE_RANK) {
        double *ranks = SP_NEW(run, double, n);
        if (!ranks)
            return SP_FAILED;
        SP_TRY(sp_ranks(run, n, x, ranks));
        memcpy(x, ranks, n * sizeof *x);
        return SP_OK;
    }
    double mean = sp_mean(n, x).value, sd = sqrt(sp_variance(n, x));
    if (!(sd > 0))
        return sp_fail(run, SP_DATA, "column %s is constant: leave it out (--x), or take --column-scale none", name);
    for (size_t i = 0; i < n; i++)
        x[i] = (x[i] - mean) / sd;
    return SP_OK;
}

static double value(const sp_dataset *data, size_t i, size_t j)
{
    return data->x64 ? data->x64[i * data->d + j] : (double)data->x[i * data->d + j];
}

sp_status sp_columns_choose(sp_run *run, const sp_dataset *data, const char *text, const sp_columns *without,
                            sp_column_scale scale, sp_columns *out)
{
    sp_named_columns all;
    const char **name = SP_NEW(run, const char *, data->d);
    bool *marked = SP_NEW(run, bool, data->d);
    size_t *index = SP_NEW(run, size_t, data->d);
    if (!name || !marked || !index)
        return SP_FAILED;
    for (size_t j = 0; j < data->d; j++)
        marked[j] = !*text;
    SP_TRY(sp_named_columns_of(run, data, &all));
    SP_TRY(sp_mark_columns(run, &all, text, "", marked));
    for (size_t k = 0; without && k < without->p; k++)
        marked[without->index[k]] = false;
    *out = (sp_columns){.n = data->n, .index = index, .name = name};
    for (size_t j = 0; j < data->d; j++)
        if (marked[j]) {
            index[out->p] = j;
            name[out->p++] = all.name[j];
        }
    if (out->p == 0)
        return sp_fail(run, SP_USAGE, "no columns are left to look at (--x, --given)");
    out->x = SP_NEW(run, double, out->n * out->p);
    if (!out->x)
        return SP_FAILED;
    for (size_t k = 0; k < out->p; k++) {
        for (size_t i = 0; i < out->n; i++)
            out->x[k * out->n + i] = value(data, i, index[k]);
        SP_TRY(scale_column(run, scale, out->n, name[k], out->x + k * out->n));
    }
    return SP_OK;
}

sp_status sp_columns_group(sp_run *run, const sp_dataset *data, const char *text, sp_columns *out)
{
    SP_TRY(sp_columns_choose(run, data, text, NULL, SP_SCALE_NONE, out));
    if (out->p != 1)
        return sp_fail(run, SP_USAGE, "--group names one column, \"%s\" matches %zu", text, out->p);
    for (size_t i = 1; i < out->n; i++)
        if (out->x[i] != out->x[0])
            return SP_OK;
    return sp_fail(run, SP_DATA, "column %s has one value only in the %zu rows used: it tells no groups apart (--group)",
                   out->name[0], out->n);
}

static int compare_columns(const void *a, const void *b, void *context)
{
    const sp_columns *c = context;
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    int order = memcmp(c->x + i * c->n, c->x + j * c->n, c->n * sizeof *c->x);
    return order ? order : i < j ? -1 : i > j;
}

void sp_columns_warn(sp_run *run, const sp_columns *c)
{
    if (c->p > c->n)
        sp_warn(run, "more columns (%zu) than rows (%zu): chance dependence is likely", c->p, c->n);
    size_t *order = SP_NEW(run, size_t, c->p), equal = 0, first = 0, second = 0;
    for (size_t k = 0; order && k < c->p; k++)
        order[k] = k;
    if (!order)
        return;
    qsort_r(order, c->p, sizeof *order, compare_columns, (void *)(uintptr_t)c);
    for (size_t k = 1; k < c->p; k++)
        if (!memcmp(c->x + order[k - 1] * c->n, c->x + order[k] * c->n, c->n * sizeof *c->x)) {
            if (equal++ == 0) {
                first = order[k - 1];
                second = order[k];
            }
        }
    if (equal > 0)
        sp_warn(run, "%zu column%s equal to another (%s = %s): of equal columns only the first can be chosen", equal,
                equal > 1 ? "s are" : " is", c->name[second], c->name[first]);
}

sp_status sp_columns_response(sp_run *run, const sp_dataset *data, const double **y)
{
    if (!data->target)
        return sp_fail(run, SP_USAGE, "name the column of the response: --labels COLUMN");
    *y = data->target;
    return SP_OK;
}

double *sp_columns_rows(sp_run *run, const sp_columns *c)
{
    double *rows = SP_NEW(run, double, c->n * c->p);
    for (size_t k = 0; rows && k < c->p; k++)
        for (size_t i = 0; i < c->n; i++)
            rows[i * c->p + k] = c->x[k * c->n + i];
    return rows;
}
