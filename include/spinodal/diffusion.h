/* Regimes of diffusion models with the exact empirical score: speciation, collapse, sampling, cloning (spec 07).
 *
 * Time is that of the Ornstein-Uhlenbeck process dx = -x dt + sqrt(2) dW: x_t = e^{-t} a + sqrt(Delta_t) z,
 * Delta_t = 1 - e^{-2t}, for data a on the scale on which noise has variance 1. alpha = log(n)/d. */
#ifndef SPINODAL_DIFFUSION_H
#define SPINODAL_DIFFUSION_H

#include "spinodal/base.h"
#include "spinodal/data.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- time, noise and schedules ---------------------------------------------------------------------- */

double sp_noise_variance(double t); /* Delta_t = 1 - e^{-2t} */
double sp_log_snr(double t);        /* log(e^{-2t}/Delta_t) = -log(e^{2t} - 1) */
double sp_time_of_log_snr(double log_snr);
double sp_sigma_of_time(double t); /* sqrt(e^{2t} - 1): noise in units of the data, "variance exploding" */
double sp_time_of_sigma(double sigma);

/* A variance-preserving schedule: alpha_bar_k = prod_{j<=k} (1 - beta_j) = e^{-2 t_k}, k = 0..steps-1 (spec 07, 2). */
typedef struct {
    const char *name;
    size_t steps;
    const double *beta, *t; /* steps values; t increases */
} sp_noise_schedule;

/* "linear" or "linear:FIRST:LAST:STEPS" (default 1e-4, 0.02, 1000), "cosine" or "cosine:STEPS" (offset 0.008, beta <=
 * 0.999), or a file of betas. SP_USAGE or SP_DATA when a beta is outside (0,1). Memory of the run. */
sp_status sp_noise_schedule_create(sp_run *run, const char *text, sp_noise_schedule *out);

/* The first step, from 0, whose time exceeds t (alpha_bar_k < e^{-2t}); NAN when no step does. */
double sp_noise_schedule_step(const sp_noise_schedule *schedule, double t);

/* Times of a sampler: steps + 1 values, uniform in log-SNR from `from` down to 1e-4 (or from/10 when that is smaller), then
 * 0. steps >= 2. Memory of the run. */
sp_status sp_sampler_times(sp_run *run, double from, size_t steps, double **times);

/* 1/2 log(100 Lambda), at least 1: late enough for the mean of the data to be forgotten (spec 07, 3.6). */
double sp_sampler_start(double top_eigenvalue);

/* ---- two Gaussian clouds (spec 07, 3.2) --------------------------------------------------------------- */

/* Equal weights, N(+m, data_var I) and N(-m, data_var I), |m|^2 = d mu2. */
typedef struct {
    size_t d;
    double mu2, data_var;
} sp_mixture_model;

double sp_mixture_speciation_time(const sp_mixture_model *model); /* 1/2 log(d mu2) */
/* Where the curvature of the potential at q = 0 changes sign: 1 - 2 d mu2 e^{-2t} = 0; that of data_var = 1. */
double sp_mixture_curvature_time(const sp_mixture_model *model);
/* V(q,t) = q^2/2 - 2 mu2 log cosh(q e^{-t} sqrt d), q = x.m/sqrt d: backward drift dq/dtau = -dV/dq (data_var = 1). */
double sp_mixture_potential(const sp_mixture_model *model, double q, double t);
/* c = |m| e^{-t} / sqrt(Gamma_t), Gamma_t = Delta_t + data_var e^{-2t}: distance of the classes in units of their width. */
double sp_mixture_separation(const sp_mixture_model *model, double t);

/* Two clones (or a U-turn) end in the same class: phi = E_z sigmoid(2c(c+z)), z ~ N(0,1). 1e-14. 1200 exponentials. */
double sp_same_class_probability(double separation);
/* Information of x_t on the class, in nats: J = log 2 - E_z log(1 + exp(-2c(c+z))). */
double sp_class_information(double separation);

/* The model beside its closed forms: command `diffusion mixture`. */
typedef struct {
    size_t d;
    double mu2, data_var, n;
    sp_vec t, q, potential_t;
} sp_diffusion_mixture_params;

typedef struct {
    double Lambda, t_S_mixture, t_S_spectral, t_curvature, phi_t_S, separation_t_S, t_C_spectral, t_C_class, alpha;
} sp_diffusion_mixture_result;

sp_status sp_diffusion_mixture(sp_run *run, const sp_diffusion_mixture_params *params, sp_diffusion_mixture_result *result);

/* f_ex = alpha - (1/2) log(1 + data_var e^{-2t}/Delta_t) - J/d, n = e^{log_n} points, classes included (spec 07, 3.3). */
double sp_mixture_excess_entropy(const sp_mixture_model *model, double log_n, double t);

