/* Exact dynamics in a matrix landscape under a learning-rate schedule (spec 14, 3.1 and 3.3).
 *
 * F = Gamma e^{-2 lambda_0 s} solves F(t) = A(s) + 2T int eta(u)^2 K(s(t) - s(u)) F(u) du with all growth factored out. F is
 * stored at equally spaced log t; the integral runs over nodes dense at both ends, so every time scale is resolved. */
#include "spinodal/learning_rate.h"

#include "mixed_kernel.h"

#include <gsl/gsl_sf_bessel.h>
#include <math.h>

enum { POINTS = 5, HALF = 160, DEFAULT_TIMES = 60 };
static const double FIRST_TIME = 1e-4, NODE = 0.25;

void sp_matrix_spike(double theta, double m0, double *lambda_0, double *gap, double *s_cross)
{
    *lambda_0 = theta > 1 ? theta + 1 / theta : 2;
    *gap = *lambda_0 - 2;
    *s_cross = *gap > 0 && m0 != 0 ? -log(m0 * m0) / (2 * *gap) : INFINITY;
}

/* int of exp((l - top) s) sqrt(4 - l^2)/(2 pi) over the bulk, = e^{-top s} I_1(2s)/s, and its derivative by s without -top
 */
static double bulk(double s, double top) { return s < 1e-9 ? 1 : exp((2 - top) * s) * gsl_sf_bessel_I1_scaled(2 * s) / s; }
static double bulk_moment(double s, double top)
{
    return s < 1e-9 ? s : 2 * exp((2 - top) * s) * gsl_sf_bessel_In_scaled(2, 2 * s) / s;
}

/* Moments 0 and 1 in lambda of exp((lambda - top) s) over the spectral measure of the spike direction. */
static void spike_measure(double theta, double s, double top, double moment[2])
{
    double weight = theta > 1 ? 1 - 1 / (theta * theta) : 0, lambda = theta + 1 / theta;
    moment[0] = theta > 1 ? weight * exp((lambda - top) * s) : 0;
    moment[1] = lambda * moment[0];
    if (theta == 0) {
        moment[0] = bulk(s, top);
        moment[1] = bulk_moment(s, top);
        return;
    }
    /* lambda = 2 - x^2: Gauss-Chebyshev would do at small s; the trapezoid in logit resolves the edge at any s */
    const double h = 0.1;
    for (int i = -400; i <= 400; i++) {
        double u = i * h, y = 1 / (1 + exp(u)), l = 2 - 4 * y; /* y from the upper edge */
        double density = 4 * sqrt(y * (1 - y)) / (2 * M_PI) / ((1 - theta) * (1 - theta) + 4 * theta * y);
        double z = h * 4 * y * (1 - y) * density * exp((l - top) * s);
        moment[0] += z;
        moment[1] += l * z;
    }
}

double sp_matrix_spike_propagator(double theta, double s)
{
    double moment[2];
    spike_measure(theta, s, theta > 1 ? theta + 1 / theta : 2, moment);
    return moment[0];
}

typedef struct {
    const sp_matrix_schedule_params *p;
    double top, step;
    size_t n;
    double *l, *t, *f;
} volterra;

/* s(t) - s(u), without cancellation when they are close */
static double elapsed(const sp_schedule *eta, double t, double u)
{
    double gap = t - u;
    bool smooth = gap < 0.01 * (1 + u) && !(u < eta->t_switch && t > eta->t_switch);
    if (smooth)
        return gap * (sp_schedule_rate(eta, t) + 4 * sp_schedule_rate(eta, (t + u) / 2) + sp_schedule_rate(eta, u)) / 6;
    return sp_schedule_integral(eta, t) - sp_schedule_integral(eta, u);
}

/* Weights of the stored rows 0..last for F at time u; returns the first of POINTS rows. Before the first row F is linear
 * from 1. */
