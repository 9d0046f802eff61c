/* Curves and measured points of a table. Rows with the same values of the grid's axes and of the `by` column are one curve.
 */
#include "figure.h"

#include "notation.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_POINTS = 3000, MAX_KEYS = 9, LEGEND = 10, MAX_GROUPS = 200 };

typedef struct {
    size_t n_keys, keys[MAX_KEYS]; /* columns that tell curves apart */
    size_t n_groups, n_rows;
    size_t *first; /* row */
    size_t *group; /* of each row */
} groups;

static bool same_cell(const sp_table *table, size_t column, size_t a, size_t b)
{
    sp_cell p = sp_table_cell(table, a, column), q = sp_table_cell(table, b, column);
    return p.text ? !strcmp(p.text, q.text) : p.number == q.number || (isnan(p.number) && isnan(q.number));
}

static bool same_group(const sp_table *table, const groups *g, size_t a, size_t b)
{
    for (size_t k = 0; k < g->n_keys; k++)
        if (!same_cell(table, g->keys[k], a, b))
            return false;
    return true;
}

static size_t declared_columns(const sp_table *table)
{
    const sp_table_decl *declaration = sp_table_declaration(table);
    size_t n = 0;
    while (declaration && declaration->columns[n].name)
        n++;
    return n;
}

static void find_keys(const sp_result *result, const sp_table *table, const sp_plot_spec *spec, groups *g)
{
    size_t axes = 0, columns = sp_table_columns(table), column;
    if (sp_table_declaration(table))
        axes = columns - declared_columns(table);
    else
        for (const sp_scalar *s = sp_result_command(result)->scalars; s && s->name; s++)
            axes = columns - (size_t)(s - sp_result_command(result)->scalars) - 1;
    for (size_t c = 0; c < axes && g->n_keys < MAX_KEYS - 1; c++)
        if (strcmp(sp_table_column(table, c)->name, spec->x) != 0)
            g->keys[g->n_keys++] = c;
    if (spec->by && sp_table_find_column(table, spec->by, &column))
        g->keys[g->n_keys++] = column;
}

static sp_status find_groups(sp_run *run, const sp_table *table, groups *g)
{
    g->n_rows = sp_table_rows(table);
    g->first = SP_NEW(run, size_t, MAX_GROUPS);
    g->group = SP_NEW(run, size_t, g->n_rows + 1);
    if (!g->first || !g->group)
        return SP_FAILED;
    for (size_t r = 0; r < g->n_rows; r++) {
        size_t i = r > 0 && same_group(table, g, r, r - 1) ? g->group[r - 1] : 0;
        while (i < g->n_groups && !same_group(table, g, r, g->first[i]))
            i++;
        if (i == g->n_groups && i < MAX_GROUPS)
            g->first[g->n_groups++] = r;
        g->group[r] = i;
    }
    return SP_OK;
}

static const char *group_label(sp_run *run, const sp_table *table, const groups *g, size_t group)
{
    const char *label = "";
    for (size_t k = 0; k < g->n_keys; k++) {
        sp_cell cell = sp_table_cell(table, g->first[group], g->keys[k]);
        const char *name = sp_notation_name(run, SP_NOTATION_GNUPLOT, sp_table_column(table, g->keys[k])->name);
        const char *value = cell.text ? sp_notation_text(run, SP_NOTATION_GNUPLOT, cell.text)
                                      : sp_notation_number(run, SP_NOTATION_GNUPLOT, cell.number, NAN, 4);
        const char *one = cell.text ? value : sp_format(run, "%s = %s", name, value);
        label = *label ? sp_format(run, "%s, %s", label, one) : one;
        if (!label)
            return "";
    }
    return label;
}

/* "phi_theory" and "phi" show one quantity. */
static size_t base_length(const char *name)
{
    static const char *const endings[] = {"_theory", "_exact", "_gauss", "_simulated", "_measured", "_surrogate", "_sim"};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t ending = strlen(endings[i]);
        if (length > ending && !strcmp(name + length - ending, endings[i]))
            return length - ending;
    }
    return length;
}

/* A theory with an error of its own is a line in a band, beside measured points. */
static bool is_theory(const char *name) { return !strcmp(name + base_length(name), "_theory"); }

static size_t base_index(const sp_plot_spec *spec, size_t y)
{
    size_t index = 0, length = base_length(spec->y[y]);
    for (size_t i = 0; i < y; i++) {
        size_t other = base_length(spec->y[i]);
        if (other == length && !strncmp(spec->y[i], spec->y[y], length))
            return base_index(spec, i);
        bool seen = false;
        for (size_t j = 0; j < i; j++)
            seen |= base_length(spec->y[j]) == other && !strncmp(spec->y[j], spec->y[i], other);
        index += !seen;
    }
    return index;
}

