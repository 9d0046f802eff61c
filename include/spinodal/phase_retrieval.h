/* Real phase retrieval by gradient descent: threshold states, their Hessian, and when descent finds the signal.
 *
 * M = alpha N Gaussian measurements of a signal w* with |w*|^2 = N are known up to sign: y_mu = (xi_mu.w*) / sqrt(N). The
 * estimate w, |w|^2 = N, with yh_mu = xi_mu.w/sqrt(N), descends
 *     L(w) = sum_mu V(yh_mu|y_mu),   V = (c(y)/2) (y^2 - yh^2)^2,   c = 1 (quartic) or 1/(a + y^2) (regularised)
 * on the sphere: dw/dt = -(grad L + mu w), mu = -w.grad L/N. The Hessian on the sphere is P (A + mu) P with
 * A = (1/N) sum_mu z_mu xi_mu xi_mu^T, z = V''. (Specs 13 and 19; T. Bonnaire et al., arXiv:2403.02418; S. Sarao Mannelli et
 * al., arXiv:2006.06997.) */
#ifndef SPINODAL_PHASE_RETRIEVAL_H
#define SPINODAL_PHASE_RETRIEVAL_H

#include "spinodal/base.h"
#include "spinodal/data.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SP_RETRIEVAL_REGULARISED, SP_RETRIEVAL_QUARTIC };

typedef struct {
    int kind;
    double a; /* > 0; of the regularised loss */
} sp_retrieval_loss;

/* Lower edge of the bulk of A, and the outlier toward the signal below it (spec 13, 3.1). nan: there is none. */
typedef struct {
    double g_edge, edge;       /* Stieltjes transform at the edge, and the edge */
    double margin;             /* > 0: the outlier exists */
    double g_outlier, outlier; /* of the outlier */
    double overlap2;           /* (v.w*)^2/N of its eigenvector v */
    bool pinned;               /* the edge sits at the end of the range of g, without square root */
} sp_retrieval_spectrum;

/* ---- theory for N = infinity -------------------------------------------------------------------------- */

/* At a random start (spec 13, 3.2). The quartic loss has no lower edge there: all nan. About 50 ms. */
sp_status sp_retrieval_start(sp_run *run, const sp_retrieval_loss *loss, double alpha, sp_retrieval_spectrum *out);

/* Marginally stable states without overlap with the signal, by one step of replica symmetry breaking (spec 19, 3.1). */
typedef struct {
    double alpha, chi, s;
    double energy, mu;              /* L/N and the multiplier */
    double y_jump;                  /* labels above it sit in one of two wells; inf: none */
    sp_retrieval_spectrum spectrum; /* of A */
    double edge_gap;                /* edge + mu: 0 without a jump, else the error of one-step symmetry breaking */
    double escape_rate;             /* edge - outlier, the growth rate of m; 0: no outlier */
    double residual;
    bool converged;
} sp_retrieval_state;

/* Threshold states at alpha, continued from the critical one. Not converged: they were not found there. */
sp_status sp_retrieval_threshold(sp_run *run, const sp_retrieval_loss *loss, double alpha, sp_retrieval_state *out);

/* Density of yh >= 0 (both signs together) given y in a threshold state. */
double sp_retrieval_law(const sp_retrieval_loss *loss, const sp_retrieval_state *state, double y, double yh);

/* Densities of A at lambda[0..n-1] (ascending): at a random start (all nan for the quartic loss) and in the state. */
sp_status sp_retrieval_density(sp_run *run, const sp_retrieval_loss *loss, double alpha, const sp_retrieval_state *state,
                               size_t n, const double *lambda, double *start, double *threshold);

typedef struct {
    double alpha_start, g_start; /* the Hessian at a random start points to the signal above; nan for the quartic loss */
    bool pinned;                 /* its edge is pinned there */
    sp_retrieval_state state;    /* state.alpha: threshold states are unstable toward the signal above */
} sp_retrieval_critical;

/* Spec 13, 3.2 and spec 19, 3.2. */
sp_status sp_retrieval_critical_of(sp_run *run, const sp_retrieval_loss *loss, sp_retrieval_critical *out);

