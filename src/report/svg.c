/* What gnuplot writes as SVG, made small and fit for light and dark pages. */
#include "gnuplot.h"

#include <stdlib.h>
#include <string.h>

/* Light colours of the scripts and what they become on a dark page. */
static const char *const dark[][2] = {
    {"#ffffff", "#0d1117"}, {"#24292f", "#e6edf3"}, {"#57606a", "#9da7b3"}, {"#e4e7eb", "#2d333b"}, {"#000000", "#e6edf3"},
    {"#0072b2", "#58a6ff"}, {"#d55e00", "#ff8b4d"}, {"#009e73", "#3fcf9b"}, {"#cc79a7", "#e69ac3"}, {"#e69f00", "#f0b429"},
    {"#56b4e9", "#8fd0f7"}, {"#7b5ea7", "#b49ae0"}, {"#8c6d31", "#c9a961"}, {"#5f6b76", "#a9b4bf"}, {"#b3243c", "#ff7b8a"}};

void sp_svg_style(FILE *file)
{
    fputs("@media(prefers-color-scheme:dark){", file);
    for (size_t i = 0; i < sizeof dark / sizeof *dark; i++) {
        const char *from = dark[i][0], *to = dark[i][1];
        fprintf(file, ".spf [stroke=\"%s\"]{stroke:%s}.spf [fill=\"%s\"]{fill:%s}.spf [color=\"%s\"]{color:%s}", from, to,
                from, to, from, to);
    }
    fputs("}\n", file);
}

static bool starts(const char *p, const char *with) { return !strncmp(p, with, strlen(with)); }

/* "rgb(  0, 114, 178)" -> "#0072b2"; returns what follows. No sscanf: it measures the whole text at each call. */
static const char *colour(const char *p, FILE *file)
{
    unsigned long part[3];
    if (!starts(p, "rgb("))
        return NULL;
    p += 4;
    for (int i = 0; i < 3; i++) {
        char *end;
        part[i] = strtoul(p, &end, 10);
        if (end == p || part[i] > 255 || *end != (i < 2 ? ',' : ')'))
            return NULL;
        p = end + 1;
    }
    fprintf(file, "#%02lx%02lx%02lx", part[0], part[1], part[2]);
    return p;
}

/* "<g ...>" directly followed by "</g>": nothing drawn. Returns what follows, or NULL. */
static const char *empty_group(const char *p)
{
    const char *close = strchr(p, '>');
    if (!close || close[-1] == '/')
        return NULL;
    close++;
    close += strspn(close, " \n\t");
    return starts(close, "</g>") ? close + 4 + strspn(close + 4, "\n") : NULL;
}

static const char *attribute(const char *p, const char *prefix, FILE *file)
{
    static const char *const names[] = {"stroke=", "fill=", "color=", "fill = "};
    for (size_t i = 0; i < 4; i++)
        if (starts(p, names[i])) {
            const char *value = p + strlen(names[i]), *after;
            char quote = *value;
            if (quote != '\'' && quote != '"')
                return NULL;
            fprintf(file, "%s\"", i == 3 ? "fill=" : names[i]);
            if ((after = colour(value + 1, file)) == NULL) {
                const char *end = strchr(value + 1, quote);
                if (!end)
                    return NULL;
                size_t length = (size_t)(end - value - 1);
                bool black = length == 5 && starts(value + 1, "black");
                if (black)
                    fputs("#000000", file);
                else if (length == 7 && value[1] == '#')
                    for (size_t k = 0; k < 7; k++)
                        fputc(value[1 + k] >= 'A' && value[1 + k] <= 'F' ? value[1 + k] + 32 : value[1 + k], file);
                else
                    fwrite(value + 1, 1, length, file);
                after = end;
            }
            fputc('"', file);
            return after + 1;
        }
    if (starts(p, "gpPt") || starts(p, "gpDot") || starts(p, "gnuplot_plot_") || starts(p, "gnuplot_canvas") ||
        starts(p, "textbox") || starts(p, "greybox")) {
        fprintf(file, "%s_%c", prefix, *p);
        return p + 1;
    }
    if (starts(p, " font-family=\"Helvetica\""))
        return p + strlen(" font-family=\"Helvetica\"");
    return NULL;
}

static void put_escaped(FILE *file, const char *text)
{
    for (; *text; text++)
        if (strchr("<>&\"'", *text))
            fprintf(file, "&#%d;", *text);
        else
            fputc((unsigned char)*text < ' ' ? ' ' : *text, file);
}

static void write_polished(FILE *file, const char *p, const char *prefix, const char *title, bool alone)
{
    const char *view = strstr(p, "viewBox="), *body = view ? strchr(view, '>') : NULL;
    double width = 600, height = 390;
    if (!view || !body) {
        fputs(p, file);
        return;
    }
    sscanf(view, "viewBox=\"0 0 %lf %lf\"", &width, &height);
    fprintf(file,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" class=\"spf\" "
            "width=\"%g\" height=\"%g\" "
            "viewBox=\"0 0 %g %g\" role=\"img\"><title>",
            width, height, width, height);
    put_escaped(file, title);
    fputs("</title>\n", file);
    if (alone) {
        fputs("<style>", file);
        sp_svg_style(file);
        fputs("</style>\n", file);
    }
    for (p = body + 1; *p;) {
        const char *after = NULL;
        if (starts(p, "<title>") || starts(p, "<desc>")) {
            const char *end = strstr(p, p[1] == 't' ? "</title>" : "</desc>");
            after = end ? strchr(end, '>') + 1 : NULL;
        }
        else if (starts(p, "<g "))
            after = empty_group(p);
        else
            after = attribute(p, prefix, file);
        if (after)
            p = after;
        else if (*p == '\t' || (*p == '\n' && (p[1] == '\n' || p[1] == '\t')))
            p++;
        else
            fputc(*p++, file);
    }
}

sp_status sp_svg_polish(sp_run *run, const sp_bytes *raw, const char *prefix, const char *title, bool alone, sp_bytes *out)
{
    *out = (sp_bytes){0};
    FILE *file = open_memstream(&out->data, &out->size);
    if (!file)
        return sp_fail(run, SP_FAILED, "out of memory");
    write_polished(file, raw->data, prefix, title, alone);
    if (fclose(file) != 0) {
        free(out->data);
        *out = (sp_bytes){0};
        return sp_fail(run, SP_FAILED, "out of memory");
    }
    return SP_OK;
}
