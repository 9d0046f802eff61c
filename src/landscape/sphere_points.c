#include "landscape/sphere_points.h"

#include "math/linalg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ITERATIONS = 60 };

int sphere_euler(size_t n) { return n % 2 ? 2 : 0; }

static double dot(size_t n, const double *a, const double *b)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* The reflection 1 - u u^T that takes x / |x| to -+ the first axis; |u|^2 = 2. */
static void reflection(size_t n, const double *x, double *u)
{
    double norm = sqrt(dot(n, x, x)), sign = x[0] < 0 ? -1 : 1;
    for (size_t i = 0; i < n; i++)
        u[i] = x[i] / norm;
    u[0] += sign;
    double scale = sqrt(2 / dot(n, u, u));
    for (size_t i = 0; i < n; i++)
        u[i] *= scale;
}

void sphere_tangent_vector(size_t n, const double *x, const double *direction, double *tangent)
{
    double u[n];
    reflection(n, x, u);
    double along = dot(n, u, direction);
    for (size_t i = 1; i < n; i++)
        tangent[i - 1] = direction[i] - along * u[i];
}

void sphere_tangent_hessian(size_t n, const double *x, const double *hessian, double multiplier, double *out)
{
    double u[n], hu[n];
    reflection(n, x, u);
    for (size_t i = 0; i < n; i++)
        hu[i] = dot(n, hessian + i * n, u);
    double uhu = dot(n, u, hu);
    for (size_t i = 1; i < n; i++)
        for (size_t j = 1; j < n; j++) {
            double value = hessian[i * n + j] - u[i] * hu[j] - hu[i] * u[j] + uhu * u[i] * u[j];
            out[(i - 1) * (n - 1) + j - 1] = i == j ? value - multiplier : value;
        }
}

typedef struct {
    double *x, *gradient, *hessian, *jacobian, *step, *tangent, *eigenvalues;
} workspace;

static sp_status workspace_create(sp_run *run, size_t n, workspace *w)
{
    double *block = SP_NEW(run, double, n + n + n * n + (n + 1) * (n + 1) + (n + 1) + n * n + n);
    if (!block)
        return SP_FAILED;
    w->x = block;
    w->gradient = w->x + n;
    w->hessian = w->gradient + n;
    w->jacobian = w->hessian + n * n;
    w->step = w->jacobian + (n + 1) * (n + 1);
    w->tangent = w->step + n + 1;
    w->eigenvalues = w->tangent + n * n;
    return SP_OK;
}

static double residual_of(size_t n, const workspace *w, double lambda, double radius2)
{
    double worst = fabs(dot(n, w->x, w->x) - radius2) / 2;
    for (size_t i = 0; i < n; i++)
        worst = fmax(worst, fabs(w->gradient[i] - lambda * w->x[i]));
    return worst;
}

/* Newton from w->x; *found when it converged. */
static sp_status newton(sp_run *run, const sphere_problem *p, workspace *w, double *value, double *lambda, double *residual,
                        bool *found)
{
    size_t n = p->n, m = n + 1;
    *found = false;
    for (int iteration = 0; iteration <= MAX_ITERATIONS; iteration++) {
        SP_TRY(sp_poll(run));
        SP_TRY(p->f(run, p->context, w->x, value, w->gradient, w->hessian));
        if (iteration == 0)
            *lambda = dot(n, w->x, w->gradient) / p->radius2;
        *residual = residual_of(n, w, *lambda, p->radius2);
        if (!isfinite(*residual))
            return SP_OK;
        if (*residual < p->tolerance) {
            *found = true;
            return SP_OK;
        }
        for (size_t i = 0; i < n; i++) {
            memcpy(w->jacobian + i * m, w->hessian + i * n, n * sizeof(double));
            w->jacobian[i * m + i] -= *lambda;
            w->jacobian[i * m + n] = -w->x[i];
            w->jacobian[n * m + i] = w->x[i];
            w->step[i] = *lambda * w->x[i] - w->gradient[i];
        }
        w->jacobian[n * m + n] = 0;
        w->step[n] = -(dot(n, w->x, w->x) - p->radius2) / 2;
        if (sp_solve(run, m, w->jacobian, 1, w->step) != SP_OK)
            return SP_OK; /* singular here: this start leads nowhere */
        double length = sqrt(dot(n, w->step, w->step)), scale = length > p->max_step ? p->max_step / length : 1;
        for (size_t i = 0; i < n; i++)
            w->x[i] += scale * w->step[i];
        *lambda += scale * w->step[n];
    }
    return SP_OK;
}