/* ---- simulation at finite N ----------------------------------------------------------------------------- */

typedef struct {
    double value, se; /* se: nan with a single sample */
} sp_retrieval_value;

/* Gradient descent w <- w + lr (force), |w|^2 = N. Instances have independent measurements; `starts` of one instance share
 * them. Success: |m| > 0.99. */
typedef struct {
    sp_retrieval_loss loss;
    sp_vec samples_per_dim;
    size_t N, instances, starts, records;
    double t_max, lr;    /* lr 0: 0.02, or 0.002 for the quartic loss; a step that raises the loss is halved */
    bool spectral;       /* start at the spectral estimate instead of at random (one start) */
    bool project_signal; /* keep m = 0: the dynamics of N = infinity */
} sp_retrieval_simulate_params;

typedef struct {
    double alpha;
    sp_retrieval_value success;
    double low, high; /* 95 % Wilson interval of the success rate */
    double fit;       /* logistic in alpha; nan: no crossing */
    sp_retrieval_value success_time, energy;
} sp_retrieval_rate;

typedef struct {
    double alpha, t;
    sp_retrieval_value m, energy; /* |m| */
} sp_retrieval_curve;

typedef struct {
    size_t n_rates, n_curves;
    const sp_retrieval_rate *rate;   /* one for each alpha */
    const sp_retrieval_curve *curve; /* records + 1 for each alpha */
    double alpha_half, width;        /* logistic fit of the success rates; nan: no crossing */
    double alpha_half_se;
} sp_retrieval_simulation;

/* Resumable between instances. Cost: 4 M N starts flops a step. Memory 4 M N bytes for each thread. */
sp_status sp_retrieval_simulate(sp_run *run, const sp_retrieval_simulate_params *params, sp_retrieval_simulation *out);

/* The Hessian along a descent: its lowest eigenpairs, and the theory evaluated on the labels of that moment (spec 13, 3.3,
 * 3.6). All eigenvalues are those of P A P; add mu for the sphere. */
typedef struct {
    sp_retrieval_loss loss;
    double samples_per_dim, t_max, lr;
    size_t N, instances, per_decade;
    bool project_signal, spectral;
    bool eigenpairs; /* also by Lanczos iterations */
} sp_retrieval_track_params;

typedef struct {
    double t;
    sp_retrieval_value energy, mu, m;
    sp_retrieval_value edge, margin, outlier, overlap2; /* from the labels; outlier: over the instances that have one */
    sp_retrieval_value edge_sphere;                     /* edge + mu */
    sp_retrieval_value overlap2_all;                    /* overlap2, 0 where there is no outlier */
    sp_retrieval_value lambda_1, lambda_2, overlap2_v1; /* measured; overlap2_v1: (v.w*)^2/N/(1 - m^2) */
    size_t with_outlier, unconverged;
} sp_retrieval_moment;

typedef struct {
    size_t n;
    const sp_retrieval_moment *moment;
    sp_retrieval_value t_bbp;                /* first zero of the margin, interpolated in ln t; inf: never */
    sp_retrieval_value energy_late, mu_late; /* t -> infinity, linear in t^(-2/3) over the last decade */
} sp_retrieval_track;

/* Errors: over instances. With one instance those of edge, margin, outlier, overlap2, edge_sphere, mu and t_bbp are from a
 * bootstrap over its measurements (w held), those of lambda_1 and lambda_2 from the infinitesimal jackknife. */
sp_status sp_retrieval_follow(sp_run *run, const sp_retrieval_track_params *params, sp_retrieval_track *out);

typedef struct {
    double t, lambda;           /* middle of the bin */
    sp_retrieval_value density; /* of the eigenvalues of P A P on the sphere; error over instances */
    double density_theory;      /* mean over the bin, by the labels of all instances at that time */
} sp_retrieval_bin;

/* Histograms of all eigenvalues of the Hessian at the times (ascending) of descents, `bins` for each; the largest 2 % lie
 * beyond. The instances are those of sp_retrieval_follow; per_decade and t_max are not used. N <= 4000. Resumable between
 * instances. Cost for each instance and time: 2 M N^2 + (4/3) N^3 flops. */
