#include "figure.h"

#include "notation.h"
#include "params.h"

#include <string.h>

/* Okabe and Ito's colours, the yellow one left out: it cannot be seen on white. */
unsigned sp_palette(size_t i)
{
    static const unsigned colours[] = {0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00,
                                       0x56b4e9, 0x7b5ea7, 0x8c6d31, 0x5f6b76, 0xb3243c};
    return colours[i % (sizeof colours / sizeof *colours)];
}

unsigned sp_shade(size_t i, size_t n)
{
    static const unsigned viridis[] = {0x440154, 0x482878, 0x3e4989, 0x31688e, 0x26828e,
                                       0x1f9e89, 0x35b779, 0x6dcd59, 0xb4de2c};
    double at = n > 1 ? 8.0 * (double)i / (double)(n - 1) : 0;
    size_t k = at < 8 ? (size_t)at : 7;
    unsigned out = 0;
    for (unsigned shift = 0; shift <= 16; shift += 8) {
        double a = viridis[k] >> shift & 255, b = viridis[k + 1] >> shift & 255;
        out |= (unsigned)(a + (b - a) * (at - (double)k) + 0.5) << shift;
    }
    return out;
}

void sp_figure_hold(double range[2], bool log, double x)
{
    if (!isfinite(x) || (log && x <= 0))
        return;
    range[0] = isnan(range[0]) ? x : fmin(range[0], x);
    range[1] = isnan(range[1]) ? x : fmax(range[1], x);
}

static void pad(double range[2], bool log, double fraction)
{
    if (log) {
        double width = log10(range[1] / range[0]);
        double by = width > 0 ? fraction * width : 0.3;
        range[0] *= pow(10, -by);
        range[1] *= pow(10, by);
    }
    else {
        double width = range[1] - range[0];
        double by = width > 0 ? fraction * width : range[0] != 0 ? 0.1 * fabs(range[0]) : 1;
        range[0] -= by;
        range[1] += by;
    }
}

static void hold_series(sp_figure *f, const sp_series *s)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->draw == SP_DRAW_CELLS) {
            for (size_t k = 0; k < 2; k++) {
                sp_figure_hold(f->x, f->logx, s->cell[4 * i + k]);
                sp_figure_hold(f->y, f->logy, s->cell[4 * i + 2 + k]);
            }
            if (s->z)
                sp_figure_hold(f->z, f->logz, s->z[i]);
            continue;
        }
        sp_figure_hold(f->x, f->logx, s->x[i]);
        sp_figure_hold(f->y, f->logy, s->y[i]);
        if (s->draw == SP_DRAW_BARS) {
            sp_figure_hold(f->x, f->logx, s->cell[4 * i + 1]);
            sp_figure_hold(f->y, f->logy, f->logy ? 0.5 : 0);
        }
        if (s->se && isfinite(s->se[i])) {
            double v = s->horizontal ? s->x[i] : s->y[i], *range = s->horizontal ? f->x : f->y;
            bool log = s->horizontal ? f->logx : f->logy;
            sp_figure_hold(range, log, v + s->se[i]);
            /* a lower end near zero would stretch a logarithmic axis over decades that hold no point */
            if (!log || v - s->se[i] > 0.1 * v)
                sp_figure_hold(range, log, v - s->se[i]);
        }
    }
}

static void vlines(sp_run *run, const sp_result *result, const sp_plot_spec *spec, sp_figure *f)
{
    double low = f->x[0], high = f->x[1];
    double margin = f->logx ? log(high / low) : high - low;
    for (size_t i = 0; i < spec->n_vline; i++) {
        double at;
        bool number = sp_parse_number(spec->vline[i], &at);
        if ((!number && !sp_result_number(result, spec->vline[i], &at)) || !isfinite(at) || (f->logx && at <= 0))
            continue;
        double outside = f->logx ? fmax(log(low / at), log(at / high)) : fmax(low - at, at - high);
        if (outside > 0.4 * margin)
            continue;
        sp_figure_hold(f->x, f->logx, at);
        f->vline[f->n_vline++] =
            (sp_mark_line){at, number ? "" : sp_notation_name(run, SP_NOTATION_GNUPLOT, spec->vline[i])};
    }
}

