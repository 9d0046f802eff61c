/* A figure: what is drawn, before any gnuplot. Built from the tables of a result and the user's overlay. */
#ifndef SPINODAL_FIGURE_H
#define SPINODAL_FIGURE_H

#include "overlay.h"
#include "plot_spec.h"
#include "spinodal/output.h"

typedef enum { SP_DRAW_LINE, SP_DRAW_POINTS, SP_DRAW_BARS, SP_DRAW_CELLS } sp_draw;

/* Texts are enhanced gnuplot text for single quotes. */
typedef struct {
    sp_draw draw;
    size_t n;
    double *x, *y;
    double *se;        /* NULL: no error bars */
    double *cell;      /* of cells: xlow, xhigh, ylow, yhigh of each */
    double *z;         /* of cells coloured by value; NULL: the colour of the series */
    const char *title; /* "": not in the legend */
    unsigned rgb;
    bool foreground; /* drawn in the colour of the text */
    bool horizontal; /* se is that of x */
    int dash, point;
    size_t column; /* of curves: which of the spec */
} sp_series;

typedef struct {
    double at;
    const char *label; /* "": none */
} sp_mark_line;

typedef struct {
    const char *name; /* of its files: "kl", "kl_2" */
    const sp_table *table;
    const char *plain_title; /* without markup; "" : none */
    const char *title, *xlabel, *ylabel, *zlabel;
    bool logx, logy, logz, diagonal, no_key;
    double x[2], y[2], z[2];
    size_t n_category, n_category_y; /* texts along an axis at 0, 1, ... */
    const char **category, **category_y;
    size_t n_series;
    sp_series *series;
    size_t n_vline, n_hline;
    sp_mark_line *vline, *hline;
} sp_figure;

/* Every figure of the result, those without a finite point left out. Memory of the run. */
sp_status sp_figures_make(sp_run *run, const sp_result *result, const sp_overlay *overlay, size_t *n, sp_figure **out);

/* Of figure_fill.c and figure_map.c. */
sp_status sp_figure_fill_xy(sp_run *run, const sp_result *result, const sp_table *table, const sp_plot_spec *spec,
                            const sp_overlay *overlay, sp_figure *figure);
sp_status sp_figure_fill_map(sp_run *run, const sp_table *table, const sp_plot_spec *spec, sp_figure *figure);
sp_status sp_figure_fill_hist(sp_run *run, const sp_table *table, const sp_plot_spec *spec, sp_figure *figure);

unsigned sp_palette(size_t i);         /* distinct in the common kinds of colour blindness */
unsigned sp_shade(size_t i, size_t n); /* i of n along a perceptually uniform scale (viridis) */
/* Grows [range[0], range[1]] to hold x; not for x <= 0 when log. */
void sp_figure_hold(double range[2], bool log, double x);

#endif
