#include "sample.h"

#include "math/linalg.h"
#include "math/statistics.h"

#include <math.h>

sp_status sp_directions_open(sp_run *run, const sp_population *q, size_t d, sp_directions *out)
{
    *out = (sp_directions){d, SP_NEW(run, double, d), SP_NEW(run, double, d), SP_NEW(run, size_t, d)};
    if (!out->scale || !out->teacher || !out->block)
        return SP_FAILED;
    size_t block = 0, fewest = d;
    double filled = q->weight[0];
    size_t in_block = 0;
    for (size_t i = 0; i < d; i++) {
        while (block + 1 < q->n && ((double)i + 0.5) / (double)d > filled) {
            fewest = in_block < fewest && q->weight[block] > 0 ? in_block : fewest;
            filled += q->weight[++block];
            in_block = 0;
        }
        if (q->th2[block] < 0)
            return sp_fail(run, SP_USAGE, "a simulation needs th2 >= 0 in every direction, block %zu has %g", block + 1,
                           q->th2[block]);
        out->scale[i] = sqrt(q->c[block]);
        out->teacher[i] = sqrt(q->th2[block]);
        out->block[i] = block;
        in_block++;
    }
    fewest = in_block < fewest ? in_block : fewest;
    if (fewest < 10 && q->n > 1 && q->n < d / 2)
        sp_warn(run, "a covariance block has %zu simulated directions only: expect finite-size deviations (raise --d)",
                fewest);
    return SP_OK;
}

void sp_draw_inputs(sp_rng *rng, const sp_directions *a, size_t n, double *x)
{
    sp_normals(rng, n * a->d, x);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < a->d; j++)
            x[i * a->d + j] *= a->scale[j];
}

void sp_draw_features(sp_rng *rng, size_t d, size_t p, double *f)
{
    sp_normals(rng, p * d, f);
    for (size_t i = 0; i < p * d; i++)
        f[i] /= sqrt((double)d);
}

void sp_draw_teacher(sp_rng *rng, const sp_directions *a, double *theta)
{
    sp_normals(rng, a->d, theta);
    for (size_t first = 0, next; first < a->d; first = next) {
        double square = 0;
        for (next = first; next < a->d && a->block[next] == a->block[first]; next++)
            square += theta[next] * theta[next];
        for (size_t i = first; i < next; i++)
            theta[i] *= a->teacher[i] / sqrt(square / (double)(next - first));
    }
}

void sp_teach(const sp_directions *a, size_t n, const double *x, const double *theta, double *nu)
{
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t j = 0; j < a->d; j++)
            sum += x[i * a->d + j] * theta[j];
        nu[i] = sum / sqrt((double)a->d);
    }
}

void sp_features_of(const sp_activation *s, size_t d, size_t n, const double *x, size_t p, const double *f, double *z)
{
    sp_gemm(SP_PLAIN, SP_TRANSPOSED, n, p, d, 1, x, d, f, d, 0, z, p);
    sp_activation_apply(s, n * p, z);
    for (size_t i = 0; i < n * p; i++)
        z[i] /= sqrt((double)d);
}

sp_measured sp_measured_of(size_t n, const double *values, size_t stride)
{
    sp_moments m = {0};
    for (size_t i = 0; i < n; i++)
        sp_moments_add(&m, values[i * stride]);
    return (sp_measured){m.mean, sp_moments_se(&m)};
}

const char *sp_simulation_name(sp_run *run, const char *kind, const char *what)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (const char *c = what ? what : ""; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 0x100000001b3u;
    const char *name = sp_format(run, "%s-%016llx", kind, (unsigned long long)hash);
    return name ? name : kind;
}
