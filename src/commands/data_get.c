#include "spinodal/command.h"

#include <string.h>

typedef struct {
    const char *name;
    bool show;
} P;

typedef struct {
    const char *folder;
    bool present, fetched;
} R;

static const sp_param params[] = {SP_TEXT(P, name, SP_REQUIRED, "dataset of the catalogue (see `spinodal data list`)"),
                                  SP_FLAG(P, show, "only show what would be fetched, from where and to where"),
                                  {0}};

static const sp_scalar scalars[] = {SP_OUT(R, folder, "", "where it is, or would be put"),
                                    SP_OUT(R, present, "", "it is there now"),
                                    SP_OUT(R, fetched, "", "by this call"),
                                    {0}};

static const sp_column files[] = {
    {"file", "", "name"}, {"size", "MB", "to download"}, {"sha256", "", "its sum"}, {"url", "", "where it comes from"}, {0}};
static const sp_table_decl tables[] = {{"files", files, NULL, "Files of the dataset as they are published"}, {0}};

static sp_status run_data_get(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    const sp_catalogue_file *file;
    const sp_catalogue_entry *entry;
    size_t n_files, n;
    SP_TRY(sp_catalogue_get(run, p->name, p->show, &r->folder, &r->fetched, &n_files, &file));
    for (size_t i = 0; i < n_files; i++)
        SP_TRY(SP_ROW(sp_result_table(out, "files"), file[i].file, file[i].megabytes, file[i].sha256, file[i].url));
    SP_TRY(sp_catalogue(run, &n, &entry));
    for (size_t i = 0; i < n; i++)
        r->present |= strcmp(entry[i].name, p->name) == 0 && entry[i].folder != NULL;
    return SP_OK;
}

const sp_command sp_command_data_get = {.name = "data.get",
                                        .summary = "Fetch a dataset known by name, with its SHA-256 checked",
                                        .spec = "",
                                        .params = params,
                                        .scalars = scalars,
                                        .tables = tables,
                                        .run = run_data_get,
                                        SP_SIZES(P, R),
                                        .example = "mnist --show",
                                        .positional = "name"};
