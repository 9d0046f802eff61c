/* Saddle point of a convex loss on Gaussian covariates: channel (the loss) and spectral step (the features). */
#ifndef SPINODAL_FEATURES_CONVEX_H
#define SPINODAL_FEATURES_CONVEX_H

#include "spinodal/features.h"

/* How the labels come about: the sign of a Gaussian field of variance rho, flipped with probability `flip`, or two Gaussian
 * classes. */
typedef struct {
    bool classes;
    double flip, rho;
} sp_label_model;

/* Sign: means over u ~ N(0, Q) with the weight W of the labels (spec 17, 3.1). Classes: means over u ~ N(M, Q). */
typedef struct {
    double A, qh, mh;
    double train_loss, train_err, test_loss;
} sp_channel;
sp_status sp_channel_at(sp_run *run, const sp_loss *loss, const sp_label_model *labels, double V, double Q, double M,
                        sp_channel *out);

/* What the features make of curvature A: with m = mh/A and q = qh/A^2,
 * V = G/A, M = m M1, Q = m^2 q0 + q b1, norm = m^2 n0 + q n1. */
typedef struct {
    double G, M1, q0, b1, n0, n1, residual;
} sp_spectral_step;
typedef void (*sp_spectral_fn)(double A, const void *context, sp_spectral_step *out);

/* Solves the saddle point of a loss that is not square (spec 17, 3.5): damped, then Anderson, then Newton. */
sp_status sp_convex_solve(sp_run *run, sp_spectral_fn spectral, const void *context, const sp_loss *loss,
                          const sp_label_model *labels, const sp_classifier *start, sp_classifier *out);

/* Errors and losses of the square loss, whose V, Q, M are known. */
sp_status sp_square_errors(sp_run *run, const sp_label_model *labels, sp_classifier *out);

/* Test errors from V, Q, M. */
void sp_classifier_finish(const sp_label_model *labels, sp_classifier *out);

/* (1 - 2 flip) sqrt(2/(pi rho)): the slope of E[y | nu] as a linear teacher. */
double sp_label_gain(double flip, double rho);

/* First and second derivative at m, and the interval [low, high] of slopes where it has a kink. */
void sp_loss_slopes(const sp_loss *loss, double m, double *first, double *second);

/* Where the proximal map of u has kinks, for variance V: at most SP_LOSS_KINKS values. */
enum { SP_LOSS_KINKS = 24 };
size_t sp_loss_prox_kinks(const sp_loss *loss, double V, double *u);

#endif