sp_status sp_retrieval_histogram(sp_run *run, const sp_retrieval_track_params *params, sp_vec times, size_t bins, size_t *n,
                                 sp_retrieval_bin **out);

/* Two-stage dynamics (spec 19, 3.2 and 4): descents are kept at m = 0 until t_blind, as for N = infinity, and reach the
 * plateau of threshold states; then they get the overlap N^(-1/2) of a random start, which grows like exp(rate t), rate =
 * -(outlier + mu): the plateau lasts ln N/(2 rate) and a constant. t_blind 0: random starts with that overlap. */
typedef struct {
    sp_retrieval_loss loss;
    double samples_per_dim;
    sp_vec N;
    size_t instances, starts, records;
    double t_blind, t_max, lr; /* t_max: after the release */
} sp_retrieval_plateau_params;

typedef struct {
    size_t N, escaped;               /* starts that reached |m| = 1/2 by t_max */
    sp_retrieval_value energy, rate; /* L/N at the release, and the growth rate by the labels there */
    sp_retrieval_value escape;       /* time from the release to |m| = 1/2 */
    sp_retrieval_value scaled;       /* 2 rate escape, which should grow like ln N */
} sp_retrieval_plateau_size;

typedef struct {
    size_t N;
    double t;                     /* from the release */
    sp_retrieval_value m, energy; /* m: nan while kept at zero */
} sp_retrieval_plateau_moment;

typedef struct {
    size_t n, n_curves;
    const sp_retrieval_plateau_size *size;
    const sp_retrieval_plateau_moment *curve; /* records + 1 for each N */
    sp_retrieval_value slope;                 /* of the escape time in ln N; nan: fewer than two N */
    sp_retrieval_value slope_labels;          /* mean 1/(2 rate) */
    sp_retrieval_value slope_scaled;          /* of 2 rate escape in ln N: 1 */
} sp_retrieval_plateau;

/* Errors over instances. Resumable between instances. */
sp_status sp_retrieval_plateau_run(sp_run *run, const sp_retrieval_plateau_params *params, sp_retrieval_plateau *out);

/* ---- the user's measurements ----------------------------------------------------------------------------- */

/* Sources as for sp_dataset_open. x: M x N real rows; intensities: M values (x.w)^2 (amplitude: |x.w|). Rows are scaled to
 * mean square 1 an entry and the signal to |w|^2 = N; demo > 0: an instance of that dimension instead of data. weights: M
 * numbers >= 0, of each measurement in the loss ("": equal); the thresholds suppose equal ones. */
typedef struct {
    const char *x, *intensities, *weights, *planted; /* planted: the true signal, for checking; "" : unknown */
    sp_retrieval_loss loss;
    bool amplitude, spectral;
    double t_max, lr;
    size_t starts, demo;
    double samples_per_dim; /* of the demo */
} sp_retrieval_data_params;

typedef struct {
    size_t M, N;
    double alpha, row_scale, signal_norm;   /* rows were divided by row_scale; |w| of the user's signal */
    const double *estimate;                 /* N, in the user's units, sign arbitrary: the start of lowest loss */
    double energy, energy_start, agreement; /* lowest loss/N; of the start; mean |cos| between the successful starts */
    double energy_threshold, alpha_start, alpha_threshold;
    double margin_start, edge_start, lambda_1; /* Hessian at the first start: theory on the labels, and measured */
    double margin_start_se, edge_start_se;     /* bootstrap over the measurements */
    double lambda_1_se;                        /* infinitesimal jackknife over the measurements, the vector held */
    double overlap;                            /* |cos| with the planted signal; nan: unknown */
    size_t recovered;                          /* starts whose loss is below 1e-6 of the threshold energy */
    size_t starts;
    const double *start_energy, *start_mu, *start_cos; /* of each start; |cos| with the estimate */
    const char *verdict;
} sp_retrieval_data_result;

sp_status sp_retrieval_data(sp_run *run, const sp_retrieval_data_params *params, sp_retrieval_data_result *out);

#ifdef __cplusplus
}
#endif
#endif
