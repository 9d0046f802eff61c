#include "coding.h"

#include "data/column_words.h"

#include <math.h>
#include <string.h>

static const char *name_of(sp_run *run, const sp_reader *r, size_t j)
{
    bool named = r->column_name && r->column_name[j] && *r->column_name[j];
    return named ? r->column_name[j] : sp_format(run, "x%zu", j + 1);
}

/* Columns of x: every level of the one-hot columns has one, in the order of the reader or of `like`. */
static sp_status lay_out(sp_run *run, const sp_reader *r, const sp_dataset *like, sp_coding *c)
{
    c->d = r->d;
    for (size_t f = 0; f < r->n_factors; f++)
        c->d += r->factor[f].onehot ? (like ? like->factor[f].n_levels : r->factor[f].n_levels) - 1 : 0;
    c->source = SP_NEW(run, size_t, c->d + 1);
    c->level = SP_NEW(run, size_t, c->d + 1);
    if (!c->source || !c->level)
        return SP_FAILED;
    size_t k = 0;
    for (size_t j = 0; j < r->d; j++) {
        const sp_reader_factor *factor = c->factor[j] < SIZE_MAX ? &r->factor[c->factor[j]] : NULL;
        bool onehot = factor && factor->onehot;
        size_t n = !onehot ? 1 : like ? like->factor[c->factor[j]].n_levels : factor->n_levels;
        for (size_t l = 0; l < n; l++) {
            c->source[k] = j;
            c->level[k++] = onehot ? l : SIZE_MAX;
        }
    }
    c->d = k;
    return k > 0 ? SP_OK : sp_fail(run, SP_DATA, "%s: no column has a value", r->name);
}

static sp_status codes_of(sp_run *run, const sp_reader *r, const sp_dataset *like, sp_coding *c)
{
    for (size_t f = 0; f < r->n_factors; f++) {
        const sp_reader_factor *factor = &r->factor[f];
        if (!(c->code[f] = SP_NEW(run, size_t, factor->n_levels + 1)))
            return SP_FAILED;
        for (size_t l = 0; l < factor->n_levels; l++) {
            c->code[f][l] = SIZE_MAX;
            for (size_t k = 0; like && k < like->factor[f].n_levels; k++)
                if (!strcmp(factor->level[l], like->factor[f].level[k]))
                    c->code[f][l] = k;
        }
    }
    return SP_OK;
}

static sp_status find_unused(sp_run *run, sp_reader *r, const sp_data_options *o, sp_coding *c)
{
    const char **name = SP_NEW(run, const char *, c->d), **whole = SP_NEW(run, const char *, c->d);
    size_t *number = SP_NEW(run, size_t, c->d);
    bool *used = SP_NEW(run, bool, c->d), *chosen = SP_NEW(run, bool, c->d);
    if (!name || !whole || !number || !used || !chosen)
        return SP_FAILED;
    for (size_t k = 0; k < c->d; k++) {
        size_t j = c->source[k];
        const char *column = name_of(run, r, j);
        bool onehot = c->level[k] < SIZE_MAX;
        size_t f = c->factor[j];
        const char *const *level = !onehot ? NULL : c->like ? c->like->factor[f].level : r->factor[f].level;
        name[k] = onehot && column ? sp_format(run, "%s=%s", column, level[c->level[k]]) : column;
        whole[k] = onehot ? column : NULL;
        number[k] = j + 1;
        if (!name[k])
            return SP_FAILED;
    }
    sp_named_columns columns = {c->d, name, whole, number};
    if (o->used)
        SP_TRY(sp_mark_columns(run, &columns, o->used, "", used));
    if (o->columns) {
        SP_TRY(sp_mark_columns(run, &columns, o->columns, "--columns", chosen));
        if (!(c->left_out = SP_NEW(run, bool, c->d)))
            return SP_FAILED;
    }
    for (size_t j = 0; j < r->d; j++)
        c->unused[j] = true;
    for (size_t k = 0; k < c->d; k++) {
        if (o->columns)
            c->left_out[k] = !chosen[k];
        if ((!o->used || used[k]) && (!o->columns || chosen[k]))
            c->unused[c->source[k]] = false;
    }
    if (r->label_factor)
        c->unused[r->label_factor->column] = false;
    r->unused = c->unused;
    return SP_OK;
}

static bool has_column(const sp_dataset *data, size_t number)
{
    bool found = !data->column_number;
    for (size_t k = 0; !found && k < data->d; k++)
        found = data->column_number[k] == number;
    return found;
}

