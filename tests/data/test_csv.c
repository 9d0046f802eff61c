/* Tables of text: separators, headers, quotes, labels; missing, ragged and damaged ones. */
#include "data_test.h"

#include <locale.h>

static const sp_dataset *table(sp_run *run, const char *text, const char *labels)
{
    sp_data_options o = raw;
    o.labels = labels;
    return open_ok(run, write_text("t.csv", text), &o);
}

static void separators(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "1,2,3\n4,5,6\n",
        "1\t2\t3\n4\t5\t6\n",
        "1;2;3\n4;5;6\n",
        "1|2|3\n4|5|6",
        "1 2 3\n4 5 6\n",
        "  1  2 3  \r\n 4 5   6\r\n",
        "1, 2 ,3 \n 4,5,6\n",
        "# comment, here\n\n1,2,3\n\n4,5,6\n\n",
        "\xef\xbb\xbf+1,2,3\n4,5,6\n", /* byte order mark */
        "\"1\",\"2\",3\n4,5,\"6\"\n",
        "+1,2.0,3e0\n4E0,.5e1,6.\n",
        "1\t2 \t3\n4\t5\t6\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        sp_run *run = new_run();
        const sp_dataset *data = table(run, texts[i], NULL);
        assert_true(data->n == 2 && data->d == 3 && data->channels == 0);
        for (size_t k = 0; k < 6; k++)
            assert_true(data->x64[k] == (double)(k + 1));
        assert_null(data->column_name);
        sp_run_free(run);
    }
}

static void headers(void **state)
{
    (void)state;
    sp_run *run = new_run();
    const sp_dataset *data = table(run, "a,\"b, with comma\",\"say \"\"c\"\"\"\n1,2,3\n", NULL);
    assert_true(data->n == 1 && data->d == 3);
    assert_string_equal(data->column_name[1], "b, with comma");
    assert_string_equal(data->column_name[2], "say \"c\"");
    data = table(run, "\"two\nlines\" , y\n1,2\n3,4\n", NULL);
    assert_string_equal(data->column_name[0], "two\nlines");
    assert_int_equal(data->n, 2);
    data = table(run, "id,2,3\n1,2,3\n", NULL); /* one name where a number follows */
    assert_true(data->n == 1 && data->column_name);
    data = table(run, "1,2,a\n3,4,b\n", "3"); /* a column of texts is no header */
    assert_true(data->n == 2 && data->n_classes == 2);
    sp_run_free(run);
}

static void row_numbers_are_no_data(void **state)
{
    (void)state;
    sp_run *run = new_run();
    const sp_dataset *data = table(run, ",a,b\n0,5,6\n1,7,8\n2,9,9\n", NULL);
    assert_true(data->d == 2 && data->x[0] == 5 && data->n == 3);
    assert_string_equal(data->column_name[0], "a");
    assert_int_equal(sp_run_warnings(run), 1);
    assert_int_equal(table(run, "\"\",a,b\n0,5,6\n1,7,8\n3,9,9\n", NULL)->d, 3);
    assert_int_equal(table(run, "id,a\n0,5\n1,7\n", NULL)->d, 2);
    sp_run_free(run);
}

