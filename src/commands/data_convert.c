#include "spinodal/command.h"

typedef struct {
    const char *data, *out, *format, *labels, *classes, *columns, *factorize, *onehot;
    size_t limit;
    int scale, na;
    bool center;
} P;

typedef struct {
    const char *file, *labels_file;
    size_t n, d, classes, dropped;
} R;

#define SCALES "none|unit|ddpm|variance|columns"

static const sp_param params[] = {
    SP_TEXT(P, data, SP_REQUIRED, "the dataset"),
    SP_TEXT(P, out, SP_REQUIRED, "file to write: .npy, .csv, .tsv or .h5"),
    SP_TEXT(P, format, "", "npy, csv, tsv or h5, when the name of the file does not say"),
    SP_CHOICE(P, scale, SCALES, "none", "values as they are, or scaled as by the other commands"),
    SP_FLAG(P, center, "subtract the mean row"),
    SP_TEXT(P, labels, "", "file of labels, or column of a table by name or number"),
    SP_TEXT(P, classes, "", "keep these classes only, comma separated"),
    SP_SIZE(P, limit, "0", SP_NONNEGATIVE, "", "keep the first rows only (0: all)"),
    SP_TEXT(P, columns, "", SP_COLUMNS_HELP),
    SP_CHOICE(P, na, SP_NA_CHOICES, "drop", SP_NA_HELP),
    SP_TEXT(P, factorize, "", SP_FACTORIZE_HELP),
    SP_TEXT(P, onehot, "", SP_ONEHOT_HELP),
    {0}};

static const sp_scalar scalars[] = {SP_OUT(R, file, "", "written"),
                                    SP_OUT(R, labels_file, "", "labels, written beside an NPY file"),
                                    SP_OUT(R, n, "", "rows"),
                                    SP_OUT(R, d, "", "values per row"),
                                    SP_OUT(R, classes, "", "classes"),
                                    SP_OUT(R, dropped, "", "rows left out for a missing value"),
                                    {0}};

static sp_status run_data_convert(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    (void)out;
    static const char *const scales[] = {"none", "unit", "ddpm", "variance", "columns"};
    const P *p = params_;
    R *r = scalars_;
    const sp_dataset *data;
    const char *format = *p->format ? p->format : NULL;
    sp_data_options options = {.scale = scales[p->scale],
                               .keep_mean = !p->center,
                               .labels = *p->labels ? p->labels : NULL,
                               .classes = *p->classes ? p->classes : NULL,
                               .limit = p->limit,
                               .columns = *p->columns ? p->columns : NULL,
                               .na = p->na ? SP_NA_ERROR : SP_NA_DROP,
                               .factorize = *p->factorize ? p->factorize : NULL,
                               .onehot = *p->onehot ? p->onehot : NULL};
    SP_TRY(sp_dataset_write_check(run, p->out, format));
    SP_TRY(sp_dataset_open(run, p->data, &options, NULL, &data));
    *r = (R){.file = p->out, .n = data->n, .d = data->d, .classes = data->n_classes, .dropped = data->dropped};
    return sp_dataset_write(run, data, p->out, format, &r->labels_file);
}

const sp_command sp_command_data_convert = {.name = "data.convert",
                                            .summary = "Rewrite a dataset as NPY, CSV or HDF5",
                                            .spec = "",
                                            .params = params,
                                            .scalars = scalars,
                                            .run = run_data_convert,
                                            SP_SIZES(P, R),
                                            .example = "gen:blobs /dev/null --format csv",
                                            .positional = "data out"};
