/* Spiked matrix-tensor model and spherical mixed models: exact dynamics for N = infinity, simulation, AMP, phase boundaries.
 *
 * A signal x* with |x*|^2 = N is seen through a noisy matrix and a noisy tensor of order p; x with |x|^2 = N moves by
 *     dx/dt = -eta(t) [ grad H + mu x + xi(t) ],   <xi xi> = 2 T,   T = 0: gradient flow
 * Q(x) = x^2/(2 Delta_2) + x^p/(p Delta_p) + ...; the noise part of H/N has covariance Q(x.y/N)/N, the signal part is -N
 * Q(m). (Spec 28 and 23; S. Sarao Mannelli et al., arXiv:1812.09066 and arXiv:1907.08226.) */
#ifndef SPINODAL_SPIKED_TENSOR_H
#define SPINODAL_SPIKED_TENSOR_H

#include "spinodal/base.h"
#include "spinodal/data.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A channel is given by Delta or by 1/Delta; Delta = inf and 1/Delta = 0 mean absent. */
typedef struct {
    int64_t p;                               /* order of the tensor, >= 2 */
    double delta2, deltap;                   /* noise of matrix and tensor; inf: see inverse_noise */
    double inverse_noise_2, inverse_noise_p; /* 1/Delta_2, 1/Delta_p */
    const char *kernel;                      /* further terms "k:1/Delta_k,...": x^k/(k Delta_k); "" or NULL: none */
} sp_spiked_model;

/* eta(t): constant eta0; power eta0 (t + offset)^-beta; switch: eta0 until t_switch, then eta0 (1 + t - t_switch)^-beta;
 * log eta0/(1 + ln(1 + t)); step: eta0 until t_switch, then eta0/10. */
enum { SP_ETA_CONSTANT, SP_ETA_POWER, SP_ETA_SWITCH, SP_ETA_LOG, SP_ETA_STEP };
typedef struct {
    int kind;
    double eta0, beta, t_switch, t_offset;
} sp_schedule;

double sp_schedule_rate(const sp_schedule *schedule, double t);     /* eta(t) */
double sp_schedule_integral(const sp_schedule *schedule, double t); /* s(t) = integral of eta from 0 to t */

/* ---- two-time equations ----------------------------------------------------------------------------- */

enum { SP_SOLVER_AUTO, SP_SOLVER_UNIFORM, SP_SOLVER_LOG };

typedef struct {
    sp_spiked_model model;
    sp_schedule eta;
    double temperature, m0, t_max;
    double anneal, anneal_tau; /* tensor noise of the algorithm Delta_p + anneal exp(-t/anneal_tau); 0: none */
    int solver;
    size_t steps;         /* uniform: steps of the finer grid (the other has half of them) */
    double row_step;      /* log: spacing of rows in log t */
    double node_step;     /* log: spacing of nodes in logit(t'/t) */
    bool estimate_error;  /* log: solve again on a coarser grid */
    sp_vec times;         /* wanted times; empty: 60 log-spaced ones */
    sp_vec waiting_times; /* of C(tw + tau, tw) */
} sp_two_time_params;

typedef struct {
    double t, m, mu, energy, C_t0, R_t0, eta;
    double m_error, mu_error, energy_error, C_t0_error; /* estimates; nan: not made */
} sp_two_time_point;

typedef struct {
    double tw, tau, C, chi; /* chi = integral of eta R from tw to tw + tau */
} sp_two_time_pair;

typedef struct {
    size_t n;
    const sp_two_time_point *point;
    size_t n_pairs;
    const sp_two_time_pair *pair;
    int solver;          /* the one used */
    double sphere_error; /* largest |C(t,t) - 1| found, not imposed */
    double residual;     /* log: largest residual of a row; 0 for uniform */
    bool converged;
    const double *row_t, *row_m; /* overlap on all rows of the finer solution */
    size_t rows, iterations;     /* log: rows and residual evaluations; uniform: steps */
} sp_two_time_solution;

/* Solves the equations of spec 28, 3.1. uniform: second-order grid and Richardson extrapolation, cost steps^3, memory
 * 10 steps^2 bytes; log: rows at equally spaced log t solved by Newton's method, for t up to 1e7. auto: log, unless the
 * learning rate has a kink. SP_USAGE with the solver that can. Memory of the run. */
sp_status sp_two_time_solve(sp_run *run, const sp_two_time_params *params, sp_two_time_solution *out);

/* First time at which |m| reaches level; inf: never. */
double sp_two_time_crossing(const sp_two_time_solution *solution, double level);

/* ---- closed forms ----------------------------------------------------------------------------------- */

typedef struct {
    sp_spiked_model model;
    double temperature; /* of the plateau q_th, of the aging energy and of the Langevin line */
} sp_spiked_thresholds_params;

/* Spec 28, 3.5-3.6 and spec 23, 3.3-3.4. nan: does not exist here. */
typedef struct {
    double q_th;                  /* largest root of Q''(q) (1-q)^2 = T^2 */
    double mu_th, E_th;           /* 2 sqrt(Q''(1)); energy of the threshold states at T = 0 */
    double aging_X, aging_energy; /* effective temperature ratio and late energy of aging at T */
    double outlier, growth_rate;  /* Hessian outlier at threshold states; late growth rate of ln m at T = 0 */
    double m_bayes, m_amp;        /* Bayes-optimal overlap; AMP's from no information */
    double free_entropy, mmse;
    double m_ml, E_ml; /* maximum likelihood */
    double inverse_noise_2_ml, inverse_noise_2_gf, delta2_ml, delta2_gf, delta2_langevin;
    double spinodal_m, deltap_spinodal, deltap_it; /* Delta2 > 1 */
    const char *regime;                            /* impossible, hard, easy for AMP */
} sp_spiked_thresholds;

