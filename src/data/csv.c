/* Tables of numbers as text: separated by comma, tab, semicolon, bar or blanks; header line, quoted fields, one column of
 * labels. */
#include "csv_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ROWS_PER_BLOCK = 64 };

typedef sp_csv_table state;

/* "line 3, column 2 (height)". Memory of the run. */
static const char *place(sp_run *run, const state *s, const char *where, size_t column)
{
    size_t line = sp_text_line(&s->text, where);
    const char *name = s->header && column < s->columns ? s->header[column] : "";
    const char *text = *name ? sp_format(run, "line %zu, column %zu (%s)", line, column + 1, name)
                             : sp_format(run, "line %zu, column %zu", line, column + 1);
    return text ? text : "";
}

static const char *missing_at(sp_run *run, const sp_reader *r, size_t row, ptrdiff_t column)
{
    const state *s = r->state;
    const char *start = s->text.begin + s->record[row];
    sp_fields fields = sp_fields_of(&s->text, start);
    sp_field f = {0};
    size_t wanted = s->label_column, k = 0;
    if (column != SP_LABEL_COLUMN || wanted == SIZE_MAX) {
        size_t among = column != SP_LABEL_COLUMN ? (size_t)column : r->label_factor ? r->label_factor->column : 0;
        for (wanted = 0; wanted == s->label_column || wanted == s->count_column || among-- > 0;)
            wanted++;
    }
    while (sp_next_field(&fields, &f) && k < wanted)
        k++;
    int shown = k < wanted ? 0 : f.length < 40 ? (int)f.length : 40;
    const char *text = sp_format(run, "%s: missing %s \"%.*s\"", place(run, s, start, wanted),
                                 column == SP_LABEL_COLUMN ? "label" : "value", shown, shown ? f.begin : "");
    return text ? text : "";
}

/* The column as it is to be typed behind --factorize. */
static const char *typed(sp_run *run, const sp_reader *r, size_t file_column)
{
    const state *s = r->state;
    size_t number = file_column + 1 - (s->label_column < file_column) - (s->count_column < file_column);
    const char *name = s->header ? s->header[file_column] : "";
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.+:";
    bool simple = *name && !strchr("-0123456789", *name) && strspn(name, plain) == strlen(name);
    const char *text = simple ? name : sp_format(run, "%zu", number);
    return text ? text : "";
}

static sp_status refuse_field(sp_run *run, const sp_reader *r, const char *where, size_t column, const sp_field *f)
{
    const state *s = r->state;
    int shown = f->length < 40 ? (int)f->length : 40;
    const char *at = place(run, s, where, column), *name = typed(run, r, column);
    const char *label =
        *name < '0' || *name > '9' ? name : sp_format(run, "%zu", column + 1); /* numbers count all columns */
    char *end = NULL;
    if (s->text.separator != ',' && memchr(f->begin, ',', f->length))
        return sp_fail(run, SP_DATA, "%s: %s: \"%.*s\" is not a number (decimals are written with a point)", r->name, at,
                       shown, f->begin);
    const char *copy = sp_format(run, "%.*s", (int)(f->length < 128 ? f->length : 128), f->begin);
    if (copy)
        strtod(copy, &end);
    if (end && end > copy && !*end)
        return sp_fail(run, SP_DATA, "%s: %s: \"%.*s\" is not a finite number", r->name, at, shown, f->begin);
    return sp_fail(run, SP_DATA,
                   "%s: %s: \"%.*s\" is not a number; a column of texts needs --factorize %s (codes), --onehot %s (a column "
                   "of 0 and 1 for each text) or --labels %s (classes), or is left out by --columns",
                   r->name, at, shown, f->begin, name, name, label ? label : "");
}

typedef struct {
    sp_reader *reader;
    size_t rows;
    double *values;
} chunk;

static sp_status code_of(sp_run *worker, const sp_intern *levels, const sp_field *f, double *out)
{
    size_t level = SIZE_MAX;
    if (!sp_field_missing(f))
        SP_TRY(sp_csv_level(worker, levels, f, &level));
    *out = level == SIZE_MAX ? NAN : (double)level;
    return SP_OK;
}

