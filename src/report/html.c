#include "html.h"

#include "notation.h"

#include <string.h>

enum { SHORT_ROWS = 10, COLUMNS = 256 };

void sp_html_text(FILE *file, const char *text)
{
    for (; *text; text++)
        if (strchr("<>&\"'", *text))
            fprintf(file, "&#%d;", *text);
        else if ((unsigned char)*text >= ' ' || *text == '\n')
            fputc(*text, file);
}

void sp_html_words(FILE *file, sp_run *run, const char *text)
{
    fputs(sp_notation_words(run, SP_NOTATION_HTML, text), file);
}

void sp_html_base64(FILE *file, const void *data, size_t size)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *p = data;
    for (size_t i = 0; i < size; i += 3) {
        unsigned v = (unsigned)p[i] << 16 | (i + 1 < size ? (unsigned)p[i + 1] << 8 : 0) | (i + 2 < size ? p[i + 2] : 0u);
        fputc(letters[v >> 18], file);
        fputc(letters[v >> 12 & 63], file);
        fputc(i + 1 < size ? letters[v >> 6 & 63] : '=', file);
        fputc(i + 2 < size ? letters[v & 63] : '=', file);
    }
}

void sp_html_style(FILE *file)
{
    fputs(
        "<style>\n"
        ":root{color-scheme:light "
        "dark;--bg:#ffffff;--fg:#24292f;--soft:#57606a;--line:#d8dee4;--card:#f6f8fa;--link:#0b5cad;"
        "--warn:#9a5b00;--warnbg:#fff6e0;--bad:#b42318;--good:#1a7f4b}\n"
        "@media(prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--soft:#9da7b3;--line:#30363d;--card:#161b22;--"
        "link:#79b8ff;"
        "--warn:#f0b429;--warnbg:#2a210c;--bad:#ff8078;--good:#56d498}}\n"
        "*{box-sizing:border-box}\n"
        "body{margin:0 auto;padding:1.5rem 1rem 3rem;max-width:60rem;background:var(--bg);color:var(--fg);"
        "font:16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;overflow-wrap:break-word}\n"
        "h1{font-size:1.7rem;line-height:1.2;margin:0 0 .3rem}h2{font-size:1.25rem;margin:2.6rem 0 "
        ".6rem;padding-bottom:.25rem;"
        "border-bottom:1px solid var(--line)}h3{font-size:1.02rem;margin:1.6rem 0 .4rem}p{margin:.6rem 0;max-width:46rem}\n"
        "a{color:var(--link)}code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans "
        "Mono',monospace;font-size:.86em}\n"
        "pre{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.6rem .8rem;margin:.6rem "
        "0;white-space:pre-wrap;"
        "overflow-wrap:anywhere}\n"
        ".soft{color:var(--soft)}.small{font-size:.88rem}sub,sup{line-height:0;font-size:.72em}\n"
        ".chips{display:flex;flex-wrap:wrap;gap:.4rem;margin:.7rem 0;padding:0;list-style:none}"
        ".chips li{border:1px solid var(--line);border-radius:1rem;padding:.05rem "
        ".7rem;font-size:.85rem;background:var(--card)}\n"
        ".good{color:var(--good)}.bad{color:var(--bad)}\n"
        ".caution{border-left:3px solid var(--warn);background:var(--warnbg);padding:.45rem .8rem;margin:.7rem "
        "0;border-radius:0 6px 6px 0;"
        "max-width:46rem}\n"
        ".scroll{overflow-x:auto;margin:.6rem 0;-webkit-overflow-scrolling:touch}\n"
        "table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}"
        "th,td{padding:.28rem .7rem .28rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}"
        "th{font-weight:600;white-space:nowrap}td.n,th.n{text-align:right;white-space:nowrap}td.v{white-space:nowrap}"
        "tr.cut td{color:var(--soft);text-align:left}\n"
        "figure{margin:1.1rem 0 1.4rem}figcaption{color:var(--soft);font-size:.9rem;max-width:46rem;margin-top:.3rem}"
        "figure>svg{display:block;width:100%;height:auto;max-width:42rem}\n"
        "figure>img{display:block;max-width:100%;height:auto;image-rendering:pixelated;border-radius:4px}\n"
        "details{margin:.6rem 0}summary{cursor:pointer;color:var(--soft)}\n"
        "nav{margin:1rem 0;font-size:.92rem}nav a{margin-right:.9rem;white-space:nowrap;display:inline-block}\n"
        "footer{margin-top:3rem;padding-top:.8rem;border-top:1px solid var(--line);color:var(--soft);font-size:.85rem}\n"
        "@media(max-width:32rem){body{font-size:15px;padding:1rem .8rem 2rem}h1{font-size:1.4rem}"
        ".wide td,.wide th{display:block;border:0;padding:0}.wide tr{display:block;padding:.4rem 0;border-bottom:1px solid "
        "var(--line)}}\n"
        "@media print{nav{display:none}}\n",
        file);
    sp_svg_style(file);
    fputs("</style>\n", file);
}

