/* IDX, NPY, NPZ and CIFAR records, whole and damaged. */
#include "data_test.h"

#include <zip.h>

/* ---- building files ------------------------------------------------------------------------------------- */

typedef struct {
    unsigned char bytes[1 << 16];
    size_t n;
} blob;

static void put(blob *b, const void *data, size_t n)
{
    assert_true(b->n + n <= sizeof b->bytes);
    memcpy(b->bytes + b->n, data, n);
    b->n += n;
}

static blob npy_with(int version, const char *dictionary, const void *values, size_t bytes)
{
    blob b = {.n = 0};
    unsigned char head[12] = {0x93, 'N', 'U', 'M', 'P', 'Y', (unsigned char)version, 0};
    size_t length = strlen(dictionary);
    head[8] = (unsigned char)length;
    head[9] = (unsigned char)(length >> 8);
    put(&b, head, version > 1 ? 12 : 10);
    put(&b, dictionary, length);
    put(&b, values, bytes);
    return b;
}

static blob npy(const char *descr, bool fortran, const char *shape, const void *values, size_t bytes)
{
    char text[256];
    snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }          \n", descr,
             fortran ? "True" : "False", shape);
    return npy_with(1, text, values, bytes);
}

static const char *save(const char *name, const blob *b) { return write_temp(name, b->bytes, b->n); }

static blob idx(int type, size_t dims, const uint32_t *shape, const void *values, size_t bytes)
{
    blob b = {.n = 0};
    put(&b, (unsigned char[]){0, 0, (unsigned char)type, (unsigned char)dims}, 4);
    for (size_t k = 0; k < dims; k++)
        put(&b,
            (unsigned char[]){(unsigned char)(shape[k] >> 24), (unsigned char)(shape[k] >> 16),
                              (unsigned char)(shape[k] >> 8), (unsigned char)shape[k]},
            4);
    put(&b, values, bytes);
    return b;
}

/* Every prefix of a good file is refused with one line, and so is the file compressed and cut. */
static void every_prefix_is_refused(const char *name, const blob *b)
{
    char gz[64];
    snprintf(gz, sizeof gz, "%s.gz", name);
    for (size_t n = 0; n < b->n; n += n < 140 ? 1 : 97) {
        sp_run *run = new_run();
        open_refused(run, write_temp(name, b->bytes, n), &raw, SP_DATA, NULL);
        sp_run_free(run);
    }
    FILE *file = fopen(write_gz(gz, b->bytes, b->n), "rb");
    unsigned char whole[1 << 16];
    size_t size = fread(whole, 1, sizeof whole, file);
    fclose(file);
    for (size_t n = 3; n < size; n += n + 12 < size ? 5 : 1) {
        sp_run *run = new_run();
        open_refused(run, write_temp(gz, whole, n), &raw, SP_DATA, NULL);
        sp_run_free(run);
    }
    whole[size / 2] ^= 0x55;
    sp_run *run = new_run();
    open_refused(run, write_temp(gz, whole, size), &raw, SP_DATA, NULL);
    sp_run_free(run);
}

/* ---- IDX ------------------------------------------------------------------------------------------------ */

static void idx_types(void **state)
{
    (void)state;
    sp_run *run = new_run();
    static const unsigned char i2[] = {0xff, 0xfe, 0x01, 0x02}, f4[] = {0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0};
    blob b = idx(0x0b, 2, (uint32_t[]){1, 2}, i2, sizeof i2);
    const sp_dataset *data = open_ok(run, save("a.idx", &b), &raw);
    assert_true(data->x[0] == -2 && data->x[1] == 258);
    b = idx(0x0d, 1, (uint32_t[]){2}, f4, sizeof f4);
    data = open_ok(run, save("a.idx", &b), &raw);
    assert_true(data->n == 2 && data->d == 1 && data->x[0] == 1.5f && data->x[1] == -2);
    static const unsigned char images[24] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
                                             13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24};
    b = idx(0x08, 4, (uint32_t[]){2, 3, 2, 2}, images, sizeof images);
    data = open_ok(run, save("a.idx", &b), &raw);
    assert_true(data->n == 2 && data->channels == 3 && data->height == 2 && data->width == 2 && data->x[12] == 13);
    sp_run_free(run);
}

