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
 * plus theta v v^T, |v| = 1, m0 = x.v/sqrt(N) at the start. */
typedef struct {
    sp_schedule eta;
    double temperature, theta, m0, t_max;
    sp_vec times; /* empty: 60 log-spaced */
} sp_matrix_schedule_params;

typedef struct {
    double t, eta, s;                    /* s = integral of eta */
    double energy, excess, excess_error; /* excess over the ground state */
    double asymptotic;                   /* eta T/2 + 3/(8 s) without signal; eta T/2 with one (theta > 1) */
    double mu, m, C_t0, ln_gamma;        /* ln(Gamma e^{-2 lambda_0 s}), lambda_0 the top of the spectrum */
} sp_matrix_schedule_point;

/* Exact for N = infinity: Volterra equation (spec 14, 3.1, 3.3) on rows at equally spaced log t, with the error estimated
 * from a coarser grid. Cost below a second to t = 1e8. Memory of the run. */
sp_status sp_matrix_schedule(sp_run *run, const sp_matrix_schedule_params *params, size_t *n,
                             sp_matrix_schedule_point **points);

/* Top of the spectrum, gap to the bulk and crossover gradient time ln(1/m0^2)/(2 gap). */
void sp_matrix_spike(double theta, double m0, double *lambda_0, double *gap, double *s_cross);

/* <v|exp(J s)|v> exp(-lambda_0 s) */
double sp_matrix_spike_propagator(double theta, double s);

/* Simulation of the matrix landscape at finite N. */
typedef struct {
    sp_schedule eta;
    double temperature, theta, m0, dt;
    size_t N, instances, replicas;
    sp_vec times;
} sp_matrix_simulation_params;
sp_status sp_matrix_simulate(sp_run *run, const sp_matrix_simulation_params *params, size_t *n, sp_langevin_point **points);

/* Two-layer student f(x) = sum_k v_k g(w_k.x/sqrt(d)) of a teacher of the same form, by stochastic gradient steps on fresh
 * Gaussian inputs, labels with noise (spec 14, 3.7). Time is steps/d. */
typedef struct {
    sp_schedule eta; /* of time; eta0 is the learning rate */
    size_t d, hidden, teacher_hidden, seeds;
    int activation; /* 0 erf, 1 relu, 2 linear */
    double noise_sd, init_sd, t_max;
    bool fixed_output; /* second layer of the student as the teacher's, not trained */
    sp_vec times;
} sp_teacher_params;

typedef struct {
    double t, eta;
    sp_simulated test, overlap; /* mean squared error/2 on fresh points; mean best cosine with a teacher unit */
} sp_teacher_point;
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
