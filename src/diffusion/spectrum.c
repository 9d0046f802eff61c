/* Covariance eigenvalues of data, the noise edge, and what they say on speciation (spec 07, 3.1). */
#include "spinodal/diffusion.h"

#include "math/linalg.h"
#include "math/statistics.h"

#include <math.h>

enum { WHOLE = 4096 };

static sp_rows rows_of(const sp_dataset *data)
{
    return data->x64 ? sp_rows_double(data->n, data->d, data->x64) : sp_rows_float(data->n, data->d, data->x);
}

/* min(n, d) eigenvalues, descending, into out (d values). */
static sp_status whole_spectrum(sp_run *run, const sp_dataset *data, const double *mean, double *out)
{
    sp_rows rows = rows_of(data);
    size_t m = data->n < data->d ? data->n : data->d;
    double *matrix = SP_NEW(run, double, m *m), *ascending = SP_NEW(run, double, m);
    if (!matrix || !ascending)
        return SP_FAILED;
    double divisor = (double)(data->n - 1);
    SP_TRY(data->n < data->d ? sp_gram(run, rows, mean, divisor, matrix) : sp_covariance(run, rows, mean, divisor, matrix));
    SP_TRY(sp_eigenvalues(run, m, matrix, ascending));
    for (size_t i = 0; i < m; i++)
        out[i] = fmax(ascending[m - 1 - i], 0);
    return SP_OK;
}

static void summarise(sp_data_spectrum *s)
{
    const double *lambda = s->eigenvalues.v;
    double squares = 0, ratio = (double)s->d / (double)s->n;
    size_t positive = 0;
    for (size_t i = 0; i < s->d; i++) {
        s->trace += lambda[i];
        squares += lambda[i] * lambda[i];
        positive += lambda[i] > 1e-12 * lambda[0];
        s->n_speciating += lambda[i] > 1;
    }
    s->effective_dimension = s->trace * s->trace / squares;
    /* the bulk's scale is its median eigenvalue; those that are zero for lack of samples do not count */
    s->noise_edge = lambda[positive / 2] * (1 + sqrt(ratio)) * (1 + sqrt(ratio));
    for (size_t i = 0; i < s->d; i++)
        s->n_resolved += lambda[i] > s->noise_edge;
}

sp_status sp_diffusion_spectrum(sp_run *run, const sp_dataset *data, sp_data_spectrum *out)
{
    *out = (sp_data_spectrum){.n = data->n, .d = data->d};
    if (data->n < 2)
        return sp_fail(run, SP_DATA, "%s: a covariance needs at least 2 rows, got %zu", data->name ? data->name : "data",
                       data->n);
    double *lambda = SP_NEW(run, double, data->d);
    if (!lambda)
        return SP_FAILED;
    sp_mark mark = sp_memory_mark(run);
    double *mean = SP_NEW(run, double, data->d);
    if (!mean)
        return SP_FAILED;
    size_t smaller = data->n < data->d ? data->n : data->d;
    SP_TRY(sp_rows_mean(run, rows_of(data), mean));
    out->n_leading = smaller;
    SP_TRY(whole_spectrum(run, data, mean, lambda));
    sp_memory_release(run, mark);
    if (!(lambda[0] > 0))
        return sp_fail(run, SP_DATA, "%s: all rows are equal", data->name ? data->name : "data");
    out->eigenvalues = (sp_vec){data->d, lambda};
    summarise(out);
    return SP_OK;
}

sp_status sp_spectrum_from_values(sp_run *run, sp_vec values, size_t n, sp_data_spectrum *out)
{
    double *sorted = SP_NEW(run, double, values.n), *descending = SP_NEW(run, double, values.n);
    if (!sorted || !descending)
        return SP_FAILED;
    for (size_t i = 0; i < values.n; i++) {
        if (!(values.v[i] >= 0) || isinf(values.v[i]))
            return sp_fail(run, SP_USAGE, "eigenvalues are finite and >= 0, got %g", values.v[i]);
        sorted[i] = values.v[i];
    }
    sp_sort(values.n, sorted);
    for (size_t i = 0; i < values.n; i++)
        descending[i] = sorted[values.n - 1 - i];
    if (values.n < 1 || !(descending[0] > 0))
        return sp_fail(run, SP_USAGE, "a spectrum needs a positive eigenvalue");
    *out = (sp_data_spectrum){.n = n, .d = values.n, .n_leading = values.n, .eigenvalues = {values.n, descending}};
    summarise(out);
    return SP_OK;
}
