/* HDF5 datasets (optional). The library may be built without threads: one lock around every call. */
#include "reader.h"

#include <string.h>

#ifdef SPINODAL_HAVE_HDF5

#include "hdf5_lock.h"

enum { MAX_DIMS = 8 };

typedef struct {
    hid_t file, set, space, memory_type;
    size_t dims, at;
    hsize_t shape[MAX_DIMS];
    bool channels_last;
    void *scratch;
} state;

static sp_status read_rows(sp_run *run, sp_reader *r, size_t rows, void *values)
{
    state *s = r->state;
    hsize_t start[MAX_DIMS] = {s->at}, count[MAX_DIMS];
    memcpy(count, s->shape, sizeof count);
    count[0] = rows;
    hid_t memory = H5Screate_simple((int)s->dims, count, NULL);
    bool read = memory >= 0 && H5Sselect_hyperslab(s->space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                H5Dread(s->set, s->memory_type, memory, s->space, H5P_DEFAULT, values) >= 0;
    if (memory >= 0)
        H5Sclose(memory);
    s->at += rows;
    return read ? SP_OK
                : sp_fail(run, SP_DATA,
                          "%s: cannot read its values: the file is damaged, or needs a filter that is not installed",
                          r->name);
}

static sp_status next(sp_run *run, sp_reader *r, size_t rows, void *values, double *labels)
{
    (void)labels;
    state *s = r->state;
    sp_hdf5_quiet quiet = sp_hdf5_begin();
    sp_status status = read_rows(run, r, rows, values);
    sp_hdf5_end(quiet);
    if (status == SP_OK && s->channels_last)
        sp_to_planes(rows, r->channels, r->height * r->width, sp_element_size(r->type), values, s->scratch);
    return status;
}

static sp_status rewind_hdf5(sp_run *run, sp_reader *r)
{
    (void)run;
    ((state *)r->state)->at = 0;
    return SP_OK;
}

static void close_hdf5(sp_reader *r)
{
    state *s = r->state;
    sp_hdf5_quiet quiet = sp_hdf5_begin();
    if (s->space >= 0)
        H5Sclose(s->space);
    if (s->set >= 0)
        H5Dclose(s->set);
    if (s->file >= 0)
        H5Fclose(s->file);
    sp_hdf5_end(quiet);
}

/* ---- choice of the dataset ------------------------------------------------------------------------------ */

typedef struct {
    sp_run *run;
    const char *names, *only; /* all datasets of the root group; the last one that is no usual name of labels */
    size_t others;
} listing;

static const char *const usual_labels[] = {"y", "labels", "label", "targets", "target"};
enum { USUAL_LABELS = sizeof usual_labels / sizeof *usual_labels };

static herr_t list_one(hid_t group, const char *name, const H5L_info_t *info, void *context)
{
    (void)info;
    listing *l = context;
    H5O_info_t object;
    if (H5Oget_info_by_name(group, name, &object, H5P_DEFAULT) < 0)
        return 0;
    const char *kind = object.type == H5O_TYPE_GROUP ? "/..." : "";
    const char *names = sp_format(l->run, "%s%s/%.60s%s", l->names, *l->names ? ", " : "", name, kind);
    l->names = names && strlen(names) < 600 ? names : l->names;
    bool label = false;
    for (size_t i = 0; i < USUAL_LABELS; i++)
        label |= !strcmp(name, usual_labels[i]);
    if (object.type == H5O_TYPE_DATASET && !label) {
        l->only = sp_strdup(l->run, name);
        l->others++;
    }
    return 0;
}

static bool is_dataset(hid_t file, const char *name)
{
    H5O_info_t object;
    return H5Oget_info_by_name(file, name, &object, H5P_DEFAULT) >= 0 && object.type == H5O_TYPE_DATASET;
}

static const char *first_of(hid_t file, size_t n, const char *const *names)
{
    for (size_t i = 0; i < n; i++)
        if (is_dataset(file, names[i]))
            return names[i];
    return NULL;
}

static sp_status choose(sp_run *run, const sp_reader *r, hid_t file, const char *key, const char **out)
{
    static const char *const usual[] = {"x", "X", "data", "images", "features"};
    *out = key && *key ? (is_dataset(file, key) ? key : NULL) : first_of(file, sizeof usual / sizeof *usual, usual);
    if (*out)
        return SP_OK;
    listing l = {.run = run, .names = ""};
    H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, NULL, list_one, &l);
    if (!(key && *key) && l.others == 1) {
        *out = l.only;
        return SP_OK;
    }
    if (key && *key)
        return sp_fail(run, SP_DATA, "%s: holds no dataset \"%s\"; it holds %s", r->name, key, l.names);
    return sp_fail(run, SP_DATA, "%s: which dataset? FILE:/PATH with PATH among %s", r->name,
                   *l.names ? l.names : "(it is empty)");
}

/* ---- opening -------------------------------------------------------------------------------------------- */

static sp_status element_of(sp_run *run, sp_reader *r, state *s)
{
    hid_t type = H5Dget_type(s->set);
    H5T_class_t class = H5Tget_class(type);
    size_t size = H5Tget_size(type);
    bool u1 = class == H5T_INTEGER && size == 1 && H5Tget_sign(type) == H5T_SGN_NONE;
    H5Tclose(type);
    if (class != H5T_INTEGER && class != H5T_FLOAT)
        return sp_fail(run, SP_DATA, "%s: its values are no real numbers", r->name);
    r->type = u1 ? SP_U1 : class == H5T_FLOAT && size <= 4 ? SP_F4 : SP_F8;
    s->memory_type = u1 ? H5T_NATIVE_UCHAR : r->type == SP_F4 ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
    return SP_OK;
}

