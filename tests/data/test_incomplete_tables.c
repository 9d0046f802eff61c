/* Tables with missing values and columns of texts: what is dropped, what is coded, what is refused. */
#include "data_test.h"

static const sp_data_options drop = {.scale = "none", .keep_mean = true, .na = SP_NA_DROP};

static const sp_dataset *table(sp_run *run, const char *text, const sp_data_options *o)
{
    return open_ok(run, write_text("t.csv", text), o);
}

static void same(const sp_dataset *a, const sp_dataset *b)
{
    assert_true(a->n == b->n && a->d == b->d && a->hash == b->hash && a->n_classes == b->n_classes &&
                a->n_factors == b->n_factors && a->raw_min == b->raw_min && a->raw_max == b->raw_max);
    for (size_t i = 0; i < a->n * a->d; i++)
        assert_true(a->x64[i] == b->x64[i] && a->x[i] == b->x[i]);
    for (size_t j = 0; a->column_name && j < a->d; j++)
        assert_string_equal(a->column_name[j], b->column_name[j]);
    for (size_t c = 0; c < a->n_classes; c++)
        assert_string_equal(a->class_name[c], b->class_name[c]);
    for (size_t f = 0; f < a->n_factors; f++) {
        assert_int_equal(a->factor[f].n_levels, b->factor[f].n_levels);
        for (size_t l = 0; l < a->factor[f].n_levels; l++)
            assert_string_equal(a->factor[f].level[l], b->factor[f].level[l]);
    }
}

static void rows_are_dropped_and_counted(void **state)
{
    (void)state;
    sp_run *run = new_run();
    const sp_dataset *a = table(run, "a,b,c\n1,2,3\n4,,6\nNA,8,9\n10,11,12\n?,null,NaN\n", &drop);
    assert_true(a->n == 2 && a->d == 3 && a->dropped == 3 && a->x64[3] == 10 && a->x64[5] == 12);
    assert_true(a->missing[0] == 2 && a->missing[1] == 2 && a->missing[2] == 1);
    assert_int_equal(sp_run_warnings(run), 1);
    assert_non_null(strstr(sp_run_warning(run, 0), "3 of 5 rows"));
    same(a, table(run, "a,b,c\n1,2,3\n10,11,12\n", &drop));
    a = table(run, "1,2\n3,4\n", &drop);
    assert_true(a->dropped == 0 && !a->missing);
    assert_int_equal(sp_run_warnings(run), 1);
    open_refused(run, write_text("t.csv", "a,b\n1,2\n\n3,NA\n"), &raw, SP_DATA, "line 4, column 2 (b)",
                 "missing value \"NA\"", "--na drop", NULL);
    open_refused(run, write_text("t.csv", "a,b,c\n1,,3\n2,?,4\n,,5\n"), &drop, SP_DATA, "no row is complete",
                 "3 of 3 have no value in column b", NULL);
    sp_run_free(run);
}

static void labels_can_be_missing(void **state)
{
    (void)state;
    sp_run *run = new_run();
    sp_data_options o = drop;
    o.labels = "y";
    const sp_dataset *a = table(run, "x,y\n1,u\n2,\n?,v\n4,w\n5,u\n", &o);
    assert_true(a->n == 3 && a->dropped == 2 && a->missing_labels == 1 && a->label[1] == 1 && a->label[2] == 0);
    assert_int_equal(a->n_classes, 2); /* v is only in a row that is dropped */
    assert_string_equal(a->class_name[1], "w");
    same(a, table(run, "x,y\n1,u\n4,w\n5,u\n", &o));
    same(table(run, "x,y\n?,u\n1,v\n2,u\n", &o), table(run, "x,y\n1,v\n2,u\n", &o)); /* order of first appearance */
    a = table(run, "x,y\n1,0.5\n2,NaN\n3,2.5\n", &o);
    assert_true(a->n == 2 && !a->label && a->target[1] == 2.5);
    o.na = SP_NA_ERROR;
    open_refused(run, write_text("t.csv", "x,y\n1,u\n2,\n"), &o, SP_DATA, "line 3, column 2 (y)", "missing label", NULL);
    o = drop;
    o.labels = write_text("labels.txt", "1\nnan\n2\n");
    a = table(run, "7\n8\n9\n", &o);
    assert_true(a->n == 2 && a->x64[1] == 9 && a->label[1] == 1);
    o.na = SP_NA_ERROR;
    open_refused(run, write_text("t.csv", "7\n8\n9\n"), &o, SP_DATA, "labels.txt", "label 2 is missing", NULL);
    o = drop;
    o.labels = "y";
    o.classes = "w,u";
    a = table(run, "x,y\n1,u\n2,\n?,v\n4,w\n?,w\n", &o);
    assert_true(a->n == 2 && a->dropped == 2 && a->label[0] == 1 && a->label[1] == 0); /* the row of v is not asked for */
    sp_run_free(run);
}

