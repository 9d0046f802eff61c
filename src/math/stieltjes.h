/* Spectra of large random matrices built on a population spectrum: sample covariance matrices (generalised Marchenko-Pastur)
 * and free sums with a semicircle. Populations are lists of eigenvalues with weights.
 *
 *   sample covariance   C = H^{1/2} (X^T X / n) H^{1/2}, ratio = d / n:   z(u) = u (1 + ratio sum_i w_i h_i / (u - h_i)),
 *                       g(z) = (u / z) sum_i w_i / (h_i - u)                                     (Silverstein and Bai 1995)
 *   plus semicircle     H + W, W of variance sigma^2:    z(u) = u - sigma^2 sum_i w_i / (h_i - u),    g = sum_i w_i / (h_i -
 * u)
 *
 * g(z) = int rho(l) dl / (l - z), Im z > 0 gives Im g > 0, Im u > 0; the density is Im g(x + i0) / pi. Outside the bulks u
 * is real and z'(u) > 0; edges are where z'(u) = 0. */
#ifndef SPINODAL_MATH_STIELTJES_H
#define SPINODAL_MATH_STIELTJES_H

#include "math/roots_complex.h"
#include "math/spike.h"
#include "spinodal/base.h"

typedef enum { SP_SAMPLE_COVARIANCE, SP_PLUS_SEMICIRCLE } sp_deformation;

typedef struct {
    sp_deformation kind;
    double ratio; /* d / n of a sample covariance */
    double sigma; /* of the semicircle */
    size_t n;     /* population eigenvalues (>= 0 for a sample covariance) */
    const double *value;
    const double *weight; /* >= 0, sum 1; NULL: 1/n each */
} sp_spectrum_model;

/* One line when the model makes no sense (SP_USAGE). The other functions suppose a valid one. */
sp_status sp_spectrum_check(sp_run *run, const sp_spectrum_model *model);

/* u and g at z, Im z > 0, by continuation from far above the real axis. u or g may be NULL. */
sp_complex_result sp_spectrum_stieltjes(const sp_spectrum_model *model, sp_complex z, sp_complex *u, sp_complex *g);

/* Bulks of the continuous part, ascending: edges[2 i], edges[2 i + 1] for i < *n_bulks; at most `max_bulks` are stored.
 * Exact (roots of z'(u) = 0) for any number of bulks. O(n) to O(n^2). */
sp_status sp_spectrum_edges(sp_run *run, const sp_spectrum_model *model, size_t max_bulks, double *edges, size_t *n_bulks);

/* Mass at 0. */
double sp_spectrum_atom(const sp_spectrum_model *model);

/* Density at x[0 .. n_x - 1] (any order; a fine ascending grid is fastest), exactly 0 outside the bulks. *unconverged counts
 * points where no solution was found (density NaN there). In parallel, same bits for any number of threads. */
sp_status sp_spectrum_density(sp_run *run, const sp_spectrum_model *model, size_t n_x, const double *x, double *density,
                              size_t *unconverged);

/* One more population eigenvalue `strength` (of vanishing weight): outlier z(strength) when z'(strength) > 0; overlap
 * squared of its eigenvector with the spike: strength z'(strength) / z(strength) for a sample covariance, z'(strength) for a
 * semicircle. threshold: NaN (the general condition is z' = 0); position when not detectable: NaN. */
sp_spike sp_spectrum_spike(const sp_spectrum_model *model, double strength);

#endif
