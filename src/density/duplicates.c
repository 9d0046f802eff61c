#include "density/duplicates.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    uint64_t hash;
    size_t row;
} key;

static int by_hash(const void *a, const void *b)
{
    const key *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

static uint64_t hash_row(size_t bytes, const void *row)
{
    const unsigned char *p = row;
    uint64_t hash = 14695981039346656037u, word;
    for (; bytes >= sizeof word; bytes -= sizeof word, p += sizeof word) {
        memcpy(&word, p, sizeof word);
        hash = (hash ^ word) * 1099511628211u;
        hash ^= hash >> 29;
    }
    for (; bytes; bytes--)
        hash = (hash ^ *p++) * 1099511628211u;
    return hash;
}

sp_status sp_duplicate_rows(sp_run *run, const sp_dataset *data, bool **is_copy, size_t *count)
{
    size_t n = data->n, bytes = data->d * (data->x64 ? sizeof(double) : sizeof(float));
    const char *rows = data->x64 ? (const char *)data->x64 : (const char *)data->x;
    *is_copy = SP_NEW(run, bool, n);
    *count = 0;
    sp_mark mark = sp_memory_mark(run);
    key *keys = SP_NEW(run, key, n);
    if (!*is_copy || !keys)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++)
        keys[i] = (key){hash_row(bytes, rows + i * bytes), i};
    qsort(keys, n, sizeof *keys, by_hash);
    for (size_t first = 0; first < n;) {
        size_t end = first + 1;
        for (; end < n && keys[end].hash == keys[first].hash; end++)
            for (size_t k = first; k < end; k++) /* against the originals of this hash */
                if (!(*is_copy)[keys[k].row] && !memcmp(rows + keys[k].row * bytes, rows + keys[end].row * bytes, bytes)) {
                    (*is_copy)[keys[end].row] = true;
                    ++*count;
                    break;
                }
        first = end;
    }
    sp_memory_release(run, mark);
    return SP_OK;
}

static void *keep(sp_run *run, const sp_dataset *data, const bool *dropped, size_t left, const void *values, size_t bytes,
                  bool *ok)
{
    if (!values)
        return NULL;
    char *out = sp_alloc(run, left, bytes);
    *ok = *ok && out;
    for (size_t i = 0, k = 0; out && i < data->n; i++)
        if (!dropped[i])
            memcpy(out + k++ * bytes, (const char *)values + i * bytes, bytes);
    return out;
}

sp_status sp_without_rows(sp_run *run, const sp_dataset *data, const bool *dropped, size_t count, const sp_dataset **out)
{
    sp_dataset *copy = SP_NEW(run, sp_dataset, 1);
    bool ok = copy;
    if (!ok)
        return SP_FAILED;
    *copy = *data;
    copy->n = data->n - count;
    copy->x = keep(run, data, dropped, copy->n, data->x, data->d * sizeof(float), &ok);
    copy->x64 = keep(run, data, dropped, copy->n, data->x64, data->d * sizeof(double), &ok);
    copy->label = keep(run, data, dropped, copy->n, data->label, sizeof *data->label, &ok);
    copy->target = keep(run, data, dropped, copy->n, data->target, sizeof *data->target, &ok);
    *out = copy;
    return ok ? SP_OK : SP_FAILED;
}
