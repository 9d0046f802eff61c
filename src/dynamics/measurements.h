/* Rows of measurements and the pass over them that gradients, Hessian products and spectral starts share. */
#ifndef SPINODAL_MEASUREMENTS_H
#define SPINODAL_MEASUREMENTS_H

#include "threshold_state.h"

typedef struct {
    size_t M, N;
    const float *x;       /* M x N */
    const double *y2;     /* squared labels, mean 1 over the ensemble */
    const double *signal; /* N, |signal|^2 = N; NULL: unknown */
    const double *y;      /* labels with sign; NULL: unknown */
    const double *weight; /* of each row in the loss, mean 1; NULL: all 1 */
} measurements;

/* Gaussian rows and a signal on the sphere; instance `index`. Memory of the run. */
sp_status measurements_create(sp_run *run, size_t N, size_t M, uint64_t index, measurements *out);

/* Stiffness c of row k in the loss, times its weight. */
static inline double measurement_stiffness(const measurements *m, const sp_retrieval_loss *loss, size_t k)
{
    return retrieval_stiffness(loss, m->y2[k]) * (m->weight ? m->weight[k] : 1);
}

/* The weight of row mu, of which vector r has the product `dot`. */
typedef double (*row_weight)(size_t mu, size_t r, double dot, const void *context);

/* out_r = sum_mu weight(mu, r, x_mu.v_r) x_mu for R vectors (rows of v, R x N); dots (M x R, or NULL) receives x_mu.v_r. One
 * pass over the rows; double sums for few vectors, single-precision matrix products for many. Same bits for any threads. */
sp_status measurement_pass(sp_run *run, const measurements *m, size_t R, const double *v, row_weight weight,
                           const void *context, double *dots, double *out);

double dot(size_t n, const double *x, const double *y);

#endif
