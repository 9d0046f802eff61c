/* Critical slowing down of diffusion models on the O(n) field theory, n to infinity (spec 04; Del Bono, Biroli, Charbonneau
 * and Gabrie 2026).
 *
 * Periodic lattice of N = L^dim sites, khat2(k) = 2 sum_mu (1 - cos k_mu); every component is a Gaussian field with
 * <phi_k phi_-k> = C_k = temperature / (khat2 + mass2), unitary transform. Noised at OU time t: Gamma_k = e^{-2t} C_k +
 * Delta, Delta = 1 - e^{-2t}; exact score -phi_k / Gamma_k. A linear network has s_k = -w_k phi_k and loss per site (up to a
 * constant) (1/N) sum_k [Gamma_k w_k^2 - 2 w_k]. Descent acts on the real-space weights with rate eta times N, so that w_k
 * <- w_k - 2 eta (Gamma_k w_k - 1). */
#ifndef SPINODAL_ON_MODEL_H
#define SPINODAL_ON_MODEL_H

#include "spinodal/base.h"
#include "spinodal/data.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SP_CONSTRAINT_SPHERICAL, SP_CONSTRAINT_PHI4, SP_CONSTRAINT_MASS };

/* Critical temperature of the spherical model in three dimensions, 1 / int d^3k/(2 pi)^3 1/khat2. */
#define SP_ON_CRITICAL_TEMPERATURE (1 / 0.252731009858663)

/* The field theory. spherical: (1/N) sum C_k = 1; phi4: mass2 = r + u (1/N) sum C_k; mass: as given, or mass_times_L / L
 * when mass is 0. temperature 0: the critical one (dim 3). */
typedef struct {
    size_t L, dim;
    int constraint;
    double temperature, mass, mass_times_L, r, u;
} sp_on_model;

/* Modes of equal C_k; the weights (multiplicity / N) sum to 1. Memory of the run. */
typedef struct {
    size_t n;
    double temperature, mass2; /* NAN for measured spectra */
    double *k2, *C, *weight;
} sp_field_modes;

/* Solves for the mass (Brent in log mass2) and lists the modes with 0 <= k_1 <= .. <= k_dim. O(L^dim / (2^dim dim!)) times
 * 60. SP_FAILED when no mass fits. */
sp_status sp_on_modes(sp_run *run, const sp_on_model *model, sp_field_modes *out);

/* ---- one and two linear layers (spec 04, 3.3, 3.4) ---------------------------------------------------------- */

double sp_field_gamma(double C, double t); /* e^{-2t} C + Delta */
void sp_field_gamma_range(const sp_field_modes *modes, double t, double *low, double *high);

/* Weight w_k of one layer after `steps` steps from 0 of rate rate_over_max / Gamma_max. */
double sp_one_layer_weight(double gamma, double gamma_max, double rate_over_max, double steps);
/* Balanced two-layer flow from w0: w = w0 e^{4 tau} / (1 + Gamma w0 (e^{4 tau} - 1)). */
double sp_two_layer_weight(double gamma, double w0, double tau);
/* Unbalanced: a, b from (a0, b0) by a' = -2 (Gamma a b - 1) b and its mirror image; RK4. */
double sp_two_layer_unbalanced(double gamma, double a0, double b0, double tau);

/* Excess loss (1/N) sum (Gamma w - 1)^2 / Gamma over that of w = 0. */
double sp_one_layer_excess(const sp_field_modes *modes, double t, double rate_over_max, double steps);
double sp_two_layer_excess(const sp_field_modes *modes, double t, double tau); /* w0 = 1/Gamma_max */

/* Least number of steps to an excess <= eps of that of w = 0. Two layers: explicit descent of rate eta from a = b =
 * Gamma_max^{-1/2}; infinite when 1e6 steps are not enough. */
double sp_one_layer_steps(const sp_field_modes *modes, double t, double rate_over_max, double eps);
sp_status sp_two_layer_steps(sp_run *run, const sp_field_modes *modes, double t, double eta, double eps, double *steps);

typedef struct {
    size_t L, dim; /* and the rest of sp_on_model, so that options can be mapped */
    int constraint;
    double temperature, mass, mass_times_L, r, u;
    sp_vec t;
    double eps, rate_over_max, eta;
    size_t radius;
} sp_on_theory_params;

typedef struct {
    double mass2, mass_L, temperature, susceptibility, correlation_length, site_variance;
    size_t modes;
} sp_on_theory_result;

typedef struct {
    double t, gamma_max, gamma_min, condition, steps1, steps2, xi_t;
} sp_on_theory_row;

sp_status sp_on_theory(sp_run *run, const sp_on_theory_params *params, const sp_field_modes *modes,
                       sp_on_theory_result *result, sp_on_theory_row *rows);

/* ---- local kernels (spec 04, 3.5) ---------------------------------------------------------------------------- */

