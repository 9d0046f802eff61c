#include "gnuplot.h"

#include <stdlib.h>
#include <string.h>

/* Colours of text, axes and grid; svg.c knows their dark variants. */
#define TEXT "#24292f"
#define AXIS "#57606a"
#define GRID "#e4e7eb"

static void put(FILE *file, double x)
{
    if (isfinite(x))
        fprintf(file, "%.9g", x);
    else
        fputs("NaN", file);
}

static void write_points(FILE *file, const sp_figure *f, const sp_series *s)
{
    const double *value = s->horizontal ? s->x : s->y, bottom = s->horizontal ? f->x[0] : f->y[0];
    bool log = s->horizontal ? f->logx : f->logy;
    for (size_t i = 0; i < s->n; i++) {
        put(file, s->x[i]);
        fputc(' ', file);
        put(file, s->y[i]);
        if (s->se) {
            double se = isfinite(s->se[i]) ? s->se[i] : 0, low = value[i] - se;
            fputc(' ', file);
            put(file, log && low <= 0 ? fmin(bottom, value[i]) : low);
            fputc(' ', file);
            put(file, value[i] + se);
        }
        fputc('\n', file);
    }
}

static void write_cells(FILE *file, const sp_series *s)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->draw == SP_DRAW_BARS)
            fprintf(file, "%.9g %.9g %.9g %.9g\n", (s->cell[4 * i] + s->cell[4 * i + 1]) / 2, s->y[i], s->cell[4 * i],
                    s->cell[4 * i + 1]);
        else
            fprintf(file, "%.9g %.9g %.9g %.9g %.9g %.9g %.9g\n", s->x[i], s->y[i], s->cell[4 * i], s->cell[4 * i + 1],
                    s->cell[4 * i + 2], s->cell[4 * i + 3], s->z ? s->z[i] : 0);
    }
}

static void write_data(FILE *file, const sp_figure *f, size_t number)
{
    for (size_t i = 0; i < f->n_series; i++) {
        const sp_series *s = &f->series[i];
        if (s->n == 0)
            continue;
        fprintf(file, "$f%zus%zu << END\n", number, i);
        if (s->draw == SP_DRAW_LINE || s->draw == SP_DRAW_POINTS)
            write_points(file, f, s);
        else
            write_cells(file, s);
        fputs("END\n", file);
    }
}

static double nice_step(double span, double wanted)
{
    double raw = span / wanted, power = pow(10, floor(log10(raw))), m = raw / power;
    return power * (m < 1.5 ? 1 : m < 3.5 ? 2 : m < 7.5 ? 5 : 10);
}

/* gnuplot marks only powers of ten; an axis of less than two decades needs more. */
static void log_tics(FILE *file, const char *axis, const double range[2])
{
    double decades = log10(range[1] / range[0]);
    fprintf(file, "set logscale %s\n", axis);
    if (decades > 2.2) {
        int every = decades > 8 ? (int)ceil(decades / 6) : 1;
        fprintf(file, "set format %s \"10^{%%L}\"\nset %stics 1e%d nomirror\nset m%stics %d\n", axis, axis, every, axis,
                every > 1 ? every : 10);
        return;
    }
    fprintf(file, "set format %s \"%%g\"\nset %stics nomirror (", axis, axis);
    bool first = true;
    if (decades < 0.8) {
        double step = nice_step(range[1] - range[0], 5);
        for (double x = ceil(range[0] / step) * step; x <= range[1] * (1 + 1e-12); x += step, first = false)
            fprintf(file, "%s%.6g", first ? "" : ",", x);
    }
    else
        for (double power = pow(10, floor(log10(range[0]))); power <= range[1]; power *= 10)
            for (int digit = 1; digit < 10; digit++) {
                double x = digit * power;
                bool minor = digit != 1 && digit != 2 && digit != 5;
                if (x < range[0] || x > range[1])
                    continue;
                fprintf(file, minor ? "%s\"\" %.6g 1" : "%s%.6g", first ? "" : ",", x);
                first = false;
            }
    fputs(")\n", file);
}

