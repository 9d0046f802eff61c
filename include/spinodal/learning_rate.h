/* Learning-rate schedules in rough landscapes: dx/dt = -eta(t) [ grad H + mu x + xi ], <xi xi> = 2 T (spec 14;
 * S. d'Ascoli, M. Refinetti, G. Biroli, arXiv:2202.04509). */
#ifndef SPINODAL_LEARNING_RATE_H
#define SPINODAL_LEARNING_RATE_H

#include "spinodal/base.h"
#include "spinodal/spiked_tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Matrix landscape: H = -x.Jx/2, J of the Gaussian orthogonal ensemble with off-diagonal variance 1/N (spectrum [-2, 2])
 * plus theta v v^T, |v| = 1, m0 = x.v/sqrt(N) at the start; or any symmetric J, given by its eigenvalues. */
typedef struct {
    sp_schedule eta;
    double temperature, theta, m0, t_max;
    sp_vec times;       /* empty: 60 log-spaced */
    sp_vec eigenvalues; /* ascending; empty: the ensemble. With them theta = m0 = 0 */
} sp_matrix_schedule_params;

typedef struct {
    double t, eta, s;                    /* s = integral of eta */
    double energy, excess, excess_error; /* excess over the ground state */
    double asymptotic; /* eta T/2 + 3/(8 s) without signal; eta T/2 with one (theta > 1); eta T/2 + the excess of gradient
                        * flow at the same s for given eigenvalues */
    double mu, m, C_t0, ln_gamma; /* ln(Gamma e^{-2 lambda_0 s}), lambda_0 the top of the spectrum; m: nan for eigenvalues */
} sp_matrix_schedule_point;

/* Exact for N = infinity: Volterra equation (spec 14, 3.1, 3.3) on rows at equally spaced log t, with the error estimated
 * from a coarser grid. Cost below a second to t = 1e8. Memory of the run.
 * With eigenvalues the kernel is (1/N) sum_i exp(lambda_i x) (spec 14, 5). At T = 0 the excess is the exact mean over random
 * starts at that N. At T > 0 numerator and denominator of the loss are each averaged, which holds while many eigenvectors
 * share |x|^2; a warning says when fewer than 100 do. Cost 3e5 N exponentials. SP_USAGE when they are not ascending. */
sp_status sp_matrix_schedule(sp_run *run, const sp_matrix_schedule_params *params, size_t *n,
                             sp_matrix_schedule_point **points);

/* Top of the spectrum, gap to the bulk and crossover gradient time ln(1/m0^2)/(2 gap). */
void sp_matrix_spike(double theta, double m0, double *lambda_0, double *gap, double *s_cross);

/* <v|exp(J s)|v> exp(-lambda_0 s) */
double sp_matrix_spike_propagator(double theta, double s);

/* A given landscape. couplings: N x N, row-major, symmetric; eigenvalues ascending. */
typedef struct {
    size_t N;
    const float *couplings;
    sp_vec eigenvalues;
} sp_matrix_landscape;

/* Reads J from any source of sp_dataset_open (the values as they are) and finds its eigenvalues, (4/3) N^3 flops. SP_DATA
 * with one line when J is not square, not finite, smaller than 10 or not symmetric to 1e-5 of its largest entry
 * (symmetrise: (J + J^T)/2 is taken then). Memory of the run. */
sp_status sp_matrix_landscape_read(sp_run *run, const char *source, bool symmetrise, sp_matrix_landscape *out);

/* Rate of a step of length 1 at which x <- x - eta grad H on the sphere diverges: 2/(lambda_max - lambda_min), the
 * directions of lowest eigenvalue then overshoot more than the top one grows. */
double sp_matrix_largest_rate(double lambda_max, double lambda_min);

/* Equilibrium at the effective temperature eta T in a given landscape: share of |x|^2 on the top eigenvector, 1 - eta T/N
 * sum_i 1/(lambda_max - lambda_i) over the others; 0 above the temperature where it vanishes. */
double sp_matrix_condensed(sp_vec eigenvalues, double heat);

/* Simulation of the matrix landscape at finite N. */
typedef struct {
    sp_schedule eta;
    double temperature, theta, m0, dt;
    size_t N, instances, replicas;
    sp_vec times;
    const sp_matrix_landscape *given; /* NULL: the ensemble. Else N is its size, and instances is 1 */
} sp_matrix_simulation_params;

