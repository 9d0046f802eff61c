/* Numbers of stationary points of small random functions on a sphere, counted and exact: what `landscape` (spec 31, 3.9) and
 * `risk-landscape` (spec 22, 3.6) have in common. */
#ifndef SPINODAL_STATIONARY_POINTS_H
#define SPINODAL_STATIONARY_POINTS_H

#include "spinodal/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    double mean_exact, mean_exact_se; /* Kac-Rice mean of finite size */
    double count, count_se;           /* points found per instance */
    double minima_exact, minima_exact_se;
    double minima, minima_se;
    double log_count, log_count_se; /* mean of ln(number): what the quenched theory is about */
    double gap, gap_se;             /* ln(mean number) - mean ln(number): how far the typical instance is below the mean */
    double difference_sigmas;       /* (count - mean_exact) / joint standard error */
    double stable_share;            /* instances whose set did not grow when the starts were doubled */
    double euler_failures;          /* instances whose signed count is not the Euler characteristic of the sphere */
} sp_point_count;

/* Mean number of points of one index (negative eigenvalues of the Hessian). */
typedef struct {
    double mean, se;
} sp_index_count;

typedef struct {
    size_t points, minima, starts;
    bool stable; /* the last doubling of the starts found nothing new */
} sp_point_instance;

typedef struct {
    size_t n, n_index;
    sp_point_instance *v;
    sp_index_count *index, *index_exact;
} sp_point_instances;

#ifdef __cplusplus
}
#endif

#endif
