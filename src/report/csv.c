#include "spinodal/output.h"

#include <stdlib.h>
#include <string.h>

static void put_number(FILE *file, double x)
{
    if (isnan(x))
        fputs("nan", file);
    else if (isinf(x))
        fputs(x > 0 ? "inf" : "-inf", file);
    else
        fprintf(file, "%.17g", x);
}

static void put_text(FILE *file, const char *text)
{
    if (!strpbrk(text, ",\"\n\r")) {
        fputs(text, file);
        return;
    }
    fputc('"', file);
    for (const char *p = text; *p; p++) {
        if (*p == '"')
            fputc('"', file);
        fputc(*p, file);
    }
    fputc('"', file);
}

char *sp_table_csv(const sp_table *table)
{
    char *text = NULL;
    size_t size, columns = sp_table_columns(table);
    FILE *file = open_memstream(&text, &size);
    if (!file)
        return NULL;
    for (size_t c = 0; c < columns; c++) {
        if (c)
            fputc(',', file);
        put_text(file, sp_table_column(table, c)->name);
    }
    fputc('\n', file);
    for (size_t r = 0; r < sp_table_rows(table); r++) {
        for (size_t c = 0; c < columns; c++) {
            if (c)
                fputc(',', file);
            sp_cell cell = sp_table_cell(table, r, c);
            if (cell.text)
                put_text(file, cell.text);
            else
                put_number(file, cell.number);
        }
        fputc('\n', file);
    }
    if (fclose(file) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
