/* The noncentral chi-square law: |y + m|^2 for y ~ N(0, I_dof), |m|^2 = noncentrality. */
#ifndef SPINODAL_MATH_NONCENTRAL_CHI_SQUARE_H
#define SPINODAL_MATH_NONCENTRAL_CHI_SQUARE_H

/* log of the density at x >= 0; dof > 0, noncentrality >= 0. A Poisson mixture of chi-squares summed outwards from its
 * largest term, or the uniform expansion of the Bessel function when its argument or order exceeds 2000: about 1e-13
 * absolute near the mean, at most 500 operations. */
double sp_noncentral_chi_square_log_pdf(double x, double dof, double noncentrality);

#endif
