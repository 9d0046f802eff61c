#include "fuzz_reader.h"

static sp_status open(sp_run *run, sp_stream *stream, const sp_source_words *words, sp_reader *out)
{
    (void)words;
    return sp_open_npy(run, stream, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_reader(data, size, open);
    return 0;
}
