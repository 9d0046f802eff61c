/* Datasets known by name: where they are looked for, how they are fetched (from a folder, through file:// addresses of the
 * test's own), and the real files when $SPINODAL_DATA has them. */
#include "data_test.h"

#include "data/catalogue.h"
#include "data/tar.h"

static void not_here(void **state)
{
    (void)state;
    sp_run *run = new_run();
    char *before = getenv("SPINODAL_DATA") ? strdup(getenv("SPINODAL_DATA")) : NULL;
    unsetenv("SPINODAL_DATA");
    setenv("XDG_CACHE_HOME", temp_folder(), 1);
    open_refused(run, "mnist", NULL, SP_DATA, "mnist is not on this machine", "data get mnist", NULL);
    open_refused(run, "mnist:half", NULL, SP_USAGE, "mnist:train and mnist:test", NULL);
    open_refused(run, "minst", NULL, SP_DATA, "no such file", "data list", NULL);
    const char *folder;
    bool fetched;
    size_t n;
    const sp_catalogue_file *files;
    assert_int_equal(sp_catalogue_get(run, "cifar10", true, &folder, &fetched, &n, &files), SP_OK);
    assert_true(n == 1 && !fetched && strstr(folder, temp_folder()) == folder && strlen(files[0].sha256) == 64);
    assert_int_equal(sp_catalogue_get(run, "nothing", true, &folder, &fetched, &n, &files), SP_USAGE);
    assert_non_null(strstr(sp_run_message(run), "mnist, fashion-mnist, cifar10"));
    unsetenv("XDG_CACHE_HOME");
    if (before)
        setenv("SPINODAL_DATA", before, 1);
    free(before);
    sp_run_free(run);
}

static void found_in_folder(void **state)
{
    (void)state;
    sp_run *run = new_run();
    char *before = getenv("SPINODAL_DATA") ? strdup(getenv("SPINODAL_DATA")) : NULL;
    setenv("SPINODAL_DATA", temp_folder(), 1);
    mkdir(temp_path("fashion-mnist"), 0777);
    static const unsigned char images[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4},
                               labels[] = {0, 0, 8, 1, 0, 0, 0, 2, 9, 1};
    write_gz("fashion-mnist/train-images-idx3-ubyte.gz", images, sizeof images);
    write_gz("fashion-mnist/train-labels-idx1-ubyte.gz", labels, sizeof labels);
    const sp_dataset *data = open_ok(run, "fashion-mnist", &raw);
    assert_true(data->n == 2 && data->n_classes == 10 && data->label[0] == 9);
    assert_string_equal(data->class_name[9], "ankle boot");
    assert_string_equal(data->name, "fashion-mnist");
    open_refused(run, "fashion-mnist:test", &raw, SP_DATA, "holds no \"test\" part", NULL);
    size_t n;
    const sp_catalogue_entry *entry;
    assert_int_equal(sp_catalogue(run, &n, &entry), SP_OK);
    assert_true(n == 3 && entry[1].folder && !entry[2].folder);
    const char *folder;
    bool fetched;
    const sp_catalogue_file *files;
    assert_int_equal(sp_catalogue_get(run, "fashion-mnist", false, &folder, &fetched, &n, &files), SP_OK);
    assert_true(n == 4 && !fetched);
    if (before)
        setenv("SPINODAL_DATA", before, 1);
    else
        unsetenv("SPINODAL_DATA");
    free(before);
    sp_run_free(run);
}

static void tar_members(void **state)
{
    (void)state;
    sp_run *run = new_run();
    char command[1200];
    const char *root = temp_folder();
    snprintf(command, sizeof command,
             "cd '%s' && mkdir -p in/deep out && printf one > in/deep/a.bin && head -c 1536 /dev/zero > in/b.bin && echo no "
             "> in/c.txt && "
             "tar czf t.tar.gz in && head -c 100 t.tar.gz > cut.tar.gz",
             root);
    if (system(command) != 0)
        skip();
    sp_stream *archive;
    size_t n;
    assert_int_equal(sp_stream_open(run, temp_path("t.tar.gz"), &archive), SP_OK);
    assert_int_equal(sp_tar_extract(run, archive, ".bin", temp_path("out"), &n), SP_OK);
    sp_stream_close(archive);
    assert_int_equal(n, 2);
    struct stat info;
    assert_int_equal(stat(temp_path("out/b.bin"), &info), 0);
    assert_int_equal(info.st_size, 1536);
    assert_int_equal(stat(temp_path("out/a.bin"), &info), 0);
    assert_int_equal(info.st_size, 3);
    assert_int_equal(sp_stream_open(run, temp_path("cut.tar.gz"), &archive), SP_OK);
    assert_int_equal(sp_tar_extract(run, archive, ".bin", temp_path("out"), &n), SP_DATA);
    sp_stream_close(archive);
    assert_int_equal(sp_stream_open(run, write_text("no.tar", "hello"), &archive), SP_OK);
    assert_int_equal(sp_tar_extract(run, archive, ".bin", temp_path("out"), &n), SP_DATA);
    sp_stream_close(archive);
    sp_run_free(run);
}

