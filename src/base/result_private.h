/* Building results: used by sp_call and by the report room. */
#ifndef SPINODAL_RESULT_PRIVATE_H
#define SPINODAL_RESULT_PRIVATE_H

#include "spinodal/command.h"

sp_result *sp_result_create(const sp_command *command); /* NULL: out of memory */
sp_status sp_result_set_parameter(sp_result *result, const char *name, const char *text);
sp_status sp_result_set_data(sp_result *result, const char *key, const char *text);
sp_status sp_result_set_scalars(sp_result *result, const void *scalars);
/* Appends the rows of `part` (one point of a grid) to the tables of `whole`, with the grid's values in front, and its
 * scalars as one row of the table "grid". axes: n names and values. */
sp_status sp_result_append(sp_result *whole, const sp_result *part, size_t n, const sp_column *axes, const sp_cell *values);
typedef struct {
    size_t n;
    sp_item *v; /* texts and images owned */
} sp_items;
sp_items *sp_result_items_of(sp_result *result);
void sp_items_free(sp_items *items);
sp_status sp_result_add_warning(sp_result *result, const char *text);

#endif
