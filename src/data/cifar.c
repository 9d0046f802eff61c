/* CIFAR binary records: one label byte (CIFAR-10) or coarse and fine label bytes (CIFAR-100), then 3 x 32 x 32 bytes. */
#include "reader.h"

#include <string.h>

enum { PIXELS = 3 * 32 * 32 };

typedef struct {
    size_t n, current; /* batches */
    sp_stream **batch;
    uint64_t left; /* records of the current batch */
    size_t label_bytes, label_at;
} state;

static const char *const cifar10_names[] = {"airplane", "automobile", "bird",  "cat",  "deer",
                                            "dog",      "frog",       "horse", "ship", "truck"};

static uint64_t records(const state *s, size_t batch) { return sp_stream_size(s->batch[batch]) / (PIXELS + s->label_bytes); }

static sp_status next(sp_run *run, sp_reader *r, size_t rows, void *values, double *labels)
{
    state *s = r->state;
    unsigned char label[2];
    for (size_t i = 0; i < rows; i++) {
        while (s->left == 0)
            s->left = records(s, ++s->current);
        s->left--;
        sp_stream *stream = s->batch[s->current];
        SP_TRY(sp_stream_need(run, stream, label, s->label_bytes));
        SP_TRY(sp_stream_need(run, stream, (unsigned char *)values + i * PIXELS, PIXELS));
        labels[i] = label[s->label_at];
        if (r->n_label_names && label[0] >= r->n_label_names)
            return sp_fail(run, SP_DATA, "%s: a record has label %d, CIFAR-10 labels are 0 to 9: not a CIFAR binary file?",
                           sp_stream_name(stream), label[0]);
    }
    return SP_OK;
}

static sp_status finish(sp_run *run, sp_reader *r)
{
    state *s = r->state;
    for (size_t i = 0; i < s->n; i++)
        SP_TRY(sp_stream_finish(run, s->batch[i]));
    return SP_OK;
}

static sp_status rewind_cifar(sp_run *run, sp_reader *r)
{
    state *s = r->state;
    for (size_t i = 0; i < s->n; i++)
        SP_TRY(sp_stream_rewind(run, s->batch[i]));
    s->current = 0;
    s->left = records(s, 0);
    return SP_OK;
}

static void close_cifar(sp_reader *r)
{
    state *s = r->state;
    for (size_t i = 0; i < s->n; i++)
        sp_stream_close(s->batch[i]);
}

/* Both record lengths may divide the size; then the label bytes of the first records decide. */
static sp_status label_bytes(sp_run *run, sp_stream *stream, size_t *out)
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
            sp_stream_name(stream), (unsigned long long)size);
    bool looks_like_10 = got > 0 && head[0] < 10 && (got <= PIXELS + 1 || head[PIXELS + 1] < 10);
    *out = ten && (!hundred || looks_like_10) ? 1 : 2;
    return SP_OK;
}

static sp_status open_cifar(sp_run *run, const char *labels, sp_reader *r)
{
    state *s = r->state;
    for (size_t i = 0; i < s->n; i++) {
        size_t bytes;
        SP_TRY(label_bytes(run, s->batch[i], &bytes));
        if (i > 0 && bytes != s->label_bytes)
            return sp_fail(run, SP_DATA, "%s: other records than in %s", sp_stream_name(s->batch[i]),
                           sp_stream_name(s->batch[0]));
        s->label_bytes = bytes;
        size_t rows = (size_t)records(s, i);
        SP_TRY(sp_check_claim(run, s->batch[i], 0, rows, PIXELS + bytes, 1));
        r->n += rows;
    }
    bool coarse = labels && s->label_bytes == 2 && !strcmp(labels, "coarse");
    bool fine = labels && s->label_bytes == 2 && !strcmp(labels, "fine");
    r->labels_used = coarse || fine;
    s->label_at = s->label_bytes == 2 && !coarse;
    s->left = records(s, 0);
    r->d = PIXELS;
    r->channels = 3;
    r->height = r->width = 32;
    r->type = SP_U1;
    r->labelled = true;
    if (s->label_bytes == 1) {
        r->n_label_names = 10;
        r->label_name = cifar10_names;
    }
    r->next = next;
    r->finish = finish;
    r->rewind = rewind_cifar;
    return SP_OK;
}

sp_status sp_open_cifar(sp_run *run, size_t n, sp_stream **batch, const char *labels, sp_reader *out)
{
    *out = (sp_reader){.name = sp_strdup(run, sp_stream_name(batch[0])), .close = close_cifar};
    state *s = SP_NEW(run, state, 1);
    if (!out->name || !s) {
        for (size_t i = 0; i < n; i++)
            sp_stream_close(batch[i]);
        return SP_FAILED;
    }
    s->n = n;
    s->batch = batch;
    out->state = s;
    sp_status status = open_cifar(run, labels, out);
    if (status != SP_OK)
        close_cifar(out);
    return status;
}
