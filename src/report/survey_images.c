/* Rows of the data as pictures. */
#include "survey.h"

#include <string.h>

enum { GAP = 2 };

void sp_survey_pixels(const sp_survey *s, const float *row, unsigned char *out)
{
    const sp_dataset *a = s->data;
    size_t pixels = a->height * a->width;
    double span = a->raw_max > a->raw_min ? a->raw_max - a->raw_min : 1;
    for (size_t c = 0; c < a->channels; c++)
        for (size_t k = 0; k < pixels; k++) {
            size_t j = c * pixels + k;
            double raw = sp_dataset_raw(a, j, row[j]);
            double grey = 255 * (raw - a->raw_min) / span;
            out[k * a->channels + c] = (unsigned char)(grey < 0 ? 0 : grey > 255 ? 255 : grey + 0.5);
        }
}

sp_status sp_survey_sheet(sp_survey *s, const char *name, const char *caption, size_t n, size_t columns,
                          const unsigned char *tiles, const unsigned (*frame)[3])
{
    size_t w = s->data->width, h = s->data->height, tile_channels = s->data->channels == 3 ? 3 : 1;
    size_t channels = frame ? 3 : tile_channels, rows = (n + columns - 1) / columns;
    size_t width = columns * (w + GAP) + GAP, height = rows * (h + GAP) + GAP;
    unsigned char *sheet = SP_NEW(s->run, unsigned char, width *height *channels);
    if (!sheet)
        return SP_FAILED;
    memset(sheet, frame ? 128 : 255, width * height * channels);
    for (size_t i = 0; i < n; i++) {
        size_t x0 = GAP + (i % columns) * (w + GAP), y0 = GAP + (i / columns) * (h + GAP);
        for (size_t y = 0; frame && y < h + 2 * GAP; y++)
            for (size_t x = 0; x < w + 2 * GAP; x++)
                for (size_t c = 0; c < 3; c++)
                    sheet[((y0 - GAP + y) * width + x0 - GAP + x) * 3 + c] = (unsigned char)frame[i][c];
    }
    for (size_t i = 0; i < n; i++) {
        size_t x0 = GAP + (i % columns) * (w + GAP), y0 = GAP + (i / columns) * (h + GAP);
        for (size_t y = 0; y < h; y++)
            for (size_t x = 0; x < w; x++)
                for (size_t c = 0; c < channels; c++)
                    sheet[((y0 + y) * width + x0 + x) * channels + c] =
                        tiles[((i * h + y) * w + x) * tile_channels + (tile_channels == 3 ? c : 0)];
    }
    sp_survey_image(s, &(sp_image){name, caption, width, height, channels, sheet});
    return SP_OK;
}
