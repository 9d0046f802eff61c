#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>
#include <zlib.h>

enum { INPUT = 1 << 16, DEFLATE_RATIO = 1032 };

/* Where the raw bytes come from: one of fd, memory, zip member. */
struct sp_stream {
    char *name;
    int fd; /* -1: none */
    const unsigned char *memory;
    size_t memory_at;
    zip_t *archive;
    zip_file_t *member;
    uint64_t member_index;
    uint64_t raw_size;

    bool gzip, inflating; /* inflating: inside a member of the gzip file */
    z_stream z;
    unsigned char *input;
    uint64_t trailer_size;

    unsigned char head[SP_PEEK]; /* peeked, not yet taken */
    size_t head_at, head_n;
    uint64_t at;

    void *owned; /* malloc */
    void *mapped;
    size_t mapped_bytes;
};

static sp_status raw_read(sp_run *run, sp_stream *s, void *out, size_t bytes, size_t *got)
{
    *got = 0;
    if (s->memory) {
        size_t left = (size_t)s->raw_size - s->memory_at;
        *got = bytes < left ? bytes : left;
        memcpy(out, s->memory + s->memory_at, *got);
        s->memory_at += *got;
        return SP_OK;
    }
    while (*got < bytes) {
        ssize_t n;
        if (s->member)
            n = (ssize_t)zip_fread(s->member, (char *)out + *got, bytes - *got);
        else
            n = read(s->fd, (char *)out + *got, bytes - *got);
        if (n < 0 && !s->member && errno == EINTR)
            continue;
        if (n < 0)
            return sp_fail(run, SP_DATA, "%s: cannot read: %s", s->name,
                           s->member ? zip_error_strerror(zip_file_get_error(s->member)) : strerror(errno));
        if (n == 0)
            break;
        *got += (size_t)n;
    }
    return SP_OK;
}

static sp_status refill(sp_run *run, sp_stream *s)
{
    size_t got;
    SP_TRY(raw_read(run, s, s->input, INPUT, &got));
    s->z.next_in = s->input;
    s->z.avail_in = (uInt)got;
    return SP_OK;
}

/* Another member of the gzip file may follow; anything else behind the end is padding. */
static sp_status next_member(sp_run *run, sp_stream *s)
{
    if (s->z.avail_in < 2) {
        unsigned char *left = s->z.next_in;
        size_t kept = s->z.avail_in, got;
        memmove(s->input, left, kept);
        SP_TRY(raw_read(run, s, s->input + kept, INPUT - kept, &got));
        s->z.next_in = s->input;
        s->z.avail_in = (uInt)(kept + got);
    }
    s->inflating = s->z.avail_in >= 2 && s->z.next_in[0] == 0x1f && s->z.next_in[1] == 0x8b && inflateReset(&s->z) == Z_OK;
    return SP_OK;
}

static sp_status gzip_read(sp_run *run, sp_stream *s, void *out, size_t bytes, size_t *got)
{
    *got = 0;
    while (*got < bytes && s->inflating) {
        if (s->z.avail_in == 0)
            SP_TRY(refill(run, s));
        size_t want = bytes - *got < 1u << 30 ? bytes - *got : 1u << 30;
        s->z.next_out = (unsigned char *)out + *got;
        s->z.avail_out = (uInt)want;
        bool input_ended = s->z.avail_in == 0;
        int code = inflate(&s->z, Z_NO_FLUSH);
        *got += want - s->z.avail_out;
        if (code == Z_STREAM_END)
            SP_TRY(next_member(run, s));
        else if ((code == Z_OK || code == Z_BUF_ERROR) && input_ended && s->z.avail_out > 0)
            return sp_fail(run, SP_DATA, "%s: the compressed file is truncated (fetch or copy it again)", s->name);
        else if (code == Z_MEM_ERROR)
            return sp_fail(run, SP_FAILED, "out of memory");
        else if (code != Z_OK && code != Z_BUF_ERROR)
            return sp_fail(run, SP_DATA, "%s: the compressed data are damaged (%s)", s->name,
                           s->z.msg ? s->z.msg : "bad gzip stream");
    }
    return SP_OK;
}

static sp_status pull(sp_run *run, sp_stream *s, void *out, size_t bytes, size_t *got)
{
    return s->gzip ? gzip_read(run, s, out, bytes, got) : raw_read(run, s, out, bytes, got);
}

sp_status sp_stream_read(sp_run *run, sp_stream *s, void *out, size_t bytes, size_t *got)
{
    size_t first = s->head_n - s->head_at, more = 0;
    if (first > bytes)
        first = bytes;
    if (first > 0)
        memcpy(out, s->head + s->head_at, first);
    s->head_at += first;
    if (first < bytes)
        SP_TRY(pull(run, s, (char *)out + first, bytes - first, &more));
    *got = first + more;
    s->at += *got;
    return SP_OK;
}