/* The column of standard errors of column c; columns when there is none. */
static size_t companion(sp_run *run, const sp_table *table, size_t c)
{
    size_t found;
    const char *name = sp_format(run, "%s_se", sp_table_column(table, c)->name);
    return name && sp_table_find_column(table, name, &found) ? found : sp_table_columns(table);
}

static void row(FILE *file, sp_run *run, const sp_table *table, size_t r, const size_t *error, const bool *skip)
{
    size_t columns = sp_table_columns(table);
    fputs("<tr>", file);
    for (size_t c = 0; c < columns && c < COLUMNS; c++) {
        if (skip[c])
            continue;
        sp_cell cell = sp_table_cell(table, r, c);
        if (cell.text) {
            fputs("<td>", file);
            sp_html_text(file, cell.text);
        }
        else {
            double se = error[c] < columns ? sp_table_cell(table, r, error[c]).number : NAN;
            fprintf(file, "<td class=\"n\">%s", sp_notation_number(run, SP_NOTATION_HTML, cell.number, se, 5));
        }
        fputs("</td>", file);
    }
    fputs("</tr>\n", file);
}

static void header(FILE *file, sp_run *run, const sp_table *table, const bool *skip)
{
    fputs("<thead><tr>", file);
    for (size_t c = 0; c < sp_table_columns(table) && c < COLUMNS; c++) {
        const sp_column *column = sp_table_column(table, c);
        if (skip[c])
            continue;
        const char *unit = sp_notation_unit(run, SP_NOTATION_HTML, column->unit);
        fprintf(file, "<th%s title=\"", sp_table_column_is_text(table, c) ? "" : " class=\"n\"");
        sp_html_text(file, column->help);
        fprintf(file, *unit ? "\">%s (%s)</th>" : "\">%s%s</th>", sp_notation_name(run, SP_NOTATION_HTML, column->name),
                unit);
    }
    fputs("</tr></thead>\n", file);
}

void sp_html_table(FILE *file, sp_run *run, const sp_table *table)
{
    size_t rows = sp_table_rows(table), columns = sp_table_columns(table), error[COLUMNS], shown = 0;
    bool skip[COLUMNS] = {false}, shorten = rows > SHORT_ROWS + 2;
    for (size_t c = 0; c < columns && c < COLUMNS; c++) {
        error[c] = companion(run, table, c);
        if (error[c] < COLUMNS && error[c] < columns)
            skip[error[c]] = true;
    }
    for (size_t c = 0; c < columns && c < COLUMNS; c++)
        shown += !skip[c];
    fputs("<div class=\"scroll\"><table>", file);
    header(file, run, table, skip);
    fputs("<tbody>\n", file);
    for (size_t r = 0; r < rows; r++) {
        if (shorten && r == SHORT_ROWS / 2) {
            fprintf(file,
                    "<tr class=\"cut\"><td colspan=\"%zu\">… %zu more rows in <a "
                    "href=\"tables/%s.csv\">tables/%s.csv</a></td></tr>\n",
                    shown, rows - SHORT_ROWS, sp_table_name(table), sp_table_name(table));
            r = rows - SHORT_ROWS / 2;
        }
        row(file, run, table, r, error, skip);
    }
    fputs("</tbody></table></div>\n", file);
}

void sp_html_scalars(FILE *file, sp_run *run, const sp_result *result)
{
    size_t n = sp_result_scalars(result);
    if (n == 0)
        return;
    fputs("<div class=\"scroll\"><table class=\"wide\"><tbody>\n", file);
    for (size_t i = 0; i < n; i++) {
        sp_cell value;
        const sp_scalar *s = sp_result_scalar(result, i, &value);
        size_t length = strlen(s->name);
        double se = NAN, other;
        if (length > 3 && !strcmp(s->name + length - 3, "_se")) {
            const char *base = sp_format(run, "%.*s", (int)(length - 3), s->name);
            if (base && sp_result_number(result, base, &other))
                continue;
        }
        const char *with = sp_format(run, "%s_se", s->name);
        if (!with || !sp_result_number(result, with, &se))
            se = NAN;
        const char *unit = sp_notation_unit(run, SP_NOTATION_HTML, s->unit);
        fprintf(file, "<tr><th scope=\"row\" title=\"%s\">%s</th><td class=\"v\">", s->name,
                sp_notation_name(run, SP_NOTATION_HTML, s->name));
        if (value.text)
            sp_html_text(file, value.text);
        else if (s->type == SP_TYPE_BOOL)
            fputs(value.number != 0 ? "yes" : "no", file);
        else
            fprintf(file, "%s%s%s", sp_notation_number(run, SP_NOTATION_HTML, value.number, se, 8), *unit ? " " : "", unit);
        fputs("</td><td class=\"soft\">", file);
        sp_html_text(file, s->help);
        fputs("</td></tr>\n", file);
    }
    fputs("</tbody></table></div>\n", file);
}
