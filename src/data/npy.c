/* NPY, versions 1 to 3: magic, version, length and text of a Python dictionary {'descr', 'fortran_order', 'shape'}, values.
 */
#include "reader.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_DIMS = 8, MAX_HEADER = 1 << 16 };

typedef struct {
    sp_stream *stream;
    size_t header;
    bool channels_last;
    unsigned char *scratch; /* one row */
    unsigned char *whole;   /* Fortran order: all values, column after column */
    size_t at;
} state;

typedef struct {
    char kind;
    int bytes;
    bool big, fortran;
    size_t dims, shape[MAX_DIMS];
} header;

/* The text behind 'key':, or NULL. */
static const char *value_of(const char *text, const char *key)
{
    for (const char *p = text; (p = strstr(p, key)); p++) {
        char quote = p > text ? p[-1] : 0;
        const char *end = p + strlen(key);
        if ((quote != '\'' && quote != '"') || *end != quote)
            continue;
        end++;
        while (*end == ' ')
            end++;
        if (*end != ':')
            continue;
        end++;
        while (*end == ' ')
            end++;
        return end;
    }
    return NULL;
}

static bool parse_descr(const char *p, header *h)
{
    char quote = *p++;
    if (quote != '\'' && quote != '"')
        return false;
    char order = *p;
    if (order == '<' || order == '>' || order == '|' || order == '=')
        p++;
    h->big = order == '>' || (order == '=' && !sp_machine_is_little());
    h->kind = *p++;
    char *end;
    long bytes = strtol(p, &end, 10);
    h->bytes = bytes > 0 && bytes <= 16 && *end == quote ? (int)bytes : 0;
    return true;
}

static bool parse_shape(const char *p, header *h)
{
    if (*p++ != '(')
        return false;
    for (h->dims = 0;;) {
        while (*p == ' ' || *p == ',')
            p++;
        if (*p == ')')
            return true;
        if (*p < '0' || *p > '9' || h->dims == MAX_DIMS)
            return false;
        size_t x = 0;
        for (; *p >= '0' && *p <= '9'; p++)
            if (__builtin_mul_overflow(x, (size_t)10, &x) || __builtin_add_overflow(x, (size_t)(*p - '0'), &x))
                return false;
        if (*p == 'L') /* written by Python 2 */
            p++;
        h->shape[h->dims++] = x;
    }
}

static bool element_of(const header *h, sp_element *type)
{
    static const struct {
        char kind;
        int bytes;
        sp_element type;
    } known[] = {{'b', 1, SP_U1}, {'u', 1, SP_U1}, {'i', 1, SP_I1}, {'u', 2, SP_U2}, {'i', 2, SP_I2}, {'u', 4, SP_U4},
                 {'i', 4, SP_I4}, {'u', 8, SP_U8}, {'i', 8, SP_I8}, {'f', 2, SP_F2}, {'f', 4, SP_F4}, {'f', 8, SP_F8}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].kind == h->kind && known[i].bytes == h->bytes) {
            *type = known[i].type;
            return true;
        }
    return false;
}

static sp_status parse_header(sp_run *run, const char *name, sp_stream *stream, header *h, size_t *bytes)
{
    unsigned char magic[12];
    SP_TRY(sp_stream_need(run, stream, magic, 10));
    if (memcmp(magic, "\x93NUMPY", 6) != 0)
        return sp_fail(run, SP_DATA, "%s: not an NPY file", name);
    if (magic[6] < 1 || magic[6] > 3)
        return sp_fail(run, SP_DATA, "%s: NPY version %d is not known (1 to 3 are)", name, magic[6]);
    size_t length = magic[8] | (size_t)magic[9] << 8;
    *bytes = 10;
    if (magic[6] > 1) {
        SP_TRY(sp_stream_need(run, stream, magic + 10, 2));
        length |= (size_t)magic[10] << 16 | (size_t)magic[11] << 24;
        *bytes = 12;
    }
    if (length > MAX_HEADER)
        return sp_fail(run, SP_DATA, "%s: an NPY header of %zu bytes (at most %d)", name, length, MAX_HEADER);
    *bytes += length;
    char *text = SP_NEW(run, char, length + 1);
    if (!text)
        return SP_FAILED;
    SP_TRY(sp_stream_need(run, stream, text, length));
    const char *descr = value_of(text, "descr"), *order = value_of(text, "fortran_order"), *shape = value_of(text, "shape");
    if (!descr || !order || !shape || !parse_shape(shape, h))
        return sp_fail(run, SP_DATA, "%s: damaged NPY header", name);
    h->fortran = !strncmp(order, "True", 4);
    if (!parse_descr(descr, h))
        return sp_fail(run, SP_DATA, "%s: a structured array; save one plain array of numbers", name);
    return SP_OK;
}

