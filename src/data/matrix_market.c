/* MatrixMarket (math.nist.gov/MatrixMarket/formats.html): a banner, comments after '%', the sizes, then the values of a
 * dense array by columns, or lines "row column value" from 1. Sparse matrices are filled up with zeros; repeated entries
 * add. */
#include "csv_fields.h"
#include "reader.h"

#include <string.h>
#include <strings.h>

typedef enum { GENERAL, SYMMETRIC, SKEW } symmetry;

typedef struct {
    sp_stream *stream;
    sp_text text; /* of the locale of numbers and the lines of messages */
    const char *at;
    bool sparse, pattern;
    symmetry symmetry;
    double *values; /* n x d */
    size_t row;     /* next one given */
} state;

static bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* The next word; comment lines are passed over. */
static bool word(state *s, sp_field *out)
{
    const char *p = s->at, *end = s->text.end;
    for (;;) {
        while (p < end && blank(*p))
            p++;
        if (p == end || *p != '%')
            break;
        while (p < end && *p != '\n')
            p++;
    }
    const char *begin = p;
    while (p < end && !blank(*p))
        p++;
    *out = (sp_field){.begin = begin, .length = (size_t)(p - begin)};
    s->at = p;
    return p > begin;
}

static bool is(const sp_field *f, const char *name)
{
    return f->length == strlen(name) && !strncasecmp(f->begin, name, f->length);
}

static sp_status refuse(sp_run *run, const sp_reader *r, const sp_field *f, const char *why)
{
    const state *s = r->state;
    if (!f->length)
        return sp_fail(run, SP_DATA, "%s: ends before the values its header announces", r->name);
    return sp_fail(run, SP_DATA, "%s: line %zu: \"%.*s\" %s", r->name, sp_text_line(&s->text, f->begin),
                   f->length < 40 ? (int)f->length : 40, f->begin, why);
}

static sp_status number(sp_run *run, const sp_reader *r, double *out)
{
    state *s = r->state;
    sp_field f;
    return word(s, &f) && sp_field_number(&s->text, &f, out) ? SP_OK : refuse(run, r, &f, "is not a finite number");
}

/* A whole number in 1..most. */
static sp_status whole(sp_run *run, const sp_reader *r, size_t most, size_t *out)
{
    state *s = r->state;
    sp_field f;
    double x;
    if (!word(s, &f) || !sp_field_number(&s->text, &f, &x) || !(x >= 1 && x <= (double)most) || x != (double)(size_t)x)
        return refuse(run, r, &f, sp_format(run, "is no whole number from 1 to %zu", most));
    *out = (size_t)x;
    return SP_OK;
}

static sp_status read_banner(sp_run *run, const sp_reader *r)
{
    state *s = r->state;
    sp_field f[4];
    s->at = s->text.begin + strlen("%%MatrixMarket");
    for (int i = 0; i < 4; i++)
        if (!word(s, &f[i]))
            return refuse(run, r, &f[i], "");
    s->sparse = is(&f[1], "coordinate");
    if (!is(&f[0], "matrix") || (!s->sparse && !is(&f[1], "array")))
        return sp_fail(run, SP_DATA, "%s: only \"matrix coordinate\" and \"matrix array\" can be read", r->name);
    if (is(&f[2], "complex") || is(&f[3], "hermitian"))
        return sp_fail(run, SP_DATA, "%s: complex values; only real ones can be read", r->name);
    s->pattern = is(&f[2], "pattern");
    if (!is(&f[2], "real") && !is(&f[2], "double") && !is(&f[2], "integer") && !(s->pattern && s->sparse))
        return refuse(run, r, &f[2], "is no kind of values (real, integer or, with coordinates, pattern)");
    s->symmetry = is(&f[3], "symmetric") ? SYMMETRIC : is(&f[3], "skew-symmetric") ? SKEW : GENERAL;
    return s->symmetry != GENERAL || is(&f[3], "general") ? SP_OK : refuse(run, r, &f[3], "is no known symmetry");
}

static void add(state *s, size_t d, size_t row, size_t column, double x)
{
    s->values[row * d + column] += x;
    if (s->symmetry != GENERAL && row != column)
        s->values[column * d + row] += s->symmetry == SKEW ? -x : x;
}

