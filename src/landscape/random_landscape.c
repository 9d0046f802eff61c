#include "landscape/random_landscape.h"

#include <math.h>
#include <string.h>

static double factorial(size_t p)
{
    double f = 1;
    for (size_t i = 2; i <= p; i++)
        f *= (double)i;
    return f;
}

sp_status random_landscape_create(sp_run *run, const gaussian_landscape *g, size_t N, const char *stream, uint64_t instance,
                                  random_landscape *out)
{
    *out = (random_landscape){.N = N, .signal = &g->signal, .tensor = SP_NEW(run, sp_symmetric_tensor, g->xi.degree)};
    double *v = SP_NEW(run, double, N);
    if (!out->tensor || !v)
        return SP_FAILED;
    v[0] = sqrt((double)N);
    out->v = v;
    if (g->xi.degree > SP_TENSOR_MAX_ORDER)
        return sp_fail(run, SP_USAGE, "random instances have tensors of order <= %d, xi has q^%zu", SP_TENSOR_MAX_ORDER,
                       g->xi.degree);
    for (size_t p = 1; p <= g->xi.degree; p++) {
        if (g->xi.c[p] == 0)
            continue;
        sp_symmetric_tensor *t = &out->tensor[out->n_tensors++];
        SP_TRY(sp_symmetric_create(run, N, (int)p, t));
        /* the form divides by p!, the average over the p! orders of an index set divides its variance by p! */
        SP_TRY(sp_symmetric_add_noise(run, t, sp_format(run, "%s %zu", stream, p), instance,
                                      factorial(p) * g->xi.c[p] / pow((double)N, (double)p - 1), SP_DIAGONAL_TUPLES));
    }
    return SP_OK;
}

static double overlap(const random_landscape *l, const double *x)
{
    double m = 0;
    for (size_t i = 0; i < l->N; i++)
        m += x[i] * l->v[i];
    return m / (double)l->N;
}

sp_status random_landscape_gradient(sp_run *run, const random_landscape *l, const double *x, double *value, double *gradient)
{
    sp_mark mark = sp_memory_mark(run);
    double *part = SP_NEW(run, double, l->N);
    if (!part)
        return SP_FAILED;
    *value = 0;
    memset(gradient, 0, l->N * sizeof *gradient);
    for (size_t k = 0; k < l->n_tensors; k++) {
        SP_TRY(sp_symmetric_gradient(run, &l->tensor[k], 1, x, part));
        double energy = 0;
        for (size_t i = 0; i < l->N; i++) {
            gradient[i] += part[i];
            energy += x[i] * part[i];
        }
        *value += energy / l->tensor[k].order;
    }
    if (l->v) {
        landscape_jet f = landscape_polynomial_at(l->signal, overlap(l, x));
        *value -= (double)l->N * f.d0;
        for (size_t i = 0; i < l->N; i++)
            gradient[i] -= f.d1 * l->v[i];
    }
    sp_memory_release(run, mark);
    return SP_OK;
}

sp_status random_landscape_evaluate(sp_run *run, void *context, const double *x, double *value, double *gradient,
                                    double *hessian)
{
    const random_landscape *l = context;
    size_t n = l->N;
    sp_mark mark = sp_memory_mark(run);
    double *part = SP_NEW(run, double, n *n);
    if (!part)
        return SP_FAILED;
    *value = 0;
    memset(gradient, 0, n * sizeof *gradient);
    memset(hessian, 0, n * n * sizeof *hessian);
    for (size_t k = 0; k < l->n_tensors; k++) {
        double order = l->tensor[k].order;
        if (l->tensor[k].order == 1) {
            SP_TRY(sp_symmetric_gradient(run, &l->tensor[k], 1, x, part));
            for (size_t i = 0; i < n; i++) {
                gradient[i] += part[i];
                *value += x[i] * part[i];
            }
            continue;
        }
        SP_TRY(sp_symmetric_hessian(run, &l->tensor[k], x, part));
        for (size_t i = 0; i < n; i++) {
            double slope = 0; /* Euler: H x = (p - 1) grad, grad.x = p energy */
            for (size_t j = 0; j < n; j++) {
                slope += part[i * n + j] * x[j];
                hessian[i * n + j] += part[i * n + j];
            }
            gradient[i] += slope / (order - 1);
            *value += x[i] * slope / (order * (order - 1));
        }
    }
    if (l->v) {
        landscape_jet f = landscape_polynomial_at(l->signal, overlap(l, x));
        *value -= (double)n * f.d0;
        for (size_t i = 0; i < n; i++) {
            gradient[i] -= f.d1 * l->v[i];
            for (size_t j = 0; j < n; j++)
                hessian[i * n + j] -= f.d2 * l->v[i] * l->v[j] / (double)n;
        }
    }
    sp_memory_release(run, mark);
    return SP_OK;
}
