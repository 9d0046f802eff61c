/* From the rows of a reader to a dataset: labels, choice of rows, one pass over the values, scale and mean. */
#include "load.h"

#include "labels.h"
#include "scale.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 1 << 17 /* elements read at once */ };

typedef struct {
    sp_reader *r;
    const sp_data_options *options;
    const sp_dataset *like;
    sp_labels labels; /* n = 0: unknown until read, or none */
    sp_classes classes;
    bool filter; /* rows of other classes are dropped */
    size_t rows; /* kept */
} loading;

static size_t chunk_rows(const sp_reader *r)
{
    size_t rows = r->rows_at_once ? r->rows_at_once : CHUNK / r->d;
    return rows < 1 ? 1 : rows < r->n ? rows : r->n;
}

/* Labels that come with the rows, read ahead of them because the number of kept rows depends on them. */
static sp_status read_labels_ahead(sp_run *run, sp_reader *r, sp_labels *out)
{
    *out = (sp_labels){r->n, SP_NEW(run, double, r->n), r->n_label_names, r->label_name};
    if (!out->value)
        return SP_FAILED;
    sp_mark mark = sp_memory_mark(run);
    size_t rows = chunk_rows(r);
    void *raw = SP_NEW(run, char, rows * r->d * sp_element_size(r->type));
    if (!raw)
        return SP_FAILED;
    for (size_t i = 0; i < r->n; i += rows) {
        SP_TRY(sp_poll(run));
        SP_TRY(r->next(run, r, rows < r->n - i ? rows : r->n - i, raw, out->value + i));
    }
    sp_memory_release(run, mark);
    return r->rewind(run, r);
}

static sp_status labels_from_file(sp_run *run, const loading *l, sp_labels *out)
{
    const sp_reader *r = l->r;
    const char *path = r->label_source ? r->label_source : l->options->labels;
    if (!r->label_source && access(path, R_OK) != 0)
        return r->table ? sp_fail(run, SP_USAGE, "%s has no column \"%s\", and there is no file of that name (--labels)",
                                  r->name, path)
                        : sp_fail(run, SP_DATA, "%s: cannot open the file of labels (--labels)", path);
    SP_TRY(sp_labels_read(run, path, out));
    if (out->n != r->n)
        return sp_fail(run, SP_DATA, "%s holds %zu labels, %s %zu rows", path, out->n, r->name, r->n);
    return SP_OK;
}

/* Label numbers of a known dataset are indices into its names. */
static void use_names(const sp_reader *r, sp_labels *labels)
{
    for (size_t i = 0; i < labels->n; i++)
        if (!(labels->value[i] >= 0 && labels->value[i] < (double)r->n_usual_names &&
              labels->value[i] == floor(labels->value[i])))
            return;
    labels->n_names = r->n_usual_names;
    labels->name = r->usual_names;
}

static sp_status find_labels(sp_run *run, loading *l)
{
    sp_reader *r = l->r;
    const sp_data_options *o = l->options;
    bool none = o->labels && !strcmp(o->labels, "none");
    bool file = o->labels && !none && !r->labels_used && !l->like; /* a file of labels belongs to the first dataset only */
    if (none)
        r->labelled = false;
    else if (file || (!r->labelled && r->label_source)) {
        if (file)
            r->label_source = NULL;
        SP_TRY(labels_from_file(run, l, &l->labels));
        r->labelled = false;
        if (!file)
            use_names(r, &l->labels);
    }
    else if (r->label)
        l->labels = (sp_labels){r->n, (double *)(uintptr_t)r->label, r->n_label_names, r->label_name};
    else if (r->labelled && o->classes)
        SP_TRY(read_labels_ahead(run, r, &l->labels));
    if (o->classes && l->labels.n == 0)
        return l->like ? SP_OK : sp_fail(run, SP_USAGE, "--classes needs labels, and %s has none (see --labels)", r->name);
    return SP_OK;
}

static sp_status choose_rows(sp_run *run, loading *l)
{
    const sp_data_options *o = l->options;
    size_t n = l->r->n;
    l->filter = o->classes && l->labels.n > 0;
    if (l->labels.n > 0)
        SP_TRY(sp_classes_choose(run, l->r->name, &l->labels, o->classes, l->like, &l->classes));
    if (l->filter) {
        n = 0;
        for (size_t i = 0; i < l->labels.n; i++)
            n += sp_class_of(&l->classes, l->labels.value[i]) >= 0;
        if (n == 0)
            return sp_fail(run, SP_DATA, "%s: no row of the chosen classes (--classes %s)", l->r->name, o->classes);
    }
    l->rows = o->limit && o->limit < n ? o->limit : n;
    return SP_OK;
}

static sp_status take_labels(sp_run *run, loading *l, sp_dataset *data, double *value)
{
    if (l->labels.n == 0) { /* they came with the rows */
        l->labels = (sp_labels){data->n, value, l->r->n_label_names, l->r->label_name};
        SP_TRY(sp_classes_choose(run, l->r->name, &l->labels, NULL, l->like, &l->classes));
    }
    data->target = value;
    if (l->classes.n == 0)
        return SP_OK;
    int32_t *label = SP_NEW(run, int32_t, data->n);
    if (!label)
        return SP_FAILED;
    for (size_t i = 0; i < data->n; i++) {
        label[i] = sp_class_of(&l->classes, value[i]);
        if (l->labels.n_names)
            value[i] = label[i];
    }
    data->label = label;
    data->n_classes = l->like && l->like->n_classes ? l->like->n_classes : l->classes.n;
    data->class_name = l->classes.name;
    return SP_OK;
}

