#include "convex.h"

#include "math/roots.h"

#include <math.h>

typedef struct {
    sp_run *run;
    sp_spectral_fn spectral;
    const void *context;
    const sp_loss *loss;
    double flip, rho;
    sp_status status;
    sp_spectral_step step;
    sp_channel channel;
} saddle;

/* Unknowns ln V, ln Q, atanh(M / sqrt(rho Q)). */
static void unpack(const saddle *s, const double *x, double *V, double *Q, double *M)
{
    *V = exp(x[0]);
    *Q = exp(x[1]);
    *M = tanh(x[2]) * sqrt(s->rho * *Q);
}

static void update(size_t n, const double *x, double *next, void *context)
{
    (void)n;
    saddle *s = context;
    double V, Q, M;
    unpack(s, x, &V, &Q, &M);
    sp_channel *c = &s->channel;
    next[0] = next[1] = next[2] = NAN;
    if (s->status == SP_OK)
        s->status = sp_channel_at(s->run, s->loss, s->flip, s->rho, V, Q, M, c);
    if (s->status != SP_OK || !(c->A > 0))
        return;
    s->spectral(c->A, s->context, &s->step);
    double m = c->mh / c->A, q = c->qh / (c->A * c->A);
    double V1 = s->step.G / c->A, M1 = m * s->step.M1, Q1 = m * m * s->step.q0 + q * s->step.b1;
    next[0] = log(V1);
    next[1] = log(Q1);
    next[2] = atanh(fmin(1 - 1e-15, fmax(-1 + 1e-15, M1 / sqrt(s->rho * Q1))));
}

static void difference(size_t n, const double *x, double *f, void *context)
{
    update(n, x, f, context);
    for (size_t i = 0; i < n; i++)
        f[i] -= x[i];
}

sp_status sp_convex_solve(sp_run *run, sp_spectral_fn spectral, const void *context, const sp_loss *loss, double flip,
                          double rho, const sp_classifier *start, sp_classifier *out)
{
    saddle s = {.run = run, .spectral = spectral, .context = context, .loss = loss, .flip = flip, .rho = rho};
    double V = 1, Q = 0.5, M = 0.1 * sqrt(0.5 * rho);
    if (start && start->converged && start->Q > 0 && isfinite(start->V)) {
        V = start->V;
        Q = start->Q;
        M = start->M;
    }
    double x[3] = {log(V), log(Q), atanh(M / sqrt(rho * Q))}, y[3];
    sp_root root;
    SP_TRY(sp_fixed_point(run, 3, update, &s,
                          &(sp_fixed_point_options){.tolerance = 1e-13, .max_iterations = 400, .memory = 3}, x, &root));
    SP_TRY(s.status);
    size_t iterations = root.iterations;
    if (!root.converged) {
        SP_TRY(sp_newton(run, 3, difference, NULL, &s,
                         &(sp_newton_options){.tolerance = 1e-12, .max_iterations = 60, .max_step = 2}, x, &root));
        SP_TRY(s.status);
        iterations += root.iterations;
    }
    difference(3, x, y, &s);
    SP_TRY(s.status);
    double residual = fmax(fabs(y[0]), fmax(fabs(y[1]), fabs(y[2])));
    unpack(&s, x, &V, &Q, &M);
    double m = s.channel.mh / s.channel.A, q = s.channel.qh / (s.channel.A * s.channel.A);
    *out = (sp_classifier){.V = V,
                           .Q = Q,
                           .M = M,
                           .train_loss = s.channel.train_loss,
                           .train_err = s.channel.train_err,
                           .test_loss = s.channel.test_loss,
                           .weight_norm = m * m * s.step.n0 + q * s.step.n1,
                           .residual = residual,
                           .iterations = (int)iterations,
                           .converged = residual < 1e-9};
    sp_classifier_finish(flip, rho, out);
    return SP_OK;
}
