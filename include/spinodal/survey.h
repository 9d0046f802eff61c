/* The survey of a dataset: what a diffusion model and a density estimate will make of it, before any training. */
#ifndef SPINODAL_SURVEY_H
#define SPINODAL_SURVEY_H

#include "spinodal/command.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const sp_dataset *data;
    bool quick; /* fewer queries and rows: seconds */
    bool full;  /* every estimator at full size: minutes */
} sp_survey_params;

/* NAN where a section does not apply. Times are those of the Ornstein-Uhlenbeck process, x_t = e^{-t} a + sqrt(1 - e^{-2t})
 * z. */
typedef struct {
    double duplicates, constant_columns;
    double Lambda, d_eff, noise_edge, n_resolved, t_S_spectral;
    double t_S_class_first, t_S_class_first_se, t_S_class_last, t_S_class_last_se;
    double alpha, t_C_spectral, t_C_phi, t_C_phi_se, t_C_loo, t_C_loo_se, t_C_traj, t_C_traj_se;
    double t_C_phi_surrogate, t_C_phi_surrogate_se;
    double step_S_linear, step_C_linear, step_S_cosine, step_C_cosine;
    double log10_n_wanted;
    double memorisation_from, memorisation_to, memorisation_to_se; /* training times of a random-feature score */
    double h_opt, h_opt_se, h_G, h_CLT, N_eff_kde, N_eff_kde_se;
    double features_best_p, features_best_ridge, features_best_test; /* the error relative to the variance of the target */
} sp_survey_result;

/* Runs every section that applies, in order, and fills `out` with words, tables and images. With a checkpoint folder the
 * finished sections are kept. Two passes over distances dominate: about 4 n d (queries) flops each. */
sp_status sp_survey_run(sp_run *run, const sp_survey_params *params, sp_survey_result *result, sp_result *out);

#ifdef __cplusplus
}
#endif
#endif
