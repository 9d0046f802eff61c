#include "close.h"
#include "math/neighbours.h"

#include <stdlib.h>
#include <string.h>

static sp_run *run_with(int threads) { return sp_run_create(&(sp_run_options){.seed = 9, .threads = threads}); }

typedef struct {
    double distance2;
    size_t index;
} pair;

static int order(const void *a, const void *b)
{
    const pair *p = a, *q = b;
    if (p->distance2 != q->distance2)
        return p->distance2 < q->distance2 ? -1 : 1;
    return (p->index > q->index) - (p->index < q->index);
}

static void check(size_t nq, size_t n, size_t d, size_t k, bool same, float offset, int levels)
{
    sp_run *runs[2] = {run_with(1), run_with(2)}, *run = runs[0];
    float *x = SP_NEW(run, float, n *d), *q = same ? x : SP_NEW(run, float, nq *d);
    sp_rng rng = sp_rng_at(run, "x", n + d);
    sp_normals_float(&rng, n * d, x);
    if (!same)
        sp_normals_float(&rng, nq * d, q);
    for (size_t i = 0; i < n * d; i++)
        x[i] = (levels ? roundf(x[i] * (float)levels) : x[i]) + offset;
    for (size_t i = 0; !same && i < nq * d; i++)
        q[i] = (levels ? roundf(q[i] * (float)levels) : q[i]) + offset;
    size_t *index = SP_NEW(run, size_t, nq * k), *other = SP_NEW(run, size_t, nq * k);
    double *distance2 = SP_NEW(run, double, nq *k), *other2 = SP_NEW(run, double, nq *k), xd[64], qd[64];
    sp_rows queries = sp_rows_float(nq, d, q), points = sp_rows_float(n, d, x);
    assert_int_equal(sp_neighbours_brute(runs[0], queries, points, k, same, index, distance2), SP_OK);
    assert_int_equal(sp_neighbours_brute(runs[1], queries, points, k, same, other, other2), SP_OK);
    assert_memory_equal(index, other, nq * k * sizeof *index);
    assert_memory_equal(distance2, other2, nq * k * sizeof *distance2);
    if (d <= 8) {
        memset(other, 0, nq * k * sizeof *other);
        assert_int_equal(sp_neighbours_tree(runs[1], queries, points, k, same, other, other2), SP_OK);
        assert_memory_equal(index, other, nq * k * sizeof *index);
        assert_memory_equal(distance2, other2, nq * k * sizeof *distance2);
    }
    pair *all = SP_NEW(run, pair, n);
    for (size_t i = 0; i < nq; i += 1 + nq / 40) {
        size_t m = 0;
        sp_rows_copy(queries, i, 1, 0, d, NULL, qd);
        for (size_t j = 0; j < n; j++) {
            if (same && i == j)
                continue;
            sp_rows_copy(points, j, 1, 0, d, NULL, xd);
            all[m++] = (pair){sp_distance2(d, qd, xd), j};
        }
        qsort(all, m, sizeof *all, order);
        for (size_t r = 0; r < k; r++) {
            assert_int_equal(index[i * k + r], all[r].index);
            assert_true(distance2[i * k + r] == all[r].distance2);
        }
    }
    sp_run_free(runs[1]);
    sp_run_free(runs[0]);
}

static void test_exact(void **state)
{
    (void)state;
    check(300, 2500, 5, 7, false, 0, 0);
    check(1500, 1500, 3, 2, true, 0, 0);
    check(100, 3000, 40, 10, false, 0, 0);
    check(100, 1100, 30, 3, false, 1000, 0); /* far from the origin: the mean is taken out */
    check(400, 400, 2, 5, true, 0, 2);       /* a lattice: many ties and duplicates */
    check(200, 2000, 8, 70, false, 5, 1);
    check(3, 1, 4, 1, false, 0, 0);
    check(2, 2, 1, 1, true, 0, 0);
}

typedef struct {
    size_t n;
    double largest;
} seen;

static void count(size_t row, double distance2, void *context)
{
    (void)row;
    seen *s = context;
    s->n++;
    s->largest = fmax(s->largest, distance2);
}

static void test_tree(void **state)
{
    (void)state;
    enum { N = 3000 };
    sp_run *run = run_with(1);
    double x[N * 2], at[2] = {1, 2};
    sp_rng rng = sp_rng_at(run, "x", 0);
    sp_normals(&rng, N * 2, x);
    for (size_t i = 0; i < 100; i++) /* a hundred copies of one point */
        memcpy(x + 2 * (i * 7), at, sizeof at);
    const sp_tree *tree;
    assert_int_equal(sp_tree_create(run, sp_rows_double(N, 2, x), &tree), SP_OK);
    seen s = {0};
    sp_tree_ball(tree, at, 7, 0, count, &s);
    assert_int_equal(s.n, 99);
    s = (seen){0};
    sp_tree_ball(tree, at, SP_NO_ROW, 0.5, count, &s);
    size_t inside = 0;
    for (size_t i = 0; i < N; i++)
        inside += sp_distance2(2, x + 2 * i, at) <= 0.5;
    assert_int_equal(s.n, inside);
    assert_true(s.largest <= 0.5);
    size_t index[5];
    double distance2[5];
    assert_int_equal(sp_tree_nearest(tree, at, 0, 5, index, distance2), 5);
    assert_true(index[0] == 7 && index[4] == 35 && distance2[4] == 0);
    x[5] = NAN;
    assert_int_equal(sp_tree_create(run, sp_rows_double(N, 2, x), &tree), SP_DATA);
    size_t i1[4];
    double d1[4];
    assert_int_equal(sp_neighbours(run, sp_rows_double(2, 2, x), sp_rows_double(2, 2, x), 2, true, i1, d1), SP_DATA);
    sp_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_exact), cmocka_unit_test(test_tree)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
