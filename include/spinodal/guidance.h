/* Classifier-free guidance and its non-linear forms in high dimension (spec 12).
 *
 * S = S(x,c) + omega |D|^guidance_power D, D = S(x,c) - S(x) (guidance_power 0: the usual linear guidance; omega = w - 1 of
 * the convention S(x) + w D), acting at times t_from <= t <= t_to. Backward process: sde dx = [x + 2 S] dtau + sqrt(2) dB,
 * ode dx/dtau = x + S. Times are those of spinodal/diffusion.h. */
#ifndef SPINODAL_GUIDANCE_H
#define SPINODAL_GUIDANCE_H

#include "spinodal/base.h"
#include "spinodal/data.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SP_GUIDED_SDE, SP_GUIDED_ODE };

typedef struct {
    double omega, power; /* power > -1 */
    double t_from, t_to; /* t_to <= 0: always */
    double cap;          /* largest factor omega |D|^power; 0: none */
} sp_guidance;

/* 1/2 N(m, data_var I) + 1/2 N(-m, data_var I), |m|^2 = d; class +. u = m.x/|m| - |m| e^{-t}: overshoot of the mean. */
typedef struct {
    double d, data_var;
} sp_guided_modes;

typedef struct {
    double mean, variance; /* of u at the end; without guidance 0 and data_var */
    double accuracy;       /* P(m.x > 0) */
    size_t steps;
    double residual; /* sde: lost probability; ode: 0 */
    bool converged;
} sp_guided_end;

/* At the times of a path: table of the theory. */
typedef struct {
    double t, y;           /* y = |m| e^{-t} */
    double norm_D;         /* E |D| */
    double drive;          /* E omega |D|^{1+power} */
    double mean, variance; /* of u */
} sp_guided_moment;

/* Probability flow: the map from start to end is followed at 1701 nodes to 1e-10 (spec 12, 3.1). 0.1 s. */
sp_status sp_guidance_ode(sp_run *run, const sp_guided_modes *modes, const sp_guidance *guidance, sp_guided_end *out);
/* The same with `steps` Euler steps from T = log|m| + 8. */
sp_status sp_guidance_ode_euler(sp_run *run, const sp_guided_modes *modes, const sp_guidance *guidance, size_t steps,
                                sp_guided_end *out);
/* Fokker-Planck equation, Crank-Nicolson on `cells` (0: 1600) cells; mean and variance by the integral forms: 2e-5 and 3e-4.
 * moments: NULL or n_moments rows along the way. O(cells steps). */
sp_status sp_guidance_sde(sp_run *run, const sp_guided_modes *modes, const sp_guidance *guidance, size_t cells,
                          size_t n_moments, sp_guided_moment *moments, sp_guided_end *out);

/* d -> infinity: sde mean -> data_var C1/sqrt(d), variance -> data_var - data_var^2 C2/d; ode mean -> sqrt(data_var) D1,
 * variance -> data_var V1 (spec 12, 3.2). */
typedef struct {
    double C1, C2, D1, V1;
    bool converged;
} sp_guidance_constants;
sp_status sp_guidance_limit(sp_run *run, const sp_guidance *guidance, sp_guidance_constants *out);
/* C1/omega for omega -> 0, linear guidance: 2 log 2, here by quadrature. */
sp_status sp_guidance_small_omega(sp_run *run, double *value);

/* ---- simulation ------------------------------------------------------------------------------------------------- */

typedef struct {
    double mean, mean_se, variance, variance_se; /* of u */
    double orthogonal, orthogonal_se;            /* variance of the other coordinates; NAN for the reduction */
    double accuracy, accuracy_se;
} sp_guided_measured;

/* Full vectors by exponential steps (sde: Gaussian bridge; ode: DDIM) on the grid linear above 1/2, geometric to 1e-4. With
 * `reduction`: Euler-Maruyama steps of u alone from T = log|m| + 6 (sde) or 8 (ode). Resumable. O(samples steps d). */
sp_status sp_guidance_simulate(sp_run *run, const sp_guided_modes *modes, const sp_guidance *guidance, int sampler,
                               size_t samples, size_t steps, bool reduction, sp_guided_measured *out);

/* ---- labelled data ------------------------------------------------------------------------------------------------ */

enum { SP_SCORE_GMM, SP_SCORE_KERNEL };

typedef struct {
    const sp_dataset *data;
    size_t target;
    sp_vec omega;
    double power, t_from, t_to, cap;
    int sampler, score;
    double bandwidth; /* of the kernel score; 0: half the median distance of nearest neighbours in a class */
    size_t samples, steps;
} sp_guidance_data_params;

typedef struct {
    size_t n, d, n_classes;
    double t_S_between;       /* 1/2 log of the top between-class variance over the within-class variance */
    double t_from, t_to;      /* recommended interval */
    double omega_recommended; /* least shift among those with at least 99 % (else the best) accuracy */
    double bandwidth, accuracy_real;
} sp_guidance_data_result;

typedef struct {
    double omega;
    double accuracy, accuracy_se; /* share attributed to the class by the Gaussian fits */
    double shift, shift_se;       /* of the mean along the direction from the other classes, in data units */
    double variance_along, variance_along_se, variance_total; /* over those of the class */
    double coverage, coverage_se; /* share of class points with a generated one within their median 5th-neighbour distance */
    double frechet, memorization; /* memorization: nearest data point over nearest neighbours in the data */
} sp_guided_quality;

typedef struct {
    size_t n_times;
    sp_guided_quality *quality;  /* omega.n */
    double *t, *norm_D, *factor; /* omega.n x n_times: mean |D| and mean factor */
    float *samples;              /* of the last omega: samples x d */
} sp_guidance_data_detail;

/* SP_DATA: unlabelled data, class absent. One class only: guidance has no effect, a warning says so. */
sp_status sp_guidance_data(sp_run *run, const sp_guidance_data_params *params, sp_guidance_data_result *result,
                           sp_guidance_data_detail *detail);

#ifdef __cplusplus
}
#endif
#endif
