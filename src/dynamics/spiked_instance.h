/* One instance of the spiked model at finite N: couplings (noise and signal together) as packed tensors, -H = sum of their
 * forms. */
#ifndef SPINODAL_SPIKED_INSTANCE_H
#define SPINODAL_SPIKED_INSTANCE_H

#include "mixed_kernel.h"

#include "math/symmetric_tensor.h"

typedef struct {
    size_t N;
    size_t n_terms;
    sp_symmetric_tensor term[KERNEL_DEGREE + 1];
    double *signal; /* x*, |x*|^2 = N; NULL: unknown */
} spiked_instance;

/* Bytes of the couplings. */
double spiked_instance_bytes(const mixed_kernel *q, size_t N);

/* Noise of stream (name, instance) and a signal on the sphere; entries with repeated indices are zero. */
sp_status spiked_instance_create(sp_run *run, const mixed_kernel *q, size_t N, uint64_t index, spiked_instance *out);

/* -grad H at `replicas` points (rows of x) and -H/N; powers >= 3 times `anneal`. energy may be NULL. */
sp_status spiked_instance_force(sp_run *run, const spiked_instance *s, size_t replicas, const double *x, double anneal,
                                double *force, double *energy);

/* Points m0 x* + sqrt(q - m0^2) times a random direction orthogonal to x*, of squared norm q N. */
void spiked_instance_start(sp_run *run, const spiked_instance *s, uint64_t index, double m0, double q, double *x);

double dot(size_t n, const double *x, const double *y);

#endif
