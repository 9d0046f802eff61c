/* Conditional and unconditional scores of labelled data: Gaussian fits of the classes, or kernels on the points (spec
 * 12, 3.3). */
#ifndef SPINODAL_DIFFUSION_CLASS_SCORES_H
#define SPINODAL_DIFFUSION_CLASS_SCORES_H

#include "spinodal/data.h"
#include "spinodal/guidance.h"

typedef struct {
    const sp_dataset *data, *own; /* own: the rows of the class */
    size_t n_classes, class;
    double *mean, *variance, *log_weight; /* fits: n_classes x d, diagonal covariances; n_classes */
    int score;
    double bandwidth;
} sp_class_scores;

sp_status sp_class_scores_create(sp_run *run, const sp_dataset *data, size_t class, int score, double bandwidth,
                                 sp_class_scores *out);

/* S(x,c) and S(x) at n points (n x d) at time t. */
sp_status sp_class_scores_at(sp_run *run, const sp_class_scores *scores, size_t n, const double *x, double t,
                             double *conditional, double *all);

/* The class that the Gaussian fits give to a clean point. */
size_t sp_class_scores_attribute(const sp_class_scores *scores, const double *x, double *work);

#endif
