#include "spinodal/command.h"

#include <string.h>

typedef struct {
    const char *generator;
} P;

typedef struct {
    size_t datasets, present, generators;
} R;

static const sp_param params[] = {SP_TEXT(P, generator, "", "the keys of this generator, or of \"all\""), {0}};

static const sp_scalar scalars[] = {
    SP_OUT(R, datasets, "", "known by name"),
    SP_OUT(R, present, "", "of them on this machine"),
    SP_OUT(R, generators, "", "model ensembles, gen:NAME,key=value,... (their keys: data list NAME)"),
    {0}};

static const sp_column datasets[] = {{"dataset", "", "name; NAME:test is its test part"},
                                     {"n", "", "rows of the training part"},
                                     {"n_test", "", "rows of the test part"},
                                     {"d", "", "values per row"},
                                     {"size", "MB", "to download"},
                                     {"licence", "", "terms of use"},
                                     {"where", "", "folder on this machine, or how to get it"},
                                     {"title", "", "what it is"},
                                     {0}};
static const sp_column generators[] = {
    {"generator", "", "gen:NAME"}, {"defaults", "", "keys and their defaults"}, {"summary", "", "what it makes"}, {0}};
static const sp_column keys[] = {{"generator", "", "gen:NAME"}, {"key", "", "key=value"}, {"fallback", "", "when not given"},
                                 {"range", "", "allowed"},      {"help", "", "meaning"},  {0}};
static const sp_table_decl tables[] = {{"datasets", datasets, NULL, "Datasets known by name"},
                                       {"generators", generators, NULL, "Generators of samples"},
                                       {"keys", keys, NULL, "Keys of a generator (`data list NAME`, `data list all`)"},
                                       {0}};

static sp_status list_datasets(sp_run *run, R *r, sp_table *table)
{
    const sp_catalogue_entry *entry;
    SP_TRY(sp_catalogue(run, &r->datasets, &entry));
    for (size_t i = 0; i < r->datasets; i++) {
        const sp_catalogue_entry *e = &entry[i];
        const char *where = e->folder ? e->folder : sp_format(run, "not here: spinodal data get %s", e->name);
        if (table)
            SP_TRY(SP_ROW(table, e->name, e->n, e->n_test, e->d, e->megabytes, e->licence, where, e->title));
        r->present += e->folder != NULL;
    }
    return SP_OK;
}

static sp_status list_keys(sp_run *run, const sp_generator_entry *e, sp_table *table)
{
    (void)run;
    for (size_t k = 0; k < e->n_keys; k++)
        SP_TRY(SP_ROW(table, e->name, e->keys[k].name, e->keys[k].fallback, e->keys[k].range, e->keys[k].help));
    return SP_OK;
}

static sp_status list_generator(sp_run *run, const sp_generator_entry *e, sp_table *table)
{
    const char *defaults = "";
    for (size_t k = 0; k < e->n_keys && defaults; k++)
        defaults = sp_format(run, "%s%s%s=%s", defaults, k ? "," : "", e->keys[k].name, e->keys[k].fallback);
    if (!defaults)
        return SP_FAILED;
    return SP_ROW(table, e->name, defaults, e->summary);
}

static sp_status run_data_list(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    const sp_generator_entry *entry;
    SP_TRY(sp_generators(run, &r->generators, &entry));
    bool all = !strcmp(p->generator, "all"), found = all || !*p->generator;
    for (size_t i = 0; i < r->generators; i++) {
        bool wanted = all || !strcmp(p->generator, entry[i].name);
        found |= wanted;
        if (wanted)
            SP_TRY(list_keys(run, &entry[i], sp_result_table(out, "keys")));
        if (!*p->generator)
            SP_TRY(list_generator(run, &entry[i], sp_result_table(out, "generators")));
    }
    if (!found)
        return sp_fail(run, SP_USAGE, "no generator \"%s\" (`spinodal data list` shows them)", p->generator);
    return list_datasets(run, r, *p->generator ? NULL : sp_result_table(out, "datasets"));
}

const sp_command sp_command_data_list = {.name = "data.list",
                                         .summary = "Datasets known by name, where they are, and the generators",
                                         .spec = "",
                                         .params = params,
                                         .scalars = scalars,
                                         .tables = tables,
                                         .run = run_data_list,
                                         SP_SIZES(P, R),
                                         .example = "ising",
                                         .positional = "generator"};
