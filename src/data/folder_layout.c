#include "folder_layout.h"

#include <string.h>
#include <unistd.h>

/* folder/name or folder/name.gz, whichever can be read; NULL: none, or out of memory. */
static const char *find_file(sp_run *run, const char *folder, const char *name)
{
    static const char *const endings[] = {"", ".gz"};
    for (size_t i = 0; i < 2; i++) {
        sp_mark mark = sp_memory_mark(run);
        const char *path = sp_format(run, "%s/%s%s", folder, name, endings[i]);
        if (path && access(path, R_OK) == 0)
            return path;
        sp_memory_release(run, mark);
    }
    return NULL;
}

static void add(sp_layout *l, const char *path)
{
    if (path && l->n < SP_MAX_BATCHES)
        l->path[l->n++] = path;
}

static void find_cifar(sp_run *run, const char *folder, bool test, sp_layout *out)
{
    add(out, find_file(run, folder, test ? "test_batch.bin" : "train_batch.bin"));
    if (out->n == 0)
        add(out, find_file(run, folder, test ? "test.bin" : "train.bin"));
    char name[] = "data_batch_1.bin";
    for (char digit = '1'; !test && digit <= '9' && out->n == (size_t)(digit - '1'); digit++) {
        name[strlen("data_batch_")] = digit;
        add(out, find_file(run, folder, name));
    }
    out->cifar = out->n > 0;
}

sp_status sp_layout_find(sp_run *run, const char *folder, const char *split, sp_layout *out)
{
    bool test = !strcmp(split, "test");
    *out = (sp_layout){0};
    if (!test && strcmp(split, "train") != 0)
        return SP_OK;
    add(out, find_file(run, folder, test ? "t10k-images-idx3-ubyte" : "train-images-idx3-ubyte"));
    if (out->n == 0)
        add(out, find_file(run, folder, test ? "t10k-images.idx3-ubyte" : "train-images.idx3-ubyte"));
    static const char *const inside[] = {"", "/cifar-10-batches-bin", "/cifar-100-binary"};
    for (size_t i = 0; i < 3 && out->n == 0; i++) {
        const char *path = sp_format(run, "%s%s", folder, inside[i]);
        if (!path)
            return SP_FAILED;
        find_cifar(run, path, test, out);
    }
    return SP_OK;
}
