/* Products, covariance and Gram matrices over fixed blocks. */
#include "math/linalg_private.h"

#include <string.h>

enum {
    GEMM_ROWS = 128, /* rows of C in a block */
    MATVEC_ROWS = 256,
    TILE = 256,   /* covariance and Gram matrices are made of square tiles of at most this width */
    CHUNK = 512,  /* inner length of one product */
    GROUP = 8192, /* rows whose contribution may be summed by itself */
    MAX_GROUPS = 32,
};

void sp_gemm(sp_transpose ta, sp_transpose tb, size_t m, size_t n, size_t k, double alpha, const double *a, size_t lda,
             const double *b, size_t ldb, double beta, double *c, size_t ldc)
{
    if (m == 0 || n == 0)
        return;
    int before = sp_single_thread_begin();
    cblas_dgemm(CblasRowMajor, ta == SP_PLAIN ? CblasNoTrans : CblasTrans, tb == SP_PLAIN ? CblasNoTrans : CblasTrans,
                (int)m, (int)n, (int)k, alpha, a, (int)lda, b, (int)ldb, beta, c, (int)ldc);
    sp_single_thread_end(before);
}

typedef struct {
    sp_transpose ta, tb;
    size_t m, n, k, lda, ldb, ldc;
    double alpha, beta;
    const double *a, *b;
    double *c;
} gemm;

static sp_status gemm_block(sp_run *worker, size_t block, void *context)
{
    (void)worker;
    const gemm *g = context;
    size_t first = block * GEMM_ROWS, rows = g->m - first < GEMM_ROWS ? g->m - first : GEMM_ROWS;
    sp_gemm(g->ta, g->tb, rows, g->n, g->k, g->alpha, g->a + (g->ta == SP_PLAIN ? first * g->lda : first), g->lda, g->b,
            g->ldb, g->beta, g->c + first * g->ldc, g->ldc);
    return SP_OK;
}

sp_status sp_gemm_blocked(sp_run *run, sp_transpose ta, sp_transpose tb, size_t m, size_t n, size_t k, double alpha,
                          const double *a, size_t lda, const double *b, size_t ldb, double beta, double *c, size_t ldc)
{
    gemm g = {ta, tb, m, n, k, lda, ldb, ldc, alpha, beta, a, b, c};
    return sp_parallel(run, (m + GEMM_ROWS - 1) / GEMM_ROWS, gemm_block, &g);
}

typedef struct {
    size_t m, n;
    const double *a, *x;
    double *y;
} matvec;

static sp_status matvec_block(sp_run *worker, size_t block, void *context)
{
    (void)worker;
    const matvec *g = context;
    size_t first = block * MATVEC_ROWS, rows = g->m - first < MATVEC_ROWS ? g->m - first : MATVEC_ROWS;
    int before = sp_single_thread_begin();
    cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)rows, (int)g->n, 1, g->a + first * g->n, (int)g->n, g->x, 1, 0,
                g->y + first, 1);
    sp_single_thread_end(before);
    return SP_OK;
}

sp_status sp_matvec_blocked(sp_run *run, size_t m, size_t n, const double *a, const double *x, double *y)
{
    matvec g = {m, n, a, x, y};
    return sp_parallel(run, (m + MATVEC_ROWS - 1) / MATVEC_ROWS, matvec_block, &g);
}

#define CLONES __attribute__((target_clones("avx512f", "avx2", "default")))

CLONES static void widen(size_t n, const float *x, double *restrict out)
{
    for (size_t j = 0; j < n; j++)
        out[j] = (double)x[j];
}

CLONES static void subtract(size_t n, const double *x, double *restrict out)
{
    for (size_t j = 0; j < n; j++)
        out[j] -= x[j];
}

