/* When classes separate along the diffusion: any class structure that a Bayes classifier can recognise (spec 05).
 *
 * phi_k(x) = log P_t(x|k) is the free entropy of class k at the noised point x. For x of class k, l_kl = phi_k - phi_l has
 * mean D_kl and standard deviation S_kl; R_kl = D_kl/S_kl falls with t, and the classes separate at the largest time t_kl
 * where R_kl = kappa. t is the time of spinodal/diffusion.h; t_sym is the mean of t_kl and t_lk. */
#ifndef SPINODAL_SPECIATION_H
#define SPINODAL_SPECIATION_H

#include "spinodal/base.h"
#include "spinodal/data.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- universal late-time theory (spec 05, 3.1) -------------------------------------------------------------- */

/* Squared distance of the class means and of the covariances, |m_k - m_l|^2 and |C_k - C_l|_F^2: S^2 = 2 D = y dm2 + y^2
 * dC2/2, y = e^{-2t}. The time where S = 2 kappa; -inf when both are 0. Valid while e^{-2t} C is small. */
double sp_speciation_leading_time(double dm2, double dC2, double kappa);
/* Agreement phi = E_z sigmoid(S^2/2 + S z) and attribution Phi(S/2) of two equal classes in this regime. */
double sp_speciation_agreement(double S);
double sp_speciation_attribution(double S);

/* ---- the classes as a tree in time (spec 05, 3.5) ------------------------------------------------------------ */

/* Single linkage: at time t the classes with t_sym < t are one. Node numbers: classes 0..K-1, then merge i is K + i. */
typedef struct {
    double height; /* time of the merge: read from large to small during generation */
    size_t left, right, size;
} sp_class_merge;

typedef struct {
    size_t n_classes;
    sp_class_merge *merge; /* n_classes - 1, ascending heights */
} sp_class_tree;

/* t_sym: n_classes x n_classes, symmetric; NAN (never separate) counts as 0. Memory of the run. */
sp_status sp_class_tree_create(sp_run *run, size_t n_classes, const double *t_sym, sp_class_tree *out);
/* group[k] = number of the super-class of k, from 0, when the `n_super` latest ones are told apart. */
void sp_class_tree_cut(const sp_class_tree *tree, size_t n_super, size_t *group);
/* "(a:0.5,(b:0.2,c:0.2):0.3);" */
sp_status sp_class_tree_newick(sp_run *run, const sp_class_tree *tree, const char *const *name, const char **out);

/* ---- measured: one estimate for every model and for data ------------------------------------------------------ */

typedef struct {
    double D, D_se, S, S_se, R, R_se;
} sp_class_curve;

/* At one time. posterior[k * K + l] = E_{x~k} P(l|x); phi[k] its diagonal; correct[k] = P_{x~k}(argmax = k); super[s], s
 * = 1..K super-classes: E P(super-class of the point | x), super[K] = agreement of the classes. Each with its error. */
typedef struct {
    size_t n_classes;
    sp_class_curve *curve; /* K x K */
    double *posterior, *posterior_se, *correct, *correct_se, *super, *super_se;
} sp_class_agreement;

/* ---- Gaussian classes (spec 05, 3.2) ------------------------------------------------------------------------- */

/* Either all covariances are diagonal on `n` directions, direction i standing for multiplicity[i] equal coordinates (means
 * are 0 where it is not 1), or `covariance` is given and every multiplicity is 1. */
typedef struct {
    size_t n_classes, n;
    const double *multiplicity; /* n */
    const double *weight;       /* n_classes, of sum 1 */
    const double *mean;         /* n_classes x n */
    const double *variance;     /* n_classes x n, NULL with covariance */
    const double *covariance;   /* n_classes x n x n */
} sp_gaussian_classes;

double sp_gaussian_classes_dimension(const sp_gaussian_classes *classes);

