#include "density/kde_spectrum.h"

#include "math/linalg.h"

#include <math.h>
#include <string.h>

enum { ROWS = 8192, LARGEST_COVARIANCE = 4096, GRAM_ROWS = 2048 };

static sp_status even_rows(sp_run *run, const sp_dataset *data, size_t n, float **out)
{
    float *x = SP_NEW(run, float, n * data->d);
    *out = x;
    for (size_t i = 0; x && i < n; i++)
        memcpy(x + i * data->d, data->x + i * data->n / n * data->d, data->d * sizeof *x);
    return x ? SP_OK : SP_FAILED;
}

/* sum_k |x_k - mean|^4 */
static double fourth_moment(sp_rows rows, const double *mean)
{
    double sum = 0;
    for (size_t i = 0; i < rows.n; i++) {
        double square = 0;
        for (size_t j = 0; j < rows.d; j++) {
            double x = (double)rows.f[i * rows.d + j] - mean[j];
            square += x * x;
        }
        sum += square * square;
    }
    return sum;
}

/* Weight of the identity: min(b, delta)/delta with delta = |S - mu I|^2 and b = sum_k |x_k x_k^T - S|^2 / n^2. */
static double shrink(size_t d, double n, double fourth, double *lambda)
{
    double trace = 0, square = 0;
    for (size_t a = 0; a < d; a++) {
        trace += lambda[a];
        square += lambda[a] * lambda[a];
    }
    double mu = trace / (double)d, delta = square - trace * mu, b = (fourth / n - square) / n;
    double weight = delta > 0 ? fmin(fmax(b, 0) / delta, 1) : 1;
    for (size_t a = 0; a < d; a++)
        lambda[a] = fmax(weight * mu + (1 - weight) * lambda[a], 0);
    return weight;
}

static sp_status eigenvalues(sp_run *run, const sp_dataset *data, double *lambda, double *shrinkage)
{
    size_t d = data->d,
           wanted = d > LARGEST_COVARIANCE ? GRAM_ROWS
                    : 4 * d > ROWS         ? 4 * d
                                           : ROWS,
           n = data->n < wanted ? data->n : wanted;
    float *x;
    SP_TRY(even_rows(run, data, n, &x));
    sp_rows rows = sp_rows_float(n, d, x);
    double *mean = SP_NEW(run, double, d);
    size_t side = n > d ? d : n;
    double *matrix = SP_NEW(run, double, side *side), *values = SP_NEW(run, double, side);
    if (!mean || !matrix || !values)
        return SP_FAILED;
    SP_TRY(sp_rows_mean(run, rows, mean));
    SP_TRY(n > d ? sp_covariance(run, rows, mean, (double)n, matrix) : sp_gram(run, rows, mean, (double)n, matrix));
    SP_TRY(sp_eigenvalues(run, side, matrix, values));
    for (size_t a = 0; a < side; a++)
        lambda[a] = fmax(values[side - 1 - a], 0);
    for (size_t a = side; a < d; a++)
        lambda[a] = 0;
    *shrinkage = n > d ? shrink(d, (double)n, fourth_moment(rows, mean), lambda) : 0;
    return SP_OK;
}

sp_status sp_kde_spectrum(sp_run *run, const sp_dataset *data, sp_vec *spectrum, double *shrinkage)
{
    double *lambda = SP_NEW(run, double, data->d);
    if (!lambda)
        return SP_FAILED;
    sp_mark mark = sp_memory_mark(run);
    sp_status status = eigenvalues(run, data, lambda, shrinkage);
    sp_memory_release(run, mark);
    *spectrum = (sp_vec){data->d, lambda};
    return status;
}
