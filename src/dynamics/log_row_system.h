/* The equations of one new row of the log-time solver: 2 nodes + 3 unknowns (R row, C row, mu, m, R(t,0)). */
#ifndef SPINODAL_LOG_ROW_SYSTEM_H
#define SPINODAL_LOG_ROW_SYSTEM_H

#include "log_rows.h"

typedef struct log_row_system log_row_system;

/* For row g->n at time g->t[g->n]; older rows are known. Memory of the run. */
sp_status log_row_system_create(sp_run *run, const log_rows *g, log_row_system **out);
size_t log_row_system_size(const log_row_system *s);
size_t log_row_system_nodes(const log_row_system *s, size_t *low); /* nodes low..low+count-1 are unknown */

/* residual(x), and the dense Jacobian (row-major, size x size) when it is not NULL. */
void log_row_system_residual(log_row_system *s, const double *x, double *residual, double *jacobian);

/* energy, and C(t,t) - 1 as it comes out of the row */
void log_row_system_close(log_row_system *s, const double *x, double *energy, double *sphere_error);

#endif
