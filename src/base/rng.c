#include "spinodal/base.h"

#include <Random123/philox.h>
#include <math.h>
#include <string.h>

sp_rng sp_rng_at(const sp_run *run, const char *stream, uint64_t index)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (const char *p = stream; *p; p++)
        hash = (hash ^ (unsigned char)*p) * 1099511628211u;
    return (sp_rng){.key = {sp_run_seed(run), hash}, .counter = {0, index, 0, 0}};
}

uint64_t sp_rng_bits(sp_rng *rng)
{
    if (rng->left == 0) {
        philox4x64_ctr_t counter = {{rng->counter[0]++, rng->counter[1], rng->counter[2], rng->counter[3]}};
        philox4x64_key_t key = {{rng->key[0], rng->key[1]}};
        philox4x64_ctr_t bits = philox4x64(counter, key);
        memcpy(rng->buffer, bits.v, sizeof rng->buffer);
        rng->left = 4;
    }
    return rng->buffer[4 - rng->left--];
}

double sp_uniform(sp_rng *rng) { return ((double)(sp_rng_bits(rng) >> 11) + 0.5) * 0x1p-53; }

uint64_t sp_uniform_int(sp_rng *rng, uint64_t n)
{
    uint64_t limit = UINT64_MAX - UINT64_MAX % n, bits;
    do
        bits = sp_rng_bits(rng);
    while (bits >= limit);
    return bits % n;
}

double sp_normal(sp_rng *rng)
{
    if (rng->has_normal) {
        rng->has_normal = false;
        return rng->normal;
    }
    double radius = sqrt(-2 * log(sp_uniform(rng))), angle = 2 * M_PI * sp_uniform(rng);
    rng->normal = radius * sin(angle);
    rng->has_normal = true;
    return radius * cos(angle);
}

double sp_exponential(sp_rng *rng) { return -log(sp_uniform(rng)); }

/* Marsaglia and Tsang, ACM TOMS 26 (2000) 363. */
double sp_gamma(sp_rng *rng, double shape)
{
    if (shape < 1)
        return sp_gamma(rng, shape + 1) * pow(sp_uniform(rng), 1 / shape);
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = sp_normal(rng), v = 1 + c * x;
        if (v <= 0)
            continue;
        v = v * v * v;
        if (log(sp_uniform(rng)) < 0.5 * x * x + d - d * v + d * log(v))
            return d * v;
    }
}

double sp_chi_square(sp_rng *rng, double dof) { return 2 * sp_gamma(rng, dof / 2); }

void sp_permutation(sp_rng *rng, size_t n, size_t *out)
{
    for (size_t i = 0; i < n; i++) {
        size_t j = (size_t)sp_uniform_int(rng, i + 1);
        out[i] = out[j];
        out[j] = i;
    }
}

sp_status sp_discrete_create(sp_run *run, size_t n, const double *weights, sp_discrete *out)
{
    double total = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(weights[i] >= 0) || isinf(weights[i]))
            return sp_fail(run, SP_USAGE, "weights of a discrete law must be finite and >= 0");
        total += weights[i];
    }
    if (!(total > 0))
        return sp_fail(run, SP_USAGE, "weights of a discrete law must not all be zero");
    *out = (sp_discrete){n, SP_NEW(run, double, n), SP_NEW(run, size_t, n)};
    size_t *order = SP_NEW(run, size_t, n); /* small ones from the front, large ones from the back */
    if (!out->threshold || !out->alias || !order)
        return SP_FAILED;
    size_t small = 0, large = n;
    for (size_t i = 0; i < n; i++) {
        out->threshold[i] = weights[i] / total * (double)n;
        out->alias[i] = i;
        if (out->threshold[i] < 1)
            order[small++] = i;
        else
            order[--large] = i;
    }
    while (small > 0 && large < n) {
        size_t poor = order[--small], rich = order[large];
        out->alias[poor] = rich;
        out->threshold[rich] -= 1 - out->threshold[poor];
        if (out->threshold[rich] < 1) {
            large++;
            order[small++] = rich;
        }
    }
    while (small > 0)
        out->threshold[order[--small]] = 1;
    while (large < n)
        out->threshold[order[large++]] = 1;
    return SP_OK;
}

size_t sp_discrete_draw(const sp_discrete *law, sp_rng *rng)
{
    size_t i = (size_t)sp_uniform_int(rng, law->n);
    return sp_uniform(rng) < law->threshold[i] ? i : law->alias[i];
}
