/* Random features (lazy networks): where a model of a given size overfits, in closed form and by simulation.
 *
 * Model (spec 21, 2): inputs x ~ N(0, Sigma) in R^d, teacher nu = theta.x / sqrt(d), student
 *     f(x) = (1/sqrt d) sum_{i<=p} w_i [sigma(F_i.x / sqrt d) - mu0],   F_i ~ N(0, I_d),
 * trained on n rows by minimising  sum of losses + (ridge/2) |w|^2.  psi1 = p/d, psi2 = n/d.
 * Everywhere "ridge" is this lambda; the papers' ridge_paper is lambda / (psi1 psi2). */
#ifndef SPINODAL_FEATURES_H
#define SPINODAL_FEATURES_H

#include "spinodal/base.h"
#include "spinodal/data.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- activation ------------------------------------------------------------------------------------- */

struct sp_expression;

/* Gaussian moments of an activation for pre-activations G ~ N(0, variance) (spec 21, 2):
 * mu0 = E s(G), mu1 = E[G s(G)] / variance, mu_star2 = E s(G)^2 - mu0^2 - variance mu1^2. */
typedef struct {
    const char *name;
    int kind;
    double slope; /* of the leaky family */
    const struct sp_expression *expression;
    double variance, mu0, mu1, mu_star2;
} sp_activation;

/* relu, tanh, erf, abs, sign, linear, "leaky:A" (A in [-1,1]: -1 linear, 0 relu, 1 abs; unit variance), or an expression
 * in x such as "x^2*exp(-x)". SP_USAGE when unknown, or constant. Memory of the run. */
sp_status sp_activation_open(sp_run *run, const char *text, double variance, sp_activation *out);

/* The leaky activation of unit variance with degree of linearity r = mu1^2/(mu1^2 + mu_star2) in [0,1] (spec 20, 2). */
sp_status sp_activation_linearity(sp_run *run, double r, double variance, sp_activation *out);

/* mu1^2 v / (v mu1^2 + mu_star2), the degree of linearity. */
double sp_activation_degree(const sp_activation *s);

/* x[i] <- s(x[i]) - mu0. */
void sp_activation_apply(const sp_activation *s, size_t n, double *x);

/* ---- population of inputs and teacher --------------------------------------------------------------- */

/* Blocks of equal covariance eigenvalue c, fraction of directions `weight` (sum 1) and mean square teacher th2. */
typedef struct {
    size_t n;
    const double *c, *weight, *th2;
} sp_population;

/* Covariance blocks from lists: weights NULL-or-empty: equal; th2 empty: all `signal_var`. Refuses negative eigenvalues,
 * lists of different lengths, weights that do not add up to 1 (1e-6). Memory of the run. */
sp_status sp_population_open(sp_run *run, sp_vec c, sp_vec weight, sp_vec th2, double signal_var, sp_population *out);

/* Strong and weak block (spec 17, 2): fraction phi of directions with variance ratio rx and teacher ratio rb to the others,
 * <c> = 1 and <c th2> = signal_var. */
sp_status sp_population_strong_weak(sp_run *run, double phi, double rx, double rb, double signal_var, sp_population *out);

double sp_population_variance(const sp_population *q); /* v = <c> */
double sp_population_signal(const sp_population *q);   /* rho = <c th2> = E nu^2 */
double sp_population_rank(const sp_population *q);     /* exp(-sum p ln p), p = c/sum c, in units of d (1: isotropic) */

/* ---- ridge regression: closed theory ---------------------------------------------------------------- */

typedef struct {
    double psi1, psi2, ridge, noise_var, mu1, mu_star2;
} sp_features_point;

/* Test errors are against the clean target. test = bias + sampling + init + noise. */
typedef struct {
    double test, train; /* one learner; train: mean square residual on its n noisy rows */
    double bias, sampling, init, noise;
    double noise_shared;     /* the part of noise that infinitely many learners on the same data keep */
    double kappa, A, V, chi; /* kappa = A chi; A = 1/(1+V): train = A^2 (test + noise_var) */
    double M, Q, Q12;        /* E f nu, E f^2, E f f' of two learners with own features and the same data */
    double weight_norm;      /* |w|^2 / d */
    double one_minus_b1;     /* 0: the test error diverges (interpolation threshold without ridge) */
    double residual;         /* of the equation for kappa, relative to min(psi1, psi2) */
    int iterations;
    bool converged;
} sp_features_ridge;

