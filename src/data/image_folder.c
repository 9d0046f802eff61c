/* Folders of PNG and JPEG files: one folder per class, all images of one size. */
#include "reader.h"

#include "image_file.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

typedef struct {
    const char **path; /* n */
    size_t at;
} state;

/* ---- names ---------------------------------------------------------------------------------------------- */

typedef struct {
    size_t n, capacity;
    char **name; /* malloc, sorted */
} name_list;

static void free_names(name_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->name[i]);
    free(l->name);
}

static bool is_image_name(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && (!strcasecmp(dot, ".png") || !strcasecmp(dot, ".jpg") || !strcasecmp(dot, ".jpeg"));
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static sp_status add_name(sp_run *run, name_list *l, const char *name)
{
    if (l->n == l->capacity) {
        size_t capacity = l->capacity ? 2 * l->capacity : 64;
        char **grown = realloc(l->name, capacity * sizeof *grown);
        if (!grown)
            return sp_fail(run, SP_FAILED, "out of memory");
        l->name = grown;
        l->capacity = capacity;
    }
    if (!(l->name[l->n] = strdup(name)))
        return sp_fail(run, SP_FAILED, "out of memory");
    l->n++;
    return SP_OK;
}

/* Image files or folders in a folder, sorted; hidden ones are left out. */
static sp_status list_folder(sp_run *run, const char *path, bool folders, name_list *out)
{
    DIR *dir = opendir(path);
    if (!dir)
        return sp_fail(run, SP_DATA, "%s: cannot read the folder", path);
    sp_status status = SP_OK;
    for (struct dirent *entry; status == SP_OK && (entry = readdir(dir));) {
        sp_mark mark = sp_memory_mark(run);
        const char *full = sp_format(run, "%s/%s", path, entry->d_name);
        struct stat info;
        if (!full)
            status = SP_FAILED;
        else if (entry->d_name[0] != '.' && stat(full, &info) == 0 &&
                 (folders ? S_ISDIR(info.st_mode) : S_ISREG(info.st_mode) && is_image_name(full)))
            status = add_name(run, out, entry->d_name);
        sp_memory_release(run, mark);
    }
    closedir(dir);
    if (out->n > 0)
        qsort(out->name, out->n, sizeof *out->name, by_name);
    return status;
}

/* ---- rows ----------------------------------------------------------------------------------------------- */

typedef struct {
    const sp_reader *r;
    unsigned char *values;
} batch;

static sp_status decode_one(sp_run *worker, size_t i, void *context)
{
    const batch *b = context;
    const state *s = b->r->state;
    return sp_image_read(worker, s->path[s->at + i], b->r->channels, b->r->height, b->r->width, b->values + i * b->r->d);
}

static sp_status next(sp_run *run, sp_reader *r, size_t rows, void *values, double *labels)
{
    (void)labels;
    state *s = r->state;
    SP_TRY(sp_parallel(run, rows, decode_one, &(batch){r, values}));
    s->at += rows;
    return SP_OK;
}

static sp_status rewind_folder(sp_run *run, sp_reader *r)
{
    (void)run;
    ((state *)r->state)->at = 0;
    return SP_OK;
}

/* ---- opening -------------------------------------------------------------------------------------------- */

static sp_status check_sizes(sp_run *run, sp_reader *r, const state *s)
{
    bool colour = false;
    for (size_t i = 0; i < r->n; i++) {
        sp_image_size size;
        SP_TRY(sp_poll(run));
        SP_TRY(sp_image_header(run, s->path[i], &size));
        if (i == 0) {
            r->height = size.height;
            r->width = size.width;
        }
        if (size.height != r->height || size.width != r->width)
            return sp_fail(run, SP_DATA, "%s is %zu x %zu, %s is %zu x %zu: all images must have one size", s->path[i],
                           size.height, size.width, s->path[0], r->height, r->width);
        colour |= size.colour;
        sp_progress(run, "image sizes", (double)(i + 1) / (double)r->n);
    }
    r->channels = colour ? 3 : 1;
    r->d = r->channels * r->height * r->width;
    return SP_OK;
}

static sp_status open_folder(sp_run *run, const char *path, name_list *classes, name_list *files, sp_reader *r)
{
    SP_TRY(list_folder(run, path, true, classes));
    size_t n_classes = classes->n;
    if (n_classes == 0)
        SP_TRY(add_name(run, classes, "."));
    for (size_t c = 0; c < classes->n; c++) {
        const char *folder = sp_format(run, "%s/%s", path, classes->name[c]);
        if (!folder)
            return SP_FAILED;
        SP_TRY(list_folder(run, folder, false, &files[c]));
        r->n += files[c].n;
    }
    if (r->n == 0)
        return sp_fail(run, SP_DATA, "%s: holds no PNG or JPEG files and no known dataset", path);
    for (size_t c = 0; c < n_classes; c++)
        if (files[c].n == 0)
            return sp_fail(run, SP_DATA, "%s/%s: holds no PNG or JPEG file (a folder of images has one folder per class)",
                           path, classes->name[c]);
    state *s = SP_NEW(run, state, 1);
    double *label = SP_NEW(run, double, r->n);
    const char **names = SP_NEW(run, const char *, classes->n);
    if (!s || !label || !names || !(s->path = SP_NEW(run, const char *, r->n)))
        return SP_FAILED;
    size_t i = 0;
    for (size_t c = 0; c < classes->n; c++) {
        names[c] = sp_strdup(run, classes->name[c]);
        for (size_t k = 0; k < files[c].n; k++, i++) {
            s->path[i] = n_classes ? sp_format(run, "%s/%s/%s", path, classes->name[c], files[c].name[k])
                                   : sp_format(run, "%s/%s", path, files[c].name[k]);
            label[i] = (double)c;
            if (!s->path[i] || !names[c])
                return SP_FAILED;
        }
    }
    r->state = s;
    if (n_classes) {
        r->labelled = true;
        r->label = label;
        r->n_label_names = n_classes;
        r->label_name = names;
    }
    r->type = SP_U1;
    r->next = next;
    r->rewind = rewind_folder;
    return check_sizes(run, r, s);
}

sp_status sp_open_image_folder(sp_run *run, const char *path, sp_reader *out)
{
    enum { MAX_FOLDERS = 100000 };
    *out = (sp_reader){.name = sp_strdup(run, path)};
    name_list classes = {0};
    name_list *files = calloc(MAX_FOLDERS, sizeof *files);
    sp_status status =
        out->name && files ? open_folder(run, path, &classes, files, out) : sp_fail(run, SP_FAILED, "out of memory");
    for (size_t c = 0; files && c < classes.n; c++)
        free_names(&files[c]);
    free(files);
    free_names(&classes);
    return status;
}
