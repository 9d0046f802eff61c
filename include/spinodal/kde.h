/* Kernel density estimates in large dimension (spec 03; Biroli, Mezard, arXiv:2408.05807).
 *
 * rho_hat_h(x) = (1/(n h^d)) sum_i K((x - y_i)/h) with n = e^{alpha d} points is the partition function of a random energy
 * model. Bandwidths: above h_CLT classical; between h_G and h_CLT heavy-tailed; below h_G a few points carry all the weight.
 * Everything "per dimension" is divided by d. Squared distances q = |x - y|^2. */
#ifndef SPINODAL_KDE_H
#define SPINODAL_KDE_H

#include "spinodal/base.h"
#include "spinodal/data.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- kernels: K(u) proportional to exp(-d kappa(|u|^2/d)) --------------------------------------------- */

typedef enum { SP_KDE_GAUSSIAN, SP_KDE_STUDENT, SP_KDE_TOPHAT } sp_kde_kernel_kind;

/* gaussian: kappa(v) = v/2. student: tau d degrees of freedom, kappa(v) = (1+tau)/2 log(1 + v/tau).
 * tophat: constant on |u|^2 < d (spec 03, 3.6). */
typedef struct {
    sp_kde_kernel_kind kind;
    double tau;
} sp_kde_kernel;

/* "gaussian", "student:TAU", "tophat". SP_USAGE otherwise. */
sp_status sp_kde_kernel_parse(sp_run *run, const char *text, sp_kde_kernel *out);

/* ---- theory, d -> infinity, Gaussian data ------------------------------------------------------------- */

typedef struct {
    double alpha;
    sp_vec
        spectrum; /* eigenvalues of the covariance, each standing for an equal share of the dimensions; 0: flat direction */
    double r;     /* query radius x^T Sigma^{-1} x / d; 1: typical */
    const char *kernel;
    sp_vec h; /* used by the command only */
} sp_kde_theory_params;

typedef struct {
    double s_star;   /* I(s_star) = alpha */
    double eps_star; /* squared distance per dimension of the nearest data point */
    double h_G, h_CLT, h_opt;
    double h_var;    /* relative variance of the estimate of order 1 */
    double KL_opt;   /* least KL per dimension */
    double KL_G;     /* at h_G */
    double log_rho;  /* (1/d) log rho(x) at radius r */
    double residual; /* |I(s_star) - alpha| */
    bool converged;
    sp_kde_kernel kernel;
} sp_kde_theory_result;

/* Thresholds, spec 03, 3.1-3.3 and 3.6. O(spectrum) for each of about 100 evaluations. SP_USAGE for alpha so large or small
 * that no s in e^{-60} .. e^{60} solves I(s) = alpha. h_G = 0: the estimate never condenses (far queries, small tau). */
sp_status sp_kde_theory(sp_run *run, const sp_kde_theory_params *p, sp_kde_theory_result *out);

/* lim (1/d) E log rho_hat_h(x), spec 03, 3.3. */
double sp_kde_log_density(const sp_kde_theory_params *p, const sp_kde_theory_result *r, double h);
/* (log rho(x) - E log rho_hat_h(x))/d; for r = 1 this is KL(rho || rho_hat_h)/d. */
double sp_kde_kl(const sp_kde_theory_params *p, const sp_kde_theory_result *r, double h);
/* Stable index m(h): 2 at h_CLT, 1 at h_G. */
double sp_kde_index(const sp_kde_theory_result *r, double h);
/* Condensed phase: E sum_i w_i^k for Poisson-Dirichlet weights PD(m, 0) = Gamma(k-m)/(Gamma(k) Gamma(1-m)); 0 for m >= 1. */
double sp_kde_weight_moment(double m, double k);
/* "condensed", "heavy-tailed" or "classical". */
const char *sp_kde_regime(double m);

/* Large-deviation functions of q/d at radius p->r: psi(s) = lim (1/d) log E exp(-s q/2), spec 03, 3.1. */
double sp_kde_psi(const sp_kde_theory_params *p, double s);
double sp_kde_eps(const sp_kde_theory_params *p, double s);  /* -2 psi'(s) */
double sp_kde_rate(const sp_kde_theory_params *p, double s); /* I(s) = s psi'(s) - psi(s) */