/* False when nothing can be drawn. */
static bool set_ranges(sp_run *run, const sp_result *result, const sp_plot_spec *spec, sp_figure *f)
{
    bool map = spec->kind == SP_PLOT_MAP;
    f->x[0] = f->x[1] = f->y[0] = f->y[1] = f->z[0] = f->z[1] = NAN;
    for (size_t i = 0; i < f->n_series; i++)
        hold_series(f, &f->series[i]);
    if (isnan(f->x[0]) || isnan(f->y[0]))
        return false;
    for (int end = 0; map && end < 2; end++) { /* every place of a text axis, also an empty one */
        if (f->n_category)
            sp_figure_hold(f->x, false, end ? (double)f->n_category - 0.5 : -0.5);
        if (f->n_category_y)
            sp_figure_hold(f->y, false, end ? (double)f->n_category_y - 0.5 : -0.5);
    }
    vlines(run, result, spec, f);
    for (size_t i = 0; i < spec->n_hline; i++) {
        double at;
        if (!sp_parse_number(spec->hline[i], &at) && !sp_result_number(result, spec->hline[i], &at))
            continue;
        if (!isfinite(at) || (f->logy && at <= 0))
            continue;
        sp_figure_hold(f->y, f->logy, at);
        f->hline[f->n_hline++] = (sp_mark_line){at, ""};
    }
    if (!map || f->x[0] == f->x[1])
        pad(f->x, f->logx, f->n_category ? 0.5 / (double)f->n_category + 0.02 : 0.02);
    if (!map || f->y[0] == f->y[1]) {
        bool from_zero = spec->kind == SP_PLOT_HIST && !f->logy;
        pad(f->y, f->logy, f->n_category_y ? 0.6 / (double)f->n_category_y : 0.05);
        f->y[0] = from_zero ? 0 : f->y[0];
    }
    if (!isnan(f->z[0]) && f->z[0] == f->z[1])
        pad(f->z, f->logz, 0);
    for (int k = 0; k < 2; k++) {
        f->x[k] = isnan(spec->xrange[k]) || (f->logx && spec->xrange[k] <= 0) ? f->x[k] : spec->xrange[k];
        f->y[k] = isnan(spec->yrange[k]) || (f->logy && spec->yrange[k] <= 0) ? f->y[k] : spec->yrange[k];
    }
    return f->x[0] < f->x[1] && f->y[0] < f->y[1];
}

static const char *file_name(sp_run *run, const sp_table *table, size_t index)
{
    return index ? sp_format(run, "%s_%zu", sp_table_name(table), index + 1) : sp_table_name(table);
}

static sp_status make_figure(sp_run *run, const sp_result *result, const sp_table *table, const sp_plot_spec *spec,
                             const sp_overlay *overlay, sp_figure *f, bool *drawn)
{
    *f = (sp_figure){.table = table,
                     .logx = spec->logx,
                     .logy = spec->logy,
                     .logz = spec->logz,
                     .diagonal = spec->diagonal,
                     .no_key = spec->no_key};
    f->vline = SP_NEW(run, sp_mark_line, spec->n_vline + 1);
    f->hline = SP_NEW(run, sp_mark_line, spec->n_hline + 1);
    f->plain_title = spec->title ? spec->title : "";
    f->title = sp_notation_text(run, SP_NOTATION_GNUPLOT, f->plain_title);
    f->xlabel = f->ylabel = f->zlabel = "";
    if (!f->vline || !f->hline)
        return SP_FAILED;
    switch (spec->kind) {
    case SP_PLOT_XY:
        SP_TRY(sp_figure_fill_xy(run, result, table, spec, overlay, f));
        break;
    case SP_PLOT_MAP:
        SP_TRY(sp_figure_fill_map(run, table, spec, f));
        break;
    case SP_PLOT_HIST:
        SP_TRY(sp_figure_fill_hist(run, table, spec, f));
        break;
    }
    if (spec->xlabel)
        f->xlabel = sp_notation_text(run, SP_NOTATION_GNUPLOT, spec->xlabel);
    if (spec->ylabel)
        f->ylabel = sp_notation_text(run, SP_NOTATION_GNUPLOT, spec->ylabel);
    *drawn = f->n_series > 0 && set_ranges(run, result, spec, f);
    return SP_OK;
}

