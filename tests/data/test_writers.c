/* Written files read back: values, shape, labels, names; whole files or nothing. */
#include "data_test.h"

#include "spinodal/command.h"

static const char *const sources[] = {
    "gen:gaussian,n=40,d=3",    /* doubles */
    "gen:ising,L=4,n=70",       /* images of spins: floats */
    "gen:curie-weiss,n=30,d=5", /* named classes */
    "gen:blobs,n=50",           /* numbered classes */
};

static void same(const sp_dataset *a, const sp_dataset *b, bool names)
{
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->d, b->d);
    assert_memory_equal(a->x64, b->x64, a->n * a->d * sizeof *a->x64);
    assert_int_equal(a->label != NULL, b->label != NULL);
    if (names && a->label)
        for (size_t i = 0; i < a->n; i++)
            assert_string_equal(a->class_name[a->label[i]], b->class_name[b->label[i]]);
    else if (a->label)
        for (size_t i = 0; i < a->n; i++)
            assert_true(a->target[i] == b->target[i]);
}

static void round_trips(void **state)
{
    (void)state;
    static const char *const endings[] = {"npy", "csv", "tsv", "h5"};
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        for (size_t k = 0; k < 4; k++) {
#ifndef SPINODAL_HAVE_HDF5
            if (k == 3)
                continue;
#endif
            sp_run *run = new_run();
            char name[32];
            snprintf(name, sizeof name, "r%zu.%s", i, endings[k]);
            const sp_dataset *data = open_ok(run, sources[i], &raw), *back;
            const char *path = temp_path(name), *labels;
            assert_int_equal(sp_dataset_write(run, data, path, NULL, &labels), SP_OK);
            assert_int_equal(labels != NULL, k == 0 && data->label);
            back = open_ok(run, path, &raw);
            same(data, back, k == 1 || k == 2);
            if (k == 0 || k == 3) {
                assert_int_equal(back->channels, data->channels);
                assert_int_equal(back->height, data->height);
            }
            sp_run_free(run);
        }
}

static void bytes_stay_bytes(void **state)
{
    (void)state;
    sp_run *run = new_run();
    static const unsigned char pixels[12] = {0, 255, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    const sp_dataset *data;
    assert_int_equal(sp_dataset_from_memory(run, pixels, SP_UINT8, 3, 4, NULL, &raw, NULL, &data), SP_OK);
    const char *path = temp_path("bytes.npy");
    assert_int_equal(sp_dataset_write(run, data, path, NULL, NULL), SP_OK);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_size, 128 + 12);
    assert_true(open_ok(run, path, &raw)->x[1] == 255);
    static const double target[] = {0.5, -1, 1e-30};
    sp_dataset with = *data;
    with.target = target;
    path = temp_path("target.csv");
    assert_int_equal(sp_dataset_write(run, &with, path, NULL, NULL), SP_OK);
    data = open_ok(run, path, &raw);
    assert_true(data->n_classes == 0 && data->target[2] == 1e-30);
    sp_run_free(run);
}

static void odd_names(void **state)
{
    (void)state;
    sp_run *run = new_run();
    sp_data_options o = raw;
    o.labels = "kind";
    const sp_dataset *data = open_ok(
                         run,
                         write_text("n.csv", "\"a,\"\"b\"\"\",\" c\",kind\n1,2,\"x, y\"\n3,4,\"#\"\n5,6,\"say \"\"\"\n"),
                         &o),
                     *back;
    const char *path = temp_path("n2.csv");
    assert_int_equal(sp_dataset_write(run, data, path, NULL, NULL), SP_OK);
    back = open_ok(run, path, &raw);
    same(data, back, true);
    assert_string_equal(back->column_name[0], "a,\"b\"");
    assert_string_equal(back->class_name[2], "say \"");
    sp_run_free(run);
}

