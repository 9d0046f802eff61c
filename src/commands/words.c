/* From typed words to a command and its "name=value" arguments. */
#include "spinodal/command.h"

#include "params.h"

#include <string.h>

static sp_status find_command(sp_run *run, size_t n, const char *const *words, const sp_command **command, size_t *used)
{
    *used = 0;
    if (n == 0)
        return sp_fail(run, SP_USAGE, "no command given (see `spinodal --help`)");
    if (n > 1 && words[1][0] != '-') {
        *command = sp_command_find(sp_format(run, "%s.%s", words[0], words[1]));
        *used = 2;
        if (*command)
            return SP_OK;
    }
    *command = sp_command_find(words[0]);
    *used = 1;
    if (*command)
        return SP_OK;
    size_t length = strlen(words[0]), verbs = 0;
    const char *names[64], *groups[256];
    size_t n_groups = 0;
    for (size_t i = 0; sp_command_at(i); i++) {
        const char *name = sp_command_at(i)->name, *dot = strchr(name, '.');
        if (dot && (size_t)(dot - name) == length && !strncmp(name, words[0], length) && verbs < 64)
            names[verbs++] = dot + 1;
        char *group = sp_strdup(run, name);
        if (group && dot)
            group[dot - name] = 0;
        if (group && n_groups < 256)
            groups[n_groups++] = group;
    }
    if (verbs > 0 && n > 1 && words[1][0] != '-') {
        const char *near = sp_nearest(words[1], verbs, names);
        return near ? sp_fail(run, SP_USAGE, "%s has no verb \"%s\"; did you mean \"%s\"?", words[0], words[1], near)
                    : sp_fail(run, SP_USAGE, "%s has no verb \"%s\" (see `spinodal %s --help`)", words[0], words[1],
                              words[0]);
    }
    if (verbs > 0)
        return sp_fail(run, SP_USAGE, "%s needs a verb (see `spinodal %s --help`)", words[0], words[0]);
    const char *near = sp_nearest(words[0], n_groups, groups);
    return near ? sp_fail(run, SP_USAGE, "no command \"%s\"; did you mean \"%s\"?", words[0], near)
                : sp_fail(run, SP_USAGE, "no command \"%s\" (see `spinodal --help`)", words[0]);
}

/* The name of the i-th parameter given without "--"; NULL when there is none. */
static const char *positional(sp_run *run, const sp_command *command, size_t i)
{
    if (command->positional) {
        char *names = sp_strdup(run, command->positional), *rest, *name = names ? strtok_r(names, " ", &rest) : NULL;
        while (name && i-- > 0)
            name = strtok_r(NULL, " ", &rest);
        return name;
    }
    for (const sp_param *p = command->params; p && p->name; p++)
        if (p->type == SP_TYPE_DATA && i-- == 0)
            return p->name;
    return NULL;
}

static const sp_param *find_param(const sp_command *command, const char *name, size_t length)
{
    for (int pass = 0; pass < 2; pass++)
        for (const sp_param *p = pass ? sp_dataset_params() : command->params; p && p->name; p++) {
            size_t i = 0;
            while (i < length && p->name[i] && (p->name[i] == name[i] || (p->name[i] == '_' && name[i] == '-')))
                i++;
            if (i == length && !p->name[i])
                return p;
        }
    return NULL;
}

sp_status sp_command_words(sp_run *run, size_t n, const char *const *words, const sp_command **command, size_t *n_args,
                           const char *const **args)
{
    size_t used, n_positional = 0;
    SP_TRY(find_command(run, n, words, command, &used));
    const char **out = SP_NEW(run, const char *, n + 1);
    if (!out)
        return SP_FAILED;
    *n_args = 0;
    for (size_t i = used; i < n; i++) {
        const char *word = words[i], *text;
        if (strncmp(word, "--", 2) != 0 || !word[2]) {
            const char *name = positional(run, *command, n_positional++);
            if (!name)
                return sp_fail(run, SP_USAGE, "unexpected \"%s\": `%s` takes no %s argument (see --help)", word,
                               (*command)->name, n_positional > 1 ? "further" : "positional");
            text = sp_format(run, "%s=%s", name, word);
        }
        else {
            const char *name = word + 2, *equal = strchr(name, '=');
            const sp_param *p = find_param(*command, name, equal ? (size_t)(equal - name) : strlen(name));
            const sp_param *negated = !strncmp(name, "no-", 3) ? find_param(*command, name + 3, strlen(name + 3)) : NULL;
            if (equal)
                text = name;
            else if (p && p->type == SP_TYPE_BOOL)
                text = sp_format(run, "%s=true", name);
            else if (negated && negated->type == SP_TYPE_BOOL)
                text = sp_format(run, "%s=false", name + 3);
            else if (i + 1 < n && strncmp(words[i + 1], "--", 2) != 0)
                text = sp_format(run, "%s=%s", name, words[++i]); /* an unknown option is refused by sp_call */
            else if (p)
                return sp_fail(run, SP_USAGE, "--%s needs a value: %s", name, p->help);
            else
                text = sp_format(run, "%s=", name);
        }
        if (!text)
            return SP_FAILED;
        out[(*n_args)++] = text;
    }
    *args = out;
    return SP_OK;
}
