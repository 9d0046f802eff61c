/* Tensor principal components by averaged gradient descent, beside the usual baselines.
 *
 * T = strength v (x) ... (x) v + W of order k, |v| = 1, W symmetric and rotation invariant with variance 1 for entries of
 * distinct indices (times the product of the factorials of multiplicities for the others). The field is g_i(x) = sum
 * T_{i j..} x_j.. (k-1 contractions); estimates are unit vectors, m = x.v, and a = strength/n^(k/4). (Spec 26; G. Biroli, C.
 * Cammarota, F. Ricci-Tersenghi, arXiv:1905.12294.) */
#ifndef SPINODAL_TENSOR_PCA_H
#define SPINODAL_TENSOR_PCA_H

#include "spinodal/base.h"
#include "spinodal/data.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- averaged descent on any cost ------------------------------------------------------------------------ */

/* g = -gradient of the cost at `count` points x (count x n). May use sp_parallel. */
typedef sp_status (*sp_cost_force)(sp_run *run, size_t n, size_t count, const double *x, double *g, void *context);

typedef struct {
    size_t replicas, steps;
    bool resample; /* fresh positions q u + sqrt(1-q^2) z around the drift u in each step, q = t/steps; else the same ones */
    double eta;    /* step of the replicas along the common drift (not resampled) */
    uint64_t index; /* of the random streams */
} sp_averaged_descent_params;

typedef struct {
    double q, drift, spread; /* overlap of positions with the drift; |mean force|; |mean position|^2 */
} sp_averaged_step;

/* Averaged gradient descent on the unit sphere of R^n (spec 26, 3.1): replicas move along the mean of their forces. u (n)
 * receives the final direction; history: steps entries (or NULL); *taken of them are filled (stops when the replicas have
 * aligned, spread > 0.99). Cost: replicas x steps forces. */
sp_status sp_averaged_descent(sp_run *run, const sp_averaged_descent_params *params, size_t n, sp_cost_force force,
                              void *context, double *u, sp_averaged_step *history, size_t *taken);

/* ---- theory ------------------------------------------------------------------------------------------------ */

typedef struct {
    int64_t k;
    size_t n;
    double a, replicas; /* a = strength/n^(k/4); replicas may be inf */
} sp_tensor_pca_theory_params;

typedef struct {
    double strength;
    double m_1;                           /* overlap after one averaged step from uniform positions; nan for k > 3 */
    double a_c;                           /* heuristic threshold of averaged descent; nan for k > 3 */
    double m_random;                      /* 1/sqrt(n) */
    double amp_fixed;                     /* overlap where AMP ends from m_1 (state evolution) */
    double amp_random;                    /* and from 1/sqrt(n) */
    double strength_gd;                   /* where a single start begins to see the signal (k = 3: sqrt(2) n) */
    double value_threshold, value_ground; /* max T(x,..,x)/sqrt(n) of pure noise: where descent ends, and the maximum */
} sp_tensor_pca_theory_result;

/* Spec 26, 3.3-3.4 and 5. value_ground: n = infinity, from the zero of the complexity of minima. */
sp_status sp_tensor_pca_theory(sp_run *run, const sp_tensor_pca_theory_params *params, sp_tensor_pca_theory_result *out);

/* One step of AMP's state evolution. */
double sp_tensor_pca_evolve(int k, size_t n, double strength, double m);

/* ---- algorithms -------------------------------------------------------------------------------------------- */

enum { SP_PCA_CLOSED, SP_PCA_RESAMPLED, SP_PCA_REPLICAS, SP_PCA_GD, SP_PCA_POWER, SP_PCA_AMP, SP_PCA_UNFOLD };
enum { SP_POLISH_GD, SP_POLISH_POWER, SP_POLISH_NONE };

typedef struct {
    int method, polish;
    size_t replicas, steps; /* of averaged descent; closed: 0 steps stay at the first one, the partial trace */
    double eta;
    size_t iterations; /* most steps of gd, power, amp and polishing */
} sp_tensor_pca_method;

typedef struct {
    double t, q, value, drift, spread, m; /* value: T(x,..,x)/sqrt(n) at the drift; nan: does not apply */
} sp_tensor_pca_step;

