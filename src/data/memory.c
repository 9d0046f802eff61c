/* Values of the caller, in memory: used where they are when nothing has to be changed. */
#include "reader.h"

#include <string.h>

typedef struct {
    const char *x;
    size_t at;
} memory;

static sp_status next_rows(sp_run *run, sp_reader *r, size_t rows, void *values, double *labels)
{
    (void)run;
    (void)labels;
    memory *m = r->state;
    size_t row = r->d * sp_element_size(r->type);
    memcpy(values, m->x + m->at * row, rows * row);
    m->at += rows;
    return SP_OK;
}

static sp_status to_start(sp_run *run, sp_reader *r)
{
    (void)run;
    ((memory *)r->state)->at = 0;
    return SP_OK;
}

sp_status sp_open_array(sp_run *run, const char *name, const sp_array *a, sp_reader *out)
{
    static const sp_element element[] = {[SP_FLOAT32] = SP_F4, [SP_FLOAT64] = SP_F8, [SP_UINT8] = SP_U1};
    if (!a->x || a->n < 1 || a->d < 1)
        return sp_fail(run, SP_DATA, "a dataset in memory needs values of at least 1 row and 1 column, got %zu x %zu", a->n,
                       a->d);
    if ((unsigned)a->type > SP_UINT8)
        return sp_fail(run, SP_USAGE, "values in memory are SP_FLOAT32, SP_FLOAT64 or SP_UINT8");
    if (a->height && a->channels * a->height * a->width != a->d)
        return sp_fail(run, SP_DATA, "images of %zu x %zu x %zu do not make rows of %zu values", a->channels, a->height,
                       a->width, a->d);
    memory *m = SP_NEW(run, memory, 1);
    if (!m)
        return SP_FAILED;
    *m = (memory){a->x, 0};
    *out = (sp_reader){.name = name,
                       .n = a->n,
                       .d = a->d,
                       .channels = a->channels,
                       .height = a->height,
                       .width = a->width,
                       .type = element[a->type],
                       .labelled = a->label != NULL,
                       .label = a->label,
                       .label_borrowed = true,
                       .n_label_names = a->n_label_names,
                       .label_name = a->label_name,
                       .state = m,
                       .next = next_rows,
                       .rewind = to_start,
                       .borrowed = a->type == SP_UINT8 ? NULL : a->x};
    return SP_OK;
}
