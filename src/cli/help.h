/* Help and everything else that is written from the registry. */
#ifndef SPINODAL_CLI_HELP_H
#define SPINODAL_CLI_HELP_H

#include "spinodal/command.h"

#include <stdio.h>

/* The command's words: "kde theory". */
const char *cli_words(sp_run *run, const sp_command *command);
/* "DATA QUERIES": names of what is given without "--", in capitals. */
const char *cli_positional(sp_run *run, const sp_command *command);
/* "real > 0", "list of whole numbers", "a|b|c", ... */
const char *cli_type_text(sp_run *run, const sp_param *param);

void cli_help_program(FILE *file, sp_run *run);
void cli_help_group(FILE *file, sp_run *run, const sp_group *group);
void cli_help_command(FILE *file, sp_run *run, const sp_command *command);

/* Man pages, completion of bash and zsh, and reference pages, into a folder. */
sp_status cli_generate(sp_run *run, const char *dir);

#endif
