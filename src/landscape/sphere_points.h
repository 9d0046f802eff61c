/* All stationary points of a smooth function on a small sphere: multistart Newton, with a check of completeness. */
#ifndef SPINODAL_SPHERE_POINTS_H
#define SPINODAL_SPHERE_POINTS_H

#include "spinodal/base.h"

/* Value, gradient (n) and second derivatives (n x n) in the flat space around the sphere. */
typedef sp_status (*sphere_function)(sp_run *run, void *context, const double *x, double *value, double *gradient,
                                     double *hessian);

typedef struct {
    size_t n;
    double radius2; /* |x|^2 */
    sphere_function f;
    void *context;
    double max_step;  /* longest Newton step */
    double tolerance; /* largest component of grad f - lambda x at a solution */
    double merge;     /* points nearer than this are one */
} sphere_problem;

typedef struct {
    const double *x;
    double value, multiplier; /* x.grad f / |x|^2 */
    size_t index, hits;       /* negative eigenvalues of the tangent Hessian; starts that ended here */
    double lambda_min, lambda_2;
    double residual;
} sphere_point;

typedef struct {
    size_t n, starts;
    sphere_point *v;  /* in order of value */
    bool stable;      /* the last doubling of the starts found nothing new */
    int signed_count; /* sum of (-1)^index: the Euler characteristic of the sphere when the set is complete */
} sphere_points;

/* Batches of random starts (stream, instance), the first of `starts`, each as large as all before, until a batch finds
 * nothing new and the signed count is the Euler characteristic (at most max_starts in all). Newton on (x, lambda): grad f =
 * lambda x, |x|^2 = radius2. Memory of the run. */
sp_status sphere_points_find(sp_run *run, const sphere_problem *problem, const char *stream, uint64_t instance,
                             size_t starts, size_t max_starts, size_t max_points, sphere_points *out);

/* Newton from x, kept when it converges: the last digits of a descent. */
sp_status sphere_points_polish(sp_run *run, const sphere_problem *problem, double *x, double *residual);

/* 1 + (-1)^(n-1): of the unit sphere in R^n. */
int sphere_euler(size_t n);

/* The (n-1) x (n-1) matrix of `hessian` - multiplier 1 on the tangent space at x, in an orthonormal basis. out may not be
 * hessian. If direction (n) is given, its tangent components are written to tangent (n-1). */
void sphere_tangent_hessian(size_t n, const double *x, const double *hessian, double multiplier, double *out);
void sphere_tangent_vector(size_t n, const double *x, const double *direction, double *tangent);

#endif
