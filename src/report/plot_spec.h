/* The plots of a table as declared: see `plots` of sp_table_decl. */
#ifndef SPINODAL_PLOT_SPEC_H
#define SPINODAL_PLOT_SPEC_H

#include "spinodal/command.h"

enum { SP_PLOT_NAMES = 24 };

typedef enum { SP_PLOT_XY, SP_PLOT_MAP, SP_PLOT_HIST } sp_plot_kind;

typedef struct {
    sp_plot_kind kind;
    const char *x;
    size_t n_y;
    const char *y[SP_PLOT_NAMES]; /* of a map: y[0] and z = y[1] */
    const char *by;               /* NULL: none */
    bool logx, logy, logz, diagonal, points, lines, bars, no_key;
    size_t n_vline;
    const char *vline[SP_PLOT_NAMES];
    size_t n_hline;
    const char *hline[SP_PLOT_NAMES];    /* numbers or scalars */
    size_t bins;                         /* 0: chosen from the data */
    double xrange[2], yrange[2];         /* NAN: from the data */
    const char *title, *xlabel, *ylabel; /* NULL: from the names */
} sp_plot_spec;

/* Memory of the run. SP_USAGE with one line when the text does not follow the grammar. */
sp_status sp_plots_parse(sp_run *run, const char *text, size_t *n, sp_plot_spec **out);

#endif
