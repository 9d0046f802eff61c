/* Annealed Kac-Rice complexity, Hessian law and rate of the lowest eigenvalue (spec 31, 3.1-3.4; spec 23, 3.5). */
#ifndef SPINODAL_KAC_RICE_ANNEALED_H
#define SPINODAL_KAC_RICE_ANNEALED_H

#include "landscape/gaussian_landscape.h"

/* L(theta, t): rate for the lowest eigenvalue of "semicircle minus rank one theta" to stay positive (spec 31, 3.3). */
double lowest_eigenvalue_rate(double theta, double t);
double lowest_eigenvalue_rate_slope(double theta, double t); /* dL/dt */

/* D(mu) = (1/2) ln x2 + I(mu / sqrt x2): mean log|det| of the Hessian per degree of freedom. */
double hessian_log_determinant(const gaussian_landscape *g, double mu);

/* theta = F''(m)(1 - m^2): strength of the rank-one part under the annealed law. */
double annealed_theta(const gaussian_landscape *g, double m);
/* The lowest eigenvalue at mu with a rank-one part of strength theta (NAN: none): isolated or edge of the bulk. */
double lowest_eigenvalue(const gaussian_landscape *g, double mu, double theta);

typedef enum { COUNT_ALL = SP_LANDSCAPE_ALL, COUNT_MINIMA = SP_LANDSCAPE_MINIMA } landscape_count_kind;

/* Sigma_A(energy, m, mu); of minima: minus L, -inf where mu is inside the bulk. mu is ignored for a pure model. */
double annealed_complexity(const gaussian_landscape *g, landscape_count_kind of, double energy, double m, double mu);

typedef struct {
    double energy, m, mu, value;
} annealed_point;

/* Maximum over mu at given energy and overlap (a pure model has one mu). */
annealed_point annealed_max_mu(const gaussian_landscape *g, landscape_count_kind of, double energy, double m);
/* Maximum over the energy at given mu and overlap. */
annealed_point annealed_max_energy_at_mu(const gaussian_landscape *g, landscape_count_kind of, double m, double mu);
/* Maximum over energy (and mu) at given overlap. */
annealed_point annealed_max_energy(const gaussian_landscape *g, landscape_count_kind of, double m);
/* Maximum over the overlap; energy NAN: over the energy too. */
annealed_point annealed_max_overlap(const gaussian_landscape *g, landscape_count_kind of, double energy);

/* Energy at overlap m where the most numerous stationary points turn from saddles to minima: mu = 2 sqrt x2. */
double threshold_energy(const gaussian_landscape *g, double m);
/* Sigma_A(threshold energy, m) at mu = 2 sqrt x2. */
double annealed_at_threshold(const gaussian_landscape *g, double m);
/* Largest energy below the threshold with zero annealed complexity at overlap m; NAN when the threshold's is negative. */
double annealed_zero_energy(const gaussian_landscape *g, double m);

#endif
