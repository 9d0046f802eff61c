/* Brute force over tiles of float products, with a rigorous bound of their rounding. */
#include "math/gemm_float.h"
#include "math/neighbours_private.h"

#include <math.h>
#include <string.h>

enum { POINT_TILE = 1024, MAX_QUERY_TILE = 256, MIN_QUERY_TILE = 32, BUFFER = 64, LANES = 4 };

double sp_distance2(size_t d, const double *x, const double *y)
{
    double sum = 0;
    for (size_t j = 0; j < d; j++)
        sum += (x[j] - y[j]) * (x[j] - y[j]);
    return sum;
}

double sp_best_limit(const sp_best *b) { return b->n < b->k ? INFINITY : b->distance2[b->k - 1]; }

void sp_best_insert(sp_best *b, size_t index, double distance2)
{
    size_t i = b->n;
    if (b->n == b->k) {
        i = b->k - 1;
        if (distance2 > b->distance2[i] || (distance2 == b->distance2[i] && index > b->index[i]) || isnan(distance2))
            return;
    }
    else {
        b->n++;
    }
    for (; i > 0 && (b->distance2[i - 1] > distance2 || (b->distance2[i - 1] == distance2 && b->index[i - 1] > index));
         i--) {
        b->distance2[i] = b->distance2[i - 1];
        b->index[i] = b->index[i - 1];
    }
    b->distance2[i] = distance2;
    b->index[i] = index;
}

sp_status sp_neighbours_check(sp_run *run, sp_rows queries, sp_rows points, size_t k, bool same)
{
    if (queries.d != points.d)
        return sp_fail(run, SP_DATA, "neighbours: queries have %zu columns, points %zu", queries.d, points.d);
    if (k == 0 || k + same > points.n)
        return sp_fail(run, SP_DATA, "neighbours: %zu neighbours asked among %zu points", k, points.n - same);
    return SP_OK;
}

typedef struct {
    sp_rows queries, points;
    const double *mean;
    size_t k, query_tile;
    bool same;
    size_t *index;
    double *distance2;
} search;

/* Points waiting for their exact distance from one query. */
typedef struct {
    size_t n, index[BUFFER];
} waiting;

/* Exact distances of LANES points at a time: independent sums hide the latency of the additions. */
static void evaluate(const search *s, size_t query, waiting *w, sp_best *best)
{
    size_t d = s->points.d;
    for (size_t first = 0; first < w->n; first += LANES) {
        size_t row[LANES];
        double sum[LANES] = {0};
        for (size_t l = 0; l < LANES; l++)
            row[l] = w->index[first + l < w->n ? first + l : w->n - 1];
        if (s->points.f && s->queries.f) {
            const float *x = s->queries.f + query * d;
            for (size_t j = 0; j < d; j++)
                for (size_t l = 0; l < LANES; l++) {
                    double e = (double)x[j] - (double)s->points.f[row[l] * d + j];
                    sum[l] += e * e;
                }
        }
        else {
            for (size_t j = 0; j < d; j++)
                for (size_t l = 0; l < LANES; l++) {
                    double x = s->queries.f ? (double)s->queries.f[query * d + j] : s->queries.v[query * d + j];
                    double y = s->points.f ? (double)s->points.f[row[l] * d + j] : s->points.v[row[l] * d + j];
                    sum[l] += (x - y) * (x - y);
                }
        }
        for (size_t l = 0; l < LANES && first + l < w->n; l++)
            sp_best_insert(best, row[l], sum[l]);
    }
    w->n = 0;
}

#define CLONES __attribute__((target_clones("avx512f", "avx2", "default")))

CLONES static void centre_float(size_t d, const float *x, const double *mean, float *restrict out)
{
    for (size_t j = 0; j < d; j++)
        out[j] = (float)((double)x[j] - mean[j]);
}

CLONES static void centre_double(size_t d, const double *x, const double *mean, float *restrict out)
{
    for (size_t j = 0; j < d; j++)
        out[j] = (float)(x[j] - mean[j]);
}

CLONES static double square(size_t d, const float *x)
{
    enum { PARTS = 16 };
    double part[PARTS] = {0}, sum = 0;
    size_t j = 0;
    for (; j + PARTS <= d; j += PARTS)
        for (size_t l = 0; l < PARTS; l++)
            part[l] += (double)x[j + l] * (double)x[j + l];
    for (; j < d; j++)
        sum += (double)x[j] * (double)x[j];
    for (size_t l = 0; l < PARTS; l++)
        sum += part[l];
    return sum;
}

