#include "convex.h"

#include "math/quadrature.h"

#include <math.h>

enum { PANELS = 12, PER_PANEL = 40, MAX_CUTS = SP_LOSS_KINKS + 16 };
static const double half_width = 9;

double sp_label_gain(double flip, double rho) { return (1 - 2 * flip) * sqrt(2 / (M_PI * rho)); }

static double normal_cdf(double x) { return 0.5 * erfc(-x * M_SQRT1_2); }

/* The labels seen from the margin u: weight W(u) = 2 P(y = + | f = u) and its derivative along nu. */
typedef struct {
    double flip, slope, rest, ratio; /* slope of the argument of Phi; rho - M^2/Q; M/Q */
} field;

static field field_at(const sp_label_model *labels, double Q, double M)
{
    double rest = fmax(labels->rho - M * M / Q, 1e-300);
    return (field){labels->flip, M / (Q * sqrt(rest)), rest, M / Q};
}

static double weight(const field *y, double u)
{
    return 2 * ((1 - y->flip) * normal_cdf(y->slope * u) + y->flip * normal_cdf(-y->slope * u));
}

static double weight_slope(const field *y, double u)
{
    double x = y->ratio * u;
    return 2 * (1 - 2 * y->flip) * exp(-x * x / (2 * y->rest)) / sqrt(2 * M_PI * y->rest);
}

/* Kinks of the integrands in the margin u: of the proximal map, of the loss, and the width of the step in W. */
static size_t cuts(const sp_loss *loss, double V, double slope, double *u)
{
    size_t n = isfinite(V) ? sp_loss_prox_kinks(loss, V, u) : 0;
    for (size_t i = 0; i < loss->kinks.n && n < SP_LOSS_KINKS; i++)
        u[n++] = loss->kinks.v[i];
    u[n++] = 1;
    u[n++] = 0;
    static const double widths[] = {1, 3, 6};
    for (int i = 0; i < 3 && slope > 0; i++) {
        u[n++] = widths[i] / slope;
        u[n++] = -widths[i] / slope;
    }
    return n;
}

static void add(const sp_loss *loss, double u, double V, double W, double W_slope, sp_channel *out)
{
    double z, dz;
    sp_loss_prox(loss, u, V, &z, &dz);
    double force = (z - u) / V;
    out->A += W * (1 - dz) / V;
    out->qh += W * force * force;
    out->mh += W_slope * force;
    out->train_loss += W * sp_loss_value(loss, z);
    out->train_err += z < 0 ? W : 0;
    out->test_loss += W * sp_loss_value(loss, u);
}

sp_status sp_channel_at(sp_run *run, const sp_loss *loss, const sp_label_model *labels, double V, double Q, double M,
                        sp_channel *out)
{
    field y = field_at(labels, Q, M);
    double cut[MAX_CUTS], centre = labels->classes ? M : 0;
    size_t n = cuts(loss, V, labels->classes ? 0 : y.slope, cut);
    for (size_t i = 0; i < n; i++)
        cut[i] = (cut[i] - centre) / sqrt(Q);
    sp_rule rule;
    sp_mark mark = sp_memory_mark(run);
    SP_TRY(sp_normal_panels(run, half_width, PANELS, PER_PANEL, n, cut, &rule));
    *out = (sp_channel){0};
    for (size_t i = 0; i < rule.n; i++) {
        double u = centre + sqrt(Q) * rule.x[i], w = rule.w[i];
        add(loss, u, V, labels->classes ? w : w * weight(&y, u), labels->classes ? w : w * weight_slope(&y, u), out);
    }
    sp_memory_release(run, mark);
    return SP_OK;
}

void sp_classifier_finish(const sp_label_model *labels, sp_classifier *c)
{
    if (labels->classes) {
        c->test_err = c->test_err_noisy = c->Q > 0 ? normal_cdf(-c->M / sqrt(c->Q)) : c->M > 0 ? 0 : 0.5;
        return;
    }
    double m = c->M / sqrt(labels->rho * c->Q);
    c->test_err = c->Q > 0 ? acos(fmin(1, fmax(-1, m))) / M_PI : 0.5;
    c->test_err_noisy = labels->flip + (1 - 2 * labels->flip) * c->test_err;
}

sp_status sp_square_errors(sp_run *run, const sp_label_model *labels, sp_classifier *c)
{
    static const sp_loss square = {.kind = SP_LOSS_SQUARE, .name = "square"};
    double gain = sp_label_gain(labels->flip, labels->rho), A = 1 / (1 + c->V);
    double mean_square = labels->classes ? (1 - c->M) * (1 - c->M) + c->Q : 1 + c->Q - 2 * gain * c->M;
    sp_classifier_finish(labels, c);
    c->test_loss = mean_square / 2;
    c->train_loss = A * A * mean_square / 2;
    c->train_err = 0;
    if (!(c->Q > 0) || isinf(c->V) || isinf(c->Q))
        return SP_OK;
    sp_channel channel;
    SP_TRY(sp_channel_at(run, &square, labels, c->V, c->Q, c->M, &channel));
    c->train_err = channel.train_err;
    return SP_OK;
}