static void nothing_is_left_behind(void **state)
{
    (void)state;
    sp_run *run = new_run();
    const sp_dataset *data = open_ok(run, "gen:blobs,n=10", &raw);
    assert_int_equal(sp_dataset_write(run, data, temp_path("x.doc"), NULL, NULL), SP_USAGE);
    assert_non_null(strstr(sp_run_message(run), ".npy, .csv, .tsv or .h5"));
    assert_int_equal(sp_dataset_write(run, data, temp_path("no/such/folder/x.csv"), NULL, NULL), SP_FAILED);
    mkdir(temp_path("read-only"), 0777);
    static const char *const endings[] = {"npy", "csv", "h5"};
    for (size_t k = 0; k < 3; k++) { /* the disk is full */
        if (access("/dev/full", W_OK) == 0 && k < 2) {
            assert_int_equal(sp_dataset_write(run, data, "/dev/full", endings[k], NULL), SP_FAILED);
            assert_non_null(strstr(sp_run_message(run), "/dev/full: cannot write"));
        }
        char name[32];
        snprintf(name, sizeof name, "folder.%s", endings[k]);
        mkdir(temp_path(name), 0777); /* in the way */
        assert_int_equal(sp_dataset_write(run, data, temp_path(name), NULL, NULL), SP_FAILED);
    }
    char command[600];
    snprintf(command, sizeof command, "test -z \"$(find '%s' -name '*.part*')\"", temp_folder());
    assert_int_equal(system(command), 0);
    sp_run_free(run);
}

static void command_line(void **state)
{
    (void)state;
    sp_run *run = new_run();
    char out[600], data[600];
    sp_result *result;
    snprintf(out, sizeof out, "out=%s", temp_path("made.csv"));
    snprintf(data, sizeof data, "data=%s", temp_path("made.csv"));
    assert_int_equal(sp_call(run, "data.make", NULL, 2, (const char *[]){"generator=blobs,n=100,classes=4", out}, &result),
                     SP_OK);
    sp_result_free(result);
    assert_int_equal(sp_call(run, "data.info", NULL, 1, (const char *[]){data}, &result), SP_OK);
    double classes, d, duplicates, mean, variance;
    assert_true(sp_result_number(result, "classes", &classes) && sp_result_number(result, "d", &d));
    assert_true(sp_result_number(result, "duplicates", &duplicates) && sp_result_number(result, "mean", &mean));
    assert_true(sp_result_number(result, "variance", &variance));
    assert_true(classes == 4 && d == 2 && duplicates == 0 && isfinite(mean) && variance > 0);
    assert_int_equal(sp_table_rows(sp_result_find_table(result, "columns")), 2);
    sp_result_free(result);
    snprintf(out, sizeof out, "out=%s", temp_path("less.npy"));
    assert_int_equal(sp_call(run, "data.convert", NULL, 4, (const char *[]){data, out, "classes=2,0", "limit=7"}, &result),
                     SP_OK);
    sp_result_free(result);
    assert_int_equal(open_ok(run, temp_path("less.npy"), &raw)->n, 7);
    assert_int_equal(sp_call(run, "data.make", NULL, 2, (const char *[]){"generator=blobs,n=0", out}, &result), SP_USAGE);
    assert_int_equal(sp_call(run, "data.convert", NULL, 2, (const char *[]){"data=/no/such/file", out}, &result), SP_DATA);
    sp_run_free(run);
}

static void summary(void **state)
{
    (void)state;
    sp_run *run = new_run();
    static const double x[] = {1, 5, 7, 2, 5, 8, 1, 5, 7, -0.0, 5, 3, 0, 5, 3, 1, 5, 7};
    sp_dataset_summary s;
    for (int scaled = 0; scaled < 2; scaled++) {
        const sp_dataset *data;
        assert_int_equal(sp_dataset_from_memory(run, x, SP_FLOAT64, 6, 3, (int32_t[]){1, 1, 2, 2, 2, 2},
                                                scaled ? NULL : &raw, NULL, &data),
                         SP_OK);
        assert_int_equal(sp_dataset_summarize(run, data, &s), SP_OK);
        assert_int_equal(s.duplicates, 3);
        assert_int_equal(s.constant_columns, 1);
        assert_int_equal(s.class_count[1], 4);
        assert_true(fabs(s.column_mean[0] - 5.0 / 6) < 1e-14 && fabs(s.column_mean[1] - 5) < 1e-14);
        assert_true(fabs(s.column_sd[0] - sqrt(17.0 / 30)) < 1e-14 && s.column_sd[1] == 0);
        assert_true(fabs(s.mean - (5.0 / 6 + 5 + 35.0 / 6) / 3) < 1e-14);
    }
    sp_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trips),  cmocka_unit_test(bytes_stay_bytes),
        cmocka_unit_test(odd_names),    cmocka_unit_test(nothing_is_left_behind),
        cmocka_unit_test(command_line), cmocka_unit_test(summary),
    };
    return cmocka_run_group_tests(tests, NULL, remove_temp);
}