sp_status sp_stream_need(sp_run *run, sp_stream *s, void *out, size_t bytes)
{
    size_t got;
    SP_TRY(sp_stream_read(run, s, out, bytes, &got));
    if (got < bytes)
        return sp_fail(run, SP_DATA, "%s: truncated: it ends after %llu bytes, its header promises more", s->name,
                       (unsigned long long)s->at);
    return SP_OK;
}

sp_status sp_stream_peek(sp_run *run, sp_stream *s, const unsigned char **head, size_t *got)
{
    size_t kept = s->head_n - s->head_at, more;
    memmove(s->head, s->head + s->head_at, kept);
    s->head_at = 0;
    s->head_n = kept;
    SP_TRY(pull(run, s, s->head + kept, SP_PEEK - kept, &more));
    s->head_n += more;
    *head = s->head;
    *got = s->head_n;
    return SP_OK;
}

sp_status sp_stream_skip(sp_run *run, sp_stream *s, uint64_t bytes)
{
    unsigned char scratch[INPUT];
    while (bytes > 0) {
        size_t n = bytes < sizeof scratch ? (size_t)bytes : sizeof scratch;
        SP_TRY(sp_stream_need(run, s, scratch, n));
        bytes -= n;
    }
    return SP_OK;
}

sp_status sp_stream_finish(sp_run *run, sp_stream *s)
{
    unsigned char more;
    size_t got;
    SP_TRY(sp_stream_read(run, s, &more, 1, &got));
    if (got > 0)
        sp_warn(run, "%s: there is more behind its last value; ignored", s->name);
    return SP_OK;
}

sp_status sp_stream_rewind(sp_run *run, sp_stream *s)
{
    s->head_at = s->head_n = 0;
    s->at = 0;
    s->memory_at = 0;
    if (s->archive) {
        if (s->member)
            zip_fclose(s->member);
        s->member = zip_fopen_index(s->archive, s->member_index, 0);
        if (!s->member)
            return sp_fail(run, SP_DATA, "%s: cannot open the member: %s", s->name, zip_strerror(s->archive));
    }
    if (s->fd >= 0 && lseek(s->fd, 0, SEEK_SET) != 0)
        return sp_fail(run, SP_DATA, "%s: cannot read twice: %s", s->name, strerror(errno));
    if (s->gzip) {
        s->z.avail_in = 0;
        s->inflating = inflateReset(&s->z) == Z_OK;
    }
    return SP_OK;
}

static sp_stream *stream_create(sp_run *run, const char *name)
{
    sp_stream *s = calloc(1, sizeof *s);
    if (s)
        s->name = strdup(name);
    if (!s || !s->name) {
        free(s);
        sp_fail(run, SP_FAILED, "out of memory");
        return NULL;
    }
    s->fd = -1;
    return s;
}

/* Turns on the gzip filter when the content is compressed. */
static sp_status detect_gzip(sp_run *run, sp_stream *s)
{
    unsigned char magic[2], trailer[4];
    size_t got;
    SP_TRY(raw_read(run, s, magic, 2, &got));
    bool gzip = got == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
    if (gzip && s->raw_size >= 18) {
        if (s->memory)
            memcpy(trailer, s->memory + s->raw_size - 4, 4);
        else if (pread(s->fd, trailer, 4, (off_t)s->raw_size - 4) != 4)
            memset(trailer, 0, 4);
        s->trailer_size =
            (uint64_t)trailer[0] | (uint64_t)trailer[1] << 8 | (uint64_t)trailer[2] << 16 | (uint64_t)trailer[3] << 24;
    }
    if (gzip) {
        s->input = malloc(INPUT);
        if (!s->input || inflateInit2(&s->z, 15 + 16) != Z_OK)
            return sp_fail(run, SP_FAILED, "out of memory");
        s->gzip = true;
    }
    return sp_stream_rewind(run, s);
}

/* Reads fd to its end into memory of the stream, which becomes a memory stream. */
static sp_status slurp(sp_run *run, sp_stream *s, uint64_t expected)
{
    size_t n = 0, capacity = expected < 1u << 16 ? 1u << 16 : (size_t)expected + 1;
    unsigned char *data = NULL;
    for (;;) {
        sp_status status = sp_need_memory(run, (double)capacity, s->name);
        unsigned char *grown = status == SP_OK ? realloc(data, capacity) : NULL;
        if (!grown) {
            free(data);
            return sp_fail(run, SP_DATA, "%s: more than %.3g GB once read, above the memory limit (--max-memory)", s->name,
                           (double)n / 1e9);
        }
        data = grown;
        size_t got;
        status = sp_stream_read(run, s, data + n, capacity - n, &got);
        if (status == SP_OK)
            status = sp_poll(run);
        if (status != SP_OK) {
            free(data);
            return status;
        }
        n += got;
        if (n < capacity)
            break;
        capacity += capacity / 2;
    }
    s->owned = data;
    s->memory = data;
    s->raw_size = n;
    return SP_OK;
}

