#include "measurements.h"

#include "math/gemm_float.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

enum { BLOCK = 256, STRIP = 8, FEW = 3, SMALL = 256, BLOCKS_PER_INSTANCE = 1 << 20 };

/* ---- one pass ------------------------------------------------------------------------------------------ */

typedef double lanes __attribute__((vector_size(64), aligned(8)));
typedef float float_lanes __attribute__((vector_size(32), aligned(4)));

/* by address: a vector as an argument would depend on the instruction set */
static double sum_lanes(const lanes *v)
{
    lanes x = *v;
    return ((x[0] + x[1]) + (x[2] + x[3])) + ((x[4] + x[5]) + (x[6] + x[7]));
}

/* four rows at once: v is read once for them */
__attribute__((target_clones("avx512f", "avx2", "default"))) static void dots_4(size_t n, const float *x, size_t stride,
                                                                                const double *v, double *out)
{
    lanes s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
    const float *x1 = x + stride, *x2 = x1 + stride, *x3 = x2 + stride;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        lanes w = *(const lanes *)(v + i);
        s0 += w * __builtin_convertvector(*(const float_lanes *)(x + i), lanes);
        s1 += w * __builtin_convertvector(*(const float_lanes *)(x1 + i), lanes);
        s2 += w * __builtin_convertvector(*(const float_lanes *)(x2 + i), lanes);
        s3 += w * __builtin_convertvector(*(const float_lanes *)(x3 + i), lanes);
    }
    out[0] = sum_lanes(&s0), out[1] = sum_lanes(&s1), out[2] = sum_lanes(&s2), out[3] = sum_lanes(&s3);
    for (; i < n; i++) {
        out[0] += v[i] * (double)x[i];
        out[1] += v[i] * (double)x1[i];
        out[2] += v[i] * (double)x2[i];
        out[3] += v[i] * (double)x3[i];
    }
}

__attribute__((target_clones("avx512f", "avx2", "default"))) static void add_4(size_t n, const float *x, size_t stride,
                                                                               const double *c, double *g)
{
    const float *x1 = x + stride, *x2 = x1 + stride, *x3 = x2 + stride;
    double c0 = c[0], c1 = c[1], c2 = c[2], c3 = c[3];
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        *(lanes *)(g + i) += (c0 * __builtin_convertvector(*(const float_lanes *)(x + i), lanes) +
                              c1 * __builtin_convertvector(*(const float_lanes *)(x1 + i), lanes)) +
                             (c2 * __builtin_convertvector(*(const float_lanes *)(x2 + i), lanes) +
                              c3 * __builtin_convertvector(*(const float_lanes *)(x3 + i), lanes));
    for (; i < n; i++)
        g[i] += (c0 * (double)x[i] + c1 * (double)x1[i]) + (c2 * (double)x2[i] + c3 * (double)x3[i]);
}

typedef struct {
    const measurements *m;
    size_t R;
    const double *v;
    const float *v_float; /* for many vectors */
    row_weight weight;
    const void *context;
    double *dots; /* M x R */
    double *part; /* R x N for each block */
} pass_job;

/* Matrix products pay when there are several vectors and the rows are long enough for their overhead. */
static bool by_product(const measurements *m, size_t R) { return R > FEW && m->N >= SMALL; }

static void few_vectors(const pass_job *j, size_t first, size_t rows, double *dots, double *part)
{
    size_t N = j->m->N, R = j->R;
    for (size_t begin = 0; begin < rows; begin += STRIP) { /* a strip stays in cache for the second visit */
        size_t end = begin + STRIP < rows ? begin + STRIP : rows;
        for (size_t r = 0; r < R; r++)
            for (size_t k = begin; k < end; k += 4) {
                size_t stride = k + 4 <= end ? N : 0, count = stride ? 4 : 1;
                const float *x = j->m->x + (first + k) * N;
                double d[4], c[4] = {0};
                dots_4(N, x, stride, j->v + r * N, d);
                for (size_t a = 0; a < count; a++) {
                    dots[(k + a) * R + r] = d[a];
                    c[a] = j->weight(first + k + a, r, d[a], j->context);
                }
                add_4(N, x, stride, c, part + r * N);
                if (count == 1)
                    k -= 3; /* the rows left over, one by one */
            }
    }
}

