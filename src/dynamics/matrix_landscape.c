/* One given matrix as a landscape (spec 14, 5). */
#include "spinodal/learning_rate.h"

#include "data/matrix_file.h"
#include "math/linalg.h"

#include <math.h>

sp_status sp_matrix_landscape_read(sp_run *run, const char *source, bool symmetrise, sp_matrix_landscape *out)
{
    float *a;
    *out = (sp_matrix_landscape){.N = 0};
    SP_TRY(matrix_file_read(run, source, 1e-5, symmetrise, &out->N, &a));
    size_t N = out->N;
    if (N < 10)
        return sp_fail(run, SP_DATA, "%s: N = %zu: at least 10 are needed", source, N);
    double *values = SP_NEW(run, double, N);
    if (!values)
        return SP_FAILED;
    sp_mark mark = sp_memory_mark(run);
    double *copy = SP_NEW(run, double, N *N);
    if (!copy)
        return SP_FAILED;
    for (size_t i = 0; i < N * N; i++)
        copy[i] = (double)a[i];
    SP_TRY(sp_eigenvalues(run, N, copy, values));
    sp_memory_release(run, mark);
    out->couplings = a;
    out->eigenvalues = (sp_vec){N, values};
    return SP_OK;
}

double sp_matrix_largest_rate(double lambda_max, double lambda_min) { return 2 / (lambda_max - lambda_min); }

double sp_matrix_condensed(sp_vec eigenvalues, double heat)
{
    double sum = 0;
    for (size_t i = 0; i + 1 < eigenvalues.n; i++)
        sum += 1 / (eigenvalues.v[eigenvalues.n - 1] - eigenvalues.v[i]);
    return heat > 0 ? fmax(0, 1 - heat * sum / (double)eigenvalues.n) : 1;
}
