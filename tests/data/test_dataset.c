/* Datasets: scale, mean, labels, classes, limit, memory of the caller. */
#include "data_test.h"

#include <stdlib.h>

static const float small[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20};
static const int32_t small_label[] = {7, 3, 7, 5};

static void memory_is_used_where_it_is(void **state)
{
    (void)state;
    sp_run *run = new_run();
    const sp_dataset *data;
    assert_int_equal(sp_dataset_from_memory(run, small, SP_FLOAT32, 4, 3, small_label, &raw, NULL, &data), SP_OK);
    assert_ptr_equal(data->x, small);
    assert_int_equal(data->n, 4);
    assert_int_equal(data->d, 3);
    assert_true(data->x64[11] == 20);
    assert_null(data->mean);
    assert_int_equal(data->n_classes, 3);
    assert_string_equal(data->class_name[0], "3");
    assert_int_equal(data->label[0], 2);
    assert_int_equal(data->label[1], 0);
    assert_true(data->target[0] == 7);
    double row[3];
    sp_dataset_row(data, 1, row);
    assert_true(row[0] == 3 && row[2] == 5);
    sp_run_free(run);
}

static void variance_and_mean(void **state)
{
    (void)state;
    sp_run *run = new_run();
    const sp_dataset *data;
    assert_int_equal(sp_dataset_from_memory(run, small, SP_FLOAT32, 4, 3, NULL, NULL, NULL, &data), SP_OK);
    assert_string_equal(data->scale, "variance");
    assert_null(data->label);
    assert_null(data->target);
    double total = 0;
    for (size_t j = 0; j < 3; j++) {
        double mean = 0, square = 0;
        for (size_t i = 0; i < 4; i++)
            mean += data->x64[i * 3 + j] / 4;
        for (size_t i = 0; i < 4; i++)
            square += data->x64[i * 3 + j] * data->x64[i * 3 + j];
        assert_true(fabs(mean) < 1e-14); /* rounding of four terms of order 1 */
        total += square / 3;
    }
    assert_true(fabs(total / 3 - 1) < 1e-13);
    for (size_t i = 0; i < 12; i++)
        assert_true(fabs(data->gain * small[i] + data->offset - data->mean[i % 3] - data->x64[i]) < 1e-14);
    assert_true(data->raw_min == 0 && data->raw_max == 20);
    sp_run_free(run);
}

static void columns_of_variance_one(void **state)
{
    (void)state;
    enum { N = 5000, D = 4000 }; /* above SP_DOUBLE_LIMIT: the values are kept in float */
    sp_run *run = new_run();
    const sp_dataset *data, *test;
    sp_data_options options = {.scale = "columns"};
    assert_int_equal(sp_dataset_from_memory(run, small, SP_FLOAT32, 4, 3, NULL, &options, NULL, &data), SP_OK);
    for (size_t j = 0; j < 3; j++) {
        double mean = 0, square = 0;
        for (size_t i = 0; i < 4; i++) {
            mean += data->x64[i * 3 + j] / 4;
            square += data->x64[i * 3 + j] * data->x64[i * 3 + j];
            assert_true(fabs(sp_dataset_raw(data, j, data->x64[i * 3 + j]) - small[i * 3 + j]) < 1e-13);
        }
        assert_true(fabs(mean) < 1e-14 && fabs(square / 3 - 1) < 1e-14);
    }
    static const double query[] = {1, 2, 3};
    assert_int_equal(sp_dataset_from_memory(run, query, SP_FLOAT64, 1, 3, NULL, NULL, data, &test), SP_OK);
    for (size_t j = 0; j < 3; j++)
        assert_true(fabs(sp_dataset_raw(data, j, test->x64[j]) - query[j]) < 1e-13);
    static const double constant[] = {1, 5, 2, 5};
    assert_int_equal(sp_dataset_from_memory(run, constant, SP_FLOAT64, 2, 2, NULL, &options, NULL, &data), SP_DATA);
    assert_non_null(strstr(sp_run_message(run), "column 2 is constant"));

    float *large = malloc(sizeof *large * N * D), *same = malloc(sizeof *same * N * D);
    assert_true(large && same);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < D; j++)
            large[i * D + j] = same[i * D + j] = (float)((1 + (double)(j % 7)) * (double)(i * (j % 100 + 1) % 101));
    assert_int_equal(sp_dataset_from_memory(run, large, SP_FLOAT32, N, D, NULL, &options, NULL, &data), SP_OK);
    assert_null(data->x64);
    for (size_t j = 0; j < D; j += 97) {
        double square = 0;
        for (size_t i = 0; i < N; i++) {
            double x = (double)data->x[i * D + j];
            square += x * x / (N - 1);
            assert_true(fabs(sp_dataset_raw(data, j, x) - (double)same[i * D + j]) < 1e-3); /* of values to 700, in float */
        }
        assert_true(fabs(square - 1) < 1e-5);
    }
    free(large);
    free(same);
    sp_run_free(run);
}