/* The rows kept do not depend on where chunks end, and --limit counts them. */
static void limit_counts_kept_rows(void **state)
{
    (void)state;
    sp_run *run = new_run();
    enum { ROWS = 300000 };
    char *text = malloc(ROWS * 12), *p = text;
    size_t complete = 0;
    for (int i = 0; i < ROWS; i++) {
        bool hole = i % 7 == 3 || (i > 131000 && i < 131200);
        p += sprintf(p, hole ? "%d,NA\n" : "%d,1\n", i);
        complete += !hole;
    }
    const char *path = write_text("long.csv", text);
    free(text);
    static const size_t limits[] = {0, 1, 3, 4, 112000, 113000};
    for (size_t k = 0; k < sizeof limits / sizeof *limits; k++) {
        sp_data_options o = drop;
        o.limit = limits[k];
        const sp_dataset *a = open_ok(run, path, &o);
        assert_int_equal(a->n, limits[k] ? limits[k] : complete);
        size_t row = 0;
        for (size_t i = 0; i < a->n; i++, row++) {
            while (row % 7 == 3 || (row > 131000 && row < 131200))
                row++;
            assert_true(a->x64[2 * i] == (double)row);
        }
        assert_int_equal(a->n + a->dropped, row);
        if (k == 0)
            assert_int_equal(row, ROWS);
    }
    sp_run_free(run);
}

static void arrays_with_nan(void **state)
{
    (void)state;
    sp_run *run = new_run();
    const float x[] = {1, 2, NAN, 4, 5, 6};
    const double y[] = {0, 1, NAN};
    const sp_dataset *a;
    sp_array array = {.x = x, .type = SP_FLOAT32, .n = 3, .d = 2};
    assert_int_equal(sp_dataset_from_array(run, &array, &drop, NULL, &a), SP_OK);
    assert_true(a->n == 2 && a->dropped == 1 && a->missing[0] == 1 && a->x[2] == 5 && a->x[3] == 6);
    assert_int_equal(sp_dataset_from_array(run, &array, &raw, NULL, &a), SP_DATA);
    assert_non_null(strstr(sp_run_message(run), "row 2, column 1 is not a number"));
    array.label = y;
    assert_int_equal(sp_dataset_from_array(run, &array, &drop, NULL, &a), SP_OK);
    assert_true(a->n == 1 && a->missing_labels == 1 && a->n_classes == 1 && y[1] == 1); /* nothing written to the caller's */
    sp_run_free(run);
}

static const char mixed[] =
    "age,job,city,y\n30,clerk,Bonn,1\n40,?,Rome,2\n50,smith,Rome,3\n,baker,Bonn,4\n60,clerk,Bonn,5\n";
static const char complete[] = "age,job,city,y\n30,clerk,Bonn,1\n50,smith,Rome,3\n60,clerk,Bonn,5\n";

static void codes(void **state)
{
    (void)state;
    sp_run *run = new_run();
    sp_data_options o = drop;
    o.labels = "y";
    o.factorize = "job,city";
    const sp_dataset *a = table(run, mixed, &o);
    assert_true(a->n == 3 && a->d == 3 && a->dropped == 2 && a->n_factors == 2 && a->factor[0].n_levels == 2);
    assert_true(a->x64[1] == 0 && a->x64[4] == 1 && a->x64[7] == 0 && a->x64[5] == 1);
    assert_string_equal(a->column_name[1], "job");
    assert_string_equal(a->factor[0].level[1], "smith"); /* baker is only in a row that is dropped */
    same(a, table(run, complete, &o));
    o.factorize = "all";
    same(a, table(run, mixed, &o));
    o.factorize = "[jc].*,y"; /* the labels too: 1, 3, 5 are then texts */
    a = table(run, mixed, &o);
    assert_true(a->n_classes == 3 && a->target[2] == 2);
    assert_string_equal(a->class_name[2], "5");
    /* One code for a text however it is quoted; numbers among texts are texts. */
    o = drop;
    o.factorize = "all";
    a = table(run, "j,x\n\"a\"\"b\",1\n7,2\n\"a\"\"b\",3\n\"7\",4\n", &o);
    assert_true(a->x64[0] == 0 && a->x64[2] == 1 && a->x64[4] == 0 && a->x64[6] == 1);
    assert_string_equal(a->factor[0].level[0], "a\"b");
    a = table(run, "r1,1\nr2,2\nr1,3\n", &o); /* no header */
    assert_true(a->x64[2] == 1 && a->factor[0].column == 0);
    sp_run_free(run);
}