/* Spec 21, 3.1-3.4 and 3.6 at once, any spectrum, ridge >= 0. With h_b = kappa t_b / (1 + kappa t_b), t = psi2 mu1^2 c,
 * a = psi2 mu_star2, G = a kappa + <h>, the two nested equations of the spec are the single monotone equation
 *     ridge psi2 kappa = (psi1 - G)(psi2 - G),    A = 1 - G/psi2,
 * whose ridgeless limit G = min(psi1, psi2) is exact. Then, with T = <h^2>, g = G - T, W = <c th2 h (1-h)>:
 *     1 - b1 = [g (psi1-G + psi2-G) + (psi1-G)(psi2-G)] / (psi2 (psi1 - T)),
 *     bias = <c th2 (1-h)^2>,  sampling = bias T/(psi2-T),  R = bias + W g/(psi1-T),
 *     init = R/(1-b1) - bias psi2/(psi2-T),  noise = noise_var b1/(1-b1),  noise_shared = noise_var T/(psi2-T).
 * At an exact divergence the terms are inf. Cost: blocks x about 10 iterations. */
void sp_features_ridge_solve(const sp_features_point *p, const sp_population *q, sp_features_ridge *out);

/* K learners with own features averaged, same data; K may be INFINITY (spec 21, 3.5). */
double sp_features_ensemble(const sp_features_ridge *r, double k);
/* K learners with own features and own data of the same size. */
double sp_features_divide(const sp_features_ridge *r, double k);

/* ---- a grid of points as the options describe it ---------------------------------------------------- */

/* The options that all verbs share; an empty list or a zero is "not given". */
typedef struct {
    const char *activation;
    sp_vec linearity;
    sp_vec psi1, psi2, p, n; /* give psi1 or p, psi2 or n */
    size_t d;
    sp_vec ridge, ridge_paper; /* give one */
    sp_vec noise_var, snr;     /* give one; snr = sqrt(signal_var/noise_var) */
    double signal_var;
    sp_vec spectrum, weights, teacher; /* covariance blocks */
    sp_vec phi, rx, rb;                /* or strong and weak blocks: one phi, lists of ratios */
} sp_features_options;

/* Every point is a combination; the last list runs fastest. */
typedef struct {
    size_t n_activations, n_noise, n_ridge, n_psi1, n_psi2;
    const sp_activation *activation;
    const double *noise_var, *ridge, *psi1, *psi2;
    bool ridge_is_paper;
    size_t d;
    sp_population population;
} sp_features_grid;

/* Checks the options and fills the lists; defaults of what is not given (ridge when its list is not empty, else
 * ridge_paper). SP_USAGE, before any work, for contradictions (noise_var and snr, p and psi1, ridge and ridge_paper,
 * spectrum and phi). Memory of the run. */
typedef struct {
    sp_vec psi1, psi2, ridge_paper, noise_var, ridge;
} sp_features_defaults;
sp_status sp_features_grid_open(sp_run *run, const sp_features_options *o, const sp_features_defaults *defaults,
                                sp_features_grid *out);
size_t sp_features_grid_size(const sp_features_grid *g);
/* Point i and the index of its activation. */
sp_features_point sp_features_grid_at(const sp_features_grid *g, size_t i, size_t *activation);
double sp_features_ridge_paper(const sp_features_point *p);

/* ---- searches over the theory ----------------------------------------------------------------------- */

typedef enum { SP_PEAK_LINEAR, SP_PEAK_NONLINEAR, SP_PEAK_OTHER } sp_peak_kind;
typedef struct {
    sp_peak_kind kind;
    double psi;        /* psi2 of a scan over samples, psi1 of a scan over features */
    double height;     /* test error there; inf at an exact divergence */
    double prominence; /* height above the higher of the two neighbouring minima */
} sp_features_peak;

typedef struct {
    bool along_features; /* scan psi1 at fixed psi2 instead of psi2 at fixed psi1 */
    bool fixed_ridge;    /* keep `ridge` along the scan; else keep ridge_paper */
    double k;            /* learners averaged; INFINITY allowed */
    double low, high;    /* scanned range of psi */
    size_t steps;        /* points, log-spaced; psi = 1 and psi1 = psi2 are always among them */
} sp_peak_scan;

/* Interior local maxima of the test error, each refined to 1e-6 in log10 (spec 20, 3.3). At most `cap` are written. */
sp_status sp_features_peaks(sp_run *run, const sp_features_point *p, const sp_population *q, const sp_peak_scan *scan,
                            size_t cap, sp_features_peak *out, size_t *n);

