/* Landscapes: how many stationary points a Gaussian energy on the sphere has, where, and how stable (Kac-Rice).
 *
 *     H(s) = h(s) - N F(m),   |s|^2 = N,   m = s.v/N,   E h(s) h(s') = N xi(s.s'/N)                       (spec 31, 2)
 *
 * energy = H/N. mu = -s.grad H/N: the Hessian on the sphere is grad^2 H + mu I. Sigma: log of the number of stationary
 * points per degree of freedom, annealed (log of the mean) or quenched (mean of the log). */
#ifndef SPINODAL_LANDSCAPE_H
#define SPINODAL_LANDSCAPE_H

#include "spinodal/base.h"
#include "spinodal/stationary_points.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { SP_LANDSCAPE_GAUSSIAN, SP_LANDSCAPE_MATRIX_TENSOR } sp_landscape_preset;
typedef enum { SP_LANDSCAPE_ALL, SP_LANDSCAPE_MINIMA } sp_landscape_kind;

/* The landscape. GAUSSIAN: xi as text, a polynomial in q with coefficients >= 0 ("" : kernel_var q^p), and F as text, a
 * polynomial in m ("" : r m^k / k). MATRIX_TENSOR (spec 23): xi(q) = q^2/(2 Delta_2) + q^p/(p Delta_p) and F = xi.
 * Zero p and k: 3. Each noise is given as Delta or as its inverse, not as both. */
typedef struct {
    int model; /* sp_landscape_preset */
    const char *xi, *signal;
    size_t p, k;
    double r, kernel_var;
    double inverse_noise_2, inverse_noise_p, delta2, deltap;
} sp_landscape_model;

/* The defaults: pure p = 3, kernel_var = 1/2, no signal. */
sp_landscape_model sp_landscape_model_default(void);

/* Numbers of the model alone, at m = 0 where there is no signal to first order. */
typedef struct {
    double xi_1, xi_slope_1, xi_curvature_1; /* xi(1), xi'(1), xi''(1) */
    double mu_threshold;                     /* 2 sqrt(xi''(1)): the bulk of the Hessian touches zero */
    double energy_threshold;                 /* where the typical stationary points of m = 0 turn from saddles to minima */
    double complexity_threshold;             /* Sigma there */
    double energy_ground;                    /* where Sigma of m = 0 vanishes below the threshold; NAN: nowhere */
} sp_landscape_facts;

sp_status sp_landscape_facts_of(sp_run *run, const sp_landscape_model *model, sp_landscape_facts *out);

/* ---- complexity -------------------------------------------------------------------------------------- */

/* The complexity at every combination of the given energies, overlaps and mu. An empty list: maximised over it. */
typedef struct {
    sp_landscape_model model;
    sp_vec energy, overlap, mu;
    int of; /* sp_landscape_kind: what is maximised */
    bool quenched;
} sp_landscape_complexity_params;

/* One point. Quenched numbers are NAN without --quenched, or where there is no replica-symmetric solution (see note). */
typedef struct {
    double energy, m, mu;
    double complexity_annealed, complexity_minima;            /* the latter -inf where mu is inside the bulk */
    double index_fraction;                                    /* share of negative Hessian eigenvalues */
    double theta_annealed, lambda_annealed;                   /* rank-one part; lowest eigenvalue under the annealed law */
    double complexity_quenched, energy_quenched, mu_quenched; /* at its own maximum where something is maximised */
    double q;                                                 /* mutual overlap of the points */
    double theta_quenched, lambda_quenched; /* NAN theta: no real one; then lambda is the edge of the bulk */
    size_t n_q;                             /* stationary, stable q found */
    double residual;                        /* |d Sigma / dq| at the solution */
    const char *kind;                       /* "saddle" (extensive index), "minimum", "index 1 toward the signal" */
    const char *note;                       /* why there is no quenched number; "" */
} sp_landscape_point;

typedef struct {
    size_t n;
    sp_landscape_point *v;
} sp_landscape_points_list;

/* Spec 31, 3.1-3.6; spec 23, 3.5. Annealed: 0.1 microseconds a point; quenched: about a millisecond. SP_USAGE: overlap
 * outside
 * (-1, 1), mu given for a pure model together with an energy. */
sp_status sp_landscape_complexity(sp_run *run, const sp_landscape_complexity_params *params, sp_landscape_points_list *out);

/* ---- bands ------------------------------------------------------------------------------------------- */

/* Where in overlap the stationary points live, and how stable they are toward the signal. */
typedef struct {
    sp_landscape_model model;
    sp_vec overlap;
    bool quenched;
} sp_landscape_bands_params;

typedef struct {
    double m, energy_threshold;
    double threshold_annealed, threshold_quenched;     /* Sigma at the threshold */
    double energy_zero_annealed, energy_zero_quenched; /* Sigma = 0 below the threshold; NAN: no minima there */
    double energy_top;                                 /* of the most numerous points */
    double complexity_max;                             /* their annealed Sigma */
    double theta, lambda_threshold, lambda_deepest;    /* lowest eigenvalue at the threshold and at the deepest minima */
    const char *stability; /* "stable", "deep minima stable", "unstable toward the signal", "no minima" */
} sp_landscape_band;

typedef struct {
    double m_edge_annealed, m_edge_quenched; /* overlap where Sigma of threshold minima vanishes */
    double m_unstable;                       /* overlap from which threshold points are unstable toward the signal */
    double m_isolated, energy_isolated, chi_isolated; /* the isolated minimum that knows the signal (3.7) */
    bool isolated_stable;
} sp_landscape_bands_result;

typedef struct {
    size_t n;
    sp_landscape_band *v;
} sp_landscape_band_list;

