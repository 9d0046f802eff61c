#include "test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BLOCKS = 40, PER_BLOCK = 100 };

static sp_status fill(sp_run *worker, size_t block, void *context)
{
    double *out = (double *)context + block * PER_BLOCK;
    sp_rng rng = sp_rng_at(worker, "fill", block);
    sp_normals(&rng, PER_BLOCK, out);
    return SP_OK;
}

static void same_bits_for_any_threads(void **state)
{
    (void)state;
    double first[BLOCKS * PER_BLOCK], other[BLOCKS * PER_BLOCK];
    for (int threads = 1; threads <= 5; threads++) {
        sp_run *run = sp_run_create(&(sp_run_options){.seed = 3, .threads = threads});
        double *out = threads == 1 ? first : other;
        assert_int_equal(sp_parallel(run, BLOCKS, fill, out), SP_OK);
        if (threads > 1)
            assert_memory_equal(first, other, sizeof first);
        sp_run_free(run);
    }
}

static sp_status fail_some(sp_run *worker, size_t block, void *context)
{
    (void)context;
    if (block % 7 == 3)
        return sp_fail(worker, SP_DATA, "block %zu", block);
    if (block == 1)
        sp_warn(worker, "a warning");
    return SP_OK;
}

static void lowest_failing_block_wins(void **state)
{
    for (int i = 0; i < 20; i++) {
        assert_int_equal(sp_parallel(*state, BLOCKS, fail_some, NULL), SP_DATA);
        assert_string_equal(sp_run_message(*state), "block 3");
    }
    assert_int_equal(sp_run_warnings(*state), 1);
}

typedef struct {
    double *out;
    size_t stop_at, computed;
    volatile int *cancel;
} interrupted;

static sp_status fill_until(sp_run *worker, size_t block, void *context)
{
    interrupted *c = context;
    if (block == c->stop_at)
        *c->cancel = 1;
    c->computed++;
    return fill(worker, block, c->out);
}

static void interrupted_then_resumed_gives_the_same_bits(void **state)
{
    (void)state;
    char dir[] = "/tmp/spinodal-test-XXXXXX";
    assert_non_null(mkdtemp(dir));
    volatile int cancel = 0;
    sp_run_options options = {.seed = 3, .threads = 1, .checkpoint_dir = dir, .cancel = &cancel};
    double whole[BLOCKS * PER_BLOCK];

    sp_run *run = sp_run_create(&options);
    interrupted c = {SP_NEW(run, double, BLOCKS *PER_BLOCK), 17, 0, &cancel};
    assert_int_equal(sp_parallel_resumable(run, "work", BLOCKS, c.out, PER_BLOCK * sizeof(double), fill_until, &c),
                     SP_STOPPED);
    sp_run_free(run);

    cancel = 0;
    options.resume = true;
    run = sp_run_create(&options);
    c = (interrupted){SP_NEW(run, double, BLOCKS *PER_BLOCK), SIZE_MAX, 0, &cancel};
    assert_int_equal(sp_parallel_resumable(run, "work", BLOCKS, c.out, PER_BLOCK * sizeof(double), fill_until, &c), SP_OK);
    assert_int_equal(c.computed, BLOCKS - 18);
    assert_int_equal(sp_parallel(run, BLOCKS, fill, whole), SP_OK);
    assert_memory_equal(whole, c.out, sizeof whole);
    sp_run_free(run);

    char file[64];
    snprintf(file, sizeof file, "%s/work.ckpt", dir);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(rmdir(dir), 0);
}

static void time_limit_stops(void **state)
{
    (void)state;
    sp_run *run = sp_run_create(&(sp_run_options){.time_limit = 1e-9});
    assert_int_equal(sp_poll(run), SP_STOPPED);
    sp_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(same_bits_for_any_threads), SP_TEST(lowest_failing_block_wins),
                                       SP_TEST(interrupted_then_resumed_gives_the_same_bits), SP_TEST(time_limit_stops)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
