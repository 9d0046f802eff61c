/* Box-Muller in batches, with the elementary functions written for vectorisation (SLEEF). */
#include "spinodal/base.h"

#include "vector_math.h"

#include <math.h>

enum { BATCH = 128 };

/* Fills 2*BATCH normals from 2*BATCH uniforms. */
static void batch(sp_rng *rng, double *out)
{
    double u[BATCH], angle[BATCH], radius[BATCH], sine[BATCH], cosine[BATCH];
    for (int i = 0; i < BATCH; i++) {
        u[i] = sp_uniform(rng);
        angle[i] = 2 * sp_uniform(rng);
    }
    sp_vlog(BATCH, u, radius);
    sp_vsincospi(BATCH, angle, sine, cosine);
    for (int i = 0; i < BATCH; i++) {
        double r = sqrt(-2 * radius[i]);
        out[2 * i] = r * cosine[i];
        out[2 * i + 1] = r * sine[i];
    }
}

void sp_normals(sp_rng *rng, size_t n, double *out)
{
    double last[2 * BATCH];
    for (size_t i = 0; i < n; i += 2 * BATCH) {
        size_t m = n - i < 2 * BATCH ? n - i : 2 * BATCH;
        batch(rng, m == 2 * BATCH ? out + i : last);
        if (m < 2 * BATCH)
            for (size_t j = 0; j < m; j++)
                out[i + j] = last[j];
    }
}

void sp_normals_float(sp_rng *rng, size_t n, float *out)
{
    double values[2 * BATCH];
    for (size_t i = 0; i < n; i += 2 * BATCH) {
        batch(rng, values);
        for (size_t j = 0; j < 2 * BATCH && i + j < n; j++)
            out[i + j] = (float)values[j];
    }
}
