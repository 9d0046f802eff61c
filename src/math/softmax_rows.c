#include "math/softmax_rows.h"

#include "vector_math.h"

#include <math.h>

static double logit_value(const sp_logit *l, double e, double p)
{
    switch (l->kind) {
    case SP_LOGIT_STUDENT:
        return -l->a * log1p(-l->b * e);
    case SP_LOGIT_TOPHAT:
        return -l->a * e < 1 ? 0 : -INFINITY;
    case SP_LOGIT_GAUSSIAN:
        break;
    }
    return l->a * e - l->b * p;
}

static double logits(size_t n, const void *e_, const void *p_, const sp_logit *logit, void *v_)
{
    const double *e = e_, *p = p_;
    double *v = v_, most = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        v[i] = logit_value(logit, e[i], p ? p[i] : 0);
        most = v[i] > most ? v[i] : most;
    }
    return most;
}

enum { PART = 256 };

/* exp(v - m), with v - m raised to -700 so that -inf * 0 never occurs. */
static void shifted_exp(size_t n, const double *v, double m, double *x, double *w)
{
    for (size_t i = 0; i < n; i++)
        x[i] = v[i] - m > -700 ? v[i] - m : -700;
    sp_vexp(n, x, w);
}

static double sum_part(size_t n, const double *v, double m, double *out)
{
    double x[PART], w[PART], s[4] = {0}, s2[4] = {0}, sv[4] = {0};
    for (size_t i = 0; i < n; i += PART) {
        size_t part = n - i < PART ? n - i : PART;
        shifted_exp(part, v + i, m, x, w);
        for (size_t j = 0; j < part; j += 4)
            for (size_t l = 0; l < 4; l++) {
                s[l] += w[j + l];
                s2[l] += w[j + l] * w[j + l];
                sv[l] += w[j + l] * x[j + l];
            }
    }
    double sum = (s[0] + s[1]) + (s[2] + s[3]);
    out[0] += sum;
    out[1] += (s2[0] + s2[1]) + (s2[2] + s2[3]);
    out[2] += (sv[0] + sv[1]) + (sv[2] + sv[3]);
    return sum;
}

static void sums(size_t n_parts, const sp_row_part *parts, const void *v, double m, double *out, double *part_sum)
{
    for (size_t g = 0; g < n_parts; g++) {
        double sum = sum_part(parts[g].n, (const double *)v + parts[g].first, m, out);
        if (part_sum)
            part_sum[parts[g].class] += sum;
    }
}

static void weights(size_t n, const void *v_, double m, void *w_)
{
    const double *v = v_;
    double *out = w_, x[PART];
    for (size_t i = 0; i < n; i += PART) {
        size_t part = n - i < PART ? n - i : PART;
        shifted_exp(part, v + i, m, x, out + i);
        for (size_t j = 0; j < part; j++)
            if (x[j] == -700)
                out[i + j] = 0;
    }
}

static size_t above(size_t n, const void *v_, double threshold, uint32_t *position)
{
    const double *v = v_;
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (v[i] > threshold)
            position[count++] = (uint32_t)i;
    return count;
}

extern const sp_row_kernels sp_row_kernels_baseline;
#if defined(__x86_64__)
extern const sp_row_kernels sp_row_kernels_avx2, sp_row_kernels_avx512;

const sp_row_kernels *sp_row_kernels_float(void)
{
    if (__builtin_cpu_supports("avx512f"))
        return &sp_row_kernels_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return &sp_row_kernels_avx2;
    return &sp_row_kernels_baseline;
}
#else
const sp_row_kernels *sp_row_kernels_float(void) { return &sp_row_kernels_baseline; }
#endif

#define DISTANCE(name, type)                                                                                                \
    static void name(size_t d, const double *x, const type *y, const float *z, double *g, double *p)                        \
    {                                                                                                                       \
        *g = *p = 0;                                                                                                        \
        for (size_t j = 0; j < d; j++) {                                                                                    \
            double delta = x[j] - (double)y[j];                                                                             \
            *g += delta * delta;                                                                                            \
            if (z)                                                                                                          \
                *p += delta * (double)z[j];                                                                                 \
        }                                                                                                                   \
    }
DISTANCE(distance, float)
DISTANCE(distance64, double)

static const sp_row_kernels rows_double = {sizeof(double), logits, sums, weights, above, distance, distance64};

const sp_row_kernels *sp_row_kernels_double(void) { return &rows_double; }
