/* Man pages, completions and reference pages: all written from the registry, at build time. */
#include "help.h"

#include "options.h"

#include <stdlib.h>
#include <string.h>

/* One file written through `write` into dir/name. */
typedef void (*writer)(FILE *file, sp_run *run, const void *what);

static sp_status write_with(sp_run *run, const char *dir, const char *name, writer write, const void *what)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    if (!file)
        return sp_fail(run, SP_FAILED, "out of memory");
    write(file, run, what);
    bool failed = fclose(file) != 0;
    sp_status status = failed ? sp_fail(run, SP_FAILED, "out of memory")
                              : sp_write_file(run, sp_format(run, "%s/%s", dir, name), text, size);
    free(text);
    return status;
}

/* ---- man --------------------------------------------------------------------------------------------- */

static void roff(FILE *file, const char *text)
{
    for (bool start = true; *text; text++) {
        if (start && (*text == '.' || *text == '\''))
            fputs("\\&", file);
        if (*text == '\\')
            fputs("\\e", file);
        else if (*text == '-')
            fputs("\\-", file);
        else
            fputc(*text, file);
        start = *text == '\n';
    }
}

static void man_body(FILE *file, const char *title, const char *text)
{
    fprintf(file, ".TH %s 1 \"\" \"spinodal %s\" \"User commands\"\n.SH NAME\n", title, SPINODAL_VERSION);
    fprintf(file, "%s \\- the statistical physics of learning\n.SH DESCRIPTION\n.nf\n", title);
    roff(file, text);
    fputs(".fi\n", file);
}

static void man_program(FILE *file, sp_run *run, const void *unused)
{
    (void)unused;
    char *text = NULL;
    size_t size;
    FILE *body = open_memstream(&text, &size);
    if (!body)
        return;
    cli_help_program(body, run);
    fclose(body);
    man_body(file, "spinodal", text);
    free(text);
}

static void man_group(FILE *file, sp_run *run, const void *what)
{
    const sp_group *group = what;
    char *text = NULL;
    size_t size, n = strlen(group->name);
    FILE *body = open_memstream(&text, &size);
    if (!body)
        return;
    cli_help_group(body, run, group);
    for (size_t i = 0; sp_command_at(i); i++)
        if (!strncmp(sp_command_at(i)->name, group->name, n) &&
            (sp_command_at(i)->name[n] == '.' || !sp_command_at(i)->name[n])) {
            fprintf(body, "\n\n%s\n", cli_words(run, sp_command_at(i)));
            cli_help_command(body, run, sp_command_at(i));
        }
    fclose(body);
    man_body(file, sp_format(run, "spinodal-%s", group->name), text);
    free(text);
}

/* ---- completion -------------------------------------------------------------------------------------- */

static void option_words(FILE *file, sp_run *run, const sp_command *c)
{
    bool data = false;
    for (const sp_param *p = c->params; p && p->name; p++) {
        fprintf(file, " --%s", sp_option_name(run, p->name));
        data |= p->type == SP_TYPE_DATA;
    }
    for (const sp_param *p = sp_dataset_params(); data && p->name; p++)
        fprintf(file, " --%s", sp_option_name(run, p->name));
}

static void completion_bash(FILE *file, sp_run *run, const void *unused)
{
    (void)unused;
    fputs("# bash completion of spinodal\n_spinodal()\n{\n    local word=${COMP_WORDS[COMP_CWORD]} words=\"\" common=\"",
          file);
    for (const cli_option *o = cli_options; o->name; o++)
        fprintf(file, "%s--%s", o == cli_options ? "" : " ", o->name);
    fputs("\"\n    case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n", file);
    for (size_t i = 0; sp_command_at(i); i++) {
        const sp_command *c = sp_command_at(i);
        const char *words = cli_words(run, c);
        fprintf(file, strchr(words, ' ') ? "    \"%s\")" : "    \"%s \"*)", words);
        fputs(" words=\"", file);
        option_words(file, run, c);
        fputs("\" ;;\n", file);
    }
    fputs("    esac\n    if [[ $COMP_CWORD -eq 1 ]]; then\n        words=\"commands rerun", file);
    for (size_t i = 0; sp_group_at(i); i++)
        fprintf(file, " %s", sp_group_at(i)->name);
    fputs("\"\n    elif [[ $COMP_CWORD -eq 2 && -z $words ]]; then\n        case \"${COMP_WORDS[1]}\" in\n", file);
    for (size_t i = 0; sp_group_at(i); i++) {
        const char *group = sp_group_at(i)->name;
        size_t n = strlen(group);
        fprintf(file, "        %s) words=\"", group);
        for (size_t k = 0; sp_command_at(k); k++)
            if (!strncmp(sp_command_at(k)->name, group, n) && sp_command_at(k)->name[n] == '.')
                fprintf(file, " %s", sp_command_at(k)->name + n + 1);
        fputs("\" ;;\n", file);
    }
    fputs("        esac\n    fi\n"
          "    if [[ $word == -* || $COMP_CWORD -le 2 ]]; then\n"
          "        COMPREPLY=($(compgen -W \"$words $common\" -- \"$word\"))\n"
          "    fi\n"
          "    [[ ${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- \"$word\"))\n"
          "}\ncomplete -o filenames -F _spinodal spinodal\n",
          file);
}

