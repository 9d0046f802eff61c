#ifndef SPINODAL_DIFFUSION_SPECTRUM_H
#define SPINODAL_DIFFUSION_SPECTRUM_H

#include "spinodal/data.h"

/* The two largest covariance eigenvalues and their directions (rows of 2 x d; zero where there is only one). */
sp_status sp_leading_directions(sp_run *run, const sp_dataset *data, double values[2], double **directions);

#endif
