/* Figures as gnuplot scripts, and running gnuplot. */
#ifndef SPINODAL_GNUPLOT_H
#define SPINODAL_GNUPLOT_H

#include "figure.h"

typedef enum { SP_SVG = 1, SP_PDF = 2, SP_PNG = 4 } sp_format_kind;

typedef struct {
    char *data;
    size_t size;
} sp_bytes; /* free data with free() */

/* A script that writes NAME.svg, NAME.pdf and NAME.png of one figure into the current folder. Free with free(). */
char *sp_gnuplot_script(const sp_figure *figure);
/* All figures on one page, in one format, written to "page.EXT". Free with free(). */
char *sp_gnuplot_page(size_t n, const sp_figure *figures, sp_format_kind format);

/* Runs a script in a folder of its own and reads back the files it wrote. SP_FAILED with one line when gnuplot is absent,
 * fails or takes longer than 30 s; SP_STOPPED when the run is cancelled. */
sp_status sp_gnuplot_run(sp_run *run, const char *script, size_t n_files, const char *const *names, sp_bytes *files);

/* True when a program gnuplot is on the PATH. */
bool sp_gnuplot_found(void);

/* Makes the SVG of gnuplot small, gives its ids a prefix and, when it stands `alone`, its colours a dark variant (a page
 * gives them once, by sp_svg_style). Free data with free(). */
sp_status sp_svg_polish(sp_run *run, const sp_bytes *raw, const char *prefix, const char *title, bool alone, sp_bytes *out);
void sp_svg_style(FILE *file);

#endif
