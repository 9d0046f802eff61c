/* Gradient descent on the sphere for phase retrieval, several starts of one instance together. */
#ifndef SPINODAL_RETRIEVAL_DESCENT_H
#define SPINODAL_RETRIEVAL_DESCENT_H

#include "measurements.h"

typedef struct {
    const measurements *m;
    sp_retrieval_loss loss;
    size_t R;
    bool blind; /* the component along the signal is removed from every start and step */
    double lr, lr_start, t;
    double *w, *force;                            /* R x N: positions and -(gradient along the sphere) */
    double *dots;                                 /* M x R: xi.w */
    double *energy, *mu, *force2;                 /* R: loss/N, multiplier -w.grad L/N, |force|^2/N */
    bool *frozen;                                 /* R: no longer moved */
    double *trial_w, *trial_force, *trial_energy; /* work space */
    size_t accepted;
} retrieval_descent;

/* Random starts of stream ("start", index R + r); spectral: the leading eigenvector of sum T(y) xi xi^T (Luo, Alghamdi and
 * Lu's optimal T) for start 0, which then should be the only one. The state is evaluated. lr 0: 0.02, or 0.002 for the
 * quartic loss. */
sp_status retrieval_descent_create(sp_run *run, const measurements *m, const sp_retrieval_loss *loss, size_t R, bool blind,
                                   bool spectral, double lr, uint64_t index, retrieval_descent *out);

/* Steps until time t. A step that raises the loss of a start is taken back and lr halved. */
sp_status retrieval_descent_run(sp_run *run, retrieval_descent *d, double t, double stop_overlap, double stop_force2);

/* After a change of the labels: evaluates again and moves every start again. */
sp_status retrieval_descent_restart(sp_run *run, retrieval_descent *d);

/* Overlap of start r with the signal; nan: unknown. */
double retrieval_descent_overlap(const retrieval_descent *d, size_t r);

/* The joint law of the weights and labels of start r, for the Hessian there. */
sp_status retrieval_descent_law(sp_run *run, const retrieval_descent *d, size_t r, label_law *out);

/* The spectrum and the multiplier with the measurements resampled, at the same w. law: that of start r. */
typedef struct {
    sp_retrieval_spectrum spectrum;
    double mu;
} retrieval_resample;
sp_status retrieval_descent_resample(sp_run *run, const retrieval_descent *d, size_t r, const label_law *law,
                                     size_t resamples, retrieval_resample *out);

/* The two lowest eigenvalues of P A P at start r, and the vector of the first (N, norm 1; or NULL). errors (or NULL): their
 * standard errors over the choice of measurements, to first order. */
sp_status retrieval_descent_lowest(sp_run *run, const retrieval_descent *d, size_t r, double values[2], double errors[2],
                                   double *vector, bool *converged);

/* The N - 1 eigenvalues of P A P on the sphere at start r, ascending. Products in single precision; 2 M N^2 flops. */
sp_status retrieval_descent_eigenvalues(sp_run *run, const retrieval_descent *d, size_t r, double *values);

#endif