sp_status sp_coding_create(sp_run *run, sp_reader *r, const sp_data_options *o, const sp_dataset *like, sp_coding *c)
{
    size_t n = r->n_factors;
    *c = (sp_coding){.like = like,
                     .unused = SP_NEW(run, bool, r->d),
                     .holes = SP_NEW(run, bool, r->d),
                     .missing = SP_NEW(run, size_t, r->d),
                     .factor = SP_NEW(run, size_t, r->d),
                     .code = SP_NEW(run, size_t *, n + 1),
                     .n_codes = SP_NEW(run, size_t, n + 1)};
    if (!c->unused || !c->holes || !c->missing || !c->factor || !c->code || !c->n_codes)
        return SP_FAILED;
    if ((o->factorize || o->onehot) && !r->table && !like)
        return sp_fail(run, SP_USAGE, "%s holds only numbers: --factorize and --onehot are for tables of text (CSV, TSV)",
                       r->name);
    size_t wanted = like && like->n_columns ? like->n_columns : like ? like->d : r->d;
    if (wanted != r->d)
        return sp_fail(run, SP_DATA, "%s has %zu values per row, %s has %zu: they must be the same", r->name, r->d,
                       like->name, wanted);
    if (like && like->n_factors != n)
        return sp_fail(run, SP_DATA, "%s has not the columns of texts that %s has", r->name, like->name);
    for (size_t j = 0; j < r->d; j++)
        c->factor[j] = SIZE_MAX;
    for (size_t f = 0; f < n; f++)
        c->factor[r->factor[f].column] = f;
    SP_TRY(lay_out(run, r, like, c));
    SP_TRY(codes_of(run, r, like, c));
    c->plain = n == 0;
    if (!o->used && !o->columns)
        return SP_OK;
    if (o->columns && r->channels > 0)
        return sp_fail(run, SP_USAGE, "%s holds images: --columns chooses among the columns of a table", r->name);
    SP_TRY(find_unused(run, r, o, c));
    for (size_t j = 0; like && j < r->d; j++)
        c->holes[j] = !has_column(like, j + 1);
    return SP_OK;
}

static sp_status code(sp_run *run, sp_coding *c, const sp_reader *r, size_t row, size_t f, double number, double *out)
{
    size_t level = (size_t)number, *slot = &c->code[f][level];
    if (*slot == SIZE_MAX && c->like) {
        size_t column = r->factor[f].column;
        const char *name = name_of(run, r, column);
        return sp_fail(run, SP_DATA, "%s: row %zu: \"%.40s\" is not among the texts of column %s of %s", r->name, row + 1,
                       r->factor[f].level[level], name ? name : "", c->like->name);
    }
    if (*slot == SIZE_MAX)
        *slot = c->n_codes[f]++;
    *out = (double)*slot;
    return SP_OK;
}

sp_status sp_coding_rows(sp_run *run, sp_coding *c, const sp_reader *r, size_t row, size_t rows, const double *number,
                         double *x)
{
    double *coded = SP_NEW(run, double, r->d);
    if (!coded)
        return SP_FAILED;
    for (size_t i = 0; i < rows; i++) {
        memcpy(coded, number + i * r->d, r->d * sizeof *coded);
        for (size_t f = 0; f < r->n_factors; f++) {
            double *value = &coded[r->factor[f].column];
            if (!isnan(*value))
                SP_TRY(code(run, c, r, row + i, f, *value, value));
        }
        for (size_t j = 0; r->unused && !c->like && j < r->d; j++)
            if (isnan(coded[j]))
                c->holes[j] = true;
        for (size_t k = 0; k < c->d; k++) {
            double value = coded[c->source[k]]; /* NaN: of a column that nobody looks at, left out in most cases */
            x[i * c->d + k] = isnan(value) ? 0 : c->level[k] == SIZE_MAX ? value : value == (double)c->level[k];
        }
    }
    return SP_OK;
}

/* ---- the end -------------------------------------------------------------------------------------------- */

/* The level of a one-hot column that became the labels, by code. */
static size_t label_code(const sp_coding *c, const sp_reader *r, size_t f)
{
    return r->label_factor == &r->factor[f] ? c->code[f][r->label_level] : SIZE_MAX;
}

static bool kept(const sp_coding *c, const sp_reader *r, size_t k)
{
    size_t j = c->source[k], f = c->factor[j];
    if ((c->left_out && c->left_out[k]) || c->holes[j])
        return false;
    if (c->level[k] == SIZE_MAX)
        return true;
    return (c->like || c->level[k] < c->n_codes[f]) && c->level[k] != label_code(c, r, f);
}

