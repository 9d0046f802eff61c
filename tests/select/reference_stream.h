/* The reference stream of spec 11, section 7: splitmix64 and Box-Muller. */
#ifndef SPINODAL_TEST_REFERENCE_STREAM_H
#define SPINODAL_TEST_REFERENCE_STREAM_H

#include "test.h"

#include <math.h>

static inline double reference_uniform(uint64_t *s)
{
    uint64_t z = *s += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/* n x m normals, row-major. */
static inline double *reference_normals(uint64_t seed, size_t n, size_t m)
{
    double *x = SP_NEW(test_run(), double, n *m + 1);
    for (size_t i = 0; i < n * m; i += 2) {
        double u1 = reference_uniform(&seed), u2 = reference_uniform(&seed), r = sqrt(-2 * log1p(-u1));
        x[i] = r * cos(2 * M_PI * u2);
        x[i + 1] = r * sin(2 * M_PI * u2);
    }
    return x;
}

static inline double *column_major(size_t n, size_t m, const double *x)
{
    double *out = SP_NEW(test_run(), double, n *m);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < m; k++)
            out[k * n + i] = x[i * m + k];
    return out;
}

#endif