static void completion_zsh(FILE *file, sp_run *run, const void *unused)
{
    (void)unused;
    fputs("#compdef spinodal\nlocal -a groups verbs options\ngroups=(commands rerun", file);
    for (size_t i = 0; sp_group_at(i); i++)
        fprintf(file, " %s", sp_group_at(i)->name);
    fputs(")\nif (( CURRENT == 2 )); then\n    compadd -a groups\n    return\nfi\ncase $words[2] in\n", file);
    for (size_t i = 0; sp_group_at(i); i++) {
        const char *group = sp_group_at(i)->name;
        size_t n = strlen(group);
        fprintf(file, "%s) verbs=(", group);
        for (size_t k = 0; sp_command_at(k); k++)
            if (!strncmp(sp_command_at(k)->name, group, n) && sp_command_at(k)->name[n] == '.')
                fprintf(file, " %s", sp_command_at(k)->name + n + 1);
        fputs(") ;;\n", file);
    }
    fputs("esac\nif (( CURRENT == 3 && $#verbs )); then\n    compadd -a verbs\n    return\nfi\ncase \"$words[2] $words[3]\" "
          "in\n",
          file);
    for (size_t i = 0; sp_command_at(i); i++) {
        const char *words = cli_words(run, sp_command_at(i));
        fprintf(file, strchr(words, ' ') ? "\"%s\") options=(" : "\"%s \"*) options=(", words);
        option_words(file, run, sp_command_at(i));
        fputs(") ;;\n", file);
    }
    fputs("esac\noptions+=(", file);
    for (const cli_option *o = cli_options; o->name; o++)
        fprintf(file, " --%s", o->name);
    fputs(")\nif [[ $words[CURRENT] == -* ]]; then\n    compadd -a options\nelse\n    _files\nfi\n", file);
}

/* ---- reference --------------------------------------------------------------------------------------- */

static void reference_group(FILE *file, sp_run *run, const void *what)
{
    const sp_group *group = what;
    size_t n = strlen(group->name);
    fprintf(file, "# %s\n\n%s.\n", group->name, group->summary);
    for (size_t i = 0; sp_command_at(i); i++) {
        const sp_command *c = sp_command_at(i);
        if (strncmp(c->name, group->name, n) != 0 || (c->name[n] && c->name[n] != '.'))
            continue;
        fprintf(file, "\n## spinodal %s\n\n```\n", cli_words(run, c));
        cli_help_command(file, run, c);
        fputs("```\n", file);
    }
}

sp_status cli_generate(sp_run *run, const char *dir)
{
    const char *man = sp_format(run, "%s/man1", dir), *reference = sp_format(run, "%s/reference", dir);
    SP_TRY(sp_make_dir(run, man));
    SP_TRY(sp_make_dir(run, reference));
    SP_TRY(write_with(run, man, "spinodal.1", man_program, NULL));
    SP_TRY(write_with(run, dir, "spinodal.bash", completion_bash, NULL));
    SP_TRY(write_with(run, dir, "_spinodal", completion_zsh, NULL));
    for (size_t i = 0; sp_group_at(i); i++) {
        const sp_group *group = sp_group_at(i);
        SP_TRY(write_with(run, man, sp_format(run, "spinodal-%s.1", group->name), man_group, group));
        SP_TRY(write_with(run, reference, sp_format(run, "%s.md", group->name), reference_group, group));
    }
    return SP_OK;
}
