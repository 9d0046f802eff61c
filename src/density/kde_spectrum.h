/* Spectrum of a dataset for the Gaussian plug-in (spec 03, 3.8c). */
#ifndef SPINODAL_KDE_SPECTRUM_H
#define SPINODAL_KDE_SPECTRUM_H

#include "spinodal/data.h"

/* d eigenvalues. n > d: of the covariance, shrunk to the identity with the weight of Ledoit and Wolf (J. Multivariate Anal.
 * 88 (2004) 365). n <= d: the nonzero ones of the Gram matrix, then zeros; shrinkage 0. Large data: from evenly spaced rows,
 * at least 4 d (8192) of them, 2048 rows above d = 4096. */
sp_status sp_kde_spectrum(sp_run *run, const sp_dataset *data, sp_vec *spectrum, double *shrinkage);

#endif
