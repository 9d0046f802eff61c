#include "spinodal/command.h"

#include <string.h>

typedef struct {
    const char *generator, *out, *format;
} P;

typedef struct {
    const char *file, *labels_file;
    size_t n, d, classes;
} R;

static const sp_param params[] = {SP_TEXT(P, generator, SP_REQUIRED, "NAME,key=value,... (see `spinodal data list`)"),
                                  SP_TEXT(P, out, SP_REQUIRED, "file to write: .npy, .csv, .tsv or .h5"),
                                  SP_TEXT(P, format, "", "npy, csv, tsv or h5, when the name of the file does not say"),
                                  {0}};

static const sp_scalar scalars[] = {
    SP_OUT(R, file, "", "written"),    SP_OUT(R, labels_file, "", "labels, written beside an NPY file"),
    SP_OUT(R, n, "", "rows"),          SP_OUT(R, d, "", "values per row"),
    SP_OUT(R, classes, "", "classes"), {0}};

static sp_status run_data_make(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    (void)out;
    const P *p = params_;
    const char *source = strncmp(p->generator, "gen:", 4) ? sp_format(run, "gen:%s", p->generator) : p->generator;
    const sp_dataset *data;
    const char *format = *p->format ? p->format : NULL;
    R *r = scalars_;
    if (!source)
        return SP_FAILED;
    SP_TRY(sp_dataset_write_check(run, p->out, format));
    SP_TRY(sp_dataset_open(run, source, &(sp_data_options){.scale = "none", .keep_mean = true}, NULL, &data));
    *r = (R){.file = p->out, .n = data->n, .d = data->d, .classes = data->n_classes};
    return sp_dataset_write(run, data, p->out, format, &r->labels_file);
}

const sp_command sp_command_data_make = {.name = "data.make",
                                         .summary = "Write a sample of a model ensemble, with its labels, to a file",
                                         .spec = "",
                                         .params = params,
                                         .scalars = scalars,
                                         .run = run_data_make,
                                         SP_SIZES(P, R),
                                         .example = "ising,L=16,n=200 /dev/null --format npy",
                                         .positional = "generator out"};
