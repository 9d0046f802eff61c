/* What an array of any number of dimensions means as rows. */
#include "reader.h"

#include <math.h>
#include <string.h>

static bool is_channels(size_t c) { return c == 1 || c == 3 || c == 4; }

sp_status sp_shape_rows(sp_run *run, sp_reader *r, size_t dims, const size_t *shape, bool *channels_last)
{
    *channels_last = false;
    if (dims == 0)
        return sp_fail(run, SP_DATA, "%s: a single number; an array of shape (n, d) was expected", r->name);
    r->n = shape[0];
    r->d = 1;
    for (size_t k = 0; k < dims; k++) {
        if (shape[k] == 0)
            return sp_fail(run, SP_DATA, "%s: holds no values (size %zu of its shape is 0)", r->name, k + 1);
        if (k > 0 && __builtin_mul_overflow(r->d, shape[k], &r->d))
            return sp_fail(run, SP_DATA, "%s: the shape in its header is beyond any memory", r->name);
    }
    if (dims == 3) {
        r->channels = 1;
        r->height = shape[1];
        r->width = shape[2];
    }
    if (dims == 4) {
        *channels_last = is_channels(shape[3]) && !is_channels(shape[1]);
        r->channels = shape[*channels_last ? 3 : 1];
        r->height = shape[*channels_last ? 1 : 2];
        r->width = shape[*channels_last ? 2 : 3];
        *channels_last &= r->channels > 1;
    }
    return SP_OK;
}

sp_status sp_check_claim(sp_run *run, const sp_stream *stream, uint64_t header, size_t n, size_t d, size_t element_size)
{
    uint64_t bytes, bound = sp_stream_bound(stream);
    bool beyond = __builtin_mul_overflow((uint64_t)n, (uint64_t)d, &bytes) ||
                  __builtin_mul_overflow(bytes, (uint64_t)element_size, &bytes) ||
                  __builtin_add_overflow(bytes, header, &bytes) || bytes > PTRDIFF_MAX;
    if (beyond || bytes > bound)
        return sp_fail(
            run, SP_DATA,
            "%s: its header promises %zu rows of %zu values, more than the file can hold (%llu bytes%s): truncated or "
            "damaged",
            sp_stream_name(stream), n, d, (unsigned long long)bound,
            sp_stream_compressed(stream) ? " at most once unpacked" : "");
    return SP_OK;
}

void sp_to_planes(size_t rows, size_t channels, size_t pixels, size_t element_size, void *values, void *scratch)
{
    size_t d = channels * pixels;
    for (size_t i = 0; i < rows; i++) {
        unsigned char *row = (unsigned char *)values + i * d * element_size, *copy = memcpy(scratch, row, d * element_size);
        for (size_t c = 0; c < channels; c++)
            for (size_t k = 0; k < pixels; k++)
                memcpy(row + (c * pixels + k) * element_size, copy + (k * channels + c) * element_size, element_size);
    }
}

sp_status sp_read_column(sp_run *run, sp_reader *r, double **out)
{
    if (r->d != 1)
        return sp_fail(run, SP_DATA, "%s: labels are one value per row, this has %zu", r->name, r->d);
    if (sp_need_memory(run, 16.0 * (double)r->n, r->name) != SP_OK)
        return sp_fail(run, SP_DATA, "%s: %zu labels do not fit the memory allowed (--max-memory)", r->name, r->n);
    double *value = SP_NEW(run, double, r->n);
    sp_mark mark = sp_memory_mark(run);
    void *raw = SP_NEW(run, char, r->n *sp_element_size(r->type));
    if (!value || !raw)
        return SP_FAILED;
    SP_TRY(r->next(run, r, r->n, raw, value));
    if (r->finish)
        SP_TRY(r->finish(run, r));
    sp_elements_to_double(r->type, r->swap, r->n, raw, value);
    for (size_t i = 0; i < r->n; i++)
        if (isinf(value[i])) /* NaN: missing */
            return sp_fail(run, SP_DATA, "%s: label %zu is not a finite number", r->name, i + 1);
    sp_memory_release(run, mark);
    *out = value;
    return SP_OK;
}