/* From what a user types; memory of the run. SP_USAGE when the lists do not fit together. */
typedef struct {
    size_t d;
    sp_vec data_var;   /* one variance for each class: their number is that of the classes */
    sp_vec mean;       /* empty: zero; one position for each class along a common direction; or n_classes x d */
    sp_vec power;      /* empty, or eigenvalues of class k proportional to rank^-power[k], of mean data_var[k] */
    sp_vec spectrum;   /* empty, or n_classes x d eigenvalues on common directions (data_var then only counts classes) */
    sp_vec covariance; /* empty, or n_classes x d x d */
    sp_vec weights;    /* empty: equal */
} sp_gaussian_classes_params;
sp_status sp_gaussian_classes_create(sp_run *run, const sp_gaussian_classes_params *params, sp_gaussian_classes *out);

/* D = 1/2 [tr(B^-1 A) - N - log det(B^-1 A)] + 1/2 delta B^-1 delta and S^2 = 1/2 |B^-1/2 A B^-1/2 - I|^2 + delta B^-1 A
 * B^-1 delta for A = Delta + e^{-2t} C_k, B the same of l, delta = e^{-t}(m_k - m_l). O(n), or n^3 with covariances. */
sp_status sp_gaussian_ratio(sp_run *run, const sp_gaussian_classes *classes, size_t k, size_t l, double t, double *D,
                            double *S);
/* The largest time where D = kappa S, to 1e-12; NAN when the classes never separate. */
sp_status sp_gaussian_pair_time(sp_run *run, const sp_gaussian_classes *classes, size_t k, size_t l, double kappa,
                                double *t);
/* Leading-order time of the pair (sp_speciation_leading_time), and whether the means decide at it. */
double sp_gaussian_leading_time(const sp_gaussian_classes *classes, size_t k, size_t l, double kappa);
bool sp_gaussian_mean_driven(const sp_gaussian_classes *classes, size_t k, size_t l, double t);

/* Exact averages by quadrature over the sufficient statistics: one projection and one radius (isotropic classes whose means
 * lie on a line). *known is false for other classes. posterior: K x K, correct: K. */
sp_status sp_gaussian_agreement_exact(sp_run *run, const sp_gaussian_classes *classes, double t, double *posterior,
                                      double *correct, bool *known);
/* Measured on `samples` points of each class (their sufficient statistics). O(samples K n), K n^2 with covariances. */
sp_status sp_gaussian_agreement_simulate(sp_run *run, const sp_gaussian_classes *classes, const sp_class_tree *tree,
                                         size_t samples, sp_vec t, sp_class_agreement *out);

/* ---- Ising chains (spec 05, 3.3 and 3.4) --------------------------------------------------------------------- */

/* log Z(beta, h)/Z(beta, 0) of an open chain in the fields h. magnetization: NULL or n values. One exponential a site. */
double sp_ising_free_entropy(size_t n, double beta, const double *h, double *magnetization);

typedef struct {
    double F; /* lim 1/N E log Z(beta_j, h)/Z(beta_j, 0) for data of beta_k at time t */
    size_t nodes, iterations;
    double residual; /* last change of the law of the cavity field, L1 */
    bool converged;
} sp_ising_cavity;
/* Random-field integral equation by Nystrom quadrature; 1e-12. O(nodes^2 + iterations nodes width). */
sp_status sp_ising_cavity_solve(sp_run *run, double beta_k, double beta_j, double t, sp_ising_cavity *out);
/* D_kl/N = F_kk - F_kl; below e^{-2t} = 1e-5 the expansion c_kl e^{-4t}/4 is used. */
sp_status sp_ising_divergence_rate(sp_run *run, double beta_k, double beta_l, double t, double *D_rate, bool *converged);
/* c_kl = (1+T_k^2)/(1-T_k^2) + (1+T_l^2)/(1-T_l^2) - 2 (1+T_k T_l)/(1-T_k T_l): D_kl/N -> e^{-4t} c_kl/4. */
double sp_ising_distance(double beta_k, double beta_l);
/* Where N D_rate = 2 kappa^2 (D = S^2/2): NAN when it is never reached. */
sp_status sp_ising_pair_time(sp_run *run, double N, double beta_k, double beta_l, double kappa, double *t, bool *converged);

typedef struct {
    size_t N;
    bool periodic;
    sp_vec betas, weights; /* weights empty: equal */
} sp_ising_classes;
/* Measured on `samples` chains of each class, each noised at all times. O(samples K^2 N t.n). */
sp_status sp_ising_agreement_simulate(sp_run *run, const sp_ising_classes *classes, const sp_class_tree *tree,
                                      size_t samples, sp_vec t, sp_class_agreement *out);