/* Cloning: run backward from `start` to t_b, duplicate, go on with independent noise; do the two end in the same class? */
typedef struct {
    size_t clones;       /* pairs */
    double dt;           /* Euler-Maruyama step, as the authors'; 0: ancestral steps on the sampler grid */
    size_t steps;        /* of the ancestral sampler */
    double start;        /* time from which all run; 0: sp_sampler_start */
    bool all_dimensions; /* simulate x in R^d instead of its exact one-dimensional reduction m.x/|m| */
} sp_clone_options;

typedef struct {
    double phi, phi_se; /* measured, binomial error */
    double phi_theory;
} sp_clone_point;

/* Simulated with the exact score of the mixture, at each of the branching times t_b (spec 07, 3.2). out: t_b.n points.
 * O(clones start/dt) operations, times d with all_dimensions. Resumable. */
sp_status sp_mixture_clone(sp_run *run, const sp_mixture_model *model, const sp_clone_options *options, sp_vec t_b,
                           sp_clone_point *out);

/* ---- collapse (spec 07, 3.3) -------------------------------------------------------------------------- */

/* Excess entropy per dimension of Gaussian data with n = e^{log_n} points and covariance eigenvalues `spectrum`:
 * f_ex = (1/d) (log n - 1/2 sum_a log(1 + lambda_a e^{-2t}/Delta_t)), t > 0. */
double sp_gaussian_excess_entropy(double log_n, sp_vec spectrum, double t);

/* The time where it vanishes: an upper bound for all data of this covariance. 0 when the spectrum is all zero. SP_FAILED
 * when the root is not found. For an isotropic spectrum 1/2 log(1 + lambda/(n^{2/d} - 1)) in closed form. */
sp_status sp_gaussian_collapse_time(sp_run *run, double log_n, sp_vec spectrum, double *t);

/* log n for which Gaussian data of this spectrum collapse at time t: the mutual information I(a; x_t). */
double sp_gaussian_information(sp_vec spectrum, double t);

/* n isotropic Gaussian points N(0, data_var I) in d dimensions; of mixtures well below the speciation time, the points of
 * the other classes do not count: class_fraction of the others compete with the seed. n need not be whole. */
typedef struct {
    double n;
    size_t d;
    double data_var, class_fraction;
} sp_collapse_model;

typedef struct {
    double phi_C;       /* E sum_mu w_mu^2 = E w_seed */
    double f_ex;        /* (1/d) E H(mu | x_t), nats */
    double phi_C_bound; /* lower bound E sigmoid(i(x;a) - log(n-1)) */
} sp_collapse_point;

/* Exact averages over data sets and noise by quadrature (spec 07, 3.5), about 1e-6, t > 0; 0.01 to 1 s. */
sp_status sp_collapse_exact(sp_run *run, const sp_collapse_model *model, double t, sp_collapse_point *out);

/* Command `diffusion exact`: thresholds. The grids are made by the command. */
typedef struct {
    double n;
    size_t d;
    double data_var, class_fraction;
    sp_vec t;
    size_t simulate, queries;
} sp_diffusion_exact_params;

typedef struct {
    double t_C_spectral, t_C_phi, t_C_ratio, alpha, phi_C, f_ex_over_alpha, width;
} sp_diffusion_exact_result;

sp_status sp_diffusion_exact(sp_run *run, const sp_diffusion_exact_params *params, sp_diffusion_exact_result *result);

/* The same measured: `sets` data sets, `queries` noised points each, summed directly in double. */
typedef struct {
    size_t sets, queries;
} sp_collapse_simulation;

typedef struct {
    double phi_C, phi_C_se, w_seed, w_seed_se, f_ex, f_ex_se; /* errors from the scatter between data sets */
} sp_collapse_measured;

/* Of an isotropic Gaussian (class_fraction 1), at the times t (any n >= 2 rounded to a whole number). out: t.n points.
 * O(sets queries n (d + t.n)). */
sp_status sp_collapse_simulate(sp_run *run, const sp_collapse_model *model, const sp_collapse_simulation *size, sp_vec t,
                               sp_collapse_measured *out);

/* ---- covariance of data (spec 07, 3.1) ------------------------------------------------------------------ */

typedef struct {
    size_t n, d;
    sp_vec eigenvalues; /* d values, descending, divisor n - 1, mean subtracted */
    size_t
        n_leading; /* computed one by one; the others share the rest of the trace equally (an upper bound of information) */
    double trace, effective_dimension; /* trace^2 / sum lambda^2 */
    double noise_edge;   /* Marchenko-Pastur edge of the bulk: directions below are not resolved by n samples */
    size_t n_resolved;   /* eigenvalues above the noise edge */
    size_t n_speciating; /* eigenvalues above 1 */
} sp_data_spectrum;

