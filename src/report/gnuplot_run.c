#include "gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT = 30 /* seconds */, MAX_FILE = 256 << 20 };

extern char **environ;

bool sp_gnuplot_found(void)
{
    const char *path = getenv("PATH");
    for (const char *p = path ? path : "/usr/bin:/bin"; p;) {
        char full[4096];
        size_t length = strcspn(p, ":");
        if (length > 0 && length + sizeof "/gnuplot" < sizeof full) {
            memcpy(full, p, length);
            strcpy(full + length, "/gnuplot");
            if (access(full, X_OK) == 0)
                return true;
        }
        p = p[length] ? p + length + 1 : NULL;
    }
    return false;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The environment with numbers in the C locale and no terminal or library settings of the user's. */
static char **plain_environment(sp_run *run)
{
    size_t n = 0, m = 0;
    while (environ[n])
        n++;
    char **out = SP_NEW(run, char *, n + 2);
    for (size_t i = 0; out && i < n; i++)
        if (strncmp(environ[i], "LC_", 3) && strncmp(environ[i], "GNUTERM=", 8) && strncmp(environ[i], "GNUPLOT_", 8) &&
            strncmp(environ[i], "FIT_", 4))
            out[m++] = environ[i];
    if (out)
        out[m] = "LC_ALL=C.UTF-8";
    return out;
}

static sp_status start(sp_run *run, const char *folder, pid_t *pid)
{
    char *const arguments[] = {"gnuplot", "-d", "script.gp", NULL};
    char **environment = plain_environment(run);
    posix_spawn_file_actions_t actions;
    if (!environment || posix_spawn_file_actions_init(&actions) != 0)
        return sp_fail(run, SP_FAILED, "out of memory");
    posix_spawn_file_actions_addchdir_np(&actions, folder);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "messages", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int error = posix_spawnp(pid, "gnuplot", &actions, NULL, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    if (error == ENOENT)
        return sp_fail(run, SP_FAILED, "no figures: gnuplot is not installed (apt-get install gnuplot-nox)");
    return error ? sp_fail(run, SP_FAILED, "no figures: cannot start gnuplot: %s", strerror(error)) : SP_OK;
}

/* Waits without blocking for long, so that an interrupt or the limit ends gnuplot too. */
static sp_status finish(sp_run *run, pid_t pid, int *code)
{
    double limit = now() + LIMIT;
    long pause = 500000; /* ns; grows to 20 ms */
    for (;;) {
        pid_t got = waitpid(pid, code, WNOHANG);
        if (got == pid)
            return SP_OK;
        if (got < 0 && errno != EINTR) { /* the host collects its children itself: what counts is the file */
            *code = 0;
            return SP_OK;
        }
        sp_status status = sp_poll(run);
        if (status == SP_OK && now() > limit)
            status = sp_fail(run, SP_FAILED, "no figures: gnuplot took longer than %d s", LIMIT);
        if (status != SP_OK) {
            kill(pid, SIGKILL);
            while (waitpid(pid, code, 0) < 0 && errno == EINTR) {
            }
            return status;
        }
        nanosleep(&(struct timespec){0, pause}, NULL);
        pause = pause < 20000000 ? pause * 5 / 4 : pause;
    }
}

static bool read_file(const char *path, sp_bytes *out)
{
    FILE *file = fopen(path, "rb");
    long size = -1;
    if (file && fseek(file, 0, SEEK_END) == 0)
        size = ftell(file);
    *out = (sp_bytes){0};
    if (size > 0 && size < MAX_FILE) {
        rewind(file);
        out->data = malloc((size_t)size + 1);
        out->size = out->data ? fread(out->data, 1, (size_t)size, file) : 0;
    }
    if (file)
        fclose(file);
    if (out->data && out->size == (size_t)size) {
        out->data[out->size] = 0;
        return true;
    }
    free(out->data);
    *out = (sp_bytes){0};
    return false;
}

/* The first line that is no echo of the script. */
static const char *complaint(sp_run *run, const char *folder)
{
    sp_bytes text;
    const char *out = "";
    if (!read_file(sp_format(run, "%s/messages", folder), &text))
        return "";
    char *rest;
    for (char *line = strtok_r(text.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        if (strstr(line, "script.gp") || strstr(line, "warning") == NULL)
            out = sp_strdup(run, line);
    free(text.data);
    return out ? out : "";
}

static void clean(sp_run *run, const char *folder, size_t n, const char *const *names)
{
    for (size_t i = 0; i < n; i++)
        unlink(sp_format(run, "%s/%s", folder, names[i]));
    unlink(sp_format(run, "%s/script.gp", folder));
    unlink(sp_format(run, "%s/messages", folder));
    rmdir(folder);
}

static sp_status run_in(sp_run *run, const char *folder, const char *script, size_t n, const char *const *names,
                        sp_bytes *files)
{
    pid_t pid;
    int code = 0;
    SP_TRY(sp_write_file(run, sp_format(run, "%s/script.gp", folder), script, strlen(script)));
    SP_TRY(start(run, folder, &pid));
    SP_TRY(finish(run, pid, &code));
    if (WIFEXITED(code) && WEXITSTATUS(code) == 127)
        return sp_fail(run, SP_FAILED, "no figures: gnuplot is not installed (apt-get install gnuplot-nox)");
    bool whole = code == 0;
    for (size_t i = 0; i < n && whole; i++)
        whole = read_file(sp_format(run, "%s/%s", folder, names[i]), &files[i]);
    return whole ? SP_OK : sp_fail(run, SP_FAILED, "no figures: gnuplot failed: %s", complaint(run, folder));
}

sp_status sp_gnuplot_run(sp_run *run, const char *script, size_t n_files, const char *const *names, sp_bytes *files)
{
    const char *base = getenv("TMPDIR");
    char *folder = sp_format(run, "%s/spinodal-XXXXXX", base && *base ? base : "/tmp");
    memset(files, 0, n_files * sizeof *files);
    if (!folder)
        return SP_FAILED;
    if (!mkdtemp(folder))
        return sp_fail(run, SP_FAILED, "no figures: cannot make a temporary folder %s: %s", folder, strerror(errno));
    sp_status status = run_in(run, folder, script, n_files, names, files);
    clean(run, folder, n_files, names);
    if (status != SP_OK)
        for (size_t i = 0; i < n_files; i++) {
            free(files[i].data);
            files[i] = (sp_bytes){0};
        }
    return status;
}
