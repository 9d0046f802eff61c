/* Radial kernels of spec 03, 3.6. */
#ifndef SPINODAL_RADIAL_KERNEL_H
#define SPINODAL_RADIAL_KERNEL_H

#include "math/softmax_scan.h"
#include "spinodal/kde.h"

double sp_kernel_kappa(sp_kde_kernel kernel, double v); /* inf outside a top-hat */
double sp_kernel_slope(sp_kde_kernel kernel, double v); /* kappa'; not for a top-hat */
/* log of the integral of exp(-d kappa(|u|^2/d)) over R^d, divided by d; d = inf: the limit. */
double sp_kernel_log_norm(sp_kde_kernel kernel, double d);
/* The logits -d kappa(q/(d h^2)) of the softmax. */
sp_logit sp_kernel_logit(sp_kde_kernel kernel, double d, double h);

#endif
