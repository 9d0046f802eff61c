/* From the rows of a reader to a dataset: labels, choice of rows, one pass over the values, scale and mean. */
#include "load.h"

#include "loading.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

/* Labels that come with the rows, read ahead of them because the number of kept rows depends on them. */
static sp_status read_labels_ahead(sp_run *run, sp_reader *r, sp_labels *out)
{
    *out = (sp_labels){.n = r->n, .value = SP_NEW(run, double, r->n), .n_names = r->n_label_names, .name = r->label_name};
    if (!out->value)
        return SP_FAILED;
    sp_mark mark = sp_memory_mark(run);
    size_t rows = sp_chunk_rows(r);
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

static sp_status labels_from_file(sp_run *run, const sp_loading *l, sp_labels *out)
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

/* Labels of dropped rows are forgotten: not in memory of the caller. */
static double *own_labels(sp_run *run, const sp_reader *r)
{
    double *copy = r->label_borrowed ? SP_NEW(run, double, r->n) : NULL;
    if (copy)
        memcpy(copy, r->label, r->n * sizeof *copy);
    return r->label_borrowed ? copy : (double *)(uintptr_t)r->label;
}

static sp_status find_labels(sp_run *run, sp_loading *l)
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
        l->labels = (sp_labels){.n = r->n,
                                .value = own_labels(run, r),
                                .n_names = r->n_label_names,
                                .name = r->label_name,
                                .by_appearance = r->table};
    else if (r->labelled && o->classes)
        SP_TRY(read_labels_ahead(run, r, &l->labels));
    if (l->labels.n && !l->labels.value)
        return SP_FAILED;
    if (o->classes && l->labels.n == 0)
        return l->like ? SP_OK : sp_fail(run, SP_USAGE, "--classes needs labels, and %s has none (see --labels)", r->name);
    return SP_OK;
}

static sp_status choose_rows(sp_run *run, sp_loading *l)
{
    const sp_data_options *o = l->options;
    size_t n = l->r->n;
    l->filter = o->classes && l->labels.n > 0;
    if (l->filter) {
        SP_TRY(sp_classes_choose(run, l->r->name, &l->labels, o->classes, l->like, &l->classes));
        n = 0;
        for (size_t i = 0; i < l->labels.n; i++)
            n += isnan(l->labels.value[i]) || sp_class_of(&l->classes, l->labels.value[i]) >= 0;
        if (n == 0)
            return sp_fail(run, SP_DATA, "%s: no row of the chosen classes (--classes %s)", l->r->name, o->classes);
    }
    l->rows = o->limit && o->limit < n ? o->limit : n;
    return SP_OK;
}

static sp_status take_labels(sp_run *run, sp_loading *l, sp_dataset *data, double *value)
{
    if (l->labels.n == 0) /* they came with the rows */
        l->labels = (sp_labels){.n = data->n, .value = value, .n_names = l->r->n_label_names, .name = l->r->label_name};
    if (!l->filter)
        SP_TRY(sp_classes_choose(run, l->r->name, &l->labels, NULL, l->like, &l->classes));
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

/* Values of the caller cannot stay where they are when rows or columns are left out. */
static bool complete_array(const sp_reader *r)
{
    const float *x = r->borrowed;
    int some = 0;
    for (size_t i = 0; r->type == SP_F4 && i < r->n * r->d; i++)
        some |= x[i] != x[i];
    return r->type == SP_F4 ? !some : !sp_any_nan(r->n * r->d, r->borrowed);
}

static sp_status load(sp_run *run, sp_loading *l, sp_dataset *data)
{
    sp_reader *r = l->r;
    SP_TRY(sp_scale_check(run, l->options->scale));
    SP_TRY(sp_coding_create(run, r, l->options, l->like, &l->coding));
    SP_TRY(find_labels(run, l));
    SP_TRY(choose_rows(run, l));
    if (l->labels.n || r->labelled)
        l->label = SP_NEW(run, double, l->rows);
    if ((l->labels.n || r->labelled) && !l->label)
        return SP_FAILED;
    if (l->filter || l->like || l->options->columns || !l->options->keep_mean || !l->options->scale ||
        strcmp(l->options->scale, "none") != 0)
        r->borrowed = NULL;
    if (r->borrowed && (l->options->na == SP_NA_DROP || r->unused) &&
        (!complete_array(r) || (r->label && sp_any_nan(r->n, r->label))))
        r->borrowed = NULL;
    SP_TRY(sp_values_create(run, r, l->rows, l->coding.d, &l->values));
    sp_mark mark = sp_memory_mark(run);
    SP_TRY(sp_load_rows(run, l));
    sp_memory_release(run, mark);
    l->values.n = l->kept;
    *data = (sp_dataset){.name = r->name,
                         .n = l->kept,
                         .column_name = r->column_name,
                         .dropped = l->dropped,
                         .missing_labels = l->missing_labels,
                         .channels = r->channels,
                         .height = r->height,
                         .width = r->width};
    SP_TRY(sp_coding_finish(run, &l->coding, r, &l->values, data));
    if (l->label)
        SP_TRY(take_labels(run, l, data, l->label));
    SP_TRY(sp_scale_apply(run, &l->values, r, l->options, l->like, data));
    return sp_dataset_hash(run, data);
}

static const sp_data_options no_options = {0};

sp_status sp_dataset_from_reader(sp_run *run, sp_reader *r, const sp_data_options *options, const sp_dataset *like,
                                 const sp_dataset **out)
{
    *out = NULL;
    sp_loading l = {.r = r, .options = options ? options : &no_options, .like = like};
    sp_dataset *data = SP_NEW(run, sp_dataset, 1);
    sp_status status = data ? load(run, &l, data) : SP_FAILED;
    sp_reader_close(r);
    if (status == SP_OK)
        *out = data;
    return status;
}

static sp_source_words words_of(const sp_data_options *o, const sp_dataset *like)
{
    return o ? (sp_source_words){o->labels, o->factorize, o->onehot, o->columns ? o->columns : o->used, like}
             : (sp_source_words){.like = like};
}

sp_status sp_dataset_open(sp_run *run, const char *source, const sp_data_options *options, const sp_dataset *like,
                          const sp_dataset **out)
{
    *out = NULL;
    sp_reader r;
    const sp_source_words words = words_of(options, like);
    SP_TRY(sp_open_source(run, source, &words, &r));
    return sp_dataset_from_reader(run, &r, options, like, out);
}

sp_status sp_dataset_from_bytes(sp_run *run, const char *name, const void *bytes, size_t size,
                                const sp_data_options *options, const sp_dataset **out)
{
    *out = NULL;
    sp_reader r;
    const sp_source_words words = words_of(options, NULL);
    SP_TRY(sp_open_bytes(run, name, bytes, size, &words, &r));
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
