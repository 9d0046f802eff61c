/* IDX (the MNIST format): 0 0 type dims, dims x 4-byte big-endian sizes, then the values, big-endian. */
#include "reader.h"

#include <string.h>

typedef struct {
    sp_stream *stream;
    size_t header;
} state;

static sp_status next(sp_run *run, sp_reader *r, size_t rows, void *values, double *labels)
{
    (void)labels;
    return sp_stream_need(run, ((state *)r->state)->stream, values, rows * r->d * sp_element_size(r->type));
}

static sp_status finish(sp_run *run, sp_reader *r) { return sp_stream_finish(run, ((state *)r->state)->stream); }

static sp_status rewind_idx(sp_run *run, sp_reader *r)
{
    state *s = r->state;
    SP_TRY(sp_stream_rewind(run, s->stream));
    return sp_stream_skip(run, s->stream, s->header);
}

static void close_idx(sp_reader *r) { sp_stream_close(((state *)r->state)->stream); }

static bool element_of(unsigned char code, sp_element *type)
{
    switch (code) {
    case 0x08:
        *type = SP_U1;
        return true;
    case 0x09:
        *type = SP_I1;
        return true;
    case 0x0b:
        *type = SP_I2;
        return true;
    case 0x0c:
        *type = SP_I4;
        return true;
    case 0x0d:
        *type = SP_F4;
        return true;
    case 0x0e:
        *type = SP_F8;
        return true;
    default:
        return false;
    }
}

static sp_status open_idx(sp_run *run, sp_stream *stream, sp_reader *r)
{
    unsigned char magic[4], size[4];
    SP_TRY(sp_stream_need(run, stream, magic, 4));
    size_t dims = magic[3], d = 1, shape[8] = {0};
    sp_element type;
    if (magic[0] || magic[1] || !element_of(magic[2], &type) || dims < 1 || dims > 8)
        return sp_fail(run, SP_DATA, "%s: not an IDX file (header %02x %02x %02x %02x)", r->name, magic[0], magic[1],
                       magic[2], magic[3]);
    for (size_t i = 0; i < dims; i++) {
        SP_TRY(sp_stream_need(run, stream, size, 4));
        shape[i] = (size_t)size[0] << 24 | (size_t)size[1] << 16 | (size_t)size[2] << 8 | size[3];
        if (shape[i] == 0)
            return sp_fail(run, SP_DATA, "%s: holds no values (size %zu of %zu is 0)", r->name, i + 1, dims);
        if (i > 0 && __builtin_mul_overflow(d, shape[i], &d))
            return sp_fail(run, SP_DATA, "%s: the sizes in its header are beyond any memory", r->name);
    }
    size_t header = 4 + 4 * dims;
    SP_TRY(sp_check_claim(run, stream, header, shape[0], d, sp_element_size(type)));
    r->n = shape[0];
    r->d = d;
    if (dims == 3 || dims == 4) {
        r->channels = dims == 4 ? shape[1] : 1;
        r->height = shape[dims - 2];
        r->width = shape[dims - 1];
    }
    r->type = type;
    r->swap = sp_machine_is_little();
    r->next = next;
    r->finish = finish;
    r->rewind = rewind_idx;
    r->close = close_idx;
    state *s = SP_NEW(run, state, 1);
    if (!s)
        return SP_FAILED;
    *s = (state){stream, header};
    r->state = s;
    return SP_OK;
}

sp_status sp_open_idx(sp_run *run, sp_stream *stream, sp_reader *out)
{
    *out = (sp_reader){.name = sp_strdup(run, sp_stream_name(stream))};
    sp_status status = out->name ? open_idx(run, stream, out) : SP_FAILED;
    if (status != SP_OK)
        sp_stream_close(stream);
    return status;
}