sp_status sp_spiked_thresholds_of(sp_run *run, const sp_spiked_thresholds_params *params, sp_spiked_thresholds *out);

/* Boundaries in Delta_2 at given Delta_p: below them AMP (Bayes, maximum likelihood), Langevin (T = 1) and gradient flow
 * find the signal. delta2_langevin is nan where threshold states do not exist. */
typedef struct {
    double deltap, delta2_bayes, delta2_ml, delta2_langevin, delta2_gf;
} sp_spiked_line;
void sp_spiked_lines(int p, double deltap, sp_spiked_line *out);

/* The Langevin line at any temperature: Delta_2 below which dynamics at T escapes from the threshold states to the signal.
 * There the plateau is marginal, T^2 = Q''(q) (1-q)^2, and the response (1-q)/T inside a state times Q''(0) = 1/Delta_2
 * reaches 1 (spec 28, 3.6 and 6; d ln m/dt of the two-time equations with m slower than the states and faster than their
 * aging): (p-1) Delta_2^2 (1 - T Delta_2)^(p-2) = Delta_p (1 - Delta_2), smallest root. T = 1: delta2_langevin, T = 0:
 * delta2_gf of sp_spiked_lines. nan: no root, threshold states do not stop it (T >= 1; the line is then Delta_2 = 1/T). */
double sp_spiked_langevin_line(int p, double deltap, double temperature);

/* Delta_2 > 1: the overlap and Delta_p of the spinodal, and Delta_p of the information-theoretic transition. */
void sp_spiked_spinodal(int p, double delta2, double *m, double *deltap, double *deltap_it);

/* Matrix alone, T = 0, m0 = 0: Bessel functions. */
typedef struct {
    double t, t_prime, mu, energy, C, R;
} sp_matrix_flow_point;
sp_status sp_matrix_flow(sp_run *run, double delta2, double t, double t_prime, sp_matrix_flow_point *out);

/* ---- simulation ------------------------------------------------------------------------------------- */

typedef struct {
    double value, se; /* se: nan with a single sample */
} sp_simulated;

/* Instances with independent couplings, each with `replicas` starts at overlap m0. */
typedef struct {
    sp_spiked_model model;
    sp_schedule eta;
    double temperature, m0, dt;
    double anneal, anneal_tau;
    size_t N, instances, replicas;
    sp_vec times; /* increasing */
} sp_langevin_params;

typedef struct {
    double t;
    sp_simulated m, mu, energy, C_t0, force2; /* force2: |tangential force|^2/N */
} sp_langevin_point;

/* Heun steps with retraction on the sphere (spec 28, 3.9). One pass over the packed couplings for all replicas and half
 * step: N^p/p! entries. Resumable between instances. */
sp_status sp_langevin_simulate(sp_run *run, const sp_langevin_params *params, size_t *n, sp_langevin_point **points);

typedef struct {
    sp_spiked_model model;
    bool ml; /* maximum likelihood instead of Bayes */
    double m0;
    size_t iterations, N, instances; /* instances 0: state evolution alone */
} sp_amp_params;

typedef struct {
    size_t iteration;
    double m; /* state evolution */
    sp_simulated m_sim, q_sim;
} sp_amp_point;

/* iterations + 1 points; Bayes starts at |x|^2/N = m0, maximum likelihood on the sphere. */
sp_status sp_amp_run(sp_run *run, const sp_amp_params *params, sp_amp_point **points);

/* ---- the user's own data ------------------------------------------------------------------------------ */

enum { SP_FIT_GRADIENT_FLOW, SP_FIT_LANGEVIN, SP_FIT_AMP_BAYES, SP_FIT_AMP_ML };

/* Y_ij = x_i x_j/sqrt(N) + sqrt(Delta_2) xi_ij and T = sqrt((p-1)!) N^{-(p-1)/2} x..x + sqrt(Delta_p) xi; entries with
 * repeated indices are ignored. Sources as for sp_dataset_open; "" : absent. tensor: N x ... x N, or rows i j k value. */
typedef struct {
    const char *matrix, *tensor, *planted;
    int64_t p;
    double delta2, deltap; /* inf: estimated from the entries */
    int method;
    double t_max, dt, temperature, tolerance; /* tolerance: asymmetry allowed, relative to the largest entry */
    bool symmetrise; /* matrix and tensor are averaged over the orders of their indices instead of refused */
    size_t starts, iterations;
    size_t demo; /* instead of data: an instance of this size with delta2, deltap */
} sp_spiked_data_params;

typedef struct {
    size_t N, n_trace;
    double delta2, deltap;
    const double *estimate;                  /* N: the start of lowest energy */
    double energy, energy_spread, agreement; /* over starts; agreement: mean |overlap| between pairs */
    double overlap;                          /* with the planted signal; nan: unknown */
    double E_th, m_expected, delta2_line;    /* line of the method at this Delta_p */
    const sp_langevin_point *trace;          /* mean over the starts; for AMP t is the iteration */
    const char *verdict;
} sp_spiked_data_result;

sp_status sp_spiked_data(sp_run *run, const sp_spiked_data_params *params, sp_spiked_data_result *out);

#ifdef __cplusplus
}
#endif
#endif