/* How many columns before y show the same quantity. */
static int variant_index(const sp_plot_spec *spec, size_t y)
{
    int n = 0;
    for (size_t i = 0; i < y; i++)
        n += base_index(spec, i) == base_index(spec, y);
    return n;
}

static sp_status allocate(sp_run *run, size_t n, bool with_error, sp_series *s)
{
    s->x = SP_NEW(run, double, n + 1);
    s->y = SP_NEW(run, double, n + 1);
    s->se = with_error ? SP_NEW(run, double, n + 1) : NULL;
    return s->x && s->y && (s->se || !with_error) ? SP_OK : SP_FAILED;
}

static void thin(sp_series *s)
{
    if (s->n <= MAX_POINTS)
        return;
    for (size_t i = 0; i < MAX_POINTS; i++) {
        size_t from = i * (s->n - 1) / (MAX_POINTS - 1);
        s->x[i] = s->x[from];
        s->y[i] = s->y[from];
        if (s->se)
            s->se[i] = s->se[from];
    }
    s->n = MAX_POINTS;
}

static sp_status make_bars(sp_run *run, sp_series *s)
{
    static const double half = 0.36; /* of the place of a bar */
    s->draw = SP_DRAW_BARS;
    s->cell = SP_NEW(run, double, 4 * s->n + 1);
    for (size_t i = 0; s->cell && i < s->n; i++) {
        s->cell[4 * i] = s->x[i] - half;
        s->cell[4 * i + 1] = s->x[i] + half;
    }
    return s->cell ? SP_OK : SP_FAILED;
}

typedef struct {
    const sp_table *table;
    const sp_plot_spec *spec;
    groups g;
    size_t x;
    bool x_text;
    size_t *place; /* of each row on an axis of texts: equal texts share one */
} source;

/* Curves that share the places of texts stand side by side. */
static double beside(const source *from, size_t group)
{
    double n = (double)from->g.n_groups, step = fmin(0.12, 0.7 / n);
    return step * ((double)group - (n - 1) / 2);
}

static sp_status fill_series(sp_run *run, const source *from, size_t group, size_t y, sp_series *s)
{
    size_t column, error_column;
    const sp_table *table = from->table;
    *s = (sp_series){0};
    if (!sp_table_find_column(table, from->spec->y[y], &column) || sp_table_column_is_text(table, column))
        return SP_OK;
    const char *companion = sp_format(run, "%s_se", from->spec->y[y]);
    bool measured = companion && sp_table_find_column(table, companion, &error_column), any_error = false;
    SP_TRY(allocate(run, from->g.n_rows, measured, s));
    for (size_t r = 0; r < from->g.n_rows; r++) {
        if (from->g.group[r] != group)
            continue;
        s->x[s->n] = from->x_text ? (double)from->place[r] + beside(from, group) : sp_table_cell(table, r, from->x).number;
        s->y[s->n] = sp_table_cell(table, r, column).number;
        if (measured) {
            s->se[s->n] = sp_table_cell(table, r, error_column).number;
            any_error |= s->se[s->n] > 0;
        }
        s->n += isfinite(s->x[s->n]) && isfinite(s->y[s->n]);
    }
    thin(s);
    bool curve = !measured || is_theory(from->spec->y[y]);
    s->draw = !curve || from->spec->points || from->x_text || s->n == 1 ? SP_DRAW_POINTS : SP_DRAW_LINE;
    if (from->spec->lines && !measured && s->n > 1)
        s->draw = SP_DRAW_LINE;
    if (from->spec->bars && from->x_text && y == 0)
        SP_TRY(make_bars(run, s));
    if (!any_error)
        s->se = NULL;
    return SP_OK;
}

static void style(const source *from, size_t group, size_t y, sp_series *s)
{
    bool many = from->g.n_groups > 1;
    size_t base = base_index(from->spec, y);
    int variant = variant_index(from->spec, y);
    s->rgb = !many ? sp_palette(base) : from->g.n_groups <= 10 ? sp_palette(group) : sp_shade(group, from->g.n_groups);
    s->dash = 1 + (many ? (int)base : 0);
    /* of two lines of one quantity the second is dashed; a line beside points stays whole */
    int lines_before = 0;
    size_t column;
    for (size_t i = 0; i < y && variant; i++) {
        char companion[160];
        snprintf(companion, sizeof companion, "%s_se", from->spec->y[i]);
        lines_before += base_index(from->spec, i) == base && !sp_table_find_column(from->table, companion, &column);
    }
    s->dash += lines_before;
    s->point = (many ? (int)base : (int)base % 4) + variant;
}

