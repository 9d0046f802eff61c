/* Options that every command takes on the command line. */
#ifndef SPINODAL_CLI_OPTIONS_H
#define SPINODAL_CLI_OPTIONS_H

#include "spinodal/command.h"

typedef struct {
    const char *name, *value, *help; /* value: its placeholder; NULL: a flag */
} cli_option;

extern const cli_option cli_options[]; /* ends with {0} */

typedef struct {
    bool help, version, json, cite, quiet;
    const char *folder, *plot, *overlay; /* NULL: not given */
    bool resume, seed_given;
    sp_run_options run;
    size_t n_words; /* what is left: the command and its own options */
    const char **words;
} cli_request;

/* Reads argv; words must have room for argc entries. On SP_USAGE the message is in `message`. */
sp_status cli_parse(int argc, char **argv, const char **words, cli_request *out, char *message, size_t size);

#endif
