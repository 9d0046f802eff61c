/* Signal-to-noise theory of averaged gradient descent and state evolution of AMP (spec 26, 3.3-3.4). */
#include "spinodal/tensor_pca.h"

#include "math/roots.h"

#include <math.h>

enum { AMP_STEPS = 1000 };

double sp_tensor_pca_evolve(int k, size_t n, double strength, double m)
{
    double signal = strength * pow(m, k - 1) / sqrt(tgamma(k));
    return signal / sqrt(signal * signal + (double)n);
}

static double evolve_to_end(int k, size_t n, double strength, double m)
{
    for (int t = 0; t < AMP_STEPS; t++)
        m = sp_tensor_pca_evolve(k, n, strength, m);
    return m;
}

/* Complexity of the minima of the pure spherical model of order k (covariance n q^k) at energy -u per degree of freedom,
 * u >= 2 sqrt((k-1)/k): its zero is the ground state (A. Auffinger, G. Ben Arous, J. Cerny, arXiv:1003.1129). */
static double complexity(double u, void *context)
{
    double k = *(const int *)context, e = 2 * sqrt((k - 1) / k), root = sqrt(fmax(0, u * u - e * e));
    double rate = u * root / (e * e) - log((u + root) / e);
    return log(k - 1) / 2 - (k - 2) / (4 * (k - 1)) * u * u - rate;
}

static double ground_energy(int k)
{
    double e = 2 * sqrt((k - 1) / (double)k);
    return sp_root_bracketed(complexity, &k, e, 2 * e, 1e-13).x;
}

sp_status sp_tensor_pca_theory(sp_run *run, const sp_tensor_pca_theory_params *p, sp_tensor_pca_theory_result *out)
{
    int k = (int)p->k;
    double n = (double)p->n;
    if (k < 3 || k > 6 || p->n < 2 || !(p->a >= 0) || !(p->replicas >= 1))
        return sp_fail(run, SP_USAGE, "allowed: order 3 to 6, n >= 2, a >= 0, replicas >= 1");
    double strength = p->a * pow(n, k / 4.0), per_n = strength / n;
    *out = (sp_tensor_pca_theory_result){.strength = strength, .m_1 = NAN, .a_c = NAN, .m_random = 1 / sqrt(n)};
    if (k == 3) {
        /* trace part of the noise 2 + 4/n, replica part (2n-2)/R (1/R = 0 for R = inf) */
        out->m_1 = per_n / sqrt(per_n * per_n + 2 + 4 / n + (2 * n - 2) / p->replicas);
        out->a_c = sqrt(2) * pow(1 + n / p->replicas, 0.25);
    }
    /* one start of overlap n^(-1/2): strength m^(k-1) = sqrt((k-1)! n) m */
    out->strength_gd = sqrt(tgamma(k) * n) * pow(n, (k - 2) / 2.0);
    out->value_threshold = sqrt(tgamma(k + 1)) * 2 * sqrt((k - 1) / (double)k);
    out->value_ground = sqrt(tgamma(k + 1)) * ground_energy(k);
    out->amp_fixed = evolve_to_end(k, p->n, strength, k == 3 ? out->m_1 : 1);
    out->amp_random = evolve_to_end(k, p->n, strength, out->m_random);
    return SP_OK;
}
