#include "data/subset.h"

#include <string.h>

enum { HASH_BLOCK = 1024 };

typedef struct {
    const sp_dataset *data;
    uint64_t *hash;
} hashing;

static uint64_t mix(uint64_t hash, uint64_t bits)
{
    hash = (hash ^ bits) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

static uint64_t row_hash(const sp_dataset *data, size_t i)
{
    uint64_t hash = 14695981039346656037u, bits = 0;
    for (size_t j = 0; j < data->d; j++) {
        if (data->x64) {
            double x = data->x64[i * data->d + j] + 0.0; /* -0 equals 0 */
            memcpy(&bits, &x, sizeof x);
        }
        else {
            float x = data->x[i * data->d + j] + 0.0f;
            memcpy(&bits, &x, sizeof x);
        }
        hash = mix(hash, bits);
    }
    return hash;
}

static sp_status hash_block(sp_run *worker, size_t block, void *context)
{
    hashing *h = context;
    (void)worker;
    for (size_t i = block * HASH_BLOCK; i < h->data->n && i < (block + 1) * HASH_BLOCK; i++)
        h->hash[i] = row_hash(h->data, i);
    return SP_OK;
}

static bool same_row(const sp_dataset *data, size_t a, size_t b)
{
    for (size_t j = 0; j < data->d; j++)
        if (data->x64 ? data->x64[a * data->d + j] != data->x64[b * data->d + j]
                      : data->x[a * data->d + j] != data->x[b * data->d + j])
            return false;
    return true;
}

/* copy[i]: row i equals an earlier one. Open addressing over the first row of each kind; hashes are compared first, rows
 * only when they agree. */
static sp_status find_copies(sp_run *run, const sp_dataset *data, bool *copy, size_t *count)
{
    size_t slots = 1;
    while (slots < 2 * data->n)
        slots *= 2;
    hashing h = {data, SP_NEW(run, uint64_t, data->n)};
    size_t *slot = SP_NEW(run, size_t, slots);
    if (!h.hash || !slot)
        return SP_FAILED;
    SP_TRY(sp_parallel(run, (data->n + HASH_BLOCK - 1) / HASH_BLOCK, hash_block, &h));
    *count = 0;
    for (size_t i = 0; i < data->n; i++) {
        size_t at = (size_t)(h.hash[i] >> 7) & (slots - 1);
        while (slot[at] && !(h.hash[slot[at] - 1] == h.hash[i] && same_row(data, slot[at] - 1, i)))
            at = (at + 1) & (slots - 1);
        copy[i] = slot[at] != 0;
        *count += copy[i];
        if (!slot[at])
            slot[at] = i + 1;
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
