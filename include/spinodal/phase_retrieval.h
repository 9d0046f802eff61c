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

#ifdef __cplusplus
}
#endif
#endif