typedef struct {
    double m_first;    /* overlap after one averaged step from uniform positions; nan: another method */
    double m_start, m; /* before and after polishing; nan: signal unknown */
    double value;      /* T(x,..,x)/sqrt(n) at the end */
    size_t iterations;
    bool converged;
    const double *x; /* n */
    size_t n_steps;
    const sp_tensor_pca_step *step;
} sp_tensor_pca_solution;

/* One generated instance. */
typedef struct {
    int64_t k;
    size_t n;
    double a;
    sp_tensor_pca_method method;
    uint64_t instance;
} sp_tensor_pca_minimize_params;
sp_status sp_tensor_pca_minimize(sp_run *run, const sp_tensor_pca_minimize_params *params, sp_tensor_pca_solution *out);

/* Success rates over instances. */
typedef struct {
    int64_t k;
    sp_vec n, a;
    size_t instances;
    size_t starts;    /* of gd for each tensor, sharing the passes over it; 1 for other methods */
    bool signal_side; /* gd, odd k: the sign of every start is chosen so that its overlap is positive */
    sp_tensor_pca_method method;
} sp_tensor_pca_scan_params;

typedef struct {
    size_t n;
    double a, success, success_se, low, high; /* m > 0.5 (odd k) or |m| > 0.5; Wilson interval */
    double m_first, m_first_se, m_theory;     /* overlap after one averaged step; m_1 */
    double m_start, m_start_se;               /* before polishing */
    double m, m_se;
    size_t instances, positive_starts, unconverged;
    double fit; /* of success, logistic; nan: no crossing, or it is that of success_positive */
    double success_positive, success_positive_se; /* of the instances whose start has m > 0 */
} sp_tensor_pca_rate;

typedef struct {
    size_t n;
    /* logistic fit of the success rates in ln a (random starts, odd k: of those with m > 0); nan: no crossing. When
     * several starts share a tensor the error includes the scatter over tensors. width: in ln a */
    double a_half, a_half_se, width;
} sp_tensor_pca_half;

typedef struct {
    size_t n_rates, n_halves;
    const sp_tensor_pca_rate *rate; /* for each n, for each a */
    const sp_tensor_pca_half *half; /* for each n */
    double exponent, exponent_se;   /* strength at success 1/2 ~ n^exponent, weighted fit; nan: fewer than two n */
    double exponent_chi2;           /* of that fit, over its degrees of freedom; nan: two n */
} sp_tensor_pca_scan;

/* Resumable between tensors. Memory n^k/k! single-precision numbers for each thread. */
sp_status sp_tensor_pca_scan_run(sp_run *run, const sp_tensor_pca_scan_params *params, sp_tensor_pca_scan *out);

/* ---- the user's tensor -------------------------------------------------------------------------------------- */

typedef struct {
    const char *tensor, *planted; /* n x ... x n array, or text lines of k indices from 0 and a value; signal or "" */
    int64_t k;
    bool symmetrise;
    const char *mask; /* weights of the entries, 0: missing, in the forms of the tensor; "": all equal */
    bool missing;     /* text lines: absent entries are missing, not zero */
    double noise;     /* standard deviation of entries with distinct indices; 0: estimated from their median size */
    size_t rank;      /* components, by deflation */
    size_t starts;    /* random starts of gd and power */
    size_t demo;      /* instead of data: an instance of this size, at `a` */
    double a, eta;
    size_t replicas, steps, iterations;
} sp_tensor_pca_data_params;

typedef struct {
    int method;
    size_t component;
    /* T(x,..,x)/(noise sqrt(n)), with weights w: of T w/<w>, whose noise is larger by sqrt(<w^2>)/<w>; strength and a in
     * that unit; z: against pure noise */
    double value, strength, a, z, overlap;
    double agreement; /* |x.y| with the best of this component */
    bool converged;
} sp_tensor_pca_candidate;

typedef struct {
    size_t n;
    double noise, density; /* sd of the entries; share of them that is observed */
    double value_threshold, value_ground, a_c;
    size_t n_candidates;
    const sp_tensor_pca_candidate *candidate; /* methods x components */
    const double *estimate;                   /* rank x n: the best of each component */
    double value, strength, a, overlap;       /* of the first component; the strength in the unit of the data */
    const char *best, *verdict;
} sp_tensor_pca_data_result;

sp_status sp_tensor_pca_data(sp_run *run, const sp_tensor_pca_data_params *params, sp_tensor_pca_data_result *out);

const char *sp_tensor_pca_name(int method); /* "closed", ... */

#ifdef __cplusplus
}
#endif
#endif
