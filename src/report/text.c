#include "spinodal/output.h"

#include <math.h>
#include <string.h>

enum { SHORT_ROWS = 24, WIDEST = 150, LONG_TEXT = 50 };

static void number_text(char *out, size_t size, double x) { snprintf(out, size, "%.10g", x); }

static bool find_scalar(const sp_result *result, const char *name, double *value)
{
    return sp_result_number(result, name, value);
}

/* "value +- standard error" with the error to two digits. */
static void measured_text(char *out, size_t size, double x, double se)
{
    int decimals = se > 0 && isfinite(se) ? (int)fmax(0, 1 - floor(log10(se))) : 4;
    snprintf(out, size, "%.*f +- %.*f", decimals > 12 ? 12 : decimals, x, decimals > 12 ? 12 : decimals, se);
}

static void write_scalars(FILE *file, const sp_result *result)
{
    size_t widest = 0, n = sp_result_scalars(result);
    sp_cell value;
    for (size_t i = 0; i < n; i++) {
        size_t length = strlen(sp_result_scalar(result, i, &value)->name);
        widest = length > widest ? length : widest;
    }
    for (size_t i = 0; i < n; i++) {
        const sp_scalar *s = sp_result_scalar(result, i, &value);
        size_t length = strlen(s->name);
        char base[128] = "", text[128], companion[128];
        if (length > 3 && length < sizeof base && !strcmp(s->name + length - 3, "_se")) {
            memcpy(base, s->name, length - 3);
            double other;
            if (find_scalar(result, base, &other))
                continue;
        }
        double se;
        snprintf(companion, sizeof companion, "%s_se", s->name);
        if (value.text)
            snprintf(text, sizeof text, "%s", value.text);
        else if (s->type == SP_TYPE_BOOL)
            snprintf(text, sizeof text, "%s", value.number != 0 ? "yes" : "no");
        else if (find_scalar(result, companion, &se))
            measured_text(text, sizeof text, value.number, se);
        else
            number_text(text, sizeof text, value.number);
        if (value.text && strlen(value.text) > 24)
            fprintf(file, "%-*s  %s\n", (int)widest, s->name, value.text);
        else
            fprintf(file, "%-*s  %-24s  %s%s%s%s\n", (int)widest, s->name, text, s->help, *s->unit ? " [" : "", s->unit,
                    *s->unit ? "]" : "");
    }
}

/* Long texts: one paragraph a row, without the empty cells. */
static void write_records(FILE *file, const sp_table *table)
{
    bool alone = sp_table_columns(table) == 1;
    for (size_t r = 0; r < sp_table_rows(table); r++) {
        if (!alone)
            fputc('\n', file);
        for (size_t c = 0; c < sp_table_columns(table); c++) {
            sp_cell cell = sp_table_cell(table, r, c);
            const char *name = alone ? "-" : sp_table_column(table, c)->name;
            if (cell.text && *cell.text)
                fprintf(file, "  %-*s %s\n", alone ? 1 : 14, name, cell.text);
            else if (!cell.text && !isnan(cell.number))
                fprintf(file, "  %-14s %.10g\n", name, cell.number);
        }
    }
}

/* Columns first..end-1, the first and last rows. */
static void write_columns(FILE *file, const sp_table *table, size_t first, size_t end, const int *width)
{
    size_t rows = sp_table_rows(table);
    for (size_t c = first; c < end; c++)
        fprintf(file, sp_table_column_is_text(table, c) ? "%s%-*s" : "%s%*s", c > first ? "  " : "", width[c],
                sp_table_column(table, c)->name);
    fputc('\n', file);
    for (size_t r = 0; r < rows; r++) {
        if (rows > SHORT_ROWS + 2 && r == SHORT_ROWS / 2) {
            fprintf(file, "... %zu more rows (all of them: --json, or -o DIR)\n", rows - SHORT_ROWS);
            r = rows - SHORT_ROWS / 2;
        }
        for (size_t c = first; c < end; c++) {
            sp_cell cell = sp_table_cell(table, r, c);
            const char *gap = c > first ? "  " : "";
            if (cell.text)
                fprintf(file, "%s%-*s", gap, width[c], cell.text);
            else
                fprintf(file, "%s%*.8g", gap, width[c], cell.number);
        }
        fputc('\n', file);
    }
}

