#include "generator.h"

#include <stdio.h>
#include <string.h>

static const sp_generator *const generators[] = {
    &sp_generator_gaussian_mixture,
    &sp_generator_gaussian,
    &sp_generator_manifold,
    &sp_generator_blobs,
    &sp_generator_curie_weiss,
    &sp_generator_ising,
    &sp_generator_phi4,
    &sp_generator_two_phase,
    &sp_generator_table,
    &sp_generator_spurious,
    &sp_generator_sensitive,
    NULL,
};

const sp_generator *sp_generator_at(size_t i)
{
    return i + 1 < sizeof generators / sizeof *generators ? generators[i] : NULL;
}

sp_rng sp_generator_rng(const sp_run *run, uint64_t seed, const char *stream, uint64_t index)
{
    sp_rng rng = sp_rng_at(run, stream, index);
    rng.key[0] = seed;
    return rng;
}

sp_status sp_generator_columns(sp_run *run, sp_reader *r, size_t n, const char *const *first)
{
    const char **names = SP_NEW(run, const char *, r->d);
    if (!names)
        return SP_FAILED;
    for (size_t k = 0; k < r->d; k++)
        if (!(names[k] = k < n ? first[k] : sp_format(run, "x%zu", k - n + 1)))
            return SP_FAILED;
    r->column_name = names;
    return SP_OK;
}

/* ---- keys --------------------------------------------------------------------------------------------- */

static const char *key_names(sp_run *run, const sp_generator *g)
{
    const char *text = "";
    for (const sp_param *p = g->keys; p->name && text; p++)
        text = sp_format(run, "%s%s%s", text, *text ? ", " : "", p->name);
    return text ? text : "";
}

static const char *generator_names(sp_run *run)
{
    const char *text = "";
    for (size_t i = 0; generators[i] && text; i++)
        text = sp_format(run, "%s%s%s", text, i ? ", " : "", generators[i]->name);
    return text ? text : "";
}

static const sp_param *find_key(const sp_generator *g, const char *name)
{
    for (const sp_param *p = g->keys; p->name; p++)
        if (!strcmp(p->name, name))
            return p;
    return NULL;
}

/* Lists inside a source are separated by '/', because ',' separates the keys; a readable file is taken as it is. */
static char *list_text(sp_run *run, const sp_param *p, const char *value)
{
    char *text = sp_strdup(run, value);
    FILE *file = p->type == SP_TYPE_VEC && text && strchr(text, '/') ? fopen(text, "r") : NULL;
    if (file) {
        fclose(file);
        return text;
    }
    for (char *c = p->type == SP_TYPE_VEC ? text : NULL; c && *c; c++)
        if (*c == '/')
            *c = ',';
    return text;
}

static sp_status set_key(sp_run *run, const sp_generator *g, const sp_param *p, const char *value, void *params)
{
    char *text = list_text(run, p, value);
    if (!text)
        return SP_FAILED;
    sp_status status = sp_param_set(run, p, text, params);
    if (status == SP_OK)
        return SP_OK;
    const char *why = sp_strdup(run, sp_run_message(run));
    if (why && !strncmp(why, "--", 2))
        why += 2;
    return sp_fail(run, status == SP_FAILED ? SP_FAILED : SP_USAGE, "gen:%s: %s", g->name, why ? why : "");
}

static sp_status set_keys(sp_run *run, const sp_generator *g, char *rest, void *params)
{
    char *given[32];
    size_t n = 0;
    for (char *item; (item = strsep(&rest, ","));) {
        char *equal = strchr(item, '=');
        if (equal)
            *equal = 0;
        const sp_param *p = find_key(g, item);
        if (!p || !equal)
            return sp_fail(run, SP_USAGE, "gen:%s has no key \"%s\"; its keys are %s (key=value, separated by commas)",
                           g->name, item, key_names(run, g));
        for (size_t i = 0; i < n; i++)
            if (!strcmp(given[i], item))
                return sp_fail(run, SP_USAGE, "gen:%s: %s is given twice", g->name, item);
        if (n < sizeof given / sizeof *given)
            given[n++] = item;
        SP_TRY(set_key(run, g, p, equal + 1, params));
    }
    for (const sp_param *p = g->keys; p->name; p++) {
        bool found = false;
        for (size_t i = 0; i < n; i++)
            found |= !strcmp(given[i], p->name);
        if (!found)
            SP_TRY(set_key(run, g, p, p->fallback, params));
    }
    return SP_OK;
}

