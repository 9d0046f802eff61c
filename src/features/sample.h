/* Draws of inputs, features and teachers, and ridge regression on them. */
#ifndef SPINODAL_FEATURES_SAMPLE_H
#define SPINODAL_FEATURES_SAMPLE_H

#include "spinodal/features.h"

/* The population as d directions. */
typedef struct {
    size_t d;
    double *scale, *teacher; /* sqrt(c), sqrt(th2) */
    size_t *block;
} sp_directions;
/* Warns when a block has fewer than 10 directions. */
sp_status sp_directions_open(sp_run *run, const sp_population *q, size_t d, sp_directions *out);

/* n rows x ~ N(0, Sigma); out n x d. */
void sp_draw_inputs(sp_rng *rng, const sp_directions *a, size_t n, double *x);
/* p rows F / sqrt(d). */
void sp_draw_features(sp_rng *rng, size_t d, size_t p, double *f);
/* A random direction within each block, of mean square th2 exactly: no spread of the signal from draw to draw. */
void sp_draw_teacher(sp_rng *rng, const sp_directions *a, double *theta);
/* theta.x / sqrt d for n rows. */
void sp_teach(const sp_directions *a, size_t n, const double *x, const double *theta, double *nu);
/* z (n x p) = [sigma(x F^T) - mu0] / sqrt(d). */
void sp_features_of(const sp_activation *s, size_t d, size_t n, const double *x, size_t p, const double *f, double *z);

/* Square loss on n rows for n_targets targets (rows of y, n_targets x n), for every ridge (sum convention; 0: pseudo-inverse
 * with a cut at 1e-12 of the largest eigenvalue), or every time of the gradient flow dw/dt = -Z^T (Z w - y): predictions on
 * m test rows [value][target][m], mean square residual and |w|^2 [value][target]. One eigendecomposition of min(n, p), or,
 * for a single positive ridge, one Cholesky factorisation. test may be NULL. */
typedef enum { SP_FIT_RIDGE, SP_FIT_FLOW } sp_fit_kind;
typedef struct {
    double *test, *train, *norm;
} sp_ridge_fit;
sp_status sp_fit_all(sp_run *run, sp_fit_kind kind, size_t n, size_t p, const double *z, size_t m, const double *z_test,
                     size_t n_targets, const double *y, sp_vec values, sp_ridge_fit *out);

/* Mean and standard error of n values. */
sp_measured sp_measured_of(size_t n, const double *values, size_t stride);

/* A name for the checkpoint of a simulation, free of characters that files do not allow: FNV-1a of what it depends on. */
const char *sp_simulation_name(sp_run *run, const char *kind, const char *what);

/* The numbers of rows and features of a point in d dimensions, at least 1. */
static inline size_t sp_count(double psi, size_t d)
{
    double count = psi * (double)d + 0.5;
    return count < 1 ? 1 : (size_t)count;
}

#endif
