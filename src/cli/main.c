#include "help.h"
#include "options.h"
#include "terminal.h"

#include "spinodal/output.h"
#include "spinodal/papers.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static sp_status complain(sp_status status, const char *message)
{
    fprintf(stderr, "spinodal: %s\n", message);
    return status;
}

/* A full disk must not look like success. */
static sp_status close_stdout(sp_status status)
{
    if (fflush(stdout) != 0 || ferror(stdout))
        return complain(SP_FAILED, "cannot write to the standard output");
    return status;
}

static const sp_group *find_group(const char *name)
{
    for (size_t i = 0; sp_group_at(i); i++)
        if (!strcmp(sp_group_at(i)->name, name))
            return sp_group_at(i);
    return NULL;
}

static sp_status help(sp_run *run, const cli_request *r)
{
    const sp_group *group = r->n_words ? find_group(r->words[0]) : NULL;
    if (r->n_words == 0) {
        cli_help_program(stdout, run);
        return SP_OK;
    }
    if (group && !sp_command_find(r->words[0]) && (r->n_words == 1 || r->words[1][0] == '-')) {
        cli_help_group(stdout, run, group);
        return SP_OK;
    }
    const sp_command *command;
    const char *words[2] = {r->words[0], r->n_words > 1 ? r->words[1] : "-"};
    size_t n_args;
    const char *const *args;
    SP_TRY(sp_command_words(run, r->n_words > 1 && !sp_command_find(r->words[0]) ? 2 : 1, words, &command, &n_args, &args));
    cli_help_command(stdout, run, command);
    return SP_OK;
}

