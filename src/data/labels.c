#include "labels.h"

#include "params.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

sp_status sp_labels_read(sp_run *run, const char *path, sp_labels *out)
{
    sp_reader r;
    SP_TRY(sp_open_source(run, path, &(sp_source_words){.labels = "none"}, &r));
    *out = (sp_labels){.n = r.n};
    sp_status status = sp_read_column(run, &r, &out->value);
    sp_reader_close(&r);
    return status;
}

typedef struct {
    double value;
    int32_t class;
} pair;

static int by_value(const void *a, const void *b)
{
    double x = ((const pair *)a)->value, y = ((const pair *)b)->value;
    return (x > y) - (x < y);
}

static sp_status finish(sp_run *run, size_t n, pair *pairs, const char *const *names, sp_classes *out)
{
    double *sorted = SP_NEW(run, double, n);
    int32_t *class_of = SP_NEW(run, int32_t, n);
    if (!sorted || !class_of)
        return SP_FAILED;
    qsort(pairs, n, sizeof *pairs, by_value);
    for (size_t i = 0; i < n; i++) {
        sorted[i] = pairs[i].value;
        class_of[i] = pairs[i].class;
    }
    *out = (sp_classes){n, names, sorted, class_of};
    return SP_OK;
}

/* Binary search over the first n values; n when absent. */
static size_t find(size_t n, const double *sorted, double x)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (sorted[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && sorted[low] == x ? low : n;
}

int32_t sp_class_of(const sp_classes *c, double label)
{
    size_t i = find(c->n, c->sorted, label);
    return i < c->n ? c->class_of[i] : -1;
}

/* Distinct whole numbers, or *n = 0 when there are others or too many. */
static sp_status distinct(sp_run *run, const sp_labels *l, size_t *n, double **values)
{
    double *v = SP_NEW(run, double, SP_MAX_CLASSES + 1);
    if (!v)
        return SP_FAILED;
    *n = 0;
    for (size_t i = 0; i < l->n; i++) {
        double x = l->value[i];
        if (isnan(x) || find(*n, v, x) < *n)
            continue;
        if (x != floor(x) || *n == SP_MAX_CLASSES) {
            *n = 0;
            break;
        }
        size_t at = *n;
        for (; at > 0 && v[at - 1] > x; at--)
            v[at] = v[at - 1];
        v[at] = x;
        ++*n;
    }
    *values = v;
    return SP_OK;
}

/* The label value that a text names; NaN when there is none. */
static double value_named(const sp_labels *l, const char *text)
{
    for (size_t i = 0; i < l->n_names; i++)
        if (!strcmp(l->name[i], text))
            return (double)i;
    double x;
    if (!sp_parse_number(text, &x))
        return NAN;
    return l->n_names == 0 || (x >= 0 && x < (double)l->n_names && x == floor(x)) ? x : NAN;
}

static const char *name_of(sp_run *run, const sp_labels *l, double value)
{
    return l->n_names ? l->name[(size_t)value] : sp_format(run, "%.17g", value);
}

/* "a, b, c, ..." for messages. */
static const char *some_names(sp_run *run, const sp_labels *l)
{
    enum { SHOWN = 12 };
    size_t n = l->n_names;
    double *values = NULL;
    if (!n && distinct(run, l, &n, &values) != SP_OK)
        return "";
    const char *text = "";
    for (size_t i = 0; i < n && i < SHOWN && text; i++) {
        const char *name = name_of(run, l, values ? values[i] : (double)i);
        text = sp_format(run, "%s%s%s", text, i ? ", " : "", name ? name : "");
    }
    return text ? (n > SHOWN ? sp_format(run, "%s, ...", text) : text) : "";
}

static sp_status chosen(sp_run *run, const char *source, const sp_labels *l, const char *wanted, sp_classes *out)
{
    char *copy = sp_strdup(run, wanted), *rest;
    size_t n = 1;
    for (const char *p = wanted; *p; p++)
        n += *p == ',';
    pair *pairs = SP_NEW(run, pair, n);
    const char **names = SP_NEW(run, const char *, n);
    if (!copy || !pairs || !names)
        return SP_FAILED;
    n = 0;
    for (char *item = strtok_r(copy, ",", &rest); item; item = strtok_r(NULL, ",", &rest)) {
        double value = value_named(l, item);
        bool present = false, twice = false;
        for (size_t i = 0; i < l->n && !present; i++)
            present = l->value[i] == value;
        if (!present)
            return sp_fail(run, SP_USAGE, "%s has no class \"%s\" (--classes); it has %s", source, item, some_names(run, l));
        for (size_t i = 0; i < n; i++)
            twice |= pairs[i].value == value;
        if (twice)
            return sp_fail(run, SP_USAGE, "--classes names \"%s\" twice", item);
        pairs[n] = (pair){value, (int32_t)n};
        if (!(names[n++] = name_of(run, l, value)))
            return SP_FAILED;
    }
    if (n == 0)
        return sp_fail(run, SP_USAGE, "--classes names no class; %s has %s", source, some_names(run, l));
    return finish(run, n, pairs, names, out);
}

/* The named labels that some row has: texts of a table in order of appearance, others in the order of the names. */
static sp_status present(sp_run *run, const sp_labels *l, size_t *n, double **values)
{
    double *v = SP_NEW(run, double, l->n_names);
    bool *seen = SP_NEW(run, bool, l->n_names);
    if (!v || !seen)
        return SP_FAILED;
    *n = 0;
    for (size_t i = 0; i < l->n; i++) {
        double x = l->value[i];
        if (!(x >= 0 && x < (double)l->n_names) || seen[(size_t)x])
            continue;
        seen[(size_t)x] = true;
        v[(*n)++] = x;
    }
    *n = l->by_appearance ? *n : 0;
    for (size_t k = 0; !l->by_appearance && k < l->n_names; k++)
        if (seen[k])
            v[(*n)++] = (double)k;
    *values = v;
    return SP_OK;
}

static sp_status all(sp_run *run, const sp_labels *l, sp_classes *out)
{
    size_t n = l->n_names;
    double *values = NULL;
    if (!n)
        SP_TRY(distinct(run, l, &n, &values));
    else if (l->incomplete)
        SP_TRY(present(run, l, &n, &values));
    pair *pairs = SP_NEW(run, pair, n);
    const char **names = SP_NEW(run, const char *, n);
    if (!pairs || !names)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++) {
        pairs[i] = (pair){values ? values[i] : (double)i, (int32_t)i};
        if (!(names[i] = name_of(run, l, pairs[i].value)))
            return SP_FAILED;
    }
    return finish(run, n, pairs, names, out);
}

