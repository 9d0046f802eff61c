/* When training must stop before a score model memorises: random-feature scores (spec 09; Bonnaire, Urfin, Biroli and
 * Mezard 2025).
 *
 * Data x in R^d of covariance Sigma, noised at one OU time t: x_t = e^{-t} x + sqrt(Delta) xi, Delta = 1 - e^{-2t}. Score
 * s_A(y) = A s(W y / sqrt d) / sqrt p, W (p x d) frozen standard normal, A trained from 0 on denoising score matching, L =
 * E |sqrt(Delta) s_A(x_t) + xi|^2 / d with fresh noises all the time, so L = 1 at the start. train_time is that of the flow
 * dA/dtau = -d^2 grad L: k steps of rate eta are eta k / d^2. The activation is centred (its mean at unit noised data is
 * subtracted), which only removes one eigenvalue of order p. psi_p = p/d, psi_n = n/d. */
#ifndef SPINODAL_MEMORIZATION_H
#define SPINODAL_MEMORIZATION_H

#include "spinodal/base.h"
#include "spinodal/data.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the Gaussian equivalent of an activation (spec 09, 3.2) ---------------------------------------------- */

/* g = e^{-t} sqrt(data_var), S^2 = g^2 + Delta, u, v, z standard normal: a = E s'(S z), b = sqrt(Delta) a, m(u) = E_v s(g u
 * + sqrt(Delta) v), v2 = E m^2 - a^2 g^2, s2 = E s^2 - a^2 S^2 - v2. */
typedef struct {
    double t, data_var, noise_var; /* noise_var = Delta */
    double a, b, v2, s2;
} sp_score_constants;

/* activation: as in sp_activation_open. v2 to about 1e-13 by Gauss-Legendre panels split at the kinks; about 1 ms. */
sp_status sp_score_constants_find(sp_run *run, const char *activation, double t, double data_var, sp_score_constants *out);

/* ---- spectrum of U = (1/n) sum_nu E_xi phi phi^T (spec 09, 3.4) -------------------------------------------- */

typedef struct {
    double psi_p, psi_n;
    sp_score_constants c;
    size_t n_sigma; /* eigenvalues of Sigma, equal weights; data_var of the constants is their mean */
    const double *sigma;
} sp_score_model;

/* The model of these parameters; spectrum: eigenvalues of Sigma. SP_USAGE when s2 = 0 (linear activation). */
sp_status sp_score_model_open(sp_run *run, const char *activation, double psi_p, double psi_n, double t, sp_vec spectrum,
                              sp_score_model *out);

/* At z = x + i y, y > 0, or y = 0 (the limit from above): q = Tr (U - z)^{-1} / p, r = Tr [Sigma^{1/2} W^T (U - z)^{-1} W
 * Sigma^{1/2}] / (p d), kappa = 1 / (1 + (psi_p / psi_n)(a^2 e^{-2t} r + v2 q)). */
typedef struct {
    double kappa_re, kappa_im, q_re, q_im, r_re, r_im;
    double residual;
    bool converged;
} sp_score_resolvent;
sp_score_resolvent sp_score_resolvent_at(const sp_score_model *model, double x, double y);

/* The same by the equations of a general Sigma, also when Sigma is isotropic: an independent check. */
sp_score_resolvent sp_score_resolvent_general(const sp_score_model *model, double x, double y);

/* Density Im q / pi at lambda[0..n-1], NaN where no solution was found. In parallel. */
sp_status sp_score_density(sp_run *run, const sp_score_model *model, size_t n, const double *lambda, double *density,
                           size_t *unconverged);

/* A bulk of U: its edges and its weight (fraction of the p eigenvalues). */
typedef struct {
    double low, high, weight;
} sp_score_bulk;

/* The continuous bulks, ascending: where the density exceeds 1e-8 on a scan of 4000 points, refined by bisection to 1e-10.
 * At most `most`; returns how many in *n_bulks. */
sp_status sp_score_bulks(sp_run *run, const sp_score_model *model, size_t most, sp_score_bulk *bulks, size_t *n_bulks);

typedef struct {
    const char *activation;
    double psi_p, psi_n, t;
    sp_vec spectrum, lambda, z_re, z_im;
    size_t simulate, d;
} sp_memorization_spectrum_params;

/* memorising: the bulks of sample-specific directions (all but the highest d eigenvalues), population: the top bulk. NAN
 * where there is none. */
typedef struct {
    double a, b, v2, s2;
    double delta_position,
        delta_weight; /* of the eigenvalue s2 of the p - d - n directions that see neither data nor noise */
    double memorising_low, memorising_high, memorising_weight;
    double memorising_low_asymptotic, memorising_high_asymptotic;
    double population_low, population_high, population_weight;
    double train_time_memorising, train_time_population; /* psi_p / (2 Delta lambda) at memorising_high, population mean */
    double above_delta, above_delta_se;                  /* simulated eigenvalues above s2 (1 + 1e-4), in units of d */
} sp_memorization_spectrum_result;

sp_status sp_memorization_spectrum(sp_run *run, const sp_memorization_spectrum_params *params,
                                   sp_memorization_spectrum_result *result);

/* Simulated eigenvalues of `draws` independent U (Gaussian equivalent), draws x p, each ascending. O(draws p^3). */
sp_status sp_score_eigenvalues(sp_run *run, const sp_score_model *model, size_t d, size_t draws, size_t *p,
                               const double **values);

/* ---- losses in infinite dimension, Sigma proportional to I (spec 09, 3.5) ---------------------------------- */

typedef struct sp_score_curve sp_score_curve;