static void one_column_for_each_text(void **state)
{
    (void)state;
    sp_run *run = new_run();
    sp_data_options o = drop;
    o.labels = "y";
    o.onehot = "all";
    const sp_dataset *a = table(run, mixed, &o);
    static const char *const names[] = {"age", "job=clerk", "job=smith", "city=Bonn", "city=Rome"};
    static const double x[] = {30, 1, 0, 1, 0, 50, 0, 1, 0, 1, 60, 1, 0, 1, 0};
    assert_true(a->n == 3 && a->d == 5 && a->n_columns == 3 && a->column_number[3] == 3 && a->factor[1].column == 3);
    assert_memory_equal(a->x64, x, sizeof x);
    for (size_t j = 0; j < 5; j++)
        assert_string_equal(a->column_name[j], names[j]);
    assert_true(a->missing[0] == 1 && a->missing[1] == 1 && a->missing[2] == 1 && a->missing[3] == 0);
    same(a, table(run, complete, &o));
    /* Order of appearance among the kept rows, with texts that come only in dropped rows before, between and behind. */
    o = drop;
    o.onehot = "j";
    same(table(run, "j,v\na,\nb,1\nc,2\nd,?\nc,3\na,4\n", &o), table(run, "j,v\nb,1\nc,2\nc,3\na,4\n", &o));
    o.limit = 2;
    assert_int_equal(table(run, "j,v\nb,1\nc,2\nd,3\n", &o)->d, 3);
    /* All that is left of a column is one text. */
    a = table(run, "j,v\nb,1\nc,?\nb,3\n", &o);
    assert_true(a->d == 2 && a->x64[0] == 1 && a->x64[2] == 1);
    /* Numbers can be texts when they are named. */
    o = drop;
    o.onehot = "v";
    a = table(run, "u,v\n1,3\n2,7\n3,3\n", &o);
    assert_true(a->d == 3 && a->x64[1] == 1 && a->x64[5] == 1);
    assert_string_equal(a->column_name[2], "v=7");
    sp_run_free(run);
}

/* Larger tables are kept in single precision, minus their first row. */
static void in_single_precision(void **state)
{
    (void)state;
    sp_run *run = new_run();
    enum { ROWS = 20000, NUMBERS = 900 };
    char *text = malloc((size_t)ROWS * (2 * NUMBERS + 32)), *p = text;
    for (int i = 0; i < ROWS; i++) {
        p += sprintf(p, "%s,%d",
                     i % 5 == 4   ? "?"
                     : i % 5 == 0 ? "z"
                     : i % 5 == 1 ? "gone"
                                  : "u",
                     i % 5 == 1 ? 9 : 1000000 + i);
        for (int k = 0; k < NUMBERS; k++)
            p += sprintf(p, ",%s", k == 1 && i % 5 == 1 ? "" : "1");
        *p++ = '\n';
    }
    *p = 0;
    sp_data_options o = drop;
    o.onehot = "1";
    const sp_dataset *a = table(run, text, &o);
    free(text);
    assert_true(a->n == 12000 && a->d == NUMBERS + 3 && !a->x64 && a->raw_min == 0 && a->raw_max == 1000000 + ROWS - 2);
    assert_string_equal(a->column_name[1], "x1=u");
    for (size_t i = 0; i < a->n; i++) {
        size_t row = i / 3 * 5 + (i % 3 ? i % 3 + 1 : 0);
        assert_true(a->x[i * a->d] == (i % 3 == 0) && a->x[i * a->d + 1] == (i % 3 != 0));
        assert_true(a->x[i * a->d + 2] == (float)(1000000 + row) && a->x[i * a->d + a->d - 1] == 1);
    }
    sp_run_free(run);
}

