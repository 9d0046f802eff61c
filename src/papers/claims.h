/* Claims of a paper as data: `spinodal reproduce` runs the command of each and compares. */
#ifndef SPINODAL_CLAIMS_H
#define SPINODAL_CLAIMS_H

#include "spinodal/command.h"

typedef enum {
    SP_ABSOLUTE, /* |value - reference| <= tolerance */
    SP_RELATIVE, /* |value - reference| <= tolerance * |reference| */
    SP_SIGMAS,   /* |value - reference| <= sigmas * standard error + tolerance */
    SP_BELOW,    /* value <= reference + tolerance */
    SP_ABOVE,    /* value >= reference - tolerance */
} sp_tolerance;

/* A path into a result: "h_G" (scalar), "kl.KL[2]" (table, column, row), "kl.KL[last]", "kl.KL[h=0.5]" (first row where the
 * column h equals 0.5; several conditions: "[h=0.5,d=20]"). The standard error is taken from the same path with "_se". */
typedef struct {
    const char *claim; /* in words, with the law */
    double paper;      /* the paper's number; NAN: measured is compared with theory */
    sp_tolerance kind;
    double tolerance, sigmas;
    const char *theory;   /* path of the theoretical value; NULL: none */
    const char *measured; /* path of the simulated value; NULL: none */
    const char *command;  /* as typed after `spinodal`, small size: seconds on two cores */
    const char *full;     /* the paper's size; NULL: the same. command NULL: runs only with --full */
    const char *needs;    /* data it needs: "mnist"; NULL: none. Absent data: not run here */
    /* only where no path serves (a slope to fit): value and standard error (0: none) from the result */
    sp_status (*fit)(sp_run *run, const sp_result *result, double *value, double *se);
} sp_claim;

typedef struct {
    const char *number; /* "07" */
    const char *title, *authors, *year, *arxiv;
    const sp_claim *claims; /* ends with {0} */
} sp_paper;

/* The value at `path`; false when there is none. */
bool sp_result_path(const sp_result *result, const char *path, double *value);

extern const sp_paper *const sp_papers[]; /* ends with NULL */

#endif