static sp_status read_sparse(sp_run *run, const sp_reader *r, size_t entries)
{
    state *s = r->state;
    for (size_t k = 0; k < entries; k++) {
        size_t row, column;
        double x = 1;
        SP_TRY(whole(run, r, r->n, &row));
        SP_TRY(whole(run, r, r->d, &column));
        if (!s->pattern)
            SP_TRY(number(run, r, &x));
        add(s, r->d, row - 1, column - 1, x);
    }
    return SP_OK;
}

static sp_status read_dense(sp_run *run, const sp_reader *r)
{
    state *s = r->state;
    for (size_t column = 0; column < r->d; column++)
        for (size_t row = s->symmetry == GENERAL ? 0 : s->symmetry == SYMMETRIC ? column : column + 1; row < r->n; row++) {
            double x;
            SP_TRY(number(run, r, &x));
            add(s, r->d, row, column, x);
        }
    return SP_OK;
}

static sp_status read_matrix(sp_run *run, sp_reader *r)
{
    enum { MOST = INT32_MAX };
    state *s = r->state;
    size_t bytes = (size_t)(s->text.end - s->text.begin), entries = 0;
    SP_TRY(read_banner(run, r));
    SP_TRY(whole(run, r, MOST, &r->n));
    SP_TRY(whole(run, r, MOST, &r->d));
    if (s->symmetry != GENERAL && r->n != r->d)
        return sp_fail(run, SP_DATA, "%s: a symmetric matrix of %zu rows and %zu columns", r->name, r->n, r->d);
    if (s->sparse)
        SP_TRY(whole(run, r, bytes, &entries));
    else if (r->n > bytes / r->d + 1)
        return sp_fail(run, SP_DATA, "%s: too short for the %zu x %zu values its header announces", r->name, r->n, r->d);
    SP_TRY(sp_need_memory(run, 8.0 * (double)r->n * (double)r->d, "the matrix"));
    s->values = SP_NEW(run, double, r->n * r->d);
    if (!s->values)
        return SP_FAILED;
    SP_TRY(s->sparse ? read_sparse(run, r, entries) : read_dense(run, r));
    sp_field left;
    if (word(s, &left))
        return refuse(run, r, &left, "stands after the last value that the header announces");
    return SP_OK;
}

static sp_status next(sp_run *run, sp_reader *r, size_t rows, void *values, double *labels)
{
    (void)run, (void)labels;
    state *s = r->state;
    memcpy(values, s->values + s->row * r->d, rows * r->d * sizeof(double));
    s->row += rows;
    return SP_OK;
}

static sp_status rewind_matrix(sp_run *run, sp_reader *r)
{
    (void)run;
    ((state *)r->state)->row = 0;
    return SP_OK;
}

static void close_matrix(sp_reader *r)
{
    state *s = r->state;
    if (s->text.c)
        freelocale(s->text.c);
    sp_stream_close(s->stream);
}

static sp_status open_matrix(sp_run *run, sp_stream *stream, sp_reader *r)
{
    state *s = r->state;
    const unsigned char *data;
    size_t bytes;
    SP_TRY(sp_stream_all(run, stream, &data, &bytes));
    s->text = (sp_text){(const char *)data, (const char *)data + bytes, ' ', newlocale(LC_ALL_MASK, "C", (locale_t)0)};
    if (!s->text.c)
        return sp_fail(run, SP_FAILED, "%s: out of memory", r->name);
    if (!sp_is_matrix_market(data, bytes))
        return sp_fail(run, SP_DATA, "%s: not a MatrixMarket file", r->name);
    SP_TRY(read_matrix(run, r));
    r->type = SP_F8;
    r->next = next;
    r->rewind = rewind_matrix;
    return SP_OK;
}

bool sp_is_matrix_market(const unsigned char *data, size_t bytes)
{
    static const char banner[] = "%%MatrixMarket";
    return bytes > strlen(banner) && !strncasecmp((const char *)data, banner, strlen(banner));
}

sp_status sp_open_matrix_market(sp_run *run, sp_stream *stream, sp_reader *out)
{
    *out = (sp_reader){.name = sp_strdup(run, sp_stream_name(stream)), .close = close_matrix};
    state *s = SP_NEW(run, state, 1);
    if (!out->name || !s) {
        sp_stream_close(stream);
        return SP_FAILED;
    }
    s->stream = stream;
    out->state = s;
    sp_status status = open_matrix(run, stream, out);
    if (status != SP_OK)
        close_matrix(out);
    return status;
}