static size_t weights(const volterra *v, double u, size_t last, double *w, double *start)
{
    size_t count = last + 1 < POINTS ? last + 1 : POINTS;
    for (size_t i = 0; i < POINTS; i++)
        w[i] = 0;
    *start = 0;
    if (u <= v->t[0]) {
        w[0] = u / v->t[0];
        *start = 1 - w[0];
        return 0;
    }
    double x = (log(u) - v->l[0]) / v->step;
    double first = floor(x) - 1;
    first = first < 0 ? 0 : first > (double)(last + 1 - count) ? (double)(last + 1 - count) : first;
    for (size_t i = 0; i < count; i++) {
        w[i] = 1;
        for (size_t k = 0; k < count; k++)
            if (k != i)
                w[i] *= (x - first - (double)k) / ((double)i - (double)k);
    }
    return (size_t)first;
}

/* int_0^t eta^2 K(s(t)-s(u)) F(u) du and the same with the first-moment kernel, as (known, coefficient of F(t)). */
static void memory(const volterra *v, double t, size_t last, bool newest_unknown, double known[2], double coefficient[2])
{
    const sp_schedule *eta = &v->p->eta;
    double mass = 0;
    known[0] = known[1] = coefficient[0] = coefficient[1] = 0;
    for (int j = -HALF; j <= HALF; j++) {
        double e = exp(-fabs(j * NODE)), near = e / (1 + e), theta = j < 0 ? near : 1 / (1 + e),
               z = NODE * e / ((1 + e) * (1 + e));
        if (near * t < 1e-9 * FIRST_TIME)
            continue;
        mass += z;
        double u = t * theta, gap = j > 0 ? t * near : t - u, rate = sp_schedule_rate(eta, u), w[POINTS], start;
        double y = gap < 0.01 * (1 + u)
                       ? gap * (sp_schedule_rate(eta, t) + 4 * sp_schedule_rate(eta, t - gap / 2) + rate) / 6
                       : elapsed(eta, t, u);
        double kernel[2] = {bulk(2 * y, v->top), bulk_moment(2 * y, v->top)};
        size_t first = weights(v, u, last, w, &start);
        for (int k = 0; k < 2; k++) {
            double c = z * t * rate * rate * kernel[k];
            known[k] += c * start;
            for (size_t i = 0; i < POINTS && first + i <= last; i++)
                *(newest_unknown && first + i == last ? &coefficient[k] : &known[k]) +=
                    c * w[i] * (newest_unknown && first + i == last ? 1 : v->f[first + i]);
        }
    }
    double end = t * (1 - mass) / 2, rate0 = sp_schedule_rate(eta, 0), rate = sp_schedule_rate(eta, t),
           s = sp_schedule_integral(eta, t);
    known[0] += end * rate0 * rate0 * bulk(2 * s, v->top);
    known[1] += end * rate0 * rate0 * bulk_moment(2 * s, v->top);
    *(newest_unknown ? &coefficient[0] : &known[0]) += end * rate * rate * (newest_unknown ? 1 : v->f[last]);
}

/* (1 - m0^2) G + m0^2 A at 2s: moments 0 and 1 */
static void source(const volterra *v, double s, double moment[2])
{
    double m2 = v->p->m0 * v->p->m0, spike[2] = {0, 0};
    if (m2 > 0)
        spike_measure(v->p->theta, 2 * s, v->top, spike);
    moment[0] = (1 - m2) * bulk(2 * s, v->top) + m2 * spike[0];
    moment[1] = (1 - m2) * bulk_moment(2 * s, v->top) + m2 * spike[1];
}

