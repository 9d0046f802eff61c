/* One pass over the rows of a reader: those of the chosen classes that have all their values are kept. */
#include "loading.h"

#include <math.h>
#include <string.h>

enum { CHUNK = 1 << 17 /* elements read at once */ };

size_t sp_chunk_rows(const sp_reader *r)
{
    size_t rows = r->rows_at_once ? r->rows_at_once : CHUNK / r->d;
    return rows < 1 ? 1 : rows < r->n ? rows : r->n;
}

bool sp_any_nan(size_t n, const double *x)
{
    int some = 0;
    for (size_t i = 0; i < n; i++)
        some |= x[i] != x[i];
    return some;
}

/* Complete rows of the source, `first` and the ones behind it. */
static sp_status store(sp_run *run, sp_loading *l, size_t first, size_t rows, const double *number, const double *label)
{
    sp_reader *r = l->r;
    bool coded = !l->coding.plain || (r->unused && sp_any_nan(rows * r->d, number));
    double *x = NULL;
    sp_mark mark = sp_memory_mark(run);
    if (coded) {
        if (!(x = SP_NEW(run, double, rows * l->coding.d)))
            return SP_FAILED;
        SP_TRY(sp_coding_rows(run, &l->coding, r, first, rows, number, x));
    }
    SP_TRY(sp_values_store(run, &l->values, l->kept, rows, x ? x : number, r, first, coded ? l->coding.source : NULL));
    sp_memory_release(run, mark);
    if (l->label)
        memcpy(l->label + l->kept, label, rows * sizeof *label);
    l->kept += rows;
    return SP_OK;
}

static sp_status refuse_missing(sp_run *run, const sp_loading *l, size_t row, ptrdiff_t column)
{
    const sp_reader *r = l->r;
    bool label = column == SP_LABEL_COLUMN;
    if (label && l->labels.n && !r->label && !r->labelled)
        return sp_fail(run, SP_DATA, "%s: label %zu is missing; fill it in, or leave such rows out (--na drop)",
                       r->label_source ? r->label_source : l->options->labels, row + 1);
    const char *place = r->missing_at ? r->missing_at(run, r, row, column)
                        : label       ? sp_format(run, "row %zu has no label", row + 1)
                        : r->column_name
                            ? sp_format(run, "row %zu, column %zu (%s) is not a number (NaN)", row + 1, (size_t)column + 1,
                                        r->column_name[column])
                            : sp_format(run, "row %zu, column %zu is not a number (NaN)", row + 1, (size_t)column + 1);
    return sp_fail(run, SP_DATA, "%s: %s; fill it in, or leave such rows out (--na drop)", r->name, place ? place : "");
}

/* *complete: the row has all values that are used; if not, it is counted, or refused. */
static sp_status check_row(sp_run *run, sp_loading *l, size_t row, const double *x, const double *label, bool *complete)
{
    sp_coding *c = &l->coding;
    bool refuse = l->options->na == SP_NA_ERROR;
    *complete = true;
    for (size_t j = 0; j < l->r->d; j++)
        if (isnan(x[j])) {
            if (!c->unused[j] && refuse)
                return refuse_missing(run, l, row, (ptrdiff_t)j);
            *complete &= c->unused[j];
            c->missing[j]++;
        }
    if (l->label && isnan(*label)) {
        if (refuse)
            return refuse_missing(run, l, row, SP_LABEL_COLUMN);
        *complete = false;
        l->missing_labels++;
    }
    return SP_OK;
}

/* Rows that follow each other in the source, all of kept classes. */
static sp_status take_rows(sp_run *run, sp_loading *l, size_t first, size_t rows, const double *number, const double *label)
{
    size_t d = l->r->d, begin = 0;
    if (!sp_any_nan(rows * d, number) && !(l->label && sp_any_nan(rows, label)))
        return store(run, l, first, rows < l->rows - l->kept ? rows : l->rows - l->kept, number, label);
    for (size_t i = 0; i < rows && l->kept + (i - begin) < l->rows; i++) {
        bool complete;
        SP_TRY(check_row(run, l, first + i, number + i * d, label + i, &complete));
        if (complete && i + 1 < rows && l->kept + (i + 1 - begin) < l->rows)
            continue;
        size_t end = i + complete;
        SP_TRY(store(run, l, first + begin, end - begin, number + begin * d, label + begin));
        begin = i + 1;
        if (!complete) {
            l->dropped++;
            if (l->labels.n && !l->filter) { /* the classes are those of rows that are not dropped */
                l->labels.value[first + i] = NAN;
                l->labels.incomplete = true;
            }
        }
    }
    return SP_OK;
}

/* Says how many rows were dropped, and refuses when none is left. */
static sp_status report_dropped(sp_run *run, const sp_loading *l)
{
    const sp_reader *r = l->r;
    size_t worst = 0, count = 0; /* of the used columns */
    const char *most = "the label";
    if (l->dropped == 0)
        return SP_OK;
    for (size_t j = 0; j < r->d; j++)
        if (!l->coding.unused[j] && l->coding.missing[j] > count)
            count = l->coding.missing[worst = j];
    if (count >= l->missing_labels)
        most = r->column_name && *r->column_name[worst] ? sp_format(run, "column %s", r->column_name[worst])
                                                        : sp_format(run, "column %zu", worst + 1);
    else
        count = l->missing_labels;
    if (l->kept == 0)
        return sp_fail(run, SP_DATA, "%s: no row is complete: %zu of %zu have no value in %s (fill it in, or leave it out)",
                       r->name, count, l->dropped, most ? most : "");
    sp_warn(run, "%s: %zu of %zu rows have a missing value and are left out (%zu in %s)", r->name, l->dropped,
            l->dropped + l->kept, count, most ? most : "");
    return SP_OK;
}

sp_status sp_load_rows(sp_run *run, sp_loading *l)
{
    sp_reader *r = l->r;
    size_t step = sp_chunk_rows(r), read = 0, size = sp_element_size(r->type);
    char *raw = SP_NEW(run, char, step * r->d * size);
    double *number = SP_NEW(run, double, step * r->d), *label = SP_NEW(run, double, step);
    if (!raw || !number || !label)
        return SP_FAILED;
    while (l->kept < l->rows && read < r->n) {
        SP_TRY(sp_poll(run));
        size_t rows = step < r->n - read ? step : r->n - read;
        if (!l->filter && rows > l->rows - l->kept)
            rows = l->rows - l->kept;
        SP_TRY(r->next(run, r, rows, raw, label));
        const double *of_rows = l->labels.n ? l->labels.value + read : label;
        size_t first = 0; /* runs of consecutive kept rows are stored together */
        for (size_t i = 0; i <= rows && l->kept < l->rows; i++) {
            bool keep = i < rows && (!l->filter || isnan(of_rows[i]) || sp_class_of(&l->classes, of_rows[i]) >= 0);
            if (keep)
                continue;
            size_t many = i - first;
            sp_elements_to_double(r->type, r->swap, many * r->d, raw + first * r->d * size, number);
            if (many > 0)
                SP_TRY(take_rows(run, l, read + first, many, number, of_rows + first));
            first = i + 1;
        }
        read += rows;
        double done = (double)read / (double)r->n, full = (double)l->kept / (double)l->rows;
        sp_progress(run, "read", done > full ? done : full);
    }
    if (read == r->n && r->finish)
        SP_TRY(r->finish(run, r));
    return report_dropped(run, l);
}
