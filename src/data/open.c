/* From a source named by the user to a reader: the content decides, the name only where the content cannot. */
#include "reader.h"

#include "catalogue.h"
#include "generator.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

void sp_reader_close(sp_reader *r)
{
    if (r->close)
        r->close(r);
    r->close = NULL;
}

sp_status sp_check_claim(sp_run *run, const sp_stream *stream, uint64_t header, size_t n, size_t d, size_t element_size)
{
    uint64_t bytes, bound = sp_stream_bound(stream);
    bool beyond = __builtin_mul_overflow((uint64_t)n, (uint64_t)d, &bytes) ||
                  __builtin_mul_overflow(bytes, (uint64_t)element_size, &bytes) ||
                  __builtin_add_overflow(bytes, header, &bytes) || bytes > PTRDIFF_MAX;
    if (beyond || bytes > bound)
        return sp_fail(run, SP_DATA,
                       "%s: its header promises %zu rows of %zu values, more than the file can hold (%llu bytes%s): "
                       "truncated or damaged",
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

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && !strcasecmp(text + n - m, end);
}

static bool looks_like_text(const unsigned char *p, size_t n)
{
    if (n >= 2 && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff)))
        return true; /* UTF-16: refused with its own words later */
    for (size_t i = 0; i < n; i++)
        if (p[i] < 9 || (p[i] > 13 && p[i] < 32))
            return false;
    return true;
}

static bool is_idx(const unsigned char *p, size_t n)
{
    return n >= 4 && p[0] == 0 && p[1] == 0 && p[2] >= 8 && p[2] <= 14 && p[3] >= 1 && p[3] <= 8;
}

static const char *const readable =
    "IDX, NPY, NPZ, CSV/TSV, HDF5, CIFAR binary (.bin) and folders of PNG/JPEG can be read, also gzip-compressed";

static sp_status refuse(sp_run *run, sp_stream *stream, const char *why)
{
    sp_status status = sp_fail(run, SP_DATA, "%s: %s; %s", sp_stream_name(stream), why, readable);
    sp_stream_close(stream);
    return status;
}

/* key: the part of the name behind ':', or NULL. Takes over the stream. */
static sp_status open_stream(sp_run *run, sp_stream *stream, const char *key, const char *labels, sp_reader *out)
{
    const unsigned char *p;
    size_t n;
    sp_status status = sp_stream_peek(run, stream, &p, &n);
    if (status != SP_OK) {
        sp_stream_close(stream);
        return status;
    }
    const char *name = sp_stream_name(stream);
    if (n == 0)
        return refuse(run, stream, "empty file");
    (void)key;
    if (n >= 6 && !memcmp(p, "\x93NUMPY", 6))
        return sp_open_npy(run, stream, out);
    if (is_idx(p, n))
        return sp_open_idx(run, stream, out);
    if (n >= 4 && p[2] == 0 && p[3] == 0 && p[1] >= 8 && p[1] <= 14 && p[0] >= 1 && p[0] <= 8)
        return refuse(run, stream, "an IDX header in the wrong byte order (IDX is big-endian)");
    if (n >= 2 && p[0] == 0x1f && p[1] == 0x8b)
        return refuse(run, stream, "compressed twice");
    if (ends_with(name, ".bin") || ends_with(name, ".bin.gz"))
        return sp_open_cifar(run, stream, labels, out);
    if (looks_like_text(p, n) || ends_with(name, ".csv") || ends_with(name, ".tsv") || ends_with(name, ".txt"))
        return sp_open_csv(run, stream, labels, out);
    return refuse(run, stream, "not a known format");
}

sp_status sp_open_bytes(sp_run *run, const char *name, const void *data, size_t bytes, const char *labels, sp_reader *out)
{
    sp_stream *stream;
    SP_TRY(sp_stream_memory(run, name, data, bytes, &stream));
    return open_stream(run, stream, NULL, labels, out);
}

static bool exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

/* "train-images-idx3-ubyte.gz" -> "train-labels-idx1-ubyte.gz", with or without .gz; "x.npy" -> "x-labels.npy". */
static sp_status find_labels_beside(sp_run *run, const char *path, sp_reader *r)
{
    const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path, *images = strstr(file, "images");
    const char *digit = images ? strstr(images, "idx") : NULL;
    char *beside = NULL;
    if (digit && digit[3]) {
        beside = sp_format(run, "%.*slabels%.*sidx1%s", (int)(images - path), path, (int)(digit - images - 6), images + 6,
                           digit + 4);
        if (beside && !exists(beside))
            beside = ends_with(beside, ".gz") ? sp_format(run, "%.*s", (int)strlen(beside) - 3, beside)
                                              : sp_format(run, "%s.gz", beside);
    }
    else if (ends_with(path, ".npy"))
        beside = sp_format(run, "%.*s-labels.npy", (int)strlen(path) - 4, path);
    else
        return SP_OK;
    if (!beside)
        return SP_FAILED;
    if (exists(beside))
        r->label_source = beside;
    return SP_OK;
}

sp_status sp_open_source(sp_run *run, const char *source, const char *labels, sp_reader *out)
{
    *out = (sp_reader){0};
    if (!strncmp(source, "gen:", 4))
        return sp_open_generator(run, source + 4, out);
    const char *path = source;
    if (strcmp(source, "-") != 0 && !exists(source)) {
        SP_TRY(sp_catalogue_find(run, source, &path));
        if (!path)
            return sp_fail(run, SP_DATA, "%s: no such file, and no dataset of that name (`spinodal data list` shows them)",
                           source);
    }
    sp_stream *stream;
    SP_TRY(sp_stream_open(run, path, &stream));
    SP_TRY(open_stream(run, stream, NULL, labels, out));
    sp_status status = find_labels_beside(run, path, out);
    if (path != source)
        out->name = sp_strdup(run, source);
    if (status == SP_OK && !out->name)
        status = SP_FAILED;
    if (status != SP_OK)
        sp_reader_close(out);
    return status;
}
