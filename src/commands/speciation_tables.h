/* Tables that the commands of speciation share. */
#ifndef SPINODAL_SPECIATION_TABLES_H
#define SPINODAL_SPECIATION_TABLES_H

#include "spinodal/command.h"
#include "spinodal/speciation.h"

#define SP_TREE_TABLE                                                                                                       \
    {                                                                                                                       \
        "tree", sp_tree_columns, "plot merge height points title Successive speciation times",                              \
            "Classes merge as t grows; read downwards during generation, each merge is a decision"                          \
    }
extern const sp_column sp_tree_columns[];
/* name: of the classes. Also the Newick string. */
sp_status sp_tree_rows(sp_run *run, sp_result *out, const sp_class_tree *tree, const char *const *name, const char **newick);

/* "1", "2", ... */
sp_status sp_class_numbers(sp_run *run, size_t n, const char *const **out);

/* `points` times that cover the separations of the classes. */
sp_status sp_speciation_times(sp_run *run, size_t n_classes, const double *t_pair, size_t points, sp_vec *out);

#endif
