#include "survey.h"

#include <stdlib.h>
#include <string.h>

static const sp_survey_section *const sections[] = {
#define SP_SECTION(name) &sp_survey_##name##_section,
#include "survey.def"
#undef SP_SECTION
};
enum { SECTIONS = sizeof sections / sizeof *sections };

static sp_status perform(sp_survey *s, const sp_survey_section *section, sp_survey_log *log)
{
    char *text = NULL;
    size_t size = 0;
    sp_checkpoint_scope(s->run, section->name);
    s->log = open_memstream(&text, &size);
    if (!s->log)
        return sp_fail(s->run, SP_FAILED, "out of memory");
    sp_mark mark = sp_memory_mark(s->run);
    sp_status status = section->run(s);
    if (fclose(s->log) != 0 && status == SP_OK)
        status = sp_fail(s->run, SP_FAILED, "out of memory");
    s->log = NULL;
    sp_memory_release(s->run, mark);
    sp_checkpoint_scope(s->run, "survey");
    char *kept = status == SP_OK ? sp_alloc(s->run, size + 1, 1) : NULL;
    if (kept) {
        memcpy(kept, text, size);
        *log = (sp_survey_log){kept, size};
        status = sp_survey_keep(s, section->name, log);
    }
    else if (status == SP_OK)
        status = SP_FAILED;
    free(text);
    return status;
}

static sp_status lay_out(sp_survey *s, const sp_survey_log *logs)
{
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < SECTIONS; i++) {
            if (!logs[i].bytes || sections[i]->first != (pass == 0))
                continue;
            SP_TRY(sp_result_section(s->out, sections[i]->title));
            SP_TRY(sp_survey_replay(s, &logs[i], true));
        }
    return SP_OK;
}

static void all_nan(sp_survey_result *r)
{
    double *values = (double *)r;
    for (size_t i = 0; i < sizeof *r / sizeof(double); i++)
        values[i] = NAN;
}

sp_status sp_survey_run(sp_run *run, const sp_survey_params *params, sp_survey_result *result, sp_result *out)
{
    if (params->quick && params->full)
        return sp_fail(run, SP_USAGE, "--quick and --full: give one of them");
    if (params->data->n < 2)
        return sp_fail(run, SP_DATA, "%s: a survey needs at least two points", params->data->name);
    sp_survey s = {.run = run, .data = params->data, .r = result, .out = out};
    s.mode = params->quick ? SP_SURVEY_QUICK : params->full ? SP_SURVEY_FULL : SP_SURVEY_DEFAULT;
    all_nan(result);
    sp_survey_log logs[SECTIONS] = {{0}};
    for (size_t i = 0; i < SECTIONS; i++) {
        bool found;
        if (!sections[i]->applies(&s))
            continue;
        SP_TRY(sp_poll(run));
        sp_checkpoint_scope(run, "survey");
        SP_TRY(sp_survey_restore(&s, sections[i]->name, &logs[i], &found));
        if (!found)
            SP_TRY(perform(&s, sections[i], &logs[i]));
        SP_TRY(sp_survey_replay(&s, &logs[i], false));
    }
    SP_TRY(lay_out(&s, logs));
    sp_checkpoint_scope(run, "");
    return SP_OK;
}

sp_status sp_survey_call(sp_survey *s, const char *command, const sp_dataset *data, size_t n_args, const char *const *args,
                         sp_result **out)
{
    SP_TRY(sp_call(s->run, command, data, n_args, args, out));
    for (size_t i = 0; i < sp_result_warnings(*out); i++)
        sp_survey_warning(s, sp_result_warning(*out, i), false);
    if (!sp_result_converged(*out))
        sp_survey_warning(s, sp_format(s->run, "%s did not converge", command), true);
    return SP_OK;
}

const char *sp_survey_count(sp_survey *s, size_t n, const char *thing)
{
    const char *text = sp_format(s->run, "%zu %s%s", n, thing, n == 1 ? "" : "s");
    return text ? text : "";
}

const char *sp_survey_lie(sp_survey *s, size_t n, const char *thing)
{
    const char *text =
        sp_format(s->run, "%zu %s %s", n, n == 1 ? thing : sp_format(s->run, "%ss", thing), n == 1 ? "lies" : "lie");
    return text ? text : "";
}

/* A word for the shell. */
static const char *quoted(sp_run *run, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
    const char *out = "'";
    if (*word && strspn(word, plain) == strlen(word))
        return word;
    for (const char *p = word; *p && out; p++)
        out = *p == '\'' ? sp_format(run, "%s'\\''", out) : sp_format(run, "%s%c", out, *p);
    return out ? sp_format(run, "%s'", out) : NULL;
}

const char *sp_survey_data_words(sp_survey *s)
{
    static const struct {
        const char *key, *fallback;
    } options[] = {{"data", ""},   {"scale", "auto"}, {"center", "true"}, {"labels", ""},    {"classes", ""},
                   {"limit", "0"}, {"columns", ""},   {"na", "drop"},     {"factorize", ""}, {"onehot", ""}};
    const char *words = "";
    for (size_t k = 0; k < sizeof options / sizeof *options; k++)
        for (size_t i = 0; words && i < sp_result_parameters(s->out); i++) {
            const char *key = options[k].key, *text = sp_result_parameter_text(s->out, i);
            if (strcmp(sp_result_parameter_name(s->out, i), key) != 0 || !strcmp(text, options[k].fallback))
                continue;
            const char *word = quoted(s->run, text);
            words = !word                    ? NULL
                    : k == 0                 ? word
                    : !strcmp(key, "center") ? sp_format(s->run, "%s --no-center", words)
                                             : sp_format(s->run, "%s --%s %s", words, key, word);
        }
    return words && *words ? words : s->data->name;
}
