#include "help.h"

#include "options.h"

#include <ctype.h>
#include <string.h>

enum { WIDTH = 110, INDENT = 26 };

const char *cli_words(sp_run *run, const sp_command *command)
{
    char *words = sp_strdup(run, command->name), *dot = words ? strchr(words, '.') : NULL;
    if (dot)
        *dot = ' ';
    return words ? words : command->name;
}

const char *cli_positional(sp_run *run, const sp_command *command)
{
    char *text = sp_strdup(run, command->positional ? command->positional : "");
    for (const sp_param *p = command->positional ? NULL : command->params; p && p->name && text; p++)
        if (p->type == SP_TYPE_DATA)
            text = sp_format(run, p->fallback ? "%s%s[%s]" : "%s%s%s", text, *text ? " " : "", p->name);
    for (char *c = text; c && *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return text ? text : "";
}

const char *cli_type_text(sp_run *run, const sp_param *p)
{
    static const char *const names[] = {"real", "whole number", "whole number", "on|off", "text", "", "numbers", "dataset"};
    const char *range =
        p->type == SP_TYPE_REAL || p->type == SP_TYPE_INT || p->type == SP_TYPE_SIZE || p->type == SP_TYPE_VEC
            ? sp_range_text(run, p->range)
            : "";
    if (p->type == SP_TYPE_CHOICE)
        return p->choices;
    return *range ? sp_format(run, "%s %s", names[p->type], range) : names[p->type];
}

/* `text` wrapped at WIDTH, continued at `indent`, starting in column `column`. */
static void wrap(FILE *file, const char *text, int indent, int column)
{
    while (*text) {
        int length = (int)strcspn(text, " ");
        if (column + length > WIDTH && column > indent) {
            fprintf(file, "\n%*s", indent, "");
            column = indent;
        }
        fprintf(file, "%.*s", length, text);
        column += length;
        text += length;
        if (*text == ' ') {
            fputc(' ', file);
            column++;
            text++;
        }
    }
    fputc('\n', file);
}

static void entry(FILE *file, const char *name, const char *text)
{
    int column = fprintf(file, "  %-*s", INDENT - 2, name);
    if (column > INDENT) {
        fprintf(file, "\n%*s", INDENT, "");
        column = INDENT;
    }
    wrap(file, text, INDENT, column);
}

static void global_options(FILE *file, sp_run *run)
{
    for (const cli_option *o = cli_options; o->name; o++)
        entry(file, o->value ? sp_format(run, "--%s %s", o->name, o->value) : sp_format(run, "--%s", o->name), o->help);
}

static bool in_group(const sp_command *command, const sp_group *group)
{
    size_t n = strlen(group->name);
    return !strncmp(command->name, group->name, n) && (command->name[n] == '.' || !command->name[n]);
}

static void verbs(FILE *file, sp_run *run, const sp_group *group)
{
    for (size_t i = 0; sp_command_at(i); i++) {
        const sp_command *c = sp_command_at(i);
        if (in_group(c, group))
            entry(file, cli_words(run, c), c->summary);
    }
}

void cli_help_program(FILE *file, sp_run *run)
{
    fputs("spinodal: the statistical physics of learning\n\n"
          "  spinodal <group> <verb> [DATA] [--option value ...]\n\n",
          file);
    for (size_t i = 0; sp_group_at(i); i++) {
        fprintf(file, "%s: %s\n", sp_group_at(i)->name, sp_group_at(i)->summary);
        verbs(file, run, sp_group_at(i));
        fputc('\n', file);
    }
    fputs("The program itself\n", file);
    entry(file, "commands", "list every command; --json: with all parameters and results");
    entry(file, "rerun DIR", "repeat the run of a run folder");
    fputs("\nOptions of every command\n", file);
    global_options(file, run);
    fputs("\nDATA is a file (IDX, NPY, NPZ:key, CSV, TSV, HDF5:/path, CIFAR binary, folder of images; .gz), - for the "
          "standard\n"
          "input, a name of `spinodal data list`, or a generator such as gen:gaussian-mixture,d=64,n=2000,seed=1.\n"
          "A numeric option takes one number, a list 1,2,10 or a grid FROM:TO:COUNT or FROM:TO:COUNTlog.\n"
          "Exit codes: 0 done; 1 failed or not converged; 2 usage; 3 unreadable data; 4 interrupted, resumable.\n\n"
          "  spinodal <group> --help          the verbs of a group\n"
          "  spinodal <group> <verb> --help   options, results and an example\n",
          file);
}

void cli_help_group(FILE *file, sp_run *run, const sp_group *group)
{
    fprintf(file, "%s: %s\n\n", group->name, group->summary);
    verbs(file, run, group);
    fprintf(file, "\n  spinodal %s <verb> --help   options, results and an example\n", group->name);
}

static void param_entry(FILE *file, sp_run *run, const sp_command *c, const sp_param *p)
{
    const char *value = sp_param_default(c, p);
    const char *fallback = !value ? ", required" : *value ? sp_format(run, ", default %s", value) : "";
    const char *unit = p->unit && *p->unit && strcmp(p->unit, "1") != 0 ? sp_format(run, " [%s]", p->unit) : "";
    entry(file, sp_format(run, "--%s", sp_option_name(run, p->name)),
          sp_format(run, "%s%s (%s%s)", p->help, unit, cli_type_text(run, p), fallback));
}

static void output_entry(FILE *file, sp_run *run, const char *name, const char *unit, const char *help)
{
    entry(file, name, unit && *unit && strcmp(unit, "1") != 0 ? sp_format(run, "%s [%s]", help, unit) : help);
}

void cli_help_command(FILE *file, sp_run *run, const sp_command *c)
{
    const char *words = cli_words(run, c), *positional = cli_positional(run, c);
    fprintf(file, "%s\n\n  spinodal %s%s%s [--option value ...]\n", c->summary, words, *positional ? " " : "", positional);
    if (c->example)
        fprintf(file, "  spinodal %s %s\n", words, c->example);
    bool data = false;
    if (c->params && c->params->name)
        fputs("\nOptions\n", file);
    for (const sp_param *p = c->params; p && p->name; p++) {
        param_entry(file, run, c, p);
        data |= p->type == SP_TYPE_DATA;
    }
    if (data)
        fputs("\nOptions of the dataset\n", file);
    for (const sp_param *p = sp_dataset_params(); data && p->name; p++)
        param_entry(file, run, c, p);
    fputs("\nOptions of every command\n", file);
    global_options(file, run);
    if (c->scalars && c->scalars->name)
        fputs("\nResults\n", file);
    for (const sp_scalar *s = c->scalars; s && s->name; s++)
        output_entry(file, run, s->name, s->unit, s->help);
    for (const sp_table_decl *t = c->tables; t && t->name; t++) {
        fprintf(file, "\nTable %s%s%s\n", t->name, t->caption ? ": " : "", t->caption ? t->caption : "");
        for (const sp_column *k = t->columns; k->name; k++)
            output_entry(file, run, k->name, k->unit, k->help);
    }
    if (*c->spec)
        fprintf(file, "\nPapers: `spinodal %s --cite`\n", words);
}