typedef struct {
    double ridge, ridge_paper, test;
    bool at_edge; /* the best ridge lies at an end of the range */
    bool converged;
} sp_features_best;

/* The ridge of least test error of K averaged learners, searched over [low, high] (in ridge_paper, log-spaced scan of 20
 * points a decade, then golden section to 1e-9). */
sp_status sp_features_tune(sp_run *run, const sp_features_point *p, const sp_population *q, double k, double low,
                           double high, sp_features_best *out);

/* ---- spectrum of the feature covariance ------------------------------------------------------------- */

typedef struct {
    size_t n_bulks;
    double low[8], high[8], mass[8]; /* edges and share of the p eigenvalues in each bulk */
    double zero_mass;                /* share of exactly zero eigenvalues */
    double smallest;                 /* smallest nonzero edge */
    double mean;                     /* (1/p) tr */
} sp_features_edges;

/* Density (per feature) of the nonzero eigenvalues of (1/n) U^T U at x > 0 (spec 20, 3.4), from the equation of
 * sp_features_ridge_solve at ridge = -psi2 (x + i0). `residual` (may be NULL): of the complex root. */
sp_status sp_features_density(sp_run *run, const sp_features_point *p, const sp_population *q, size_t n, const double *x,
                              double *density, double *residual);
sp_status sp_features_edges_find(sp_run *run, const sp_features_point *p, const sp_population *q, sp_features_edges *out);
/* Share of the features with eigenvalues between low > 0 and high. */
sp_status sp_features_mass(sp_run *run, const sp_features_point *p, const sp_population *q, const sp_features_edges *e,
                           double low, double high, double *out);

/* ---- training time ---------------------------------------------------------------------------------- */

/* Gradient flow dw/dT = -(d/n) Z^T (Z w - y) from w = 0 (spec 20, 3.5), no ridge. The flow is a superposition of ridge
 * estimators: (1 - e^{-lT'})/l = sum_k gamma_k / (l + lambda_k), T' = T d/n, with the nodes of a parabola around [0, inf)
 * (Talbot, Weideman and Trefethen 2007), and two ridge estimators have a closed overlap. Exact in the limit d -> infinity.
 */
typedef struct {
    double test, train, bias, sampling, init, noise;
    double residual; /* change of the test error between two numbers of nodes, relative to test + noise_var */
    bool converged;
} sp_features_flow;
sp_status sp_features_flow_solve(sp_run *run, const sp_features_point *p, const sp_population *q, double train_time,
                                 sp_features_flow *out);

/* ---- simulation of the square loss ------------------------------------------------------------------ */

typedef struct {
    double mean, se;
} sp_measured;

typedef struct {
    size_t d, repeats, test_points;
} sp_features_trial;

typedef struct {
    sp_measured test, train, bias, sampling, init, noise, ensemble; /* ensemble: infinitely many learners on the same data */
    sp_measured Q, Q12, weight_norm;
    double covariance; /* of the means of test and ensemble */
} sp_features_measured;
/* K learners with own features on the same data: (1-1/K) ensemble + test/K. */
sp_measured sp_features_measured_ensemble(const sp_features_measured *m, double k);

/* Direct ridge regression of round(psi1 d) features on round(psi2 d) rows, all ridges through one eigendecomposition a draw
 * (spec 21, 3.8): two data sets x two feature draws x two noise draws give unbiased products for the four terms; `repeats`
 * independent teachers give the standard errors. ridge 0: pseudo-inverse. out: n_ridge values. */
sp_status sp_features_measure(sp_run *run, const sp_features_point *p, const sp_activation *s, const sp_population *q,
                              sp_vec ridge, const sp_features_trial *trial, sp_features_measured *out);

/* The same for every point of a grid (out: sp_features_grid_size values); ridges of one size share their draws. */
sp_status sp_features_grid_measure(sp_run *run, const sp_features_grid *g, size_t repeats, size_t test_points,
                                   sp_features_measured *out);

/* Test and train error of the flow at each time, through one eigendecomposition a draw. */
sp_status sp_features_flow_measure(sp_run *run, const sp_features_point *p, const sp_activation *s, const sp_population *q,
                                   sp_vec train_time, const sp_features_trial *trial, sp_measured *test, sp_measured *train);

/* Eigenvalues of (1/n) U^T U of `repeats` draws: the share per feature in each bin [edge[i], edge[i+1]). smallest and
 * largest nonzero eigenvalue. */
sp_status sp_features_histogram(sp_run *run, const sp_features_point *p, const sp_activation *s, const sp_population *q,
                                size_t bins, const double *edge, const sp_features_trial *trial, sp_measured *share,
                                sp_measured *smallest, sp_measured *largest);

