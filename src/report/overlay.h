/* The user's own points, from a CSV file with a header. */
#ifndef SPINODAL_OVERLAY_H
#define SPINODAL_OVERLAY_H

#include "spinodal/output.h"

struct sp_overlay {
    const char *name; /* of the file, without folders */
    size_t n_columns, n_rows;
    const char **column;
    double *values; /* n_rows x n_columns; NAN where there is no number */
};

bool sp_overlay_find(const sp_overlay *overlay, const char *column, size_t *index);

#endif