static sp_status solve(sp_run *run, const sp_matrix_schedule_params *p, double step, volterra *v)
{
    double gap, cross;
    *v = (volterra){.p = p};
    sp_matrix_spike(p->theta, p->m0, &v->top, &gap, &cross);
    size_t n = (size_t)ceil(log(p->t_max / FIRST_TIME) / step) + 1;
    n = n < POINTS ? POINTS : n;
    v->step = log(p->t_max / FIRST_TIME) / (double)(n - 1);
    v->l = SP_NEW(run, double, n);
    v->t = SP_NEW(run, double, n);
    v->f = SP_NEW(run, double, n);
    if (!v->l || !v->t || !v->f)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++) {
        v->l[i] = log(FIRST_TIME) + (double)i * v->step;
        v->t[i] = i + 1 == n ? p->t_max : exp(v->l[i]);
        double a[2], known[2], coefficient[2] = {0, 0};
        source(v, sp_schedule_integral(&p->eta, v->t[i]), a);
        if (p->temperature > 0) {
            memory(v, v->t[i], i, true, known, coefficient);
            a[0] += 2 * p->temperature * known[0];
        }
        v->f[i] = a[0] / (1 - 2 * p->temperature * coefficient[0]);
        v->n = i + 1;
        SP_TRY(sp_poll(run));
    }
    return SP_OK;
}

static void read_point(const volterra *v, double t, sp_matrix_schedule_point *out)
{
    const sp_matrix_schedule_params *p = v->p;
    double T = p->temperature, gap, cross, a[2], known[2] = {0, 0}, ignored[2];
    double s = sp_schedule_integral(&p->eta, t), eta = sp_schedule_rate(&p->eta, t);
    source(v, s, a);
    if (T > 0 && t > 0)
        memory(v, t, v->n - 1, false, known, ignored);
    double f = a[0] + 2 * T * known[0]; /* the equation itself interpolates better than the rows */
    double propagator[2];
    spike_measure(p->theta, s, v->top, propagator);
    *out = (sp_matrix_schedule_point){.t = t, .eta = eta, .s = s, .ln_gamma = log(f)};
    out->mu = (a[1] + 2 * T * known[1] + T * eta * f) / f; /* Gamma'/(2 eta Gamma), differentiated under the integral */
    out->energy = -(out->mu - eta * T) / 2;
    out->excess = out->energy + v->top / 2;
    sp_matrix_spike(p->theta, p->m0, &out->asymptotic, &gap, &cross);
    out->asymptotic = eta * T / 2 + (gap > 0 ? 0 : 3 / (8 * s));
    out->m = p->m0 * propagator[0] / sqrt(f);
    double m2 = p->m0 * p->m0; /* C(t,0) = <x0|exp(Js)|x0>/sqrt(Gamma) */
    out->C_t0 = ((1 - m2) * bulk(s, v->top) + m2 * propagator[0]) / sqrt(f);
}

sp_status sp_matrix_schedule(sp_run *run, const sp_matrix_schedule_params *p, size_t *n, sp_matrix_schedule_point **points)
{
    SP_TRY(sp_schedule_check(run, &p->eta));
    if (!(p->temperature >= 0 && p->theta >= 0 && fabs(p->m0) <= 1 && p->t_max >= 0.01 && p->t_max <= 1e9))
        return sp_fail(run, SP_USAGE, "allowed: temperature >= 0, theta >= 0, m0 in [-1, 1], t-max in [0.01, 1e9]");
    *n = p->times.n ? p->times.n : DEFAULT_TIMES;
    sp_matrix_schedule_point *out = *points = SP_NEW(run, sp_matrix_schedule_point, *n);
    if (!out)
        return SP_FAILED;
    sp_mark mark = sp_memory_mark(run);
    volterra fine, coarse;
    SP_TRY(solve(run, p, 0.06, &fine));
    SP_TRY(solve(run, p, 0.1, &coarse));
    double first = fmin(0.1, p->t_max / 100);
    for (size_t i = 0; i < *n; i++) {
        double t = p->times.n ? p->times.v[i] : first * pow(p->t_max / first, (double)i / (DEFAULT_TIMES - 1));
        sp_matrix_schedule_point other;
        if (!(t >= 0 && t <= p->t_max * (1 + 1e-12)))
            return sp_fail(run, SP_USAGE, "--times: %g is outside [0, t-max]", t);
        read_point(&fine, t, &out[i]);
        read_point(&coarse, t, &other);
        out[i].excess_error = fabs(out[i].excess - other.excess);
    }
    sp_memory_release(run, mark);
    return SP_OK;
}