/* Rows minus the mean, in float, with their squared norms. Returns the largest norm. */
static double load(sp_rows rows, const double *mean, size_t first, size_t count, float *out, float *norms2)
{
    double largest = 0;
    for (size_t i = 0; i < count; i++) {
        size_t start = (first + i) * rows.d;
        float *to = out + i * rows.d;
        if (rows.f)
            centre_float(rows.d, rows.f + start, mean, to);
        else
            centre_double(rows.d, rows.v + start, mean, to);
        double sum = square(rows.d, to);
        norms2[i] = (float)sum;
        largest = fmax(largest, sqrt(sum));
    }
    return largest;
}

/* |exact - (|x|^2 + |y|^2 - 2 x.y in float)| is below this for norms x and <= y: products and sums (d + 1 roundings), the
 * rounded norms, and the rounding of the centred rows themselves. u = 2^-24; second order is covered by the factor. */
static double error_bound(size_t d, double x, double y)
{
    double u = 0x1p-24, sum = x + y;
    return 1.1 * u * (2 * ((double)d + 2) * x * y + 4 * sum * sum);
}

static sp_status search_block(sp_run *worker, size_t block, void *context)
{
    const search *s = context;
    size_t d = s->points.d, first = block * s->query_tile;
    size_t count = s->queries.n - first < s->query_tile ? s->queries.n - first : s->query_tile;
    float *x = SP_NEW(worker, float, count *d), *y = SP_NEW(worker, float, POINT_TILE *d);
    float *x2 = SP_NEW(worker, float, count), *y2 = SP_NEW(worker, float, POINT_TILE);
    float *products = SP_NEW(worker, float, count *POINT_TILE);
    waiting *w = SP_NEW(worker, waiting, count);
    sp_best *best = SP_NEW(worker, sp_best, count);
    if (!x || !y || !x2 || !y2 || !products || !w || !best)
        return SP_FAILED;
    for (size_t i = 0; i < count; i++)
        best[i] = (sp_best){s->k, 0, s->index + (first + i) * s->k, s->distance2 + (first + i) * s->k};
    load(s->queries, s->mean, first, count, x, x2);
    for (size_t p = 0; p < s->points.n; p += POINT_TILE) {
        SP_TRY(sp_poll(worker));
        size_t width = s->points.n - p < POINT_TILE ? s->points.n - p : POINT_TILE;
        double largest = load(s->points, s->mean, p, width, y, y2);
        SP_TRY(sp_gemm_float(worker, SP_PLAIN, SP_TRANSPOSED, count, width, d, -2, x, d, y, d, 0, products, width));
        for (size_t i = 0; i < count; i++) {
            double bound = error_bound(d, sqrt((double)x2[i]), largest) - (double)x2[i];
            float limit = (float)nextafter(sp_best_limit(&best[i]) + bound, INFINITY), *row = products + i * width;
            for (size_t j = 0; j < width; j++)
                row[j] += y2[j];
            for (size_t j = 0; j < width; j++) {
                if (row[j] > limit || (s->same && p + j == first + i))
                    continue;
                w[i].index[w[i].n++] = p + j;
                if (w[i].n == BUFFER) {
                    evaluate(s, first + i, &w[i], &best[i]);
                    limit = (float)nextafter(sp_best_limit(&best[i]) + bound, INFINITY);
                }
            }
        }
    }
    for (size_t i = 0; i < count; i++)
        evaluate(s, first + i, &w[i], &best[i]);
    return SP_OK;
}

sp_status sp_neighbours_brute(sp_run *run, sp_rows queries, sp_rows points, size_t k, bool same, size_t *index,
                              double *distance2)
{
    SP_TRY(sp_neighbours_check(run, queries, points, k, same));
    sp_mark mark = sp_memory_mark(run);
    double *mean = SP_NEW(run, double, points.d);
    if (!mean)
        return SP_FAILED;
    SP_TRY(sp_rows_mean(run, points, mean));
    size_t tile = queries.n / 16; /* enough blocks to share out, wide enough for the products */
    tile = tile < MIN_QUERY_TILE ? MIN_QUERY_TILE : tile > MAX_QUERY_TILE ? MAX_QUERY_TILE : tile;
    search s = {queries, points, mean, k, tile, same, index, distance2};
    sp_status status = sp_parallel(run, (queries.n + tile - 1) / tile, search_block, &s);
    sp_memory_release(run, mark);
    return status;
}

sp_status sp_neighbours(sp_run *run, sp_rows queries, sp_rows points, size_t k, bool same, size_t *index, double *distance2)
{
    bool tree = points.d <= 8 && points.n >= 2000;
    return (tree ? sp_neighbours_tree : sp_neighbours_brute)(run, queries, points, k, same, index, distance2);
}
