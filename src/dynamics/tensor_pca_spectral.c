/* Traces and unfoldings of symmetric tensors (spec 26, 3.2-3.3). */
#include "tensor_pca.h"

#include "math/linalg.h"

#include <math.h>
#include <string.h>

static void sort(int k, size_t *v)
{
    for (int i = 1; i < k; i++)
        for (int j = i; j && v[j] < v[j - 1]; j--) {
            size_t swap = v[j];
            v[j] = v[j - 1], v[j - 1] = swap;
        }
}

static double entry(const pca_instance *s, size_t a, size_t b, size_t c, size_t d)
{
    size_t index[4] = {a, b, c, d};
    sort(s->k, index);
    return (double)s->t.v[sp_symmetric_index(s->n, s->k, index)];
}

sp_status pca_trace(sp_run *run, const pca_instance *s, double *trace)
{
    size_t n = s->n;
    if (s->k == 3) {
        for (size_t i = 0; i < n; i++) {
            trace[i] = 0;
            for (size_t j = 0; j < n; j++)
                trace[i] += entry(s, i, j, j, 0);
        }
        return SP_OK;
    }
    for (size_t i = 0; i < n; i++) {
        SP_TRY(sp_poll(run));
        for (size_t l = 0; l <= i; l++) {
            double sum = 0;
            for (size_t j = 0; j < n; j++)
                sum += entry(s, i, j, j, l);
            trace[i * n + l] = trace[l * n + i] = sum;
        }
    }
    return SP_OK;
}

sp_status pca_top_vector(sp_run *run, size_t n, const double *a, double *u)
{
    double value;
    return sp_eigen_range(run, n, a, n - 1, 1, &value, u);
}

/* k = 3: n x n^2, left singular vector by the Gram matrix. k = 4: the n^2 x n^2 matrix, its top eigenvector as an n x n
 * matrix. */
sp_status pca_unfold(sp_run *run, const pca_instance *s, double *u)
{
    size_t n = s->n, n2 = n * n;
    sp_mark mark = sp_memory_mark(run);
    if (s->k == 3) {
        SP_TRY(sp_need_memory(run, 4.0 * (double)n2 * (double)n, "the unfolded tensor"));
        float *rows = SP_NEW(run, float, n2 *n);
        double *gram = SP_NEW(run, double, n2);
        if (!rows || !gram)
            return SP_FAILED;
        const float *v = s->t.v; /* i <= j <= l, the last index fastest */
        for (size_t i = 0; i < n; i++)
            for (size_t j = i; j < n; j++)
                for (size_t l = j; l < n; l++) {
                    float value = *v++;
                    rows[i * n2 + j * n + l] = rows[i * n2 + l * n + j] = value;
                    rows[j * n2 + i * n + l] = rows[j * n2 + l * n + i] = value;
                    rows[l * n2 + i * n + j] = rows[l * n2 + j * n + i] = value;
                }
        SP_TRY(sp_gram(run, sp_rows_float(n, n2, rows), NULL, 1, gram));
        SP_TRY(pca_top_vector(run, n, gram, u));
    }
    else {
        SP_TRY(sp_need_memory(run, 8.0 * (double)n2 * (double)n2, "the unfolded tensor"));
        double *a = SP_NEW(run, double, n2 *n2), *top = SP_NEW(run, double, n2);
        if (!a || !top)
            return SP_FAILED;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                for (size_t l = 0; l < n; l++)
                    for (size_t m = 0; m < n; m++)
                        a[(i * n + j) * n2 + l * n + m] = entry(s, i, j, l, m);
        SP_TRY(pca_top_vector(run, n2, a, top));
        SP_TRY(pca_top_vector(run, n, top, u));
    }
    sp_memory_release(run, mark);
    return SP_OK;
}
