/* From a source named by the user to a reader: the content decides, the name only where the content cannot. */
#include "reader.h"

#include "catalogue.h"
#include "folder_layout.h"
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

static const char *const readable = "IDX, NPY, NPZ, CSV/TSV, MatrixMarket, HDF5, CIFAR binary (.bin) and folders of "
                                    "PNG/JPEG can be read, also gzip-compressed";

/* What the first bytes say. */
typedef enum { EMPTY, NPY, NPZ, HDF5, IDX, SWAPPED_IDX, GZIP, IMAGE, CIFAR, MATRIX, TEXT, UNKNOWN } content;

static content sniff(const char *name, const unsigned char *p, size_t n)
{
    if (n == 0)
        return EMPTY;
    if (n >= 6 && !memcmp(p, "\x93NUMPY", 6))
        return NPY;
    if (n >= 4 && (!memcmp(p, "PK\3\4", 4) || !memcmp(p, "PK\5\6", 4)))
        return NPZ;
    if (n >= 8 && !memcmp(p, "\x89HDF\r\n\x1a\n", 8))
        return HDF5;
    if (is_idx(p, n))
        return IDX;
    if (n >= 4 && p[2] == 0 && p[3] == 0 && p[1] >= 8 && p[1] <= 14 && p[0] >= 1 && p[0] <= 8)
        return SWAPPED_IDX;
    if (n >= 2 && p[0] == 0x1f && p[1] == 0x8b)
        return GZIP;
    if (n >= 8 && (!memcmp(p, "\x89PNG", 4) || !memcmp(p, "\xff\xd8\xff", 3)))
        return IMAGE;
    if (sp_is_matrix_market(p, n))
        return MATRIX;
    if (ends_with(name, ".bin") || ends_with(name, ".bin.gz"))
        return CIFAR;
    bool named_text = ends_with(name, ".csv") || ends_with(name, ".tsv") || ends_with(name, ".txt");
    return named_text || looks_like_text(p, n) ? TEXT : UNKNOWN;
}

static sp_status refuse(sp_run *run, sp_stream *stream, sp_status status, const char *why)
{
    sp_fail(run, status, "%s: %s", sp_stream_name(stream), why);
    sp_stream_close(stream);
    return status;
}

static sp_status open_single_cifar(sp_run *run, sp_stream *stream, const sp_source_words *words, sp_reader *out)
{
    sp_stream **one = SP_NEW(run, sp_stream *, 1);
    if (!one) {
        sp_stream_close(stream);
        return SP_FAILED;
    }
    *one = stream;
    return sp_open_cifar(run, 1, one, words->labels, out);
}

/* key: the part of the source behind ':', or NULL; path: NULL when it is no file. Takes over the stream. */
static sp_status open_stream(sp_run *run, sp_stream *stream, const char *path, const char *key, const sp_source_words *words,
                             sp_reader *out)
{
    const unsigned char *p;
    size_t n;
    sp_status status = sp_stream_peek(run, stream, &p, &n);
    if (status != SP_OK) {
        sp_stream_close(stream);
        return status;
    }
    content c = sniff(sp_stream_name(stream), p, n);
    if (key && (c == NPY || c == IDX || c == CIFAR || c == MATRIX || c == TEXT))
        return refuse(run, stream, SP_USAGE, "holds one array only; \":NAME\" is for NPZ and HDF5");
    switch (c) {
    case EMPTY:
        return refuse(run, stream, SP_DATA, "is empty");
    case NPY:
        return sp_open_npy(run, stream, out);
    case NPZ:
        return sp_open_npz(run, stream, key, words->labels, out);
    case HDF5:
        if (!path || sp_stream_compressed(stream))
            return refuse(run, stream, SP_DATA, "HDF5 is read from plain files only (unpack it, or give its path)");
        sp_stream_close(stream);
        return sp_open_hdf5(run, path, key, words->labels, out);
    case IDX:
        return sp_open_idx(run, stream, out);
    case SWAPPED_IDX:
        return refuse(run, stream, SP_DATA, "has an IDX header in the wrong byte order (IDX is big-endian)");
    case GZIP:
        return refuse(run, stream, SP_DATA, "is compressed twice; unpack it once");
    case IMAGE:
        return refuse(run, stream, SP_DATA, "is a single image; give the folder that holds the images");
    case CIFAR:
        return open_single_cifar(run, stream, words, out);
    case MATRIX:
        return sp_open_matrix_market(run, stream, out);
    case TEXT:
        return sp_open_csv(run, stream, words, out);
    case UNKNOWN:
        break;
    }
    const char *why = sp_format(run, "not a known format; %s", readable);
    return refuse(run, stream, SP_DATA, why ? why : readable);
}

sp_status sp_open_bytes(sp_run *run, const char *name, const void *data, size_t bytes, const sp_source_words *words,
                        sp_reader *out)
{
    sp_stream *stream;
    SP_TRY(sp_stream_memory(run, name, data, bytes, &stream));
    return open_stream(run, stream, NULL, NULL, words, out);
}

/* ---- sources by name ------------------------------------------------------------------------------------ */

typedef enum { NOTHING, FILE_THERE, FOLDER } there;

