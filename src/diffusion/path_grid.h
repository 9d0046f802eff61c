#ifndef SPINODAL_DIFFUSION_PATH_GRID_H
#define SPINODAL_DIFFUSION_PATH_GRID_H

#include "spinodal/schedule.h"

/* Without division by a_t: b = s, b' = 1. */
typedef struct {
    double a2, a_da, cross; /* a^2, a a', a (a b' - a' b) */
} sp_path_rates;
sp_path_rates sp_path_rates_at(int path, double d, double s);

double sp_path_time_of_log_snr(int path, double d, double log_snr);
/* Dilated with the window given, or uniform. */
sp_status sp_path_window_times(sp_run *run, const sp_path_grid *grid, double window, double **s);
/* 0, then uniform in log-SNR, then 1. */
sp_status sp_path_log_snr_times(sp_run *run, const sp_path_grid *grid, double from, double to, double **s);

#endif