/* Heun steps with retraction on the sphere. m: nan in a given landscape. Errors over instances, over replicas when there is
 * one. SP_USAGE when dt eta reaches sp_matrix_largest_rate, with the largest eta0. Cost 2 N^2 flops a half step. */
sp_status sp_matrix_simulate(sp_run *run, const sp_matrix_simulation_params *params, size_t *n, sp_langevin_point **points);

/* Gradient flow (T = 0) in the ensemble without spike at finite N (spec 14, 3.4): for gradient times s << N^(2/3) the mean
 * excess is that of N = infinity, 3/(8 s); beyond, one ground state is left. Then N^(2/3) L is one function of s/N^(2/3). */
typedef struct {
    sp_vec sizes;        /* N, increasing */
    size_t samples;      /* spectra of each size */
    sp_vec scaled_times; /* s/N^(2/3), increasing; empty: 30 from 0.2 to 20 */
} sp_finite_size_params;

typedef struct {
    double N, s, excess_infinite;
    sp_simulated excess; /* above each one's own ground state; mean over starts (exact) and spectra */
} sp_finite_size_point;

typedef struct {
    double N;
    sp_simulated s; /* where excess = excess_infinite/2; nan: outside the times */
} sp_finite_size_crossing;

typedef struct {
    size_t n_points, n_sizes;
    const sp_finite_size_point *point; /* sizes x times */
    const sp_finite_size_crossing *crossing;
    sp_simulated exponent; /* of s_cross = prefactor N^exponent; nan: a crossing is missing */
    double prefactor, chi2, dof;
} sp_finite_size_result;

/* Exact in law at every N: no time steps. Errors over spectra, of the crossings by the jackknife. Cost 60 N^2 flops a
 * spectrum. Resumable between spectra. Memory of the run. */
sp_status sp_matrix_finite_size(sp_run *run, const sp_finite_size_params *params, sp_finite_size_result *out);

/* Two-layer student f(x) = sum_k v_k g(w_k.x/sqrt(d)) of a teacher of the same form, by stochastic gradient steps on one
 * Gaussian input each, labels with noise (spec 14, 3.7). Time is steps/d. Inputs are fresh, or stored ones in epochs: every
 * epoch passes through all of them once, in a new random order. */
typedef struct {
    sp_schedule eta; /* of time; eta0 is the learning rate */
    size_t d, hidden, teacher_hidden, seeds;
    size_t samples; /* stored, with their noisy labels; 0: fresh at every step */
    int activation; /* 0 erf, 1 relu, 2 linear */
    double noise_sd, init_sd, t_max;
    bool fixed_output; /* second layer of the student as the teacher's, not trained */
    sp_vec times;
} sp_teacher_params;

typedef struct {
    double t, eta;
    sp_simulated test, overlap; /* mean squared error/2 on fresh points; mean best cosine with a teacher unit */
    sp_simulated train;         /* mean squared error/2 on the stored samples and labels; nan: none */
} sp_teacher_point;

/* One point for each time, means over seeds (teacher, student, samples and order are drawn anew for each). Cost 6 d (hidden
 * + teacher_hidden) flops a step; memory 8 d samples bytes a thread. Resumable between seeds. SP_USAGE for sizes of 0, too
 * many hidden units, times that do not increase. */
sp_status sp_teacher_train(sp_run *run, const sp_teacher_params *params, size_t *n, sp_teacher_point **points);

/* What a training log says about its schedule (spec 14, 3.4, 5). */
typedef struct {
    const char *phase; /* exploration, crossover or convergence */
    const char *advice;
    double plateau, plateau_se, drop; /* level of the plateau, fall below it in its standard deviations */
    double slope, slope_se;           /* d ln(loss - floor)/d ln(step) over the last eighth of ln(step) */
    double floor, switch_step, beta;
    size_t n;
} sp_learning_rate_advice;
typedef struct {
    double step, loss, smooth, slope;
} sp_log_point;
sp_status sp_learning_rate_recommend(sp_run *run, size_t n, const double *step, const double *loss, const double *lr,
                                     sp_learning_rate_advice *advice, size_t *n_points, sp_log_point **points);

#ifdef __cplusplus
}
#endif
#endif
