#include "math/gemm_float.h"

#include "math/single_thread.h"

#include <oneapi/dnnl/dnnl.h>

enum { TILE_ROWS = 256, TILE_COLUMNS = 2048, SMALL = 1 << 18, PIECE = 16384, MAX_PIECES = 16 };

sp_status sp_gemm_float(sp_run *run, sp_transpose ta, sp_transpose tb, size_t m, size_t n, size_t k, float alpha,
                        const float *a, size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    if (m == 0 || n == 0)
        return SP_OK;
    int before = sp_single_thread_begin();
    dnnl_status_t status =
        dnnl_sgemm(ta == SP_PLAIN ? 'N' : 'T', tb == SP_PLAIN ? 'N' : 'T', (dnnl_dim_t)m, (dnnl_dim_t)n, (dnnl_dim_t)k,
                   alpha, a, (dnnl_dim_t)lda, b, (dnnl_dim_t)ldb, beta, c, (dnnl_dim_t)ldc);
    sp_single_thread_end(before);
    if (status != dnnl_success)
        return sp_fail(run, SP_FAILED, "float product %zu x %zu x %zu failed (oneDNN status %d)", m, n, k, (int)status);
    return SP_OK;
}

typedef struct {
    sp_transpose ta, tb;
    size_t m, n, k, lda, ldb, ldc, column_tiles, pieces;
    float alpha, beta;
    const float *a, *b;
    float *c;
} gemm;

static size_t at_most(size_t value, size_t limit) { return value < limit ? value : limit; }

static sp_status tile(sp_run *worker, size_t block, void *context)
{
    const gemm *g = context;
    size_t i = block / g->column_tiles * TILE_ROWS, j = block % g->column_tiles * TILE_COLUMNS;
    return sp_gemm_float(worker, g->ta, g->tb, at_most(g->m - i, TILE_ROWS), at_most(g->n - j, TILE_COLUMNS), g->k, g->alpha,
                         g->a + (g->ta == SP_PLAIN ? i * g->lda : i), g->lda, g->b + (g->tb == SP_PLAIN ? j : j * g->ldb),
                         g->ldb, g->beta, g->c + i * g->ldc + j, g->ldc);
}

static sp_status piece(sp_run *worker, size_t block, void *context)
{
    const gemm *g = context;
    size_t first = g->k * block / g->pieces, last = g->k * (block + 1) / g->pieces;
    return sp_gemm_float(worker, g->ta, g->tb, g->m, g->n, last - first, g->alpha,
                         g->a + (g->ta == SP_PLAIN ? first : first * g->lda), g->lda,
                         g->b + (g->tb == SP_PLAIN ? first * g->ldb : first), g->ldb, 0, g->c + block * g->m * g->n, g->n);
}

static sp_status long_sum(sp_run *run, gemm g, float beta, float *c)
{
    sp_mark mark = sp_memory_mark(run);
    g.c = SP_NEW(run, float, g.pieces *g.m *g.n);
    sp_status status = g.c ? sp_parallel(run, g.pieces, piece, &g) : SP_FAILED;
    for (size_t i = 0; status == SP_OK && i < g.m; i++)
        for (size_t j = 0; j < g.n; j++) {
            float sum = beta == 0 ? 0 : beta * c[i * g.ldc + j];
            for (size_t p = 0; p < g.pieces; p++)
                sum += g.c[(p * g.m + i) * g.n + j];
            c[i * g.ldc + j] = sum;
        }
    sp_memory_release(run, mark);
    return status;
}

sp_status sp_gemm_float_blocked(sp_run *run, sp_transpose ta, sp_transpose tb, size_t m, size_t n, size_t k, float alpha,
                                const float *a, size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    gemm g = {ta, tb, m, n, k, lda, ldb, ldc, (n + TILE_COLUMNS - 1) / TILE_COLUMNS, 1, alpha, beta, a, b, c};
    if (m * n <= SMALL && k > PIECE) {
        g.pieces = at_most((k + PIECE - 1) / PIECE, MAX_PIECES);
        return long_sum(run, g, beta, c);
    }
    return sp_parallel(run, (m + TILE_ROWS - 1) / TILE_ROWS * g.column_tiles, tile, &g);
}
