#include "result_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    bool is_text;
    union {
        double *number;
        char **text;
    };
} store;

struct sp_table {
    const sp_table_decl *declaration;
    const char *name;
    size_t n_columns, n_rows, capacity;
    sp_column *columns;
    store *stores;
};

typedef struct {
    char *key, *text;
} pair;

typedef struct {
    size_t n;
    pair *v;
} pairs;

struct sp_result {
    const sp_command *command;
    pairs parameters, data, warnings, verdicts; /* a verdict's key is its kind, '0' + kind */
    size_t n_scalars;
    const sp_scalar **scalars;
    sp_cell *values; /* texts owned */
    size_t n_tables;
    sp_table **tables;
    sp_items items;
    bool unconverged, is_grid;
};

static sp_status push(pairs *list, const char *key, const char *text)
{
    pair *grown = realloc(list->v, (list->n + 1) * sizeof *grown);
    if (!grown)
        return SP_FAILED;
    list->v = grown;
    grown[list->n] = (pair){strdup(key), strdup(text)};
    if (!grown[list->n].key || !grown[list->n].text) {
        free(grown[list->n].key);
        free(grown[list->n].text);
        return SP_FAILED;
    }
    list->n++;
    return SP_OK;
}

static void pairs_free(pairs *list)
{
    for (size_t i = 0; i < list->n; i++) {
        free(list->v[i].key);
        free(list->v[i].text);
    }
    free(list->v);
}

static void table_free(sp_table *table)
{
    for (size_t c = 0; table && table->stores && c < table->n_columns; c++) {
        if (table->stores[c].is_text)
            for (size_t r = 0; r < table->n_rows; r++)
                free(table->stores[c].text[r]);
        free(table->stores[c].number);
    }
    if (table) {
        free(table->stores);
        free(table->columns);
    }
    free(table);
}

/* A table whose columns are `axes` then those of the list `columns` (ended by a nameless one). */
static sp_table *table_create(const char *name, const sp_table_decl *declaration, size_t n_axes, const sp_column *axes,
                              const sp_column *columns)
{
    size_t n = 0;
    while (columns[n].name)
        n++;
    sp_table *table = calloc(1, sizeof *table);
    if (!table)
        return NULL;
    *table = (sp_table){.declaration = declaration, .name = name, .n_columns = n_axes + n};
    table->columns = calloc(table->n_columns + 1, sizeof *table->columns);
    table->stores = calloc(table->n_columns + 1, sizeof *table->stores);
    if (!table->columns || !table->stores) {
        table_free(table);
        return NULL;
    }
    if (n_axes)
        memcpy(table->columns, axes, n_axes * sizeof *axes);
    memcpy(table->columns + n_axes, columns, n * sizeof *columns);
    return table;
}

static sp_status add_table(sp_result *result, sp_table *table)
{
    sp_table **grown = table ? realloc(result->tables, (result->n_tables + 1) * sizeof(sp_table *)) : NULL;
    if (!grown) {
        table_free(table);
        return SP_FAILED;
    }
    result->tables = grown;
    result->tables[result->n_tables++] = table;
    return SP_OK;
}

sp_result *sp_result_create(const sp_command *command)
{
    sp_result *result = calloc(1, sizeof *result);
    if (!result)
        return NULL;
    result->command = command;
    for (const sp_table_decl *t = command->tables; t && t->name; t++)
        if (add_table(result, table_create(t->name, t, 0, NULL, t->columns)) != SP_OK) {
            sp_result_free(result);
            return NULL;
        }
    return result;
}

void sp_result_free(sp_result *result)
{
    if (!result)
        return;
    pairs_free(&result->parameters);
    pairs_free(&result->data);
    pairs_free(&result->warnings);
    pairs_free(&result->verdicts);
    for (size_t i = 0; i < result->n_scalars; i++)
        free((char *)(uintptr_t)result->values[i].text);
    free(result->values);
    free(result->scalars);
    for (size_t i = 0; i < result->n_tables; i++)
        table_free(result->tables[i]);
    free(result->tables);
    sp_items_free(&result->items);
    free(result);
}

sp_table *sp_result_table(sp_result *result, const char *name)
{
    for (size_t i = 0; i < result->n_tables; i++)
        if (!strcmp(result->tables[i]->name, name))
            return result->tables[i];
    fprintf(stderr, "spinodal: %s declares no table \"%s\"\n", result->command->name, name);
    abort(); /* a mistake in the command's declaration */
}

static sp_status grow(sp_table *table)
{
    if (table->n_rows < table->capacity)
        return SP_OK;
    size_t capacity = table->capacity ? 2 * table->capacity : 16;
    for (size_t c = 0; c < table->n_columns; c++) {
        double *grown = realloc(table->stores[c].number, capacity * sizeof(double));
        if (!grown)
            return SP_FAILED;
        table->stores[c].number = grown;
    }
    table->capacity = capacity;
    return SP_OK;
}