static there what_is(const char *path)
{
    struct stat info;
    return stat(path, &info) != 0 ? NOTHING : S_ISDIR(info.st_mode) ? FOLDER : FILE_THERE;
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
        if (beside && what_is(beside) != FILE_THERE)
            beside = ends_with(beside, ".gz") ? sp_format(run, "%.*s", (int)strlen(beside) - 3, beside)
                                              : sp_format(run, "%s.gz", beside);
    }
    else if (ends_with(path, ".npy"))
        beside = sp_format(run, "%.*s-labels.npy", (int)strlen(path) - 4, path);
    else
        return SP_OK;
    if (!beside)
        return SP_FAILED;
    if (what_is(beside) == FILE_THERE)
        r->label_source = beside;
    return SP_OK;
}

static sp_status open_file(sp_run *run, const char *path, const char *key, const sp_source_words *words, sp_reader *out)
{
    sp_stream *stream;
    SP_TRY(sp_stream_open(run, path, &stream));
    SP_TRY(open_stream(run, stream, path, key, words, out));
    sp_status status = out->labelled ? SP_OK : find_labels_beside(run, path, out);
    if (status != SP_OK)
        sp_reader_close(out);
    return status;
}

static sp_status open_cifar_batches(sp_run *run, const sp_layout *layout, const sp_source_words *words, sp_reader *out)
{
    sp_stream **batch = SP_NEW(run, sp_stream *, layout->n);
    if (!batch)
        return SP_FAILED;
    for (size_t i = 0; i < layout->n; i++) {
        sp_status status = sp_stream_open(run, layout->path[i], &batch[i]);
        if (status == SP_OK)
            continue;
        while (i > 0)
            sp_stream_close(batch[--i]);
        return status;
    }
    return sp_open_cifar(run, layout->n, batch, words->labels, out);
}

/* split: "train", "test" or the name of a folder inside; NULL: train. */
static sp_status open_folder(sp_run *run, const char *path, const char *split, const sp_source_words *words, sp_reader *out)
{
    sp_layout layout;
    SP_TRY(sp_layout_find(run, path, split ? split : "train", &layout));
    if (layout.cifar)
        return open_cifar_batches(run, &layout, words, out);
    if (layout.n > 0)
        return open_file(run, layout.path[0], NULL, words, out);
    const char *inside = split ? sp_format(run, "%s/%s", path, split) : path;
    if (!inside)
        return SP_FAILED;
    if (split && what_is(inside) != FOLDER)
        return sp_fail(run, SP_DATA, "%s: holds no \"%s\" part", path, split);
    return sp_open_image_folder(run, inside, out);
}

static sp_status open_known(sp_run *run, const sp_known *known, const char *split, const sp_source_words *words,
                            sp_reader *out)
{
    const char *folder;
    if (split && strcmp(split, "train") != 0 && strcmp(split, "test") != 0)
        return sp_fail(run, SP_USAGE, "%s has the parts %s:train and %s:test, not \"%s\"", known->name, known->name,
                       known->name, split);
    SP_TRY(sp_known_locate(run, known, &folder));
    if (!folder)
        return sp_fail(run, SP_DATA, "%s is not on this machine; `spinodal data get %s` fetches it, or says where to put it",
                       known->name, known->name);
    SP_TRY(open_folder(run, folder, split, words, out));
    if (known->class_name && out->n_label_names == 0) {
        out->usual_names = known->class_name;
        out->n_usual_names = known->classes;
    }
    return SP_OK;
}

static sp_status open_named(sp_run *run, const char *source, const sp_source_words *words, sp_reader *out)
{
    if (!strcmp(source, "-")) {
        sp_stream *stream;
        SP_TRY(sp_stream_open(run, source, &stream));
        return open_stream(run, stream, NULL, NULL, words, out);
    }
    there whole = what_is(source);
    const sp_known *known = sp_known_find(source, strlen(source));
    if (whole == FOLDER && known) /* a run folder, say, that happens to have the name; ./NAME is the folder */
        return open_known(run, known, NULL, words, out);
    if (whole != NOTHING)
        return whole == FOLDER ? open_folder(run, source, NULL, words, out) : open_file(run, source, NULL, words, out);
    const char *colon = strrchr(source, ':');
    size_t length = colon ? (size_t)(colon - source) : strlen(source);
    const char *path = sp_format(run, "%.*s", (int)length, source), *key = colon && colon[1] ? colon + 1 : NULL;
    if (!path)
        return SP_FAILED;
    there part = colon ? what_is(path) : NOTHING;
    if (part != NOTHING)
        return part == FOLDER ? open_folder(run, path, key, words, out) : open_file(run, path, key, words, out);
    known = sp_known_find(source, length);
    if (known)
        return open_known(run, known, key, words, out);
    return sp_fail(run, SP_DATA, "%s: no such file, and no dataset of that name (`spinodal data list` shows them)", source);
}

sp_status sp_open_source(sp_run *run, const char *source, const sp_source_words *words, sp_reader *out)
{
    *out = (sp_reader){0};
    if (!strncmp(source, "gen:", 4))
        return sp_open_generator(run, source + 4, out);
    if (!strncmp(source, "mem:", 4)) {
        const sp_array *array = sp_run_attached(run, source + 4);
        return array ? sp_open_array(run, source, array, out)
                     : sp_fail(run, SP_USAGE, "no array is attached under \"%s\"", source + 4);
    }
    SP_TRY(open_named(run, source, words, out));
    if (strcmp(source, "-") != 0 && !(out->name = sp_strdup(run, source))) {
        sp_reader_close(out);
        return SP_FAILED;
    }
    return SP_OK;
}
