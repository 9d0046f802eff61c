/* Options that the commands of schedule share. */
#ifndef SPINODAL_SCHEDULE_OPTIONS_H
#define SPINODAL_SCHEDULE_OPTIONS_H

#include "spinodal/command.h"
#include "spinodal/schedule.h"

#define SP_PATH_PARAM(P) SP_CHOICE(P, path, "vp|ve|linear", "vp", "a_t = sqrt(1-s^2), sqrt(d)(1-s) or 1-s; b_t = s")
#define SP_GRID_PARAM(P) SP_CHOICE(P, grid, "uniform|dilated|logsnr", "dilated", "how the steps are spent")
#define SP_METHOD_PARAM(P) SP_CHOICE(P, method, "euler|heun", "euler", "integrator of the probability flow")
#define SP_KAPPA_PARAM(P)                                                                                                   \
    SP_REAL(P, kappa, "4", SP_POSITIVE, "", "width of the window in which the mode is chosen, in units of 1/sqrt(d)")
#define SP_FRACTION_PARAM(P)                                                                                                \
    SP_REAL(P, fraction, "0.5", SP_OPEN_FRACTION, "", "share of the steps in the first phase of a dilated grid")

#endif
