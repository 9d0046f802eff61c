/* Helpers of the tests of data: files in a temporary folder. */
#ifndef DATA_TEST_H
#define DATA_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "spinodal/data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* A path in a folder of this program's own; remove_temp empties it. */
static inline const char *temp_folder(void)
{
    static char folder[64];
    if (!*folder) {
        snprintf(folder, sizeof folder, "/tmp/spinodal-test-XXXXXX");
        assert_non_null(mkdtemp(folder));
    }
    return folder;
}

static inline const char *temp_path(const char *name)
{
    static char path[8][512];
    static int next;
    next = (next + 1) % 8;
    snprintf(path[next], sizeof path[next], "%s/%s", temp_folder(), name);
    return path[next];
}

static inline int remove_temp(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", temp_folder());
    return system(command) != 0;
}

static inline const char *write_temp(const char *name, const void *data, size_t bytes)
{
    const char *path = temp_path(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, bytes, file), bytes);
    fclose(file);
    return path;
}

static inline const char *write_text(const char *name, const char *text) { return write_temp(name, text, strlen(text)); }

static inline const char *write_gz(const char *name, const void *data, size_t bytes)
{
    const char *path = temp_path(name);
    gzFile file = gzopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, data, (unsigned)bytes), bytes);
    gzclose(file);
    return path;
}

static inline sp_run *new_run(void)
{
    sp_run *run = sp_run_create(&(sp_run_options){.seed = 1, .threads = 2});
    assert_non_null(run);
    return run;
}

static inline const sp_dataset *open_ok(sp_run *run, const char *source, const sp_data_options *options)
{
    const sp_dataset *data;
    sp_status status = sp_dataset_open(run, source, options, NULL, &data);
    if (status != SP_OK)
        print_message("%s\n", sp_run_message(run));
    assert_int_equal(status, SP_OK);
    return data;
}

/* Refused with `status`, one line that contains every text given (ends with NULL). */
static inline void open_refused(sp_run *run, const char *source, const sp_data_options *options, sp_status status, ...)
{
    const sp_dataset *data;
    sp_status got = sp_dataset_open(run, source, options, NULL, &data);
    const char *message = sp_run_message(run), *want;
    if (got != status)
        print_message("%s: status %d: %s\n", source, got, message);
    assert_int_equal(got, status);
    assert_null(data);
    assert_null(strchr(message, '\n'));
    va_list texts;
    va_start(texts, status);
    while ((want = va_arg(texts, const char *))) {
        if (!strstr(message, want))
            print_message("\"%s\" is not in: %s\n", want, message);
        assert_non_null(strstr(message, want));
    }
    va_end(texts);
}

static const sp_data_options raw __attribute__((unused)) = {.scale = "none", .keep_mean = true};

#endif