/* `spinodal commands [--json] [--generate DIR]` */
static sp_status commands(sp_run *run, const cli_request *r)
{
    if (r->n_words == 3 && !strcmp(r->words[1], "--generate"))
        return cli_generate(run, r->words[2]);
    if (r->n_words > 1)
        return sp_fail(run, SP_USAGE, "unexpected \"%s\": commands takes only --json", r->words[1]);
    if (!r->json) {
        for (size_t i = 0; sp_command_at(i); i++)
            printf("%-30s %s\n", cli_words(run, sp_command_at(i)), sp_command_at(i)->summary);
        return SP_OK;
    }
    char *json = sp_registry_json();
    if (!json)
        return sp_fail(run, SP_FAILED, "out of memory");
    puts(json);
    free(json);
    return SP_OK;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef struct {
    const sp_command *command;
    size_t n_args;
    const char *const *args;
    const sp_overlay *overlay;
} task;

/* What went wrong with figures alone, on the standard error. */
static void late_warnings(const sp_run *run, size_t first)
{
    for (size_t i = first; i < sp_run_warnings(run); i++)
        fprintf(stderr, "spinodal: %s\n", sp_run_warning(run, i));
}

static sp_status show(sp_run *run, const cli_request *r, const task *t, const sp_result *result, double seconds)
{
    if (r->folder) {
        size_t warnings = sp_run_warnings(run);
        SP_TRY(sp_run_folder_write(run, r->folder, result, seconds));
        SP_TRY(sp_report_write(run, r->folder, result, t->n_args, t->args, t->overlay));
        if (r->run.progress)
            cli_progress_clear(r->run.progress_user);
        late_warnings(run, warnings);
    }
    if (r->json) {
        char *json = sp_result_json(run, result);
        if (!json)
            return sp_fail(run, SP_FAILED, "out of memory");
        puts(json);
        free(json);
    }
    else
        sp_write_text(stdout, result);
    if (r->folder && !r->json)
        printf("\nwritten to %s/report.html\n", r->folder);
    return r->plot ? sp_plot_file(run, result, t->overlay, r->plot) : SP_OK; /* last: its failure costs no result */
}

/* Everything that can be refused, before any work. */
static sp_status prepare(sp_run *run, const cli_request *r, task *t)
{
    if (r->plot)
        SP_TRY(sp_plot_check(run, t->command, r->plot));
    if (r->overlay && !r->plot && !r->folder)
        return sp_fail(run, SP_USAGE, "--overlay needs a figure: --plot FILE or -o DIR");
    if (r->overlay)
        SP_TRY(sp_overlay_read(run, r->overlay, t->command, &t->overlay));
    if (r->folder)
        SP_TRY(sp_run_folder_start(run, r->folder, t->command->name, t->n_args, t->args, r->resume));
    return SP_OK;
}

static sp_status execute(sp_run *run, const cli_request *r, const sp_command *command, size_t n_args,
                         const char *const *args)
{
    task t = {command, n_args, args, NULL};
    SP_TRY(prepare(run, r, &t));
    double start = now();
    sp_result *result = NULL;
    sp_status status = sp_call(run, command->name, NULL, n_args, args, &result);
    if (r->run.progress)
        cli_progress_clear(r->run.progress_user);
    if (status == SP_STOPPED) {
        const char *why = sp_strdup(run, sp_run_message(run));
        return r->folder ? sp_fail(run, status, "%s; finished parts are kept: go on with --resume %s", why, r->folder)
                         : sp_fail(run, status, "%s; with -o DIR finished parts are kept, and --resume DIR goes on", why);
    }
    if (status != SP_OK) {
        if (r->folder)
            sp_run_folder_abandon(run, r->folder);
        return status;
    }
    status = show(run, r, &t, result, now() - start);
    if (status == SP_OK)
        status = sp_result_status(result);
    sp_result_free(result);
    return status;
}

/* The command and arguments of a run folder: `rerun DIR`, or `--resume DIR` alone. */
static sp_status repeat(sp_run *run, const cli_request *r, const char *dir)
{
    const char *name;
    size_t n_args;
    const char *const *args;
    uint64_t seed;
    SP_TRY(sp_run_folder_request(run, dir, &name, &n_args, &args, &seed));
    const sp_command *command = sp_command_find(name);
    if (!command)
        return sp_fail(run, SP_DATA, "%s was made by a command that does not exist here: %s", dir, name);
    if (seed == sp_run_seed(run))
        return execute(run, r, command, n_args, args);
    sp_run_options options = r->run;
    options.seed = seed;
    sp_run *own = sp_run_create(&options);
    if (!own)
        return sp_fail(run, SP_FAILED, "out of memory");
    sp_status status = execute(own, r, command, n_args, args);
    sp_fail(run, status, "%s", sp_run_message(own));
    sp_run_free(own);
    return status;
}

static sp_status perform(sp_run *run, const cli_request *r)
{
    if (r->n_words == 0 && r->resume && !r->help)
        return repeat(run, r, r->folder);
    if (r->help || (r->n_words == 0 && !r->version))
        return help(run, r);
    if (r->version) {
        printf("spinodal %s\n", SPINODAL_VERSION);
        return SP_OK;
    }
    if (!strcmp(r->words[0], "commands"))
        return commands(run, r);
    if (!strcmp(r->words[0], "rerun"))
        return r->n_words == 2 ? repeat(run, r, r->words[1])
                               : sp_fail(run, SP_USAGE, "rerun takes one run folder: spinodal rerun DIR [-o NEW]");
    const sp_command *command;
    size_t n_args;
    const char *const *args;
    SP_TRY(sp_command_words(run, r->n_words, r->words, &command, &n_args, &args));
    if (r->cite) {
        const char *bibtex = sp_papers_bibtex(run, command->spec);
        if (!*bibtex)
            return sp_fail(run, SP_USAGE, "%s rests on no paper of its own", cli_words(run, command));
        fputs(bibtex, stdout);
        return SP_OK;
    }
    return execute(run, r, command, n_args, args);
}

int main(int argc, char **argv)
{
    const char **words = calloc((size_t)argc + 1, sizeof *words);
    char message[512];
    cli_request request;
    if (!words)
        return (int)complain(SP_FAILED, "out of memory");
    if (cli_parse(argc, argv, words, &request, message, sizeof message) != SP_OK) {
        free(words);
        return (int)complain(SP_USAGE, message);
    }
    char *checkpoints = NULL;
    if (request.folder && asprintf(&checkpoints, "%s/checkpoint", request.folder) < 0)
        return (int)complain(SP_FAILED, "out of memory");
    request.run.checkpoint_dir = checkpoints;
    request.run.resume = request.resume;
    cli_progress progress = {0};
    if (!request.quiet && isatty(STDERR_FILENO)) {
        request.run.progress = cli_progress_show;
        request.run.progress_user = &progress;
    }
    request.run.cancel = &cli_cancelled;
    cli_catch_signals();
    sp_run *run = sp_run_create(&request.run);
    if (!run)
        return (int)complain(SP_FAILED, "out of memory");
    sp_status status = perform(run, &request);
    cli_progress_clear(&progress);
    if (*sp_run_message(run) && status != SP_OK)
        complain(status, sp_run_message(run));
    sp_run_free(run);
    free(checkpoints);
    free(words);
    return (int)close_stdout(status);
}