/* The name under which a run remembers the eigenvalues of this data (sp_memo_find: d doubles). Memory of the run. */
const char *sp_diffusion_spectrum_memo(sp_run *run, const sp_dataset *data);

/* All eigenvalues when min(n, d) <= 4096 (n d min(n,d) flops, in double); else the 256 leading ones by Lanczos. */
sp_status sp_diffusion_spectrum(sp_run *run, const sp_dataset *data, sp_data_spectrum *out);

/* The same from given eigenvalues, in any order. */
sp_status sp_spectrum_from_values(sp_run *run, sp_vec values, size_t n, sp_data_spectrum *out);

/* ---- collapse measured on data (spec 07, 3.4) ------------------------------------------------------------ */

typedef struct {
    const sp_dataset *data; /* NULL: theory of `spectrum` and `n` alone */
    sp_vec spectrum;
    double n;
    sp_vec t;       /* empty: 40 times around the collapse */
    size_t queries; /* noised data points */
    bool gaussian_surrogate;
    size_t subsample; /* rows used, chosen at random; 0: all */
    bool drop_duplicates;
    const char *schedule; /* of the column `step` */
} sp_diffusion_curves_params;

/* At one time; x_se: standard error over the queries, given the data. NAN where nothing was measured. */
typedef struct {
    double t;
    double f_ex, f_ex_se;                      /* (1/d) E H(mu|x), nats: never negative */
    double f_loo, f_loo_se;                    /* leave-one-out: negative below the collapse */
    double phi_C, phi_C_se, w_seed, w_seed_se; /* equal in expectation */
    double phi, phi_se;                        /* agreement of classes: E_x P(class of the seed | x_t) */
    double f_ex_gauss; /* Gaussian data of the same covariance: a lower bound of the population's f_ex */
} sp_diffusion_curve;

typedef struct {
    size_t n;
    sp_diffusion_curve *data,
        *surrogate; /* surrogate: the same pass on a Gaussian sample of the same spectrum; NULL: not asked */
} sp_diffusion_curve_list;

typedef struct {
    size_t n, d, queries, duplicates;
    double alpha, Lambda, t_S_spectral, t_C_spectral;
    double t_C_phi, t_C_phi_se, t_C_loo, t_C_loo_se; /* where phi_C = 1/2 and f_loo = 0 on this grid; NAN: not crossed */
    double surrogate_t_C_phi, surrogate_t_C_phi_se;
} sp_diffusion_curves_result;

/* Two products of queries x n x d and queries x n x t.n exponentials. */
sp_status sp_diffusion_curves(sp_run *run, const sp_diffusion_curves_params *params, sp_diffusion_curves_result *result,
                              sp_diffusion_curve_list *curves);

/* ---- times of speciation and collapse ----------------------------------------------------------------- */

typedef struct {
    const sp_dataset *data; /* NULL: closed forms of `spectrum` and `n` */
    sp_vec spectrum;
    double n;
    size_t queries;
    size_t trajectories; /* sampled for t_C_traj; 0: none */
    size_t steps;        /* of their sampler */
    double target_t;     /* wanted collapse time; 0: none */
    double kappa;        /* of the Bayes criterion: mean / standard deviation of the log-likelihood ratio */
    size_t subsample;
    bool drop_duplicates;
    const char *schedule; /* a further schedule: "" none */
} sp_diffusion_times_params;

typedef struct {
    size_t n, d, duplicates, n_speciating, n_resolved;
    double alpha, Lambda, effective_dimension, noise_edge;
    double t_S_spectral, t_S_class, t_S_class_se; /* class: largest over pairs */
    double t_C_spectral, t_C_phi, t_C_phi_se, t_C_loo, t_C_loo_se;
    double t_C_traj, t_C_traj_se, t_C_traj_median, t_C_traj_median_se;
    double log_n_target_spectral, n_target_spectral, n_target_measured,
        n_target_measured_se; /* samples that move t_C to target_t */
} sp_diffusion_times_result;

typedef struct {
    size_t class_k, class_l, n_k, n_l;
    double t_kl, t_kl_se, t_lk, t_lk_se; /* D/S = kappa under class k, under class l */
    double t_S_class, t_S_class_se;      /* their mean; NAN when never above kappa */
} sp_class_pair;

typedef struct {
    const char *name; /* of what happens in it */
    double t_from, t_to;
} sp_diffusion_regime;