sp_status sp_table_add(sp_table *table, size_t n, const sp_cell *cells)
{
    if (n != table->n_columns) {
        fprintf(stderr, "spinodal: a row of %zu cells for the %zu columns of the table \"%s\"\n", n, table->n_columns,
                table->name);
        abort();
    }
    SP_TRY(grow(table));
    for (size_t c = 0; c < n; c++) {
        store *s = &table->stores[c];
        if (table->n_rows == 0)
            s->is_text = cells[c].text != NULL;
        if (s->is_text) {
            s->text[table->n_rows] = strdup(cells[c].text ? cells[c].text : "");
            if (!s->text[table->n_rows])
                return SP_FAILED;
        }
        else
            s->number[table->n_rows] = cells[c].text ? NAN : cells[c].number;
    }
    table->n_rows++;
    return SP_OK;
}

static sp_cell scalar_value(const sp_scalar *scalar, const void *scalars)
{
    const void *p = (const char *)scalars + scalar->offset;
    switch (scalar->type) {
    case SP_TYPE_INT:
        return sp_cell_number((double)*(const int64_t *)p);
    case SP_TYPE_SIZE:
        return sp_cell_number((double)*(const size_t *)p);
    case SP_TYPE_BOOL:
        return sp_cell_number(*(const bool *)p);
    case SP_TYPE_TEXT:
        return (sp_cell){*(const char *const *)p, NAN};
    default:
        return sp_cell_number(*(const double *)p);
    }
}

sp_status sp_result_set_scalars(sp_result *result, const void *scalars)
{
    size_t n = 0;
    while (result->command->scalars && result->command->scalars[n].name)
        n++;
    result->scalars = calloc(n + 1, sizeof(const sp_scalar *));
    result->values = calloc(n + 1, sizeof *result->values);
    if (!result->scalars || !result->values)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++) {
        const sp_scalar *scalar = &result->command->scalars[i];
        sp_cell value = scalar_value(scalar, scalars);
        if (scalar->type == SP_TYPE_TEXT) {
            if (!value.text)
                continue;
            value.text = strdup(value.text);
            if (!value.text)
                return SP_FAILED;
        }
        result->scalars[result->n_scalars] = scalar;
        result->values[result->n_scalars++] = value;
    }
    return SP_OK;
}

static sp_status append_rows(sp_table *to, const sp_table *from, size_t n, const sp_cell *values)
{
    sp_cell *row = calloc(to->n_columns, sizeof *row);
    if (!row)
        return SP_FAILED;
    memcpy(row, values, n * sizeof *row);
    sp_status status = SP_OK;
    for (size_t r = 0; r < from->n_rows && status == SP_OK; r++) {
        for (size_t c = 0; c < from->n_columns; c++)
            row[n + c] = sp_table_cell(from, r, c);
        status = sp_table_add(to, to->n_columns, row);
    }
    free(row);
    return status;
}

/* The tables of a grid result: "grid" first (when the command has scalars), then the declared ones with the axes in front.
 */
static sp_status make_grid_tables(sp_result *whole, size_t n, const sp_column *axes)
{
    for (size_t i = 0; i < whole->n_tables; i++)
        table_free(whole->tables[i]);
    whole->n_tables = 0;
    size_t n_scalars = 0;
    while (whole->command->scalars && whole->command->scalars[n_scalars].name)
        n_scalars++;
    if (n_scalars > 0) {
        sp_column *columns = calloc(n_scalars + 1, sizeof *columns);
        if (!columns)
            return SP_FAILED;
        for (size_t i = 0; i < n_scalars; i++) {
            const sp_scalar *s = &whole->command->scalars[i];
            columns[i] = (sp_column){s->name, s->unit, s->help};
        }
        sp_status status = add_table(whole, table_create("grid", NULL, n, axes, columns));
        free(columns);
        SP_TRY(status);
    }
    for (const sp_table_decl *t = whole->command->tables; t && t->name; t++)
        SP_TRY(add_table(whole, table_create(t->name, t, n, axes, t->columns)));
    return SP_OK;
}

static sp_status append_scalars(sp_table *grid, const sp_result *part, size_t n, const sp_cell *values)
{
    sp_cell *row = calloc(grid->n_columns, sizeof *row);
    if (!row)
        return SP_FAILED;
    memcpy(row, values, n * sizeof *row);
    const sp_scalar *declared = part->command->scalars;
    for (size_t c = n, s = 0; c < grid->n_columns; c++) {
        const sp_scalar *scalar = &declared[c - n];
        if (s < part->n_scalars && part->scalars[s] == scalar)
            row[c] = part->values[s++];
        else
            row[c] = scalar->type == SP_TYPE_TEXT ? sp_cell_text("") : sp_cell_number(NAN);
    }
    sp_status status = sp_table_add(grid, grid->n_columns, row);
    free(row);
    return status;
}

