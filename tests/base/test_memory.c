#include "test.h"

#include <string.h>

static void aligned_zeroed_and_released(void **state)
{
    sp_mark mark = sp_memory_mark(*state);
    for (int round = 0; round < 3; round++) {
        for (size_t n = 1; n < 100000; n = 3 * n + 1) {
            char *p = sp_alloc(*state, n, 1);
            assert_int_equal((uintptr_t)p % 64, 0);
            for (size_t i = 0; i < n; i++)
                assert_int_equal(p[i], 0);
            memset(p, 1, n);
        }
        sp_memory_release(*state, mark);
    }
}

static void limit_is_kept(void **state)
{
    (void)state;
    sp_run *run = sp_run_create(&(sp_run_options){.max_memory = 1 << 20});
    assert_non_null(sp_alloc(run, 1000, 1));
    assert_null(sp_alloc(run, 2 << 20, 1));
    assert_non_null(strstr(sp_run_message(run), "--max-memory"));
    assert_null(sp_alloc(run, SIZE_MAX / 4, 8));
    assert_int_equal(sp_need_memory(run, 1e7, "the table"), SP_FAILED);
    assert_int_equal(sp_need_memory(run, 1e5, "the table"), SP_OK);
    sp_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(aligned_zeroed_and_released), SP_TEST(limit_is_kept)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