static const char *name_of(sp_run *run, const sp_table *table, const char *column)
{
    (void)table;
    return sp_notation_name(run, SP_NOTATION_GNUPLOT, column);
}

/* With many curves of several columns: a legend of colours, then one of styles. */
static void legend(sp_run *run, const source *from, size_t group, size_t y, bool first_of_group, sp_series *s)
{
    size_t n = from->g.n_groups, shown = n <= LEGEND ? 1 : (n + 5) / 6;
    const char *name = name_of(run, from->table, from->spec->y[y]);
    s->title = "";
    if (n <= 1)
        s->title = from->spec->n_y > 1 ? name : "";
    else if (first_of_group && group % shown == 0)
        s->title = group_label(run, from->table, &from->g, group);
}

static void add_style_keys(sp_run *run, const source *from, const sp_series *drawn, size_t n_drawn, sp_figure *f)
{
    for (size_t y = 0; y < from->spec->n_y; y++) {
        const sp_series *like = NULL;
        for (size_t i = 0; i < n_drawn && !like; i++)
            like = drawn[i].column == y ? &drawn[i] : NULL;
        if (!like)
            continue;
        sp_series *key = &f->series[f->n_series++];
        *key = *like;
        key->n = 0;
        key->foreground = true;
        key->title = name_of(run, from->table, from->spec->y[y]);
    }
}

static sp_status add_overlay(sp_run *run, const sp_overlay *o, const sp_plot_spec *spec, sp_figure *f)
{
    size_t x, y, error_column;
    if (!o || !sp_overlay_find(o, spec->x, &x))
        return SP_OK;
    int shape = 0;
    for (size_t k = 0; k < spec->n_y; k++) {
        if (!sp_overlay_find(o, spec->y[k], &y))
            continue;
        const char *companion = sp_format(run, "%s_se", spec->y[k]);
        bool measured = companion && sp_overlay_find(o, companion, &error_column);
        sp_series *s = &f->series[f->n_series++];
        *s = (sp_series){.draw = SP_DRAW_POINTS, .foreground = true, .point = 8 + shape++, .dash = 1};
        SP_TRY(allocate(run, o->n_rows, measured, s));
        for (size_t r = 0; r < o->n_rows; r++) {
            s->x[s->n] = o->values[r * o->n_columns + x];
            s->y[s->n] = o->values[r * o->n_columns + y];
            if (measured)
                s->se[s->n] = o->values[r * o->n_columns + error_column];
            s->n += isfinite(s->x[s->n]) && isfinite(s->y[s->n]);
        }
        thin(s);
        s->title = sp_format(run, "%s (%s)", sp_notation_name(run, SP_NOTATION_GNUPLOT, spec->y[k]),
                             sp_notation_text(run, SP_NOTATION_GNUPLOT, o->name));
        if (!s->title)
            return SP_FAILED;
    }
    return SP_OK;
}

/* One quantity: its name; several: what they have in common. */
static const char *y_label(sp_run *run, const sp_table *table, const sp_plot_spec *spec)
{
    size_t first, column;
    if (!sp_table_find_column(table, spec->y[0], &first))
        return "";
    const sp_column *c = sp_table_column(table, first);
    bool one_quantity = true, one_unit = true;
    for (size_t y = 1; y < spec->n_y; y++) {
        one_quantity &= base_index(spec, y) == 0;
        one_unit &=
            sp_table_find_column(table, spec->y[y], &column) && !strcmp(sp_table_column(table, column)->unit, c->unit);
    }
    if (one_quantity) {
        size_t length = base_length(c->name);
        const char *base = sp_format(run, "%.*s", (int)length, c->name);
        return sp_notation_axis(run, SP_NOTATION_GNUPLOT,
                                &(sp_column){base ? base : c->name, c->unit, spec->n_y == 1 ? c->help : ""});
    }
    const char *names = "";
    for (size_t y = 0; y < spec->n_y && y < 4 && names; y++)
        if (variant_index(spec, y) == 0) {
            const char *name =
                sp_notation_name(run, SP_NOTATION_GNUPLOT, sp_format(run, "%.*s", (int)base_length(spec->y[y]), spec->y[y]));
            names = *names ? sp_format(run, "%s,  %s", names, name) : name;
        }
    const char *unit = one_unit ? sp_notation_unit(run, SP_NOTATION_GNUPLOT, c->unit) : "";
    const char *label = names && *unit ? sp_format(run, "%s  (%s)", names, unit) : names;
    return label ? label : "";
}