static void labels(void **state)
{
    (void)state;
    sp_run *run = new_run();
    static const char *const iris = "length,width,species\n5.1,3.5,setosa\n6.2,2.9,virginica\n4.9,3.1,setosa\n";
    const sp_dataset *data = table(run, iris, "species");
    assert_true(data->n == 3 && data->d == 2 && data->n_classes == 2);
    assert_string_equal(data->class_name[1], "virginica");
    assert_true(data->label[0] == 0 && data->label[1] == 1 && data->label[2] == 0 && data->target[1] == 1);
    assert_string_equal(data->column_name[1], "width");
    assert_int_equal(table(run, iris, "3")->n_classes, 2);
    assert_int_equal(table(run, iris, "-1")->n_classes, 2);
    data = table(run, iris, "SPECIES");
    assert_int_equal(data->n_classes, 2);
    data = table(run, "y,Label,x\n1,10,2\n3,-2,4\n", NULL); /* a column called label holds the labels */
    assert_true(data->d == 2 && data->n_classes == 2);
    assert_string_equal(data->class_name[0], "-2");
    data = table(run, "y,label,x\n1,10,2\n3,-2,4\n", "none");
    assert_true(data->d == 3 && !data->label);
    data = table(run, "y,label\n1,0.5\n3,-2.25\n", NULL);
    assert_true(!data->label && data->n_classes == 0 && data->target[1] == -2.25);
    data = table(run, "1,7\n2,x\n3,7\n", "2"); /* texts and numbers mixed are texts */
    assert_true(data->n_classes == 2 && data->label[2] == 0);
    assert_string_equal(data->class_name[0], "7");
    sp_data_options o = raw;
    o.labels = "species";
    o.classes = "virginica";
    data = open_ok(run, write_text("iris.csv", iris), &o);
    assert_true(data->n == 1 && data->x64[0] == 6.2);
    o.classes = "versicolor";
    open_refused(run, write_text("iris.csv", iris), &o, SP_USAGE, "no class \"versicolor\"", "setosa, virginica", NULL);
    o.classes = NULL;
    o.labels = write_text("classes.txt", "2\n1\n2\n");
    data = open_ok(run, write_text("x.csv", "1,2\n3,4\n5,6\n"), &o);
    assert_true(data->d == 2 && data->n_classes == 2 && data->label[0] == 1);
    o.labels = "4";
    open_refused(run, write_text("iris.csv", iris), &o, SP_USAGE, "no column \"4\"", NULL);
    /* A query without the label column is unlabelled. */
    const sp_dataset *query;
    o.labels = "species";
    data = open_ok(run, write_text("iris.csv", iris), &o);
    assert_int_equal(sp_dataset_open(run, write_text("query.csv", "length,width\n1,2\n"), &o, data, &query), SP_OK);
    assert_null(query->label);
    sp_run_free(run);
}

static void refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *labels, *what[3];
    } bad[] = {
        {"1,2\n3,\n", NULL, {"line 2, column 2", "missing value"}},
        {"a,b\n1,2\n\n3,NA\n", NULL, {"line 4, column 2 (b)", "missing value \"NA\""}},
        {"1,2\nnan,4\n", NULL, {"line 2, column 1", "missing value \"nan\""}},
        {"1,2\n3,inf\n", NULL, {"line 2, column 2", "\"inf\" is not a finite number"}},
        {"1,2\n3,1e999\n", NULL, {"line 2, column 2", "not a finite number"}},
        {"1,2\n3,0x10\n", NULL, {"line 2, column 2", "\"0x10\" is not a finite number"}},
        {"1,2\n3,4x\n", NULL, {"line 2, column 2"}},
        {"1,5;2,5\n3,5;4,5\n", NULL, {"line 2, column 1", "written with a point"}},
        {"1,2\n3,4,5\n", NULL, {"line 2 has 3 fields, the first line has 2"}},
        {"1,2\n3\n", NULL, {"line 2 has 1 fields, the first line has 2"}},
        {"a,b\n1,2\n3,hello\n", NULL, {"line 3, column 2 (b)", "--labels"}},
        {"a,b\n", NULL, {"holds no rows"}},
        {"\n\n# nothing\n", NULL, {"holds no rows"}},
        {" ", NULL, {"holds no rows"}},
        {"1,2\n3,\"4\n5,6\n", NULL, {"the quote opened in line 2 does not close"}},
        {"\xff\xfe"
         "1\0,\0",
         NULL,
         {"UTF-16"}},
        {"x,label\n1,a\n2,\n", NULL, {"line 3, column 2 (label)", "missing label"}},
        {"label\na\nb\n", NULL, {"no column of numbers"}},
        {"label,x\na\n", NULL, {"line 2 has 1 fields", "the first line has 2"}},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sp_run *run = new_run();
        sp_data_options o = raw;
        o.labels = bad[i].labels;
        open_refused(run, write_text("bad.csv", bad[i].text), &o, SP_DATA, "bad.csv", bad[i].what[0], bad[i].what[1], NULL);
        sp_run_free(run);
    }
    sp_run *run = new_run();
    open_refused(run, write_temp("zero.csv", "1,2\n3,\0\n", 8), &raw, SP_DATA, "line 2 holds a zero byte", NULL);
    open_refused(run, write_text("key.csv", "1,2\n"), &(sp_data_options){.labels = "0"}, SP_USAGE, "no column \"0\"", NULL);
    sp_run_free(run);
}

