#include "terminal.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

volatile int cli_cancelled;

static void on_signal(int number)
{
    cli_cancelled = 1;
    signal(number, SIG_DFL);
}

void cli_catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void cli_progress_clear(cli_progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    p->shown = false;
}

void cli_progress_show(void *user, const char *what, double fraction)
{
    cli_progress *p = user;
    if (strncmp(p->what, what, sizeof p->what - 1) != 0 || fraction < p->start_fraction) {
        snprintf(p->what, sizeof p->what, "%s", what);
        p->start = now();
        p->start_fraction = fraction;
    }
    double elapsed = now() - p->start, done = fraction - p->start_fraction;
    if (fraction >= 1) {
        cli_progress_clear(p);
        return;
    }
    fprintf(stderr, "\r\033[K%s  %3.0f %%", p->what, 100 * fraction);
    if (elapsed > 1 && done > 0.001) {
        double left = elapsed * (1 - fraction) / done;
        fprintf(stderr, left < 90 ? "  %.0f s left" : "  %.0f min left", left < 90 ? left : left / 60);
    }
    fflush(stderr);
    p->shown = true;
}
