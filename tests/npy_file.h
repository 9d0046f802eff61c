/* Writes NPY files by hand, of any shape and type the tests need. */
#ifndef SPINODAL_TEST_NPY_FILE_H
#define SPINODAL_TEST_NPY_FILE_H

#include <stdio.h>
#include <string.h>

/* shape: "20, 20"; bytes 4 or 8 for one value. */
static inline void write_npy(const char *path, const char *shape, int bytes, size_t n, const double *values)
{
    char header[256];
    unsigned char start[10] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    int length =
        snprintf(header, sizeof header, "{'descr': '<f%d', 'fortran_order': False, 'shape': (%s,), }", bytes, shape);
    while ((10 + length + 1) % 64)
        header[length++] = ' ';
    header[length++] = '\n';
    start[8] = (unsigned char)(length % 256);
    start[9] = (unsigned char)(length / 256);
    FILE *f = fopen(path, "wb");
    fwrite(start, 1, sizeof start, f);
    fwrite(header, 1, (size_t)length, f);
    for (size_t i = 0; i < n; i++) {
        float single = (float)values[i];
        fwrite(bytes == 4 ? (const void *)&single : (const void *)&values[i], (size_t)bytes, 1, f);
    }
    fclose(f);
}

#endif
