/* Gradient ascent of T(x,..,x) on the sphere, several starts together (spec 26, 3.3). */
#include "tensor_pca.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

enum { RECORD_EVERY = 10 };

/* One step of the point x with field g (overwritten); the norm of the force along the sphere. */
static double step(size_t n, double h, double *x, double *g, double *radial)
{
    *radial = cblas_ddot((int)n, x, 1, g, 1);
    cblas_daxpy((int)n, -*radial, x, 1, g, 1);
    double size = cblas_dnrm2((int)n, g, 1);
    if (size < 1e-3 * sqrt((double)n))
        return size;
    cblas_daxpy((int)n, h, g, 1, x, 1);
    cblas_dscal((int)n, 1 / cblas_dnrm2((int)n, x, 1), x, 1);
    return size;
}

sp_status pca_ascend(sp_run *run, const pca_instance *s, size_t starts, size_t iterations, pca_ascent *out)
{
    size_t n = s->n, active = starts;
    double root = sqrt((double)n), h = 0.05 / root;
    sp_mark mark = sp_memory_mark(run);
    double *x = SP_NEW(run, double, starts *n), *g = SP_NEW(run, double, starts *n);
    size_t *which = SP_NEW(run, size_t, starts); /* the starts that still move are kept together in front */
    if (!x || !g || !which)
        return SP_FAILED;
    memcpy(x, out->x, starts * n * sizeof *x);
    for (size_t r = 0; r < starts; r++) {
        which[r] = r;
        out->converged[r] = false;
    }
    size_t t = 0;
    for (; t < iterations && active; t++) {
        SP_TRY(sp_poll(run));
        SP_TRY(pca_field(run, n, active, x, g, (void *)s));
        size_t kept = 0;
        for (size_t r = 0; r < active; r++) {
            double radial, size = step(n, h, x + r * n, g + r * n, &radial);
            if (out->record && t % RECORD_EVERY == 0)
                out->record(t, radial / root, size, out->context);
            if (size < 1e-3 * root) {
                memcpy(out->x + which[r] * n, x + r * n, n * sizeof *x);
                out->converged[which[r]] = true;
                continue;
            }
            if (kept < r)
                memcpy(x + kept * n, x + r * n, n * sizeof *x);
            which[kept++] = which[r];
        }
        active = kept;
        if (!active)
            break;
    }
    for (size_t r = 0; r < active; r++)
        memcpy(out->x + which[r] * n, x + r * n, n * sizeof *x);
    out->steps = t;
    sp_memory_release(run, mark);
    return SP_OK;
}