static sp_status set_categories(sp_run *run, source *from, sp_figure *f)
{
    f->category = SP_NEW(run, const char *, from->g.n_rows + 1);
    from->place = SP_NEW(run, size_t, from->g.n_rows + 1);
    if (!f->category || !from->place)
        return SP_FAILED;
    f->logx = false;
    for (size_t r = 0; r < from->g.n_rows; r++) {
        const char *text = sp_notation_text(run, SP_NOTATION_GNUPLOT, sp_table_cell(from->table, r, from->x).text);
        size_t *place = &from->place[r];
        while (*place < f->n_category && strcmp(f->category[*place], text) != 0)
            ++*place;
        if (*place == f->n_category)
            f->category[f->n_category++] = text;
    }
    return SP_OK;
}

/* Y a text: one line of the figure for each row, the first on top, X along it. */
static sp_status fill_lines(sp_run *run, const sp_table *table, const sp_plot_spec *spec, size_t x, size_t y, sp_figure *f)
{
    size_t rows = sp_table_rows(table), error_column;
    const char *companion = sp_format(run, "%s_se", spec->x);
    bool measured = companion && sp_table_find_column(table, companion, &error_column);
    sp_series *s = f->series = SP_NEW(run, sp_series, 1);
    f->category_y = SP_NEW(run, const char *, rows + 1);
    if (!s || !f->category_y)
        return SP_FAILED;
    f->n_category_y = rows;
    f->logy = false;
    f->xlabel = sp_notation_axis(run, SP_NOTATION_GNUPLOT, sp_table_column(table, x));
    *s = (sp_series){.draw = SP_DRAW_POINTS, .rgb = sp_palette(0), .title = "", .horizontal = true, .dash = 1};
    SP_TRY(allocate(run, rows, measured, s));
    for (size_t r = 0; r < rows; r++) {
        f->category_y[rows - 1 - r] = sp_notation_words(run, SP_NOTATION_GNUPLOT, sp_table_cell(table, r, y).text);
        s->x[s->n] = sp_table_cell(table, r, x).number;
        s->y[s->n] = (double)(rows - 1 - r);
        if (measured)
            s->se[s->n] = sp_table_cell(table, r, error_column).number;
        s->n += isfinite(s->x[s->n]) ? 1 : 0;
    }
    f->n_series = s->n > 0;
    return SP_OK;
}

/* Whether a number of the column can be drawn. */
static bool has_numbers(const sp_table *table, const char *name)
{
    size_t column;
    if (!sp_table_find_column(table, name, &column) || sp_table_column_is_text(table, column))
        return false;
    for (size_t r = 0; r < sp_table_rows(table); r++)
        if (isfinite(sp_table_cell(table, r, column).number))
            return true;
    return false;
}

sp_status sp_figure_fill_xy(sp_run *run, const sp_result *result, const sp_table *table, const sp_plot_spec *spec,
                            const sp_overlay *overlay, sp_figure *f)
{
    sp_plot_spec drawn = *spec; /* without the columns of a part that was not asked for */
    source from = {.table = table, .spec = &drawn};
    if (!sp_table_find_column(table, spec->x, &from.x))
        return SP_OK;
    size_t y;
    if (spec->n_y == 1 && sp_table_find_column(table, spec->y[0], &y) && sp_table_column_is_text(table, y) &&
        !sp_table_column_is_text(table, from.x))
        return fill_lines(run, table, spec, from.x, y, f);
    drawn.n_y = 0;
    for (y = 0; y < spec->n_y; y++)
        if (has_numbers(table, spec->y[y]))
            drawn.y[drawn.n_y++] = spec->y[y];
    if (drawn.n_y == 0)
        return SP_OK;
    find_keys(result, table, &drawn, &from.g);
    SP_TRY(find_groups(run, table, &from.g));
    from.x_text = sp_table_column_is_text(table, from.x);
    f->series = SP_NEW(run, sp_series, (from.g.n_groups + 1) * drawn.n_y + spec->n_y);
    if (!f->series)
        return SP_FAILED;
    if (from.x_text)
        SP_TRY(set_categories(run, &from, f));
    f->xlabel = sp_notation_axis(run, SP_NOTATION_GNUPLOT, sp_table_column(table, from.x));
    f->ylabel = y_label(run, table, &drawn);
    for (size_t group = 0; group < from.g.n_groups; group++) {
        bool first = true;
        for (size_t y = 0; y < drawn.n_y; y++) {
            sp_series *s = &f->series[f->n_series];
            SP_TRY(fill_series(run, &from, group, y, s));
            if (s->n == 0)
                continue;
            style(&from, group, y, s);
            s->column = y;
            legend(run, &from, group, y, first, s);
            first = false;
            f->n_series++;
        }
    }
    if (f->n_series == 0)
        return SP_OK;
    if (from.g.n_groups > 1 && drawn.n_y > 1)
        add_style_keys(run, &from, f->series, f->n_series, f);
    return add_overlay(run, overlay, spec, f);
}
