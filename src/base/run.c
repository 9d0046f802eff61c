#include "run_private.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

double sp_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static size_t default_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? (size_t)pages / 4 * 3 * (size_t)page : SIZE_MAX;
}

static int default_threads(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (int)n : 1;
}

/* GSL's default error handler ends the process. It is off while any run lives, and the host's own is put back after. */
static void guard_gsl(int change)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    static int runs;
    static gsl_error_handler_t *before;
    pthread_mutex_lock(&mutex);
    if (change > 0 && runs == 0)
        before = gsl_set_error_handler_off();
    runs += change;
    if (change < 0 && runs == 0)
        gsl_set_error_handler(before);
    pthread_mutex_unlock(&mutex);
}

/* A sequential OpenBLAS (libopenblas-serial) shares one work buffer without a lock: calls from two threads give wrong
 * numbers. The OpenMP and pthread builds, and other libraries, do not. */
extern int openblas_get_parallel(void) __attribute__((weak));
static bool blas_takes_threads(void) { return !openblas_get_parallel || openblas_get_parallel() != 0; }

sp_run *sp_run_create(const sp_run_options *options)
{
    static const sp_run_options defaults = {.seed = 1};
    if (!options)
        options = &defaults;
    sp_run *run = calloc(1, sizeof *run);
    sp_shared *shared = calloc(1, sizeof *shared);
    char *dir = options->checkpoint_dir ? strdup(options->checkpoint_dir) : NULL;
    if (!run || !shared || (options->checkpoint_dir && !dir)) {
        free(run);
        free(shared);
        free(dir);
        return NULL;
    }
    shared->max_memory = options->max_memory ? options->max_memory : default_memory();
    shared->cancel = options->cancel;
    shared->deadline = options->time_limit > 0 ? sp_now() + options->time_limit : INFINITY;
    run->shared = shared;
    run->seed = options->seed;
    run->threads = !blas_takes_threads() ? 1 : options->threads > 0 ? options->threads : default_threads();
    run->checkpoint_dir = dir;
    run->resume = options->resume;
    run->last_save = sp_now();
    run->progress = options->progress;
    run->progress_user = options->progress_user;
    guard_gsl(1);
    return run;
}

sp_run *sp_worker_create(sp_run *parent)
{
    sp_run *worker = calloc(1, sizeof *worker);
    if (!worker)
        return NULL;
    worker->shared = parent->shared;
    worker->parent = parent;
    worker->seed = parent->seed;
    worker->threads = 1;
    return worker;
}

struct sp_attachment {
    struct sp_attachment *next;
    const void *value;
    char name[];
};

void sp_run_free(sp_run *run)
{
    if (!run)
        return;
    sp_memory_release(run, (sp_mark){0});
    sp_run_clear_warnings(run);
    sp_memo_free(run);
    free(run->warnings);
    for (struct sp_attachment *a = run->attached, *next; a; a = next) {
        next = a->next;
        free(a);
    }
    free(run->checkpoint_dir);
    if (!run->parent) {
        free(run->shared);
        guard_gsl(-1);
    }
    free(run);
}

sp_status sp_run_attach(sp_run *run, const char *name, const void *value)
{
    size_t n = strlen(name) + 1;
    struct sp_attachment *a = malloc(sizeof *a + n);
    if (!a)
        return sp_fail(run, SP_FAILED, "out of memory");
    a->next = run->attached;
    a->value = value;
    memcpy(a->name, name, n);
    run->attached = a;
    return SP_OK;
}

const void *sp_run_attached(const sp_run *run, const char *name)
{
    for (const struct sp_attachment *a = run->attached; a; a = a->next)
        if (!strcmp(a->name, name))
            return a->value;
    return NULL;
}

const char *sp_run_message(const sp_run *run) { return run->message; }
uint64_t sp_run_seed(const sp_run *run) { return run->seed; }
int sp_run_threads(const sp_run *run) { return run->threads; }

sp_status sp_fail(sp_run *run, sp_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(run->message, sizeof run->message, format, arguments);
    va_end(arguments);
    return status;
}

void sp_warn(sp_run *run, const char *format, ...)
{
    char text[SP_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (size_t i = 0; i < run->n_warnings; i++)
        if (!strcmp(run->warnings[i], text))
            return;
    if (run->n_warnings == run->cap_warnings) {
        size_t cap = run->cap_warnings ? 2 * run->cap_warnings : 8;
        char **grown = realloc(run->warnings, cap * sizeof *grown);
        if (!grown)
            return;
        run->warnings = grown;
        run->cap_warnings = cap;
    }
    char *copy = strdup(text);
    if (copy)
        run->warnings[run->n_warnings++] = copy;
}

size_t sp_run_warnings(const sp_run *run) { return run->n_warnings; }
const char *sp_run_warning(const sp_run *run, size_t i) { return run->warnings[i]; }

void sp_run_clear_warnings(sp_run *run)
{
    while (run->n_warnings > 0)
        free(run->warnings[--run->n_warnings]);
}

sp_status sp_poll(sp_run *run)
{
    sp_shared *s = run->shared;
    if (s->cancel && *s->cancel) {
        atomic_store(&s->stopped, true);
        return sp_fail(run, SP_STOPPED, "interrupted");
    }
    if (sp_now() > s->deadline) {
        atomic_store(&s->stopped, true);
        return sp_fail(run, SP_STOPPED, "stopped at the time limit (--time-limit)");
    }
    if (atomic_load(&s->stopped))
        return sp_fail(run, SP_STOPPED, "stopped");
    return SP_OK;
}

void sp_progress(sp_run *run, const char *what, double fraction)
{
    if (!run->progress)
        return;
    double now = sp_now();
    if (fraction < 1 && now - run->last_progress < 0.1)
        return;
    run->last_progress = now;
    run->progress(run->progress_user, what, fraction);
}