static void like_applies_the_same_map(void **state)
{
    (void)state;
    sp_run *run = new_run();
    const sp_dataset *train, *test;
    static const double query[] = {1, 2, 3};
    static const int32_t five[] = {5}, nine[] = {9};
    assert_int_equal(sp_dataset_from_memory(run, small, SP_FLOAT32, 4, 3, small_label, NULL, NULL, &train), SP_OK);
    assert_int_equal(sp_dataset_from_memory(run, query, SP_FLOAT64, 1, 3, five, NULL, train, &test), SP_OK);
    for (size_t j = 0; j < 3; j++)
        assert_true(fabs(test->x64[j] - (train->gain * query[j] - train->mean[j])) < 1e-14);
    assert_int_equal(test->label[0], 1);
    assert_int_equal(test->n_classes, 3);
    assert_int_equal(sp_dataset_from_memory(run, query, SP_FLOAT64, 1, 3, nine, NULL, train, &test), SP_DATA);
    assert_non_null(strstr(sp_run_message(run), "class \"9\""));
    assert_int_equal(sp_dataset_from_memory(run, query, SP_FLOAT64, 1, 2, NULL, NULL, train, &test), SP_DATA);
    assert_non_null(strstr(sp_run_message(run), "must be the same"));
    sp_run_free(run);
}

static void classes_and_limit(void **state)
{
    (void)state;
    sp_run *run = new_run();
    const sp_dataset *data;
    sp_data_options o = raw;
    o.classes = "7,3";
    assert_int_equal(sp_dataset_from_memory(run, small, SP_FLOAT32, 4, 3, small_label, &o, NULL, &data), SP_OK);
    assert_int_equal(data->n, 3);
    assert_true(data->x[6] == 6 && data->x[3] == 3);
    assert_string_equal(data->class_name[0], "7"); /* in the order given */
    assert_int_equal(data->label[1], 1);
    o.limit = 2;
    assert_int_equal(sp_dataset_from_memory(run, small, SP_FLOAT32, 4, 3, small_label, &o, NULL, &data), SP_OK);
    assert_int_equal(data->n, 2);
    o.classes = "8";
    assert_int_equal(sp_dataset_from_memory(run, small, SP_FLOAT32, 4, 3, small_label, &o, NULL, &data), SP_USAGE);
    assert_non_null(strstr(sp_run_message(run), "it has 3, 5, 7"));
    assert_int_equal(sp_dataset_from_memory(run, small, SP_FLOAT32, 4, 3, NULL, &o, NULL, &data), SP_USAGE);
    o.classes = "3,3";
    assert_int_equal(sp_dataset_from_memory(run, small, SP_FLOAT32, 4, 3, small_label, &o, NULL, &data), SP_USAGE);
    sp_run_free(run);
}

static void bytes_are_pixels_when_images(void **state)
{
    (void)state;
    sp_run *run = new_run();
    unsigned char file[16 + 2 * 4] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 255, 51, 0, 0, 0, 102, 255};
    const char *path = write_temp("two.idx", file, sizeof file);
    const sp_dataset *data = open_ok(run, path, &(sp_data_options){.keep_mean = true});
    assert_string_equal(data->scale, "ddpm");
    assert_int_equal(data->height, 2);
    assert_int_equal(data->channels, 1);
    assert_true(data->x[0] == -1 && data->x[1] == 1);
    assert_true(fabs(data->x64[2] + 0.6) < 1e-15);
    data = open_ok(run, path, &(sp_data_options){.scale = "unit", .keep_mean = true});
    assert_true(data->x[0] == 0 && data->x[1] == 1 && fabs(data->x64[2] - 0.2) < 1e-15);
    data = open_ok(run, path, NULL);
    assert_true(data->x[1] == 1); /* -1 + 2 on average: 0 and 1 */
    open_refused(run, path, &(sp_data_options){.scale = "bytes"}, SP_USAGE, "--scale is none, unit, ddpm, variance", NULL);
    sp_run_free(run);
}

