#include "spinodal/command.h"

#include <math.h>

typedef struct {
    const sp_dataset *data;
} P;

typedef struct {
    size_t n, d, channels, height, width, classes;
    double raw_min, raw_max;
    const char *scale;
    double gain, offset, mean, variance;
    size_t duplicates, constant_columns, dropped, missing_labels;
} R;

static const sp_param params[] = {SP_DATASET(P, data, SP_REQUIRED, "the dataset"), {0}};

static const sp_scalar scalars[] = {SP_OUT(R, n, "", "rows"),
                                    SP_OUT(R, d, "", "values per row"),
                                    SP_OUT(R, channels, "", "planes of an image (0: no images)"),
                                    SP_OUT(R, height, "pixel", "of an image"),
                                    SP_OUT(R, width, "pixel", "of an image"),
                                    SP_OUT(R, classes, "", "classes (0: unlabelled, or a numeric target)"),
                                    SP_OUT(R, raw_min, "raw", "smallest value as it is in the source"),
                                    SP_OUT(R, raw_max, "raw", "largest value as it is in the source"),
                                    SP_OUT(R, scale, "", "x = gain raw + offset - mean row"),
                                    SP_OUT(R, gain, "", "of the scale used"),
                                    SP_OUT(R, offset, "data", "of the scale used"),
                                    SP_OUT(R, mean, "raw", "mean of all values"),
                                    SP_OUT(R, variance, "raw^2", "mean over the columns of their variance"),
                                    SP_OUT(R, duplicates, "", "rows that equal an earlier one"),
                                    SP_OUT(R, constant_columns, "", "columns with one value only"),
                                    SP_OUT(R, dropped, "", "rows left out for a missing value"),
                                    SP_OUT(R, missing_labels, "", "of them, rows without a label"),
                                    {0}};

static const sp_column classes[] = {{"class", "", "name"}, {"count", "", "rows"}, {"fraction", "", "of all rows"}, {0}};
static const sp_column columns[] = {{"column", "", "name"},
                                    {"mean", "raw", "mean"},
                                    {"sd", "raw", "standard deviation"},
                                    {"missing", "", "rows without a value there, among the rows kept and dropped"},
                                    {0}};
static const sp_column levels[] = {{"column", "", "name"},
                                   {"level", "", "text"},
                                   {"code", "", "in the order of first appearance"},
                                   {"count", "", "rows"},
                                   {0}};
static const sp_table_decl tables[] = {{"classes", classes, NULL, "Rows of each class"},
                                       {"columns", columns, NULL, "Columns of a table"},
                                       {"levels", levels, NULL, "Texts of the columns of --factorize and --onehot"},
                                       {0}};

static sp_status run_data_info(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const sp_dataset *data = ((const P *)params_)->data;
    sp_dataset_summary s;
    SP_TRY(sp_dataset_summarize(run, data, &s));
    *(R *)scalars_ = (R){.n = data->n,
                         .d = data->d,
                         .channels = data->channels,
                         .height = data->height,
                         .width = data->width,
                         .classes = data->n_classes,
                         .raw_min = data->raw_min,
                         .raw_max = data->raw_max,
                         .scale = data->scale,
                         .gain = data->column_gain ? NAN : data->gain,
                         .offset = data->offset,
                         .mean = s.mean,
                         .variance = s.variance,
                         .duplicates = s.duplicates,
                         .constant_columns = s.constant_columns,
                         .dropped = data->dropped,
                         .missing_labels = data->missing_labels};
    for (size_t c = 0; c < data->n_classes; c++)
        SP_TRY(SP_ROW(sp_result_table(out, "classes"), data->class_name[c], s.class_count[c],
                      (double)s.class_count[c] / (double)data->n));
    for (size_t j = 0; (data->column_name || data->missing) && j < data->d; j++) {
        const char *name = data->column_name ? data->column_name[j] : sp_format(run, "x%zu", j + 1);
        SP_TRY(SP_ROW(sp_result_table(out, "columns"), name, s.column_mean[j], s.column_sd[j],
                      data->missing ? data->missing[j] : (size_t)0));
    }
    for (size_t f = 0; f < data->n_factors; f++)
        for (size_t l = 0; l < data->factor[f].n_levels; l++)
            SP_TRY(SP_ROW(sp_result_table(out, "levels"), data->factor[f].name, data->factor[f].level[l], l,
                          s.level_count[f][l]));
    return SP_OK;
}

const sp_command sp_command_data_info = {.name = "data.info",
                                         .summary = "Size, range, classes, duplicates and columns of a dataset",
                                         .spec = "",
                                         .params = params,
                                         .scalars = scalars,
                                         .tables = tables,
                                         .run = run_data_info,
                                         SP_SIZES(P, R),
                                         .example = "gen:two-phase"};
