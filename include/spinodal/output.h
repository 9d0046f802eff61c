/* Results as text, CSV, JSON and run folders. */
#ifndef SPINODAL_OUTPUT_H
#define SPINODAL_OUTPUT_H

#include "spinodal/command.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Scalars, tables (long ones shortened), warnings and verdicts, aligned for a terminal. */
void sp_write_text(FILE *file, const sp_result *result);

/* Exactly one JSON object {"schema", "command", "parameters", "data", "scalars", "tables", "warnings", "converged",
 * "verdicts"}, and "words" when the command answers in words; 17 significant digits; non-finite numbers as "inf", "-inf",
 * "nan". Free with free(). NULL: out of memory. */
char *sp_result_json(const sp_run *run, const sp_result *result);

/* One table as CSV, with a header line. Free with free(). NULL: out of memory. */
char *sp_table_csv(const sp_table *table);

/* The registry (every command with its parameters, scalars and tables) as one JSON object. Free with free(). */
char *sp_registry_json(void);

/* What `sp_call` was asked: command and arguments. A run folder is started with it, so that it can be resumed or rerun.
 * SP_USAGE when the folder holds another request and `resume` is set, or any request and `resume` is not. */
sp_status sp_run_folder_start(sp_run *run, const char *dir, const char *command, size_t n_args, const char *const *args,
                              bool resume);

/* After a command that failed: a folder that holds no result and nothing to resume from is removed again. */
void sp_run_folder_abandon(sp_run *run, const char *dir);

/* Reads back what was asked; memory of the run. seed: that of the folder. */
sp_status sp_run_folder_request(sp_run *run, const char *dir, const char **command, size_t *n_args, const char *const **args,
                                uint64_t *seed);

/* run.json, tables/NAME.csv, timing.json; removes the checkpoints. */
sp_status sp_run_folder_write(sp_run *run, const char *dir, const sp_result *result, double seconds);

/* ---- figures and reports ------------------------------------------------------------------------------- */

/* The user's own points: a CSV file with a header; columns are matched by name, X_se is the error bar of X. */
typedef struct sp_overlay sp_overlay;

/* Memory of the run. Call it before the work: SP_DATA when unreadable, SP_USAGE when no figure of the command has its
 * columns (command NULL: not checked). */
sp_status sp_overlay_read(sp_run *run, const char *path, const sp_command *command, const sp_overlay **out);

/* Before the work: can `path` be drawn? SP_USAGE for a name that does not end in .svg, .pdf or .png or a command without
 * figures; SP_FAILED when gnuplot is not installed. */
sp_status sp_plot_check(sp_run *run, const sp_command *command, const char *path);

/* All figures of a result on one page. overlay NULL: none. SP_FAILED when gnuplot is missing or fails. */
sp_status sp_plot_file(sp_run *run, const sp_result *result, const sp_overlay *overlay, const char *path);

/* Of a run folder, after sp_run_folder_write: figures/NAME.svg, .pdf, .png with their scripts NAME.gp, images/NAME.png and
 * report.html, one file that holds everything it shows. Without gnuplot the report is written without figures and a warning
 * is left in the run. args, as given to sp_call: the command to paste. */
sp_status sp_report_write(sp_run *run, const char *dir, const sp_result *result, size_t n_args, const char *const *args,
                          const sp_overlay *overlay);

/* The exit code of a result: SP_FAILED when not converged or a claim was not reproduced. */
sp_status sp_result_status(const sp_result *result);

#ifdef __cplusplus
}
#endif
#endif
