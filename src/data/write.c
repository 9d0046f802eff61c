#include "write.h"

#include <math.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

sp_write_as sp_narrowest(const sp_dataset *data)
{
    bool bytes = true;
    for (size_t i = 0; i < data->n * data->d; i++) {
        if (data->x64 && data->x64[i] != (double)data->x[i])
            return SP_WRITE_DOUBLES;
        bytes &= data->x[i] >= 0 && data->x[i] <= 255 && data->x[i] == floorf(data->x[i]);
    }
    return bytes ? SP_WRITE_BYTES : SP_WRITE_FLOATS;
}

bool sp_whole_labels(const sp_dataset *data)
{
    for (size_t i = 0; i < data->n; i++)
        if (data->target[i] != floor(data->target[i]) || fabs(data->target[i]) > 0x1p53)
            return false;
    return true;
}

static sp_status format_of(sp_run *run, const char *path, const char *format, const char **out)
{
    static const char *const known[] = {"npy", "csv", "tsv", "h5"};
    const char *dot = strrchr(path, '.'), *ending = format ? format : dot && !strchr(dot, '/') ? dot + 1 : "";
    if (!strcmp(path, "-"))
        return sp_fail(run, SP_USAGE, "the output is a file: name it (/dev/stdout for a pipe)");
    if (!strcasecmp(ending, "hdf5"))
        ending = "h5";
    for (size_t i = 0; i < 4; i++)
        if (!strcasecmp(known[i], ending)) {
            *out = known[i];
            return SP_OK;
        }
    return sp_fail(run, SP_USAGE, "%s: the name of the output must end in .npy, .csv, .tsv or .h5 (or give --format)", path);
}

/* "x.npy" -> "x-labels.npy"; NULL where a second file makes no sense (a pipe, /dev/null). */
static sp_status labels_beside(sp_run *run, const sp_dataset *data, const char *path, const char **out)
{
    struct stat info;
    size_t stem = strlen(path) > 4 && !strcasecmp(path + strlen(path) - 4, ".npy") ? strlen(path) - 4 : strlen(path);
    *out = NULL;
    if (!data->target || (stat(path, &info) == 0 && !S_ISREG(info.st_mode)))
        return SP_OK;
    *out = sp_format(run, "%.*s-labels.npy", (int)stem, path);
    return *out ? SP_OK : SP_FAILED;
}

sp_status sp_dataset_write_check(sp_run *run, const char *path, const char *format)
{
    const char *kind;
    return format_of(run, path, format, &kind);
}

sp_status sp_dataset_write(sp_run *run, const sp_dataset *data, const char *path, const char *format,
                           const char **labels_path)
{
    const char *kind = "", *beside = NULL;
    if (labels_path)
        *labels_path = NULL;
    SP_TRY(format_of(run, path, format, &kind));
    if (!strcmp(kind, "csv") || !strcmp(kind, "tsv"))
        return sp_write_csv(run, data, *kind == 'c' ? ',' : '\t', path);
    if (!strcmp(kind, "h5"))
        return sp_write_hdf5(run, data, path);
    SP_TRY(labels_beside(run, data, path, &beside));
    if (beside)
        SP_TRY(sp_write_npy_labels(run, data, beside));
    if (labels_path)
        *labels_path = beside;
    return sp_write_npy(run, data, path);
}