/* ---- any convex loss -------------------------------------------------------------------------------- */

typedef enum { SP_LOSS_SQUARE, SP_LOSS_LOGISTIC, SP_LOSS_HINGE, SP_LOSS_SQHINGE, SP_LOSS_OWN } sp_loss_kind;

/* A loss of the margin m = y f (spec 17, 2): square (1/2)(1-m)^2, logistic ln(1+e^-m), hinge max(0,1-m), sqhinge
 * (1/2)max(0,1-m)^2, or the user's own convex expression in m; kinks: its margins without second derivative, found by scan.
 */
typedef struct {
    sp_loss_kind kind;
    const char *name;
    const struct sp_expression *expression;
    sp_vec kinks;
} sp_loss;

/* A name or an expression in m. SP_USAGE when it cannot be read or is not convex on [-20, 20]. Memory of the run. */
sp_status sp_loss_open(sp_run *run, const char *text, sp_loss *out);
/* Several, separated by commas outside parentheses. */
sp_status sp_losses_open(sp_run *run, const char *text, size_t *n, const sp_loss **out);
double sp_loss_value(const sp_loss *loss, double m);
/* z = argmin (z-u)^2/(2V) + loss(z) and dz/du (spec 17, 3.2). */
void sp_loss_prox(const sp_loss *loss, double u, double V, double *z, double *dz);

typedef struct {
    double test_err;                         /* against clean labels: acos(M/sqrt(rho Q))/pi */
    double test_err_noisy;                   /* against flipped labels */
    double test_loss, train_err, train_loss; /* means over (noisy) labels */
    double V, Q, M, weight_norm;
    double residual;
    int iterations;
    bool converged;
} sp_classifier;

/* Labels y = sign(nu), flipped with probability `flip`. Saddle point of channel and spectral step (spec 17, 3.1-3.5); square
 * loss in closed form for every ridge >= 0, other losses need ridge > 0. start (may be NULL): warm start. p->noise_var is
 * not used. */
sp_status sp_features_classify(sp_run *run, const sp_features_point *p, const sp_population *q, const sp_loss *loss,
                               double flip, const sp_classifier *start, sp_classifier *out);

typedef struct {
    double m;        /* M/sqrt(rho Q) at the threshold */
    double psi1;     /* above: the two classes are separable, training error 0 */
    double test_err; /* there */
    double Q_out;    /* 1 at a true solution */
    double residual;
    bool converged;
} sp_separability;

/* Largest number of features without zero training error, at psi2 samples (spec 17, 3.7). p->psi1 and p->ridge are not used.
 */
sp_status sp_features_separability(sp_run *run, const sp_features_point *p, const sp_population *q, double flip,
                                   sp_separability *out);

typedef struct {
    sp_measured test_err, test_loss, train_err, train_loss, weight_norm;
    double residual; /* worst gradient norm or duality gap, per sample */
    bool converged;
} sp_classifier_measured;

/* Direct minimisation: Cholesky (square), Newton (logistic, sqhinge, smooth own), dual coordinate ascent (hinge). */
sp_status sp_features_classify_measure(sp_run *run, const sp_features_point *p, const sp_activation *s,
                                       const sp_population *q, const sp_loss *loss, double flip,
                                       const sp_features_trial *trial, sp_classifier_measured *out);

/* ---- fixed features: Gaussian covariate model -------------------------------------------------------- */

/* Covariance eigenvalues w of the features u (f = u.w, no factor), and t_i on each eigenvector (spec 17, 3.6): (v_i . E[y
 * u])^2 for regression (rho = E y^2), (v_i . E[nu u])^2 for labels sign(nu) (rho = E nu^2). With `classes` the labels are
 * two Gaussian classes of means +-mu and common covariance: w of that covariance, t_i = (v_i . mu)^2, rho unused; then the
 * margins are N(M, Q) instead of those of a teacher (Mignacco et al., 2020). Estimated t may be negative for single
 * directions. */
typedef struct {
    size_t n;
    const double *w, *t;
    double rho;
    bool classes;
} sp_covariate;

typedef struct {
    double test, train, M, Q, V, A, weight_norm, one_minus_b1, residual;
    bool converged;
} sp_covariate_ridge;

/* Square loss on n rows, ridge >= 0: test error against the noisy target. */
void sp_covariate_ridge_solve(const sp_covariate *g, double n, double ridge, sp_covariate_ridge *out);
/* Labels sign(nu), flipped with probability `flip`, or of two classes (flip unused); square loss: ridge >= 0, others: ridge
 * > 0. weight_norm is |w|^2. */
