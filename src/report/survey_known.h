/* Closed forms of two Gaussian clouds beside the numbers of the survey. */
#ifndef SPINODAL_SURVEY_KNOWN_H
#define SPINODAL_SURVEY_KNOWN_H

#include "survey.h"

#include "spinodal/diffusion.h"

/* The clouds on the scale of the data; false for other data. */
bool sp_survey_mixture(const sp_survey *s, sp_mixture_model *out);
/* Rows of the table "known_curves"; nothing for other data. */
sp_status sp_survey_known_curves(sp_survey *s, size_t n, const double *t, const double *phi_C, const double *phi_C_se,
                                 const double *f_ex, const double *f_ex_se, const double *phi, const double *phi_se);

#endif
