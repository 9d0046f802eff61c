/* What `landscape count` and `risk-landscape count` print alike: sp_point_count is the first member of their results. */
#ifndef SPINODAL_COMMANDS_POINT_COUNT_H
#define SPINODAL_COMMANDS_POINT_COUNT_H

#include "spinodal/command.h"
#include "spinodal/stationary_points.h"

#define POINT_COUNT_SCALARS                                                                                                 \
    SP_OUT(sp_point_count, mean_exact, "", "exact mean number of stationary points at this size (Kac-Rice)"),               \
        SP_OUT(sp_point_count, mean_exact_se, "", "standard error"),                                                        \
        SP_OUT(sp_point_count, count, "", "points found per instance"),                                                     \
        SP_OUT(sp_point_count, count_se, "", "standard error"),                                                             \
        SP_OUT(sp_point_count, minima_exact, "", "exact mean number of minima"),                                            \
        SP_OUT(sp_point_count, minima_exact_se, "", "standard error"),                                                      \
        SP_OUT(sp_point_count, minima, "", "minima found per instance"),                                                    \
        SP_OUT(sp_point_count, minima_se, "", "standard error"),                                                            \
        SP_OUT(sp_point_count, log_count, "", "mean of the ln of the number"),                                              \
        SP_OUT(sp_point_count, log_count_se, "", "standard error"),                                                         \
        SP_OUT(sp_point_count, gap, "",                                                                                     \
               "ln(mean number) - mean ln(number): how far the typical instance is below the mean"),                        \
        SP_OUT(sp_point_count, gap_se, "", "standard error"),                                                               \
        SP_OUT(sp_point_count, difference_sigmas, "", "(count - mean_exact) in standard errors"),                           \
        SP_OUT(sp_point_count, stable_share, "", "instances whose set no longer grew when the starts were doubled"),        \
        SP_OUT(sp_point_count, euler_failures, "",                                                                          \
               "instances whose count with signs is not the Euler characteristic of the sphere")

extern const sp_table_decl point_count_tables[];

/* Fills the tables; what may be incomplete is said. */
sp_status point_count_rows(sp_run *run, const sp_point_count *count, const sp_point_instances *list, sp_result *out);

#endif
