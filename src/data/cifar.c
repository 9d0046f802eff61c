/* CIFAR binary records: one label byte (CIFAR-10) or coarse and fine label bytes (CIFAR-100), then 3 x 32 x 32 bytes. */
#include "reader.h"

#include <string.h>

enum { PIXELS = 3 * 32 * 32 };

typedef struct {
    sp_stream *stream;
    size_t label_bytes, label_at;
} state;

static const char *const cifar10_names[] = {"airplane", "automobile", "bird",  "cat",  "deer",
                                            "dog",      "frog",       "horse", "ship", "truck"};

static sp_status next(sp_run *run, sp_reader *r, size_t rows, void *values, double *labels)
{
    state *s = r->state;
    unsigned char label[2];
    for (size_t i = 0; i < rows; i++) {
        SP_TRY(sp_stream_need(run, s->stream, label, s->label_bytes));
        SP_TRY(sp_stream_need(run, s->stream, (unsigned char *)values + i * PIXELS, PIXELS));
        labels[i] = label[s->label_at];
        if (r->n_label_names && label[0] >= r->n_label_names)
            return sp_fail(run, SP_DATA, "%s: a record has label %d, CIFAR-10 labels are 0 to 9: not a CIFAR binary file?",
                           r->name, label[0]);
    }
    return SP_OK;
}

static sp_status rewind_cifar(sp_run *run, sp_reader *r) { return sp_stream_rewind(run, ((state *)r->state)->stream); }
static void close_cifar(sp_reader *r) { sp_stream_close(((state *)r->state)->stream); }

/* Both record lengths may divide the size; then the label bytes of the first records decide. */
static bool looks_like_10(const unsigned char *head, size_t got)
{
    return got > 0 && head[0] < 10 && (got <= PIXELS + 1 || head[PIXELS + 1] < 10);
}

static sp_status open_cifar(sp_run *run, sp_stream *stream, const char *labels, sp_reader *r)
{
    const unsigned char *head;
    size_t got;
    SP_TRY(sp_stream_peek(run, stream, &head, &got));
    uint64_t size = sp_stream_size(stream);
    bool ten = size % (PIXELS + 1) == 0, hundred = size % (PIXELS + 2) == 0;
    if (size == 0 || (!ten && !hundred))
        return sp_fail(
            run, SP_DATA,
            "%s: %llu bytes are no whole number of CIFAR records (3073 or 3074 bytes each): truncated, or not CIFAR",
            r->name, (unsigned long long)size);
    bool cifar10 = ten && (!hundred || looks_like_10(head, got));
    size_t record = PIXELS + (cifar10 ? 1 : 2);
    state *s = SP_NEW(run, state, 1);
    if (!s)
        return SP_FAILED;
    *s = (state){stream, cifar10 ? 1 : 2, cifar10 ? 0 : 1};
    if (labels && !cifar10 && !strcmp(labels, "coarse"))
        s->label_at = 0;
    r->n = (size_t)(size / record);
    SP_TRY(sp_check_claim(run, stream, 0, r->n, record, 1));
    r->d = PIXELS;
    r->channels = 3;
    r->height = r->width = 32;
    r->type = SP_U1;
    r->labelled = true;
    if (cifar10) {
        r->n_label_names = 10;
        r->label_name = cifar10_names;
    }
    r->state = s;
    r->next = next;
    r->rewind = rewind_cifar;
    r->close = close_cifar;
    return SP_OK;
}

sp_status sp_open_cifar(sp_run *run, sp_stream *stream, const char *labels, sp_reader *out)
{
    *out = (sp_reader){.name = sp_strdup(run, sp_stream_name(stream))};
    sp_status status = out->name ? open_cifar(run, stream, labels, out) : SP_FAILED;
    if (status != SP_OK)
        sp_stream_close(stream);
    return status;
}