/* ---- exact at finite n and d: data N(0, I_d), gaussian kernel ----------------------------------------- */

typedef struct {
    double log_n; /* log of the number of data points, >= log 2; only this enters, so n may be e^200 */
    size_t d;
    double r;     /* |x|^2 = r d */
    bool average; /* over x ~ N(0, I) instead */
} sp_kde_exact_params;

typedef struct {
    double log_density;       /* (1/d) E log rho_hat_h(x) */
    double Y2;                /* E sum of squared weights */
    double relative_variance; /* Var Z / (E Z)^2 at |x|^2 = r d, closed form (spec 03, 3.4) */
    double skewness;          /* of Z at |x|^2 = r d; dominated by databases too rare to be seen when h < h_CLT */
} sp_kde_exact_point;

/* Quadrature of spec 03, 3.5; accuracy 1e-10 in log_density and Y2 (1e-9 averaged). Milliseconds for d < 1000, times 32 when
 * averaged; cost grows as d^{3/2}/h^2. */
sp_status sp_kde_exact(sp_run *run, const sp_kde_exact_params *p, double h, sp_kde_exact_point *out);

/* eps_1: squared distance per dimension within which one data point is expected; h_G_local = (2 n f(q_1))^{-1/2}: local
 * condensation bandwidth at rank one, so that the local tail exponent is (h/h_G_local)^2 (spec 03, 3.5). */
sp_status sp_kde_nearest(sp_run *run, const sp_kde_exact_params *p, double *eps_1, double *h_G_local);

/* The bandwidth of largest E log rho_hat, searched between a third and three times `start`. */
sp_status sp_kde_exact_optimum(sp_run *run, const sp_kde_exact_params *p, double start, double *h_opt, double *log_density,
                               bool *converged);

/* ---- simulation ---------------------------------------------------------------------------------------- */

typedef struct {
    size_t n, d;
    size_t databases; /* independent data sets: the errors are over these */
    size_t queries;   /* for each data set; ignored with `fixed` */
    sp_vec spectrum;  /* covariance of the data, repeated to fill d dimensions */
    sp_vec h;
    bool fixed; /* one query with |x|^2 = r d for each data set, distances drawn from their law; spectrum must be 1 */
    double r;
} sp_kde_simulate_params;

enum { SP_KDE_SPACINGS = 4 };
extern const size_t sp_kde_spacing_ranks[SP_KDE_SPACINGS]; /* 5, 10, 20, 50 */

typedef struct {
    double log_density, log_density_se; /* (1/d) log rho_hat */
    double Y2, Y2_se;
    double relative_variance, relative_variance_se; /* fixed: of Z over data sets; else NaN. The se is by bootstrap. */
    double skewness, skewness_se;
} sp_kde_simulated;

typedef struct {
    sp_kde_simulated *curve; /* one for each h */
    double h_G[SP_KDE_SPACINGS],
        h_G_se[SP_KDE_SPACINGS]; /* spacing estimators at the ranks above, root of the mean square */
    double *log_z;               /* fixed: [h][database] log(Z / E Z); else NULL */
} sp_kde_simulate_result;

/* Kernel estimates of Gaussian data (spec 03, 3.5, 3.8a, 7.2). Random streams "kde.data", "kde.query", "kde.distance", one
 * index for each data set. Cost: databases n queries (2 d + 10 h.n) flops. */
sp_status sp_kde_simulate(sp_run *run, const sp_kde_simulate_params *p, sp_kde_simulate_result *out);

/* Draws of log(Z / E Z) under the stable law that fits the tail at rank one (index m_local, spec 03, 3.4) at radius r.
 * SP_USAGE unless 0 < m_local < 2. Draws below 0 (possible for m > 1) are -inf. */
sp_status sp_kde_stable_draws(sp_run *run, const sp_kde_exact_params *p, double h, size_t n_draws, double *log_z);

/* ---- on data: best bandwidth and its regime ------------------------------------------------------------- */