static sp_status as_in(sp_run *run, const char *source, const sp_labels *l, bool drop_others, const sp_dataset *like,
                       sp_classes *out)
{
    size_t n = 0;
    pair *pairs = SP_NEW(run, pair, like->n_classes);
    if (!pairs)
        return SP_FAILED;
    for (size_t c = 0; c < like->n_classes; c++) {
        double value = value_named(l, like->class_name[c]);
        if (!isnan(value))
            pairs[n++] = (pair){value, (int32_t)c};
    }
    SP_TRY(finish(run, n, pairs, like->class_name, out));
    for (size_t i = 0; i < l->n && !drop_others; i++)
        if (!isnan(l->value[i]) && sp_class_of(out, l->value[i]) < 0)
            return sp_fail(run, SP_DATA, "%s: row %zu has class \"%s\", which %s has not", source, i + 1,
                           name_of(run, l, l->value[i]), like->name);
    return SP_OK;
}

sp_status sp_classes_choose(sp_run *run, const char *source, const sp_labels *l, const char *wanted, const sp_dataset *like,
                            sp_classes *out)
{
    if (like && like->n_classes > 0)
        return as_in(run, source, l, wanted != NULL, like, out);
    return wanted ? chosen(run, source, l, wanted, out) : all(run, l, out);
}
