#include "output_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static sp_status cannot_write(sp_run *run, const char *path, int error)
{
    return sp_fail(run, SP_FAILED, "%s: cannot write: %s", path, strerror(error));
}

const char *sp_temporary_path(sp_run *run, const char *path) { return sp_format(run, "%s.part%ld", path, (long)getpid()); }

sp_status sp_temporary_rename(sp_run *run, const char *temporary, const char *path, sp_status status)
{
    if (status == SP_OK && rename(temporary, path) != 0)
        status = cannot_write(run, path, errno);
    if (status != SP_OK)
        unlink(temporary);
    return status;
}

sp_status sp_output_open(sp_run *run, const char *path, sp_output *out)
{
    struct stat info;
    bool special = stat(path, &info) == 0 && !S_ISREG(info.st_mode);
    *out = (sp_output){.path = path};
    if (!special && !(out->temporary = sp_temporary_path(run, path)))
        return SP_FAILED;
    out->file = fopen(special ? path : out->temporary, "wb");
    return out->file ? SP_OK : cannot_write(run, path, errno);
}

sp_status sp_output_close(sp_run *run, sp_output *o, sp_status status)
{
    bool bad = ferror(o->file) || fflush(o->file) != 0 || (o->temporary && fsync(fileno(o->file)) != 0);
    int error = errno;
    bad |= fclose(o->file) != 0;
    if (bad && status == SP_OK)
        status = cannot_write(run, o->path, error);
    return o->temporary ? sp_temporary_rename(run, o->temporary, o->path, status) : status;
}
