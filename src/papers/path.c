#include "claims.h"

#include <stdlib.h>
#include <string.h>

/* "column=value" conditions, separated by commas, of one row. */
static bool row_matches(const sp_table *table, size_t row, const char *conditions)
{
    char copy[256], *rest;
    if (strlen(conditions) >= sizeof copy)
        return false;
    strcpy(copy, conditions);
    for (char *token = strtok_r(copy, ",", &rest); token; token = strtok_r(NULL, ",", &rest)) {
        char *equal = strchr(token, '=');
        size_t column;
        if (!equal)
            return false;
        *equal = 0;
        if (!sp_table_find_column(table, token, &column))
            return false;
        sp_cell cell = sp_table_cell(table, row, column);
        double x;
        if (cell.text ? strcmp(cell.text, equal + 1) != 0
                      : !sp_parse_number(equal + 1, &x) ||
                            !(x == cell.number || (isfinite(x) && fabs(x - cell.number) <= 1e-9 * fabs(x))))
            return false;
    }
    return true;
}

static bool find_row(const sp_table *table, const char *selector, size_t *row)
{
    size_t n = sp_table_rows(table);
    double index;
    if (!strcmp(selector, "last"))
        *row = n - 1;
    else if (sp_parse_number(selector, &index))
        *row = index >= 0 && index < (double)n ? (size_t)index : n;
    else
        for (*row = 0; *row < n && !row_matches(table, *row, selector);)
            ++*row;
    return *row < n;
}

bool sp_result_path(const sp_result *result, const char *path, double *value)
{
    char copy[512];
    if (strlen(path) >= sizeof copy)
        return false;
    strcpy(copy, path);
    char *bracket = strchr(copy, '['), *end = strrchr(copy, ']'), *dot = strchr(copy, '.');
    if (!bracket)
        return sp_result_number(result, copy, value);
    if (!end || end < bracket || !dot || dot > bracket)
        return false;
    *bracket = *end = *dot = 0;
    const sp_table *table = sp_result_find_table(result, copy);
    size_t column, row;
    if (!table || !sp_table_find_column(table, dot + 1, &column) || !find_row(table, bracket + 1, &row))
        return false;
    sp_cell cell = sp_table_cell(table, row, column);
    *value = cell.number;
    return !cell.text;
}
