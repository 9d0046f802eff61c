/* Closed forms against samples, and what the commands of the group write. */
#include "close.h"
#include "test.h"

#include "spinodal/command.h"
#include "spinodal/select.h"

#include <string.h>

static sp_result *call(const char *command, size_t n, const char *const *args)
{
    sp_result *r;
    assert_int_equal(sp_call(test_run(), command, NULL, n, args, &r), SP_OK);
    return r;
}

static double scalar(const sp_result *r, const char *name)
{
    double x;
    assert_true(sp_result_number(r, name, &x));
    return x;
}

static double cell(const sp_result *r, const char *table, size_t row, const char *column)
{
    const sp_table *t = sp_result_find_table(r, table);
    size_t c = 0;
    assert_true(t && row < sp_table_rows(t) && sp_table_find_column(t, column, &c));
    return sp_table_cell(t, row, c).number;
}

/* spec 11, 4 and 3.2 */
static void closed_forms(void **state)
{
    (void)state;
    assert_close(sp_xi_gaussian(2.0 / 3), 0.440712, 1e-6);
    assert_close(sp_codec_gaussian(5.0 / 6, 0), 0.607392, 1e-6);
    assert_close(sp_codec_gaussian(5.0 / 6, 2.0 / 3), 0.298023, 1e-6);
    assert_close(sp_codec_gaussian(0.4, 0.4), 0, 1e-15);
    assert_close(sp_codec_gaussian(1, 0.4), 1, 1e-12);
    assert_close(sp_neighbour_mutual(1), 2.0 / 3, 1e-12);
    assert_close(sp_neighbour_mutual(2), 0.62150, 1e-5);
    const char *args[] = {"r2=0.8333333333333334", "r2_given=0.6666666666666666"}, *wrong[] = {"r2=0.1", "r2_given=0.2"};
    sp_result *r = call("select.theory", 2, args), *none;
    assert_close(scalar(r, "T"), 0.298023, 1e-6);
    assert_close(scalar(r, "n_T") / scalar(r, "n_xi"), 8.0 / 3, 1e-12);
    sp_result_free(r);
    assert_int_equal(sp_call(test_run(), "select.theory", NULL, 2, wrong, &none), SP_USAGE);
}

/* y = x1 + x2/2 + x3/2, n = 10^5: R^2 have an error of about 2e-3, T that of its null law, 3e-3. */
static void normal_columns_follow_the_closed_form(void **state)
{
    (void)state;
    const char *data = "data=gen:table,d=3,n=100000,y=x1+0.5*x2+0.5*x3";
    const char *block[] = {data, "x=x1,x2"}, *given[] = {data, "x=x2", "given=x1", "permutations=0"};
    sp_result *r = call("select.codec", 2, block);
    assert_close(scalar(r, "T_gaussian"), 0.607392, 0.01);
    assert_close(scalar(r, "T"), scalar(r, "T_gaussian"), 0.015);
    sp_result_free(r);
    r = call("select.codec", 4, given);
    assert_close(scalar(r, "T_gaussian"), 0.298023, 0.01);
    assert_close(scalar(r, "T"), scalar(r, "T_gaussian"), 0.02);
    sp_result_free(r);
    const char *even[] = {"data=gen:table,d=2,n=5000,y=x1^2", "x=x1"}; /* no correlation, full dependence */
    r = call("select.codec", 2, even);
    assert_true(scalar(r, "T") > 0.95 && fabs(scalar(r, "T_gaussian")) < 0.01);
    sp_result_free(r);
}

static void dependent_columns_have_no_correlation(void **state)
{
    double y[] = {1, 3, 2, 5, 4, 6}, x[] = {1, 2, 3, 4, 5, 7, 2, 4, 6, 8, 10, 14}, T;
    size_t index[] = {0, 1};
    const char *const names[] = {"a", "b"};
    sp_columns c = {6, 2, x, index, names};
    assert_int_equal(sp_codec_gaussian_sample(*state, 6, y, &c, NULL, &T), SP_OK);
    assert_true(isnan(T));
    c.p = 1;
    assert_int_equal(sp_codec_gaussian_sample(*state, 6, y, &c, NULL, &T), SP_OK);
    double correlation = 0, mean_x = 22.0 / 6, xx = 0, yy = 0;
    for (size_t i = 0; i < 6; i++) {
        correlation += (x[i] - mean_x) * (y[i] - 3.5);
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        yy += (y[i] - 3.5) * (y[i] - 3.5);
    }
    assert_close(T, sp_xi_gaussian(correlation * correlation / (xx * yy)), 1e-12);
}

