/* Heat maps over two columns and histograms of one. */
#include "figure.h"

#include "notation.h"

#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The distinct finite values of a column, sorted. */
static sp_status distinct(sp_run *run, const sp_table *table, size_t column, bool log, size_t *n, double **out)
{
    size_t rows = sp_table_rows(table), m = 0;
    double *v = SP_NEW(run, double, rows + 1);
    if (!v)
        return SP_FAILED;
    for (size_t r = 0; r < rows; r++) {
        double x = sp_table_cell(table, r, column).number;
        if (isfinite(x) && (!log || x > 0))
            v[m++] = x;
    }
    qsort(v, m, sizeof *v, ascending);
    *n = 0;
    for (size_t i = 0; i < m; i++)
        if (*n == 0 || v[i] > v[*n - 1])
            v[(*n)++] = v[i];
    *out = v;
    return SP_OK;
}

static double middle(double a, double b, bool log) { return log ? sqrt(a * b) : (a + b) / 2; }

/* The cell around x: half way to its neighbours. */
static void edges(double x, size_t n, const double *v, bool log, double out[2])
{
    size_t i = 0;
    while (i + 1 < n && v[i] < x)
        i++;
    out[0] = i > 0 ? middle(v[i - 1], v[i], log) : NAN;
    out[1] = i + 1 < n ? middle(v[i], v[i + 1], log) : NAN;
    double low = out[0], high = out[1];
    if (isnan(low))
        out[0] = isnan(high) ? (log ? x / 2 : x - 0.5) : log ? x * x / high : 2 * x - high;
    if (isnan(high))
        out[1] = isnan(low) ? (log ? x * 2 : x + 0.5) : log ? x * x / low : 2 * x - low;
}

static sp_status allocate_cells(sp_run *run, size_t n, bool values, sp_series *s)
{
    s->draw = SP_DRAW_CELLS;
    s->title = "";
    s->x = SP_NEW(run, double, n + 1);
    s->y = SP_NEW(run, double, n + 1);
    s->cell = SP_NEW(run, double, 4 * n + 4);
    s->z = values ? SP_NEW(run, double, n + 1) : NULL;
    return s->x && s->y && s->cell && (s->z || !values) ? SP_OK : SP_FAILED;
}

typedef struct {
    const sp_table *table;
    size_t column[3], n[2];
    double *v[2];
    const char **word[2]; /* of an axis of texts: v are their numbers */
} grid;

/* The number of a row along an axis. */
static double coordinate(const grid *g, size_t row, int axis)
{
    sp_cell cell = sp_table_cell(g->table, row, g->column[axis]);
    if (!cell.text)
        return cell.number;
    for (size_t k = 0; k < g->n[axis]; k++)
        if (!strcmp(g->word[axis][k], cell.text))
            return (double)k;
    return NAN;
}

/* Texts in the order of their first appearance. */
static sp_status find_words(sp_run *run, grid *g, int axis, sp_figure *f)
{
    size_t rows = sp_table_rows(g->table), most = 200;
    g->word[axis] = SP_NEW(run, const char *, most);
    g->v[axis] = SP_NEW(run, double, most);
    const char **labels = SP_NEW(run, const char *, most);
    if (!g->word[axis] || !g->v[axis] || !labels)
        return SP_FAILED;
    for (size_t r = 0; r < rows && g->n[axis] < most; r++)
        if (isnan(coordinate(g, r, axis))) {
            size_t k = g->n[axis]++;
            g->word[axis][k] = sp_table_cell(g->table, r, g->column[axis]).text;
            g->v[axis][k] = (double)k;
            labels[k] = sp_notation_text(run, SP_NOTATION_GNUPLOT, g->word[axis][k]);
        }
    if (axis == 0) {
        f->logx = false;
        f->n_category = g->n[0];
        f->category = labels;
    }
    else {
        f->logy = false;
        f->n_category_y = g->n[1];
        f->category_y = labels;
    }
    return SP_OK;
}

static bool add_cell(const grid *g, const sp_figure *f, size_t row, sp_series *s)
{
    double x = coordinate(g, row, 0), y = coordinate(g, row, 1);
    if (!isfinite(x) || !isfinite(y) || (f->logx && x <= 0) || (f->logy && y <= 0))
        return false;
    s->x[s->n] = x;
    s->y[s->n] = y;
    edges(x, g->n[0], g->v[0], f->logx, &s->cell[4 * s->n]);
    edges(y, g->n[1], g->v[1], f->logy, &s->cell[4 * s->n + 2]);
    s->n++;
    return true;
}

static sp_status fill_values(sp_run *run, const grid *g, sp_figure *f)
{
    size_t rows = sp_table_rows(g->table);
    sp_series *s = &f->series[0];
    SP_TRY(allocate_cells(run, rows, true, s));
    for (size_t r = 0; r < rows; r++) {
        double z = sp_table_cell(g->table, r, g->column[2]).number;
        if (isfinite(z) && (!f->logz || z > 0) && add_cell(g, f, r, s))
            s->z[s->n - 1] = z;
    }
    f->n_series = s->n > 1; /* one cell shows nothing */
    return SP_OK;
}