void sp_rows_copy(sp_rows rows, size_t first, size_t count, size_t from, size_t width, const double *mean, double *out)
{
    for (size_t i = 0; i < count; i++) {
        double *to = out + i * width;
        size_t start = (first + i) * rows.d + from;
        if (rows.f)
            widen(width, rows.f + start, to);
        else
            memcpy(to, rows.v + start, width * sizeof *to);
        if (mean)
            subtract(width, mean + from, to);
    }
}

static size_t count_groups(size_t n)
{
    size_t groups = (n + GROUP - 1) / GROUP;
    return groups < 1 ? 1 : groups > MAX_GROUPS ? MAX_GROUPS : groups;
}

typedef struct {
    sp_rows rows;
    const double *mean;
    size_t tiles, groups;
    double divisor;
    double *partial; /* groups x d x d, or groups x d for the mean */
} moments;

static sp_status mean_block(sp_run *worker, size_t group, void *context)
{
    const moments *m = context;
    size_t d = m->rows.d, n = m->rows.n;
    size_t first = n * group / m->groups, last = n * (group + 1) / m->groups;
    double *row = SP_NEW(worker, double, d), *sum = m->partial + group * d;
    if (!row)
        return SP_FAILED;
    for (size_t i = first; i < last; i++) {
        sp_rows_copy(m->rows, i, 1, 0, d, NULL, row);
        for (size_t j = 0; j < d; j++)
            sum[j] += row[j];
    }
    return SP_OK;
}

sp_status sp_rows_mean(sp_run *run, sp_rows rows, double *mean)
{
    sp_mark mark = sp_memory_mark(run);
    size_t d = rows.d;
    moments m = {.rows = rows, .groups = count_groups(rows.n)};
    m.partial = SP_NEW(run, double, m.groups *d);
    sp_status status = m.partial ? sp_parallel(run, m.groups, mean_block, &m) : SP_FAILED;
    for (size_t j = 0; status == SP_OK && j < d; j++) {
        double sum = 0;
        for (size_t g = 0; g < m.groups; g++)
            sum += m.partial[g * d + j];
        mean[j] = sum / (double)rows.n;
    }
    sp_memory_release(run, mark);
    return status;
}

/* Tile number -> (i, j) with i >= j, row by row of the lower triangle. */
static void tile_of(size_t index, size_t *i, size_t *j)
{
    for (*i = 0; index > *i; ++*i)
        index -= *i + 1;
    *j = index;
}

/* Tiles of nearly equal width: size n is cut at multiples of n / tiles. */
static size_t tile_start(size_t n, size_t tiles, size_t tile) { return n * tile / tiles; }

/* c += scale A^T A or A A^T of a tile with itself (lower triangle), or the product of two tiles. */
static void add_tile(bool same, sp_transpose ta, size_t wi, size_t wj, size_t k, double scale, const double *a,
                     const double *b, double *c, size_t ldc)
{
    size_t lda = ta == SP_PLAIN ? k : wi, ldb = ta == SP_PLAIN ? k : wj;
    if (!same) {
        sp_gemm(ta, ta == SP_PLAIN ? SP_TRANSPOSED : SP_PLAIN, wi, wj, k, scale, a, lda, b, ldb, 1, c, ldc);
        return;
    }
    int before = sp_single_thread_begin();
    cblas_dsyrk(CblasRowMajor, CblasLower, ta == SP_PLAIN ? CblasNoTrans : CblasTrans, (int)wi, (int)k, scale, a, (int)lda,
                1, c, (int)ldc);
    sp_single_thread_end(before);
}

