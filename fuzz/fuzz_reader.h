/* One input through a reader and everything behind it: labels, choice of rows, scale, hash. */
#ifndef SPINODAL_FUZZ_READER_H
#define SPINODAL_FUZZ_READER_H

#include "data/load.h"

#include <stdlib.h>
#include <string.h>

/* Codes are below the number of texts; of the columns of one text in each row at most one is 1, and every column is
 * somewhere. */
static inline void check_factor(const sp_dataset *data, const sp_factor *f)
{
    size_t columns = f->onehot ? f->n_levels - (f->label_level < f->n_levels) : 1;
    if (f->column + columns > data->d)
        abort();
    for (size_t i = 0; i < data->n && data->x64 && !data->mean && data->gain == 1 && data->offset == 0; i++) {
        const double *x = data->x64 + i * data->d + f->column;
        double sum = 0;
        for (size_t k = 0; k < columns; k++) {
            if (!(x[k] >= 0 && x[k] < (double)(f->onehot ? 2 : f->n_levels)))
                abort();
            sum += x[k];
        }
        if (f->onehot && (sum > 1 || (f->label_level == SIZE_MAX && sum != 1)))
            abort();
    }
}

/* Values and labels of what was accepted must be in order. */
static inline void check_dataset(const sp_dataset *data)
{
    if (data->n < 1 || data->d < 1)
        abort();
    for (size_t f = 0; f < data->n_factors; f++)
        check_factor(data, &data->factor[f]);
    for (size_t i = 0; i < data->n * data->d; i++)
        if (data->x[i] - data->x[i] != 0)
            abort();
    for (size_t i = 0; data->label && i < data->n; i++)
        if (data->label[i] < 0 || (size_t)data->label[i] >= data->n_classes || !data->class_name[data->label[i]])
            abort();
}

/* A refusal is one line. */
static inline void check_refusal(const sp_run *run, sp_status status)
{
    const char *message = sp_run_message(run);
    if (!*message || (status != SP_DATA && status != SP_USAGE && status != SP_FAILED))
        abort();
}

/* The last byte chooses what is done with missing values and texts. */
static inline void fuzz_options(const uint8_t *data, size_t size, sp_data_options *o)
{
    static const char *const columns[] = {NULL, "all", "1", "a,2"}, *const used[] = {NULL, "1", "a.*"};
    uint8_t choice = size ? data[size - 1] : 0;
    o->keep_mean = o->scale != NULL;
    o->na = choice % 2 ? SP_NA_DROP : SP_NA_ERROR;
    o->factorize = columns[choice / 2 % 4];
    o->onehot = columns[choice / 8 % 4];
    o->used = used[choice / 32 % 3];
    if (choice / 96 == 1)
        o->labels = "a=b";
    if (choice / 96 == 2)
        o->columns = used[1 + choice % 2];
}

typedef sp_status (*open_function)(sp_run *run, sp_stream *stream, const sp_source_words *words, sp_reader *out);

static inline void fuzz_reader(const uint8_t *data, size_t size, open_function open)
{
    static const char *const labels[] = {NULL, "2", "label", "none"}, *const classes[] = {NULL, "1", "0,a"};
    sp_data_options options = {.scale = size % 2 ? "none" : NULL,
                               .limit = size % 3,
                               .labels = labels[size / 2 % 4],
                               .classes = classes[size / 8 % 3]};
    fuzz_options(data, size, &options);
    sp_source_words words = {options.labels, options.factorize, options.onehot, options.columns, NULL};
    sp_run *run = sp_run_create(&(sp_run_options){.seed = 1, .threads = 1, .max_memory = 1 << 23});
    sp_stream *stream;
    sp_reader reader;
    const sp_dataset *out;
    if (!run)
        return;
    sp_status status = sp_stream_memory(run, "input", data, size, &stream);
    if (status == SP_OK)
        status = open(run, stream, &words, &reader);
    if (status == SP_OK)
        status = sp_dataset_from_reader(run, &reader, &options, NULL, &out);
    if (status == SP_OK)
        check_dataset(out);
    else
        check_refusal(run, status);
    sp_run_free(run);
}

#endif
