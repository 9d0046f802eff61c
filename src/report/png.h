/* Images as PNG files. */
#ifndef SPINODAL_PNG_H
#define SPINODAL_PNG_H

#include "gnuplot.h"

/* Free data with free(). */
sp_status sp_png_encode(sp_run *run, const sp_image *image, sp_bytes *out);

#endif
