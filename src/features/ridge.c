/* Closed theory of ridge regression on random features; the derivation is in the header of sp_features_ridge_solve. */
#include "spinodal/features.h"

#include <float.h>
#include <math.h>

enum { MAX_ITERATIONS = 300 };

/* G(kappa) = a kappa + <h>, its derivative, and y = min(psi1, psi2) - G from  y (y + gap) = s kappa. */
typedef struct {
    double m, gap, s, a, mu1;
    double psi2;
    const sp_population *q;
} kappa_equation;

static double block_t(const kappa_equation *e, size_t b) { return e->psi2 * e->mu1 * e->mu1 * e->q->c[b]; }

static double distance_to_threshold(const kappa_equation *e, double kappa)
{
    double c = e->s * kappa;
    return c > 0 ? 2 * c / (e->gap + sqrt(e->gap * e->gap + 4 * c)) : 0;
}

static double excess(const kappa_equation *e, double kappa, double *slope)
{
    double value = e->a * kappa - e->m, derivative = e->a;
    for (size_t b = 0; b < e->q->n; b++) {
        double t = block_t(e, b), d = 1 / (1 + kappa * t);
        value += e->q->weight[b] * kappa * t * d;
        derivative += e->q->weight[b] * t * d * d;
    }
    *slope = derivative + (e->s > 0 ? e->s / sqrt(e->gap * e->gap + 4 * e->s * kappa) : 0);
    return value + distance_to_threshold(e, kappa);
}

/* The share of directions that the linear part of the features can see. */
static double linear_rank(const kappa_equation *e)
{
    double rank = 0;
    for (size_t b = 0; b < e->q->n; b++)
        rank += block_t(e, b) > 0 ? e->q->weight[b] : 0;
    return rank;
}

/* G + y is increasing and concave in kappa, so Newton from a point below the root climbs to it without overshooting: it has
 * converged when a step no longer moves up. */
static double solve_kappa(const kappa_equation *e, sp_features_ridge *out)
{
    double rank = linear_rank(e);
    out->converged = true;
    if (e->a == 0 && e->s == 0 && e->m >= rank * (1 - 4 * DBL_EPSILON))
        return INFINITY;
    double sum = e->a;
    for (size_t b = 0; b < e->q->n; b++)
        sum += e->q->weight[b] * block_t(e, b);
    double kappa = sum > 0 ? e->m / (2 * sum) : INFINITY;
    if (e->s > 0)
        kappa = fmin(kappa, e->m / 2 * (e->m / 2 + e->gap) / e->s);
    double f = 0;
    for (out->iterations = 0; out->iterations < MAX_ITERATIONS; out->iterations++) {
        double slope;
        f = excess(e, kappa, &slope);
        double step = -f / slope;
        if (!(step > DBL_EPSILON * kappa))
            break;
        kappa += step;
    }
    out->residual = fabs(f) / e->m;
    out->converged = isfinite(kappa) && out->residual < 1e-12;
    return kappa;
}

/* Averages over the spectrum, with h = kappa t / (1 + kappa t). */
typedef struct {
    double T, g, M, bias, W, kappa_g, kappa_W;
} averages;

static averages average(const kappa_equation *e, double kappa)
{
    averages s = {0};
    bool infinite = isinf(kappa);
    if (!infinite) {
        s.g = e->a * kappa;
        s.kappa_g = e->a * kappa * kappa;
    }
    for (size_t b = 0; b < e->q->n; b++) {
        double t = block_t(e, b), weight = e->q->weight[b], signal = weight * e->q->c[b] * e->q->th2[b];
        double h = t == 0 ? 0 : infinite ? 1 : kappa * t / (1 + kappa * t), d = t == 0 ? 1 : infinite ? 0 : 1 / (1 + kappa * t);
        s.T += weight * h * h;
        s.g += weight * h * d;
        s.M += signal * h;
        s.bias += signal * d * d;
        s.W += signal * h * d;
        if (t > 0) {
            s.kappa_g += weight * h * h / t;
            s.kappa_W += signal * h * h / t;
        }
    }
    return s;
}

/* 0/0 is 0 here: no noise or signal is left to be amplified. */
static double amplified(double x, double by) { return x == 0 ? 0 : x / by; }

void sp_features_ridge_solve(const sp_features_point *p, const sp_population *q, sp_features_ridge *out)
{
    *out = (sp_features_ridge){0};
    kappa_equation e = {.m = fmin(p->psi1, p->psi2), .gap = fabs(p->psi1 - p->psi2), .s = p->ridge * p->psi2, .a = p->psi2 * p->mu_star2,
                        .mu1 = p->mu1, .psi2 = p->psi2, .q = q};
    double kappa = solve_kappa(&e, out), y = isinf(kappa) ? e.m - linear_rank(&e) : distance_to_threshold(&e, kappa);
    if (isinf(kappa) && y < 4 * DBL_EPSILON * e.m)
        y = 0;
    double left1 = p->psi1 >= p->psi2 ? y + e.gap : y, left2 = p->psi1 >= p->psi2 ? y : y + e.gap; /* psi1 - G, psi2 - G */
    averages s = average(&e, kappa);

    double free1 = left1 + s.g, free2 = left2 + s.g; /* psi1 - T, psi2 - T */
    double one_minus_b1 = (s.g * (left1 + left2) + left1 * left2) / (p->psi2 * free1);
    double b1 = (s.T + s.g * s.g / free1) / p->psi2, shared = free2 / p->psi2; /* shared = 1 - b1e */
    double R = s.bias + s.W * s.g / free1;
    out->bias = s.bias;
    out->sampling = amplified(s.T * s.bias, free2);
    out->init = amplified(s.W * s.g / free1, one_minus_b1) + amplified(s.bias * s.g * s.g / (free1 * p->psi2), one_minus_b1 * shared);
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
