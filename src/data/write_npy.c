/* NPY version 1, in the byte order of the machine. */
#include "write.h"

#include "element.h"
#include "output_file.h"

#include <string.h>

static void put_header(FILE *file, const char *descr, size_t dims, const size_t *shape)
{
    char text[192];
    size_t length = (size_t)snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': (", descr);
    for (size_t k = 0; k < dims; k++)
        length +=
            (size_t)snprintf(text + length, sizeof text - length, k + 1 < dims || dims == 1 ? "%zu," : "%zu", shape[k]);
    length += (size_t)snprintf(text + length, sizeof text - length, ")}");
    size_t total = (10 + length + 1 + 63) / 64 * 64; /* values begin at a multiple of 64 */
    fwrite("\x93NUMPY\x01\x00", 1, 8, file);
    fputc((int)((total - 10) & 255), file);
    fputc((int)((total - 10) >> 8), file);
    fwrite(text, 1, length, file);
    for (size_t k = 10 + length; k + 1 < total; k++)
        fputc(' ', file);
    fputc('\n', file);
}

static const char *descr(char kind, int bytes)
{
    static const char *const little[] = {"<f4", "<f8", "<i8"}, *const big[] = {">f4", ">f8", ">i8"};
    int which = kind == 'i' ? 2 : bytes == 8;
    return sp_machine_is_little() ? little[which] : big[which];
}

sp_status sp_write_npy(sp_run *run, const sp_dataset *data, const char *path)
{
    sp_output out;
    size_t shape[4] = {data->n, data->d}, dims = 2, values = data->n * data->d;
    if (data->channels == 1) {
        dims = 3;
        shape[1] = data->height;
        shape[2] = data->width;
    }
    if (data->channels > 1) {
        dims = 4;
        shape[1] = data->channels;
        shape[2] = data->height;
        shape[3] = data->width;
    }
    SP_TRY(sp_output_open(run, path, &out));
    sp_write_as as = sp_narrowest(data);
    put_header(out.file, as == SP_WRITE_BYTES ? "|u1" : descr('f', as == SP_WRITE_FLOATS ? 4 : 8), dims, shape);
    if (as == SP_WRITE_DOUBLES)
        fwrite(data->x64, sizeof *data->x64, values, out.file);
    else if (as == SP_WRITE_FLOATS)
        fwrite(data->x, sizeof *data->x, values, out.file);
    else
        for (size_t i = 0; i < values; i++)
            putc_unlocked((int)data->x[i], out.file);
    return sp_output_close(run, &out, SP_OK);
}

sp_status sp_write_npy_labels(sp_run *run, const sp_dataset *data, const char *path)
{
    sp_output out;
    SP_TRY(sp_output_open(run, path, &out));
    bool whole = sp_whole_labels(data);
    put_header(out.file, descr(whole ? 'i' : 'f', 8), 1, &data->n);
    if (!whole)
        fwrite(data->target, sizeof *data->target, data->n, out.file);
    for (size_t i = 0; whole && i < data->n; i++) {
        int64_t label = (int64_t)data->target[i];
        fwrite(&label, sizeof label, 1, out.file);
    }
    return sp_output_close(run, &out, SP_OK);
}