static void idx_labels_beside(void **state)
{
    (void)state;
    sp_run *run = new_run();
    static const unsigned char images[8] = {1, 2, 3, 4, 5, 6, 7, 8}, labels[3] = {4, 9, 9};
    blob b = idx(8, 3, (uint32_t[]){2, 2, 2}, images, 8), l = idx(8, 1, (uint32_t[]){2}, labels, 2);
    const char *path = save("train-images-idx3-ubyte", &b);
    write_gz("train-labels-idx1-ubyte.gz", l.bytes, l.n);
    const sp_dataset *data = open_ok(run, path, &raw);
    assert_int_equal(data->n_classes, 2);
    assert_string_equal(data->class_name[1], "9");
    sp_data_options o = raw;
    o.labels = "none";
    assert_null(open_ok(run, path, &o)->label);
    l = idx(8, 1, (uint32_t[]){3}, labels, 3);
    write_gz("train-labels-idx1-ubyte.gz", l.bytes, l.n);
    open_refused(run, path, &raw, SP_DATA, "holds 3 labels", "2 rows", NULL);
    o.labels = write_text("own.txt", "0.5\n-1.5\n");
    data = open_ok(run, path, &o);
    assert_null(data->label); /* a regression target */
    assert_true(data->n_classes == 0 && data->target[1] == -1.5);
    sp_run_free(run);
}

