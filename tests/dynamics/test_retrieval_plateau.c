/* Two-stage dynamics: descent kept blind, released, and the time it takes to find the signal (spec 19, 3.2 and 4). */
#include "test.h"

#include "close.h"

#include "spinodal/phase_retrieval.h"

#include <math.h>
#include <string.h>

static double sizes[] = {24, 96};

static sp_retrieval_plateau_params params(void)
{
    return (sp_retrieval_plateau_params){.loss = {SP_RETRIEVAL_REGULARISED, 1},
                                         .samples_per_dim = 14,
                                         .N = {2, sizes},
                                         .instances = 6,
                                         .starts = 2,
                                         .records = 20,
                                         .t_blind = 4,
                                         .t_max = 30};
}

static void test_stages(void **state)
{
    (void)state;
    sp_retrieval_plateau_params p = params();
    sp_retrieval_plateau r;
    sp_retrieval_state threshold;
    assert_int_equal(sp_retrieval_plateau_run(test_run(), &p, &r), SP_OK);
    assert_int_equal(sp_retrieval_threshold(test_run(), &p.loss, 14, &threshold), SP_OK);
    assert_int_equal(r.n, 2);
    assert_int_equal(r.n_curves, 2 * 21);
    for (size_t i = 0; i < r.n; i++) {
        const sp_retrieval_plateau_size *s = &r.size[i];
        assert_int_equal(s->escaped, 12);
        assert_true(s->rate.value > 0 && s->rate.se > 0 && s->escape.value > 0 && s->escape.value < 30);
        /* blind descent comes down to the threshold energy like t^(-2/3): above it by less than a fifth at t = 4 */
        assert_close(s->energy.value, 1.1 * threshold.energy, 0.1 * threshold.energy + 5 * s->energy.se);
        const sp_retrieval_plateau_moment *first = &r.curve[i * 21], *last = &r.curve[i * 21 + 20];
        assert_close(first->t, -4, 1e-12);
        assert_close(last->t, 30, 1e-9);
        assert_true(isnan(first->m.value)); /* kept at zero */
        assert_close(last->m.value, 1, 0.01);
        assert_true(last->energy.value < 1e-2 * s->energy.value);
    }
    assert_true(r.size[1].escape.value > r.size[0].escape.value);
    /* a line through two points */
    assert_close(r.slope.value, (r.size[1].escape.value - r.size[0].escape.value) / log(4), 1e-9);
}

/* random starts, one start, same bits for any threads, bad input */
static void test_options(void **state)
{
    (void)state;
    sp_retrieval_plateau_params p = params();
    sp_retrieval_plateau a, b;
    p.t_blind = 0, p.starts = 1, p.instances = 3;
    sp_run *one = sp_run_create(&(sp_run_options){.seed = 1, .threads = 1});
    assert_int_equal(sp_retrieval_plateau_run(test_run(), &p, &a), SP_OK);
    assert_int_equal(sp_retrieval_plateau_run(one, &p, &b), SP_OK);
    assert_memory_equal(a.size, b.size, a.n * sizeof *a.size);
    sp_run_free(one);
    /* the overlap of the start, at t = 0 */
    assert_close(a.curve[0].m.value, 1 / sqrt(24), 1e-9);
    assert_close(a.curve[0].t, 0, 0);
    p.N.n = 1;
    assert_int_equal(sp_retrieval_plateau_run(test_run(), &p, &a), SP_OK);
    assert_true(isnan(a.slope.value));
    p.t_max = 0;
    assert_int_equal(sp_retrieval_plateau_run(test_run(), &p, &a), SP_USAGE);
    p = params();
    double odd[] = {20.5};
    p.N = (sp_vec){1, odd};
    assert_int_equal(sp_retrieval_plateau_run(test_run(), &p, &a), SP_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(test_stages), SP_TEST(test_options)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