/* Everything that does not depend on the training time. A few milliseconds. Memory of the run. SP_USAGE for several
 * eigenvalues of Sigma, SP_FAILED when the resolvent is not found. */
sp_status sp_score_curve_open(sp_run *run, const sp_score_model *model, const sp_score_curve **out);

typedef struct {
    double train, test;
    double score_error; /* (1/d) E |s_A - grad log P_t|^2 */
    double residual;    /* estimated error of the contour sums */
} sp_score_losses;

/* At a training time (infinity allowed). Tens of microseconds. */
sp_score_losses sp_score_losses_at(const sp_score_curve *curve, double train_time);

typedef struct {
    const char *activation;
    double psi_p, psi_n, t, data_var;
    sp_vec train_time;
    double gap_fraction, gap_threshold, gen_fraction, star_gap;
} sp_memorization_theory_params;

typedef struct {
    double a, b, v2, s2;
    double train_time_gen;          /* first test <= best + gen_fraction (1 - best) */
    double train_time_leave;        /* after the best time: test above that level again; infinite when never */
    double train_time_mem;          /* first gap test - train >= gap_fraction gap_inf */
    double train_time_mem_absolute; /* first gap >= gap_threshold; NAN when never */
    double train_time_best, test_best, score_error_best;
    double train_inf, test_inf, gap_inf;
    double psi_n_star; /* above: gap_inf < star_gap, no memorisation at any time; NAN: not asked or not found */
    double train_time_gen_asymptotic, train_time_mem_asymptotic; /* leading order, spec 09, 3.6 */
    double residual;
} sp_memorization_theory_result;

sp_status sp_memorization_theory(sp_run *run, const sp_memorization_theory_params *params, const sp_score_curve *curve,
                                 const sp_score_model *model, sp_memorization_theory_result *result);

/* ---- losses of one finite instance by diagonalisation (spec 09, 3.1, 3.3) ----------------------------------- */

/* features: 0 the Gaussian equivalent, 1 the activation itself, averaged over the noise without sampling it. */
typedef struct {
    const char *activation;
    int features;
    double psi_p, psi_n, t;
    sp_vec spectrum; /* of Sigma, repeated to d values */
    size_t d, simulate;
    sp_vec train_time;
} sp_memorization_simulate_params;

typedef struct {
    double train, train_se, test, test_se;
} sp_score_measured;

typedef struct {
    size_t p, n;
    double train_time_gen, train_time_gen_se, train_time_mem, train_time_mem_se;
} sp_memorization_simulate_result;

/* Means over `simulate` draws of W and data; out: train_time.n points. O(p^3 + n p^2) each. Resumable. */
sp_status sp_memorization_simulate(sp_run *run, const sp_memorization_simulate_params *params,
                                   sp_memorization_simulate_result *result, sp_score_measured *out);

/* ---- the user's data (spec 09, 5) ----------------------------------------------------------------------------- */

typedef struct {
    const sp_dataset *data;
    const char *activation;
    double t, held_out, gap_fraction;
    size_t p, draws, limit_n;
    sp_vec train_time;
} sp_memorization_data_params;

typedef struct {
    size_t n, d, p, held_out;
    double data_var, psi_p, psi_n, a, b, v2, s2;
    double train_time_gen, train_time_gen_se, train_time_best, train_time_best_se, train_time_leave, train_time_leave_se,
        train_time_mem, train_time_mem_se;                                   /* as in theory, of the held-out loss */
    double leave_exponent, leave_exponent_se, mem_exponent, mem_exponent_se; /* in n, from n/4, n/2, n */
    double window_from, window_to, window_to_low, window_to_high;            /* recommended: stop inside */
    double window_to_all, window_to_all_low, window_to_all_high;             /* extrapolated to all rows of the data */
    double steps_per_time;                                                   /* d^2: k = train_time d^2 / eta */
} sp_memorization_data_result;

typedef struct {
    size_t n; /* training rows */
    double train_time_gen, train_time_gen_se, train_time_best, train_time_best_se, train_time_leave, train_time_leave_se,
        train_time_mem, train_time_mem_se, gap_inf, gap_inf_se;
    sp_score_measured *curve; /* train_time.n */
} sp_memorization_subset;

typedef struct {
    size_t n_subsets; /* n/4, n/2, n */
    sp_memorization_subset subset[3];
    size_t n_eigenvalues;
    const double *eigenvalue; /* of U, one draw, all rows, ascending */
} sp_memorization_data_detail;

sp_status sp_memorization_data(sp_run *run, const sp_memorization_data_params *params, sp_memorization_data_result *result,
                               sp_memorization_data_detail *detail);

/* ---- memorised fraction (spec 09, 3.7) ------------------------------------------------------------------------ */

typedef struct {
    const sp_dataset *data, *generated, *held_out; /* held_out may be NULL: baseline of new real points */
    double ratio;                                  /* memorised when d1/d2 < ratio */
    size_t resamples;
} sp_memorization_fraction_params;

typedef struct {
    size_t n, n_generated, duplicates, copied;
    double f_mem, f_mem_se, f_mem_low, f_mem_high, f_mem_wilson_low, f_mem_wilson_high;
    double f_mem_held_out, f_mem_held_out_se, ratio_median, ratio_median_se;
} sp_memorization_fraction_result;

typedef struct {
    size_t nearest; /* row of the data */
    double d1, d2, ratio;
    bool copied;
} sp_copy;

/* copies: one for each generated row. SP_DATA for fewer than two distinct training rows. 2 n n_generated d flops. */
sp_status sp_memorization_fraction(sp_run *run, const sp_memorization_fraction_params *params,
                                   sp_memorization_fraction_result *result, const sp_copy **copies);

#ifdef __cplusplus
}
#endif
#endif
