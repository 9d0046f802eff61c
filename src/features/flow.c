/* Gradient flow as a superposition of ridge estimators of complex ridge. */
#include "complex_ridge.h"

#include <math.h>

enum { NODES = 18, COARSE = 15 };

/* One ridge estimator of the superposition: coefficient, kappa and A. */
typedef struct {
    double complex gamma, kappa, A;
    bool converged;
} node;

/* Nodes of the inverse Laplace transform of 1/(s (s + l)) at time T' on s = mu (1 + i u)^2, step h = 3/N, mu = pi N/(12 T');
 * error exp(-2 pi N/3) (Weideman & Trefethen, Math. Comp. 76 (2007) 1341). The conjugates are implied. */
static void place(const sp_features_point *p, const sp_population *q, double time, int n, node *nodes)
{
    double h = 3.0 / n, mu = M_PI * n / (12 * time);
    for (int k = 0; k < n; k++) {
        double complex root = 1 + I * (k + 0.5) * h, s = mu * root * root, ds = 2 * I * mu * root;
        sp_complex_ridge c = sp_complex_ridge_solve(p, q, cabs(s), carg(s));
        nodes[k] = (node){h / (2 * M_PI * I) * cexp(s * time) * ds / s, c.kappa, c.A, c.converged};
    }
}

typedef struct {
    double complex bias, sampling, init, noise, residual;
} overlap;

/* Two ridge estimators on the same data with the same features (spec 21, 3.2 for two values of the ridge). */
static overlap pair(const sp_features_point *p, const sp_population *q, const node *x, const node *y)
{
    double complex hh = 0, dd = p->psi2 * p->mu_star2, bias = 0, W = 0;
    for (size_t b = 0; b < q->n; b++) {
        double t = p->psi2 * p->mu1 * p->mu1 * q->c[b], signal = q->weight[b] * q->c[b] * q->th2[b];
        double complex d = 1 / ((1 + x->kappa * t) * (1 + y->kappa * t));
        hh += q->weight[b] * x->kappa * y->kappa * t * t * d;
        dd += q->weight[b] * t * d;
        bias += signal * d;
        W += signal * t * d;
    }
    double complex kk = x->kappa * y->kappa, free1 = p->psi1 - hh, free2 = p->psi2 - hh;
    double complex b1 = (hh + kk * dd * dd / free1) / p->psi2, R = bias + kk * W * dd / free1;
    overlap o = {.bias = bias, .sampling = bias * hh / free2, .noise = p->noise_var * b1 / (1 - b1)};
    o.init = R / (1 - b1) - bias * p->psi2 / free2;
    o.residual = x->A * y->A * (R + p->noise_var) / (1 - b1);
    return o;
}

static bool superpose(const sp_features_point *p, const sp_population *q, double time, int n, sp_features_flow *out)
{
    node nodes[NODES];
    bool converged = true;
    double complex bias = 0, sampling = 0, init = 0, noise = 0, residual = 0;
    place(p, q, time, n, nodes);
    for (int i = 0; i < n; i++) {
        converged &= nodes[i].converged;
        for (int j = 0; j < 2 * n; j++) {
            node other = nodes[j % n];
            if (j >= n)
                other = (node){conj(other.gamma), conj(other.kappa), conj(other.A), true};
            overlap o = pair(p, q, &nodes[i], &other);
            double complex weight = 2 * nodes[i].gamma * other.gamma;
            bias += weight * o.bias;
            sampling += weight * o.sampling;
            init += weight * o.init;
            noise += weight * o.noise;
            residual += weight * o.residual;
        }
    }
    *out = (sp_features_flow){.bias = creal(bias),
                              .sampling = creal(sampling),
                              .init = creal(init),
                              .noise = creal(noise),
                              .train = creal(residual)};
    out->test = out->bias + out->sampling + out->init + out->noise;
    return converged;
}

sp_status sp_features_flow_solve(sp_run *run, const sp_features_point *p, const sp_population *q, double train_time,
                                 sp_features_flow *out)
{
    if (!(train_time >= 0))
        return sp_fail(run, SP_USAGE, "--train-time is >= 0, got %g", train_time);
    double rho = sp_population_signal(q);
    *out = (sp_features_flow){.test = rho, .bias = rho, .train = rho + p->noise_var, .converged = true};
    if (train_time == 0)
        return SP_OK;
    sp_features_flow coarse;
    double time = train_time / p->psi2;
    bool converged = superpose(p, q, time, COARSE, &coarse) && superpose(p, q, time, NODES, out);
    out->residual = fabs(out->test - coarse.test) / (fabs(out->test) + p->noise_var);
    out->converged = converged && out->residual < 1e-6;
    return SP_OK;
}