static void axis_tics(FILE *file, const char *axis, bool log, const double range[2])
{
    if (log)
        log_tics(file, axis, range);
    else
        fprintf(file, "set %stics nomirror autofreq\nset format %s \"%%g\"\n", axis, axis);
    fprintf(file, "set %srange [%.9g:%.9g]\n", axis, range[0], range[1]);
}

static void categories(FILE *file, const char *axis, size_t n, const char *const *names)
{
    size_t longest = 0, every = n > 40 ? n / 40 + 1 : 1;
    for (size_t i = 0; i < n; i++)
        longest = strlen(names[i]) > longest ? strlen(names[i]) : longest;
    bool slanted = *axis == 'x' && longest * n > 50;
    fprintf(file, "set %stics nomirror %s (", axis, slanted ? "rotate by -35 left" : "norotate");
    for (size_t i = 0; i < n; i += every)
        fprintf(file, "%s'%s' %zu", i ? ", " : "", names[i], i);
    fputs(")\n", file);
}

static double place(const sp_figure *f, double x)
{
    return f->logx ? log(x / f->x[0]) / log(f->x[1] / f->x[0]) : (x - f->x[0]) / (f->x[1] - f->x[0]);
}

static int by_position(const void *a, const void *b)
{
    double x = ((const sp_mark_line *)a)->at, y = ((const sp_mark_line *)b)->at;
    return (x > y) - (x < y);
}

/* Vertical lines with their names along them; a name too near the one before is set lower. */
static void mark_lines(FILE *file, sp_figure *f)
{
    enum { LEVELS = 4 };
    static const double heights[LEVELS] = {0.985, 0.74, 0.49, 0.24}, apart = 0.045;
    double taken[LEVELS] = {-1, -1, -1, -1}; /* where the last name of each level ends */
    qsort(f->vline, f->n_vline, sizeof *f->vline, by_position);
    for (size_t i = 0; i < f->n_vline; i++) {
        double at = place(f, f->vline[i].at);
        fprintf(file,
                "set arrow from first %.9g, graph 0 to first %.9g, graph 1 nohead dt 2 lw 1.2 lc rgb '" AXIS "' back\n",
                f->vline[i].at, f->vline[i].at);
        double before = i > 0 ? at - place(f, f->vline[i - 1].at) : at + apart / 2;
        double after = i + 1 < f->n_vline ? place(f, f->vline[i + 1].at) - at : 1 - at;
        bool right = before < apart && after > before;
        int level = 0;
        while (level < LEVELS - 1 && taken[level] > (right ? at : at - apart))
            level++;
        taken[level] = right ? at + apart : at;
        fprintf(file,
                "set label '%s' at first %.9g, graph %g right rotate by 90 offset character %s,0 font ',12' tc rgb '" AXIS
                "' front\n",
                f->vline[i].label, f->vline[i].at, heights[level], right ? "1.0" : "-1.15");
    }
    for (size_t i = 0; i < f->n_hline; i++)
        fprintf(file,
                "set arrow from graph 0, first %.9g to graph 1, first %.9g nohead dt 2 lw 1.2 lc rgb '" AXIS "' back\n",
                f->hline[i].at, f->hline[i].at);
}

static void colours_of_map(FILE *file, const sp_figure *f)
{
    fputs("set palette defined (", file);
    for (size_t i = 0; i < 9; i++)
        fprintf(file, "%s%zu '#%06x'", i ? ", " : "", i, sp_shade(i, 9));
    fputs(")\nunset colorbox\nset colorbox noborder\n", file);
    if (f->logz)
        fputs("set logscale cb\nset format cb \"10^{%L}\"\n", file);
    fprintf(file, "set cbrange [%.9g:%.9g]\nset cblabel '%s' offset 1,0 textcolor rgb '" TEXT "'\n", f->z[0], f->z[1],
            f->zlabel);
}

