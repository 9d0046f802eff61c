/* Spectrum of A = (1/N) sum_mu z_mu xi_mu xi_mu^T from the joint law of the weights z and the labels (spec 13, 3.1): edge of
 * the bulk, outlier toward the signal, density. Stieltjes transform g(l) = (1/N) tr (l - A)^{-1}:
 *     l(g) = 1/g + alpha <z/(1 - g z)> */
#ifndef SPINODAL_LABEL_LAW_H
#define SPINODAL_LABEL_LAW_H

#include "spinodal/phase_retrieval.h"

/* Weighted points: weights sum to 1. u2: squared field along the direction of the outlier, <u2> = 1 before weighting by z.
 * z_low: infimum of z (-inf: the bulk has no lower edge). */
typedef struct {
    size_t n;
    double *weight, *z, *u2;
    double z_low;
} label_law;

sp_status label_law_create(sp_run *run, size_t capacity, label_law *out);

/* Averages at g < 0, below every pole. */
typedef struct {
    double bulk;        /* <z/(1-gz)> */
    double edge;        /* <(gz/(1-gz))^2> */
    double signal;      /* <gz (u2-1)/(1-gz)> */
    double norm_signal; /* <z^2 u2/(1-gz)^2> */
} label_averages;

void label_average(const label_law *law, double g, label_averages *out);

/* Edge, margin, outlier and overlap. nan where they do not exist. */
void label_spectrum(const label_law *law, double alpha, sp_retrieval_spectrum *out);

/* Outlier and overlap from the edge and margin in out->g_edge, edge, margin. */
void label_outlier(const label_law *law, double alpha, sp_retrieval_spectrum *out);

/* Ratio at which the outlier leaves the bulk; g: the edge there; pinned: it is the end of the allowed range. */
double label_critical(const label_law *law, double *g, bool *pinned);

/* The spectrum of one resample of the points, and the mean of `values` (one for each point, or NULL) over it. */
typedef struct {
    sp_retrieval_spectrum spectrum;
    double average;
} label_resample;

/* Points drawn with replacement from a law of equal weights; stream ("bootstrap", resample): laws of equal size are
 * resampled alike. Cost: a spectrum for each. In label_bootstrap.c. */
sp_status label_bootstrap(sp_run *run, const label_law *law, double alpha, const double *values, size_t resamples,
                          label_resample *out);

/* Density at lambda[0..n-1], ascending, smoothed by eps. O(n * law) Newton steps. */
sp_status label_density(sp_run *run, const label_law *law, double alpha, double eps, size_t n, const double *lambda,
                        double *density);

#endif