/* All lengths are those of the dataset as given, after its scaling. */
typedef struct {
    const sp_dataset *data;
    sp_vec h; /* bandwidths of the scan, ascending; empty: 32 from 0.2 to 3 times the median nearest-neighbour distance /
                 sqrt d */
    const char *kernel;
    size_t subsample; /* rows left out in turn, drawn at random (stream "kde.subsample"); 0: all up to 4096 */
    bool drop_duplicates;
} sp_kde_fit_params;

/* Leave-one-out means over the held-out rows, and their standard errors over these rows. */
typedef struct {
    double h;
    double loo, loo_se;                                     /* log likelihood per point and dimension */
    double Y2, Y2_se;                                       /* sum of squared weights */
    double N_eff, N_eff_se;                                 /* 1 / mean Y2 */
    double N_H, N_H_se;                                     /* exp of the mean entropy of the weights */
    double frac_max_half, frac_max_half_se;                 /* rows whose largest weight is above 1/2 */
    double m_k5, m_k5_se, m_k10, m_k10_se, m_k20, m_k20_se; /* stable index from the spacings, (h/h_G_k)^2 */
    const char *regime;                                     /* from m_k5 */
} sp_kde_scan_row;

typedef struct {
    size_t n, d;             /* points used, after dropping duplicates */
    size_t held_out;         /* rows left out in turn */
    size_t duplicates;       /* rows equal to an earlier one */
    double d_eff;            /* (sum lambda)^2 / sum lambda^2 of the covariance */
    double alpha, alpha_eff; /* log(n)/d, log(n)/d_eff */
    double h_opt, h_opt_se;  /* largest leave-one-out likelihood */
    double h_opt_raw;        /* in units of the raw data; NaN when each column has its own */
    double h_G_k5, h_G_k5_se, h_G_k10, h_G_k10_se, h_G_k20, h_G_k20_se; /* condensation, from the spacings */
    double h_G_plugin, h_CLT_plugin, h_opt_plugin, KL_opt_plugin;       /* Gaussian theory with the spectrum of the data */
    double h_scott, h_silverman;
    double shrinkage; /* Ledoit-Wolf weight of the identity; 0 for n <= d (Gram matrix) */
    double residual;  /* |sum_i <q>_i / (n d h_opt^2) - 1| at h_opt (gaussian kernel) */
    bool converged;
    sp_kde_scan_row at_opt;
    size_t n_scan;
    sp_kde_scan_row *scan; /* memory of the run */
    sp_vec spectrum;       /* of the plug-in, d values */
    const char *verdict;   /* one sentence */
} sp_kde_fit_result;

/* Bandwidth of largest leave-one-out likelihood and the regime it is in, by three estimators (spec 03, 3.7-3.8): this is the
 * kernel verdict of a dataset. All bandwidths of the scan cost one pass over the data (2 held_out n d flops), then about
 * five more. SP_DATA: n < 3, or all rows equal. */
sp_status sp_kde_fit(sp_run *run, const sp_kde_fit_params *p, sp_kde_fit_result *out);

typedef struct {
    const sp_dataset *data;
    const sp_dataset *queries; /* scaled like data; NULL: the rows of data, each left out of its own estimate */
    const double *x;           /* n_x rows instead of `queries`; NULL: none */
    size_t n_x;
    sp_vec h;
    const char *kernel;
    bool score; /* gaussian kernel only */
} sp_kde_eval_params;

typedef struct {
    double log_density;
    double N_eff, N_H, w_max;
    size_t nearest; /* row of data */
    double nearest_distance;
    double h_G_k5; /* condensation bandwidth from the spacings at this query; NaN below 6 data points */
} sp_kde_value;

typedef struct {
    size_t n;            /* queries */
    sp_kde_value *value; /* [query][h] */
    double *score;       /* [query][h][d]: gradient of the log density, (sum w y - x)/h^2; NULL unless asked for */
} sp_kde_eval_result;

/* Log density, weights and score at given points (spec 03, 3.7). 2 n d flops a query (4 with the score). */
sp_status sp_kde_eval(sp_run *run, const sp_kde_eval_params *p, sp_kde_eval_result *out);

#ifdef __cplusplus
}
#endif
#endif
