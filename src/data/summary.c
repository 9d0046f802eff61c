/* What `data info` tells: moments of the columns, equal rows, constant columns, sizes of the classes. */
#include "spinodal/data.h"

#include <math.h>
#include <string.h>

/* One value of the dataset in its raw scale. */
static double raw_value(const sp_dataset *data, size_t i, size_t j)
{
    double x = data->x64 ? data->x64[i * data->d + j] : (double)data->x[i * data->d + j];
    return (x + (data->mean ? data->mean[j] : 0) - data->offset) / data->gain;
}

static sp_status columns(sp_run *run, const sp_dataset *data, sp_dataset_summary *out)
{
    size_t n = data->n, d = data->d;
    double *mean = SP_NEW(run, double, d), *sd = SP_NEW(run, double, d);
    bool *varies = SP_NEW(run, bool, d);
    if (!mean || !sd || !varies)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++) {
            mean[j] += raw_value(data, i, j);
            varies[j] |= data->x[i * d + j] != data->x[j] || (data->x64 && data->x64[i * d + j] != data->x64[j]);
        }
    for (size_t j = 0; j < d; j++)
        mean[j] /= (double)n;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++)
            sd[j] += pow(raw_value(data, i, j) - mean[j], 2);
    for (size_t j = 0; j < d; j++) {
        double variance = n > 1 && varies[j] ? sd[j] / (double)(n - 1) : 0;
        sd[j] = sqrt(variance);
        out->mean += mean[j] / (double)d;
        out->variance += variance / (double)d;
        out->constant_columns += !varies[j];
    }
    out->column_mean = mean;
    out->column_sd = sd;
    return SP_OK;
}

static uint64_t row_hash(const float *row, size_t d)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t j = 0; j < d; j++) {
        float x = row[j] == 0 ? 0 : row[j]; /* -0 equals 0 */
        uint32_t bits;
        memcpy(&bits, &x, sizeof bits);
        hash = (hash ^ bits) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 29;
    }
    return hash;
}

static bool same_row(const sp_dataset *data, size_t a, size_t b)
{
    for (size_t j = 0; j < data->d; j++)
        if (data->x64 ? data->x64[a * data->d + j] != data->x64[b * data->d + j]
                      : data->x[a * data->d + j] != data->x[b * data->d + j])
            return false;
    return true;
}

/* Open addressing over the first row of each kind; hashes are compared first, rows only when they agree. */
static sp_status duplicates(sp_run *run, const sp_dataset *data, size_t *out)
{
    size_t slots = 1;
    while (slots < 2 * data->n)
        slots *= 2;
    sp_mark mark = sp_memory_mark(run);
    uint64_t *hash = SP_NEW(run, uint64_t, data->n);
    size_t *slot = SP_NEW(run, size_t, slots);
    if (!hash || !slot)
        return SP_FAILED;
    *out = 0;
    for (size_t i = 0; i < data->n; i++) {
        hash[i] = row_hash(data->x + i * data->d, data->d);
        size_t at = (size_t)(hash[i] >> 7) & (slots - 1);
        while (slot[at] && !(hash[slot[at] - 1] == hash[i] && same_row(data, slot[at] - 1, i)))
            at = (at + 1) & (slots - 1);
        *out += slot[at] != 0;
        if (!slot[at])
            slot[at] = i + 1;
    }
    sp_memory_release(run, mark);
    return SP_OK;
}

sp_status sp_dataset_summarize(sp_run *run, const sp_dataset *data, sp_dataset_summary *out)
{
    *out = (sp_dataset_summary){0};
    SP_TRY(columns(run, data, out));
    size_t *count = SP_NEW(run, size_t, data->n_classes + 1);
    if (!count)
        return SP_FAILED;
    for (size_t i = 0; data->label && i < data->n; i++)
        count[data->label[i]]++;
    out->class_count = count;
    return duplicates(run, data, &out->duplicates);
}
