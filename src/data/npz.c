/* NPZ: a zip archive of NPY arrays. */
#include "reader.h"

#include <string.h>
#include <zip.h>

typedef struct {
    sp_stream *stream;
    zip_t *archive;
    sp_reader array;
} state;

static sp_status next(sp_run *run, sp_reader *r, size_t rows, void *values, double *labels)
{
    state *s = r->state;
    return s->array.next(run, &s->array, rows, values, labels);
}

static sp_status finish(sp_run *run, sp_reader *r)
{
    state *s = r->state;
    return s->array.finish(run, &s->array);
}

static sp_status rewind_npz(sp_run *run, sp_reader *r)
{
    state *s = r->state;
    return s->array.rewind(run, &s->array);
}

static void close_npz(sp_reader *r)
{
    state *s = r->state;
    sp_reader_close(&s->array);
    if (s->archive)
        zip_discard(s->archive);
    sp_stream_close(s->stream);
}

/* -1: no member NAME.npy. */
static zip_int64_t member(zip_t *archive, const char *name)
{
    size_t length = strlen(name);
    for (zip_int64_t i = 0; i < zip_get_num_entries(archive, 0); i++) {
        const char *entry = zip_get_name(archive, (zip_uint64_t)i, ZIP_FL_ENC_RAW);
        if (entry && !strncmp(entry, name, length) && (!entry[length] || !strcmp(entry + length, ".npy")))
            return i;
    }
    return -1;
}

static zip_int64_t first_of(zip_t *archive, size_t n, const char *const *names)
{
    for (size_t i = 0; i < n; i++) {
        zip_int64_t found = member(archive, names[i]);
        if (found >= 0)
            return found;
    }
    return -1;
}

static const char *member_names(sp_run *run, zip_t *archive)
{
    enum { SHOWN = 12 };
    const char *text = "";
    zip_int64_t n = zip_get_num_entries(archive, 0);
    for (zip_int64_t i = 0; i < n && i < SHOWN && text; i++) {
        const char *entry = zip_get_name(archive, (zip_uint64_t)i, ZIP_FL_ENC_RAW);
        size_t length = entry ? strlen(entry) : 0;
        if (length > 4 && !strcmp(entry + length - 4, ".npy"))
            length -= 4;
        text = sp_format(run, "%s%s%.*s", text, i ? ", " : "", (int)(length < 60 ? length : 60), entry ? entry : "?");
    }
    return text ? (n > SHOWN ? sp_format(run, "%s, ...", text) : text) : "";
}

static const char *const usual_labels[] = {"y", "labels", "label", "targets", "target", "y_train"};
enum { USUAL_LABELS = sizeof usual_labels / sizeof *usual_labels };

static sp_status find_array(sp_run *run, const sp_reader *r, zip_t *archive, const char *key, zip_int64_t *found)
{
    static const char *const usual[] = {"x", "X", "data", "images", "x_train", "X_train"};
    zip_int64_t n = zip_get_num_entries(archive, 0), others = 0;
    *found = key ? member(archive, key) : first_of(archive, sizeof usual / sizeof *usual, usual);
    if (*found >= 0)
        return SP_OK;
    if (key)
        return sp_fail(run, SP_DATA, "%s: holds no array \"%s\"; it holds %s", r->name, key, member_names(run, archive));
    zip_int64_t label = first_of(archive, USUAL_LABELS, usual_labels);
    for (zip_int64_t i = 0; i < n; i++)
        if (i != label || n == 1) {
            *found = i;
            others++;
        }
    if (others == 1)
        return SP_OK;
    return n == 0
               ? sp_fail(run, SP_DATA, "%s: an empty archive", r->name)
               : sp_fail(run, SP_DATA, "%s: which array? FILE:NAME with NAME among %s", r->name, member_names(run, archive));
}

static sp_status open_member(sp_run *run, const sp_reader *r, zip_t *archive, zip_int64_t index, sp_reader *out)
{
    const char *entry = zip_get_name(archive, (zip_uint64_t)index, ZIP_FL_ENC_RAW);
    const char *name = sp_format(run, "%s:%.200s", r->name, entry ? entry : "?");
    sp_stream *stream;
    if (!name)
        return SP_FAILED;
    SP_TRY(sp_stream_zip(run, name, archive, (uint64_t)index, &stream));
    return sp_open_npy(run, stream, out);
}

static sp_status read_labels(sp_run *run, sp_reader *r, zip_t *archive, zip_int64_t index)
{
    sp_reader labels;
    SP_TRY(open_member(run, r, archive, index, &labels));
    double *value = NULL;
    sp_status status = labels.n == r->n
                           ? sp_read_column(run, &labels, &value)
                           : sp_fail(run, SP_DATA, "%s holds %zu labels, %s %zu rows", labels.name, labels.n, r->name, r->n);
    sp_reader_close(&labels);
    r->labelled = true;
    r->label = value;
    return status;
}

static sp_status open_npz(sp_run *run, const char *key, const char *labels, sp_reader *r)
{
    state *s = r->state;
    const unsigned char *data;
    size_t bytes;
    SP_TRY(sp_stream_all(run, s->stream, &data, &bytes));
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(data, bytes, 0, &error);
    s->archive = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
    if (!s->archive) {
        if (source)
            zip_source_free(source);
        sp_status status = sp_fail(run, SP_DATA, "%s: not a readable NPZ archive (%s)", r->name, zip_error_strerror(&error));
        zip_error_fini(&error);
        return status;
    }
    zip_error_fini(&error);
    zip_int64_t array;
    SP_TRY(find_array(run, r, s->archive, key, &array));
    const char *name = r->name;
    SP_TRY(open_member(run, r, s->archive, array, &s->array));
    *r = (sp_reader){.name = name,
                     .n = s->array.n,
                     .d = s->array.d,
                     .channels = s->array.channels,
                     .height = s->array.height,
                     .width = s->array.width,
                     .type = s->array.type,
                     .swap = s->array.swap,
                     .state = s,
                     .next = next,
                     .finish = finish,
                     .rewind = rewind_npz,
                     .close = close_npz};
    bool none = labels && !strcmp(labels, "none");
    zip_int64_t label = none ? -1 : labels ? member(s->archive, labels) : first_of(s->archive, USUAL_LABELS, usual_labels);
    r->labels_used = none || (labels && label >= 0);
    return label >= 0 && label != array ? read_labels(run, r, s->archive, label) : SP_OK;
}

sp_status sp_open_npz(sp_run *run, sp_stream *stream, const char *key, const char *labels, sp_reader *out)
{
    *out = (sp_reader){.name = sp_strdup(run, sp_stream_name(stream)), .close = close_npz};
    state *s = SP_NEW(run, state, 1);
    if (!out->name || !s) {
        sp_stream_close(stream);
        return SP_FAILED;
    }
    s->stream = stream;
    out->state = s;
    sp_status status = open_npz(run, key, labels, out);
    if (status != SP_OK)
        close_npz(out);
    return status;
}
