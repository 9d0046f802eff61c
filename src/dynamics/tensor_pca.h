/* Instances of tensor principal components and the algorithms on them. */
#ifndef SPINODAL_DYNAMICS_TENSOR_PCA_H
#define SPINODAL_DYNAMICS_TENSOR_PCA_H

#include "spinodal/tensor_pca.h"

#include "math/symmetric_tensor.h"

typedef struct {
    int k;
    size_t n;
    sp_symmetric_tensor t;
    const double *signal; /* unit; NULL: unknown */
} pca_instance;

sp_status pca_check(sp_run *run, int k, size_t n, const sp_tensor_pca_method *method);

/* Noise of stream ("tensor", index) and a uniform signal. Memory of the run. */
sp_status pca_instance_create(sp_run *run, int k, size_t n, double strength, uint64_t index, pca_instance *out);

/* A sp_cost_force: the field g at `count` points; context: the instance. */
sp_status pca_field(sp_run *run, size_t n, size_t count, const double *x, double *g, void *context);

/* index: of the random starts. history: also the steps. */
sp_status pca_solve(sp_run *run, const pca_instance *instance, const sp_tensor_pca_method *method, uint64_t index,
                    bool history, sp_tensor_pca_solution *out);

double pca_overlap(const pca_instance *instance, const double *x);

/* T(x,..,x)/sqrt(n) */
sp_status pca_value(sp_run *run, const pca_instance *instance, const double *x, double *value);

/* Start of the limit of many replicas: partial trace (k = 3) or its top eigenvector (k = 4); u = top singular vector of the
 * unfolded tensor. In tensor_pca_spectral.c. */
sp_status pca_trace(sp_run *run, const pca_instance *instance, double *trace); /* n for k = 3, n x n for k = 4 */
sp_status pca_unfold(sp_run *run, const pca_instance *instance, double *u);
sp_status pca_top_vector(sp_run *run, size_t n, const double *a, double *u);

#endif