static void a_text_as_label(void **state)
{
    (void)state;
    sp_run *run = new_run();
    sp_data_options o = drop;
    o.onehot = "all";
    o.labels = "job=smith";
    const sp_dataset *a = table(run, mixed, &o);
    assert_true(a->n == 3 && a->n_classes == 2 && a->target[1] == 1 && a->target[0] == 0 && a->d == 5);
    assert_string_equal(a->column_name[1], "job=clerk");
    assert_string_equal(a->column_name[2], "city=Bonn");
    assert_int_equal(a->factor[0].label_level, 1);
    sp_dataset_summary s;
    assert_int_equal(sp_dataset_summarize(run, a, &s), SP_OK);
    assert_true(s.level_count[0][0] == 2 && s.level_count[0][1] == 1 && s.level_count[1][0] == 2);
    o.labels = "job=cook";
    open_refused(run, write_text("t.csv", mixed), &o, SP_USAGE, "no column \"job=cook\"", NULL);
    o.labels = "job";
    o.onehot = "job";
    open_refused(run, write_text("t.csv", mixed), &o, SP_USAGE, "classes already", NULL);
    sp_run_free(run);
}

/* Only the columns used count; another one is left out when it is no complete column of numbers. */
static void unused_columns(void **state)
{
    (void)state;
    sp_run *run = new_run();
    sp_data_options o = drop;
    o.labels = "y";
    o.used = "age";
    const sp_dataset *a = table(run, mixed, &o);
    assert_true(a->n == 4 && a->d == 1 && a->dropped == 1 && a->column_number[0] == 1);
    o.used = "city=Rome";
    o.onehot = "city";
    a = table(run, mixed, &o);
    assert_true(a->n == 5 && a->d == 2 && a->dropped == 0 && a->column_number[0] == 3);
    assert_string_equal(a->column_name[1], "city=Rome");
    o.used = "3"; /* the whole column, by number or by name */
    same(a, table(run, mixed, &o));
    o.used = "city";
    same(a, table(run, mixed, &o));
    /* A complete table is the same whatever is used. */
    o = drop;
    const sp_dataset *all = table(run, "a,b,c\n1,2,3\n4,5,6\n", &o);
    o.used = "b";
    same(all, table(run, "a,b,c\n1,2,3\n4,5,6\n", &o));
    a = table(run, "a,b,c\n1,2,3\n?,5,6\n", &o);
    assert_true(a->n == 2 && a->d == 2 && a->column_number[0] == 2 && a->column_number[1] == 3 && a->x64[3] == 6);
    o.used = "nothing";
    open_refused(run, write_text("t.csv", mixed), &o, SP_USAGE, "no column \"nothing\"", NULL);
    sp_run_free(run);
}

/* A test set has the texts of the first dataset, in its order. */
static void like_another(void **state)
{
    (void)state;
    sp_run *run = new_run();
    for (int onehot = 0; onehot < 2; onehot++) {
        sp_data_options o = drop;
        o.labels = "y";
        *(onehot ? &o.onehot : &o.factorize) = "all";
        const sp_dataset *a = table(run, mixed, &o), *b;
        const char *path = write_text("test.csv", "age,job,city,y\n1,smith,Bonn,1\n2,NA,Rome,3\n3,clerk,Bonn,5\n");
        assert_int_equal(sp_dataset_open(run, path, &o, a, &b), SP_OK);
        assert_true(b->n == 2 && b->d == a->d && b->dropped == 1);
        assert_true(onehot ? b->x64[2] == 1 && b->x64[1] == 0 && b->x64[6] == 1 : b->x64[1] == 1 && b->x64[4] == 0);
        path = write_text("test.csv", "age,job,city,y\n1,cook,Bonn,1\n");
        assert_int_equal(sp_dataset_open(run, path, &o, a, &b), SP_DATA);
        assert_non_null(strstr(sp_run_message(run), "\"cook\" is not among the texts of column job"));
        o.used = "age,city"; /* job is left out of both; a hole in a column that is not used is no matter */
        a = table(run, mixed, &o);
        path = write_text("test.csv", "age,job,city,y\n1,cook,Bonn,1\n2,,Rome,3\n");
        assert_int_equal(sp_dataset_open(run, path, &o, a, &b), SP_OK);
        assert_true(a->n == 4 && b->n == 2 && b->d == a->d && b->dropped == 0 && a->d == (onehot ? 3 : 2));
        assert_true(onehot ? b->x64[4] == 0 && b->x64[5] == 1 : b->x64[3] == 1);
        o.used = NULL;
        path = write_text("test.csv", "age,job,y\n1,clerk,1\n");
        assert_int_equal(sp_dataset_open(run, path, &o, a, &b), SP_DATA);
    }
    sp_run_free(run);
}

