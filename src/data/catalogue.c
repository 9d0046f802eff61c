#include "catalogue.h"

#include "folder_layout.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const fashion_names[] = {"T-shirt", "trouser", "pullover", "dress", "coat",
                                            "sandal",  "shirt",   "sneaker",  "bag",   "ankle boot"};

/* Sums of the files as their authors (MD5) and several independent programs (SHA-256) publish them. */
static const sp_known known[] = {
    {.name = "mnist",
     .title = "handwritten digits, 28 x 28 (LeCun, Cortes, Burges)",
     .licence = "CC BY-SA 3.0",
     .n = 60000,
     .n_test = 10000,
     .d = 784,
     .classes = 10,
     .url = {"https://ossci-datasets.s3.amazonaws.com/mnist", "https://storage.googleapis.com/cvdf-datasets/mnist"},
     .file = {{"train-images-idx3-ubyte.gz", "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 9912422},
              {"train-labels-idx1-ubyte.gz", "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 28881},
              {"t10k-images-idx3-ubyte.gz", "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", 1648877},
              {"t10k-labels-idx1-ubyte.gz", "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", 4542}}},
    {.name = "fashion-mnist",
     .title = "clothes, 28 x 28 (Xiao, Rasul, Vollgraf)",
     .licence = "MIT",
     .n = 60000,
     .n_test = 10000,
     .d = 784,
     .classes = 10,
     .class_name = fashion_names,
     .url = {"https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
             "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"},
     .file = {{"train-images-idx3-ubyte.gz", "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", 26421880},
              {"train-labels-idx1-ubyte.gz", "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", 29515},
              {"t10k-images-idx3-ubyte.gz", "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", 4422102},
              {"t10k-labels-idx1-ubyte.gz", "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", 5148}}},
    {.name = "cifar10",
     .title = "colour photographs, 3 x 32 x 32 (Krizhevsky)",
     .licence = "none stated; cite Krizhevsky 2009",
     .n = 50000,
     .n_test = 10000,
     .d = 3072,
     .classes = 10,
     .url = {"https://www.cs.toronto.edu/~kriz"},
     .file = {{"cifar-10-binary.tar.gz", "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", 170052171}},
     .archive = true},
};
enum { KNOWN = sizeof known / sizeof *known };

const sp_known *sp_known_at(size_t i) { return i < KNOWN ? &known[i] : NULL; }

const sp_known *sp_known_find(const char *name, size_t length)
{
    for (size_t i = 0; i < KNOWN; i++)
        if (strlen(known[i].name) == length && !strncmp(known[i].name, name, length))
            return &known[i];
    return NULL;
}

/* The i-th folder looked into; *out is NULL when its variable is not set. */
static sp_status place(sp_run *run, const sp_known *k, int i, const char **out)
{
    static const char *const variable[] = {"SPINODAL_DATA", "XDG_CACHE_HOME", "HOME"}, *const below[] = {"", "/spinodal",
                                                                                                         "/.cache/spinodal"};
    const char *root = getenv(variable[i]);
    *out = NULL;
    if (!root || !*root)
        return SP_OK;
    *out = sp_format(run, "%s%s/%s", root, below[i], k->name);
    return *out ? SP_OK : SP_FAILED;
}

sp_status sp_known_locate(sp_run *run, const sp_known *k, const char **folder)
{
    for (int i = 0; i < 3; i++) {
        sp_layout layout = {0};
        SP_TRY(place(run, k, i, folder));
        if (*folder)
            SP_TRY(sp_layout_find(run, *folder, "train", &layout));
        if (layout.n > 0)
            return SP_OK;
    }
    *folder = NULL;
    return SP_OK;
}

sp_status sp_known_target(sp_run *run, const sp_known *k, const char **folder)
{
    const char *root = getenv("SPINODAL_DATA");
    for (int i = root && access(root, W_OK) == 0 ? 0 : 1; i < 3; i++) {
        SP_TRY(place(run, k, i, folder));
        if (*folder)
            return SP_OK;
    }
    return sp_fail(run, SP_FAILED, "no folder for downloads: set SPINODAL_DATA, XDG_CACHE_HOME or HOME");
}