static sp_status open_path(sp_run *run, sp_stream *s, const char *path)
{
    struct stat info;
    s->fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);
    if (s->fd < 0 || fstat(s->fd, &info) != 0)
        return sp_fail(run, SP_DATA, "%s: cannot open: %s", s->name, strerror(errno));
    if (S_ISDIR(info.st_mode))
        return sp_fail(run, SP_DATA, "%s: is a folder, a file was expected", s->name);
    s->raw_size = (uint64_t)info.st_size;
    if (!S_ISREG(info.st_mode) || lseek(s->fd, 0, SEEK_CUR) != 0) {
        SP_TRY(slurp(run, s, 0));
        close(s->fd);
        s->fd = -1;
    }
    return detect_gzip(run, s);
}

sp_status sp_stream_open(sp_run *run, const char *path, sp_stream **out)
{
    *out = NULL;
    sp_stream *s = stream_create(run, strcmp(path, "-") ? path : "standard input");
    sp_status status = s ? open_path(run, s, path) : SP_FAILED;
    if (status == SP_OK)
        *out = s;
    else
        sp_stream_close(s);
    return status;
}

sp_status sp_stream_memory(sp_run *run, const char *name, const void *data, size_t bytes, sp_stream **out)
{
    *out = NULL;
    sp_stream *s = stream_create(run, name);
    if (!s)
        return SP_FAILED;
    s->memory = bytes ? data : (const unsigned char *)"";
    s->raw_size = bytes;
    sp_status status = detect_gzip(run, s);
    if (status == SP_OK)
        *out = s;
    else
        sp_stream_close(s);
    return status;
}

sp_status sp_stream_zip(sp_run *run, const char *name, void *archive, uint64_t index, sp_stream **out)
{
    *out = NULL;
    sp_stream *s = stream_create(run, name);
    if (!s)
        return SP_FAILED;
    s->archive = archive;
    s->member_index = index;
    zip_stat_t info;
    s->raw_size = zip_stat_index(archive, index, 0, &info) == 0 && info.valid & ZIP_STAT_SIZE ? info.size : UINT64_MAX;
    if (info.valid & ZIP_STAT_COMP_SIZE && s->raw_size / DEFLATE_RATIO > info.comp_size + 64)
        s->raw_size = (info.comp_size + 64) * DEFLATE_RATIO; /* more is a lie of the directory */
    sp_status status = sp_stream_rewind(run, s);
    if (status == SP_OK)
        *out = s;
    else
        sp_stream_close(s);
    return status;
}

void sp_stream_close(sp_stream *s)
{
    if (!s)
        return;
    if (s->fd >= 0)
        close(s->fd);
    if (s->member)
        zip_fclose(s->member);
    if (s->gzip)
        inflateEnd(&s->z);
    if (s->mapped)
        munmap(s->mapped, s->mapped_bytes);
    free(s->owned);
    free(s->input);
    free(s->name);
    free(s);
}

const char *sp_stream_name(const sp_stream *s) { return s->name; }
bool sp_stream_compressed(const sp_stream *s) { return s->gzip; }

uint64_t sp_stream_bound(const sp_stream *s)
{
    return s->gzip && s->raw_size < UINT64_MAX / DEFLATE_RATIO ? s->raw_size * DEFLATE_RATIO : s->raw_size;
}

uint64_t sp_stream_size(const sp_stream *s) { return s->gzip ? s->trailer_size : s->raw_size; }

sp_status sp_stream_all(sp_run *run, sp_stream *s, const unsigned char **data, size_t *bytes)
{
    size_t skip = (size_t)s->at;
    if (s->fd >= 0 && !s->gzip && s->raw_size > 0) {
        void *map = mmap(NULL, (size_t)s->raw_size, PROT_READ, MAP_PRIVATE, s->fd, 0);
        if (map != MAP_FAILED) {
            s->mapped = map;
            s->mapped_bytes = (size_t)s->raw_size;
            s->memory = map;
        }
    }
    if (s->memory && !s->gzip) {
        *data = s->memory + skip;
        *bytes = (size_t)s->raw_size - skip;
        s->at = s->memory_at = (size_t)s->raw_size;
        s->head_at = s->head_n = 0;
        return SP_OK;
    }
    uint64_t expected = sp_stream_size(s) <= sp_stream_bound(s) ? sp_stream_size(s) : 0;
    void *before = s->owned; /* compressed bytes from a pipe */
    SP_TRY(slurp(run, s, expected > skip ? expected - skip : 0));
    free(before);
    if (s->gzip)
        inflateEnd(&s->z);
    s->gzip = false;
    if (s->member)
        zip_fclose(s->member);
    s->member = NULL;
    s->archive = NULL;
    s->head_at = s->head_n = 0;
    s->at = s->memory_at = (size_t)s->raw_size;
    *data = s->memory;
    *bytes = (size_t)s->raw_size;
    return SP_OK;
}