static void refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *factorize, *onehot, *what[2];
        sp_status status;
    } bad[] = {
        {"a,b\n1,2\n3,hello\n", NULL, NULL, {"line 3, column 2 (b)", "--factorize b (codes), --onehot b"}, SP_DATA},
        {"1,2\n3,hello\n", NULL, NULL, {"line 2, column 2", "--factorize 2"}, SP_DATA},
        {"a,the b\n1,2\n3,hello\n", NULL, NULL, {"(the b)", "--factorize 2"}, SP_DATA},
        {"a,b\n1,2\n3,1e999\n", NULL, NULL, {"\"1e999\" is not a finite number", ""}, SP_DATA},
        {"a,b\nu,2\nv\n", "a", NULL, {"line 3 has 1 fields", ""}, SP_DATA},
        {"a,b\nu,2\nv,3,4\n", NULL, "a", {"line 3 has 3 fields", ""}, SP_DATA},
        {"a,a\nu,2\nv,3\n", "a", NULL, {"both called \"a\"", "give their numbers"}, SP_USAGE},
        {"a,b\nu,2\nv,3\n", "c", NULL, {"--factorize: no column \"c\"", "numbers from 1 to 2"}, SP_USAGE},
        {"a,b\nu,2\nv,3\n", "a", "1", {"column a is named by --factorize and by --onehot", ""}, SP_USAGE},
        {"a,b\nu,2\nv,3\n", "all", "all", {"choose one", ""}, SP_USAGE},
        {"a,b\n?,2\nNA,3\n", "a", NULL, {"no row is complete", "column a"}, SP_DATA},
        {"a,b\n?,2\nNA,3\n", NULL, "a", {"no row is complete", "column a"}, SP_DATA},
        {"a\n?\nNA\n", NULL, "a", {"no column has a value", ""}, SP_DATA},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sp_run *run = new_run();
        sp_data_options o = drop;
        o.factorize = bad[i].factorize;
        o.onehot = bad[i].onehot;
        open_refused(run, write_text("bad.csv", bad[i].text), &o, bad[i].status, bad[i].what[0], bad[i].what[1], NULL);
        sp_run_free(run);
    }
    sp_run *run = new_run();
    sp_data_options o = drop;
    char *text = malloc(1 << 16), *p = text + sprintf(text, "id,v\n");
    for (int i = 0; i < 1200; i++)
        p += sprintf(p, "r%d,%d\n", i, i);
    o.onehot = "all";
    open_refused(run, write_text("id.csv", text), &o, SP_DATA, "column id has more than 1000 different texts", NULL);
    o.onehot = NULL;
    o.factorize = "all";
    assert_true(open_ok(run, write_text("id.csv", text), &o)->x64[2 * 1199] == 1199);
    assert_non_null(strstr(sp_run_warning(run, 0), "another text in every row"));
    free(text);
    open_refused(run, "gen:blobs", &o, SP_USAGE, "tables of text", NULL);
    sp_run_free(run);
}

static void other_line_ends_and_alphabets(void **state)
{
    (void)state;
    sp_run *run = new_run();
    sp_data_options o = drop;
    o.onehot = "1";
    const sp_dataset *a =
        table(run, "\xef\xbb\xbf\"na,me\";v\r\n\"x; y\";1\r\n\xc3\xa9t\xc3\xa9;2\r\n\"x; y\";3\r\n\"\";4\r\n", &o);
    assert_true(a->n == 3 && a->d == 3 && a->dropped == 1);
    assert_string_equal(a->column_name[0], "na,me=x; y");
    assert_string_equal(a->column_name[1], "na,me=\xc3\xa9t\xc3\xa9");
    /* Written and read again, the names stay. */
    const char *path = temp_path("out.csv");
    assert_int_equal(sp_dataset_write(run, a, path, NULL, NULL), SP_OK);
    const sp_dataset *b = open_ok(run, path, &raw);
    assert_true(a->hash == b->hash);
    assert_string_equal(b->column_name[1], a->column_name[1]);
    sp_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_dropped_and_counted),
        cmocka_unit_test(labels_can_be_missing),
        cmocka_unit_test(limit_counts_kept_rows),
        cmocka_unit_test(arrays_with_nan),
        cmocka_unit_test(codes),
        cmocka_unit_test(one_column_for_each_text),
        cmocka_unit_test(in_single_precision),
        cmocka_unit_test(a_text_as_label),
        cmocka_unit_test(unused_columns),
        cmocka_unit_test(like_another),
        cmocka_unit_test(refused),
        cmocka_unit_test(other_line_ends_and_alphabets),
    };
    return cmocka_run_group_tests(tests, NULL, remove_temp);
}