static void remove_columns(const sp_coding *c, const sp_reader *r, sp_values *v)
{
    size_t d = 0;
    for (size_t k = 0; k < c->d; k++)
        if (kept(c, r, k))
            v->shift[d++] = v->shift[k];
    v->min = INFINITY;
    v->max = -INFINITY;
    for (size_t i = 0; i < v->n; i++) {
        size_t to = i * d;
        for (size_t k = 0; k < c->d; k++) {
            if (!kept(c, r, k))
                continue;
            if (v->x64)
                v->x64[to] = v->x64[i * v->d + k];
            else
                v->x[to] = v->x[i * v->d + k];
            double raw = v->x64 ? v->x64[to] : (double)v->x[to] + v->shift[to - i * d];
            v->min = fmin(v->min, raw);
            v->max = fmax(v->max, raw);
            to++;
        }
    }
    v->d = d;
}

enum { SURELY = 10 /* rows: fewer may all differ by chance */ };

static sp_status describe_factors(sp_run *run, const sp_coding *c, const sp_reader *r, sp_dataset *data)
{
    sp_factor *factor = SP_NEW(run, sp_factor, r->n_factors);
    if (!factor)
        return SP_FAILED;
    for (size_t f = 0; f < r->n_factors; f++) {
        const sp_reader_factor *from = &r->factor[f];
        size_t n = c->like ? c->like->factor[f].n_levels : c->n_codes[f], first = 0;
        const char **level = SP_NEW(run, const char *, n + 1), *name = name_of(run, r, from->column);
        if (!level || !name)
            return SP_FAILED;
        for (size_t l = 0; l < from->n_levels && !c->like; l++)
            if (c->code[f][l] < SIZE_MAX)
                level[c->code[f][l]] = from->level[l];
        if (!c->like && n == data->n && n >= SURELY)
            sp_warn(run, "%s: column %s has another text in every row: its codes only number the rows", r->name, name);
        while (first < data->d && data->column_number[first] != from->column + 1)
            first++;
        if (first == data->d) /* left out */
            continue;
        factor[data->n_factors++] =
            (sp_factor){name, first, from->onehot, n, c->like ? c->like->factor[f].level : level, label_code(c, r, f)};
    }
    data->factor = factor;
    return SP_OK;
}

static const char *column_name(sp_run *run, const sp_coding *c, const sp_reader *r, size_t k)
{
    size_t j = c->source[k], f = c->factor[j];
    const char *name = name_of(run, r, j), *level = "";
    if (c->level[k] == SIZE_MAX || !name)
        return name;
    for (size_t l = 0; l < r->factor[f].n_levels; l++)
        if (c->code[f][l] == c->level[k])
            level = r->factor[f].level[l];
    if (c->like)
        level = c->like->factor[f].level[c->level[k]];
    return sp_format(run, "%s=%s", name, level);
}

sp_status sp_coding_finish(sp_run *run, const sp_coding *c, const sp_reader *r, sp_values *v, sp_dataset *data)
{
    size_t d = 0, lost = 0;
    data->n_columns = r->d;
    for (size_t j = 0; j < r->d; j++)
        lost += c->missing[j];
    for (size_t k = 0; k < c->d; k++)
        d += kept(c, r, k);
    if (d < c->d)
        remove_columns(c, r, v);
    data->d = d;
    if (d == 0)
        return sp_fail(run, SP_DATA, "%s: no column is left besides the labels", r->name);
    if (c->like && d != c->like->d)
        return sp_fail(run, SP_DATA, "%s has %zu columns, %s has %zu: they must be the same", r->name, d, c->like->name,
                       c->like->d);
    const char **name = SP_NEW(run, const char *, d);
    size_t *number = SP_NEW(run, size_t, d), *missing = SP_NEW(run, size_t, d), to = 0;
    if (!name || !number || !missing)
        return SP_FAILED;
    for (size_t k = 0; k < c->d; k++) {
        if (!kept(c, r, k))
            continue;
        number[to] = c->source[k] + 1;
        missing[to] = c->missing[c->source[k]];
        if ((r->column_name || r->n_factors) && !(name[to] = column_name(run, c, r, k)))
            return SP_FAILED;
        to++;
    }
    data->missing = lost ? missing : NULL;
    if (c->plain && d == r->d)
        return SP_OK;
    data->column_name = r->column_name || r->n_factors ? name : NULL;
    data->column_number = number;
    return describe_factors(run, c, r, data);
}