sp_status sphere_points_polish(sp_run *run, const sphere_problem *problem, double *x, double *residual)
{
    sp_mark mark = sp_memory_mark(run);
    workspace w;
    double value, lambda;
    bool found;
    SP_TRY(workspace_create(run, problem->n, &w));
    memcpy(w.x, x, problem->n * sizeof *x);
    SP_TRY(newton(run, problem, &w, &value, &lambda, residual, &found));
    if (found)
        memcpy(x, w.x, problem->n * sizeof *x);
    sp_memory_release(run, mark);
    return SP_OK;
}

static bool same_point(size_t n, const double *a, const double *b, double distance)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum < distance * distance;
}

static sp_status describe(sp_run *run, const sphere_problem *p, workspace *w, double lambda, sphere_point *point)
{
    size_t n = p->n;
    sphere_tangent_hessian(n, w->x, w->hessian, lambda, w->tangent);
    SP_TRY(sp_eigenvalues(run, n - 1, w->tangent, w->eigenvalues));
    point->index = 0;
    while (point->index < n - 1 && w->eigenvalues[point->index] < 0)
        point->index++;
    point->lambda_min = w->eigenvalues[0];
    point->lambda_2 = n > 2 ? w->eigenvalues[1] : NAN;
    return SP_OK;
}

static sp_status one_start(sp_run *run, const sphere_problem *p, sp_rng *rng, size_t max_points, workspace *w,
                           sphere_points *out, bool *grew)
{
    size_t n = p->n;
    for (size_t i = 0; i < n; i++)
        w->x[i] = sp_normal(rng);
    double scale = sqrt(p->radius2 / dot(n, w->x, w->x)), value, lambda, residual;
    for (size_t i = 0; i < n; i++)
        w->x[i] *= scale;
    bool found;
    SP_TRY(newton(run, p, w, &value, &lambda, &residual, &found));
    if (!found)
        return SP_OK;
    for (size_t k = 0; k < out->n; k++)
        if (same_point(n, w->x, out->v[k].x, p->merge)) {
            out->v[k].hits++;
            return SP_OK;
        }
    if (out->n == max_points)
        return sp_fail(run, SP_FAILED, "more than %zu stationary points: raise --max-points", max_points);
    double *x = SP_NEW(run, double, n);
    if (!x)
        return SP_FAILED;
    memcpy(x, w->x, n * sizeof *x);
    sphere_point *point = &out->v[out->n++];
    *point = (sphere_point){.x = x, .value = value, .multiplier = lambda, .hits = 1, .residual = residual};
    *grew = true;
    return describe(run, p, w, lambda, point);
}

static int by_value(const void *a, const void *b)
{
    double x = ((const sphere_point *)a)->value, y = ((const sphere_point *)b)->value;
    return (x > y) - (x < y);
}

sp_status sphere_points_find(sp_run *run, const sphere_problem *problem, const char *stream, uint64_t instance,
                             size_t starts, size_t max_starts, size_t max_points, sphere_points *out)
{
    *out = (sphere_points){.v = SP_NEW(run, sphere_point, max_points)};
    workspace w;
    if (!out->v)
        return SP_FAILED;
    SP_TRY(workspace_create(run, problem->n, &w));
    sp_rng rng = sp_rng_at(run, stream, instance);
    /* a set that misses a point with the wrong signed count is searched on, one that misses a pair may pass */
    for (size_t batch = starts; !(out->stable && out->signed_count == sphere_euler(problem->n)); batch = out->starts) {
        if (out->starts + batch > max_starts)
            batch = max_starts - out->starts;
        if (batch == 0)
            break;
        bool grew = false;
        for (size_t i = 0; i < batch; i++) {
            SP_TRY(sp_poll(run));
            SP_TRY(one_start(run, problem, &rng, max_points, &w, out, &grew));
        }
        out->stable = !grew && out->starts > 0;
        out->starts += batch;
        out->signed_count = 0;
        for (size_t k = 0; k < out->n; k++)
            out->signed_count += out->v[k].index % 2 ? -1 : 1;
    }
    qsort(out->v, out->n, sizeof *out->v, by_value);
    return SP_OK;
}
