/* How well a score orders two groups. */
#ifndef SPINODAL_MATH_ROC_H
#define SPINODAL_MATH_ROC_H

#include "math/statistics.h"

/* AUC = P(score of a row with high[i] > score of one without) + P(equal)/2, and its standard error by DeLong, DeLong and
 * Clarke-Pearson (Biometrics 44 (1988) 837): the variances of the placement values. O(n log n). NaN when one group is empty;
 * se NaN when one has a single row. */
sp_status sp_auc(sp_run *run, size_t n, const double *score, const bool *high, sp_estimate *out);

#endif