sp_status sp_landscape_bands(sp_run *run, const sp_landscape_bands_params *params, sp_landscape_bands_result *result,
                             sp_landscape_band_list *list);

/* ---- phases ------------------------------------------------------------------------------------------ */

/* Along the signal strength: r_range for the Gaussian landscape with F = r m^k / k; inverse_noise_2_range for
 * MATRIX_TENSOR. */
typedef struct {
    sp_landscape_model model;
    sp_vec range;
    bool quenched;
} sp_landscape_phases_params;

typedef struct {
    double strength;
    double m_isolated, energy_isolated, chi_isolated; /* NAN: no isolated minimum */
    double m_edge_annealed, m_edge_quenched;
    double energy_equator;            /* deepest minima of the band that holds m = 0 */
    double m_deepest, energy_deepest; /* of the deepest minimum of all */
    double complexity_total, m_total; /* annealed, all points; and where they are */
    double complexity_minima;         /* annealed, minima, at m = 0 */
    double lambda_threshold;          /* lowest eigenvalue of threshold points at m = 0 */
    const char *phase;
} sp_landscape_phase;

typedef struct {
    double r_spinodal, r_transition, m_transition; /* isolated minimum appears; becomes the deepest (pure xi, F = r m^k/k) */
    double r_trivial;                              /* k = 1: beyond, two stationary points only */
    double r_bbp;     /* k = 2: threshold points of the equator become unstable toward the signal */
    double r_equator; /* k = 2: the last minimum of the equator does */
    double inverse_noise_2_bayes, inverse_noise_2_amp, inverse_noise_2_flow,
        inverse_noise_2_trivial; /* MATRIX_TENSOR (spec 23, 3.3-3.5) */
} sp_landscape_phases_result;

typedef struct {
    size_t n;
    sp_landscape_phase *v;
} sp_landscape_phase_list;

sp_status sp_landscape_phases(sp_run *run, const sp_landscape_phases_params *params, sp_landscape_phases_result *result,
                              sp_landscape_phase_list *list);

/* ---- count ------------------------------------------------------------------------------------------- */

/* All stationary points of small random instances beside the exact mean number of finite N. */
typedef struct {
    sp_landscape_model model;
    size_t N, instances, starts; /* starts: first batch of random starts of each instance */
    size_t samples, nodes;       /* of the exact mean: Monte Carlo samples, nodes in the overlap */
} sp_landscape_count_params;

typedef struct {
    sp_point_count counts;
    double closed_form; /* exact mean: F = 0, pure, N = 2 or 3; NAN otherwise */
} sp_landscape_count_result;

/* Spec 31, 3.9. N in 2..12. O(starts (N^p + N^3)) per instance. */
sp_status sp_landscape_count(sp_run *run, const sp_landscape_count_params *params, sp_landscape_count_result *result,
                             sp_point_instances *list);

/* The exact mean alone, and by index 0..N-1 (N values or NULL). N in 2..64. */
sp_status sp_landscape_exact_mean(sp_run *run, const sp_landscape_model *model, size_t N, size_t samples, size_t nodes,
                                  sp_index_count *total, sp_index_count *by_index);

/* ---- points ------------------------------------------------------------------------------------------ */

typedef enum { SP_LANDSCAPE_DESCENT, SP_LANDSCAPE_FLOW, SP_LANDSCAPE_NEWTON } sp_landscape_method;

/* Points reached on one tensor of the user (a file), or on random instances of the model. descent: minima by L-BFGS; flow:
 * gradient flow for a time; newton: every stationary point (small N). */
typedef struct {
    sp_landscape_model model;
    const char *tensor;        /* .npy etc. of shape N x ... x N, or text lines "i j k value" from 0; "": random instances */
    const char *signal_vector; /* file of N numbers; "": the first axis for random instances, none for a file */
    size_t N, instances, starts;
    int method;
    double time, dt;  /* of flow */
    double tolerance; /* of |grad| / sqrt(N) */
    bool symmetrise, normalise;
    size_t bins;
} sp_landscape_points_params;

typedef struct {
    size_t instance, hits, index;
    double energy, m, mu;
    double lambda_min, lambda_2,
        overlap_min;                 /* lowest two Hessian eigenvalues; squared overlap of the first with the signal */
    double bulk_mean, bulk_variance; /* of the Hessian eigenvalues */
    double lambda_theory;            /* predicted lowest eigenvalue at this (mu, m) */
    double ks;                       /* largest distance of the eigenvalues' distribution from the shifted semicircle's */
    double gradient;                 /* |tangent gradient| / sqrt(N) */
} sp_landscape_found;

typedef struct {
    double lambda, semicircle, density, density_se; /* eigenvalue minus mu */
} sp_landscape_spectrum_bin;

typedef struct {
    size_t N, order, n_found, minima;
    double kernel_var_estimate,
        kernel_var_estimate_se; /* p! N^(p-1) mean square of the entries with distinct indices, of a file */
    double energy_mean, energy_mean_se, mu_mean, mu_mean_se; /* over the points */
    double bulk_mean, bulk_mean_se;                          /* mean Hessian eigenvalue minus mu */
    double bulk_variance, bulk_variance_se;
    double energy_threshold, mu_threshold, xi_curvature_1;
    double gradient_max;
} sp_landscape_points_result;

typedef struct {
    size_t n, n_bins;
    sp_landscape_found *v;
    sp_landscape_spectrum_bin *spectrum;
} sp_landscape_found_list;

/* Spec 31, 3.10 and 5. N <= 2000 (full Hessian). SP_DATA: a tensor that is not finite or not symmetric to 1e-8. */
sp_status sp_landscape_points(sp_run *run, const sp_landscape_points_params *params, sp_landscape_points_result *result,
                              sp_landscape_found_list *list);

#ifdef __cplusplus
}
#endif
#endif