static sp_status parse_block(sp_run *worker, size_t block, void *context)
{
    chunk *c = context;
    const sp_reader *r = c->reader;
    const state *s = r->state;
    size_t end = (block + 1) * ROWS_PER_BLOCK < c->rows ? (block + 1) * ROWS_PER_BLOCK : c->rows;
    for (size_t i = block * ROWS_PER_BLOCK; i < end; i++) {
        const char *start = s->text.begin + s->record[s->at + i];
        sp_fields fields = sp_fields_of(&s->text, start);
        double *out = c->values + i * r->d;
        size_t column = 0;
        for (sp_field f; sp_next_field(&fields, &f); column++) {
            if (column == s->label_column || column == s->count_column || column >= s->columns)
                continue;
            if (s->levels && s->levels[column].capacity)
                SP_TRY(code_of(worker, &s->levels[column], &f, out));
            else if (!sp_field_number(&s->text, &f, out)) {
                if (!sp_field_missing(&f) && !(r->unused && r->unused[out - (c->values + i * r->d)]))
                    return refuse_field(worker, r, start, column, &f);
                *out = NAN;
            }
            out++;
        }
        if (column != s->columns)
            return sp_fail(worker, SP_DATA, "%s: line %zu has %zu fields, the first line has %zu", r->name,
                           sp_text_line(&s->text, start), column, s->columns);
    }
    return SP_OK;
}

static sp_status next(sp_run *run, sp_reader *r, size_t rows, void *values, double *labels)
{
    (void)labels;
    state *s = r->state;
    chunk c = {r, rows, values};
    SP_TRY(sp_parallel(run, (rows + ROWS_PER_BLOCK - 1) / ROWS_PER_BLOCK, parse_block, &c));
    s->at += rows;
    return SP_OK;
}

static sp_status rewind_csv(sp_run *run, sp_reader *r)
{
    (void)run;
    ((state *)r->state)->at = 0;
    return SP_OK;
}

static void close_csv(sp_reader *r)
{
    state *s = r->state;
    for (size_t c = 0; s->levels && c < s->columns; c++)
        sp_intern_free(&s->levels[c]);
    sp_text_free(&s->text);
    sp_stream_close(s->stream);
}

/* Names of the columns from the header record. */
static sp_status read_header(sp_run *run, state *s, const char *record)
{
    const char **names = SP_NEW(run, const char *, s->columns);
    if (!names)
        return SP_FAILED;
    sp_fields fields = sp_fields_of(&s->text, record);
    sp_field f;
    for (size_t i = 0; i < s->columns && sp_next_field(&fields, &f); i++)
        if (!(names[i] = sp_field_text(run, &f)))
            return SP_FAILED;
    s->header = names;
    return SP_OK;
}

/* The column of this name, exactly so if there is one, else in any case. */
static size_t named_column(const state *s, const char *name)
{
    for (size_t i = 0; s->header && i < s->columns; i++)
        if (!strcmp(s->header[i], name))
            return i;
    for (size_t i = 0; s->header && i < s->columns; i++)
        if (!strcasecmp(s->header[i], name))
            return i;
    return SIZE_MAX;
}

static size_t find_label_column(const state *s, const char *labels)
{
    if (!labels) {
        static const char *const usual[] = {"label", "labels", "class"};
        for (size_t i = 0; i < 3; i++)
            if (named_column(s, usual[i]) != SIZE_MAX)
                return named_column(s, usual[i]);
        return SIZE_MAX;
    }
    size_t column = named_column(s, labels);
    char *end;
    long number = strtol(labels, &end, 10);
    if (column != SIZE_MAX || *end || end == labels)
        return column;
    if (number < 0)
        number += (long)s->columns + 1;
    return number >= 1 && (size_t)number <= s->columns ? (size_t)number - 1 : SIZE_MAX;
}

/* The labels of all rows: numbers, or indices of distinct texts when any of them is not a number. */
static sp_status read_labels(sp_run *run, sp_reader *r)
{
    state *s = r->state;
    double *label = SP_NEW(run, double, r->n);
    if (!label)
        return SP_FAILED;
    bool numbers = !s->text_labels;
    sp_intern names = {0};
    for (size_t i = 0; i < r->n; i++) {
        const char *start = s->text.begin + s->record[i];
        sp_fields fields = sp_fields_of(&s->text, start);
        sp_field f = {0};
        size_t column = 0;
        while (sp_next_field(&fields, &f) && column < s->label_column)
            column++;
        if (column < s->label_column || sp_field_missing(&f)) {
            label[i] = NAN;
            continue;
        }
        if (numbers && sp_field_number(&s->text, &f, &label[i]))
            continue;
        if (numbers && i > 0) { /* a text after numbers: they are texts as well */
            numbers = false;
            i = (size_t)-1;
            continue;
        }
        numbers = false;
        sp_mark mark = sp_memory_mark(run);
        char *text = sp_field_text(run, &f);
        size_t id, known = names.n;
        if (!text || !sp_intern_add(run, &names, text, &id)) {
            sp_intern_free(&names);
            return SP_FAILED;
        }
        if (names.n == known)
            sp_memory_release(run, mark);
        label[i] = (double)id;
    }
    r->n_label_names = names.n;
    sp_status status = numbers ? SP_OK : sp_intern_names(run, &names, &r->label_name);
    sp_intern_free(&names);
    r->label = label;
    r->labelled = true;
    return status;
}

