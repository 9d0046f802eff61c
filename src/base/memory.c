#include "run_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 64, SMALL_CHUNK = 1 << 18 };

static sp_chunk *chunk_create(sp_run *run, size_t size)
{
    sp_shared *s = run->shared;
    size_t before = atomic_fetch_add(&s->memory_used, size);
    if (before + size < before || before + size > s->max_memory) {
        atomic_fetch_sub(&s->memory_used, size);
        sp_fail(run, SP_FAILED,
                "needs %.3g GB of memory on top of %.3g GB in use, above the limit of %.3g GB (--max-memory)",
                (double)size / 1e9, (double)before / 1e9, (double)s->max_memory / 1e9);
        return NULL;
    }
    sp_chunk *chunk = malloc(sizeof *chunk);
    char *data = chunk ? aligned_alloc(ALIGN, size) : NULL;
    if (!data) {
        free(chunk);
        atomic_fetch_sub(&s->memory_used, size);
        sp_fail(run, SP_FAILED, "out of memory: the system refused %.3g GB", (double)size / 1e9);
        return NULL;
    }
    *chunk = (sp_chunk){.previous = run->chunk, .size = size, .data = data};
    return chunk;
}

void *sp_alloc(sp_run *run, size_t count, size_t size)
{
    if (size && count > (SIZE_MAX / 2) / size) {
        sp_fail(run, SP_FAILED, "needs more memory than the machine can address");
        return NULL;
    }
    size_t bytes = (count * size + ALIGN - 1) / ALIGN * ALIGN;
    if (bytes == 0)
        bytes = ALIGN;
    if (!run->chunk || run->chunk->size - run->chunk->used < bytes) {
        sp_chunk *chunk = chunk_create(run, bytes > SMALL_CHUNK / 4 ? bytes : SMALL_CHUNK);
        if (!chunk)
            return NULL;
        run->chunk = chunk;
    }
    void *p = run->chunk->data + run->chunk->used;
    run->chunk->used += bytes;
    return memset(p, 0, bytes);
}

char *sp_strdup(sp_run *run, const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = sp_alloc(run, n, 1);
    return copy ? memcpy(copy, text, n) : NULL;
}

char *sp_format(sp_run *run, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = sp_alloc(run, (size_t)n + 1, 1);
    if (text) {
        va_start(arguments, format);
        vsnprintf(text, (size_t)n + 1, format, arguments);
        va_end(arguments);
    }
    return text;
}

sp_mark sp_memory_mark(const sp_run *run) { return (sp_mark){run->chunk, run->chunk ? run->chunk->used : 0}; }

void sp_memory_release(sp_run *run, sp_mark mark)
{
    while (run->chunk && run->chunk != mark.chunk) {
        sp_chunk *chunk = run->chunk;
        run->chunk = chunk->previous;
        atomic_fetch_sub(&run->shared->memory_used, chunk->size);
        free(chunk->data);
        free(chunk);
    }
    if (run->chunk)
        run->chunk->used = mark.used;
}

sp_status sp_need_memory(sp_run *run, double bytes, const char *what)
{
    double used = (double)atomic_load(&run->shared->memory_used), limit = (double)run->shared->max_memory;
    if (used + bytes > limit)
        return sp_fail(run, SP_FAILED, "%s needs about %.3g GB of memory, %.3g GB are left (--max-memory)", what,
                       bytes / 1e9, (limit - used) / 1e9);
    return SP_OK;
}
