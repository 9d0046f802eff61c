/* What the tests share: a fresh run as the state of every test. */
#ifndef SPINODAL_TEST_H
#define SPINODAL_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "spinodal/base.h"

#include <stdlib.h>

static sp_run *sp_test_run_;

static inline sp_run *test_run(void) { return sp_test_run_; }

static inline int sp_test_setup(void **state)
{
    static const sp_run_options options = {.seed = 1, .threads = 2, .max_memory = (size_t)4 << 30};
    *state = sp_test_run_ = sp_run_create(&options);
    return *state ? 0 : -1;
}

static inline int sp_test_teardown(void **state)
{
    sp_run_free(*state);
    return 0;
}

#define SP_TEST(function) cmocka_unit_test_setup_teardown(function, sp_test_setup, sp_test_teardown)

#endif
