/* All stationary points of many small random functions on a sphere, beside an exact mean. */
#ifndef SPINODAL_SPHERE_COUNT_H
#define SPINODAL_SPHERE_COUNT_H

#include "landscape/sphere_points.h"
#include "spinodal/stationary_points.h"

enum { SPHERE_COUNT_MAX_N = 12 }; /* to find every point */

/* The function of one instance; its context in memory of the worker. */
typedef sp_status (*sphere_instance)(sp_run *worker, const void *model, size_t instance, sphere_problem *out);

typedef struct {
    sphere_instance create;
    const void *model;
    const char *stream;                /* of the starts */
    size_t n, instances;               /* dimension of the flat space, <= SPHERE_COUNT_MAX_N when instances > 0 */
    size_t starts, max_starts;         /* of an instance: the first batch, all batches */
    const sp_index_count *total_exact; /* NULL: no exact mean */
} sphere_count_job;

/* All numbers of *count and the counts of *list, which has room for n_index = n means by index (index_exact filled in by the
 * caller before). NaN where nothing is counted (instances 0) or known. */
sp_status sphere_count(sp_run *run, const sphere_count_job *job, sp_point_count *count, sp_point_instances *list);

/* A list of that size with all means NaN. Memory of the run. */
sp_status sphere_count_list(sp_run *run, size_t n, size_t instances, sp_point_instances *list);

#endif
