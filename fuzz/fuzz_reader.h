/* One input through a reader and everything behind it: labels, choice of rows, scale, hash. */
#ifndef SPINODAL_FUZZ_READER_H
#define SPINODAL_FUZZ_READER_H

#include "data/load.h"

#include <stdlib.h>
#include <string.h>

/* Values and labels of what was accepted must be in order. */
static inline void check_dataset(const sp_dataset *data)
{
    if (data->n < 1 || data->d < 1)
        abort();
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

typedef sp_status (*open_function)(sp_run *run, sp_stream *stream, const char *labels, sp_reader *out);

static inline void fuzz_reader(const uint8_t *data, size_t size, open_function open)
{
    static const char *const labels[] = {NULL, "2", "label", "none"}, *const classes[] = {NULL, "1", "0,a"};
    sp_data_options options = {.scale = size % 2 ? "none" : NULL,
                               .limit = size % 3,
                               .labels = labels[size / 2 % 4],
                               .classes = classes[size / 8 % 3]};
    sp_run *run = sp_run_create(&(sp_run_options){.seed = 1, .threads = 1, .max_memory = 1 << 23});
    sp_stream *stream;
    sp_reader reader;
    const sp_dataset *out;
    if (!run)
        return;
    sp_status status = sp_stream_memory(run, "input", data, size, &stream);
    if (status == SP_OK)
        status = open(run, stream, options.labels, &reader);
    if (status == SP_OK)
        status = sp_dataset_from_reader(run, &reader, &options, NULL, &out);
    if (status == SP_OK)
        check_dataset(out);
    else
        check_refusal(run, status);
    sp_run_free(run);
}

#endif
