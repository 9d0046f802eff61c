/* Covariance eigenvalues of data, the noise edge, and what they say on speciation (spec 07, 3.1). */
#include "diffusion/spectrum.h"
#include "spinodal/diffusion.h"

#include "math/lanczos.h"
#include "math/linalg.h"
#include "math/marchenko_pastur.h"
#include "math/statistics.h"

#include <math.h>
#include <string.h>

enum { WHOLE = 4096, LEADING = 256 };

static sp_rows rows_of(const sp_dataset *data)
{
    return data->x64 ? sp_rows_double(data->n, data->d, data->x64) : sp_rows_float(data->n, data->d, data->x);
}

/* min(n, d) eigenvalues, descending, into out (d values). */
static sp_status whole_spectrum(sp_run *run, const sp_dataset *data, double *mean, double *out)
{
    sp_rows rows = rows_of(data);
    size_t m = data->n < data->d ? data->n : data->d;
    double *matrix = SP_NEW(run, double, m *m), *ascending = SP_NEW(run, double, m);
    if (!matrix || !ascending)
        return SP_FAILED;
    double divisor = (double)(data->n - 1);
    SP_TRY(sp_rows_mean(run, rows, mean));
    SP_TRY(data->n < data->d ? sp_gram(run, rows, mean, divisor, matrix) : sp_covariance(run, rows, mean, divisor, matrix));
    SP_TRY(sp_eigenvalues(run, m, matrix, ascending));
    for (size_t i = 0; i < m; i++)
        out[i] = fmax(ascending[m - 1 - i], 0);
    return SP_OK;
}

/* The leading eigenvalues by Lanczos; the rest of the trace shared equally by the other directions. */
static sp_status leading_spectrum(sp_run *run, const sp_dataset *data, double *mean, double *out)
{
    sp_rows rows = rows_of(data);
    sp_lanczos_report report;
    double *row = SP_NEW(run, double, data->d), trace = 0;
    if (!row)
        return SP_FAILED;
    SP_TRY(sp_principal_components(run, rows, LEADING, mean, out, NULL, &report));
    if (!report.converged)
        sp_warn(run, "only %zu of the %d leading eigenvalues converged", report.n_converged, LEADING);
    for (size_t i = 0; i < data->n; i++) {
        sp_rows_copy(rows, i, 1, 0, data->d, mean, row);
        for (size_t j = 0; j < data->d; j++)
            trace += row[j] * row[j] / (double)(data->n - 1);
    }
    for (size_t i = 0; i < LEADING; i++)
        trace -= out[i];
    for (size_t i = LEADING; i < data->d; i++)
        out[i] = fmax(trace, 0) / (double)(data->d - LEADING);
    return SP_OK;
}

/* Edge of the Marchenko-Pastur law whose median is that of the eigenvalues that are not zero. */
static double noise_edge(const sp_data_spectrum *s, size_t positive)
{
    size_t most = s->n > s->d ? s->d : s->n - 1;
    double ratio = (double)(positive < most ? positive : s->d) / (double)s->n, atom = sp_mp_atom(ratio), low, high;
    double variance = s->eigenvalues.v[positive / 2] / sp_mp_quantile(atom + (1 - atom) / 2, ratio, 1);
    sp_mp_edges(ratio, variance, &low, &high);
    return high;
}

static void summarise(sp_data_spectrum *s)
{
    const double *lambda = s->eigenvalues.v;
    double squares = 0;
    size_t positive = 0;
    for (size_t i = 0; i < s->d; i++) {
        s->trace += lambda[i];
        squares += lambda[i] * lambda[i];
        positive += lambda[i] > 1e-12 * lambda[0];
        s->n_speciating += lambda[i] > 1;
    }
    s->effective_dimension = s->trace * s->trace / squares;
    s->noise_edge = noise_edge(s, positive);
    for (size_t i = 0; i < s->d; i++)
        s->n_resolved += lambda[i] > s->noise_edge;
}

/* The rows can be a part of those that the hash stands for: a few values beside it tell them apart. */
const char *sp_diffusion_spectrum_memo(sp_run *run, const sp_dataset *data)
{
    uint64_t mix = data->hash;
    size_t size = data->n * data->d, step = size / 1024 + 1;
    for (size_t i = 0; i < size; i += step) {
        uint32_t bits;
        memcpy(&bits, &data->x[i], sizeof bits);
        mix = (mix ^ bits) * 0x9e3779b97f4a7c15u;
        mix ^= mix >> 31;
    }
    const char *name = sp_format(run, "spectrum of %zu x %zu %016llx", data->n, data->d, (unsigned long long)mix);
    return name ? name : "";
}

static bool remembered(sp_run *run, const char *memo, sp_data_spectrum *out)
{
    size_t bytes;
    const void *known = sp_memo_find(run, memo, &bytes);
    double *values = known && bytes == out->d * sizeof(double) ? SP_NEW(run, double, out->d) : NULL;
    if (!values)
        return false;
    memcpy(values, known, bytes);
    out->eigenvalues = (sp_vec){out->d, values};
    summarise(out);
    return true;
}

sp_status sp_diffusion_spectrum(sp_run *run, const sp_dataset *data, sp_data_spectrum *out)
{
    *out = (sp_data_spectrum){.n = data->n, .d = data->d};
    if (data->n < 2)
        return sp_fail(run, SP_DATA, "%s: a covariance needs at least 2 rows, got %zu", data->name ? data->name : "data",
                       data->n);
    size_t smaller = data->n < data->d ? data->n : data->d;
    out->n_leading = smaller <= WHOLE ? smaller : LEADING;
    const char *memo = sp_diffusion_spectrum_memo(run, data);
    if (remembered(run, memo, out))
        return SP_OK;
    double *lambda = SP_NEW(run, double, data->d);
    if (!lambda)
        return SP_FAILED;
    sp_mark mark = sp_memory_mark(run);
    double *mean = SP_NEW(run, double, data->d);
    if (!mean)
        return SP_FAILED;
    SP_TRY(smaller <= WHOLE ? whole_spectrum(run, data, mean, lambda) : leading_spectrum(run, data, mean, lambda));
    sp_memory_release(run, mark);
    if (!(lambda[0] > 0))
        return sp_fail(run, SP_DATA, "%s: all rows are equal", data->name ? data->name : "data");
    out->eigenvalues = (sp_vec){data->d, lambda};
    summarise(out);
    sp_memo_keep(run, memo, lambda, data->d * sizeof *lambda);
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

sp_status sp_leading_directions(sp_run *run, const sp_dataset *data, double values[2], double **directions)
{
    size_t d = data->d, k = d < 2 || data->n < 3 ? 1 : 2;
    sp_lanczos_report report;
    double *mean = SP_NEW(run, double, d);
    *directions = SP_NEW(run, double, 2 * d);
    if (!mean || !*directions)
        return SP_FAILED;
    values[1] = 0;
    SP_TRY(sp_principal_components(run, rows_of(data), k, mean, values, *directions, &report));
    if (!report.converged)
        sp_warn(run, "the leading eigenvalues did not converge");
    return values[0] > 0 ? SP_OK : sp_fail(run, SP_DATA, "%s: all rows are equal", data->name ? data->name : "data");
}