/* The message is that of the first bad line, whatever the threads do. */
static void first_bad_line(void **state)
{
    (void)state;
    sp_run *run = new_run();
    char *text = malloc(1 << 20), *p = text;
    for (int i = 1; i <= 20000; i++)
        p += sprintf(p, i == 7777 || i == 7900 || i == 15000 ? "%d,?\n" : "%d,0\n", i);
    for (int repeat = 0; repeat < 5; repeat++)
        open_refused(run, write_text("long.csv", text), &raw, SP_DATA, "line 7777, column 2", NULL);
    free(text);
    sp_run_free(run);
}

static void numbers_are_exact(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "0.1",
        "-0.1",
        "123456789012345678",
        "1.7976931348623157e308",
        "4.9406564584124654e-324",
        "2.2250738585072014e-308",
        "9007199254740993",
        "1e22",
        "1e23",
        "1e-22",
        "0.000000000000000000000001",
        "3.14159265358979323846264338327950288",
        "-0",
        "1E+5",
        "000012.500",
        "1e-400",
        "5e-324",
        "8.5",
        "123456.789e3",
        "0.30000000000000004",
        "1.",
        ".25",
        "7205759403792793.2e1",
        "9007199254740992e1",
    };
    sp_run *run = new_run();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double exact = strtod(texts[i], NULL);
        if (fabs(exact) > 1e38) /* refused: beyond the range of float */
            continue;
        const sp_dataset *data = table(run, texts[i], NULL);
        assert_true(data->n == 1 && data->x64[0] == exact);
    }
    sp_run_free(run);
}

static void any_locale(void **state)
{
    (void)state;
    if (!setlocale(LC_NUMERIC, "de_DE.UTF-8"))
        skip();
    sp_run *run = new_run();
    assert_true(table(run, "0.1234567890123456789,1\n", NULL)->x64[0] == 0x1.f9add3746f65fp-4);
    sp_run_free(run);
    setlocale(LC_NUMERIC, "C");
}

static void standard_input(void **state)
{
    (void)state;
    sp_run *run = new_run();
    int before = dup(0), ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "a b\n1 2\n3 4\n", 12), 12);
    close(ends[1]);
    dup2(ends[0], 0);
    const sp_dataset *data = open_ok(run, "-", &raw);
    assert_true(data->n == 2 && data->x[3] == 4);
    assert_string_equal(data->name, "standard input");
    open_refused(run, "-", &raw, SP_DATA, "standard input: is empty", NULL);
    dup2(before, 0);
    close(before);
    close(ends[0]);
    sp_run_free(run);
}

static void large_and_compressed(void **state)
{
    (void)state;
    sp_run *run = new_run();
    size_t n = 3000;
    char *text = malloc(1 << 20), *p = text;
    for (size_t i = 0; i < n; i++)
        p += sprintf(p, "%zu.5,-%zu,%s\n", i, i, i % 3 ? "odd" : "three");
    sp_data_options o = raw;
    o.labels = "-1";
    const sp_dataset *data = open_ok(run, write_gz("big.csv.gz", text, (size_t)(p - text)), &o);
    assert_true(data->n == n && data->d == 2 && data->n_classes == 2);
    for (size_t i = 0; i < n; i++)
        assert_true(data->x64[2 * i] == (double)i + 0.5 && data->label[i] == (i % 3 != 0));
    free(text);
    sp_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(separators),
        cmocka_unit_test(headers),
        cmocka_unit_test(row_numbers_are_no_data),
        cmocka_unit_test(labels),
        cmocka_unit_test(refused),
        cmocka_unit_test(first_bad_line),
        cmocka_unit_test(numbers_are_exact),
        cmocka_unit_test(any_locale),
        cmocka_unit_test(standard_input),
        cmocka_unit_test(large_and_compressed),
    };
    return cmocka_run_group_tests(tests, NULL, remove_temp);
}