sp_status sp_covariate_classify(sp_run *run, const sp_covariate *g, double n, double ridge, const sp_loss *loss, double flip,
                                const sp_classifier *start, sp_classifier *out);

/* ---- the user's data -------------------------------------------------------------------------------- */

/* Inputs scaled to mean coordinate variance 1, and the target of each row: one number, or with more than two classes one for
 * each class (1 or 0), whose squared errors add up. */
typedef struct {
    size_t n, d, n_targets;
    const double *x;                 /* n x d, centred */
    const double *y;                 /* n_targets x n, each centred */
    double offset;                   /* mean of the target that was subtracted (one target) */
    const double *label;             /* +-1 when the target has two values, else NULL */
    const int32_t *class_of;         /* class of each row when there is one target for each class, else NULL */
    double positive;                 /* share of label +1 */
    double target_var;               /* E |y|^2 after centring */
    double rank, participation;      /* effective ranks exp(-sum p ln p) and (sum c)^2/sum c^2 of the covariance */
    size_t n_directions;             /* eigenvalues above 1e-10 of the largest, largest first: */
    const double *spectrum, *signal; /* c, and c th2 / d (debiased, may be negative): the target variance it explains */
    double linear_noise_var;         /* what no linear teacher explains of target_var */
} sp_features_data;

typedef struct {
    size_t components; /* keep this many principal components; 0: all directions */
    bool parity;       /* +-1 by parity of the class number */
    bool regression;   /* take the class number as a real target */
} sp_features_data_options;

/* SP_DATA with one line when the rows have no usable target: unlabelled, constant, or more than two classes without parity
 * or regression. Cost: n d^2 + d^3. Memory of the run. */
sp_status sp_features_data_open(sp_run *run, const sp_dataset *data, const sp_features_data_options *o,
                                sp_features_data *out);

/* The population that the spectrum and the linear teacher of the data suggest (spec 21, 5): for Gaussian inputs. */
sp_status sp_features_data_population(sp_run *run, const sp_features_data *data, sp_population *out);

/* u = [sigma(F x / sqrt d) - column mean] / sqrt d of all rows: n x p, with its covariance (p x p) and E[y u] (n_targets x
 * p). */
typedef struct {
    size_t p;
    const double *u, *covariance, *overlap;
} sp_features_map;

/* One draw of p random features; `draw` numbers it. Cost: n p (d + p). Memory of the run. */
sp_status sp_features_data_map(sp_run *run, const sp_features_data *data, const sp_activation *s, size_t p, uint64_t draw,
                               sp_features_map *out);

typedef enum { SP_TARGET_NUMBER, SP_TARGET_CLASSES, SP_TARGET_SIGN } sp_target_kind;

/* Covariate model of the first p features of the map; one eigendecomposition. NUMBER: regression on y (overlaps of all
 * targets added). CLASSES: two Gaussian classes. SIGN: labels are the sign of a teacher field of variance 1, flipped with
 * probability `flip` (spec 17, 5). What sampling noise adds to the overlaps of n rows, (residual variance) w/n, is
 * subtracted. */
sp_status sp_features_map_covariate(sp_run *run, const sp_features_data *data, const sp_features_map *map, size_t p,
                                    sp_target_kind kind, double flip, sp_covariate *out);

/* Misclassification of sign(f + offset) when f is Gaussian within each class, from its overlap M and norm Q with centred y.
 */
double sp_features_data_error(const sp_features_data *data, double M, double Q);

/* The ridge of least test error on n rows, between low and high (of ridge_paper = ridge d^2/(n p)). */
sp_status sp_covariate_tune(sp_run *run, const sp_covariate *g, double n, double unit, double low, double high,
                            sp_features_best *out);

/* Direct training on `repeats` random subsamples of n rows with the first p features, tested on up to 2000 other rows. Ridge
 * regression (loss NULL; test, train: mean squares against y) for all ridges at once; or a loss on the labels +-1 for one
 * ridge (test, train: mean loss). out: ridge.n values. */
typedef struct {
    sp_measured test, train, test_err, train_err;
    bool converged;
} sp_features_data_measured;
sp_status sp_features_data_measure(sp_run *run, const sp_features_data *data, const sp_features_map *map, size_t p, size_t n,
                                   sp_vec ridge, const sp_loss *loss, size_t repeats, sp_features_data_measured *out);

#ifdef __cplusplus
}
#endif
#endif