/* A text for each cell: one colour a text. */
static sp_status fill_phases(sp_run *run, const grid *g, sp_figure *f)
{
    enum { MAX_PHASES = 16 };
    size_t rows = sp_table_rows(g->table);
    f->series = SP_NEW(run, sp_series, MAX_PHASES);
    if (!f->series)
        return SP_FAILED;
    const char *names[MAX_PHASES];
    for (size_t r = 0; r < rows; r++) {
        const char *text = sp_table_cell(g->table, r, g->column[2]).text;
        size_t k = 0;
        while (k < f->n_series && strcmp(names[k], text) != 0)
            k++;
        if (k == MAX_PHASES)
            continue;
        if (k == f->n_series) {
            SP_TRY(allocate_cells(run, rows, false, &f->series[k]));
            names[k] = text;
            f->series[k].title = sp_notation_text(run, SP_NOTATION_GNUPLOT, text);
            f->series[k].rgb = sp_palette(k);
            f->n_series++;
        }
        add_cell(g, f, r, &f->series[k]);
    }
    return SP_OK;
}

sp_status sp_figure_fill_map(sp_run *run, const sp_table *table, const sp_plot_spec *spec, sp_figure *f)
{
    grid g = {.table = table};
    const char *names[] = {spec->x, spec->y[0], spec->y[1]};
    for (int k = 0; k < 3; k++)
        if (!sp_table_find_column(table, names[k], &g.column[k]))
            return SP_OK;
    for (int axis = 0; axis < 2; axis++)
        if (sp_table_column_is_text(table, g.column[axis]))
            SP_TRY(find_words(run, &g, axis, f));
        else
            SP_TRY(distinct(run, table, g.column[axis], axis == 0 ? f->logx : f->logy, &g.n[axis], &g.v[axis]));
    f->xlabel = sp_notation_axis(run, SP_NOTATION_GNUPLOT, sp_table_column(table, g.column[0]));
    f->ylabel = sp_notation_axis(run, SP_NOTATION_GNUPLOT, sp_table_column(table, g.column[1]));
    f->zlabel = sp_notation_axis(run, SP_NOTATION_GNUPLOT, sp_table_column(table, g.column[2]));
    if (sp_table_column_is_text(table, g.column[2]))
        return fill_phases(run, &g, f);
    f->series = SP_NEW(run, sp_series, 1);
    return f->series ? fill_values(run, &g, f) : SP_FAILED;
}

/* Freedman and Diaconis: a width of 2 (quartile range) n^(-1/3). */
static size_t choose_bins(size_t n, const double *sorted)
{
    double width = 2 * (sorted[3 * n / 4] - sorted[n / 4]) / cbrt((double)n), span = sorted[n - 1] - sorted[0];
    double bins = width > 0 ? ceil(span / width) : 1;
    return bins < 5 ? 5 : bins > 80 ? 80 : (size_t)bins;
}

sp_status sp_figure_fill_hist(sp_run *run, const sp_table *table, const sp_plot_spec *spec, sp_figure *f)
{
    size_t column, rows = sp_table_rows(table), n = 0;
    if (!sp_table_find_column(table, spec->x, &column) || sp_table_column_is_text(table, column))
        return SP_OK;
    double *v = SP_NEW(run, double, rows + 1);
    f->series = SP_NEW(run, sp_series, 1);
    if (!v || !f->series)
        return SP_FAILED;
    for (size_t r = 0; r < rows; r++) {
        double x = sp_table_cell(table, r, column).number;
        if (isfinite(x) && (!spec->logx || x > 0))
            v[n++] = spec->logx ? log(x) : x;
    }
    if (n < 2)
        return SP_OK;
    qsort(v, n, sizeof *v, ascending);
    size_t bins = spec->bins ? spec->bins : choose_bins(n, v);
    double low = v[0], width = (v[n - 1] - v[0]) / (double)bins;
    if (!(width > 0))
        width = 1;
    sp_series *s = &f->series[0];
    SP_TRY(allocate_cells(run, bins, false, s));
    s->rgb = sp_palette(0);
    s->n = bins;
    s->draw = SP_DRAW_BARS;
    for (size_t i = 0; i < n; i++) {
        size_t k = (size_t)((v[i] - low) / width);
        s->y[k < bins ? k : bins - 1]++;
    }
    for (size_t k = 0; k < bins; k++)
        for (int side = 0; side < 2; side++) {
            double edge = low + width * (double)(k + (size_t)side);
            s->cell[4 * k + (size_t)side] = spec->logx ? exp(edge) : edge;
            s->x[k] = s->cell[4 * k];
        }
    f->n_series = 1;
    f->xlabel = sp_notation_axis(run, SP_NOTATION_GNUPLOT, sp_table_column(table, column));
    f->ylabel = "count";
    return SP_OK;
}
