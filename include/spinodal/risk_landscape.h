/* Landscape of the empirical risk of a generalised linear model (spec 22): x on the unit sphere of R^d, n Gaussian rows
 * xi_i,
 *
 *     L(x) = (1/n) sum_i loss(y_i)            y_i = xi_i.x
 *     L(x) = (1/n) sum_i loss(y_i, s_i)       s_i = xi_i.x*, |x*| = 1, overlap q = x.x*
 *
 * Complexity: log of the number of stationary points per dimension d, annealed (log of the mean) or quenched (mean of the
 * log), at samples_per_dim = n/d, optionally at a given risk. Its multiplier is lam = - d complexity / d risk. */
#ifndef SPINODAL_RISK_LANDSCAPE_H
#define SPINODAL_RISK_LANDSCAPE_H

#include "spinodal/base.h"
#include "spinodal/data.h"
#include "spinodal/stationary_points.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Exactly one of loss and activation. A loss that uses s has a teacher; an activation phi stands for (phi(y) - phi(s))^2
 * / 2. */
typedef struct {
    const char *loss;       /* twice differentiable in y: "sin(2*y)", "(y^2-s^2)^2/2" */
    const char *activation; /* in y */
    double samples_per_dim;
} sp_risk_model;

/* ---- complexity -------------------------------------------------------------------------------------- */

typedef struct {
    sp_risk_model model;
    double lam;     /* multiplier of the risk; 0: all stationary points */
    sp_vec risk;    /* at most one: the risk instead of lam */
    sp_vec overlap; /* at most one, with a teacher: the overlap q; none: maximised over it */
    bool quenched;  /* without a teacher only */
    size_t bins;    /* rows of the two laws below */
} sp_risk_complexity_params;

/* A solution. When there is none: complexity NAN and `note` says why. */
typedef struct {
    double complexity, risk, lam;
    double t;          /* shift of the Hessian, <y loss'> */
    double A;          /* <loss'^2> */
    double g_re, g_im; /* Stieltjes transform of the Hessian's random part at t; g_im = 0: t outside its spectrum */
    double q, zeta;    /* teacher: overlap and its multiplier; quenched: overlap of two points and multiplier */
    double F_o;        /* quenched: <loss'_a loss'_b> */
    double ln_Fp;      /* quenched: ln(<loss'^2> - F_o) */
    double residual;
    double check; /* the complexity by the variational formula (3.1); NAN where there is none */
    size_t iterations;
    bool converged;
    const char *kind; /* "saddles", "gapped: ..." */
    const char *note; /* "" or why there is no number */
} sp_risk_point;

typedef struct {
    double x, gauss, density;
} sp_risk_density;

typedef struct {
    sp_risk_point annealed, quenched;
    sp_risk_point
        broken; /* quenched, odd losses at lam = 0: the pair of solutions at risks -+, if any (larger complexity) */
    size_t n;   /* rows of each law */
    sp_risk_density *preactivation, *hessian; /* law of y; density of Hessian eigenvalues (gauss: NAN) */
} sp_risk_complexity_result;

/* Spec 22, 3.2-3.4. Annealed about 20 ms, with a teacher at fixed overlap 0.5 s; quenched 0.2 s. SP_USAGE: malformed or
 * non-smooth loss, |overlap| > 0.99, a teacher with quenched. */
sp_status sp_risk_complexity(sp_run *run, const sp_risk_complexity_params *params, sp_risk_complexity_result *out);

/* ---- curve ------------------------------------------------------------------------------------------- */

/* Complexity against risk (no overlap list: lam is scanned both ways until it is negative), or, with a teacher, against the
 * given overlaps at fixed lam. */
typedef struct {
    sp_risk_model model;
    sp_vec overlap;
    double lam, step; /* step: largest change of the risk, in standard deviations of the loss under the normal law */
    size_t max_points;
    bool quenched;
} sp_risk_curve_params;

