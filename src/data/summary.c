/* What `data info` tells: moments of the columns, equal rows, constant columns, sizes of the classes. */
#include "spinodal/data.h"

#include "data/subset.h"

#include <math.h>

/* One value of the dataset in its raw scale. */
static double raw_value(const sp_dataset *data, size_t i, size_t j)
{
    return sp_dataset_raw(data, j, data->x64 ? data->x64[i * data->d + j] : (double)data->x[i * data->d + j]);
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

/* Rows of each text of a factor. */
static void count_levels(const sp_dataset *data, const sp_factor *f, size_t *count)
{
    for (size_t i = 0; i < data->n; i++) {
        size_t column = f->column, code = 0;
        if (!f->onehot)
            code = (size_t)nearbyint(raw_value(data, i, column));
        for (size_t l = 0; f->onehot && l < f->n_levels; l++)
            if (l == f->label_level ? data->target[i] == 1 : raw_value(data, i, column++) > 0.5)
                code = l;
        count[code]++;
    }
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
    size_t **level_count = SP_NEW(run, size_t *, data->n_factors + 1);
    if (!level_count)
        return SP_FAILED;
    for (size_t f = 0; f < data->n_factors; f++) {
        if (!(level_count[f] = SP_NEW(run, size_t, data->factor[f].n_levels)))
            return SP_FAILED;
        count_levels(data, &data->factor[f], level_count[f]);
    }
    out->level_count = (const size_t *const *)level_count;
    return sp_dataset_count_duplicates(run, data, &out->duplicates);
}