typedef struct {
    sp_data_spectrum spectrum;
    size_t n_pairs;
    sp_class_pair *pairs;
    size_t n_regimes;
    sp_diffusion_regime *regimes; /* from late times to early ones */
    size_t n_answers;
    const char **answers;                     /* sentences */
    sp_noise_schedule linear, cosine, custom; /* custom.steps = 0: none */
} sp_diffusion_times_detail;

sp_status sp_diffusion_times(sp_run *run, const sp_diffusion_times_params *params, sp_diffusion_times_result *result,
                             sp_diffusion_times_detail *detail);

/* ---- exact empirical score at given points -------------------------------------------------------------- */

typedef struct {
    const sp_dataset *data, *points; /* points: noised points x_t; NULL with `at` */
    sp_vec at;                       /* coordinates of points, one after the other */
    double t;
    size_t top; /* weights listed for each point */
} sp_diffusion_posterior_params;

typedef struct {
    double log_density;                /* log P^e_t(x) */
    double N_eff, N_H, entropy, w_max; /* 1/sum w^2, exp(entropy) */
} sp_posterior_point;

typedef struct {
    size_t n, d, top, n_classes;
    sp_posterior_point *point; /* n */
    double *x, *score, *mean;  /* n x d: the points, grad log P^e_t(x), E[a | x_t] */
    size_t *index;             /* n x top: data points of largest weight, descending; SIZE_MAX past the last */
    double *weight;            /* n x top */
    double *class_weight;      /* n x n_classes, NULL without labels */
} sp_posterior_list;

sp_status sp_diffusion_posterior(sp_run *run, const sp_diffusion_posterior_params *params, sp_posterior_list *out);

/* ---- backward sampling (spec 07, 3.6) ------------------------------------------------------------------- */

typedef enum { SP_ANCESTRAL, SP_EULER_MARUYAMA } sp_sampler;

typedef struct {
    const sp_dataset *data;
    size_t samples, steps;
    double start;    /* 0: sp_sampler_start of the top eigenvalue */
    int sampler;     /* sp_sampler */
    size_t n_frames; /* states kept, evenly spaced in steps, the last at t = 0 */
    size_t n_path;   /* states kept as projections on the two leading principal directions, spaced likewise */
    size_t subsample;
    bool drop_duplicates;
} sp_diffusion_sample_params;

typedef struct {
    size_t n, d, samples, steps, duplicates, distinct_points; /* distinct_points: different data points reached */
    double start, t_C_traj, t_C_traj_se, t_C_traj_median, t_C_traj_median_se;
    double on_data, on_data_se; /* fraction that end within 1e-3 sqrt d of a data point */
} sp_diffusion_sample_result;

typedef struct {
    double t_C_traj;    /* largest grid time from which the nearest scaled data point stays the same */
    double nn_distance; /* of the end point from it */
    size_t nn_index;    /* row of the data (of the subsample or the distinct rows, when asked for) */
    double label;       /* its class; NAN without labels */
} sp_trajectory;

typedef struct {
    size_t n, d, n_frames;
    sp_trajectory *trajectory; /* n */
    double *frame_t;           /* n_frames */
    float *frame;              /* n x n_frames x d, on the scale of x_t */
    size_t n_path;
    double *path_t;         /* n_path */
    double *path;           /* n x n_path x 2 */
    double t_S_spectral;    /* NAN when no path was asked for, or there is no speciation */
    const sp_dataset *data; /* the rows that nn_index counts */
} sp_trajectory_list;

/* Blocks of 32 trajectories; resumable. O(samples steps n d). */
sp_status sp_diffusion_sample(sp_run *run, const sp_diffusion_sample_params *params, sp_diffusion_sample_result *result,
                              sp_trajectory_list *out);

/* The frames as a table of n * n_frames rows of d values (all frames of the first trajectory, then those of the next), in
 * the format of the ending of `path`: npy, csv, tsv, h5. */
sp_status sp_trajectory_frames_write(sp_run *run, const sp_trajectory_list *list, const char *path);

/* ---- cloning on data (spec 07, 3.7) --------------------------------------------------------------------- */

typedef struct {
    double t;                                              /* of the sampler's step nearest to t_b in log t */
    double phi_C, phi_C_se, phi_C_theory, phi_C_theory_se; /* both clones reach the same data point; E sum w^2 */
    double phi, phi_se, phi_theory, phi_theory_se;         /* the same class; NAN without labels */
} sp_data_clone_point;

/* options: clones, steps and start are used. queries: of the theory. out: t_b.n points,
 * from late times to early ones. Resumable. */
sp_status sp_data_clone(sp_run *run, const sp_dataset *data, const sp_clone_options *options, size_t queries, sp_vec t_b,
                        sp_data_clone_point *out);

#ifdef __cplusplus
}
#endif
#endif