typedef struct {
    double D_rate, D_rate_se, S2_rate, S2_rate_se; /* per site */
} sp_ising_rates;
/* One chain of `sites` spins of class k cut into blocks of 2000: mean and variance of l_kl. */
sp_status sp_ising_rates_measure(sp_run *run, double beta_k, double beta_l, double t, size_t sites, sp_ising_rates *out);

/* ---- U-turns (spec 05, 3.6) ---------------------------------------------------------------------------------- */

/* Noise a point of class k to t, denoise with the exact score, see whether Bayes attributes the end to class k. phi_end: so
 * measured; phi_posterior: mean posterior of the class at the turning points, equal to it when the classes are disjoint at
 * t = 0. */
typedef struct {
    double phi_end, phi_end_se, phi_posterior, phi_posterior_se;
} sp_uturn;

/* out: t.n x K. steps: of the ancestral sampler on the grid t (1 - j/n)^2. Resumable. O(turns K steps K n), covariances
 * n^2. All multiplicities are written out. */
sp_status sp_gaussian_uturn(sp_run *run, const sp_gaussian_classes *classes, size_t turns, size_t steps, sp_vec t,
                            sp_uturn *out);
/* steps 0: exact draws from the posterior. Open chains. */
sp_status sp_ising_uturn(sp_run *run, const sp_ising_classes *classes, size_t turns, size_t steps, sp_vec t, sp_uturn *out);

/* ---- labelled data (spec 05, 3.7) ---------------------------------------------------------------------------- */

enum { SP_CLASSES_ALL, SP_CLASSES_MOMENTS, SP_CLASSES_GAUSS, SP_CLASSES_KDE, SP_CLASSES_LOGITS };

typedef struct {
    const sp_dataset *data;
    int estimator;
    sp_vec t; /* ascending; empty: 40 times that cover the separations */
    double kappa;
    size_t rank;        /* principal directions of a class, the rest is isotropic; 0: all up to d = 128, else 64 */
    size_t queries;     /* noised points of the kernel estimate */
    const char *logits; /* table t, sample, logit_1..logit_K of a classifier trained on noised data; "" none */
} sp_speciation_data_params;

typedef struct {
    double kl, kl_se, lk, lk_se; /* seen from k, from l */
} sp_pair_time;

typedef struct {
    size_t class_k, class_l, n_k, n_l;
    double dm2, dm2_se, dC2, dC2_se; /* |m_k - m_l|^2 and |C_k - C_l|_F^2, unbiased */
    double dm2_naive, dC2_naive;     /* from the plain sample moments: too large by tr(C)^2/n */
    double t_moments, t_moments_se;
    sp_pair_time gauss, kde, logits;
    double t_sym, t_sym_se; /* of the first of logits, gauss, kde, moments that was asked for */
    const char *driver;     /* mean, covariance or none */
    const char *reason;     /* why t_sym is NAN; "" */
} sp_speciation_pair;

typedef struct {
    size_t n, d, n_classes, n_pairs;
    double t_first, t_first_se, t_last, t_last_se; /* first and last pair in generation: largest and smallest t_sym */
    double t_C_spectral;                           /* collapse, upper bound: the kernel estimate is meaningless below */
    const char *estimator;                         /* that of t_sym and of the curves */
    const char *newick;
} sp_speciation_data_result;

typedef struct {
    sp_speciation_pair *pair;
    sp_vec t;
    sp_class_agreement *agreement; /* t.n; NULL with moments alone */
    sp_class_tree tree;
    double *t_last_correct; /* n: from this time down the point is attributed to its class */
    double *posterior;      /* n x t.n: of its own class */
} sp_speciation_data_detail;

/* SP_DATA: unlabelled, one class, a class of fewer than 4 points. */
sp_status sp_speciation_data(sp_run *run, const sp_speciation_data_params *params, sp_speciation_data_result *result,
                             sp_speciation_data_detail *detail);

#ifdef __cplusplus
}
#endif
#endif
