/* Progress on the terminal, and signals. */
#ifndef SPINODAL_CLI_TERMINAL_H
#define SPINODAL_CLI_TERMINAL_H

#include "spinodal/base.h"

/* Non-zero after SIGINT or SIGTERM; a second signal ends the program at once. */
extern volatile int cli_cancelled;
void cli_catch_signals(void);

typedef struct {
    char what[64];
    double start, start_fraction;
    bool shown;
} cli_progress;

/* An sp_progress_fn: one line on stderr with percentage and time left. */
void cli_progress_show(void *progress, const char *what, double fraction);
void cli_progress_clear(cli_progress *progress);

#endif