/* spec 11, section 7: soft coefficients of the first 300 rows. */
static void scan_over_beta(void **state)
{
    (void)state;
    const char *args[] = {"data=gen:table,d=3,n=300,seed=1,stream=splitmix64,y=x1+0.5*x2+0.5*x3", "x=x1,x2",
                          "beta=1e-8,0.05,0.2,1", "permutations=0"};
    double expected[] = {0.651596128846, 0.672422382443, 0.704925081764, 0.512556346934};
    sp_result *r = call("select.codec", 4, args), *none;
    for (size_t k = 0; k < 4; k++) {
        assert_close(cell(r, "soft", k, "T_soft"), expected[k], 1e-9);
        assert_close(cell(r, "soft", k, "T_exact"), expected[0], 1e-11);
    }
    sp_result_free(r);
    const char *much[] = {args[0], args[1], args[2], "max_ops=1000"};
    assert_int_equal(sp_call(test_run(), "select.codec", NULL, 4, much, &none), SP_USAGE);
    assert_non_null(strstr(sp_run_message(test_run()), "--max-ops"));
}

/* The way of T ends with the column that was left out, below the one before. */
static void way_of_selection(void **state)
{
    (void)state;
    const char *args[] = {"data=gen:table,d=6,n=800"};
    sp_result *r = call("select.foci", 1, args);
    size_t steps = (size_t)scalar(r, "selected"), rows = sp_table_rows(sp_result_find_table(r, "path"));
    assert_int_equal(rows, steps + 2);
    assert_true(cell(r, "path", 0, "T") == 0);
    for (size_t k = 1; k <= steps; k++)
        assert_true(cell(r, "path", k, "T") > cell(r, "path", k - 1, "T"));
    assert_true(cell(r, "path", steps + 1, "T_rejected") <= cell(r, "path", steps, "T"));
    double band = scalar(r, "T_null_high") - scalar(r, "T_null_low");
    assert_close(band, 2 * 1.959963984540054 * sqrt(16.0 / 15 / 800), 1e-12);
    for (size_t i = 0; i < sp_table_rows(sp_result_find_table(r, "scatter")); i++)
        assert_true(fabs(cell(r, "scatter", i, "place") - round(cell(r, "scatter", i, "place"))) <= 0.45 + 1e-12);
    sp_result_free(r);
}

static bool warned(const char *words)
{
    for (size_t i = 0; i < sp_run_warnings(test_run()); i++)
        if (strstr(sp_run_warning(test_run(), i), words))
            return true;
    return false;
}

/* Equal columns, more columns than rows, tied neighbours. */
static void warnings(void **state)
{
    static double x[60 * 4];
    double label[60];
    for (size_t i = 0; i < 60; i++) {
        x[4 * i] = (double)(i % 7);
        x[4 * i + 1] = (double)(i * i % 11);
        x[4 * i + 2] = x[4 * i];
        x[4 * i + 3] = (double)(i * 37 % 60);
        label[i] = (double)(i % 5) + 0.1 * (double)i;
    }
    sp_array table = {.x = x, .type = SP_FLOAT64, .n = 60, .d = 4, .label = label};
    assert_int_equal(sp_run_attach(*state, "warned", &table), SP_OK);
    const char *args[] = {"data=mem:warned", "steps=2"};
    sp_result_free(call("select.foci", 1, args));
    assert_true(warned("equal to another"));
    assert_true(warned("several nearest neighbours in the chosen"));
    sp_run_clear_warnings(*state);
    sp_result_free(call("select.diffoci", 2, args));
    assert_true(warned("equal to another"));
    sp_run_clear_warnings(*state);
    sp_result_free(call("select.codec", 1, (const char *[]){"data=mem:warned"}));
    sp_result_free(call("select.codec", 2, (const char *[]){"data=mem:warned", "x=1"}));
    assert_true(warned("several nearest neighbours"));
    const char *wide[] = {"data=gen:table,n=20,d=30"};
    sp_result_free(call("select.foci", 1, wide));
    assert_true(warned("more columns"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(closed_forms),
                                       SP_TEST(normal_columns_follow_the_closed_form),
                                       SP_TEST(dependent_columns_have_no_correlation),
                                       SP_TEST(scan_over_beta),
                                       SP_TEST(way_of_selection),
                                       SP_TEST(warnings)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
