/* Parameters of a command: from "name=value" texts to the fields of its struct, checked against the declaration. */
#ifndef SPINODAL_PARAMS_H
#define SPINODAL_PARAMS_H

#include "spinodal/command.h"

/* One "name=value" split; the name with '_' for '-'. Memory of the run. */
typedef struct {
    const char *name, *value;
} sp_argument;

sp_status sp_arguments_split(sp_run *run, size_t n, const char *const *texts, sp_argument *out);

/* Writes the value into its field; SP_USAGE with one line when it is not allowed. Not for SP_TYPE_DATA. */
sp_status sp_param_set(sp_run *run, const sp_param *param, const char *value, void *params);

/* True for a scalar numeric parameter; *values are then all numbers of the text (more than one: a grid). */
bool sp_param_takes_grid(const sp_param *param);

/* The name as typed on the command line: '_' becomes '-'. Memory of the run. */
const char *sp_option_name(sp_run *run, const char *field);

/* "> 0", "in [0, 1]", ... of the range; "" when anything goes. Memory of the run. */
const char *sp_range_text(sp_run *run, sp_range range);

/* One number in the C locale, "inf" allowed, nothing behind it. */
bool sp_parse_number(const char *text, double *out);

/* The declared name nearest to `name` (edit distance <= 2), or NULL. */
const char *sp_nearest(const char *name, size_t n, const char *const *names);

#endif
