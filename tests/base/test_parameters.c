#include "test.h"

#include "spinodal/command.h"

#include "params.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void lists_grids_and_repeats(void **state)
{
    sp_vec v;
    assert_int_equal(sp_parse_numbers(*state, "1,2,10,inf", &v), SP_OK);
    assert_int_equal(v.n, 4);
    assert_true(isinf(v.v[3]));
    assert_int_equal(sp_parse_numbers(*state, "0.1:100:4log,7", &v), SP_OK);
    assert_int_equal(v.n, 5);
    assert_true(v.v[0] == 0.1 && fabs(v.v[1] - 1) < 1e-15 && v.v[3] == 100 && v.v[4] == 7);
    assert_int_equal(sp_parse_numbers(*state, "0:1:5", &v), SP_OK);
    assert_true(v.v[1] == 0.25 && v.v[4] == 1);
    assert_int_equal(sp_parse_numbers(*state, "4x2,0.5x3", &v), SP_OK);
    assert_true(v.n == 5 && v.v[1] == 4 && v.v[2] == 0.5);
    static const char *const bad[] = {"",         ",",   "a",  "1:2", "1:2:0", "1:2:1.5",    "-1:2:3log",
                                      "1:2:1e12", "2x0", "1e", "nan", "1,,x",  "0x1p3:1:2:3"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(sp_parse_numbers(*state, bad[i], &v), SP_USAGE);
        assert_true(*sp_run_message(*state) != 0);
    }
}

static void numbers_from_a_file(void **state)
{
    char path[] = "/tmp/spinodal-test-XXXXXX";
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");
    fputs("# spectrum\n4, 2 1\n0.5\n", file);
    fclose(file);
    sp_vec v;
    assert_int_equal(sp_parse_numbers(*state, path, &v), SP_OK);
    assert_true(v.n == 4 && v.v[3] == 0.5);
    file = fopen(path, "w");
    fputs("4\nfour\n", file);
    fclose(file);
    assert_int_equal(sp_parse_numbers(*state, path, &v), SP_DATA);
    assert_non_null(strstr(sp_run_message(*state), "line 2"));
    unlink(path);
}

static void numbers_ignore_the_locale(void **state)
{
    (void)state;
    setlocale(LC_ALL, "de_DE.UTF-8"); /* where installed: decimal comma */
    double x;
    assert_true(sp_parse_number("1.5", &x) && x == 1.5);
    assert_false(sp_parse_number("1,5", &x));
    setlocale(LC_ALL, "C");
}

typedef struct {
    double real;
    size_t size;
    bool flag;
    int choice;
    sp_vec vec;
} params;

static const sp_param declared[] = {SP_REAL(params, real, "1", SP_OPEN_FRACTION, "", ""),
                                    SP_SIZE(params, size, "1", SP_AT_LEAST(2), "", ""), SP_FLAG(params, flag, ""),
                                    SP_CHOICE(params, choice, "one|two|three", "one", ""),
                                    SP_VEC(params, vec, "", SP_POSITIVE, "", "")};

static void typed_parameters(void **state)
{
    params p;
    static const char *const good[] = {"0.5", "7", "yes", "three", "1,2"};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(sp_param_set(*state, &declared[i], good[i], &p), SP_OK);
    assert_true(p.real == 0.5 && p.size == 7 && p.flag && p.choice == 2 && p.vec.n == 2);
    static const char *const bad[] = {"1", "1", "maybe", "thre", "1,0", "x", "2.5", "", "", "a"};
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(sp_param_set(*state, &declared[i % 5], bad[i], &p), SP_USAGE);
}

static void near_names(void **state)
{
    (void)state;
    const char *names[] = {"alpha", "spectrum", "h"};
    assert_string_equal(sp_nearest("alhpa", 3, names), "alpha");
    assert_null(sp_nearest("velocity", 3, names));
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(lists_grids_and_repeats), SP_TEST(numbers_from_a_file),
                                       SP_TEST(numbers_ignore_the_locale), SP_TEST(typed_parameters), SP_TEST(near_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
