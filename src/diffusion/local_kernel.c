/* Local score kernels: the best weights on a window and how fast descent finds them (spec 04, 3.5). */
#include "spinodal/on_model.h"

#include "math/fft.h"
#include "math/linalg.h"

#include <math.h>

enum { MOST_WEIGHTS = 4096 };

/* Gamma(r) = (1/N) sum_k Gamma_k cos kr on all sites, and (1/N) sum_k 1/Gamma_k */
static sp_status correlations(sp_run *run, const sp_field_lattice *l, double t, double **out, double *inverse)
{
    sp_fft *fft;
    SP_TRY(sp_fft_create(run, l->dim, l->lengths, &fft));
    size_t sites = sp_fft_sites(fft);
    double *modes = SP_NEW(run, double, 2 * l->n_modes);
    *out = SP_NEW(run, double, sites);
    if (modes && *out) {
        *inverse = 0;
        for (size_t i = 0; i < l->n_modes; i++) {
            modes[2 * i] = sp_field_gamma(l->C[i], t);
            *inverse += l->multiplicity[i] / modes[2 * i] / (double)sites;
        }
        sp_fft_inverse(fft, modes, *out);
    }
    sp_fft_free(fft);
    return modes && *out ? SP_OK : SP_FAILED;
}

static void offset_of(size_t index, size_t dim, long radius, long *r)
{
    size_t side = (size_t)(2 * radius + 1);
    for (size_t a = dim; a-- > 0; index /= side)
        r[a] = (long)(index % side) - radius;
}

sp_status sp_local_kernel_solve(sp_run *run, const sp_field_lattice *l, double t, size_t radius, double rate_over_max,
                                double eps, sp_local_kernel *out)
{
    size_t n = 1, side = 2 * radius + 1;
    for (size_t a = 0; a < l->dim; a++) {
        if (side > l->lengths[a])
            return sp_fail(run, SP_USAGE, "a window of radius %zu does not fit on %zu sites", radius, l->lengths[a]);
        n *= side;
    }
    if (n > MOST_WEIGHTS)
        return sp_fail(run, SP_USAGE, "a window of radius %zu has %zu weights; at most %d", radius, n, MOST_WEIGHTS);
    *out = (sp_local_kernel){.radius = radius, .weights = n};
    double *kernel = SP_NEW(run, double, radius + 1);
    out->kernel = kernel;
    sp_mark mark = sp_memory_mark(run);
    double *gamma, inverse, *a = SP_NEW(run, double, n *n), *factor = SP_NEW(run, double, n *n), *J = SP_NEW(run, double, n),
                            *values = SP_NEW(run, double, n);
    if (!kernel || !a || !factor || !J || !values)
        return SP_FAILED;
    SP_TRY(correlations(run, l, t, &gamma, &inverse));
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            long x[3], y[3];
            size_t site = 0;
            offset_of(i, l->dim, (long)radius, x);
            offset_of(j, l->dim, (long)radius, y);
            for (size_t b = 0; b < l->dim; b++) {
                long length = (long)l->lengths[b], r = ((x[b] - y[b]) % length + length) % length;
                site = site * l->lengths[b] + (size_t)r;
            }
            a[i * n + j] = factor[i * n + j] = gamma[site];
        }
    size_t centre = n / 2;
    J[centre] = 1;
    SP_TRY(sp_cholesky(run, n, factor));
    sp_cholesky_solve(n, factor, 1, J);
    for (size_t r = 0; r <= radius; r++) {
        size_t along = r; /* along the first axis */
        for (size_t b = 1; b < l->dim; b++)
            along *= side;
        kernel[r] = J[centre + along];
    }
    out->floor = inverse - J[centre];
    out->relative = out->floor / inverse;
    SP_TRY(sp_eigen(run, n, a, values, a));
    out->condition = values[n - 1] / values[0];
    /* excess above the floor: sum_v (v . delta)^2 (1 - 2 eta lambda)^{2 S} / lambda */
    double low = 0, high = 1, start = J[centre];
    for (int phase = 0; phase < 2;) {
        double s = phase ? floor((low + high) / 2) : high, sum = 0;
        for (size_t i = 0; i < n; i++) {
            double overlap = a[i * n + centre], base = 1 - 2 * rate_over_max * values[i] / values[n - 1];
            sum += overlap * overlap * pow(base * base, s) / values[i];
        }
        bool reached = sum <= eps * start;
        if (!phase && !reached) {
            low = high;
            high *= 2;
        }
        else if (!phase)
            phase = 1;
        else if (reached)
            high = s;
        else
            low = s;
        if (phase && high - low <= 1)
            phase = 2;
        if (high > 1e15)
            break;
    }
    out->steps = high;
    sp_memory_release(run, mark);
    return SP_OK;
}
