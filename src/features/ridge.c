/* Closed theory of ridge regression on random features; the derivation is in the header of sp_features_ridge_solve. */
#include "spectral.h"

#include <float.h>
#include <math.h>

/* 0/0 is 0 here: no noise or signal is left to be amplified. */
static double amplified(double x, double by) { return x == 0 ? 0 : x / by; }

void sp_features_ridge_solve(const sp_features_point *p, const sp_population *q, sp_features_ridge *out)
{
    sp_kappa_equation e = {
        .p = p, .q = q, .m = fmin(p->psi1, p->psi2), .gap = fabs(p->psi1 - p->psi2), .s = p->ridge * p->psi2};
    sp_kappa root = sp_kappa_solve(&e);
    *out = (sp_features_ridge){.converged = root.converged, .residual = root.residual, .iterations = root.iterations};
    double kappa = root.kappa, y = isinf(kappa) ? e.m - sp_linear_rank(&e) : sp_kappa_distance(&e, kappa);
    if (isinf(kappa) && y < 4 * DBL_EPSILON * e.m)
        y = 0;
    double left1 = p->psi1 >= p->psi2 ? y + e.gap : y, left2 = p->psi1 >= p->psi2 ? y : y + e.gap; /* psi1 - G, psi2 - G */
    sp_spectral_average s = sp_spectral_average_at(p, q, kappa);

    double free1 = left1 + s.g, free2 = left2 + s.g; /* psi1 - T, psi2 - T */
    double one_minus_b1 = (s.g * (left1 + left2) + left1 * left2) / (p->psi2 * free1);
    double b1 = (s.T + s.g * s.g / free1) / p->psi2, shared = free2 / p->psi2; /* shared = 1 - b1e */
    double R = s.bias + s.W * s.g / free1;
    out->bias = s.bias;
    out->sampling = amplified(s.T * s.bias, free2);
    out->init = amplified(s.W * s.g / free1, one_minus_b1) +
                amplified(s.bias * s.g * s.g / (free1 * p->psi2), one_minus_b1 * shared);
    out->noise = amplified(p->noise_var * b1, one_minus_b1);
    out->noise_shared = amplified(p->noise_var * s.T, free2);
    out->test = out->bias + out->sampling + out->init + out->noise;

    double E = amplified(R + p->noise_var, one_minus_b1);
    out->kappa = kappa;
    out->A = left2 / p->psi2;
    out->V = left2 > 0 ? (p->psi2 - left2) / left2 : INFINITY;
    out->chi = kappa / out->A;
    out->train = out->A == 0 ? 0 : out->A * out->A * E;
    double rho = sp_population_signal(q);
    out->M = s.M;
    out->Q = out->test - rho + 2 * s.M;
    out->Q12 = out->bias + out->sampling + out->noise_shared - rho + 2 * s.M;
    out->weight_norm = (p->psi2 * s.kappa_W + E * s.kappa_g) / free1;
    out->one_minus_b1 = one_minus_b1;
}

double sp_features_ensemble(const sp_features_ridge *r, double k)
{
    double alone = r->init + (r->noise - r->noise_shared);
    return r->bias + r->sampling + r->noise_shared + (isinf(k) ? 0 : alone / k);
}

double sp_features_divide(const sp_features_ridge *r, double k)
{
    return r->bias + (isinf(k) ? 0 : (r->sampling + r->init + r->noise) / k);
}

double sp_features_ridge_paper(const sp_features_point *p) { return p->ridge / (p->psi1 * p->psi2); }
