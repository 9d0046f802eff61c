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

/* The declared name nearest to `name` (edit distance <= 2), or NULL. */
const char *sp_nearest(const char *name, size_t n, const char *const *names);

#endif
