/* The functions a formula may call, with three derivatives. */
#include "math/expression_private.h"

#include <math.h>

static const double two_over_root_pi = 1.12837916709551257390;

static double relu(double x) { return x > 0 ? x : isnan(x) ? x : 0; }
static double sign(double x) { return isnan(x) ? x : (double)((x > 0) - (x < 0)); }
static double step(double x) { return isnan(x) ? x : x > 0 ? 1 : 0; }
static double softplus(double x) { return relu(x) + log1p(exp(-fabs(x))); }

static double sigmoid(double x)
{
    double e = exp(-fabs(x));
    return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

static void set(double g[4], double f, double d1, double d2, double d3)
{
    g[0] = f;
    g[1] = d1;
    g[2] = d2;
    g[3] = d3;
}

static void exp_d(double x, double g[4])
{
    double e = exp(x);
    set(g, e, e, e, e);
}
static void log_d(double x, double g[4])
{
    double r = x < 0 ? NAN : 1 / x;
    set(g, log(x), r, -r * r, 2 * r * r * r);
}
static void sigmoid_d(double x, double g[4])
{
    double s = sigmoid(x), u = s * sigmoid(-x);
    set(g, s, u, u * (1 - 2 * s), u * (1 - 6 * u));
}
static void softplus_d(double x, double g[4])
{
    double s = sigmoid(x), u = s * sigmoid(-x);
    set(g, softplus(x), s, u, u * (1 - 2 * s));
}
static void sqrt_d(double x, double g[4])
{
    double s = sqrt(x), r = 1 / s;
    set(g, s, 0.5 * r, -0.25 * r * r * r, 0.375 * r * r * r * r * r);
}
static void abs_d(double x, double g[4]) { set(g, fabs(x), sign(x), 0, 0); }
static void sin_d(double x, double g[4]) { set(g, sin(x), cos(x), -sin(x), -cos(x)); }
static void cos_d(double x, double g[4]) { set(g, cos(x), -sin(x), -cos(x), sin(x)); }
static void tan_d(double x, double g[4])
{
    double t = tan(x), u = 1 + t * t;
    set(g, t, u, 2 * t * u, 2 * u * (1 + 3 * t * t));
}
static void sinh_d(double x, double g[4]) { set(g, sinh(x), cosh(x), sinh(x), cosh(x)); }
static void cosh_d(double x, double g[4]) { set(g, cosh(x), sinh(x), cosh(x), sinh(x)); }
static void tanh_d(double x, double g[4])
{
    double t = tanh(x), e = exp(-2 * fabs(x)), u = 4 * e / ((1 + e) * (1 + e)); /* 1 - t^2 without cancellation */
    set(g, t, u, -2 * t * u, u * (6 * t * t - 2));
}
static void atan_d(double x, double g[4])
{
    double u = 1 / (1 + x * x);
    set(g, atan(x), u, -2 * x * u * u, (6 * x * x - 2) * u * u * u);
}
static void erf_d(double x, double g[4])
{
    double k = two_over_root_pi * exp(-x * x);
    set(g, erf(x), k, -2 * x * k, (4 * x * x - 2) * k);
}
static void erfc_d(double x, double g[4])
{
    erf_d(x, g);
    set(g, erfc(x), -g[1], -g[2], -g[3]);
}
static void log1p_d(double x, double g[4])
{
    double r = x < -1 ? NAN : 1 / (1 + x);
    set(g, log1p(x), r, -r * r, 2 * r * r * r);
}
static void expm1_d(double x, double g[4])
{
    double e = exp(x);
    set(g, expm1(x), e, e, e);
}
static void relu_d(double x, double g[4]) { set(g, relu(x), step(x), 0, 0); }
static void sign_d(double x, double g[4]) { set(g, sign(x), 0, 0, 0); }
static void step_d(double x, double g[4]) { set(g, step(x), 0, 0, 0); }

const sp_unary sp_unaries[] = {
    [SP_UNARY_EXP] = {"exp", exp, exp_d, false},
    [SP_UNARY_LOG] = {"log", log, log_d, false},
    [SP_UNARY_SIGMOID] = {"sigmoid", sigmoid, sigmoid_d, false},
    [SP_UNARY_SOFTPLUS] = {"softplus", softplus, softplus_d, false},
    {"sqrt", sqrt, sqrt_d, false},
    {"abs", fabs, abs_d, true},
    {"sin", sin, sin_d, false},
    {"cos", cos, cos_d, false},
    {"tan", tan, tan_d, false},
    {"sinh", sinh, sinh_d, false},
    {"cosh", cosh, cosh_d, false},
    {"tanh", tanh, tanh_d, false},
    {"atan", atan, atan_d, false},
    {"erf", erf, erf_d, false},
    {"erfc", erfc, erfc_d, false},
    {"log1p", log1p, log1p_d, false},
    {"expm1", expm1, expm1_d, false},
    {"relu", relu, relu_d, true},
    {"sign", sign, sign_d, true},
    {"step", step, step_d, true},
};

size_t sp_unary_count(void) { return sizeof sp_unaries / sizeof *sp_unaries; }

double sp_power(double x, double exponent) { return exponent == 2 ? x * x : exponent == 3 ? x * x * x : pow(x, exponent); }

void sp_power_derivatives(double x, double exponent, double g[4])
{
    double factor = 1;
    for (int k = 0; k < 4; k++) {
        g[k] = factor == 0 ? 0 : factor * sp_power(x, exponent - k);
        factor *= exponent - k;
    }
}

static double hermite(unsigned k, double x)
{
    double before = 0, h = 1;
    for (unsigned i = 0; i < k; i++) {
        double next = x * h - i * before;
        before = h;
        h = next;
    }
    return h;
}

void sp_hermite_derivatives(unsigned k, double x, double g[4])
{
    double factor = 1;
    for (unsigned i = 0; i < 4; i++) {
        g[i] = i > k ? 0 : factor * hermite(k - i, x);
        factor *= (double)k - i;
    }
}