static void settings(FILE *file, sp_figure *f)
{
    bool titled = false, cells = false, values = false;
    for (size_t i = 0; i < f->n_series; i++) {
        titled |= *f->series[i].title != 0;
        cells |= f->series[i].draw == SP_DRAW_CELLS;
        values |= f->series[i].z != NULL;
    }
    fputs("reset\nset encoding utf8\nset border 3 lw 1 lc rgb '" AXIS "'\nset tics textcolor rgb '" TEXT "' scale 0.6\n"
          "set errorbars small\nset bars 0.6\nset style fill solid 1 noborder\n",
          file);
    if (!cells)
        fputs("set grid lt 1 lw 0.7 lc rgb '" GRID "'\n", file);
    if (titled && !f->no_key) {
        fputs("set key outside top left horizontal Left reverse samplen 1.8 width 1 spacing 1.25 textcolor rgb '" TEXT "'\n",
              file);
        if (*f->title) /* above the legend, which would push a title into the figure */
            fprintf(file, "set key title '%s' left\n", f->title);
    }
    else {
        fputs("unset key\n", file);
        if (*f->title)
            fprintf(file, "set title '%s' textcolor rgb '" TEXT "'\n", f->title);
    }
    axis_tics(file, "x", f->logx, f->x);
    axis_tics(file, "y", f->logy, f->y);
    if (f->n_category)
        categories(file, "x", f->n_category, f->category);
    if (f->n_category_y)
        categories(file, "y", f->n_category_y, f->category_y);
    fprintf(file, "set xlabel '%s' textcolor rgb '" TEXT "'\nset ylabel '%s' textcolor rgb '" TEXT "'\n", f->xlabel,
            f->ylabel);
    if (values)
        colours_of_map(file, f);
    mark_lines(file, f);
}

static void plot_series(FILE *file, const sp_series *s, size_t number, size_t i)
{
    static const int shapes[] = {7, 5, 9, 13, 11, 6, 4, 8, 12, 14, 10}; /* from 8 on: the overlay */
    int shape = shapes[(size_t)s->point % (sizeof shapes / sizeof *shapes)];
    char colour[32], data[48];
    if (s->foreground)
        snprintf(colour, sizeof colour, "rgb '" TEXT "'");
    else
        snprintf(colour, sizeof colour, "rgb '#%06x'", s->rgb);
    if (s->n)
        snprintf(data, sizeof data, "$f%zus%zu", number, i);
    else
        snprintf(data, sizeof data, "NaN"); /* an entry of the legend alone */
    switch (s->draw) {
    case SP_DRAW_LINE:
        if (s->se && s->n)
            fprintf(file, "%s using 1:3:4 with filledcurves fs transparent solid 0.2 noborder lc %s notitle, \\\n     ",
                    data, colour);
        fprintf(file, "%s%s with lines lw 2 dt %d lc %s", data, s->n ? " using 1:2" : "", (s->dash - 1) % 5 + 1, colour);
        break;
    case SP_DRAW_POINTS:
        /* vectors with flat heads: errorbars would clear a disc around each point */
        if (s->se && s->n)
            fprintf(file, "%s using %s with vectors heads size screen 0.004,90 lw 1.3 lc %s notitle, \\\n     ", data,
                    s->horizontal ? "3:2:($4-$3):(0)" : "1:3:(0):($4-$3)", colour);
        fprintf(file, "%s%s with points lw 1.3 pt %d ps 0.55 lc %s", data, s->n ? " using 1:2" : "", shape, colour);
        break;
    case SP_DRAW_BARS:
        fprintf(file, "%s using 1:2:3:4:(0):2 with boxxyerror fs solid 0.75 lc %s", data, colour);
        break;
    case SP_DRAW_CELLS:
        /* the thin border closes the seams that anti-aliasing leaves between cells */
        fprintf(file, "%s using 1:2:3:4:5:6%s with boxxyerror fs solid 1 border lw 0.4 %s%s", data, s->z ? ":7" : "",
                s->z ? "lc palette" : "lc ", s->z ? "" : colour);
        break;
    }
    fprintf(file, *s->title ? " title '%s'" : " notitle", s->title);
}

