/* The catalogue and the generators as the public interface shows them. */
#include "catalogue.h"
#include "generator.h"

#include <string.h>

sp_status sp_catalogue(sp_run *run, size_t *n, const sp_catalogue_entry **out)
{
    for (*n = 0; sp_known_at(*n);)
        ++*n;
    sp_catalogue_entry *entry = SP_NEW(run, sp_catalogue_entry, *n);
    if (!entry)
        return SP_FAILED;
    for (size_t i = 0; i < *n; i++) {
        const sp_known *k = sp_known_at(i);
        entry[i] = (sp_catalogue_entry){.name = k->name,
                                        .title = k->title,
                                        .licence = k->licence,
                                        .n = k->n,
                                        .n_test = k->n_test,
                                        .d = k->d,
                                        .classes = k->classes};
        for (const sp_remote_file *f = k->file; f->name; f++)
            entry[i].megabytes += (double)f->bytes / 1e6;
        SP_TRY(sp_known_locate(run, k, &entry[i].folder));
    }
    *out = entry;
    return SP_OK;
}

static sp_status list_keys(sp_run *run, const sp_generator *g, sp_generator_entry *entry)
{
    while (g->keys[entry->n_keys].name)
        entry->n_keys++;
    sp_generator_key *key = SP_NEW(run, sp_generator_key, entry->n_keys);
    if (!key)
        return SP_FAILED;
    for (size_t i = 0; i < entry->n_keys; i++) {
        const sp_param *p = &g->keys[i];
        bool flag = p->type == SP_TYPE_BOOL;
        key[i] = (sp_generator_key){p->name, flag ? "no" : p->fallback, flag ? "yes or no" : sp_range_text(run, p->range),
                                    p->help};
    }
    entry->keys = key;
    return SP_OK;
}

sp_status sp_generators(sp_run *run, size_t *n, const sp_generator_entry **out)
{
    for (*n = 0; sp_generator_at(*n);)
        ++*n;
    sp_generator_entry *entry = SP_NEW(run, sp_generator_entry, *n);
    if (!entry)
        return SP_FAILED;
    for (size_t i = 0; i < *n; i++) {
        const sp_generator *g = sp_generator_at(i);
        entry[i] = (sp_generator_entry){.name = g->name, .summary = g->summary};
        SP_TRY(list_keys(run, g, &entry[i]));
    }
    *out = entry;
    return SP_OK;
}
