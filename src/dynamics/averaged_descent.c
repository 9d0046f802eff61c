/* Averaged gradient descent (spec 26, 3.1). */
#include "spinodal/tensor_pca.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

enum { BATCH = 64 }; /* replicas for one call of the force: bounds the memory */

static double norm(size_t n, const double *x) { return cblas_dnrm2((int)n, x, 1); }

static void normalise(size_t n, double *x) { cblas_dscal((int)n, 1 / norm(n, x), x, 1); }

static void random_direction(sp_rng *rng, size_t n, double *x)
{
    sp_normals(rng, n, x);
    normalise(n, x);
}

typedef struct {
    sp_run *run;
    const sp_averaged_descent_params *p;
    size_t n;
    sp_cost_force force;
    void *context;
    double *x, *g; /* BATCH x n work space */
} descent;

/* Mean force and mean position over the replicas; z NULL: fresh ones around u. */
static sp_status mean_force(const descent *d, const double *z, const double *u, double q, sp_rng *rng, double *force,
                            double *position)
{
    size_t n = d->n, R = d->p->replicas;
    memset(force, 0, n * sizeof *force);
    memset(position, 0, n * sizeof *position);
    for (size_t first = 0; first < R; first += BATCH) {
        size_t count = R - first < BATCH ? R - first : BATCH;
        SP_TRY(sp_poll(d->run));
        for (size_t r = 0; r < count; r++) {
            double *x = d->x + r * n;
            if (z)
                memcpy(x, z + (first + r) * n, n * sizeof *x);
            else {
                random_direction(rng, n, x);
                cblas_dscal((int)n, sqrt(fmax(0, 1 - q * q)), x, 1);
                cblas_daxpy((int)n, q, u, 1, x, 1);
            }
        }
        SP_TRY(d->force(d->run, n, count, d->x, d->g, d->context));
        for (size_t r = 0; r < count; r++) {
            cblas_daxpy((int)n, 1 / (double)R, d->g + r * n, 1, force, 1);
            cblas_daxpy((int)n, 1 / (double)R, d->x + r * n, 1, position, 1);
        }
    }
    return SP_OK;
}

sp_status sp_averaged_descent(sp_run *run, const sp_averaged_descent_params *p, size_t n, sp_cost_force force, void *context,
                              double *u, sp_averaged_step *history, size_t *taken)
{
    if (!p->replicas || !p->steps || n < 2 || (!p->resample && !(p->eta > 0)))
        return sp_fail(run, SP_USAGE, "averaged descent: replicas >= 1, steps >= 1, eta > 0 and n >= 2 are needed");
    sp_mark mark = sp_memory_mark(run);
    descent d = {run, p, n, force, context, SP_NEW(run, double, BATCH *n), SP_NEW(run, double, BATCH *n)};
    double *z = NULL, *mean = SP_NEW(run, double, 2 * n), *position = mean + n;
    sp_rng rng = sp_rng_at(run, "replicas", p->index);
    if (!d.x || !d.g || !mean)
        return SP_FAILED;
    if (!p->resample) {
        z = SP_NEW(run, double, p->replicas *n);
        if (!z)
            return SP_FAILED;
        for (size_t r = 0; r < p->replicas; r++)
            random_direction(&rng, n, z + r * n);
    }
    memset(u, 0, n * sizeof *u);
    size_t t = 0;
    for (; t < p->steps; t++) {
        double q = p->resample ? (double)t / (double)p->steps : 0;
        SP_TRY(mean_force(&d, z, u, q, &rng, mean, position));
        double drift = norm(n, mean), spread = norm(n, position);
        if (!(drift > 0))
            break;
        if (!p->resample)
            q = cblas_ddot((int)n, position, 1, mean, 1) / drift;
        if (history)
            history[t] = (sp_averaged_step){q, drift, spread * spread};
        memcpy(u, mean, n * sizeof *u);
        normalise(n, u);
        for (size_t r = 0; z && r < p->replicas; r++) {
            cblas_daxpy((int)n, p->eta, u, 1, z + r * n, 1);
            normalise(n, z + r * n);
        }
        if (z && spread * spread > 0.99) {
            t++;
            break;
        }
    }
    if (z) { /* the answer is where the replicas are */
        memset(u, 0, n * sizeof *u);
        for (size_t r = 0; r < p->replicas; r++)
            cblas_daxpy((int)n, 1, z + r * n, 1, u, 1);
        normalise(n, u);
    }
    if (taken)
        *taken = t;
    sp_memory_release(run, mark);
    return SP_OK;
}
