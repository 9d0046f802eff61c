/* Quenched complexity of the Gaussian landscape: replica-symmetric replicated Kac-Rice (spec 31, 3.5-3.6). */
#ifndef SPINODAL_KAC_RICE_QUENCHED_H
#define SPINODAL_KAC_RICE_QUENCHED_H

#include "landscape/kac_rice_annealed.h"

/* Sigma_Q at given mutual overlap q, not yet stationary in q. */
typedef struct {
    double value, slope; /* Sigma_Q and d Sigma_Q / dq at the stationary z */
    double determinant;  /* of the linear system of z */
    double z[4];         /* beta, rho, R_d, r; beta = 0 for a pure model */
} quenched_at_q;

/* value is NAN where xi'(1) <= xi'(q) or the linear system is singular. mu is ignored for a pure model. */
quenched_at_q quenched_evaluate(const gaussian_landscape *g, double energy, double m, double mu, double q);

typedef struct {
    bool found;
    const char *reason; /* when not found */
    double energy, m, mu, q, value, residual;
    double z[4];
    size_t n_stationary; /* stationary q in [m^2, 1) that are minima of Sigma_Q */
} quenched_point;

/* Sigma_Q(energy, m, mu), stationary in q. A solution is accepted when q >= m^2 (the overlap of the parts of two points
 * orthogonal to the signal is not negative), it is a minimum in q, no pole of the linear system lies between it and q = m^2,
 * and Sigma_Q <= Sigma_A. When several are left, the one reached by continuation in m from q = m^2 at m = 0 is taken, and
 * the lowest q where that continuation breaks. hint: q of a neighbouring point, tried first (NAN: none). */
quenched_point quenched_complexity(const gaussian_landscape *g, double energy, double m, double mu, double hint);

/* Maxima over mu (mixed models), over energy and mu at given m, over m too; as for the annealed ones. */
quenched_point quenched_max_mu(const gaussian_landscape *g, double energy, double m);
quenched_point quenched_max_energy_at_mu(const gaussian_landscape *g, double m, double mu);
quenched_point quenched_max_energy(const gaussian_landscape *g, double m);
quenched_point quenched_max_overlap(const gaussian_landscape *g, double energy); /* energy NAN: over the energy too */

/* Energy below the threshold with Sigma_Q = 0 at overlap m; NAN: none. */
double quenched_zero_energy(const gaussian_landscape *g, double m);

/* theta of the isolated eigenvalue at quenched-typical points: the largest real generalised eigenvalue of the 4 x 4 problem;
 * NAN when there is none. theta > sqrt x2 gives lambda_iso = mu - theta - x2 / theta. */
sp_status quenched_theta(sp_run *run, const gaussian_landscape *g, const quenched_point *point, double *theta);

#endif