/* A grid of runs declares no plots: its scalars over the first axis, one figure for each unit. */
static sp_status grid_specs(sp_run *run, const sp_result *result, const sp_table *table, size_t *n, sp_plot_spec **out)
{
    const sp_command *command = sp_result_command(result);
    size_t columns = sp_table_columns(table), scalars = 0;
    while (command->scalars && command->scalars[scalars].name)
        scalars++;
    size_t axes = columns - scalars;
    *n = 0;
    *out = SP_NEW(run, sp_plot_spec, columns + 1);
    if (!*out)
        return SP_FAILED;
    for (size_t c = axes; c < columns; c++) {
        const sp_column *column = sp_table_column(table, c);
        size_t length = strlen(column->name), at = 0;
        bool companion = length > 3 && !strcmp(column->name + length - 3, "_se");
        if (companion || sp_table_column_is_text(table, c) || command->scalars[c - axes].type == SP_TYPE_BOOL)
            continue;
        while (at < *n && (strcmp((*out)[at].ylabel, column->unit) != 0 || (*out)[at].n_y == SP_PLOT_NAMES))
            at++;
        sp_plot_spec *s = &(*out)[at];
        if (at == *n) {
            *s = (sp_plot_spec){
                .x = sp_table_column(table, 0)->name, .xrange = {NAN, NAN}, .yrange = {NAN, NAN}, .ylabel = column->unit};
            ++*n;
        }
        s->y[s->n_y++] = column->name;
    }
    for (size_t i = 0; i < *n; i++)
        (*out)[i].ylabel = NULL;
    /* an axis whose values are spaced by factors is drawn with a logarithmic scale */
    size_t rows = sp_table_rows(table);
    double first = rows ? sp_table_cell(table, 0, 0).number : 0, last = rows ? sp_table_cell(table, rows - 1, 0).number : 0;
    double middle = rows ? sp_table_cell(table, rows / 2, 0).number : 0;
    bool log_axis = first > 0 && last / first >= 10 &&
                    fabs(log(middle * middle / (first * last))) < 0.5 * log(last / first) && middle < 0.3 * last;
    for (size_t i = 0; i < *n; i++)
        (*out)[i].logx = log_axis;
    return SP_OK;
}

sp_status sp_figures_make(sp_run *run, const sp_result *result, const sp_overlay *overlay, size_t *n, sp_figure **out)
{
    size_t most = 0, tables = sp_result_tables(result);
    size_t *counts = SP_NEW(run, size_t, tables + 1);
    sp_plot_spec **specs = SP_NEW(run, sp_plot_spec *, tables + 1);
    if (!counts || !specs)
        return SP_FAILED;
    for (size_t t = 0; t < tables; t++) {
        const sp_table *table = sp_result_table_at(result, t);
        const sp_table_decl *declaration = sp_table_declaration(table);
        if (declaration)
            SP_TRY(sp_plots_parse(run, declaration->plots, &counts[t], &specs[t]));
        else
            SP_TRY(grid_specs(run, result, table, &counts[t], &specs[t]));
        most += counts[t];
    }
    *n = 0;
    *out = SP_NEW(run, sp_figure, most + 1);
    if (!*out)
        return SP_FAILED;
    for (size_t t = 0; t < tables; t++) {
        const sp_table *table = sp_result_table_at(result, t);
        for (size_t i = 0; i < counts[t] && sp_table_rows(table) > 0; i++) {
            bool drawn;
            sp_figure *f = &(*out)[*n];
            SP_TRY(make_figure(run, result, table, &specs[t][i], overlay, f, &drawn));
            f->name = file_name(run, table, i);
            *n += drawn;
        }
    }
    return SP_OK;
}
