/* Folders of PNG and JPEG files. */
#include "data_test.h"

#if defined(SPINODAL_HAVE_SPNG) && defined(SPINODAL_HAVE_TURBOJPEG)

#include <spng.h>
#include <turbojpeg.h>

static void write_png(const char *name, unsigned width, unsigned height, int colour, const unsigned char *pixels,
                      size_t bytes)
{
    spng_ctx *png = spng_ctx_new(SPNG_CTX_ENCODER);
    struct spng_ihdr header = {.width = width, .height = height, .color_type = (uint8_t)colour, .bit_depth = 8};
    spng_set_option(png, SPNG_ENCODE_TO_BUFFER, 1);
    spng_set_ihdr(png, &header);
    assert_int_equal(spng_encode_image(png, pixels, bytes, SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE), 0);
    size_t size;
    int error;
    void *data = spng_get_png_buffer(png, &size, &error);
    assert_non_null(data);
    write_temp(name, data, size);
    free(data);
    spng_ctx_free(png);
}

static void write_jpeg(const char *name, int width, int height, const unsigned char *rgb)
{
    tjhandle jpeg = tjInitCompress();
    unsigned char *data = NULL;
    unsigned long size = 0;
    assert_int_equal(tjCompress2(jpeg, rgb, width, 0, height, TJPF_RGB, &data, &size, TJSAMP_444, 100, TJFLAG_ACCURATEDCT),
                     0);
    write_temp(name, data, size);
    tjFree(data);
    tjDestroy(jpeg);
}

static const char *folder(const char *name)
{
    const char *path = temp_path(name);
    mkdir(path, 0777);
    return path;
}

static const unsigned char grey[6] = {0, 50, 100, 150, 200, 250},
                           rgb[18] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};

static void one_folder_per_class(void **state)
{
    (void)state;
    sp_run *run = new_run();
    char root[600];
    snprintf(root, sizeof root, "%s", folder("set"));
    folder("set/dog");
    folder("set/cat");
    folder("set/.hidden");
    write_png("set/dog/b.png", 3, 2, SPNG_COLOR_TYPE_GRAYSCALE, grey, 6);
    write_png("set/cat/z.PNG", 3, 2, SPNG_COLOR_TYPE_GRAYSCALE, grey, 6);
    write_png("set/cat/a.png", 3, 2, SPNG_COLOR_TYPE_GRAYSCALE, grey, 6);
    write_text("set/cat/notes.txt", "not an image");
    const sp_dataset *data = open_ok(run, root, &raw);
    assert_true(data->n == 3 && data->channels == 1 && data->height == 2 && data->width == 3);
    for (size_t j = 0; j < 6; j++)
        assert_true(data->x[6 + j] == grey[j]);
    assert_string_equal(data->class_name[0], "cat");
    assert_true(data->label[0] == 0 && data->label[1] == 0 && data->label[2] == 1);
    sp_data_options o = raw;
    o.classes = "dog";
    assert_int_equal(open_ok(run, root, &o)->n, 1);

    write_png("set/dog/c.png", 3, 2, SPNG_COLOR_TYPE_TRUECOLOR, rgb, 18); /* one colour image: all become colour */
    data = open_ok(run, root, &raw);
    assert_true(data->n == 4 && data->channels == 3);
    assert_true(data->x[3 * 18] == 1 && data->x[3 * 18 + 6] == 2 && data->x[3 * 18 + 1] == 4);
    assert_true(data->x[1] == 50 && data->x[7] == 50 && data->x[13] == 50);
    unsigned char flat[6 * 3];
    memset(flat, 77, sizeof flat);
    write_jpeg("set/dog/d.jpg", 3, 2, flat);
    data = open_ok(run, root, NULL);
    assert_string_equal(data->scale, "ddpm");
    data = open_ok(run, root, &raw);
    assert_true(data->n == 5 && fabsf(data->x[4 * 18 + 5] - 77) <= 1); /* JPEG rounds */
    sp_run_free(run);
}

static void without_classes(void **state)
{
    (void)state;
    sp_run *run = new_run();
    char root[600];
    snprintf(root, sizeof root, "%s", folder("flat"));
    write_png("flat/1.png", 2, 3, SPNG_COLOR_TYPE_GRAYSCALE, grey, 6);
    const sp_dataset *data = open_ok(run, root, &raw);
    assert_true(data->n == 1 && !data->label && data->height == 3);
    sp_run_free(run);
}

static void refused(void **state)
{
    (void)state;
    sp_run *run = new_run();
    char root[600];
    snprintf(root, sizeof root, "%s", folder("bad"));
    open_refused(run, root, &raw, SP_DATA, "holds no PNG or JPEG files", NULL);
    write_png("bad/1.png", 3, 2, SPNG_COLOR_TYPE_GRAYSCALE, grey, 6);
    write_png("bad/2.png", 2, 3, SPNG_COLOR_TYPE_GRAYSCALE, grey, 6);
    open_refused(run, root, &raw, SP_DATA, "2.png is 3 x 2", "1.png is 2 x 3", "one size", NULL);
    write_text("bad/2.png", "hello");
    open_refused(run, root, &raw, SP_DATA, "2.png: neither a PNG nor a JPEG", NULL);
    write_text("bad/2.png", "");
    open_refused(run, root, &raw, SP_DATA, "2.png", NULL);
    unsigned char flat[64 * 64 * 3] = {0};
    for (size_t i = 0; i < sizeof flat; i++)
        flat[i] = (unsigned char)(i * i);
    unlink(temp_path("bad/2.png"));
    for (int jpeg = 0; jpeg < 2; jpeg++) { /* every piece of a whole file */
        unsigned char bytes[1 << 15];
        const char *name = jpeg ? "bad/1.jpg" : "bad/1.png";
        if (jpeg)
            write_jpeg(name, 64, 64, flat);
        else
            write_png(name, 64, 64, SPNG_COLOR_TYPE_TRUECOLOR, flat, sizeof flat);
        FILE *file = fopen(temp_path(name), "rb");
        size_t size = fread(bytes, 1, sizeof bytes, file);
        fclose(file);
        assert_true(size < sizeof bytes);
        for (size_t n = 0; n + 12 < size; n += n < 200 ? 7 : 311) {
            write_temp(name, bytes, n);
            open_refused(run, root, &raw, SP_DATA, jpeg ? "1.jpg" : "1.png", NULL);
        }
        unlink(temp_path(name));
    }
    folder("bad/empty");
    open_refused(run, root, &raw, SP_DATA, "bad: holds no PNG or JPEG files", NULL);
    folder("bad/full");
    write_png("bad/full/1.png", 3, 2, SPNG_COLOR_TYPE_GRAYSCALE, grey, 6);
    open_refused(run, root, &raw, SP_DATA, "bad/empty: holds no PNG or JPEG", NULL);
    sp_run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_folder_per_class), cmocka_unit_test(without_classes),
                                       cmocka_unit_test(refused)};
    return cmocka_run_group_tests(tests, NULL, remove_temp);
}

#else

static void not_built_in(void **state)
{
    (void)state;
    skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(not_built_in)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
