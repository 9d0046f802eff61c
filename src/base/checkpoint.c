#include "run_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SAVE_EVERY = 10 /* seconds */ };

sp_status sp_make_dir(sp_run *run, const char *path)
{
    char *copy = strdup(path);
    if (!copy)
        return sp_fail(run, SP_FAILED, "out of memory");
    for (char *p = copy + 1; *p; p++)
        if (*p == '/') {
            *p = 0;
            mkdir(copy, 0777);
            *p = '/';
        }
    int failed = mkdir(copy, 0777) != 0 && errno != EEXIST;
    struct stat info;
    if (!failed && (stat(copy, &info) != 0 || !S_ISDIR(info.st_mode))) {
        errno = ENOTDIR;
        failed = 1;
    }
    free(copy);
    return failed ? sp_fail(run, SP_FAILED, "%s: cannot create the folder: %s", path, strerror(errno)) : SP_OK;
}

static int write_all(int fd, const char *data, size_t bytes)
{
    while (bytes > 0) {
        ssize_t n = write(fd, data, bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        data += n;
        bytes -= (size_t)n;
    }
    return fsync(fd) != 0 && errno != EINVAL && errno != EROFS ? -1 : 0;
}

sp_status sp_write_file(sp_run *run, const char *path, const void *data, size_t bytes)
{
    struct stat info;
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) { /* /dev/null, a pipe: nothing to replace */
        int fd = open(path, O_WRONLY | O_CLOEXEC);
        int failed = fd < 0 || write_all(fd, data, bytes) != 0;
        int error = errno;
        if (fd >= 0)
            close(fd);
        return failed ? sp_fail(run, SP_FAILED, "%s: cannot write: %s", path, strerror(error)) : SP_OK;
    }
    size_t n = strlen(path) + 32;
    char *temporary = malloc(n);
    if (!temporary)
        return sp_fail(run, SP_FAILED, "out of memory");
    snprintf(temporary, n, "%s.part%ld", path, (long)getpid());
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    int failed = fd < 0 || write_all(fd, data, bytes) != 0;
    int error = errno;
    if (fd >= 0 && close(fd) != 0 && !failed) {
        failed = 1;
        error = errno;
    }
    if (!failed && rename(temporary, path) != 0) {
        failed = 1;
        error = errno;
    }
    if (failed)
        unlink(temporary);
    free(temporary);
    return failed ? sp_fail(run, SP_FAILED, "%s: cannot write: %s", path, strerror(error)) : SP_OK;
}

static char *checkpoint_path(sp_run *run, const char *name)
{
    char *path = sp_format(run, "%s/%s%s.ckpt", run->checkpoint_dir, run->scope, name);
    for (char *p = path ? path + strlen(run->checkpoint_dir) + 1 : NULL; p && *p; p++)
        if (*p == '/' || *p == ' ')
            *p = '_';
    return path;
}

void sp_checkpoint_scope(sp_run *run, const char *scope)
{
    snprintf(run->scope, sizeof run->scope, "%s%s", scope, *scope ? "." : "");
    run->nested = 0;
}

void sp_checkpoint_enter(sp_run *run, sp_checkpoint_place *before)
{
    memcpy(before->scope, run->scope, sizeof before->scope);
    before->nested = run->nested;
    if (run->depth++ > 0) {
        size_t used = strlen(run->scope);
        snprintf(run->scope + used, sizeof run->scope - used, "%u.", before->nested);
        run->nested = 0;
    }
}

void sp_checkpoint_leave(sp_run *run, const sp_checkpoint_place *before)
{
    memcpy(run->scope, before->scope, sizeof run->scope);
    run->nested = before->nested + (--run->depth > 0);
}

typedef struct {
    char magic[8];
    uint64_t seed, bytes;
} header;

static header make_header(const sp_run *run, size_t bytes) { return (header){"spinckp", run->seed, bytes}; }

sp_status sp_checkpoint_save(sp_run *run, const char *name, const void *data, size_t bytes)
{
    if (!run->checkpoint_dir)
        return SP_OK;
    SP_TRY(sp_make_dir(run, run->checkpoint_dir));
    sp_mark mark = sp_memory_mark(run);
    char *path = checkpoint_path(run, name);
    char *buffer = malloc(sizeof(header) + bytes);
    sp_status status = SP_FAILED;
    if (path && buffer) {
        header h = make_header(run, bytes);
        memcpy(buffer, &h, sizeof h);
        memcpy(buffer + sizeof h, data, bytes);
        status = sp_write_file(run, path, buffer, sizeof h + bytes);
    }
    else
        sp_fail(run, SP_FAILED, "out of memory while writing a checkpoint");
    free(buffer);
    sp_memory_release(run, mark);
    run->last_save = sp_now();
    return status;
}

sp_status sp_checkpoint_load(sp_run *run, const char *name, void *data, size_t bytes, bool *found)
{
    *found = false;
    if (!run->checkpoint_dir || !run->resume)
        return SP_OK;
    sp_mark mark = sp_memory_mark(run);
    char *path = checkpoint_path(run, name);
    FILE *file = path ? fopen(path, "rb") : NULL;
    if (file) {
        header h, want = make_header(run, bytes);
        if (fread(&h, sizeof h, 1, file) == 1 && !memcmp(&h, &want, sizeof h))
            *found = fread(data, 1, bytes, file) == bytes;
        fclose(file);
        if (!*found)
            sp_warn(run, "%s: not a checkpoint of this request; starting afresh", path);
    }
    sp_memory_release(run, mark);
    return SP_OK;
}

bool sp_checkpoint_due(sp_run *run) { return run->checkpoint_dir && sp_now() - run->last_save > SAVE_EVERY; }