static sp_status next_c(sp_run *run, sp_reader *r, size_t rows, void *values, double *labels)
{
    (void)labels;
    state *s = r->state;
    SP_TRY(sp_stream_need(run, s->stream, values, rows * r->d * sp_element_size(r->type)));
    if (s->channels_last)
        sp_to_planes(rows, r->channels, r->height * r->width, sp_element_size(r->type), values, s->scratch);
    return SP_OK;
}

/* Element (i, j1, j2, ...) of Fortran order lies at i + n (j1 + s1 (j2 + ...)); `order` lists the offsets of a row. */
typedef struct {
    state base;
    size_t *order;
} fortran_state;

static sp_status next_fortran(sp_run *run, sp_reader *r, size_t rows, void *values, double *labels)
{
    (void)labels;
    fortran_state *s = r->state;
    size_t size = sp_element_size(r->type);
    if (!s->base.whole) {
        SP_TRY(sp_need_memory(run, (double)r->n * (double)r->d * (double)size, r->name));
        s->base.whole = SP_NEW(run, unsigned char, r->n * r->d * size);
        if (!s->base.whole)
            return SP_FAILED;
        SP_TRY(sp_stream_need(run, s->base.stream, s->base.whole, r->n * r->d * size));
    }
    unsigned char *out = values;
    for (size_t j = 0; j < r->d; j++) {
        const unsigned char *column = s->base.whole + (s->order[j] * r->n + s->base.at) * size;
        for (size_t i = 0; i < rows; i++)
            memcpy(out + (i * r->d + j) * size, column + i * size, size);
    }
    s->base.at += rows;
    if (s->base.channels_last)
        sp_to_planes(rows, r->channels, r->height * r->width, size, values, s->base.scratch);
    return SP_OK;
}

static sp_status finish(sp_run *run, sp_reader *r) { return sp_stream_finish(run, ((state *)r->state)->stream); }

static sp_status rewind_npy(sp_run *run, sp_reader *r)
{
    state *s = r->state;
    s->at = 0;
    if (s->whole)
        return SP_OK;
    SP_TRY(sp_stream_rewind(run, s->stream));
    return sp_stream_skip(run, s->stream, s->header);
}

static void close_npy(sp_reader *r) { sp_stream_close(((state *)r->state)->stream); }

static size_t *fortran_order(sp_run *run, const header *h, size_t d)
{
    size_t *order = SP_NEW(run, size_t, d);
    for (size_t j = 0; order && j < d; j++) {
        size_t rest = j, index[MAX_DIMS] = {0};
        for (size_t k = h->dims; k-- > 1; rest /= h->shape[k])
            index[k] = rest % h->shape[k];
        for (size_t k = h->dims; k-- > 1;)
            order[j] = order[j] * h->shape[k] + index[k];
    }
    return order;
}

static sp_status open_npy(sp_run *run, sp_stream *stream, sp_reader *r)
{
    header h = {0};
    size_t bytes = 0;
    SP_TRY(parse_header(run, r->name, stream, &h, &bytes));
    if (!element_of(&h, &r->type))
        return sp_fail(run, SP_DATA, "%s: values of type %c%d; real numbers (f2 f4 f8, i1 to i8, u1 to u8, b1) can be read",
                       r->name, h.kind >= ' ' && h.kind < 127 ? h.kind : '?', h.bytes);
    bool channels_last;
    SP_TRY(sp_shape_rows(run, r, h.dims, h.shape, &channels_last));
    size_t size = sp_element_size(r->type);
    SP_TRY(sp_check_claim(run, stream, bytes, r->n, r->d, size));
    r->swap = size > 1 && h.big == sp_machine_is_little();
    fortran_state *s = SP_NEW(run, fortran_state, 1);
    if (!s)
        return SP_FAILED;
    s->base = (state){.stream = stream, .header = bytes, .channels_last = channels_last};
    if (s->base.channels_last && !(s->base.scratch = SP_NEW(run, unsigned char, r->d *size)))
        return SP_FAILED;
    bool fortran = h.fortran && h.dims > 1;
    if (fortran && !(s->order = fortran_order(run, &h, r->d)))
        return SP_FAILED;
    r->state = s;
    r->next = fortran ? next_fortran : next_c;
    r->finish = finish;
    r->rewind = rewind_npy;
    r->close = close_npy;
    return SP_OK;
}

sp_status sp_open_npy(sp_run *run, sp_stream *stream, sp_reader *out)
{
    *out = (sp_reader){.name = sp_strdup(run, sp_stream_name(stream))};
    sp_status status = out->name ? open_npy(run, stream, out) : SP_FAILED;
    if (status != SP_OK)
        sp_stream_close(stream);
    return status;
}
