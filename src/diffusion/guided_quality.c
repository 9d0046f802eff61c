#include "diffusion/guided_quality.h"

#include "math/lanczos.h"
#include "math/linalg.h"
#include "math/neighbours.h"
#include "math/statistics.h"

#include <math.h>
#include <string.h>

enum { FRECHET_DIMENSIONS = 64, NEIGHBOURS = 5 };

static double project(size_t d, const float *x, const double *direction)
{
    double sum = 0;
    for (size_t j = 0; j < d; j++)
        sum += (double)x[j] * direction[j];
    return sum;
}

static sp_moments along(size_t n, size_t d, const float *x, const double *direction)
{
    sp_moments m = {0};
    for (size_t i = 0; i < n; i++)
        sp_moments_add(&m, project(d, x + i * d, direction));
    return m;
}

static sp_status total_variance(sp_run *run, sp_rows rows, double *mean, double *out)
{
    double sum = 0;
    SP_TRY(sp_rows_mean(run, rows, mean));
    for (size_t i = 0; i < rows.n; i++)
        for (size_t j = 0; j < rows.d; j++) {
            double x = (double)rows.f[i * rows.d + j] - mean[j];
            sum += x * x;
        }
    *out = sum / (double)(rows.n - 1);
    return SP_OK;
}

/* A^{1/2} of a symmetric positive matrix */
static sp_status square_root(sp_run *run, size_t n, const double *a, double *out)
{
    double *values = SP_NEW(run, double, n), *v = SP_NEW(run, double, n *n), *w = SP_NEW(run, double, n *n);
    if (!values || !v || !w)
        return SP_FAILED;
    SP_TRY(sp_eigen(run, n, a, values, v));
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            w[i * n + j] = sqrt(fmax(values[i], 0)) * v[i * n + j];
    sp_gemm(SP_TRANSPOSED, SP_PLAIN, n, n, n, 1, v, n, w, n, 0, out, n);
    return SP_OK;
}

/* |m - m'|^2 + tr(C + C' - 2 (C^{1/2} C' C^{1/2})^{1/2}) in the leading directions of the class. */
static sp_status frechet(sp_run *run, sp_rows real, sp_rows made, double *out)
{
    size_t k = FRECHET_DIMENSIONS < real.d ? FRECHET_DIMENSIONS : real.d, d = real.d;
    k = k < real.n - 1 ? k : real.n - 1;
    k = k < made.n - 1 ? k : made.n - 1;
    double *mean = SP_NEW(run, double, d), *values = SP_NEW(run, double, k), *basis = SP_NEW(run, double, k *d),
           *projected = SP_NEW(run, double, made.n *k), *centre = SP_NEW(run, double, k), *C = SP_NEW(run, double, k *k),
           *root = SP_NEW(run, double, k *k), *work = SP_NEW(run, double, k *k), *row = SP_NEW(run, double, d);
    sp_lanczos_report report;
    if (!mean || !values || !basis || !projected || !centre || !C || !root || !work || !row)
        return SP_FAILED;
    SP_TRY(sp_principal_components(run, real, k, mean, values, basis, &report));
    for (size_t i = 0; i < made.n; i++) {
        sp_rows_copy(made, i, 1, 0, d, mean, row);
        for (size_t r = 0; r < k; r++)
            for (size_t j = 0; j < d; j++)
                projected[i * k + r] += row[j] * basis[r * d + j];
    }
    sp_rows rows = sp_rows_double(made.n, k, projected);
    SP_TRY(sp_rows_mean(run, rows, centre));
    SP_TRY(sp_covariance(run, rows, centre, (double)(made.n - 1), C));
    double sum = 0;
    for (size_t r = 0; r < k; r++)
        sum += centre[r] * centre[r] + values[r] + C[r * k + r];
    for (size_t i = 0; i < k; i++) /* C^{1/2} is diagonal in the basis of the class */
        for (size_t j = 0; j < k; j++)
            work[i * k + j] = sqrt(fmax(values[i], 0)) * C[i * k + j] * sqrt(fmax(values[j], 0));
    SP_TRY(square_root(run, k, work, root));
    for (size_t r = 0; r < k; r++)
        sum -= 2 * root[r * k + r];
    *out = sum;
    return SP_OK;
}

static sp_status neighbours(sp_run *run, sp_rows real, sp_rows made, sp_guided_quality *q)
{
    size_t k = NEIGHBOURS < real.n - 1 ? NEIGHBOURS : real.n - 1,
           *index = SP_NEW(run, size_t, (real.n > made.n ? real.n : made.n) * k);
    double *own = SP_NEW(run, double, real.n *k), *other = SP_NEW(run, double, real.n > made.n ? real.n : made.n),
           *column = SP_NEW(run, double, real.n), nearest_real = 0, nearest_made = 0;
    size_t covered = 0;
    if (!index || !own || !other || !column)
        return SP_FAILED;
    SP_TRY(sp_neighbours(run, real, real, k, true, index, own));
    SP_TRY(sp_neighbours(run, real, made, 1, false, index, other));
    for (size_t i = 0; i < real.n; i++)
        column[i] = own[i * k + k - 1];
    double reach = sp_median(run, real.n, column).value;
    for (size_t i = 0; i < real.n; i++) {
        covered += other[i] < reach;
        nearest_real += sqrt(own[i * k]) / (double)real.n;
    }
    sp_interval share = sp_fraction((double)covered, (double)real.n);
    q->coverage = share.value;
    q->coverage_se = share.se;
    SP_TRY(sp_neighbours(run, made, real, 1, false, index, other));
    for (size_t i = 0; i < made.n; i++)
        nearest_made += sqrt(other[i]) / (double)made.n;
    q->memorization = nearest_made / nearest_real;
    return SP_OK;
}

sp_status sp_guided_quality_measure(sp_run *run, const sp_class_scores *s, const double *direction, size_t n,
                                    const float *sample, sp_guided_quality *q)
{
    size_t d = s->data->d, right = 0;
    sp_mark mark = sp_memory_mark(run);
    double *x = SP_NEW(run, double, d), *work = SP_NEW(run, double, s->n_classes), *mean = SP_NEW(run, double, d),
           real_total, total;
    if (!x || !work || !mean)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < d; j++)
            x[j] = (double)sample[i * d + j];
        right += sp_class_scores_attribute(s, x, work) == s->class;
    }
    sp_interval accuracy = sp_fraction((double)right, (double)n);
    sp_moments real = along(s->own->n, d, s->own->x, direction), made = along(n, d, sample, direction);
    double v_real = sp_moments_variance(&real), v_made = sp_moments_variance(&made);
    sp_rows real_rows = sp_rows_float(s->own->n, d, s->own->x), made_rows = sp_rows_float(n, d, sample);
    q->accuracy = accuracy.value;
    q->accuracy_se = accuracy.se;
    q->shift = made.mean - real.mean;
    q->shift_se = hypot(sp_moments_se(&made), sp_moments_se(&real));
    q->variance_along = v_made / v_real;
    q->variance_along_se = q->variance_along * sqrt(2. / (double)(n - 1) + 2. / (double)(real.n - 1)); /* Gaussian */
    SP_TRY(total_variance(run, real_rows, mean, &real_total));
    SP_TRY(total_variance(run, made_rows, mean, &total));
    q->variance_total = total / real_total;
    SP_TRY(frechet(run, real_rows, made_rows, &q->frechet));
    SP_TRY(neighbours(run, real_rows, made_rows, q));
    sp_memory_release(run, mark);
    return SP_OK;
}
