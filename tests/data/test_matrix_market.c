/* MatrixMarket: dense and sparse, symmetries, and damaged files. */
#include "data_test.h"

static const sp_dataset *matrix(sp_run *run, const char *text) { return open_ok(run, write_text("m.mtx", text), &raw); }

static void check(const char *text, size_t n, size_t d, const double *values)
{
    sp_run *run = new_run();
    const sp_dataset *data = matrix(run, text);
    assert_true(data->n == n && data->d == d);
    for (size_t i = 0; i < n * d; i++)
        assert_true(data->x64[i] == values[i]);
    sp_run_free(run);
}

static void dense(void **state)
{
    (void)state;
    const double a[] = {1, 4, 2, -5, 3, 6.5};
    check("%%MatrixMarket matrix array real general\n% a comment \"\n3 2\n1\n2\n3\n4\n-5\n6.5e0\n", 3, 2, a);
    check("%%matrixmarket MATRIX Array Double General\r\n\r\n3 2\r\n1 2 3 4 -5 6.5", 3, 2, a);
    const double s[] = {1, 2, 2, 3}, k[] = {0, -2, 2, 0};
    check("%%MatrixMarket matrix array integer symmetric\n2 2\n1\n2\n3\n", 2, 2, s);
    check("%%MatrixMarket matrix array real skew-symmetric\n2 2\n2\n", 2, 2, k);
}

static void sparse(void **state)
{
    (void)state;
    const double a[] = {0, 0, 2, 0, 1.5, 0}, p[] = {1, 0, 0, 1, 0, 0}, s[] = {7, 3, 3, 0};
    check("%%MatrixMarket matrix coordinate real general\n3 2 3\n2 1 2\n3 1 1\n% between\n3 1 .5\n", 3, 2, a);
    check("%%MatrixMarket matrix coordinate pattern general\n3 2 2\n1 1\n2 2\n", 3, 2, p);
    check("%%MatrixMarket matrix coordinate real symmetric\n2 2 2\n1 1 7\n2 1 3\n", 2, 2, s);
    sp_run *run = new_run();
    const char *text = "%%MatrixMarket matrix array real general\n1 2\n1\n2\n";
    const sp_dataset *data = open_ok(run, write_gz("m.mtx.gz", text, strlen(text)), &raw);
    assert_true(data->n == 1 && data->x64[1] == 2);
    sp_run_free(run);
}

static void damaged(void **state)
{
    (void)state;
#define BANNER "%%MatrixMarket matrix "
    static const char *const cases[][2] = {
        {BANNER "array complex general\n1 1\n1 0\n", "only real"},
        {BANNER "coordinate complex hermitian\n1 1 1\n1 1 1 0\n", "only real"},
        {BANNER "array pattern general\n1 1\n1\n", "pattern"},
        {BANNER "array real odd\n1 1\n1\n", "odd"},
        {BANNER "vector real general\n1 1\n1\n", "coordinate"},
        {BANNER "array real general\n2 2\n1\n2\n3\n", "ends before"},
        {BANNER "array real general\n2 2\n1\n2\n3\n4\n5\n", "after the last"},
        {BANNER "array real general\n2 1\n1\nx\n", "line 4"},
        {BANNER "array real general\n2 1\n1\nnan\n", "finite"},
        {BANNER "array real general\n0 1\n", "whole number"},
        {BANNER "array real general\n100000 100000\n1\n", "too short"},
        {BANNER "array real symmetric\n2 1\n1\n2\n", "symmetric"},
        {BANNER "coordinate real general\n2 2 1\n3 1 1\n", "from 1 to 2"},
        {BANNER "coordinate real general\n2 2 1\n0 1 1\n", "from 1 to 2"},
        {BANNER "coordinate real general\n2 2 1\n1.5 1 1\n", "from 1 to 2"},
        {BANNER "coordinate real general\n2 2 900000000\n1 1 1\n", "whole number"},
        {BANNER, "ends before"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sp_run *run = new_run();
        open_refused(run, write_text("m.mtx", cases[i][0]), &raw, SP_DATA, cases[i][1], NULL);
        sp_run_free(run);
    }
    sp_run *run = sp_run_create(&(sp_run_options){.max_memory = 1 << 26});
    open_refused(run, write_text("m.mtx", BANNER "coordinate real general\n100000 100000 1\n1 1 1\n"), &raw, SP_FAILED, "GB",
                 NULL);
    sp_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(dense), cmocka_unit_test(sparse), cmocka_unit_test(damaged)};
    return cmocka_run_group_tests(tests, NULL, remove_temp);
}