static void plot(FILE *file, const sp_figure *f, size_t number)
{
    fputs("plot ", file);
    /* lines first, so that measured points lie on top */
    bool first = true;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < f->n_series; i++)
            if ((f->series[i].draw == SP_DRAW_POINTS) == (pass == 1)) {
                fputs(first ? "" : ", \\\n     ", file);
                plot_series(file, &f->series[i], number, i);
                first = false;
            }
    if (f->diagonal)
        fputs(", x with lines lw 1.2 dt 2 lc rgb '" AXIS "' notitle", file);
    fputc('\n', file);
}

static void terminal(FILE *file, sp_format_kind format, size_t columns, size_t rows)
{
    switch (format) {
    case SP_SVG:
        fprintf(file,
                "set terminal svg size %zu,%zu enhanced font 'system-ui,Helvetica,Arial,sans-serif,14' background rgb "
                "'#ffffff'\n",
                600 * columns, 390 * rows);
        break;
    case SP_PDF:
        fprintf(file, "set terminal pdfcairo size %zu cm,%.1f cm enhanced font 'DejaVu Sans,10'\n", 17 * columns,
                10.75 * (double)rows);
        break;
    case SP_PNG:
        fprintf(file,
                "set terminal pngcairo size %zu,%zu enhanced font 'DejaVu Sans,12' fontscale 2 linewidth 2 pointscale 2\n",
                1360 * columns, 860 * rows);
        break;
    }
}

static const char *extension(sp_format_kind format) { return format == SP_SVG ? "svg" : format == SP_PDF ? "pdf" : "png"; }

static char *finish(FILE *file, char **text)
{
    if (fclose(file) != 0) {
        free(*text);
        return NULL;
    }
    return *text;
}

char *sp_gnuplot_script(const sp_figure *figure)
{
    static const sp_format_kind formats[] = {SP_SVG, SP_PDF, SP_PNG};
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    if (!file)
        return NULL;
    sp_figure f = *figure;
    fprintf(file, "# gnuplot %s.gp writes %s.svg, %s.pdf and %s.png here. Made by spinodal " SPINODAL_VERSION ".\n", f.name,
            f.name, f.name, f.name);
    write_data(file, &f, 0);
    settings(file, &f);
    for (size_t i = 0; i < 3; i++) {
        terminal(file, formats[i], 1, 1);
        fprintf(file, "set output '%s.%s'\n", f.name, extension(formats[i]));
        if (i == 0)
            plot(file, &f, 0);
        else
            fputs("replot\n", file);
    }
    fputs("unset output\n", file);
    return finish(file, &text);
}

char *sp_gnuplot_page(size_t n, const sp_figure *figures, sp_format_kind format)
{
    char *text = NULL;
    size_t size, columns = n > 1 ? 2 : 1, rows = (n + columns - 1) / columns;
    FILE *file = open_memstream(&text, &size);
    if (!file)
        return NULL;
    for (size_t i = 0; i < n; i++)
        write_data(file, &figures[i], i);
    terminal(file, format, columns, rows);
    fprintf(file, "set output 'page.%s'\n", extension(format));
    if (n > 1)
        fprintf(file, "set multiplot layout %zu,%zu\n", rows, columns);
    for (size_t i = 0; i < n; i++) {
        sp_figure f = figures[i];
        settings(file, &f);
        plot(file, &f, i);
    }
    fputs(n > 1 ? "unset multiplot\nunset output\n" : "unset output\n", file);
    return finish(file, &text);
}
