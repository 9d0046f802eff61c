/* The papers whose claims `spinodal reproduce` checks. */
#ifndef SPINODAL_PAPERS_H
#define SPINODAL_PAPERS_H

#include "spinodal/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* BibTeX entries of the papers named in the `spec` field of a command ("03:3.1-3.3; 07"). Memory of the run. */
const char *sp_papers_bibtex(sp_run *run, const char *spec);

typedef struct {
    const char *number, *title, *authors, *year, *arxiv;
} sp_citation;

/* The same as data: at most `most` papers, in the order of their numbers; returns how many. */
size_t sp_papers_cited(const char *spec, size_t most, sp_citation *out);

typedef struct {
    const char *paper; /* "07"; "" with all or list */
    bool all, full, list;
} sp_reproduce_params;

typedef struct {
    size_t reproduced, not_reproduced, not_run;
} sp_reproduce_result;

#ifdef __cplusplus
}
#endif
#endif
