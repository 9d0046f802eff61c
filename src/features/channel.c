#include "convex.h"

#include "math/quadrature.h"

#include <math.h>

enum { PANELS = 12, PER_PANEL = 40 };
static const double half_width = 9;

double sp_label_gain(double flip, double rho) { return (1 - 2 * flip) * sqrt(2 / (M_PI * rho)); }

static double normal_cdf(double x) { return 0.5 * erfc(-x * M_SQRT1_2); }

/* The labels seen from the margin u (spec 17, 3.1): weight W(u) = 2 P(y = +, nu given f = u) and its derivative along nu. */
typedef struct {
    double flip, slope, rest, ratio; /* slope of the argument of Phi; rho - M^2/Q; M/Q */
} labels;

static labels labels_at(double flip, double rho, double Q, double M)
{
    double rest = fmax(rho - M * M / Q, 1e-300);
    return (labels){flip, M / (Q * sqrt(rest)), rest, M / Q};
}

static double weight(const labels *y, double u)
{
    return 2 * ((1 - y->flip) * normal_cdf(y->slope * u) + y->flip * normal_cdf(-y->slope * u));
}

static double weight_slope(const labels *y, double u)
{
    double x = y->ratio * u;
    return 2 * (1 - 2 * y->flip) * exp(-x * x / (2 * y->rest)) / sqrt(2 * M_PI * y->rest);
}

/* Cuts in units of sqrt(Q): kinks of the proximal map and the width of the step in W. */
static size_t cuts(const sp_loss *loss, const labels *y, double V, double Q, double *out)
{
    size_t n = isfinite(V) ? sp_loss_prox_kinks(loss, V, out) : 0;
    for (size_t i = 0; i < loss->kinks.n && i < 8; i++)
        out[n++] = loss->kinks.v[i];
    out[n++] = 1;
    out[n++] = 0;
    for (size_t i = 0; i < n; i++)
        out[i] /= sqrt(Q);
    static const double widths[] = {1, 3, 6};
    for (int i = 0; i < 3 && y->slope > 0; i++) {
        double at = widths[i] / (y->slope * sqrt(Q));
        out[n++] = at;
        out[n++] = -at;
    }
    return n;
}

sp_status sp_channel_at(sp_run *run, const sp_loss *loss, double flip, double rho, double V, double Q, double M,
                        sp_channel *out)
{
    labels y = labels_at(flip, rho, Q, M);
    double cut[SP_LOSS_KINKS + 24];
    sp_rule rule;
    sp_mark mark = sp_memory_mark(run);
    SP_TRY(sp_normal_panels(run, half_width, PANELS, PER_PANEL, cuts(loss, &y, V, Q, cut), cut, &rule));
    *out = (sp_channel){0};
    for (size_t i = 0; i < rule.n; i++) {
        double u = sqrt(Q) * rule.x[i], z, dz, W = rule.w[i] * weight(&y, u);
        sp_loss_prox(loss, u, V, &z, &dz);
        double force = (z - u) / V;
        out->A += W * (1 - dz) / V;
        out->qh += W * force * force;
        out->mh += rule.w[i] * weight_slope(&y, u) * force;
        out->train_loss += W * sp_loss_value(loss, z);
        out->train_err += z < 0 ? W : 0;
        out->test_loss += W * sp_loss_value(loss, u);
    }
    sp_memory_release(run, mark);
    return SP_OK;
}

/* Test error of a classifier with overlap M and norm Q. */
void sp_classifier_finish(double flip, double rho, sp_classifier *c)
{
    double m = c->M / sqrt(rho * c->Q);
    c->test_err = c->Q > 0 ? acos(fmin(1, fmax(-1, m))) / M_PI : 0.5;
    c->test_err_noisy = flip + (1 - 2 * flip) * c->test_err;
}

sp_status sp_square_errors(sp_run *run, double flip, double rho, sp_classifier *c)
{
    double gain = sp_label_gain(flip, rho), mean_square = 1 + c->Q - 2 * gain * c->M, A = 1 / (1 + c->V);
    sp_classifier_finish(flip, rho, c);
    c->test_loss = mean_square / 2;
    c->train_loss = A * A * mean_square / 2;
    c->train_err = 0;
    if (!(c->Q > 0) || isinf(c->V) || isinf(c->Q))
        return SP_OK;
    static const sp_loss square = {.kind = SP_LOSS_SQUARE, .name = "square"};
    sp_channel channel;
    SP_TRY(sp_channel_at(run, &square, flip, rho, c->V, c->Q, c->M, &channel));
    c->train_err = channel.train_err;
    return SP_OK;
}
