#include "overlay.h"

#include "params.h"
#include "plot_spec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_COLUMNS = 256, MAX_BYTES = 64 << 20 };

/* Cuts the next field off *at and unquotes it in place; *last: it ended the line. */
static char *field(char **at, bool *last)
{
    char *p = *at, *out = p, *write = p;
    while (*p == ' ')
        p++;
    bool quoted = *p == '"';
    if (quoted)
        p++;
    else
        out = write = p;
    while (*p && (quoted || (*p != ',' && *p != '\n' && *p != '\r'))) {
        if (quoted && *p == '"') {
            if (p[1] != '"') {
                quoted = false;
                p++;
                continue;
            }
            p++;
        }
        *write++ = *p++;
    }
    *last = *p != ',';
    while (*p == '\r')
        p++;
    char *next = *p ? p + 1 : p;
    while (write > out && write[-1] == ' ')
        write--;
    *write = 0;
    *at = next;
    return out;
}

static sp_status read_text(sp_run *run, const char *path, char **out)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return sp_fail(run, SP_DATA, "%s: cannot read the overlay: %s", path, strerror(errno));
    size_t size = 0, capacity = 1 << 16;
    char *text = malloc(capacity + 1);
    while (text) {
        size_t got = fread(text + size, 1, capacity - size, file);
        size += got;
        if (size < capacity)
            break;
        capacity *= 2;
        char *grown = capacity <= MAX_BYTES ? realloc(text, capacity + 1) : NULL;
        if (!grown)
            free(text);
        text = grown;
    }
    bool failed = ferror(file) != 0;
    fclose(file);
    if (!text || failed) {
        free(text);
        return sp_fail(run, SP_DATA, failed ? "%s: cannot read the overlay" : "%s: larger than the 64 MiB of an overlay",
                       path);
    }
    text[size] = 0;
    *out = sp_strdup(run, text);
    bool whole = strlen(text) == size;
    free(text);
    if (!whole)
        return sp_fail(run, SP_DATA, "%s: not a text file", path);
    return *out ? SP_OK : SP_FAILED;
}

static sp_status parse(sp_run *run, const char *path, char *text, sp_overlay *o)
{
    const char *names[MAX_COLUMNS];
    bool last = false;
    if (!strncmp(text, "\xef\xbb\xbf", 3))
        text += 3;
    size_t lines = 1;
    for (const char *p = text; *p; p++)
        lines += *p == '\n';
    while (!last && o->n_columns < MAX_COLUMNS)
        names[o->n_columns++] = field(&text, &last);
    if (!last)
        return sp_fail(run, SP_DATA, "%s: more than %d columns", path, MAX_COLUMNS);
    o->column = SP_NEW(run, const char *, o->n_columns);
    o->values = SP_NEW(run, double, lines * o->n_columns);
    if (!o->column || !o->values)
        return SP_FAILED;
    memcpy(o->column, names, o->n_columns * sizeof *names);
    for (size_t line = 2; *text; line++) {
        size_t c = 0;
        double *row = &o->values[o->n_rows * o->n_columns];
        bool empty = true;
        for (last = false; !last; c++) {
            char *word = field(&text, &last);
            empty &= !*word;
            double x = NAN;
            if (c < o->n_columns)
                row[c] = sp_parse_number(word, &x) ? x : NAN;
        }
        if (empty && c == 1)
            continue;
        if (c != o->n_columns)
            return sp_fail(run, SP_DATA, "%s: line %zu has %zu fields, the header has %zu", path, line, c, o->n_columns);
        o->n_rows++;
    }
    return o->n_rows > 0 ? SP_OK : sp_fail(run, SP_DATA, "%s: a header and no points", path);
}

bool sp_overlay_find(const sp_overlay *o, const char *column, size_t *index)
{
    for (size_t c = 0; o && c < o->n_columns; c++)
        if (!strcmp(o->column[c], column)) {
            *index = c;
            return true;
        }
    return false;
}

/* Does any plot of the command show columns of the overlay? With a grid the axes and scalars are columns too. */
static sp_status check_columns(sp_run *run, const char *path, const sp_command *command, const sp_overlay *o)
{
    const char *example_x = NULL, *example_y = NULL;
    for (const sp_table_decl *t = command->tables; t && t->name; t++) {
        size_t n;
        sp_plot_spec *specs;
        SP_TRY(sp_plots_parse(run, t->plots, &n, &specs));
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < specs[i].n_y; k++) {
                size_t column;
                if (sp_overlay_find(o, specs[i].x, &column) && sp_overlay_find(o, specs[i].y[k], &column))
                    return SP_OK;
                if (!example_x) {
                    example_x = specs[i].x;
                    example_y = specs[i].y[k];
                }
            }
    }
    size_t axes = 0, values = 0, column;
    for (const sp_param *p = command->params; p && p->name; p++)
        axes += sp_overlay_find(o, p->name, &column);
    for (const sp_scalar *s = command->scalars; s && s->name; s++)
        values += sp_overlay_find(o, s->name, &column);
    if (axes && values)
        return SP_OK;
    if (!example_x)
        return sp_fail(run, SP_USAGE, "%s: %s draws no figure to lay points over", path, command->name);
    return sp_fail(run, SP_USAGE, "%s: no columns of a figure of %s in its header (for example %s,%s)", path, command->name,
                   example_x, example_y);
}

sp_status sp_overlay_read(sp_run *run, const char *path, const sp_command *command, const sp_overlay **out)
{
    char *text = NULL;
    sp_overlay *o = SP_NEW(run, sp_overlay, 1);
    const char *slash = strrchr(path, '/');
    if (!o)
        return SP_FAILED;
    SP_TRY(read_text(run, path, &text));
    o->name = sp_strdup(run, slash ? slash + 1 : path);
    SP_TRY(parse(run, path, text, o));
    if (command)
        SP_TRY(check_columns(run, path, command, o));
    *out = o;
    return SP_OK;
}