static sp_status covariance_block(sp_run *worker, size_t block, void *context)
{
    const moments *m = context;
    size_t d = m->rows.d, n = m->rows.n, triangle = m->tiles * (m->tiles + 1) / 2, group = block / triangle, ti, tj;
    tile_of(block % triangle, &ti, &tj);
    size_t i0 = tile_start(d, m->tiles, ti), j0 = tile_start(d, m->tiles, tj);
    size_t wi = tile_start(d, m->tiles, ti + 1) - i0, wj = tile_start(d, m->tiles, tj + 1) - j0;
    size_t first = n * group / m->groups, last = n * (group + 1) / m->groups;
    double *a = SP_NEW(worker, double, CHUNK *wi), *b = ti == tj ? a : SP_NEW(worker, double, CHUNK *wj);
    if (!a || !b)
        return SP_FAILED;
    double *c = m->partial + group * d * d + i0 * d + j0;
    for (size_t i = first; i < last; i += CHUNK) {
        size_t count = last - i < CHUNK ? last - i : CHUNK;
        sp_rows_copy(m->rows, i, count, i0, wi, m->mean, a);
        if (b != a)
            sp_rows_copy(m->rows, i, count, j0, wj, m->mean, b);
        add_tile(ti == tj, SP_TRANSPOSED, wi, wj, count, 1 / m->divisor, a, b, c, d);
    }
    return SP_OK;
}

/* Copies the lower triangle onto the upper one. */
static void mirror(size_t n, double *a)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            a[i * n + j] = a[j * n + i];
}

sp_status sp_covariance(sp_run *run, sp_rows rows, const double *mean, double divisor, double *covariance)
{
    size_t d = rows.d;
    moments m = {
        .rows = rows, .mean = mean, .tiles = (d + TILE - 1) / TILE, .groups = count_groups(rows.n), .divisor = divisor};
    if (m.tiles > 3)
        m.groups = 1; /* enough tiles to share out */
    sp_mark mark = sp_memory_mark(run);
    memset(covariance, 0, d * d * sizeof *covariance);
    m.partial = m.groups == 1 ? covariance : SP_NEW(run, double, m.groups *d *d);
    sp_status status =
        m.partial ? sp_parallel(run, m.groups * m.tiles * (m.tiles + 1) / 2, covariance_block, &m) : SP_FAILED;
    if (status == SP_OK && m.groups > 1)
        for (size_t g = 0; g < m.groups; g++)
            for (size_t i = 0; i < d * d; i++)
                covariance[i] += m.partial[g * d * d + i];
    if (status == SP_OK)
        mirror(d, covariance);
    sp_memory_release(run, mark);
    return status;
}

static sp_status gram_block(sp_run *worker, size_t block, void *context)
{
    const moments *m = context;
    size_t d = m->rows.d, n = m->rows.n, ti, tj;
    tile_of(block, &ti, &tj);
    size_t i0 = tile_start(n, m->tiles, ti), j0 = tile_start(n, m->tiles, tj);
    size_t wi = tile_start(n, m->tiles, ti + 1) - i0, wj = tile_start(n, m->tiles, tj + 1) - j0;
    double *a = SP_NEW(worker, double, wi *CHUNK), *b = ti == tj ? a : SP_NEW(worker, double, wj *CHUNK);
    if (!a || !b)
        return SP_FAILED;
    double *c = m->partial + i0 * n + j0;
    for (size_t from = 0; from < d; from += CHUNK) {
        size_t width = d - from < CHUNK ? d - from : CHUNK;
        sp_rows_copy(m->rows, i0, wi, from, width, m->mean, a);
        if (b != a)
            sp_rows_copy(m->rows, j0, wj, from, width, m->mean, b);
        add_tile(ti == tj, SP_PLAIN, wi, wj, width, 1 / m->divisor, a, b, c, n);
    }
    return SP_OK;
}

sp_status sp_gram(sp_run *run, sp_rows rows, const double *mean, double divisor, double *gram)
{
    size_t n = rows.n;
    moments m = {.rows = rows, .mean = mean, .tiles = (n + TILE - 1) / TILE, .divisor = divisor, .partial = gram};
    memset(gram, 0, n * n * sizeof *gram);
    SP_TRY(sp_parallel(run, m.tiles * (m.tiles + 1) / 2, gram_block, &m));
    mirror(n, gram);
    return SP_OK;
}
