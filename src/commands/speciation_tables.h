/* Tables that the commands of speciation share. */
#ifndef SPINODAL_SPECIATION_TABLES_H
#define SPINODAL_SPECIATION_TABLES_H

#include "spinodal/command.h"
#include "spinodal/speciation.h"

#define SP_TREE_TABLES                                                                                                      \
    {"tree", sp_tree_columns, NULL,                                                                                         \
     "Classes merge as t grows; read downwards during generation, each merge is a decision"},                               \
    {                                                                                                                       \
        "dendrogram", sp_dendrogram_columns,                                                                                \
            "plot x t lines xlabel class, in the order of the table title Tree of classes",                                 \
            "Outline of the tree: groups of classes join at the time below which they are told apart"                       \
    }
extern const sp_column sp_dendrogram_columns[];
extern const sp_column sp_tree_columns[];
/* name: of the classes. Also the Newick string. */
sp_status sp_tree_rows(sp_run *run, sp_result *out, const sp_class_tree *tree, const char *const *name, const char **newick);

/* "1", "2", ... */
sp_status sp_class_numbers(sp_run *run, size_t n, const char *const **out);

/* `points` times that cover the separations of the classes. */
sp_status sp_speciation_times(sp_run *run, size_t n_classes, const double *t_pair, size_t points, sp_vec *out);

#endif
