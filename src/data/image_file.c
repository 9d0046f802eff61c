#include "image_file.h"

#include "stream.h"

#include <string.h>
#ifdef SPINODAL_HAVE_SPNG
#include <spng.h>
#endif
#ifdef SPINODAL_HAVE_TURBOJPEG
#include <turbojpeg.h>
#endif

enum { LARGEST_SIDE = 1 << 15 };

/* Into rgb (height x width x 3) when it is not NULL, else only the header. */
typedef sp_status (*decoder)(sp_run *run, const char *path, const unsigned char *data, size_t bytes, sp_image_size *size,
                             unsigned char *rgb);

#ifdef SPINODAL_HAVE_SPNG
static sp_status decode_png(sp_run *run, const char *path, const unsigned char *data, size_t bytes, sp_image_size *size,
                            unsigned char *rgb)
{
    spng_ctx *png = spng_ctx_new(0);
    struct spng_ihdr header;
    if (!png)
        return sp_fail(run, SP_FAILED, "out of memory");
    spng_set_image_limits(png, LARGEST_SIDE, LARGEST_SIDE);
    int error = spng_set_png_buffer(png, data, bytes);
    if (!error)
        error = spng_get_ihdr(png, &header);
    if (!error && rgb)
        error = spng_decode_image(png, rgb, size->height * size->width * 3, SPNG_FMT_RGB8, 0);
    spng_ctx_free(png);
    if (error)
        return sp_fail(run, SP_DATA, "%s: damaged PNG image (%s)", path, spng_strerror(error));
    *size = (sp_image_size){header.height, header.width, (header.color_type & SPNG_COLOR_TYPE_TRUECOLOR) != 0};
    return SP_OK;
}
#else
static sp_status decode_png(sp_run *run, const char *path, const unsigned char *data, size_t bytes, sp_image_size *size,
                            unsigned char *rgb)
{
    (void)data, (void)bytes, (void)size, (void)rgb;
    return sp_fail(run, SP_DATA, "%s: this build reads no PNG (install libspng-dev and build again)", path);
}
#endif

#ifdef SPINODAL_HAVE_TURBOJPEG
static sp_status decode_jpeg(sp_run *run, const char *path, const unsigned char *data, size_t bytes, sp_image_size *size,
                             unsigned char *rgb)
{
    tjhandle jpeg = tjInitDecompress();
    int width = 0, height = 0, subsampling, colours = TJCS_RGB;
    if (!jpeg)
        return sp_fail(run, SP_FAILED, "out of memory");
    int error = tjDecompressHeader3(jpeg, data, (unsigned long)bytes, &width, &height, &subsampling, &colours);
    if (!error && rgb)
        error = tjDecompress2(jpeg, data, (unsigned long)bytes, rgb, width, 0, height, TJPF_RGB, TJFLAG_ACCURATEDCT);
    sp_status status = error || width < 1 || height < 1 || width > LARGEST_SIDE || height > LARGEST_SIDE
                           ? sp_fail(run, SP_DATA, "%s: damaged JPEG image (%s)", path, tjGetErrorStr2(jpeg))
                           : SP_OK;
    tjDestroy(jpeg);
    if (status == SP_OK)
        *size = (sp_image_size){(size_t)height, (size_t)width, colours != TJCS_GRAY};
    return status;
}
#else
static sp_status decode_jpeg(sp_run *run, const char *path, const unsigned char *data, size_t bytes, sp_image_size *size,
                             unsigned char *rgb)
{
    (void)data, (void)bytes, (void)size, (void)rgb;
    return sp_fail(run, SP_DATA, "%s: this build reads no JPEG (install libturbojpeg0-dev and build again)", path);
}
#endif

static sp_status decode(sp_run *run, const char *path, sp_image_size *size, unsigned char *rgb)
{
    sp_stream *stream;
    const unsigned char *data;
    size_t bytes;
    SP_TRY(sp_stream_open(run, path, &stream));
    sp_status status = sp_stream_all(run, stream, &data, &bytes);
    if (status == SP_OK) {
        decoder d = bytes > 8 && !memcmp(data, "\x89PNG\r\n\x1a\n", 8) ? decode_png
                    : bytes > 3 && !memcmp(data, "\xff\xd8\xff", 3)    ? decode_jpeg
                                                                       : NULL;
        status =
            d ? d(run, path, data, bytes, size, rgb) : sp_fail(run, SP_DATA, "%s: neither a PNG nor a JPEG image", path);
    }
    sp_stream_close(stream);
    return status;
}

sp_status sp_image_header(sp_run *run, const char *path, sp_image_size *out) { return decode(run, path, out, NULL); }

sp_status sp_image_read(sp_run *run, const char *path, size_t channels, size_t height, size_t width, unsigned char *out)
{
    sp_image_size size = {height, width, false};
    sp_mark mark = sp_memory_mark(run);
    unsigned char *rgb = SP_NEW(run, unsigned char, height *width * 3);
    if (!rgb)
        return SP_FAILED;
    SP_TRY(sp_image_header(run, path, &size));
    if (size.height != height || size.width != width)
        return sp_fail(run, SP_DATA, "%s: changed while it was read", path);
    SP_TRY(decode(run, path, &size, rgb));
    for (size_t c = 0; c < channels; c++)
        for (size_t k = 0; k < height * width; k++)
            out[c * height * width + k] = rgb[3 * k + c];
    sp_memory_release(run, mark);
    return SP_OK;
}
