#include "png.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void put_u32(unsigned char *p, size_t x)
{
    for (int i = 0; i < 4; i++)
        p[i] = (unsigned char)(x >> (24 - 8 * i));
}

/* length, type, data, checksum */
static unsigned char *put_chunk(unsigned char *p, const char *type, const unsigned char *data, size_t n)
{
    put_u32(p, n);
    memcpy(p + 4, type, 4);
    if (n)
        memcpy(p + 8, data, n);
    put_u32(p + 8 + n, crc32(0, p + 4, (uInt)(n + 4)));
    return p + 12 + n;
}

sp_status sp_png_encode(sp_run *run, const sp_image *image, sp_bytes *out)
{
    size_t row = image->width * image->channels, raw_size = image->height * (row + 1);
    uLong bound = compressBound((uLong)raw_size);
    unsigned char *raw = malloc(raw_size + 1), *packed = malloc(bound);
    unsigned char *file = malloc(bound + 128), *p = file;
    *out = (sp_bytes){0};
    if (!raw || !packed || !file) {
        free(raw);
        free(packed);
        free(file);
        return sp_fail(run, SP_FAILED, "out of memory");
    }
    for (size_t y = 0; y < image->height; y++) {
        raw[y * (row + 1)] = 0; /* no filter */
        memcpy(raw + y * (row + 1) + 1, image->pixels + y * row, row);
    }
    int error = compress2(packed, &bound, raw, (uLong)raw_size, 9);
    unsigned char header[13] = {0};
    put_u32(header, image->width);
    put_u32(header + 4, image->height);
    header[8] = 8;
    header[9] = image->channels == 3 ? 2 : 0;
    memcpy(p, "\x89PNG\r\n\x1a\n", 8);
    p = put_chunk(p + 8, "IHDR", header, sizeof header);
    p = put_chunk(p, "IDAT", packed, bound);
    p = put_chunk(p, "IEND", NULL, 0);
    free(raw);
    free(packed);
    if (error != Z_OK) {
        free(file);
        return sp_fail(run, SP_FAILED, "cannot compress an image");
    }
    *out = (sp_bytes){(char *)file, (size_t)(p - file)};
    return SP_OK;
}
