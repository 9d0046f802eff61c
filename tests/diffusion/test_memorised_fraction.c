#include "close.h"
#include "test.h"

#include "spinodal/memorization.h"

#include <math.h>
#include <string.h>

static const sp_data_options raw = {.scale = "none", .keep_mean = true};

static const sp_dataset *rows(size_t n, size_t d, const double *x)
{
    const sp_dataset *a;
    assert_int_equal(sp_dataset_from_memory(test_run(), x, SP_FLOAT64, n, d, NULL, &raw, NULL, &a), SP_OK);
    return a;
}

static void test_copies(void **state)
{
    (void)state;
    /* the third row copies the first; generated: a copy, a new point, an exact copy */
    const double train[] = {0, 0, 10, 0, 0, 0, 0, 10}, generated[] = {0.5, 0, 5, 5, 0, 10};
    sp_memorization_fraction_params p = {rows(4, 2, train), rows(3, 2, generated), rows(1, 2, generated + 2), 1. / 3, 500};
    sp_memorization_fraction_result r;
    const sp_copy *c;
    assert_int_equal(sp_memorization_fraction(test_run(), &p, &r, &c), SP_OK);
    assert_int_equal(r.duplicates, 1);
    assert_int_equal(r.copied, 2);
    assert_close(r.f_mem, 2. / 3, 1e-15);
    assert_close(c[0].d1, .5, 1e-15);
    assert_close(c[0].d2, 9.5, 1e-15);
    assert_int_equal(c[2].nearest, 3);
    assert_close(c[2].ratio, 0, 0);
    assert_false(c[1].copied);
    assert_close(r.f_mem_held_out, 0, 0);
    /* bootstrap of a binomial: sqrt(f (1 - f) / n) = .272, known to 1/sqrt(2 x 500) */
    assert_close_rel(r.f_mem_se, sqrt(2. / 9 / 3), .16);
}

static void test_refusals(void **state)
{
    (void)state;
    const double equal[] = {1, 1, 1, 1, 1, 1};
    sp_memorization_fraction_result r;
    const sp_copy *c;
    sp_memorization_fraction_params p = {rows(3, 2, equal), rows(1, 2, equal), NULL, 1. / 3, 10};
    assert_int_equal(sp_memorization_fraction(test_run(), &p, &r, &c), SP_DATA);
    p.data = rows(1, 2, equal);
    assert_int_equal(sp_memorization_fraction(test_run(), &p, &r, &c), SP_DATA);
    p = (sp_memorization_fraction_params){rows(3, 2, equal), rows(2, 3, equal), NULL, 1. / 3, 10};
    assert_int_equal(sp_memorization_fraction(test_run(), &p, &r, &c), SP_DATA);
}

/* Gaussian rows: the times are those of the simulation of the same model, within errors; losses start at one. */
static void test_gaussian_data(void **state)
{
    (void)state;
    enum { N = 250, D = 20 };
    static const double times[] = {0, 10, 1000}, unit[] = {1};
    double x[N * D];
    sp_rng rng = sp_rng_at(test_run(), "rows", 0);
    sp_normals(&rng, N * D, x);
    sp_memorization_data_params p = {rows(N, D, x), "tanh", 0.1, 0.2, 0.05, 300, 3, 0, {3, times}};
    sp_memorization_data_result r;
    sp_memorization_data_detail detail;
    assert_int_equal(sp_memorization_data(test_run(), &p, &r, &detail), SP_OK);
    assert_int_equal(r.n, 200);
    assert_close(detail.subset[2].curve[0].train, 1, 1e-12);
    assert_close(detail.subset[2].curve[0].test, 1, 1e-12);
    sp_memorization_simulate_params s = {"tanh", 1, 15, 10, 0.1, {1, unit}, D, 4, {3, times}};
    sp_memorization_simulate_result simulated;
    sp_score_measured m[3];
    assert_int_equal(sp_memorization_simulate(test_run(), &s, &simulated, m), SP_OK);
    /* one set of 50 held-out rows: relative error of a mean of 50 x 20 squares sqrt(2/1000) = .045 */
    for (int i = 1; i < 3; i++) {
        assert_close_rel(detail.subset[2].curve[i].train, m[i].train, .05);
        assert_close_rel(detail.subset[2].curve[i].test, m[i].test, 3 * .045);
    }
    assert_true(detail.subset[0].train_time_leave < detail.subset[1].train_time_leave);
    assert_true(detail.subset[1].train_time_leave < detail.subset[2].train_time_leave);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_copies), SP_TEST(test_refusals), SP_TEST(test_gaussian_data)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
