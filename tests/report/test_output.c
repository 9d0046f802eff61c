/* Text, CSV and JSON hold what the result holds. */
#include "report/sample_result.h"
#include "test.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

static void json_equals_result(void **state)
{
    (void)state;
    sp_result *r = sample_result();
    char *text = sp_result_json(test_run(), r);
    assert_non_null(text);
    assert_null(strchr(text, '\n')); /* exactly one line */
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    json_t *scalars = json_object_get(root, "scalars");
    assert_true(json_real_value(json_object_get(scalars, "h_G")) == 0.1); /* 17 digits: the same bits */
    assert_string_equal(json_string_value(json_object_get(scalars, "missing")), "nan");
    assert_string_equal(json_string_value(json_object_get(scalars, "huge")), "-inf");
    assert_true(json_is_true(json_object_get(scalars, "yes")));
    assert_string_equal(json_string_value(json_object_get(scalars, "words")), HARD_TEXT);
    json_t *curves = json_object_get(json_object_get(root, "tables"), "curves");
    const sp_table *table = sp_result_find_table(r, "curves");
    for (size_t c = 0; c < sp_table_columns(table); c++) {
        json_t *column = json_object_get(curves, sp_table_column(table, c)->name);
        assert_int_equal(json_array_size(column), sp_table_rows(table));
        for (size_t i = 0; i < sp_table_rows(table); i++) {
            sp_cell cell = sp_table_cell(table, i, c);
            json_t *value = json_array_get(column, i);
            if (cell.text)
                assert_string_equal(json_string_value(value), cell.text);
            else if (isnan(cell.number))
                assert_string_equal(json_string_value(value), "nan");
            else if (isinf(cell.number))
                assert_string_equal(json_string_value(value), "inf");
            else
                assert_true(json_number_value(value) == cell.number);
        }
    }
    assert_int_equal(json_array_size(json_object_get(json_object_get(json_object_get(root, "tables"), "nothing"), "class")),
                     0);
    json_decref(root);
    free(text);
    sp_result_free(r);
}

/* One field of a CSV line, unquoted; returns what follows its comma or line end. */
static const char *csv_field(const char *p, char *out)
{
    bool quoted = *p == '"';
    p += quoted;
    while (*p && (quoted || (*p != ',' && *p != '\n'))) {
        if (quoted && *p == '"') {
            if (p[1] != '"') {
                p++;
                break;
            }
            p++;
        }
        *out++ = *p++;
    }
    *out = 0;
    assert_true(*p == ',' || *p == '\n');
    return p + 1;
}

static void csv_equals_result(void **state)
{
    (void)state;
    sp_result *r = sample_result();
    for (size_t t = 0; t < sp_result_tables(r); t++) {
        const sp_table *table = sp_result_table_at(r, t);
        char *text = sp_table_csv(table), field[256];
        const char *p = text;
        assert_non_null(text);
        for (size_t c = 0; c < sp_table_columns(table); c++) {
            p = csv_field(p, field);
            assert_string_equal(field, sp_table_column(table, c)->name);
        }
        for (size_t i = 0; i < sp_table_rows(table); i++)
            for (size_t c = 0; c < sp_table_columns(table); c++) {
                sp_cell cell = sp_table_cell(table, i, c);
                p = csv_field(p, field);
                if (cell.text)
                    assert_string_equal(field, cell.text);
                else if (isnan(cell.number))
                    assert_string_equal(field, "nan");
                else
                    assert_true(strtod(field, NULL) == cell.number);
            }
        assert_int_equal(*p, 0);
        free(text);
    }
    sp_result_free(r);
}

static void text_names_everything(void **state)
{
    (void)state;
    sp_result *r = sample_result();
    char *text;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    sp_write_text(file, r);
    fclose(file);
    assert_non_null(strstr(text, "0.5753 +- 0.0018"));
    assert_non_null(strstr(text, "curves (36 rows)"));
    assert_non_null(strstr(text, "a warning with"));
    assert_null(strstr(text, "nothing (")); /* empty tables are left out */
    free(text);
    sp_result_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {SP_TEST(json_equals_result), SP_TEST(csv_equals_result),
                                       SP_TEST(text_names_everything)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
