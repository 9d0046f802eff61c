/* Condensation bandwidth from the spacings of the nearest distances (spec 03, 3.8a). */
#ifndef SPINODAL_KDE_SPACING_H
#define SPINODAL_KDE_SPACING_H

#include <stddef.h>

/* q: k + 1 squared distances, ascending. h_G^2 = (q_(k+1) - mean of the first k)/2: Hill's estimator of the tail of
 * the weights; average this square over queries. */
double sp_kde_spacing(size_t k, const double *q);

#endif
