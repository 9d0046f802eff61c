/* Instances of tensor principal components and the algorithms on them. */
#ifndef SPINODAL_DYNAMICS_TENSOR_PCA_H
#define SPINODAL_DYNAMICS_TENSOR_PCA_H

#include "spinodal/tensor_pca.h"

#include "math/linalg.h"
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

/* Gradient ascent x <- normalise(x + h (g - (g.x) x)), h = 0.05/sqrt(n), until |force along the sphere| < 1e-3 sqrt(n). The
 * starts share the passes over the tensor. */
typedef struct {
    double *x;       /* starts x n, from and to */
    bool *converged; /* starts */
    /* NULL, or called every tenth step for each moving start with T(x,..,x)/sqrt(n) and the norm of the force */
    void (*record)(size_t step, double value, double size, void *context);
    void *context;
    size_t steps; /* taken in all */
} pca_ascent;
sp_status pca_ascend(sp_run *run, const pca_instance *instance, size_t starts, size_t iterations, pca_ascent *inout);

double pca_overlap(const pca_instance *instance, const double *x);

/* T(x,..,x)/sqrt(n) */
sp_status pca_value(sp_run *run, const pca_instance *instance, const double *x, double *value);

/* The tensor with 0, 1, 2, .. pairs of indices traced, down to order 1 (odd k) or 2 (even k). In tensor_pca_average.c. */
typedef struct {
    int k, count;
    size_t n;
    sp_symmetric_tensor trace[(SP_TENSOR_MAX_ORDER + 1) / 2];
} pca_traces;
sp_status pca_traces_create(sp_run *run, const pca_instance *instance, pca_traces *out);

/* Mean of the field over positions q u + sqrt(1-q^2) z, z uniform on the sphere; value: T(u,..,u)/sqrt(n). */
sp_status pca_traces_field(sp_run *run, const pca_traces *traces, double q, const double *u, double *g, double *value);

/* Direction of the mean field as q -> 0, and its norm at q = 0: the partial trace, for even k its top eigenvector. */
sp_status pca_traces_start(sp_run *run, const pca_traces *traces, double *u, double *drift);

/* Top singular vector of the unfolded tensor, sign open: n x n^(k-1) for odd k; for even k the top eigenvector of the
 * n^(k/2) x n^(k/2) matrix, itself unfolded. In tensor_pca_spectral.c. */
sp_status pca_unfold(sp_run *run, const pca_instance *instance, double *u, bool *converged);

#endif