static void idx_damaged(void **state)
{
    (void)state;
    sp_run *run = new_run();
    static const unsigned char values[12] = {0};
    blob b = idx(8, 3, (uint32_t[]){3, 2, 2}, values, 12);
    every_prefix_is_refused("cut.idx", &b);
    b = idx(8, 3, (uint32_t[]){0xffffffff, 0xffffffff, 0xffffffff}, values, 12);
    open_refused(run, save("huge.idx", &b), &raw, SP_DATA, "huge.idx", "more than the file can hold", NULL);
    b = idx(8, 8,
            (uint32_t[]){0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
            values, 12);
    open_refused(run, save("huge.idx", &b), &raw, SP_DATA, "beyond any memory", NULL);
    b = idx(8, 2, (uint32_t[]){60000, 784}, values, 12);
    open_refused(run, write_gz("huge.idx.gz", b.bytes, b.n), &raw, SP_DATA, "promises 60000 rows of 784", NULL);
    b = idx(8, 2, (uint32_t[]){0, 784}, values, 0);
    open_refused(run, save("none.idx", &b), &raw, SP_DATA, "holds no values", NULL);
    open_refused(run,
                 write_temp("swapped.idx", (unsigned char[]){3, 8, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0,  2,  0,
                                                             0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
                            28),
                 &raw, SP_DATA, "wrong byte order", NULL);
    static const unsigned char nan4[] = {0x3f, 0x80, 0, 0, 0x7f, 0xc0, 0, 0};
    b = idx(0x0d, 2, (uint32_t[]){1, 2}, nan4, 8);
    open_refused(run, save("nan.idx", &b), &raw, SP_DATA, "row 1, column 2 is not a number", NULL);
    open_refused(run, write_temp("empty.idx", "", 0), &raw, SP_DATA, "empty.idx: is empty", NULL);
    open_refused(run, temp_path("absent.idx"), &raw, SP_DATA, "no such file", NULL);
    sp_run_free(run);
}

/* ---- NPY ------------------------------------------------------------------------------------------------ */

static void npy_types(void **state)
{
    (void)state;
    static const struct {
        const char *descr;
        unsigned char bytes[16];
        size_t size;
        double first, second;
    } cases[] = {
        {"|u1", {0, 255}, 2, 0, 255},
        {"|i1", {0x80, 0x7f}, 2, -128, 127},
        {"|b1", {1, 0}, 2, 1, 0},
        {"<u2", {1, 2, 0xff, 0xff}, 4, 513, 65535},
        {">i2", {0xff, 0xfe, 1, 2}, 4, -2, 258},
        {"<i4", {0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0}, 8, -1, 1},
        {">u4", {0, 0, 1, 0, 0, 0, 0, 7}, 8, 256, 7},
        {"<i8", {0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 3}, 16, -2, 3},
        {"<u8", {5, 0, 0, 0, 0, 0, 0, 0, 6}, 16, 5, 6},
        {"<f2", {0x00, 0x3e, 0x00, 0xc0}, 4, 1.5, -2},
        {">f4", {0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0}, 8, 1.5, -2},
        {"<f8", {0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0}, 16, 1.5, -2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sp_run *run = new_run();
        blob b = npy(cases[i].descr, false, "(2, 1)", cases[i].bytes, cases[i].size);
        const sp_dataset *data = open_ok(run, save("t.npy", &b), &raw);
        assert_true(data->n == 2 && data->d == 1);
        assert_true(data->x64[0] == cases[i].first && data->x64[1] == cases[i].second);
        sp_run_free(run);
    }
}

static void npy_shapes(void **state)
{
    (void)state;
    sp_run *run = new_run();
    float v[24];
    for (int i = 0; i < 24; i++)
        v[i] = (float)i;
    blob b = npy("<f4", false, "(24,)", v, sizeof v);
    const sp_dataset *data = open_ok(run, save("s.npy", &b), &raw);
    assert_true(data->n == 24 && data->d == 1);
    b = npy("<f4", false, "(2, 3, 4)", v, sizeof v);
    data = open_ok(run, save("s.npy", &b), &raw);
    assert_true(data->n == 2 && data->channels == 1 && data->height == 3 && data->width == 4);
    b = npy("<f4", false, "(2, 2, 2, 3)", v, sizeof v); /* channels last: pixel (0,0) is 0 1 2 */
    data = open_ok(run, save("s.npy", &b), &raw);
    assert_true(data->channels == 3 && data->height == 2 && data->width == 2);
    assert_true(data->x[0] == 0 && data->x[1] == 3 && data->x[4] == 1 && data->x[8] == 2 && data->x[12] == 12);
    b = npy("<f4", false, "(2, 3, 2, 2)", v, sizeof v);
    data = open_ok(run, save("s.npy", &b), &raw);
    assert_true(data->channels == 3 && data->x[4] == 4);
    /* Fortran order: element (i, j) of (4, 6) is i + 4 j; (i, j, k) of (2, 3, 4) is i + 2 (j + 3 k). */
    b = npy("<f4", true, "(4, 6)", v, sizeof v);
    data = open_ok(run, save("s.npy", &b), &raw);
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 6; j++)
            assert_true(data->x[i * 6 + j] == (float)(i + 4 * j));
    b = npy("<f4", true, "(2, 3, 4)", v, sizeof v);
    data = open_ok(run, save("s.npy", &b), &raw);
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 3; j++)
            for (size_t k = 0; k < 4; k++)
                assert_true(data->x[i * 12 + j * 4 + k] == (float)(i + 2 * (j + 3 * k)));
    b = npy_with(2, "{\"descr\": \"<f4\", \"fortran_order\": False, \"shape\": (12, 2)}\n", v, sizeof v);
    assert_int_equal(open_ok(run, save("s.npy", &b), &raw)->n, 12);
    b = npy_with(3, "{'shape': (3, 8), 'descr': '<f4', 'fortran_order': False}\n", v, sizeof v);
    data = open_ok(run, write_gz("s.npy.gz", b.bytes, b.n), &raw);
    assert_true(data->n == 3 && data->x[8] == 8);
    sp_run_free(run);
}

static void npy_damaged(void **state)
{
    (void)state;
    sp_run *run = new_run();
    float v[6] = {1, 2, 3, 4, 5, 6};
    blob b = npy("<f4", false, "(3, 2)", v, sizeof v);
    every_prefix_is_refused("cut.npy", &b);
    b = npy("<f4", true, "(3, 2)", v, sizeof v);
    every_prefix_is_refused("cut.npy", &b);
    static const struct {
        const char *descr, *shape, *what;
    } bad[] = {
        {"<f4", "(1000000000000, 1000000000000)", "can hold"},
        {"<f4", "(3, 9999999999999999999999999)", "damaged NPY header"},
        {"<f4", "(3, 4611686018427387904, 8)", "beyond any memory"},
        {"<f4", "(0, 2)", "holds no values"},
        {"<f4", "()", "a single number"},
        {"<f4", "3, 2", "damaged NPY header"},
        {"<f4", "(-3, 2)", "damaged NPY header"},
        {"<f4", "(1,1,1,1,1,1,1,1,6)", "damaged NPY header"},
        {"<c8", "(3, 1)", "values of type c8"},
        {"|O", "(3, 2)", "values of type O"},
        {"<U5", "(3, 2)", "values of type U5"},
        {"<f16", "(1, 1)", "values of type f16"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        b = npy(bad[i].descr, false, bad[i].shape, v, sizeof v);
        open_refused(run, save("bad.npy", &b), &raw, SP_DATA, "bad.npy", bad[i].what, NULL);
    }
    b = npy_with(1, "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,)}\n", v, sizeof v);
    open_refused(run, save("bad.npy", &b), &raw, SP_DATA, "a structured array", NULL);
    b = npy_with(9, "{}", v, sizeof v);
    open_refused(run, save("bad.npy", &b), &raw, SP_DATA, "NPY version 9", NULL);
    v[4] = INFINITY;
    b = npy("<f4", false, "(3, 2)", v, sizeof v);
    open_refused(run, save("inf.npy", &b), &raw, SP_DATA, "inf.npy: row 3, column 1 is infinite", NULL);
    open_refused(run, save("inf.npy", &b), &(sp_data_options){.scale = "none", .labels = "nowhere.txt"}, SP_DATA,
                 "nowhere.txt: cannot open", NULL);
    char keyed[300];
    snprintf(keyed, sizeof keyed, "%s:x", save("inf.npy", &b));
    open_refused(run, keyed, &raw, SP_USAGE, "holds one array only", NULL);
    sp_run_free(run);
}

/* ---- NPZ ------------------------------------------------------------------------------------------------ */

static const char *npz(const char *name, size_t n, const char *const *members, const blob *const *contents)
{
    const char *path = temp_path(name);
    unlink(path);
    zip_t *archive = zip_open(path, ZIP_CREATE, NULL);
    assert_non_null(archive);
    for (size_t i = 0; i < n; i++)
        assert_true(
            zip_file_add(archive, members[i], zip_source_buffer(archive, contents[i]->bytes, contents[i]->n, 0), 0) >= 0);
    assert_int_equal(zip_close(archive), 0);
    return path;
}

static void npz_arrays(void **state)
{
    (void)state;
    sp_run *run = new_run();
    float v[6] = {1, 2, 3, 4, 5, 6};
    int64_t y[3] = {1, 0, 1};
    blob x = npy("<f4", false, "(3, 2)", v, sizeof v), l = npy("<i8", false, "(3,)", y, sizeof y),
         two = npy("<f4", false, "(2, 3)", v, sizeof v);
    const char *path = npz("a.npz", 3, (const char *[]){"other.npy", "X.npy", "y.npy"}, (const blob *[]){&two, &x, &l});
    const sp_dataset *data = open_ok(run, path, &raw);
    assert_true(data->n == 3 && data->n_classes == 2 && data->label[0] == 1);
    char keyed[300];
    snprintf(keyed, sizeof keyed, "%s:other", path);
    sp_data_options o = raw;
    o.labels = "none";
    assert_int_equal(open_ok(run, keyed, &o)->d, 3);
    open_refused(run, keyed, &raw, SP_DATA, "holds 3 labels", "2 rows", NULL);
    snprintf(keyed, sizeof keyed, "%s:nothing", path);
    open_refused(run, keyed, &raw, SP_DATA, "no array \"nothing\"", "other, X, y", NULL);
    path = npz("b.npz", 2, (const char *[]){"train.npy", "test.npy"}, (const blob *[]){&x, &two});
    open_refused(run, path, &raw, SP_DATA, "which array?", "train, test", NULL);
    path = npz("c.npz", 2, (const char *[]){"weird.npy", "label.npy"}, (const blob *[]){&x, &l});
    data = open_ok(run, path, &raw); /* the only one that is no labels */
    assert_true(data->d == 2 && data->n_classes == 2);
    o.classes = "1";
    o.labels = "label";
    data = open_ok(run, path, &o);
    assert_true(data->n == 2 && data->x[2] == 5);
    sp_run_free(run);
}

static void npz_damaged(void **state)
{
    (void)state;
    float v[600] = {1};
    blob x = npy("<f4", false, "(300, 2)", v, sizeof v), text = {.bytes = "hello", .n = 5};
    const char *path = npz("d.npz", 1, (const char *[]){"x.npy"}, (const blob *[]){&x});
    FILE *file = fopen(path, "rb");
    blob whole = {.n = 0};
    whole.n = fread(whole.bytes, 1, sizeof whole.bytes, file);
    fclose(file);
    for (size_t n = 0; n < whole.n; n += 3) {
        sp_run *run = new_run();
        open_refused(run, write_temp("cut.npz", whole.bytes, n), &raw, SP_DATA, NULL);
        sp_run_free(run);
    }
    sp_run *run = new_run();
    path = npz("e.npz", 1, (const char *[]){"x.npy"}, (const blob *[]){&text});
    open_refused(run, path, &raw, SP_DATA, "e.npz:x.npy", NULL);
    path = npz("f.npz", 1, (const char *[]){"readme.txt"}, (const blob *[]){&text});
    open_refused(run, path, &raw, SP_DATA, "f.npz", NULL);
    open_refused(run, write_temp("g.npz", "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22), &raw, SP_DATA,
                 "an empty archive", NULL);
    blob huge = npy("<f4", false, "(100000000, 100000)", v, sizeof v);
    path = npz("h.npz", 1, (const char *[]){"x.npy"}, (const blob *[]){&huge});
    open_refused(run, path, &raw, SP_DATA, "more than the file can hold", NULL);
    sp_run_free(run);
}

/* ---- CIFAR ---------------------------------------------------------------------------------------------- */

static blob cifar(size_t records, size_t label_bytes)
{
    blob b = {.n = 0};
    for (size_t i = 0; i < records; i++) {
        for (size_t k = 0; k < label_bytes; k++)
            b.bytes[b.n++] = (unsigned char)(k ? 50 + i : i % 10);
        for (size_t j = 0; j < 3072; j++)
            b.bytes[b.n++] = (unsigned char)(i + j);
    }
    return b;
}

static void cifar_records(void **state)
{
    (void)state;
    sp_run *run = new_run();
    blob b = cifar(4, 1);
    const sp_dataset *data = open_ok(run, save("a.bin", &b), NULL);
    assert_true(data->n == 4 && data->channels == 3 && data->height == 32 && data->n_classes == 10);
    assert_string_equal(data->class_name[3], "cat");
    assert_int_equal(data->label[3], 3);
    assert_string_equal(data->scale, "ddpm");
    sp_data_options o = raw;
    o.classes = "cat,1";
    data = open_ok(run, write_gz("a.bin.gz", b.bytes, b.n), &o);
    assert_true(data->n == 2 && data->label[0] == 1 && data->label[1] == 0 && data->x[1] == 2);
    assert_string_equal(data->class_name[1], "automobile");
    b = cifar(5, 2);
    data = open_ok(run, save("c100.bin", &b), &raw);
    assert_true(data->n == 5 && data->target[4] == 54);
    o = raw;
    o.labels = "coarse";
    assert_true(open_ok(run, save("c100.bin", &b), &o)->target[4] == 4);
    sp_run_free(run);
}

static void cifar_folder(void **state)
{
    (void)state;
    sp_run *run = new_run();
    char folder[200], path[300];
    snprintf(folder, sizeof folder, "%s", temp_path("batches"));
    mkdir(folder, 0777);
    for (int i = 1; i <= 3; i++) {
        blob b = cifar((size_t)i, 1);
        snprintf(path, sizeof path, "batches/data_batch_%d.bin%s", i, i == 2 ? ".gz" : "");
        if (i == 2)
            write_gz(path, b.bytes, b.n);
        else
            save(path, &b);
    }
    const sp_dataset *data = open_ok(run, folder, &raw);
    assert_int_equal(data->n, 6);
    assert_true(data->label[0] == 0 && data->label[2] == 1 && data->label[5] == 2 && data->x[5 * 3072] == 2);
    sp_data_options o = raw;
    o.classes = "bird";
    assert_int_equal(open_ok(run, folder, &o)->n, 1);
    snprintf(path, sizeof path, "%s:test", folder);
    open_refused(run, path, &raw, SP_DATA, "holds no \"test\" part", NULL);
    blob b = cifar(2, 1);
    save("batches/test_batch.bin", &b);
    assert_int_equal(open_ok(run, path, &raw)->n, 2);
    sp_run_free(run);
}

static void cifar_damaged(void **state)
{
    (void)state;
    sp_run *run = new_run();
    blob b = cifar(2, 1);
    open_refused(run, write_temp("cut.bin", b.bytes, b.n - 1), &raw, SP_DATA, "no whole number of CIFAR records", NULL);
    b.bytes[3073] = 77;
    open_refused(run, save("label.bin", &b), &raw, SP_DATA, "label 77", NULL);
    unsigned char whole[1 << 14];
    FILE *file = fopen(write_gz("z.bin.gz", b.bytes, b.n), "rb");
    size_t n = fread(whole, 1, sizeof whole, file);
    fclose(file);
    whole[n - 4] = whole[n - 3] = 0xff; /* the trailer lies about the size */
    open_refused(run, write_temp("z.bin.gz", whole, n), &raw, SP_DATA, "z.bin.gz", NULL);
    sp_run_free(run);
}

/* ---- all of them ---------------------------------------------------------------------------------------- */

static void gzip_bombs_are_bounded(void **state)
{
    (void)state;
    /* 300 MB of zeros in 300 kB, with an honest header: refused by the memory limit before it is unpacked. */
    sp_run *run = sp_run_create(&(sp_run_options){.seed = 1, .threads = 1, .max_memory = 64u << 20});
    static unsigned char zeros[1 << 20];
    for (int text = 0; text < 2; text++) {
        const char *path = temp_path(text ? "bomb.csv.gz" : "bomb.idx.gz");
        gzFile file = gzopen(path, "wb1");
        if (text)
            memset(zeros, '1', sizeof zeros);
        else
            gzwrite(file, (unsigned char[]){0, 0, 8, 2, 0, 4, 0x93, 0xe0, 0, 0, 4, 0}, 12); /* 300000 x 1024 */
        for (int i = 0; i < 293; i++)
            gzwrite(file, zeros, sizeof zeros);
        gzclose(file);
        open_refused(run, path, &raw, SP_DATA, text ? "above the memory limit" : "do not fit the memory allowed", NULL);
    }
    sp_run_free(run);
}

static void other_files(void **state)
{
    (void)state;
    sp_run *run = new_run();
    open_refused(run, write_temp("noise.dat", "\x01\x02\x7f\x00\xff\xfe", 6), &raw, SP_DATA, "not a known format", "NPZ",
                 NULL);
    open_refused(run, write_temp("one.png", "\x89PNG\r\n\x1a\n....", 12), &raw, SP_DATA, "a single image", NULL);
    unsigned char gz[64];
    FILE *file = fopen(write_gz("a.gz", "abc", 3), "rb");
    size_t n = fread(gz, 1, sizeof gz, file);
    fclose(file);
    open_refused(run, write_gz("twice.gz", gz, n), &raw, SP_DATA, "compressed twice", NULL);
    open_refused(run, temp_folder(), &raw, SP_DATA, NULL);
    sp_run_free(run);
}

static void members_of_gzip_follow_each_other(void **state)
{
    (void)state;
    sp_run *run = new_run();
    float v[6] = {1, 2, 3, 4, 5, 6};
    blob b = npy("<f4", false, "(3, 2)", v, sizeof v), joined = {.n = 0};
    for (int part = 0; part < 2; part++) {
        unsigned char gz[1024];
        FILE *file = fopen(part ? write_gz("p", b.bytes + 50, b.n - 50) : write_gz("p", b.bytes, 50), "rb");
        put(&joined, gz, fread(gz, 1, sizeof gz, file));
        fclose(file);
    }
    put(&joined, "\0\0\0\0\0", 5); /* padding */
    assert_true(open_ok(run, save("joined.npy.gz", &joined), &raw)->x[5] == 6);
    sp_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idx_types),     cmocka_unit_test(idx_labels_beside),
        cmocka_unit_test(idx_damaged),   cmocka_unit_test(npy_types),
        cmocka_unit_test(npy_shapes),    cmocka_unit_test(npy_damaged),
        cmocka_unit_test(npz_arrays),    cmocka_unit_test(npz_damaged),
        cmocka_unit_test(cifar_records), cmocka_unit_test(cifar_folder),
        cmocka_unit_test(cifar_damaged), cmocka_unit_test(gzip_bombs_are_bounded),
        cmocka_unit_test(other_files),   cmocka_unit_test(members_of_gzip_follow_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, remove_temp);
}
