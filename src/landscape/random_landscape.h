/* An instance of the Gaussian landscape: random symmetric tensors and a signal (spec 31, 2 and 3.9). */
#ifndef SPINODAL_RANDOM_LANDSCAPE_H
#define SPINODAL_RANDOM_LANDSCAPE_H

#include "landscape/gaussian_landscape.h"

#include "math/symmetric_tensor.h"

typedef struct {
    size_t N, n_tensors;
    sp_symmetric_tensor *tensor; /* H = sum of their forms - N F(m) */
    const landscape_polynomial *signal;
    const double *v; /* |v|^2 = N; NULL: no signal */
} random_landscape;

/* Entries as the average of independent index tuples of variance c_p / N^(p-1): E h h' = N xi(q). The signal points along
 * the first axis. Memory of the run. */
sp_status random_landscape_create(sp_run *run, const gaussian_landscape *g, size_t N, const char *stream, uint64_t instance,
                                  random_landscape *out);

/* Energy H, gradient and second derivatives: O(N^p). Used as a sphere_function. */
sp_status random_landscape_evaluate(sp_run *run, void *landscape, const double *x, double *value, double *gradient,
                                    double *hessian);

/* Energy and gradient alone. */
sp_status random_landscape_gradient(sp_run *run, const random_landscape *landscape, const double *x, double *value,
                                    double *gradient);

#endif
