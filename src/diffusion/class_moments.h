/* Unbiased distances of means, second moments and covariances of classes (spec 05, 3.7 a). */
#ifndef SPINODAL_DIFFUSION_CLASS_MOMENTS_H
#define SPINODAL_DIFFUSION_CLASS_MOMENTS_H

#include "spinodal/data.h"

#include "math/statistics.h"

/* Rows of one class, in the order of the data. */
typedef struct {
    size_t n_classes, n;
    size_t *first, *row; /* class k: row[first[k]] .. row[first[k+1] - 1] */
} sp_class_rows;
sp_status sp_class_rows_create(sp_run *run, const sp_dataset *data, sp_class_rows *out);

typedef struct {
    sp_estimate dm2, dC2; /* |m_k - m_l|^2, |C_k - C_l|_F^2 */
    double dm2_naive, dC2_naive;
} sp_class_distance;

/* out: K x K, symmetric. tr C_k^2 by Himeno and Yamada (J. Multivariate Anal. 130 (2014) 27), tr C_k C_l from the two sample
 * covariances, all through tiles of the d x d second moments; errors of the first and second order (Li and Chen, Ann. Stat.
 * 40 (2012) 908). n d^2 flops in float, the same again times K on the rows (at most 2e11/(K d^2)) that give the errors.
 * Classes of fewer than 4 points: NAN. */
sp_status sp_class_distances(sp_run *run, const sp_dataset *data, const sp_class_rows *rows, sp_class_distance *out);

#endif
