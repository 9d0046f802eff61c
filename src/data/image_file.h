/* One PNG (libspng) or JPEG (libjpeg-turbo) file. */
#ifndef SPINODAL_IMAGE_FILE_H
#define SPINODAL_IMAGE_FILE_H

#include "spinodal/base.h"

typedef struct {
    size_t height, width;
    bool colour;
} sp_image_size;

sp_status sp_image_header(sp_run *run, const char *path, sp_image_size *out);
/* Plane by plane, channels 1 (grey) or 3; an alpha channel is dropped, 16 bits become 8. */
sp_status sp_image_read(sp_run *run, const char *path, size_t channels, size_t height, size_t width, unsigned char *out);

#endif
