/* HDF5: /x with the shape of the data, /labels, and the names of the classes as attribute class_names. */
#include "write.h"

#include "output_file.h"

#include <string.h>

#ifdef SPINODAL_HAVE_HDF5

#include "hdf5_lock.h"

static bool put(hid_t file, const char *name, hid_t stored, hid_t memory, int dims, const hsize_t *shape, const void *values)
{
    hid_t space = H5Screate_simple(dims, shape, NULL);
    hid_t set = space >= 0 ? H5Dcreate2(file, name, stored, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT) : -1;
    bool done = set >= 0 && H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0;
    if (set >= 0)
        H5Dclose(set);
    if (space >= 0)
        H5Sclose(space);
    return done;
}

static bool put_class_names(hid_t file, const sp_dataset *data)
{
    hsize_t n = data->n_classes;
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate_simple(1, &n, NULL), set = H5Dopen2(file, "labels", H5P_DEFAULT);
    H5Tset_size(type, H5T_VARIABLE);
    hid_t attribute = H5Acreate2(set, "class_names", type, space, H5P_DEFAULT, H5P_DEFAULT);
    bool done = attribute >= 0 && H5Awrite(attribute, type, data->class_name) >= 0;
    if (attribute >= 0)
        H5Aclose(attribute);
    H5Dclose(set);
    H5Sclose(space);
    H5Tclose(type);
    return done;
}

static bool put_all(hid_t file, const sp_dataset *data)
{
    hsize_t shape[4] = {data->n, data->d}, n = data->n;
    int dims = 2;
    if (data->channels > 0) {
        dims = data->channels == 1 ? 3 : 4;
        shape[1] = data->channels;
        shape[dims - 2] = data->height;
        shape[dims - 1] = data->width;
    }
    sp_write_as as = sp_narrowest(data);
    hid_t stored = as == SP_WRITE_DOUBLES ? H5T_NATIVE_DOUBLE : as == SP_WRITE_FLOATS ? H5T_NATIVE_FLOAT : H5T_STD_U8LE;
    bool wide = as == SP_WRITE_DOUBLES;
    bool done = put(file, "x", stored, wide ? H5T_NATIVE_DOUBLE : H5T_NATIVE_FLOAT, dims, shape,
                    wide ? (const void *)data->x64 : data->x);
    if (done && data->target)
        done = put(file, "labels", sp_whole_labels(data) ? H5T_STD_I64LE : H5T_NATIVE_DOUBLE, H5T_NATIVE_DOUBLE, 1, &n,
                   data->target);
    return done && (data->n_classes == 0 || put_class_names(file, data));
}

sp_status sp_write_hdf5(sp_run *run, const sp_dataset *data, const char *path)
{
    const char *temporary = sp_temporary_path(run, path);
    if (!temporary)
        return SP_FAILED;
    sp_hdf5_quiet quiet = sp_hdf5_begin();
    hid_t file = H5Fcreate(temporary, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    bool done = file >= 0 && put_all(file, data);
    if (file >= 0)
        done &= H5Fclose(file) >= 0;
    sp_hdf5_end(quiet);
    return sp_temporary_rename(run, temporary, path, done ? SP_OK : sp_fail(run, SP_FAILED, "%s: cannot write", path));
}

#else

sp_status sp_write_hdf5(sp_run *run, const sp_dataset *data, const char *path)
{
    (void)data;
    return sp_fail(run, SP_FAILED, "%s: this build writes no HDF5 (install libhdf5-dev and build again)", path);
}

#endif