static sp_status many_vectors(sp_run *worker, const pass_job *j, size_t first, size_t rows, double *dots, double *part)
{
    size_t N = j->m->N, R = j->R;
    const float *x = j->m->x + first * N;
    float *c = SP_NEW(worker, float, rows *R), *sum = SP_NEW(worker, float, R *N);
    if (!c || !sum)
        return SP_FAILED;
    SP_TRY(sp_gemm_float(worker, SP_PLAIN, SP_TRANSPOSED, rows, R, N, 1, x, N, j->v_float, N, 0, c, R));
    for (size_t k = 0; k < rows; k++)
        for (size_t r = 0; r < R; r++) {
            double d = dots[k * R + r] = (double)c[k * R + r];
            c[k * R + r] = (float)j->weight(first + k, r, d, j->context);
        }
    SP_TRY(sp_gemm_float(worker, SP_TRANSPOSED, SP_PLAIN, R, N, rows, 1, c, R, x, N, 0, sum, N));
    for (size_t i = 0; i < R * N; i++)
        part[i] = (double)sum[i];
    return SP_OK;
}

static sp_status pass_block(sp_run *worker, size_t block, void *context)
{
    const pass_job *j = context;
    size_t first = block * BLOCK, rows = j->m->M - first < BLOCK ? j->m->M - first : BLOCK;
    double *dots = j->dots + first * j->R, *part = j->part + block * j->R * j->m->N;
    if (by_product(j->m, j->R))
        return many_vectors(worker, j, first, rows, dots, part);
    few_vectors(j, first, rows, dots, part);
    return SP_OK;
}

sp_status measurement_pass(sp_run *run, const measurements *m, size_t R, const double *v, row_weight weight,
                           const void *context, double *dots, double *out)
{
    sp_mark mark = sp_memory_mark(run);
    size_t blocks = (m->M + BLOCK - 1) / BLOCK, length = R * m->N;
    pass_job j = {m, R, v, NULL, weight, context, dots ? dots : SP_NEW(run, double, m->M *R), NULL};
    j.part = SP_NEW(run, double, blocks *length);
    if (!j.dots || !j.part)
        return SP_FAILED;
    if (by_product(m, R)) {
        float *f = SP_NEW(run, float, length);
        if (!f)
            return SP_FAILED;
        for (size_t i = 0; i < length; i++)
            f[i] = (float)v[i];
        j.v_float = f;
    }
    sp_status status = sp_parallel(run, blocks, pass_block, &j);
    if (status == SP_OK) {
        memcpy(out, j.part, length * sizeof *out);
        for (size_t b = 1; b < blocks; b++)
            cblas_daxpy((int)length, 1, j.part + b * length, 1, out, 1);
    }
    sp_memory_release(run, mark);
    return status;
}

/* ---- Gaussian measurements ------------------------------------------------------------------------------ */

typedef struct {
    const measurements *m;
    float *x;
    double *y, *y2;
    uint64_t index;
} draw_job;

static sp_status draw_block(sp_run *worker, size_t block, void *context)
{
    const draw_job *j = context;
    size_t N = j->m->N, first = block * BLOCK, end = first + BLOCK < j->m->M ? first + BLOCK : j->m->M;
    sp_rng rng = sp_rng_at(worker, "measurements", j->index * BLOCKS_PER_INSTANCE + block);
    for (size_t k = first; k < end; k++) {
        float *row = j->x + k * N;
        sp_normals_float(&rng, N, row);
        double sum = 0;
        for (size_t i = 0; i < N; i++)
            sum += (double)row[i] * j->m->signal[i];
        j->y[k] = sum / sqrt((double)N);
        j->y2[k] = j->y[k] * j->y[k];
    }
    return SP_OK;
}

sp_status measurements_create(sp_run *run, size_t N, size_t M, uint64_t index, measurements *out)
{
    SP_TRY(sp_need_memory(run, 4.0 * (double)N * (double)M, "the measurements"));
    draw_job j = {out, SP_NEW(run, float, N *M), SP_NEW(run, double, M), SP_NEW(run, double, M), index};
    double *signal = SP_NEW(run, double, N);
    if (!j.x || !j.y || !j.y2 || !signal)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(run, "signal", index);
    sp_normals(&rng, N, signal);
    cblas_dscal((int)N, sqrt((double)N / dot(N, signal, signal)), signal, 1);
    *out = (measurements){.M = M, .N = N, .x = j.x, .y2 = j.y2, .signal = signal, .y = j.y};
    return sp_parallel(run, (M + BLOCK - 1) / BLOCK, draw_block, &j);
}
