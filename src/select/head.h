/* A linear head on features: logistic loss over classes, half the square for a real response. */
#ifndef SPINODAL_SELECT_HEAD_H
#define SPINODAL_SELECT_HEAD_H

#include "spinodal/select_learn.h"

/* What is to be told. Rows of an unknown class have class[i] < 0: no head tells them. */
typedef struct {
    size_t n, classes; /* classes 0: a real response y */
    const double *y;
    const int32_t *class;
} sp_target;

/* The different values of x in increasing order; *n = 0 when there are more than `most`. Memory of the run. */
sp_status sp_levels(sp_run *run, size_t n, const double *x, size_t most, size_t *n_levels, double **levels);

/* The classes of a response under this loss; *n = 0: a real response. SP_USAGE when it has too many values for classes. */
sp_status sp_head_loss_levels(sp_run *run, sp_head_loss loss, size_t n, const double *y, size_t *n_levels, double **levels);

/* x by classes (index of its value among the levels; -1: none of them), or real when n_levels = 0. */
sp_status sp_target_create(sp_run *run, size_t n, const double *x, size_t n_levels, const double *levels, sp_target *out);

/* Two classes and a real response have one output, others one for each class; each output has m weights and a constant. */
size_t sp_head_outputs(const sp_target *target);
size_t sp_head_size(const sp_target *target, size_t m);

/* score (outputs x n) of the features F (m x n). */
void sp_head_scores(size_t n, size_t m, size_t outputs, const double *F, const double *head, double *score);

/* The loss of each row, and its derivative by the scores, written over them. */
void sp_head_losses(const sp_target *target, double *score, double *loss);

/* gradient and dF (may be NULL) += the derivative by head and features, given that by the scores. */
void sp_head_backward(size_t n, size_t m, size_t outputs, const double *F, const double *head, const double *residual,
                      double *gradient, double *dF);

/* The class of largest score in row i. */
int32_t sp_head_class(const sp_target *target, const double *score, size_t i);

/* The head of least mean loss, with a ridge of 1e-4 on weights of features of standard deviation 1. Memory of the run. */
sp_status sp_head_fit(sp_run *run, const sp_target *target, size_t m, const double *F, double **head);

#endif
