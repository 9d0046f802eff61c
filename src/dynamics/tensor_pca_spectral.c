/* Unfoldings of symmetric tensors (spec 26, 3.3). Columns that are equal by symmetry are kept once, times the square root of
 * their number: singular values and left vectors are those of the full matrix. */
#include "tensor_pca.h"

#include "math/lanczos.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

enum { COLUMNS = 4096 }; /* at a time */

/* gram += rows rows^T over the sorted (k-1)-tuples, a block of columns at a time; k = 2: one block. */
static sp_status gram_of(sp_run *run, const sp_symmetric_tensor *t, double *gram)
{
    size_t n = t->n, index[SP_TENSOR_MAX_ORDER] = {0}, sorted[SP_TENSOR_MAX_ORDER];
    int rest = t->order - 1;
    sp_mark mark = sp_memory_mark(run);
    sp_symmetric_places places;
    SP_TRY(sp_symmetric_places_create(run, n, t->order, &places));
    float *rows = SP_NEW(run, float, n *(size_t)COLUMNS);
    double *part = SP_NEW(run, double, n *n);
    if (!rows || !part)
        return SP_FAILED;
    memset(gram, 0, n * n * sizeof *gram);
    for (bool more = true; more;) {
        size_t c = 0;
        for (; c < COLUMNS && more; c++) {
            float root = (float)sqrt(sp_symmetric_orders(rest, index));
            for (size_t i = 0; i < n; i++) {
                sp_symmetric_insert(rest, index, i, sorted);
                rows[i * COLUMNS + c] = root * t->v[sp_symmetric_place(&places, sorted)];
            }
            more = sp_symmetric_next(n, rest, index);
        }
        for (size_t i = 0; i < n && c < COLUMNS; i++)
            memset(rows + i * COLUMNS + c, 0, (COLUMNS - c) * sizeof *rows);
        SP_TRY(sp_poll(run));
        SP_TRY(sp_gram(run, sp_rows_float(n, COLUMNS, rows), NULL, 1, part));
        cblas_daxpy((int)(n * n), 1, part, 1, gram, 1);
    }
    sp_memory_release(run, mark);
    return SP_OK;
}

static sp_status left_vector(sp_run *run, const sp_symmetric_tensor *t, double *u)
{
    sp_mark mark = sp_memory_mark(run);
    double *gram = SP_NEW(run, double, t->n * t->n), value;
    if (!gram)
        return SP_FAILED;
    SP_TRY(gram_of(run, t, gram));
    SP_TRY(sp_eigen_range(run, t->n, gram, t->n - 1, 1, &value, u));
    sp_memory_release(run, mark);
    return SP_OK;
}

typedef struct {
    size_t n;
    const double *a;
} dense;

static sp_status product(sp_run *run, size_t n, const double *x, double *y, void *context)
{
    const dense *d = context;
    (void)run;
    cblas_dsymv(CblasRowMajor, CblasUpper, (int)n, 1, d->a, (int)n, x, 1, 0, y, 1);
    return SP_OK;
}

/* The tensor as a symmetric matrix between sorted k/2-tuples, its top eigenvector as a tensor of order k/2. */
static sp_status top_half(sp_run *run, const sp_symmetric_tensor *t, sp_symmetric_tensor *half, bool *converged)
{
    size_t n = t->n, size = half->size, row[SP_TENSOR_MAX_ORDER] = {0}, column[SP_TENSOR_MAX_ORDER];
    int h = half->order;
    sp_mark mark = sp_memory_mark(run);
    sp_symmetric_places places;
    SP_TRY(sp_need_memory(run, 8.0 * (double)size * (double)size, "the unfolded tensor"));
    SP_TRY(sp_symmetric_places_create(run, n, t->order, &places));
    double *a = SP_NEW(run, double, size *size), *root = SP_NEW(run, double, size), *x = SP_NEW(run, double, size), value;
    if (!a || !root || !x)
        return SP_FAILED;
    size_t i = 0;
    do
        root[i++] = sqrt(sp_symmetric_orders(h, row));
    while (sp_symmetric_next(n, h, row));
    memset(row, 0, sizeof row);
    i = 0;
    do {
        memcpy(column, row, sizeof column);
        size_t j = i;
        do {
            size_t sorted[SP_TENSOR_MAX_ORDER], wider[SP_TENSOR_MAX_ORDER];
            memcpy(sorted, column, sizeof sorted);
            for (int b = 0; b < h; b++) {
                sp_symmetric_insert(h + b, sorted, row[b], wider);
                memcpy(sorted, wider, sizeof sorted);
            }
            a[i * size + j] = root[i] * root[j] * (double)t->v[sp_symmetric_place(&places, sorted)];
            j++;
        } while (sp_symmetric_next(n, h, column));
        i++;
        SP_TRY(sp_poll(run));
    } while (sp_symmetric_next(n, h, row));
    sp_lanczos_report report;
    SP_TRY(sp_lanczos(run, size, 1, product, &(dense){size, a}, &(sp_lanczos_options){.tolerance = 1e-6, .basis = 60},
                      &value, x, NULL, &report));
    *converged = report.converged;
    for (i = 0; i < size; i++)
        half->v[i] = (float)(x[i] / root[i]);
    sp_memory_release(run, mark);
    return SP_OK;
}

sp_status pca_unfold(sp_run *run, const pca_instance *s, double *u, bool *converged)
{
    sp_mark mark = sp_memory_mark(run);
    sp_symmetric_tensor half;
    *converged = true;
    if (s->k % 2)
        SP_TRY(left_vector(run, &s->t, u));
    else {
        SP_TRY(sp_symmetric_create(run, s->n, s->k / 2, &half));
        SP_TRY(top_half(run, &s->t, &half, converged));
        SP_TRY(left_vector(run, &half, u)); /* the sign of the eigenvector does not matter to it */
    }
    sp_memory_release(run, mark);
    return SP_OK;
}