/* A field on a lattice with its spectrum on the half spectrum of sp_fft. Memory of the run. */
typedef struct {
    size_t dim, lengths[3], n_modes;
    double *C, *k2, *multiplicity;
} sp_field_lattice;

sp_status sp_on_lattice(sp_run *run, const sp_on_model *model, sp_field_lattice *out);
sp_status sp_lattice_modes(sp_run *run, const sp_field_lattice *lattice, sp_field_modes *out); /* one for each */

typedef struct {
    size_t radius, weights;
    double floor;         /* excess loss e_R of the best kernel */
    double relative;      /* over that of no kernel, (1/N) sum 1/Gamma */
    double condition;     /* of the window matrix */
    double steps;         /* of descent to eps of the excess above the floor, rate rate_over_max / largest eigenvalue */
    const double *kernel; /* J(r, 0, ..) for r = 0 .. radius */
} sp_local_kernel;

/* Best weights on the window |r_mu| <= radius: (2 radius + 1)^dim unknowns, Cholesky and eigenvalues. SP_USAGE when the
 * window does not fit or has more than 4096 weights. */
sp_status sp_local_kernel_solve(sp_run *run, const sp_field_lattice *lattice, double t, size_t radius, double rate_over_max,
                                double eps, sp_local_kernel *out);

/* ---- generation (spec 04, 3.6) --------------------------------------------------------------------------------- */

enum { SP_SCORE_EXACT, SP_SCORE_ONE_LAYER, SP_SCORE_TWO_LAYERS };

typedef struct {
    int layers, sampler; /* sampler 0: SDE, 1: probability-flow ODE */
    double train_steps, rate_over_max, train_time;
    size_t steps; /* of the backward integration */
} sp_generation;

typedef struct {
    double kl_per_site, corner_ratio, zero_ratio, energy, max_relative;
} sp_generation_quality;

/* Variance V of each mode generated from t = log L + 3 with networks trained at every t; RK4. V: modes->n values. */
sp_status sp_generated_variance(sp_run *run, const sp_field_modes *modes, size_t L, const sp_generation *g, double *V);
sp_generation_quality sp_generated_quality(const sp_field_modes *modes, const double *V);

/* Shells of equal khat2, ascending, with the mean variance of their modes. */
typedef struct {
    size_t n;
    double *k2, *V, *V_se;
} sp_field_shells;

/* The same by `fields` simulated fields (exponential steps, exact for the drift at the middle of a step); field: one of them
 * (N values, may be NULL). O(fields steps N log N). */
sp_status sp_generated_fields(sp_run *run, const sp_field_lattice *lattice, size_t L, const sp_generation *g, size_t fields,
                              sp_field_shells *out, double *field);

/* ---- simulated descent (spec 04, 3.7) ---------------------------------------------------------------------------- */

typedef struct {
    int layers;    /* 1 or 2 */
    size_t radius; /* of each layer; 0: no window */
    size_t batch;  /* fields and noises a step; 0: mean descent */
    size_t steps;
    double eta;    /* 0: 0.5 / Gamma_max for one layer, 0.1 for two */
    bool balanced; /* two layers from a = b; else from a = 1, b = 1/Gamma_max */
} sp_field_descent;

/* w (n_modes of the lattice) after the steps; excess[s], s = 0..steps, over that of w = 0. */
sp_status sp_field_train(sp_run *run, const sp_field_lattice *lattice, double t, const sp_field_descent *descent, double *w,
                         double *excess);

/* ---- Langevin baseline ------------------------------------------------------------------------------------------- */

/* Autocorrelation time of k = 0 under overdamped Langevin steps h = 0.5 / (4 dim + mass2), in steps: -1 / log(1 - h mass2).
 * Measured on `replicas` fields simulated site by site from equilibrium. */
double sp_langevin_time(double mass2, size_t dim);
sp_status sp_langevin_measure(sp_run *run, const sp_on_model *model, size_t replicas, double *time, double *time_se);

/* ---- fields of the user ------------------------------------------------------------------------------------------- */

typedef struct {
    const sp_dataset *data;
    const char *shape; /* "64x64"; "": the images of the data */
    sp_vec t;
    double eps, rate_over_max, eta, floor;
    size_t max_radius;
    bool shells; /* average over shells of |k| */
} sp_on_data_params;

typedef struct {
    size_t fields, sites, dim;
    double temperature_fit, temperature_fit_se, mass_fit, mass_fit_se, slope, slope_se; /* slope of log C in log khat2 */
    double condition, condition_se, steps1, steps2;                                     /* at the first t */
    double edge_jump; /* across the border over inside: 1 for periodic fields */
} sp_on_data_result;

typedef struct {
    double t, gamma_max, gamma_min, condition, steps1, steps2, radius, relative;
} sp_on_data_row;

/* C_se: n_modes values. rows: t.n. */
sp_status sp_on_data(sp_run *run, const sp_on_data_params *params, sp_on_data_result *result, sp_field_lattice *lattice,
                     double **C_se, sp_on_data_row *rows);

#ifdef __cplusplus
}
#endif
#endif
