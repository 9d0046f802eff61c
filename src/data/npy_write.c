#include "data/npy_write.h"

#include <string.h>

enum { PREAMBLE = 10 }; /* magic, version, length of the header */

sp_status sp_write_npy_float(sp_run *run, const char *path, size_t n_dims, const size_t *shape, const float *values)
{
    sp_mark mark = sp_memory_mark(run);
    const char *dims = "";
    size_t n = 1;
    for (size_t i = 0; i < n_dims && dims; i++) {
        dims = sp_format(run, "%s%zu,%s", dims, shape[i], i + 1 < n_dims ? " " : "");
        n *= shape[i];
    }
    const uint16_t one = 1;
    char order = *(const unsigned char *)&one ? '<' : '>';
    const char *header =
        dims ? sp_format(run, "{'descr': '%cf4', 'fortran_order': False, 'shape': (%s), }", order, dims) : NULL;
    if (!header)
        return SP_FAILED;
    size_t length = (PREAMBLE + strlen(header) + 1 + 63) / 64 * 64; /* ends with a newline, values aligned to 64 */
    char *file = SP_NEW(run, char, length + n * sizeof *values);
    if (!file)
        return SP_FAILED;
    memset(file, ' ', length);
    memcpy(file, "\x93NUMPY\x01\x00", 8);
    file[8] = (char)((length - PREAMBLE) & 0xff);
    file[9] = (char)((length - PREAMBLE) >> 8);
    memcpy(file + PREAMBLE, header, strlen(header));
    file[length - 1] = '\n';
    memcpy(file + length, values, n * sizeof *values);
    sp_status status = sp_write_file(run, path, file, length + n * sizeof *values);
    sp_memory_release(run, mark);
    return status;
}
