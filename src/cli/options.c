#include "options.h"

#include <stdio.h>
#include <string.h>

const cli_option cli_options[] = {{"help", NULL, "what the program, a group or a command does"},
                                  {"json", NULL, "one JSON object on the standard output"},
                                  {"out", "DIR", "run folder: run.json, tables, figures, report.html (-o DIR)"},
                                  {"plot", "FILE", "figure: FILE.svg, .pdf or .png"},
                                  {"overlay", "FILE.csv", "your own points on the figures; columns are matched by name"},
                                  {"seed", "N", "random streams; the same seed gives the same bits (default 1)"},
                                  {"threads", "N", "default: all processors; the results do not depend on it"},
                                  {"time-limit", "TIME", "stop, resumable, after TIME: 90, 10m, 2h"},
                                  {"max-memory", "SIZE", "refuse to use more: 1.5G, 800M (default 3/4 of the machine)"},
                                  {"resume", "DIR", "continue the interrupted run of the folder"},
                                  {"cite", NULL, "BibTeX of the papers behind a command"},
                                  {"quiet", NULL, "no progress on the terminal"},
                                  {"version", NULL, "version of the program"},
                                  {0}};

static const cli_option *find(const char *name, size_t length)
{
    for (const cli_option *o = cli_options; o->name; o++)
        if (strlen(o->name) == length && !strncmp(o->name, name, length))
            return o;
    return NULL;
}

/* A positive number with a unit from `units`, pairs of letter and factor. */
static bool parse_quantity(const char *text, const char *letters, const double *factors, double *out)
{
    char number[64];
    size_t n = strlen(text);
    if (n == 0 || n >= sizeof number)
        return false;
    memcpy(number, text, n + 1);
    if (n > 1 && (number[n - 1] == 'B' || number[n - 1] == 'b') && strchr(letters, 'G'))
        number[--n] = 0;
    double factor = 1;
    const char *letter = strchr(letters, number[n - 1]);
    if (letter) {
        factor = factors[letter - letters];
        number[--n] = 0;
    }
    if (!sp_parse_number(number, out) || !(*out > 0))
        return false;
    *out *= factor;
    return true;
}

static bool parse_integer(const char *text, double most, double *out)
{
    return sp_parse_number(text, out) && *out >= 0 && *out <= most && *out == floor(*out);
}

static bool set(cli_request *r, const char *name, const char *value)
{
    static const double seconds[] = {1, 60, 3600, 86400}, bytes[] = {1e3, 1e6, 1e9, 1e12};
    double x;
    switch (name[0]) {
    case 'h':
        return r->help = true;
    case 'j':
        return r->json = true;
    case 'c':
        return r->cite = true;
    case 'q':
        return r->quiet = true;
    case 'v':
        return r->version = true;
    case 'p':
        r->plot = value;
        return true;
    case 'r':
        r->resume = true;
        r->folder = value;
        return true;
    case 'm':
        if (!parse_quantity(value, "KMGT", bytes, &x) || x > 1e18)
            return false;
        r->run.max_memory = (size_t)x;
        return true;
    case 'o':
        if (name[1] == 'v')
            r->overlay = value;
        else
            r->folder = value;
        return true;
    case 's':
        if (!parse_integer(value, 9007199254740992.0, &x))
            return false;
        r->run.seed = (uint64_t)x;
        return r->seed_given = true;
    default:
        if (name[1] == 'i')
            return parse_quantity(value, "smhd", seconds, &r->run.time_limit);
        if (!parse_integer(value, 4096, &x))
            return false;
        r->run.threads = (int)x;
        return true;
    }
}

sp_status cli_parse(int argc, char **argv, const char **words, cli_request *r, char *message, size_t size)
{
    *r = (cli_request){.words = words, .run = {.seed = 1}};
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        const char *name = !strcmp(word, "-o")       ? "out"
                           : !strcmp(word, "-h")     ? "help"
                           : !strncmp(word, "--", 2) ? word + 2
                                                     : "";
        const char *equal = strchr(name, '=');
        const cli_option *o = find(name, equal ? (size_t)(equal - name) : strlen(name));
        if (!o) {
            r->words[r->n_words++] = word;
            continue;
        }
        const char *value = equal ? equal + 1 : o->value && i + 1 < argc ? argv[++i] : NULL;
        if (!o->value != !value) {
            snprintf(message, size, o->value ? "--%s needs a value: %s" : "--%s takes no value: %s", o->name, o->help);
            return SP_USAGE;
        }
        if (value && !*value) {
            snprintf(message, size, "--%s needs a value: %s", o->name, o->help);
            return SP_USAGE;
        }
        if (!set(r, o->name, value)) {
            snprintf(message, size, "--%s: \"%s\" is not a %s (%s)", o->name, value, o->value, o->help);
            return SP_USAGE;
        }
    }
    return SP_OK;
}
