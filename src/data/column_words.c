#include "data/column_words.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

static size_t number_of(const sp_named_columns *c, size_t j) { return c->number ? c->number[j] : j + 1; }

/* Columns of exactly this name, or made of the column of this name. */
static sp_status mark_name(sp_run *run, const sp_named_columns *c, const char *word, const char *option, bool *marked,
                           bool *found)
{
    size_t first = c->n;
    for (size_t j = 0; j < c->n; j++) {
        if (strcmp(c->name[j], word) != 0 && !(c->whole && c->whole[j] && !strcmp(c->whole[j], word)))
            continue;
        if (first < c->n && number_of(c, j) != number_of(c, first))
            return sp_fail(run, SP_USAGE, "%s%scolumns %zu and %zu are both called \"%s\"; give their numbers", option,
                           *option ? ": " : "", number_of(c, first), number_of(c, j), word);
        first = first < c->n ? first : j;
        marked[j] = true;
    }
    *found = first < c->n;
    return SP_OK;
}

static bool mark_number(const sp_named_columns *c, const char *word, bool *marked)
{
    char *end;
    unsigned long number = strtoul(word, &end, 10);
    bool found = false;
    for (size_t j = 0; !*end && *word >= '0' && *word <= '9' && j < c->n; j++)
        if (number_of(c, j) == number)
            marked[j] = found = true;
    return found;
}

static sp_status mark_pattern(sp_run *run, const sp_named_columns *c, const char *word, bool *marked, bool *found)
{
    regex_t pattern;
    const char *anchored = sp_format(run, "^(%s)$", word);
    *found = false;
    if (!anchored)
        return SP_FAILED;
    if (regcomp(&pattern, anchored, REG_EXTENDED | REG_NOSUB) != 0)
        return SP_OK;
    for (size_t j = 0; j < c->n; j++)
        if (regexec(&pattern, c->name[j], 0, NULL, 0) == 0)
            marked[j] = *found = true;
    regfree(&pattern);
    return SP_OK;
}

/* The longest name that begins at *at and ends at a comma or the end; else the word up to the next comma. */
static sp_status mark_next(sp_run *run, const sp_named_columns *c, char **at, const char *option, bool *marked)
{
    bool found = false;
    size_t all = strlen(*at), length = all;
    for (bool first = true;; first = false) {
        while (!first && length > 0 && (*at)[length] != ',')
            length--;
        if (length == 0)
            break;
        char kept = (*at)[length];
        (*at)[length] = 0;
        sp_status status = mark_name(run, c, *at, option, marked, &found);
        (*at)[length] = kept;
        SP_TRY(status);
        if (found) {
            *at += length + (kept == ',');
            return SP_OK;
        }
        length--;
    }
    char *word = *at, *comma = strchr(word, ',');
    *at = comma ? comma + 1 : word + all;
    if (comma)
        *comma = 0;
    if (!*word || mark_number(c, word, marked))
        return SP_OK;
    SP_TRY(mark_pattern(run, c, word, marked, &found));
    return found ? SP_OK
                 : sp_fail(run, SP_USAGE, "%s%sno column \"%s\": give names, numbers from 1 to %zu, or a regular expression",
                           option, *option ? ": " : "", word, c->n ? number_of(c, c->n - 1) : 0);
}

sp_status sp_mark_columns(sp_run *run, const sp_named_columns *c, const char *text, const char *option, bool *marked)
{
    char *rest = sp_strdup(run, text);
    if (!rest)
        return SP_FAILED;
    while (*rest)
        SP_TRY(mark_next(run, c, &rest, option, marked));
    return SP_OK;
}

sp_status sp_named_columns_of(sp_run *run, const sp_dataset *data, sp_named_columns *out)
{
    const char **name = SP_NEW(run, const char *, data->d), **whole = SP_NEW(run, const char *, data->d);
    if (!name || !whole)
        return SP_FAILED;
    for (size_t j = 0; j < data->d; j++) {
        size_t number = data->column_number ? data->column_number[j] : j + 1;
        bool named = data->column_name && data->column_name[j] && *data->column_name[j];
        if (!(name[j] = named ? data->column_name[j] : sp_format(run, "x%zu", number)))
            return SP_FAILED;
    }
    for (size_t f = 0; f < data->n_factors; f++)
        for (size_t j = 0; data->factor[f].onehot && j < data->d; j++)
            if (data->column_number[j] == data->column_number[data->factor[f].column])
                whole[j] = data->factor[f].name;
    *out = (sp_named_columns){data->d, name, whole, data->column_number};
    return SP_OK;
}
