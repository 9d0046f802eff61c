/* Labels of rows and the classes made from them. */
#ifndef SPINODAL_LABELS_H
#define SPINODAL_LABELS_H

#include "reader.h"

typedef struct {
    size_t n;
    double *value;  /* the number, or the index into name; NaN: none */
    size_t n_names; /* 0: numbers */
    const char *const *name;
    bool incomplete;    /* some are NaN: no labels, and a name that no row has is no class */
    bool by_appearance; /* texts of a table, whose classes are in the order in which they appear */
} sp_labels;

/* The labels in a file: one value per row (IDX, NPY, text of one column). */
sp_status sp_labels_read(sp_run *run, const char *path, sp_labels *out);

/* The classes kept. n = 0: the labels are no classes but a regression target. */
typedef struct {
    size_t n;
    const char *const *name;
    const double *sorted; /* label values in increasing order and the class of each */
    const int32_t *class_of;
} sp_classes;

enum { SP_MAX_CLASSES = 1000 };

/* wanted: names or numbers separated by commas, NULL for all. like: its classes in its order, when it has any. Whole numbers
 * with at most SP_MAX_CLASSES different values are classes, in increasing order; texts in order of first appearance. */
sp_status sp_classes_choose(sp_run *run, const char *source, const sp_labels *labels, const char *wanted,
                            const sp_dataset *like, sp_classes *out);
/* -1: not kept. */
int32_t sp_class_of(const sp_classes *classes, double label);

#endif
