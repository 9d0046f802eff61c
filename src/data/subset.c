#include "data/subset.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    uint64_t hash;
    size_t row;
} hashed;

enum { HASH_BLOCK = 1024 };

typedef struct {
    const sp_dataset *data;
    hashed *rows;
} hashing;

static const void *row_of(const sp_dataset *data, size_t i, size_t *bytes)
{
    *bytes = data->d * (data->x ? sizeof(float) : sizeof(double));
    return data->x ? (const void *)(data->x + i * data->d) : (const void *)(data->x64 + i * data->d);
}

/* Multiply and shift over 32-bit words; equal rows are compared afterwards. */
static uint64_t hash_row(const sp_dataset *data, size_t i)
{
    size_t bytes;
    const char *p = row_of(data, i, &bytes);
    uint64_t h = 0x9e3779b97f4a7c15u;
    for (size_t j = 0; j < bytes; j += 4) {
        uint32_t word;
        memcpy(&word, p + j, sizeof word);
        h = (h ^ word) * 0xd6e8feb86659fd93u;
        h ^= h >> 29;
    }
    return h;
}

static sp_status hash_block(sp_run *worker, size_t block, void *context)
{
    hashing *h = context;
    (void)worker;
    for (size_t i = block * HASH_BLOCK; i < h->data->n && i < (block + 1) * HASH_BLOCK; i++)
        h->rows[i] = (hashed){hash_row(h->data, i), i};
    return SP_OK;
}

static int by_hash(const void *a_, const void *b_)
{
    const hashed *a = a_, *b = b_;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

/* copy[i]: row i equals an earlier one */
static sp_status find_copies(sp_run *run, const sp_dataset *data, bool *copy, size_t *count)
{
    hashing h = {data, SP_NEW(run, hashed, data->n)};
    if (!h.rows)
        return SP_FAILED;
    SP_TRY(sp_parallel(run, (data->n + HASH_BLOCK - 1) / HASH_BLOCK, hash_block, &h));
    qsort(h.rows, data->n, sizeof *h.rows, by_hash);
    *count = 0;
    for (size_t first = 0; first < data->n;) {
        size_t end = first + 1;
        while (end < data->n && h.rows[end].hash == h.rows[first].hash)
            end++;
        for (size_t i = first + 1; i < end; i++)
            for (size_t j = first; j < i && !copy[h.rows[i].row]; j++) {
                size_t bytes;
                const void *a = row_of(data, h.rows[i].row, &bytes), *b = row_of(data, h.rows[j].row, &bytes);
                if (!copy[h.rows[j].row] && !memcmp(a, b, bytes)) {
                    copy[h.rows[i].row] = true;
                    ++*count;
                }
            }
        first = end;
    }
    return SP_OK;
}

sp_status sp_dataset_count_duplicates(sp_run *run, const sp_dataset *data, size_t *count)
{
    sp_mark mark = sp_memory_mark(run);
    bool *copy = SP_NEW(run, bool, data->n);
    sp_status status = copy ? find_copies(run, data, copy, count) : SP_FAILED;
    sp_memory_release(run, mark);
    return status;
}

static sp_status keep_rows(sp_run *run, const sp_dataset *data, size_t n, const bool *keep, const sp_dataset **out)
{
    size_t d = data->d, k = 0;
    sp_dataset *subset = SP_NEW(run, sp_dataset, 1);
    float *x = data->x ? SP_NEW(run, float, n *d) : NULL;
    double *x64 = data->x64 ? SP_NEW(run, double, n *d) : NULL, *target = data->target ? SP_NEW(run, double, n) : NULL;
    int32_t *label = data->label ? SP_NEW(run, int32_t, n) : NULL;
    if (!subset || (data->x && !x) || (data->x64 && !x64) || (data->target && !target) || (data->label && !label))
        return SP_FAILED;
    for (size_t i = 0; i < data->n; i++) {
        if (!keep[i])
            continue;
        if (x)
            memcpy(x + k * d, data->x + i * d, d * sizeof *x);
        if (x64)
            memcpy(x64 + k * d, data->x64 + i * d, d * sizeof *x64);
        if (target)
            target[k] = data->target[i];
        if (label)
            label[k] = data->label[i];
        k++;
    }
    *subset = *data;
    subset->n = n;
    subset->x = x;
    subset->x64 = x64;
    subset->target = target;
    subset->label = label;
    *out = subset;
    return SP_OK;
}

sp_status sp_dataset_distinct(sp_run *run, const sp_dataset *data, const sp_dataset **out)
{
    size_t count;
    bool *keep = SP_NEW(run, bool, data->n);
    if (!keep)
        return SP_FAILED;
    SP_TRY(find_copies(run, data, keep, &count));
    *out = data;
    if (count == 0)
        return SP_OK;
    for (size_t i = 0; i < data->n; i++)
        keep[i] = !keep[i];
    return keep_rows(run, data, data->n - count, keep, out);
}

sp_status sp_dataset_subsample(sp_run *run, const sp_dataset *data, size_t n, const sp_dataset **out)
{
    *out = data;
    if (n == 0 || n >= data->n)
        return SP_OK;
    size_t *order = SP_NEW(run, size_t, data->n);
    bool *keep = SP_NEW(run, bool, data->n);
    if (!order || !keep)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(run, "subsample", 0);
    sp_permutation(&rng, data->n, order);
    for (size_t i = 0; i < n; i++)
        keep[order[i]] = true;
    return keep_rows(run, data, n, keep, out);
}
