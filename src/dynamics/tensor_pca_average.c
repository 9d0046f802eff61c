/* The limit of infinitely many replicas: the mean field over positions around a direction, in closed form (spec 26, 3.2). */
#include "tensor_pca.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

sp_status pca_traces_create(sp_run *run, const pca_instance *s, pca_traces *out)
{
    *out = (pca_traces){.k = s->k, .n = s->n, .count = (s->k + 1) / 2};
    out->trace[0] = s->t;
    for (int r = 1; r < out->count; r++)
        SP_TRY(sp_symmetric_trace(run, &out->trace[r - 1], &out->trace[r]));
    return SP_OK;
}

/* Weight of the term with r pairs traced: binom(k-1,2r) (2r-1)!! (1-q^2)^r/(n (n+2) .. (n+2r-2)) q^(k-1-2r); the
 * denominator is that of the sphere, n^r for large n. */
static double weight(const pca_traces *t, int r, double q)
{
    double w = pow(q, t->k - 1 - 2 * r);
    for (int i = 0; i < 2 * r; i++)
        w *= (double)(t->k - 1 - i) / (i + 1);
    for (int i = 0; i < r; i++)
        w *= (2 * i + 1) * (1 - q * q) / ((double)t->n + 2 * i);
    return w;
}

/* T(I^r, u, .., u): the form of the traced tensor has 1/(order - 1)! in its gradient. */
static sp_status term(sp_run *run, const pca_traces *t, int r, const double *u, double *g)
{
    const sp_symmetric_tensor *p = &t->trace[r];
    SP_TRY(sp_symmetric_gradient(run, p, 1, u, g));
    cblas_dscal((int)t->n, tgamma(p->order), g, 1);
    return SP_OK;
}

sp_status pca_traces_field(sp_run *run, const pca_traces *t, double q, const double *u, double *g, double *value)
{
    size_t n = t->n;
    sp_mark mark = sp_memory_mark(run);
    double *part = SP_NEW(run, double, n);
    if (!part)
        return SP_FAILED;
    for (int r = 0; r < t->count; r++) {
        SP_TRY(term(run, t, r, u, r ? part : g));
        if (r == 0) {
            *value = cblas_ddot((int)n, u, 1, g, 1) / sqrt((double)n);
            cblas_dscal((int)n, weight(t, 0, q), g, 1);
        }
        else
            cblas_daxpy((int)n, weight(t, r, q), part, 1, g, 1);
    }
    sp_memory_release(run, mark);
    return SP_OK;
}

sp_status pca_traces_start(sp_run *run, const pca_traces *t, double *u, double *drift)
{
    size_t n = t->n;
    const sp_symmetric_tensor *last = &t->trace[t->count - 1];
    if (last->order == 1) {
        for (size_t i = 0; i < n; i++)
            u[i] = (double)last->v[i];
        double size = cblas_dnrm2((int)n, u, 1);
        *drift = weight(t, t->count - 1, 0) * size;
        cblas_dscal((int)n, 1 / size, u, 1);
        return SP_OK;
    }
    /* even order: no drift at q = 0, and the direction in which it grows first */
    sp_mark mark = sp_memory_mark(run);
    double *a = SP_NEW(run, double, n *n), value;
    const float *v = last->v;
    if (!a)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++)
            a[i * n + j] = a[j * n + i] = (double)*v++;
    *drift = 0;
    SP_TRY(sp_eigen_range(run, n, a, n - 1, 1, &value, u));
    sp_memory_release(run, mark);
    return SP_OK;
}
