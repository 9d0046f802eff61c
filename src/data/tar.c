#include "tar.h"

#include "output_file.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 512 };

static bool all_zero(const unsigned char *block)
{
    for (size_t i = 0; i < BLOCK; i++)
        if (block[i])
            return false;
    return true;
}

/* Size field: octal digits. */
static bool member_size(const unsigned char *block, uint64_t *out)
{
    *out = 0;
    size_t i = 124;
    while (i < 136 && block[i] == ' ')
        i++;
    size_t first = i;
    for (; i < 136 && block[i] >= '0' && block[i] <= '7'; i++)
        *out = *out * 8 + (uint64_t)(block[i] - '0');
    return i > first;
}

static sp_status copy(sp_run *run, sp_stream *archive, uint64_t bytes, const char *path)
{
    sp_output out;
    unsigned char buffer[BLOCK * 64];
    SP_TRY(sp_output_open(run, path, &out));
    sp_status status = SP_OK;
    while (bytes > 0 && status == SP_OK) {
        size_t n = bytes < sizeof buffer ? (size_t)bytes : sizeof buffer;
        status = sp_stream_need(run, archive, buffer, n);
        if (status == SP_OK) {
            fwrite(buffer, 1, n, out.file);
            status = sp_poll(run);
        }
        bytes -= n;
    }
    return sp_output_close(run, &out, status);
}

sp_status sp_tar_extract(sp_run *run, sp_stream *archive, const char *ending, const char *folder, size_t *extracted)
{
    unsigned char block[BLOCK];
    *extracted = 0;
    for (;;) {
        size_t got;
        SP_TRY(sp_stream_read(run, archive, block, BLOCK, &got));
        if (got == 0 || (got == BLOCK && all_zero(block)))
            return SP_OK;
        uint64_t size;
        if (got < BLOCK || memcmp(block + 257, "ustar", 5) != 0 || !member_size(block, &size))
            return sp_fail(run, SP_DATA, "%s: not a readable tar archive", sp_stream_name(archive));
        char name[101] = {0};
        memcpy(name, block, 100);
        const char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name;
        size_t length = strlen(base), tail = strlen(ending);
        bool wanted = (block[156] == '0' || block[156] == 0) && length > tail && !strcmp(base + length - tail, ending);
        if (wanted) {
            const char *path = sp_format(run, "%s/%s", folder, base);
            if (!path)
                return SP_FAILED;
            SP_TRY(copy(run, archive, size, path));
            ++*extracted;
            SP_TRY(sp_stream_skip(run, archive, (BLOCK - size % BLOCK) % BLOCK));
        }
        else
            SP_TRY(sp_stream_skip(run, archive, (size + BLOCK - 1) / BLOCK * BLOCK));
    }
}
