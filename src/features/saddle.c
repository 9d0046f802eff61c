#include "convex.h"

#include "math/roots.h"

#include <math.h>

typedef struct {
    sp_run *run;
    sp_spectral_fn spectral;
    const void *context;
    const sp_loss *loss;
    const sp_label_model *labels;
    sp_status status;
    sp_spectral_step step;
    sp_channel channel;
} saddle;

/* Unknowns ln V, ln Q and, for the sign of a field, atanh(M / sqrt(rho Q)); for classes M / sqrt(Q). */
static void unpack(const saddle *s, const double *x, double *V, double *Q, double *M)
{
    *V = exp(x[0]);
    *Q = exp(x[1]);
    *M = s->labels->classes ? x[2] * sqrt(*Q) : tanh(x[2]) * sqrt(s->labels->rho * *Q);
}

static void pack(const saddle *s, double V, double Q, double M, double *x)
{
    x[0] = log(V);
    x[1] = log(Q);
    x[2] = s->labels->classes ? M / sqrt(Q) : atanh(fmin(1 - 1e-15, fmax(-1 + 1e-15, M / sqrt(s->labels->rho * Q))));
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
        s->status = sp_channel_at(s->run, s->loss, s->labels, V, Q, M, c);
    if (s->status != SP_OK || !(c->A > 0))
        return;
    s->spectral(c->A, s->context, &s->step);
    double m = c->mh / c->A, q = c->qh / (c->A * c->A);
    double V1 = s->step.G / c->A, M1 = m * s->step.M1, Q1 = m * m * s->step.q0 + q * s->step.b1;
    pack(s, V1, Q1, M1, next);
}

static void difference(size_t n, const double *x, double *f, void *context)
{
    update(n, x, f, context);
    for (size_t i = 0; i < n; i++)
        f[i] -= x[i];
}

sp_status sp_convex_solve(sp_run *run, sp_spectral_fn spectral, const void *context, const sp_loss *loss,
                          const sp_label_model *labels, const sp_classifier *start, sp_classifier *out)
{
    saddle s = {.run = run, .spectral = spectral, .context = context, .loss = loss, .labels = labels};
    double V = 1, Q = 0.5, M = 0.1 * sqrt(0.5 * (labels->classes ? 1 : labels->rho));
    if (start && start->converged && start->Q > 0 && isfinite(start->V)) {
        V = start->V;
        Q = start->Q;
        M = start->M;
    }
    double x[3], y[3];
    pack(&s, V, Q, M, x);
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
    sp_classifier_finish(labels, out);
    return SP_OK;
}
