/* Interpolant paths and their time grids (spec 10, 2 and 3.3). */
#include "diffusion/path_grid.h"

#include "spinodal/diffusion.h"

#include <math.h>

double sp_path_noise(int path, double d, double s)
{
    return path == SP_PATH_VP ? sqrt((1 - s) * (1 + s)) : path == SP_PATH_VE ? sqrt(d) * (1 - s) : 1 - s;
}

double sp_path_log_snr(int path, double d, double s) { return 2 * log(s / sp_path_noise(path, d, s)); }

sp_path_rates sp_path_rates_at(int path, double d, double s)
{
    if (path == SP_PATH_VP)
        return (sp_path_rates){(1 - s) * (1 + s), -s, 1};
    double scale = path == SP_PATH_VE ? d : 1;
    return (sp_path_rates){scale * (1 - s) * (1 - s), -scale * (1 - s), scale * (1 - s)};
}

double sp_path_time_of_log_snr(int path, double d, double log_snr)
{
    double ratio = exp(log_snr / 2); /* b/a */
    if (path == SP_PATH_VP)
        return ratio / sqrt(1 + ratio * ratio);
    double scale = path == SP_PATH_VE ? sqrt(d) : 1;
    return scale * ratio / (1 + scale * ratio);
}

static double dilated(int path, double tau, double f, double e)
{
    if (path == SP_PATH_VE)
        return tau <= f ? (1 - e) * tau / f : 1 - e + e * (tau - f) / (1 - f);
    return tau <= f ? e * tau / f : e + (1 - e) * (tau - f) / (1 - f);
}

sp_status sp_path_window_times(sp_run *run, const sp_path_grid *grid, double window, double **out)
{
    size_t K = grid->steps;
    double *s = SP_NEW(run, double, K + 1);
    if (!s)
        return SP_FAILED;
    for (size_t k = 0; k <= K; k++) {
        double tau = (double)k / (double)K;
        s[k] = grid->grid == SP_GRID_DILATED ? dilated(grid->path, tau, grid->fraction, window) : tau;
    }
    s[K] = 1;
    *out = s;
    return SP_OK;
}

sp_status sp_path_grid_times(sp_run *run, const sp_path_grid *grid, double **out)
{
    if (grid->steps < 2)
        return sp_fail(run, SP_USAGE, "a schedule has at least 2 steps, got %zu", grid->steps);
    if (!(grid->d > 1))
        return sp_fail(run, SP_USAGE, "d must be > 1: in one dimension there is no separation of scales");
    if (!(grid->fraction > 0 && grid->fraction < 1) || !(grid->kappa > 0))
        return sp_fail(run, SP_USAGE, "a dilated grid needs kappa > 0 and a fraction in (0, 1)");
    double window = grid->kappa / sqrt(grid->d);
    if (grid->grid == SP_GRID_LOGSNR) {
        /* from 1/(Lambda kappa^2) to kappa^2/s_min^2 with Lambda = d and the scales of the modes 1 */
        double k2 = grid->kappa * grid->kappa;
        return sp_path_log_snr_times(run, grid, -log(grid->d * k2), log(100 * k2), out);
    }
    sp_path_grid used = *grid;
    if (used.grid == SP_GRID_DILATED && window >= 1) {
        sp_warn(run, "kappa >= sqrt(d): the second phase is empty, the grid is uniform");
        used.grid = SP_GRID_UNIFORM;
    }
    return sp_path_window_times(run, &used, window, out);
}

sp_status sp_path_log_snr_times(sp_run *run, const sp_path_grid *grid, double from, double to, double **out)
{
    size_t K = grid->steps;
    double *s = SP_NEW(run, double, K + 1);
    if (!s)
        return SP_FAILED;
    for (size_t k = 1; k < K; k++)
        s[k] = sp_path_time_of_log_snr(grid->path, grid->d,
                                       K > 2 ? from + (to - from) * (double)(k - 1) / (double)(K - 2) : from);
    s[K] = 1;
    *out = s;
    return SP_OK;
}
