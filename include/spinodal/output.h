/* Results as text, CSV, JSON and run folders. */
#ifndef SPINODAL_OUTPUT_H
#define SPINODAL_OUTPUT_H

#include "spinodal/command.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Scalars, tables (long ones shortened unless `whole`), warnings and verdicts, aligned for a terminal. */
void sp_write_text(FILE *file, const sp_result *result, bool whole);

/* Exactly one JSON object {"schema", "command", "parameters", "data", "scalars", "tables", "warnings", "converged",
 * "verdicts"}; 17 significant digits; non-finite numbers as "inf", "-inf", "nan". Free with free(). NULL: out of memory. */
char *sp_result_json(const sp_run *run, const sp_result *result);

/* One table as CSV, with a header line. Free with free(). NULL: out of memory. */
char *sp_table_csv(const sp_table *table);

/* The registry (every command with its parameters, scalars and tables) as one JSON object. Free with free(). */
char *sp_registry_json(void);

/* What `sp_call` was asked: command and arguments. A run folder is started with it, so that it can be resumed or rerun.
 * SP_USAGE when the folder holds another request and `resume` is set, or any request and `resume` is not. */
sp_status sp_run_folder_start(sp_run *run, const char *dir, const char *command, size_t n_args, const char *const *args,
                              bool resume);

/* Reads back what was asked; memory of the run. seed: that of the folder. */
sp_status sp_run_folder_request(sp_run *run, const char *dir, const char **command, size_t *n_args, const char *const **args,
                                uint64_t *seed);

/* run.json, tables/NAME.csv, timing.json; removes the checkpoints. */
sp_status sp_run_folder_write(sp_run *run, const char *dir, const sp_result *result, double seconds);

/* The exit code of a result: SP_FAILED when not converged or a claim was not reproduced. */
sp_status sp_result_status(const sp_result *result);

#ifdef __cplusplus
}
#endif
#endif