sp_status sp_result_append(sp_result *whole, const sp_result *part, size_t n, const sp_column *axes, const sp_cell *values)
{
    if (!whole->is_grid)
        SP_TRY(make_grid_tables(whole, n, axes));
    whole->is_grid = true;
    size_t declared = part->n_tables, first = whole->n_tables - declared;
    if (first > 0)
        SP_TRY(append_scalars(whole->tables[0], part, n, values));
    for (size_t i = 0; i < declared; i++)
        SP_TRY(append_rows(whole->tables[first + i], part->tables[i], n, values));
    for (size_t i = 0; i < part->warnings.n; i++)
        SP_TRY(sp_result_add_warning(whole, part->warnings.v[i].text));
    for (size_t i = 0; i < part->verdicts.n; i++)
        SP_TRY(push(&whole->verdicts, part->verdicts.v[i].key, part->verdicts.v[i].text));
    whole->unconverged |= part->unconverged;
    return SP_OK;
}

sp_status sp_result_set_parameter(sp_result *result, const char *name, const char *text)
{
    return push(&result->parameters, name, text);
}

sp_status sp_result_set_data(sp_result *result, const char *key, const char *text) { return push(&result->data, key, text); }

sp_status sp_result_add_warning(sp_result *result, const char *text)
{
    for (size_t i = 0; i < result->warnings.n; i++)
        if (!strcmp(result->warnings.v[i].text, text))
            return SP_OK;
    return push(&result->warnings, "", text);
}

void sp_result_unconverged(sp_result *result, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    result->unconverged = true;
    sp_result_add_warning(result, text);
}

sp_status sp_result_verdict(sp_result *result, sp_verdict_kind kind, const char *format, ...)
{
    char text[512], key[2] = {(char)('0' + kind), 0};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return push(&result->verdicts, key, text);
}

sp_items *sp_result_items_of(sp_result *result) { return &result->items; }
const sp_command *sp_result_command(const sp_result *result) { return result->command; }
bool sp_result_converged(const sp_result *result) { return !result->unconverged; }
size_t sp_result_parameters(const sp_result *result) { return result->parameters.n; }
const char *sp_result_parameter_name(const sp_result *result, size_t i) { return result->parameters.v[i].key; }
const char *sp_result_parameter_text(const sp_result *result, size_t i) { return result->parameters.v[i].text; }
size_t sp_result_warnings(const sp_result *result) { return result->warnings.n; }
const char *sp_result_warning(const sp_result *result, size_t i) { return result->warnings.v[i].text; }
size_t sp_result_verdicts(const sp_result *result) { return result->verdicts.n; }

const char *sp_result_data(const sp_result *result, const char *key)
{
    for (size_t i = 0; i < result->data.n; i++)
        if (!strcmp(result->data.v[i].key, key))
            return result->data.v[i].text;
    return NULL;
}

const char *sp_result_verdict_at(const sp_result *result, size_t i, sp_verdict_kind *kind)
{
    *kind = (sp_verdict_kind)(result->verdicts.v[i].key[0] - '0');
    return result->verdicts.v[i].text;
}

size_t sp_result_scalars(const sp_result *result) { return result->n_scalars; }

const sp_scalar *sp_result_scalar(const sp_result *result, size_t i, sp_cell *value)
{
    *value = result->values[i];
    return result->scalars[i];
}

bool sp_result_number(const sp_result *result, const char *scalar, double *value)
{
    for (size_t i = 0; i < result->n_scalars; i++)
        if (!strcmp(result->scalars[i]->name, scalar) && !result->values[i].text) {
            *value = result->values[i].number;
            return true;
        }
    return false;
}

size_t sp_result_tables(const sp_result *result) { return result->n_tables; }
const sp_table *sp_result_table_at(const sp_result *result, size_t i) { return result->tables[i]; }

const sp_table *sp_result_find_table(const sp_result *result, const char *name)
{
    for (size_t i = 0; i < result->n_tables; i++)
        if (!strcmp(result->tables[i]->name, name))
            return result->tables[i];
    return NULL;
}

const char *sp_table_name(const sp_table *table) { return table->name; }
const sp_table_decl *sp_table_declaration(const sp_table *table) { return table->declaration; }
size_t sp_table_rows(const sp_table *table) { return table->n_rows; }
size_t sp_table_columns(const sp_table *table) { return table->n_columns; }
const sp_column *sp_table_column(const sp_table *table, size_t column) { return &table->columns[column]; }
bool sp_table_column_is_text(const sp_table *table, size_t column) { return table->stores[column].is_text; }

bool sp_table_find_column(const sp_table *table, const char *name, size_t *column)
{
    for (size_t c = 0; c < table->n_columns; c++)
        if (!strcmp(table->columns[c].name, name)) {
            *column = c;
            return true;
        }
    return false;
}

const double *sp_table_numbers(const sp_table *table, size_t column)
{
    return table->stores[column].is_text ? NULL : table->stores[column].number;
}

sp_cell sp_table_cell(const sp_table *table, size_t row, size_t column)
{
    const store *s = &table->stores[column];
    return s->is_text ? sp_cell_text(s->text[row]) : sp_cell_number(s->number[row]);
}
