/* The two solvers of the two-time equations. */
#ifndef SPINODAL_TWO_TIME_H
#define SPINODAL_TWO_TIME_H

#include "mixed_kernel.h"

/* One-time quantities at increasing times. */
typedef struct {
    size_t n;
    double *t, *m, *mu, *energy, *c0, *r0;
    double sphere_error, residual;
    size_t iterations;
    bool converged;
} time_curves;

/* ---- uniform grid (two_time_uniform.c): rows 0..n at spacing h ------------------------------------------ */

typedef struct {
    size_t n;
    double h;
    double *c, *r; /* packed lower triangles: [i (i+1)/2 + j] */
    time_curves curves;
} uniform_grid;

sp_status two_time_uniform(sp_run *run, const dynamics_model *model, double t_max, size_t n, const char *checkpoint,
                           uniform_grid *out);
/* integral of eta R(t_i, s) from t_j to t_i */
double uniform_grid_chi(const uniform_grid *grid, const dynamics_model *model, size_t i, size_t j);

/* ---- log-time rows (two_time_log.c) --------------------------------------------------------------------- */

typedef struct log_rows log_rows;
sp_status two_time_log(sp_run *run, const dynamics_model *model, double t_max, double row_step, double node_step,
                       const char *checkpoint, log_rows **out);
const time_curves *log_rows_curves(const log_rows *rows);
void log_rows_pair(const log_rows *rows, double t, double t_prime, double *c, double *chi);

#endif
