/* Slopes and divergences read off the tables of a result, for claims whose number is no entry of a table. */
#ifndef SPINODAL_CURVE_FITS_H
#define SPINODAL_CURVE_FITS_H

#include "claims.h"

/* The leading finite numbers of a column, at most `most`; returns how many (0: no such column). */
size_t claim_column(const sp_result *result, const char *table, const char *column, size_t most, double *out);

/* Least-squares slope of y against x, with its standard error from the scatter (n >= 3), and the sum of squares left. */
double claim_slope(size_t n, const double *x, const double *y, double *se, double *left);

/* d ln |y|/d ln x from the first to the last row. SP_FAILED without two rows. */
sp_status claim_power(sp_run *run, const sp_result *result, const char *table, const char *x, const char *y,
                      double *exponent);

/* Convergence times t_half ~ (1/Delta_2 - c)^-a over the grid of inverse_noise_2 (increasing): c > least by least squares in
 * the logarithms, its error by leaving out one point at a time. SP_FAILED with fewer than 4 finite times. */
sp_status claim_divergence(sp_run *run, const sp_result *result, double least, double *c, double *se);

#endif