static void write_table(FILE *file, const sp_table *table)
{
    enum { MOST = 256 };
    size_t rows = sp_table_rows(table), columns = sp_table_columns(table) < MOST ? sp_table_columns(table) : MOST;
    if (rows == 0)
        return;
    fprintf(file, "\n%s (%zu rows)\n", sp_table_name(table), rows);
    int width[MOST], longest = 0;
    for (size_t c = 0; c < columns; c++) {
        width[c] = (int)strlen(sp_table_column(table, c)->name);
        for (size_t r = 0; r < rows; r++) {
            sp_cell cell = sp_table_cell(table, r, c);
            int length = cell.text ? (int)strlen(cell.text) : snprintf(NULL, 0, "%.8g", cell.number);
            width[c] = length > width[c] ? length : width[c];
            longest = cell.text && length > longest ? length : longest;
        }
    }
    if (longest > LONG_TEXT) {
        write_records(file, table);
        return;
    }
    for (size_t first = 0, end; first < columns; first = end) {
        int total = 0;
        for (end = first; end < columns && (end == first || total + width[end] <= WIDEST); end++)
            total += width[end] + 2;
        if (first > 0)
            fputc('\n', file);
        write_columns(file, table, first, end, width);
    }
}

/* Paragraphs of at most WIDE columns; a character of UTF-8 counts once. */
static void write_paragraph(FILE *file, const char *first, const char *text)
{
    enum { WIDE = 100 };
    int column = fprintf(file, "%s", first);
    while (*text) {
        size_t length = strcspn(text, " ");
        int letters = 0;
        for (size_t i = 0; i < length; i++)
            letters += (text[i] & 0xc0) != 0x80;
        bool start = column == 0;
        if (!start && column + 1 + letters > WIDE) {
            fputc('\n', file);
            column = 0;
            start = true;
        }
        column += fprintf(file, start ? "" : " ") + letters;
        fprintf(file, "%.*s", (int)length, text);
        text += length;
        while (*text == ' ')
            text++;
    }
    fputc('\n', file);
}

static void write_items(FILE *file, const sp_result *result)
{
    for (size_t i = 0; i < sp_result_items(result); i++) {
        const sp_item *item = sp_result_item(result, i);
        if (item->kind == SP_ITEM_SECTION)
            fprintf(file, "%s%s\n\n", i ? "\n" : "", item->text);
        else if (item->kind == SP_ITEM_WORDS)
            write_paragraph(file, "", item->text);
        else if (item->kind == SP_ITEM_CAUTION)
            write_paragraph(file, "!", item->text);
        else if (item->kind == SP_ITEM_COMMAND)
            fprintf(file, "  %s\n", item->text);
    }
    if (sp_result_items(result))
        fputs("\nNumbers\n\n", file);
}

/* What has been said in words needs no tables on the terminal. */
static void write_table_names(FILE *file, const sp_result *result)
{
    fputs("\nTables (--json, or -o DIR with figures):", file);
    for (size_t i = 0; i < sp_result_tables(result); i++)
        if (sp_table_rows(sp_result_table_at(result, i)) > 0)
            fprintf(file, " %s", sp_table_name(sp_result_table_at(result, i)));
    fputc('\n', file);
}

void sp_write_text(FILE *file, const sp_result *result)
{
    const char *name = sp_result_data(result, "name");
    if (name)
        fprintf(file, "data: %s, n = %s, d = %s, scale %s (gain %s), %scentred\n\n", name, sp_result_data(result, "n"),
                sp_result_data(result, "d"), sp_result_data(result, "scale"),
                strcmp(sp_result_data(result, "gain"), "nan") ? sp_result_data(result, "gain") : "one for each",
                strcmp(sp_result_data(result, "centered"), "true") ? "not " : "");
    write_items(file, result);
    write_scalars(file, result);
    if (sp_result_items(result))
        write_table_names(file, result);
    for (size_t i = 0; i < sp_result_tables(result) && !sp_result_items(result); i++)
        write_table(file, sp_result_table_at(result, i));
    for (size_t i = 0; i < sp_result_warnings(result); i++)
        fprintf(file, "%swarning: %s\n", i ? "" : "\n", sp_result_warning(result, i));
    if (!sp_result_converged(result))
        fprintf(file, "NOT CONVERGED\n");
}

sp_status sp_result_status(const sp_result *result)
{
    bool failed = !sp_result_converged(result);
    for (size_t i = 0; i < sp_result_verdicts(result); i++) {
        sp_verdict_kind kind;
        sp_result_verdict_at(result, i, &kind);
        failed |= kind == SP_NOT_REPRODUCED;
    }
    return failed ? SP_FAILED : SP_OK;
}