/* Values that were never written take no room in the file: the shape may claim anything. */
static sp_status check_storage(sp_run *run, const sp_reader *r, const state *s)
{
    hid_t properties = H5Dget_create_plist(s->set), type = H5Dget_type(s->set);
    double stored = (double)H5Dget_storage_size(s->set), claimed = (double)r->n * (double)r->d * (double)H5Tget_size(type);
    bool plain = H5Pget_nfilters(properties) == 0 && H5Pget_external_count(properties) == 0 &&
                 H5Pget_layout(properties) != H5D_VIRTUAL;
    H5Pclose(properties);
    H5Tclose(type);
    if (plain && stored < claimed)
        return sp_fail(run, SP_DATA, "%s: claims %zu rows of %zu values, the file holds fewer: truncated, or never written",
                       r->name, r->n, r->d);
    return SP_OK;
}

/* Rows of whole chunks are read at once, so that none is unpacked twice. */
static size_t rows_of_chunks(const sp_reader *r, const state *s)
{
    enum { MOST = 1 << 23 /* values at once */, USUAL = 1 << 17 };
    hsize_t chunk[MAX_DIMS] = {0};
    hid_t properties = H5Dget_create_plist(s->set);
    bool chunked = H5Pget_layout(properties) == H5D_CHUNKED && H5Pget_chunk(properties, MAX_DIMS, chunk) > 0;
    H5Pclose(properties);
    if (!chunked || chunk[0] == 0 || (double)chunk[0] * (double)r->d > MOST)
        return 0;
    size_t rows = (size_t)chunk[0], several = USUAL / r->d / rows;
    return several > 1 ? several * rows : rows;
}

static sp_status open_set(sp_run *run, sp_reader *r, hid_t file, const char *name)
{
    state *s = r->state;
    s->set = H5Dopen2(file, name, H5P_DEFAULT);
    s->space = s->set >= 0 ? H5Dget_space(s->set) : -1;
    int dims = s->space >= 0 ? H5Sget_simple_extent_ndims(s->space) : -1;
    if (dims < 0 || dims > MAX_DIMS)
        return sp_fail(run, SP_DATA, "%s: cannot open its dataset %s", r->name, name);
    H5Sget_simple_extent_dims(s->space, s->shape, NULL);
    s->dims = (size_t)dims;
    size_t shape[MAX_DIMS];
    for (size_t k = 0; k < s->dims; k++)
        shape[k] = (size_t)s->shape[k];
    SP_TRY(element_of(run, r, s));
    SP_TRY(sp_shape_rows(run, r, s->dims, shape, &s->channels_last));
    SP_TRY(check_storage(run, r, s));
    if (s->channels_last && !(s->scratch = SP_NEW(run, char, r->d *sp_element_size(r->type))))
        return SP_FAILED;
    r->rows_at_once = rows_of_chunks(r, s);
    r->next = next;
    r->rewind = rewind_hdf5;
    return SP_OK;
}

static sp_status read_labels(sp_run *run, sp_reader *r, hid_t file, const char *name)
{
    state *s = SP_NEW(run, state, 1);
    sp_reader labels = {.name = sp_format(run, "%s:%s", r->name, name), .state = s};
    double *value = NULL;
    if (!s || !labels.name)
        return SP_FAILED;
    *s = (state){.file = -1, .set = -1, .space = -1};
    sp_status status = open_set(run, &labels, file, name);
    if (status == SP_OK && labels.n != r->n)
        status = sp_fail(run, SP_DATA, "%s holds %zu labels, %s %zu rows", labels.name, labels.n, r->name, r->n);
    if (status == SP_OK)
        status = sp_read_column(run, &labels, &value);
    close_hdf5(&labels);
    r->label = value;
    r->labelled = true;
    return status;
}

static sp_status open_file(sp_run *run, const char *path, const char *key, const char *labels, sp_reader *r)
{
    state *s = r->state;
    const char *name;
    s->file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (s->file < 0)
        return sp_fail(run, SP_DATA, "%s: not a readable HDF5 file: truncated or damaged", path);
    SP_TRY(choose(run, r, s->file, key, &name));
    SP_TRY(open_set(run, r, s->file, name));
    bool none = labels && !strcmp(labels, "none");
    const char *label = none     ? NULL
                        : labels ? (is_dataset(s->file, labels) ? labels : NULL)
                                 : first_of(s->file, USUAL_LABELS, usual_labels);
    r->labels_used = none || (labels && label);
    return label && strcmp(label, name) != 0 ? read_labels(run, r, s->file, label) : SP_OK;
}

sp_status sp_open_hdf5(sp_run *run, const char *path, const char *key, const char *labels, sp_reader *out)
{
    *out = (sp_reader){.name = sp_strdup(run, path), .close = close_hdf5};
    state *s = SP_NEW(run, state, 1);
    if (!out->name || !s)
        return SP_FAILED;
    *s = (state){.file = -1, .set = -1, .space = -1};
    out->state = s;
    sp_hdf5_quiet quiet = sp_hdf5_begin();
    sp_status status = open_file(run, path, key, labels, out);
    sp_hdf5_end(quiet);
    if (status != SP_OK)
        close_hdf5(out);
    return status;
}

#else

sp_status sp_open_hdf5(sp_run *run, const char *path, const char *key, const char *labels, sp_reader *out)
{
    (void)key;
    (void)labels;
    *out = (sp_reader){0};
    return sp_fail(run, SP_DATA, "%s: this build reads no HDF5 (install libhdf5-dev and build again)", path);
}

#endif
