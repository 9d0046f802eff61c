#include "landscape/risk_instance.h"

#include "math/linalg.h"

#include <string.h>

sp_status risk_instance_create(sp_run *run, const risk_loss *loss, size_t n, size_t d, const char *stream, uint64_t index,
                               risk_instance *out)
{
    double *rows = SP_NEW(run, double, n *d), *teacher = loss->teacher ? SP_NEW(run, double, n) : NULL;
    if (!rows || (loss->teacher && !teacher))
        return SP_FAILED;
    sp_rng rng = sp_rng_at(run, stream, index);
    sp_normals(&rng, n * d, rows);
    for (size_t i = 0; teacher && i < n; i++)
        teacher[i] = rows[i * d];
    *out = (risk_instance){n, d, rows, teacher, loss};
    return SP_OK;
}

void risk_instance_preactivations(const risk_instance *r, const double *x, double *y, double *t, double *d1_sq)
{
    sp_gemm(SP_PLAIN, SP_PLAIN, r->n, 1, r->d, 1, r->rows, r->d, x, 1, 0, y, 1);
    *t = *d1_sq = 0;
    for (size_t i = 0; i < r->n; i++) {
        double d1 = risk_loss_at(r->loss, y[i], r->teacher ? r->teacher[i] : 0).d1;
        *t += y[i] * d1 / (double)r->n;
        *d1_sq += d1 * d1 / (double)r->n;
    }
}

/* weighted: n x d scratch for the rows times loss''; NULL: no second derivatives. */
static void evaluate(const risk_instance *r, const double *x, double *y, double *weighted, double *value, double *gradient,
                     double *hessian)
{
    size_t n = r->n, d = r->d;
    double scale = 1 / (double)n;
    sp_gemm(SP_PLAIN, SP_PLAIN, n, 1, d, 1, r->rows, d, x, 1, 0, y, 1);
    *value = 0;
    for (size_t i = 0; i < n; i++) {
        risk_jet j = risk_loss_at(r->loss, y[i], r->teacher ? r->teacher[i] : 0);
        *value += scale * j.f;
        y[i] = j.d1;
        for (size_t k = 0; weighted && k < d; k++)
            weighted[i * d + k] = j.d2 * r->rows[i * d + k];
    }
    sp_gemm(SP_PLAIN, SP_PLAIN, 1, d, n, scale, y, n, r->rows, d, 0, gradient, d);
    if (weighted)
        sp_gemm(SP_TRANSPOSED, SP_PLAIN, d, d, n, scale, r->rows, d, weighted, d, 0, hessian, d);
}

sp_status risk_instance_evaluate(sp_run *run, void *instance, const double *x, double *value, double *gradient,
                                 double *hessian)
{
    const risk_instance *r = instance;
    sp_mark mark = sp_memory_mark(run);
    double *y = SP_NEW(run, double, r->n *(r->d + 1));
    if (!y)
        return SP_FAILED;
    evaluate(r, x, y, y + r->n, value, gradient, hessian);
    sp_memory_release(run, mark);
    return SP_OK;
}

sp_status risk_instance_gradient(sp_run *run, void *instance, const double *x, double *value, double *gradient)
{
    const risk_instance *r = instance;
    sp_mark mark = sp_memory_mark(run);
    double *y = SP_NEW(run, double, r->n);
    if (!y)
        return SP_FAILED;
    evaluate(r, x, y, NULL, value, gradient, NULL);
    sp_memory_release(run, mark);
    return SP_OK;
}
