/* Names and numbers as the field writes them: "t_S_spectral" as a symbol with subscripts, value +- standard error. */
#ifndef SPINODAL_NOTATION_H
#define SPINODAL_NOTATION_H

#include "spinodal/command.h"

typedef enum { SP_NOTATION_PLAIN, SP_NOTATION_GNUPLOT, SP_NOTATION_HTML } sp_notation;

/* All return memory of the run ("" when out of memory). Texts are escaped for the target: enhanced text inside single
 * quotes of gnuplot, or HTML. */
const char *sp_notation_text(sp_run *run, sp_notation target, const char *text);
const char *sp_notation_name(sp_run *run, sp_notation target, const char *name);
/* A sentence: the symbols ("t_S", "N_eff") and powers ("10^15") in it are set as such. */
const char *sp_notation_words(sp_run *run, sp_notation target, const char *text);
/* "" for dimensionless quantities. */
const char *sp_notation_unit(sp_run *run, sp_notation target, const char *unit);
/* se NAN: none. digits: significant ones of a number without error. */
const char *sp_notation_number(sp_run *run, sp_notation target, double x, double se, int digits);
/* Help, symbol and unit of a quantity, for an axis. */
const char *sp_notation_axis(sp_run *run, sp_notation target, const sp_column *column);

#endif
