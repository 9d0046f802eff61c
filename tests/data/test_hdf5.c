/* HDF5 files, whole and damaged. */
#include "data_test.h"

#ifdef SPINODAL_HAVE_HDF5

#include <hdf5.h>

static const float values[24] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23};

static hid_t create(const char *name) { return H5Fcreate(temp_path(name), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT); }

static void put(hid_t file, const char *name, hid_t stored, int dims, const hsize_t *shape, hid_t memory, const void *data)
{
    hid_t space = H5Screate_simple(dims, shape, NULL),
          set = H5Dcreate2(file, name, stored, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(set >= 0);
    if (data)
        assert_true(H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
    H5Dclose(set);
    H5Sclose(space);
}

static void arrays(void **state)
{
    (void)state;
    sp_run *run = new_run();
    char keyed[600];
    hid_t file = create("a.h5"), group = H5Gcreate2(file, "deep", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    put(file, "x", H5T_IEEE_F64BE, 2, (hsize_t[]){6, 4}, H5T_NATIVE_FLOAT, values);
    put(file, "y", H5T_STD_I32LE, 1, (hsize_t[]){6}, H5T_NATIVE_INT, (int[]){3, 3, 5, 5, 3, 9});
    put(group, "images", H5T_STD_U8LE, 4, (hsize_t[]){2, 2, 2, 3}, H5T_NATIVE_FLOAT, values);
    put(group, "t", H5T_IEEE_F32LE, 1, (hsize_t[]){2}, H5T_NATIVE_FLOAT, values);
    H5Gclose(group);
    H5Fclose(file);
    const sp_dataset *data = open_ok(run, temp_path("a.h5"), &raw);
    assert_true(data->n == 6 && data->d == 4 && data->x64[23] == 23 && data->n_classes == 3);
    assert_int_equal(data->label[5], 2);
    snprintf(keyed, sizeof keyed, "%s:/deep/images", temp_path("a.h5"));
    sp_data_options o = {.labels = "none", .keep_mean = true};
    data = open_ok(run, keyed, &o);
    assert_true(data->n == 2 && data->channels == 3 && data->height == 2);
    assert_string_equal(data->scale, "ddpm");
    assert_true(fabs(data->x64[1] - (2 * 3.0 / 255 - 1)) < 1e-15); /* plane by plane */
    o.labels = "/deep/t";
    data = open_ok(run, keyed, &o);
    assert_true(data->n_classes == 2 && data->target[1] == 1);
    open_refused(run, keyed, &raw, SP_DATA, "holds 6 labels", "2 rows", NULL);
    snprintf(keyed, sizeof keyed, "%s:/deep/nothing", temp_path("a.h5"));
    open_refused(run, keyed, &raw, SP_DATA, "no dataset \"/deep/nothing\"", "/x", "/deep/...", NULL);
    sp_run_free(run);
}

static void chunks(void **state)
{
    (void)state;
    sp_run *run = new_run();
    hid_t file = create("chunks.h5"), properties = H5Pcreate(H5P_DATASET_CREATE),
          space = H5Screate_simple(2, (hsize_t[]){6, 4}, NULL);
    H5Pset_chunk(properties, 2, (hsize_t[]){4, 3});
    H5Pset_deflate(properties, 6);
    hid_t set = H5Dcreate2(file, "x", H5T_IEEE_F32LE, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    assert_true(H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Dclose(set);
    H5Sclose(space);
    H5Pclose(properties);
    H5Fclose(file);
    const sp_dataset *data = open_ok(run, temp_path("chunks.h5"), &raw);
    assert_true(data->n == 6 && data->d == 4);
    for (size_t i = 0; i < 24; i++)
        assert_true(data->x[i] == (float)i);
    sp_run_free(run);
}

static void damaged(void **state)
{
    (void)state;
    sp_run *run = new_run();
    hid_t file = create("b.h5");
    put(file, "x", H5T_IEEE_F32LE, 2, (hsize_t[]){6, 4}, H5T_NATIVE_FLOAT, values);
    H5Fclose(file);
    FILE *whole = fopen(temp_path("b.h5"), "rb");
    static char bytes[1 << 16];
    size_t size = fread(bytes, 1, sizeof bytes, whole);
    fclose(whole);
    for (size_t n = 0; n < size; n += 64)
        open_refused(run, write_temp("cut.h5", bytes, n), &raw, SP_DATA, NULL);
    open_refused(run, write_gz("z.h5.gz", bytes, size), &raw, SP_DATA, "plain files only", NULL);

    file = create("c.h5");
    put(file, "x", H5T_IEEE_F32LE, 2, (hsize_t[]){1000000000000, 100000}, H5T_NATIVE_FLOAT, NULL);
    H5Fclose(file);
    open_refused(run, temp_path("c.h5"), &raw, SP_DATA, "the file holds fewer", NULL);
    file = create("d.h5");
    put(file, "a", H5T_IEEE_F32LE, 2, (hsize_t[]){6, 4}, H5T_NATIVE_FLOAT, values);
    put(file, "b", H5T_IEEE_F32LE, 2, (hsize_t[]){6, 4}, H5T_NATIVE_FLOAT, values);
    H5Fclose(file);
    open_refused(run, temp_path("d.h5"), &raw, SP_DATA, "which dataset?", "/a, /b", NULL);
    file = create("e.h5");
    H5Fclose(file);
    open_refused(run, temp_path("e.h5"), &raw, SP_DATA, "it is empty", NULL);
    file = create("f.h5");
    put(file, "x", H5T_C_S1, 1, (hsize_t[]){3}, H5T_C_S1, "abc");
    H5Fclose(file);
    open_refused(run, temp_path("f.h5"), &raw, SP_DATA, "no real numbers", NULL);
    file = create("g.h5");
    put(file, "x", H5T_IEEE_F64LE, 2, (hsize_t[]){1, 2}, H5T_NATIVE_DOUBLE, (double[]){1, NAN});
    H5Fclose(file);
    open_refused(run, temp_path("g.h5"), &raw, SP_DATA, "row 1, column 2 is not a number", NULL);
    file = create("h.h5");
    put(file, "x", H5T_IEEE_F64LE, 0, NULL, H5T_NATIVE_DOUBLE, (double[]){1});
    H5Fclose(file);
    open_refused(run, temp_path("h.h5"), &raw, SP_DATA, "a single number", NULL);
    sp_run_free(run);
}

static void error_handler_is_left_alone(void **state)
{
    (void)state;
    H5E_auto2_t before, after;
    void *data;
    H5Eget_auto2(H5E_DEFAULT, &before, &data);
    sp_run *run = new_run();
    open_refused(run, write_temp("x.h5", "\x89HDF\r\n\x1a\nnothing", 15), &raw, SP_DATA, "truncated or damaged", NULL);
    H5Eget_auto2(H5E_DEFAULT, &after, &data);
    assert_ptr_equal(before, after);
    sp_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(arrays), cmocka_unit_test(chunks), cmocka_unit_test(damaged),
                                       cmocka_unit_test(error_handler_is_left_alone)};
    return cmocka_run_group_tests(tests, NULL, remove_temp);
}

#else

static void says_what_is_missing(void **state)
{
    (void)state;
    sp_run *run = new_run();
    open_refused(run, write_temp("x.h5", "\x89HDF\r\n\x1a\nnothing", 15), &raw, SP_DATA, "libhdf5-dev", NULL);
    sp_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(says_what_is_missing)};
    return cmocka_run_group_tests(tests, NULL, remove_temp);
}

#endif