sp_status sp_open_generator(sp_run *run, const char *text, sp_reader *out)
{
    char *copy = sp_strdup(run, text);
    if (!copy)
        return SP_FAILED;
    char *rest = copy, *name = strsep(&rest, ",");
    for (size_t i = 0; generators[i]; i++) {
        const sp_generator *g = generators[i];
        if (strcmp(g->name, name) != 0)
            continue;
        void *params = sp_alloc(run, 1, g->params_size);
        *out = (sp_reader){.name = sp_format(run, "gen:%s", text)};
        if (!params || !out->name)
            return SP_FAILED;
        if (rest)
            SP_TRY(set_keys(run, g, rest, params));
        else
            for (const sp_param *p = g->keys; p->name; p++)
                SP_TRY(set_key(run, g, p, p->fallback, params));
        return g->open(run, params, out);
    }
    return sp_fail(run, SP_USAGE, "no generator \"%s\"; there are %s (`spinodal data list`)", name, generator_names(run));
}

/* ---- rows in blocks ----------------------------------------------------------------------------------- */

typedef struct {
    const void *model;
    size_t rows_per_block, at;
    sp_make_rows make;
} by_blocks;

typedef struct {
    const by_blocks *g;
    const sp_reader *r;
    size_t rows; /* of this call */
    double *values, *labels;
} piece;

/* A block is always made whole, so that the first rows do not depend on how many are wanted. */
static sp_status make_block(sp_run *worker, size_t i, void *context)
{
    const piece *p = context;
    size_t per = p->g->rows_per_block, d = p->r->d, first = i * per, rows = p->rows - first < per ? p->rows - first : per;
    double *values = p->values + first * d, *labels = p->labels + first;
    if (rows == per)
        return p->g->make(worker, p->g->model, p->g->at / per + i, per, values, labels);
    double *whole = SP_NEW(worker, double, per *d), *whole_labels = SP_NEW(worker, double, per);
    if (!whole || !whole_labels)
        return SP_FAILED;
    SP_TRY(p->g->make(worker, p->g->model, p->g->at / per + i, per, whole, whole_labels));
    memcpy(values, whole, rows * d * sizeof *values);
    memcpy(labels, whole_labels, rows * sizeof *labels);
    return SP_OK;
}

static sp_status next(sp_run *run, sp_reader *r, size_t rows, void *values, double *labels)
{
    by_blocks *g = r->state;
    SP_TRY(sp_parallel(run, (rows + g->rows_per_block - 1) / g->rows_per_block, make_block,
                       &(piece){g, r, rows, values, labels}));
    g->at += rows;
    return SP_OK;
}

static sp_status rewind_blocks(sp_run *run, sp_reader *r)
{
    (void)run;
    ((by_blocks *)r->state)->at = 0;
    return SP_OK;
}

sp_status sp_generator_by_blocks(sp_run *run, sp_reader *r, const void *model, size_t most_rows, sp_make_rows make)
{
    enum { PIECE = 1 << 18 /* values of one call */, BLOCK = 1 << 22 /* most values of one block */ };
    by_blocks *g = SP_NEW(run, by_blocks, 1);
    if (!g)
        return SP_FAILED;
    size_t fit = BLOCK / r->d, rows = most_rows < fit ? most_rows : fit < 1 ? 1 : fit;
    *g = (by_blocks){model, rows, 0, make};
    r->type = SP_F8;
    r->state = g;
    r->next = next;
    r->rewind = rewind_blocks;
    size_t blocks = PIECE / r->d / rows; /* calls begin at whole blocks */
    r->rows_at_once = (blocks < 1 ? 1 : blocks) * rows;
    return SP_OK;
}
