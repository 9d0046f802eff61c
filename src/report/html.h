/* Pieces of report.html. */
#ifndef SPINODAL_HTML_H
#define SPINODAL_HTML_H

#include "gnuplot.h"

/* Escaped. */
void sp_html_text(FILE *file, const char *text);
/* Escaped, with the symbols of the field ("t_S") set with subscripts. */
void sp_html_words(FILE *file, sp_run *run, const char *text);
/* The style sheet: light and dark, from 320 pixels on. */
void sp_html_style(FILE *file);
void sp_html_base64(FILE *file, const void *data, size_t size);
/* The rows of a table (long ones shortened), errors beside their values, with a link to tables/NAME.csv. */
void sp_html_table(FILE *file, sp_run *run, const sp_table *table);
void sp_html_scalars(FILE *file, sp_run *run, const sp_result *result);

#endif