static sp_status index_records(sp_run *run, sp_reader *r, bool header)
{
    state *s = r->state;
    size_t n = 0;
    for (int pass = 0; pass < 2; pass++) {
        size_t i = 0;
        for (const char *p = sp_first_record(&s->text); p; p = sp_next_record(&s->text, p)) {
            if (i >= header && pass)
                s->record[i - header] = (size_t)(p - s->text.begin);
            i++;
        }
        n = i > header ? i - header : 0;
        if (n == 0)
            return sp_fail(run, SP_DATA, "%s: holds no rows of numbers", r->name);
        if (!pass && !(s->record = SP_NEW(run, size_t, n)))
            return SP_FAILED;
    }
    r->n = n;
    return SP_OK;
}

/* Tables written with row numbers have a first column without a name that counts 0, 1, ... or 1, 2, ... */
static bool first_column_counts(const sp_reader *r)
{
    const state *s = r->state;
    double first = 0, x;
    if (!s->header || *s->header[0] || s->columns < 2 || s->label_column == 0)
        return false;
    for (size_t i = 0; i < r->n; i++) {
        sp_fields fields = sp_fields_of(&s->text, s->text.begin + s->record[i]);
        sp_field f;
        if (!sp_next_field(&fields, &f) || !sp_field_number(&s->text, &f, &x))
            return false;
        if (i == 0)
            first = x;
        if (x != first + (double)i)
            return false;
    }
    return first == 0 || first == 1;
}

static sp_status find_labels(sp_run *run, sp_reader *r, const char *labels)
{
    state *s = r->state;
    size_t named = 0;
    bool none = labels && !strcmp(labels, "none");
    s->label_column = none ? SIZE_MAX : find_label_column(s, labels);
    r->labels_used = none || (labels && s->label_column != SIZE_MAX);
    for (size_t i = 0; labels && s->header && i < s->columns; i++)
        named += !strcmp(s->header[i], labels);
    return named < 2 ? SP_OK
                     : sp_fail(run, SP_USAGE, "%s: %zu columns are called \"%s\" (--labels); give the number of one",
                               r->name, named, labels);
}

static sp_status shape_of(sp_run *run, sp_reader *r, const sp_source_words *words)
{
    state *s = r->state;
    const char *first = sp_first_record(&s->text);
    if (!first)
        return sp_fail(run, SP_DATA, "%s: holds no rows", r->name);
    s->columns = sp_count_fields(&s->text, first);
    bool header = sp_is_header(&s->text, first), found;
    if (header)
        SP_TRY(read_header(run, s, first));
    SP_TRY(index_records(run, r, header));
    SP_TRY(find_labels(run, r, words->labels));
    if (first_column_counts(r)) {
        s->count_column = 0;
        sp_warn(run, "%s: the first column has no name and only numbers the rows: left out", r->name);
    }
    r->d = s->columns - (s->label_column != SIZE_MAX) - (s->count_column != SIZE_MAX);
    if (r->d == 0)
        return sp_fail(run, SP_DATA, "%s: no column of numbers besides the labels", r->name);
    if (s->header) {
        const char **names = SP_NEW(run, const char *, r->d);
        if (!names)
            return SP_FAILED;
        for (size_t i = 0, j = 0; i < s->columns; i++)
            if (i != s->label_column && i != s->count_column)
                names[j++] = s->header[i];
        r->column_name = names;
    }
    SP_TRY(sp_csv_read_levels(run, r, words));
    if (s->label_column != SIZE_MAX)
        return read_labels(run, r);
    return words->labels && !r->labels_used ? sp_csv_level_labels(run, r, words->labels, &found) : SP_OK;
}

static sp_status open_csv(sp_run *run, sp_stream *stream, const sp_source_words *words, sp_reader *r)
{
    state *s = r->state;
    const unsigned char *data;
    size_t bytes;
    SP_TRY(sp_stream_all(run, stream, &data, &bytes));
    SP_TRY(sp_text_open(run, r->name, (const char *)data, bytes, &s->text));
    r->type = SP_F8;
    r->table = true;
    r->next = next;
    r->missing_at = missing_at;
    r->rewind = rewind_csv;
    return shape_of(run, r, words);
}

sp_status sp_open_csv(sp_run *run, sp_stream *stream, const sp_source_words *words, sp_reader *out)
{
    *out = (sp_reader){.name = sp_strdup(run, sp_stream_name(stream)), .close = close_csv};
    state *s = SP_NEW(run, state, 1);
    if (!out->name || !s) {
        sp_stream_close(stream);
        return SP_FAILED;
    }
    s->stream = stream;
    s->label_column = s->count_column = SIZE_MAX;
    out->state = s;
    sp_status status = open_csv(run, stream, words, out);
    if (status != SP_OK)
        close_csv(out);
    return status;
}