#if defined(SPINODAL_HAVE_CURL) && defined(SPINODAL_HAVE_MD)

/* "hello world\n" and its published sum; the address is a folder of this machine. */
static const char *const hello_sum = "a948904f2f0f479b8f8197694b30184b0d2ed1c1cd2a1ec0fb85d299a192a447";

static void fetching(void **state)
{
    (void)state;
    sp_run *run = new_run();
    char url[600], folder[600];
    snprintf(url, sizeof url, "file://%s", temp_path("public"));
    mkdir(temp_path("public"), 0777);
    snprintf(folder, sizeof folder, "%s", temp_path("private/deep"));
    sp_known known = {.name = "hello",
                      .url = {"file:///no/such/folder", url},
                      .file = {{"a.txt", hello_sum, 12}, {"b.txt", hello_sum, 12}}};
    write_text("public/a.txt", "hello world\n");
    assert_int_equal(sp_known_fetch(run, &known, folder), SP_FAILED); /* b is missing */
    assert_non_null(strstr(sp_run_message(run), "put b.txt from"));
    assert_non_null(strstr(sp_run_message(run), folder));
    assert_null(strchr(sp_run_message(run), '\n'));
    assert_int_equal(access(temp_path("private/deep/a.txt"), R_OK), 0);
    write_text("public/b.txt", "hello earth\n");
    assert_int_equal(sp_known_fetch(run, &known, folder), SP_FAILED); /* another sum */
    assert_non_null(strstr(sp_run_message(run), "another SHA-256"));
    assert_int_not_equal(access(temp_path("private/deep/b.txt"), F_OK), 0);
    assert_int_not_equal(access(temp_path("private/deep/b.txt.part"), F_OK), 0);
    write_text("public/b.txt", "hello world\n");
    write_text("private/deep/b.txt.part", "hello "); /* interrupted: goes on */
    write_text("public/a.txt", "gone");              /* not asked for again */
    assert_int_equal(sp_known_fetch(run, &known, folder), SP_OK);
    assert_int_equal(access(temp_path("private/deep/b.txt"), R_OK), 0);
    assert_int_not_equal(access(temp_path("private/deep/b.txt.part"), F_OK), 0);
    unlink(temp_path("private/deep/b.txt"));
    write_text("private/deep/b.txt.part", "HELLO "); /* another beginning: fetched afresh */
    assert_int_equal(sp_known_fetch(run, &known, folder), SP_OK);
    sp_run_free(run);
}

#endif

/* ---- the real ones -------------------------------------------------------------------------------------- */

static const char *here(const char *file)
{
    static char path[600];
    const char *root = getenv("SPINODAL_DATA");
    if (!root)
        return NULL;
    snprintf(path, sizeof path, "%s/%s", root, file);
    return access(path, R_OK) == 0 ? path : NULL;
}

static void mnist(void **state)
{
    (void)state;
    if (!here("mnist/train-images-idx3-ubyte.gz"))
        skip();
    sp_run *run = new_run();
    const sp_dataset *data = open_ok(run, "mnist", &(sp_data_options){.classes = "1,8", .scale = "unit"}), *test;
    assert_true(data->n == 6742 + 5851 && data->d == 784 && data->n_classes == 2 && data->height == 28);
    size_t count[2] = {0};
    for (size_t i = 0; i < data->n; i++)
        count[data->label[i]]++;
    assert_true(count[0] == 6742 && count[1] == 5851);
    assert_int_equal(sp_dataset_open(run, "mnist:test", &(sp_data_options){.classes = "1,8"}, data, &test), SP_OK);
    assert_true(test->n == 1135 + 974 && test->gain == data->gain && test->mean == data->mean);
    sp_run_free(run);
}

static void cifar10(void **state)
{
    (void)state;
    if (!here("cifar10/train_batch.bin.gz"))
        skip();
    sp_run *run = new_run();
    const sp_dataset *data = open_ok(run, "cifar10:test", &(sp_data_options){.limit = 1000, .keep_mean = true});
    assert_true(data->n == 1000 && data->d == 3072 && data->channels == 3 && data->n_classes == 10);
    assert_true(data->raw_min == 0 && data->raw_max == 255);
    for (size_t i = 0; i < data->n * data->d; i++)
        assert_true(data->x[i] >= -1 && data->x[i] <= 1);
    sp_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(not_here),
        cmocka_unit_test(found_in_folder),
        cmocka_unit_test(tar_members),
#if defined(SPINODAL_HAVE_CURL) && defined(SPINODAL_HAVE_MD)
        cmocka_unit_test(fetching),
#endif
        cmocka_unit_test(mnist),
        cmocka_unit_test(cifar10)
    };
    return cmocka_run_group_tests(tests, NULL, remove_temp);
}