/* Reads the kept rows into `values`. */
static sp_status read_rows(sp_run *run, loading *l, sp_values *values, double *kept_label)
{
    sp_reader *r = l->r;
    size_t step = chunk_rows(r), read = 0, kept = 0, size = sp_element_size(r->type);
    char *raw = SP_NEW(run, char, step * r->d * size);
    double *number = SP_NEW(run, double, step * r->d), *label = SP_NEW(run, double, step);
    if (!raw || !number || !label)
        return SP_FAILED;
    while (kept < l->rows) {
        SP_TRY(sp_poll(run));
        size_t rows = step < r->n - read ? step : r->n - read;
        if (!l->filter && rows > l->rows - kept)
            rows = l->rows - kept;
        SP_TRY(r->next(run, r, rows, raw, label));
        const double *known = l->labels.n ? l->labels.value + read : label;
        size_t first = 0; /* runs of consecutive kept rows are stored together */
        for (size_t i = 0; i <= rows; i++) {
            bool keep = i < rows && (!l->filter || sp_class_of(&l->classes, known[i]) >= 0);
            if (keep)
                continue;
            size_t many = i - first < l->rows - kept ? i - first : l->rows - kept;
            if (many > 0) {
                sp_elements_to_double(r->type, r->swap, many * r->d, raw + first * r->d * size, number);
                SP_TRY(sp_values_store(run, values, kept, many, number, r, read + first));
                if (kept_label)
                    memcpy(kept_label + kept, known + first, many * sizeof *known);
            }
            kept += many;
            first = i + 1;
        }
        read += rows;
        sp_progress(run, "read", (double)kept / (double)l->rows);
    }
    if (read == r->n && r->finish)
        return r->finish(run, r);
    return SP_OK;
}

static sp_status check_like(sp_run *run, const sp_reader *r, const sp_dataset *like)
{
    if (like && like->d != r->d)
        return sp_fail(run, SP_DATA, "%s has %zu values per row, %s has %zu: they must be the same", r->name, r->d,
                       like->name, like->d);
    return SP_OK;
}

static sp_status load(sp_run *run, loading *l, sp_dataset *data)
{
    sp_reader *r = l->r;
    SP_TRY(check_like(run, r, l->like));
    SP_TRY(sp_scale_check(run, l->options->scale));
    SP_TRY(find_labels(run, l));
    SP_TRY(choose_rows(run, l));
    *data = (sp_dataset){.name = r->name,
                         .n = l->rows,
                         .d = r->d,
                         .column_name = r->column_name,
                         .channels = r->channels,
                         .height = r->height,
                         .width = r->width};
    double *label = l->labels.n || r->labelled ? SP_NEW(run, double, l->rows) : NULL;
    if ((l->labels.n || r->labelled) && !label)
        return SP_FAILED;
    if (l->filter || l->like || !l->options->keep_mean || !l->options->scale || strcmp(l->options->scale, "none") != 0)
        r->borrowed = NULL;
    sp_values values;
    SP_TRY(sp_values_create(run, r, l->rows, &values));
    sp_mark mark = sp_memory_mark(run);
    SP_TRY(read_rows(run, l, &values, label));
    sp_memory_release(run, mark);
    if (label)
        SP_TRY(take_labels(run, l, data, label));
    SP_TRY(sp_scale_apply(run, &values, r, l->options, l->like, data));
    return sp_dataset_hash(run, data);
}

static const sp_data_options no_options = {0};

sp_status sp_dataset_from_reader(sp_run *run, sp_reader *r, const sp_data_options *options, const sp_dataset *like,
                                 const sp_dataset **out)
{
    *out = NULL;
    loading l = {.r = r, .options = options ? options : &no_options, .like = like};
    sp_dataset *data = SP_NEW(run, sp_dataset, 1);
    sp_status status = data ? load(run, &l, data) : SP_FAILED;
    sp_reader_close(r);
    if (status == SP_OK)
        *out = data;
    return status;
}

sp_status sp_dataset_open(sp_run *run, const char *source, const sp_data_options *options, const sp_dataset *like,
                          const sp_dataset **out)
{
    *out = NULL;
    sp_reader r;
    SP_TRY(sp_open_source(run, source, options ? options->labels : NULL, &r));
    return sp_dataset_from_reader(run, &r, options, like, out);
}

sp_status sp_dataset_from_bytes(sp_run *run, const char *name, const void *bytes, size_t size,
                                const sp_data_options *options, const sp_dataset **out)
{
    *out = NULL;
    sp_reader r;
    SP_TRY(sp_open_bytes(run, name, bytes, size, options ? options->labels : NULL, &r));
    return sp_dataset_from_reader(run, &r, options, NULL, out);
}

sp_status sp_dataset_from_array(sp_run *run, const sp_array *array, const sp_data_options *options, const sp_dataset *like,
                                const sp_dataset **out)
{
    *out = NULL;
    if (!options)
        options = &no_options;
    sp_reader r = {0};
    SP_TRY(sp_open_array(run, "memory", array, &r));
    return sp_dataset_from_reader(run, &r, options, like, out);
}

sp_status sp_dataset_from_memory(sp_run *run, const void *x, sp_dtype type, size_t n, size_t d, const int32_t *label,
                                 const sp_data_options *options, const sp_dataset *like, const sp_dataset **out)
{
    double *value = label ? SP_NEW(run, double, n) : NULL;
    if (label && !value)
        return SP_FAILED;
    for (size_t i = 0; label && i < n; i++)
        value[i] = label[i];
    return sp_dataset_from_array(run, &(sp_array){.x = x, .type = type, .n = n, .d = d, .label = value}, options, like, out);
}

void sp_dataset_row(const sp_dataset *data, size_t i, double *out)
{
    if (data->x64)
        memcpy(out, data->x64 + i * data->d, data->d * sizeof *out);
    else
        for (size_t j = 0; j < data->d; j++)
            out[j] = data->x[i * data->d + j];
}
