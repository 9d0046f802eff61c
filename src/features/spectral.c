#include "spectral.h"

#include <float.h>
#include <math.h>

enum { MAX_ITERATIONS = 300 };

static double block_t(const sp_kappa_equation *e, size_t b) { return e->p->psi2 * e->p->mu1 * e->p->mu1 * e->q->c[b]; }

double sp_kappa_distance(const sp_kappa_equation *e, double kappa)
{
    double c = e->s * kappa;
    return c > 0 ? 2 * c / (e->gap + sqrt(e->gap * e->gap + 4 * c)) : 0;
}

/* The left-hand side minus m. */
static double excess(const sp_kappa_equation *e, double kappa, double *slope)
{
    double a = e->p->psi2 * e->p->mu_star2 + e->linear;
    double value = a * kappa - e->m, derivative = a;
    for (size_t b = 0; b < e->q->n; b++) {
        double t = block_t(e, b), d = 1 / (1 + kappa * t);
        value += e->q->weight[b] * kappa * t * d;
        derivative += e->q->weight[b] * t * d * d;
    }
    *slope = derivative + (e->s > 0 ? e->s / sqrt(e->gap * e->gap + 4 * e->s * kappa) : 0);
    return value + sp_kappa_distance(e, kappa);
}

double sp_linear_rank(const sp_kappa_equation *e)
{
    double rank = 0;
    for (size_t b = 0; b < e->q->n; b++)
        rank += block_t(e, b) > 0 ? e->q->weight[b] : 0;
    return rank;
}

/* The left-hand side is increasing and concave in kappa, so Newton from a point below the root climbs to it without
 * overshooting: it has converged when a step no longer moves up. */
sp_kappa sp_kappa_solve(const sp_kappa_equation *e)
{
    double a = e->p->psi2 * e->p->mu_star2 + e->linear, sum = a, f = 0;
    sp_kappa out = {.converged = true};
    if (a == 0 && e->s == 0 && e->m >= sp_linear_rank(e) * (1 - 4 * DBL_EPSILON)) {
        out.kappa = INFINITY;
        return out;
    }
    for (size_t b = 0; b < e->q->n; b++)
        sum += e->q->weight[b] * block_t(e, b);
    out.kappa = sum > 0 ? e->m / (2 * sum) : INFINITY;
    if (e->s > 0)
        out.kappa = fmin(out.kappa, e->m / 2 * (e->m / 2 + e->gap) / e->s);
    for (; out.iterations < MAX_ITERATIONS; out.iterations++) {
        double slope;
        f = excess(e, out.kappa, &slope);
        double step = -f / slope;
        if (!(step > DBL_EPSILON * out.kappa))
            break;
        out.kappa += step;
    }
    out.residual = fabs(f) / e->m;
    out.converged = isfinite(out.kappa) && out.residual < 1e-12;
    return out;
}

sp_spectral_average sp_spectral_average_at(const sp_features_point *p, const sp_population *q, double kappa)
{
    sp_spectral_average s = {0};
    bool infinite = isinf(kappa);
    if (!infinite) {
        s.g = p->psi2 * p->mu_star2 * kappa;
        s.kappa_g = s.g * kappa;
    }
    for (size_t b = 0; b < q->n; b++) {
        double t = p->psi2 * p->mu1 * p->mu1 * q->c[b], weight = q->weight[b], signal = weight * q->c[b] * q->th2[b];
        double h = t == 0     ? 0
                   : infinite ? 1
                              : kappa * t / (1 + kappa * t),
               d = t == 0     ? 1
                   : infinite ? 0
                              : 1 / (1 + kappa * t);
        s.T += weight * h * h;
        s.g += weight * h * d;
        s.M += signal * h;
        s.bias += signal * d * d;
        s.W += signal * h * d;
        s.square += signal * h * h;
        if (t > 0) {
            s.kappa_g += weight * h * h / t;
            s.kappa_W += signal * h * h / t;
        }
    }
    return s;
}
