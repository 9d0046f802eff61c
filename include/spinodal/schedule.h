/* Noise schedules in high dimension: which feature of two modes is recovered in how many steps (spec 10).
 *
 * Interpolant I_s = a_t z + b_t x with time s in [0, 1] from noise to data; the probability-flow equation dX/ds = v_s(X) is
 * followed with the exact velocity. t = 1/2 log(1 + a_t^2/b_t^2) is the time of spinodal/diffusion.h. */
#ifndef SPINODAL_SCHEDULE_H
#define SPINODAL_SCHEDULE_H

#include "spinodal/base.h"
#include "spinodal/data.h"

#ifdef __cplusplus
extern "C" {
#endif

/* a_t = sqrt(1 - s^2); sqrt(d) (1 - s); 1 - s. b_t = s. */
enum { SP_PATH_VP, SP_PATH_VE, SP_PATH_LINEAR };
/* Uniform in s; two phases with a share `fraction` of the steps in the window of width e = kappa/sqrt(d) where the mode is
 * chosen (vp, linear) or the shape is formed (ve); uniform in log-SNR (spec 10, 3.3 and 3.5). */
enum { SP_GRID_UNIFORM, SP_GRID_DILATED, SP_GRID_LOGSNR };
enum { SP_EULER, SP_HEUN };

typedef struct {
    int path, grid, method;
    double d, kappa, fraction;
    size_t steps;
} sp_path_grid;

double sp_path_noise(int path, double d, double s); /* a_t */
double sp_path_log_snr(int path, double d, double s);

/* s_0 = 0 .. s_K = 1. A window e >= 1 is no window: uniform, with a warning. Memory of the run. */
sp_status sp_path_grid_times(sp_run *run, const sp_path_grid *grid, double **s);

/* ---- two Gaussian modes p N(r, data_var) + (1-p) N(-r, data_var), |r|^2 = d ----------------------------------- */

typedef struct {
    double p, data_var;
} sp_two_modes;

/* The whole d-dimensional run is one scalar mu = r.x/sqrt(d) and one factor for the other coordinates (spec 10, 3.1): exact
 * for any d, O(K) for each evaluation of the map. */
typedef struct {
    double p_hat;    /* share of samples that end in the + mode: 1 - Phi(z*), mu_K(z*) = 0 */
    double data_var; /* variance recovered in each orthogonal direction */
    double z_star;
    size_t evaluations; /* velocities of one sample */
    bool converged;     /* z* found, and the map is monotone on a grid */
} sp_schedule_reduction;
sp_status sp_schedule_reduce(sp_run *run, const sp_two_modes *modes, const sp_path_grid *grid, sp_schedule_reduction *out);

/* mu along the run started at a_0 z; out: steps + 1. */
sp_status sp_schedule_trajectory(sp_run *run, const sp_two_modes *modes, const sp_path_grid *grid, double z, double *mu);

typedef struct {
    double p_hat, p_hat_se, data_var, data_var_se; /* orthogonal to r */
    double magnetization, magnetization_se;        /* Curie-Weiss: mean |1/d sum sign x_i| */
    double residual, residual_se;                  /* Curie-Weiss: mean (|x_i| - 1)^2 */
    double passes;                                 /* Curie-Weiss: average passes over the spins for each velocity */
} sp_schedule_measured;
/* Full vectors. noise > 0: dX = [v + noise score] ds + sqrt(2 noise) dW. O(samples K d); resumable. */
sp_status sp_schedule_simulate(sp_run *run, const sp_two_modes *modes, const sp_path_grid *grid, size_t samples,
                               double noise, sp_schedule_measured *out);

/* ---- Curie-Weiss: mu(a) ~ exp(B/(2d) (sum a)^2 + H/d sum a), a = +-1 ------------------------------------------ */

typedef struct {
    size_t d;
    double B, H;
} sp_curie_weiss;

double sp_curie_weiss_magnetization(double B); /* m* = tanh(B m*) > 0; NAN for B <= 1 */
/* Exact at finite d by the law of the sum: P(sum > 0), halves at 0; mean of sum/d in the + mode; E|sum|/d. */
sp_status sp_curie_weiss_exact(sp_run *run, const sp_curie_weiss *model, double *p_plus, double *m_plus, double *m_abs);
/* E[a | I_s = x] by Hubbard-Stratonovich quadrature (spec 10, 3.2); out: d. */
sp_status sp_curie_weiss_posterior(sp_run *run, const sp_curie_weiss *model, double a_t, double b_t, const double *x,
                                   double *out);
/* Full vectors with the exact velocity. denoise: the last step goes to E[a | x]. Large d: expansion of the log-weight around
 * its maxima (relative error below 1e-7), one exponential for each spin, step and maximum. Resumable. */
sp_status sp_curie_weiss_simulate(sp_run *run, const sp_curie_weiss *model, const sp_path_grid *grid, size_t samples,
                                  bool denoise, sp_schedule_measured *out);

/* ---- limits d -> infinity (spec 10, 3.4) ------------------------------------------------------------------------ */

double sp_schedule_vp_variance(double data_var, size_t steps); /* uniform vp: recovered variance, any d */
double sp_schedule_vp_collapse(double p, double x);            /* uniform vp: p_hat at sqrt(d)/K = x */
double sp_schedule_ve_limit(double p, size_t steps);           /* uniform ve: p_hat at d = infinity */
double sp_schedule_window_limit(double p, double kappa);       /* dilated vp, both phases refined */

/* ---- steps for data (spec 10, 3.5) --------------------------------------------------------------------------------- */

typedef struct {
    const sp_dataset *data; /* NULL: of the numbers below */
    double Lambda;          /* top eigenvalue, without data */
    double class_distance;  /* smallest |m_c - m_c'|, without data; 0: unknown */
    double s_min;           /* smallest scale that matters, standard deviation; 0: from the data */
    int path, grid;
    double kappa, fraction;
    size_t steps;
} sp_schedule_recommend_params;

typedef struct {
    size_t d;
    double Lambda, class_distance, s_min, s_max;
    double window;       /* e: share of s where the modes are chosen (vp, linear) or the shapes are formed (ve) */
    double sigma_last;   /* noise before the last step, in units of the data: below s_min/10 for sharp shapes */
    double s_speciation; /* b_t^2 Lambda = a_t^2 */
    double t_S_spectral, steps_uniform;
    const char *source; /* of the window: "eigenvalue" or "classes" */
} sp_schedule_recommend_result;

typedef struct {
    size_t steps;
    double *s; /* steps + 1 */
    double *a_t, *b_t, *t, *log_snr, *sigma;
    const char **phase;
    sp_vec eigenvalues; /* of the data, descending; empty without */
} sp_schedule_advice;

sp_status sp_schedule_recommend(sp_run *run, const sp_schedule_recommend_params *params,
                                sp_schedule_recommend_result *result, sp_schedule_advice *advice);

#ifdef __cplusplus
}
#endif
#endif
