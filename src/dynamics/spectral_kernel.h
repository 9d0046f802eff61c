/* exp(J s) averaged over the spectrum of the couplings J: a semicircle with a spike, or the eigenvalues of one matrix. */
#ifndef SPINODAL_SPECTRAL_KERNEL_H
#define SPINODAL_SPECTRAL_KERNEL_H

#include "spinodal/base.h"

typedef struct {
    double theta;       /* spike of the semicircle on [-2, 2] */
    sp_vec eigenvalues; /* ascending; empty: the semicircle */
    double top, width;  /* largest eigenvalue, and its distance to the smallest */
    double *work;       /* as many numbers as eigenvalues */
} spectral_kernel;

sp_status spectral_kernel_of(sp_run *run, double theta, sp_vec eigenvalues, spectral_kernel *out);

/* Moments 0 and 1 of (lambda - top) with weight exp((lambda - top) s), s >= 0: over the density of eigenvalues, and over the
 * measure of the spike direction. */
void spectral_moments(const spectral_kernel *kernel, double s, double moment[2]);
void spectral_spike_moments(const spectral_kernel *kernel, double s, double moment[2]);

/* Gradient flow from a random start, eigenvalues given: mean over the starts of sum_i (top - lambda_i)/2 w_i/sum_i w_i with
 * w_i = g_i^2 exp(2 (lambda_i - top) s), g_i normal. Exact at any N: <A/B> = int_0^inf <A e^{-uB}> du. */
double spectral_start_average(const spectral_kernel *kernel, double s);

/* How many eigenvectors share |x|^2 in that flow: (sum w)^2/sum w^2 of the mean weights; inf without eigenvalues. */
double spectral_modes(const spectral_kernel *kernel, double s);

#endif