static void large_offsets_keep_their_digits(void **state)
{
    (void)state;
    /* More values than are kept in double: 1e9 + {0, 1} must not be rounded to single precision before the mean is taken. */
    size_t n = 5000, d = 4000;
    double *x = malloc(n * d * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < n * d; i++)
        x[i] = 1e9 + (double)((i / d + i) % 2);
    sp_run *run = new_run();
    const sp_dataset *data;
    sp_data_options o = {.scale = "none"};
    assert_int_equal(sp_dataset_from_memory(run, x, SP_FLOAT64, n, d, NULL, &o, NULL, &data), SP_OK);
    assert_null(data->x64);
    for (size_t i = 0; i < n * d; i += 977)
        assert_true(fabs(fabs(data->x[i]) - 0.5) < 1e-6);
    sp_run_free(run);
    free(x);
}

static void values_that_are_no_numbers(void **state)
{
    (void)state;
    sp_run *run = new_run();
    const sp_dataset *data;
    double bad[] = {1, 2, 3, NAN, 5, 6};
    assert_int_equal(sp_dataset_from_memory(run, bad, SP_FLOAT64, 3, 2, NULL, NULL, NULL, &data), SP_DATA);
    assert_non_null(strstr(sp_run_message(run), "row 2, column 2 is not a number"));
    bad[3] = -INFINITY;
    assert_int_equal(sp_dataset_from_memory(run, bad, SP_FLOAT64, 3, 2, NULL, &raw, NULL, &data), SP_DATA);
    assert_non_null(strstr(sp_run_message(run), "row 2, column 2 is infinite"));
    bad[3] = 1e300;
    assert_int_equal(sp_dataset_from_memory(run, bad, SP_FLOAT64, 3, 2, NULL, &raw, NULL, &data), SP_DATA);
    assert_non_null(strstr(sp_run_message(run), "too large for single precision"));
    assert_int_equal(sp_dataset_from_memory(run, bad, SP_FLOAT64, 3, 2, NULL, NULL, NULL, &data),
                     SP_OK); /* scaled to variance 1 */
    static const float same[] = {2, 2, 2, 2};
    assert_int_equal(sp_dataset_from_memory(run, same, SP_FLOAT32, 2, 2, NULL, NULL, NULL, &data), SP_DATA);
    assert_non_null(strstr(sp_run_message(run), "all rows are equal"));
    assert_int_equal(sp_dataset_from_memory(run, same, SP_FLOAT32, 0, 2, NULL, NULL, NULL, &data), SP_DATA);
    sp_run_free(run);
}

static void same_bits_for_any_threads(void **state)
{
    (void)state;
    uint64_t hash[2];
    for (int threads = 1; threads <= 2; threads++) {
        sp_run *run = sp_run_create(&(sp_run_options){.seed = 3, .threads = threads});
        const sp_dataset *data = open_ok(run, "gen:gaussian,spectrum=power:1,d=300,n=1000,rotate=yes", NULL);
        hash[threads - 1] = data->hash;
        sp_run_free(run);
    }
    assert_true(hash[0] == hash[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_used_where_it_is),
        cmocka_unit_test(variance_and_mean),
        cmocka_unit_test(columns_of_variance_one),
        cmocka_unit_test(like_applies_the_same_map),
        cmocka_unit_test(classes_and_limit),
        cmocka_unit_test(bytes_are_pixels_when_images),
        cmocka_unit_test(large_offsets_keep_their_digits),
        cmocka_unit_test(values_that_are_no_numbers),
        cmocka_unit_test(same_bits_for_any_threads),
    };
    return cmocka_run_group_tests(tests, NULL, remove_temp);
}