typedef struct {
    double complexity_max, risk_typical; /* lam = 0 */
    double risk_low, risk_high;          /* ends of the range of risks with positive annealed complexity */
    double risk_low_quenched, risk_high_quenched;
    double q_max; /* with a teacher: the overlap of largest complexity */
} sp_risk_curve_result;

typedef struct {
    size_t n;
    sp_risk_point *v;
    const char **kind; /* "annealed" or "quenched" of each row */
} sp_risk_point_list;

sp_status sp_risk_curve(sp_run *run, const sp_risk_curve_params *params, sp_risk_curve_result *result,
                        sp_risk_point_list *list);

/* ---- count ------------------------------------------------------------------------------------------- */

/* All stationary points of small random instances beside the exact mean of finite d (spec 22, 3.6). instances 0: the exact
 * mean alone, d to 32. */
typedef struct {
    sp_risk_model model;
    size_t d, instances, starts, samples;
} sp_risk_count_params;

typedef struct {
    sp_point_count counts; /* mean_exact and minima_exact: NAN with a teacher */
    size_t n_rows;         /* n = samples_per_dim d */
    double slope;          /* growth of ln(mean_exact)/d: (ln mean_exact - (1/2) ln d)/d */
} sp_risk_count_result;

sp_status sp_risk_count(sp_run *run, const sp_risk_count_params *params, sp_risk_count_result *result,
                        sp_point_instances *list);

/* The exact mean alone, in total and by index 0..d-1 (or NULL). n rows. */
sp_status sp_risk_exact_mean(sp_run *run, const sp_risk_model *model, size_t d, size_t samples, sp_index_count *total,
                             sp_index_count *by_index);

/* ---- points ------------------------------------------------------------------------------------------ */

typedef enum { SP_RISK_DESCENT, SP_RISK_NEWTON } sp_risk_method;

/* Stationary points of the risk on given rows (data), or on d-dimensional Gaussian ones (data NULL), compared with the
 * theory at the same samples_per_dim and risk. data: rows are used as they are; targets are the s of a loss with a teacher.
 */
typedef struct {
    sp_risk_model model; /* samples_per_dim: of Gaussian rows only */
    const sp_dataset *data;
    size_t d;
    int method;
    size_t starts, bins;
    bool whiten;
    double tolerance;
} sp_risk_points_params;

typedef struct {
    size_t id, hits, index;
    double risk, t, A, overlap, lambda_min, lambda_2, gradient; /* overlap with the teacher of Gaussian rows; else NAN */
} sp_risk_found;

/* Densities: theory at the risk of the points, measured over the points. */
typedef struct {
    double x, theory, measured, measured_se;
} sp_risk_bin;

typedef struct {
    double theory, measured, measured_se;
} sp_risk_comparison;

typedef struct {
    size_t n, d, n_found, minima;
    double samples_per_dim;
    double mean_size;                       /* |mean row|^2 n / d: about 1 for isotropic rows */
    double covariance_low, covariance_high; /* extreme eigenvalues of the rows' covariance */
    double mp_low, mp_high;                 /* Marchenko-Pastur edges of isotropic rows */
    bool isotropic;
    double risk_mean, risk_mean_se;
    sp_risk_comparison t, A, lambda_mean, lambda_variance;
    double lam, complexity_annealed; /* of the theory at that risk; NAN: no solution, see note */
    const char *note;
} sp_risk_points_result;

typedef struct {
    size_t n, n_bins;
    sp_risk_found *v;
    sp_risk_bin *preactivation, *hessian;
} sp_risk_found_list;

/* Newton finds points of every index (small d); descent finds minima. SP_USAGE: more than 2000 columns. */
sp_status sp_risk_points(sp_run *run, const sp_risk_points_params *params, sp_risk_points_result *result,
                         sp_risk_found_list *list);

#ifdef __cplusplus
}
#endif
#endif
