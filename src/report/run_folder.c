#include "spinodal/output.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static sp_status write_json(sp_run *run, const char *dir, const char *name, json_t *object)
{
    char *text = object ? json_dumps(object, JSON_INDENT(1) | JSON_REAL_PRECISION(17)) : NULL;
    json_decref(object);
    if (!text)
        return sp_fail(run, SP_FAILED, "out of memory");
    sp_status status = sp_write_file(run, sp_format(run, "%s/%s", dir, name), text, strlen(text));
    free(text);
    return status;
}

static json_t *request(const sp_run *run, const char *command, size_t n_args, const char *const *args)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n_args; i++)
        json_array_append_new(list, json_string(args[i]));
    return json_pack("{s:s, s:s, s:I, s:o}", "schema", "spinodal-request/1", "command", command, "seed",
                     (json_int_t)sp_run_seed(run), "arguments", list);
}

static json_t *read_request(sp_run *run, const char *dir)
{
    return json_load_file(sp_format(run, "%s/request.json", dir), 0, NULL);
}

sp_status sp_run_folder_start(sp_run *run, const char *dir, const char *command, size_t n_args, const char *const *args,
                              bool resume)
{
    json_t *before = read_request(run, dir), *now = request(run, command, n_args, args);
    bool same = before && json_equal(before, now);
    bool finished = access(sp_format(run, "%s/run.json", dir), F_OK) == 0;
    bool exists = before != NULL;
    json_decref(before);
    if (resume && !same) {
        json_decref(now);
        return exists ? sp_fail(run, SP_USAGE,
                                "%s holds another request: give the same command, options and seed to --resume, or use "
                                "`spinodal rerun %s`",
                                dir, dir)
                      : sp_fail(run, SP_USAGE, "%s holds no run to resume", dir);
    }
    if (!resume && exists && !finished && !same) {
        json_decref(now);
        return sp_fail(run, SP_USAGE, "%s holds an unfinished run of another request: choose another folder or remove it",
                       dir);
    }
    sp_status status = sp_make_dir(run, dir);
    if (status == SP_OK)
        return write_json(run, dir, "request.json", now);
    json_decref(now);
    return status;
}

sp_status sp_run_folder_request(sp_run *run, const char *dir, const char **command, size_t *n_args, const char *const **args,
                                uint64_t *seed)
{
    json_t *object = read_request(run, dir), *list;
    const char *name;
    json_int_t number;
    if (!object || json_unpack(object, "{s:s, s:I, s:o}", "command", &name, "seed", &number, "arguments", &list) != 0) {
        json_decref(object);
        return sp_fail(run, SP_DATA, "%s is no run folder (no readable request.json in it)", dir);
    }
    *n_args = json_array_size(list);
    const char **texts = SP_NEW(run, const char *, *n_args + 1);
    *command = sp_strdup(run, name);
    *seed = (uint64_t)number;
    for (size_t i = 0; texts && i < *n_args; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        texts[i] = sp_strdup(run, text ? text : "");
    }
    *args = texts;
    json_decref(object);
    return texts && *command ? SP_OK : SP_FAILED;
}

static void remove_checkpoints(sp_run *run, const char *dir)
{
    const char *folder = sp_format(run, "%s/checkpoint", dir);
    DIR *list = folder ? opendir(folder) : NULL;
    if (!list)
        return;
    for (struct dirent *entry; (entry = readdir(list));)
        if (strstr(entry->d_name, ".ckpt"))
            unlink(sp_format(run, "%s/%s", folder, entry->d_name));
    closedir(list);
    rmdir(folder);
}

void sp_run_folder_abandon(sp_run *run, const char *dir)
{
    const char *result = sp_format(run, "%s/run.json", dir), *kept = sp_format(run, "%s/checkpoint", dir),
               *request = sp_format(run, "%s/request.json", dir);
    if (!result || !kept || !request || access(result, F_OK) == 0)
        return;
    if (rmdir(kept) != 0 && errno != ENOENT)
        return;
    unlink(request);
    rmdir(dir); /* the user may keep something else there */
}

sp_status sp_run_folder_write(sp_run *run, const char *dir, const sp_result *result, double seconds)
{
    SP_TRY(sp_make_dir(run, sp_format(run, "%s/tables", dir)));
    for (size_t i = 0; i < sp_result_tables(result); i++) {
        const sp_table *table = sp_result_table_at(result, i);
        char *csv = sp_table_csv(table);
        if (!csv)
            return sp_fail(run, SP_FAILED, "out of memory");
        sp_status status =
            sp_write_file(run, sp_format(run, "%s/tables/%s.csv", dir, sp_table_name(table)), csv, strlen(csv));
        free(csv);
        SP_TRY(status);
    }
    SP_TRY(write_json(run, dir, "timing.json", json_pack("{s:f, s:i}", "seconds", seconds, "threads", sp_run_threads(run))));
    char *json = sp_result_json(run, result);
    if (!json)
        return sp_fail(run, SP_FAILED, "out of memory");
    sp_status status = sp_write_file(run, sp_format(run, "%s/run.json", dir), json, strlen(json));
    free(json);
    if (status == SP_OK)
        remove_checkpoints(run, dir);
    return status;
}
