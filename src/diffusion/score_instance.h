/* One finite random-feature score: feature matrices and exact losses by diagonalisation (spec 09, 3.1, 3.3). */
#ifndef SPINODAL_SCORE_INSTANCE_H
#define SPINODAL_SCORE_INSTANCE_H

#include "math/linalg.h"
#include "spinodal/features.h"
#include "spinodal/memorization.h"

/* U, U_test: p x p; V, V_test: p x d. V_test may be V. */
typedef struct {
    size_t p, n, d;
    double *U, *V, *U_test, *V_test;
} sp_score_instance;

size_t sp_score_size(double ratio, size_t d); /* the whole number nearest to ratio d, at least 1 */

/* Draw number `index` of W and data N(0, Sigma), Sigma the eigenvalues of the model repeated to d. activation NULL: Gaussian
 * equivalent, else its features, averaged exactly over the noise up to O(d^{-2}). Memory of the run. */
sp_status sp_score_instance_draw(sp_run *run, const sp_score_model *model, const sp_activation *activation, size_t d,
                                 uint64_t index, sp_score_instance *out);

/* p x d standard normal weights of draw `index`. */
sp_status sp_score_weights(sp_run *run, size_t p, size_t d, uint64_t index, double **W);

/* Adds nothing: fills U (p x p) and V (p x d) of the features s(W x_t/sqrt d), x over the rows, averaged over the noise. */
sp_status sp_score_features(sp_run *run, const sp_activation *activation, double t, size_t p, const double *W, sp_rows rows,
                            double *U, double *V);

/* ---- losses ------------------------------------------------------------------------------------------------- */

typedef struct {
    size_t p, d;
    double clock;                        /* 2 Delta / psi_p */
    double *lambda, *own, *cross, *pair; /* |v_i|^2, v_i.(V_test^T q_i), (q_i^T U_test q_j)(v_i.v_j) */
} sp_spectral_losses;

/* Diagonalises U. Memory of the run; U is overwritten. About 9 p^3 + 4 p^3 flops. */
sp_status sp_spectral_losses_open(sp_run *run, sp_score_instance *instance, double noise_var, sp_spectral_losses *out);

/* O(p^2). work: p values. */
void sp_spectral_losses_at(const sp_spectral_losses *losses, double train_time, double *work, double *train, double *test);

typedef struct {
    double gen, best, leave, mem, gap_inf; /* train_time_gen, _best, _leave, _mem */
} sp_spectral_times;

sp_status sp_spectral_losses_times(sp_run *run, const sp_spectral_losses *losses, double gap_fraction, double gen_fraction,
                                   sp_spectral_times *out);

#endif
