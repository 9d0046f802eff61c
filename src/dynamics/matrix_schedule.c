/* Exact dynamics in a matrix landscape under a learning-rate schedule (spec 14, 3.1 and 3.3).
 *
 * F = Gamma e^{-2 lambda_0 s} solves F(t) = A(s) + 2T int eta(u)^2 K(s(t) - s(u)) F(u) du with all growth factored out. F is
 * stored at equally spaced log t; the integral runs over nodes dense at both ends, so every time scale is resolved. */
#include "spinodal/learning_rate.h"

#include "mixed_kernel.h"
#include "spectral_kernel.h"

#include <math.h>

enum { POINTS = 5, HALF = 160, DEFAULT_TIMES = 60, FEW_MODES = 100 };
static const double FIRST_TIME = 1e-4, NODE = 0.25;

void sp_matrix_spike(double theta, double m0, double *lambda_0, double *gap, double *s_cross)
{
    *lambda_0 = theta > 1 ? theta + 1 / theta : 2;
    *gap = *lambda_0 - 2;
    *s_cross = *gap > 0 && m0 != 0 ? -log(m0 * m0) / (2 * *gap) : INFINITY;
}

double sp_matrix_spike_propagator(double theta, double s)
{
    spectral_kernel kernel = {.theta = theta};
    double gap, cross, moment[2];
    sp_matrix_spike(theta, 0, &kernel.top, &gap, &cross);
    spectral_spike_moments(&kernel, s, moment);
    return moment[0];
}

typedef struct {
    const sp_matrix_schedule_params *p;
    spectral_kernel kernel;
    double first, step; /* first row; spacing in log t */
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
        if (near * t < 1e-9 * v->first)
            continue;
        mass += z;
        double u = t * theta, gap = j > 0 ? t * near : t - u, rate = sp_schedule_rate(eta, u), w[POINTS], start;
        double y = gap < 0.01 * (1 + u)
                       ? gap * (sp_schedule_rate(eta, t) + 4 * sp_schedule_rate(eta, t - gap / 2) + rate) / 6
                       : elapsed(eta, t, u);
        double kernel[2];
        spectral_moments(&v->kernel, 2 * y, kernel);
        size_t first = weights(v, u, last, w, &start);
        for (int k = 0; k < 2; k++) {
            double c = z * t * rate * rate * kernel[k];
            known[k] += c * start;
            for (size_t i = 0; i < POINTS && first + i <= last; i++)
                *(newest_unknown && first + i == last ? &coefficient[k] : &known[k]) +=
                    c * w[i] * (newest_unknown && first + i == last ? 1 : v->f[first + i]);
        }
    }
    double end = t * (1 - mass) / 2, rate0 = sp_schedule_rate(eta, 0), rate = sp_schedule_rate(eta, t), far[2], near[2];
    spectral_moments(&v->kernel, 2 * sp_schedule_integral(eta, t), far);
    spectral_moments(&v->kernel, 0, near);
    for (int k = 0; k < 2; k++) {
        known[k] += end * rate0 * rate0 * far[k];
        *(newest_unknown ? &coefficient[k] : &known[k]) += end * rate * rate * near[k] * (newest_unknown ? 1 : v->f[last]);
    }
}

/* (1 - m0^2) G + m0^2 A at 2s: moments 0 and 1 */
static void source(const volterra *v, double s, double moment[2])
{
    double m2 = v->p->m0 * v->p->m0, bulk[2], spike[2] = {0, 0};
    spectral_moments(&v->kernel, 2 * s, bulk);
    if (m2 > 0)
        spectral_spike_moments(&v->kernel, 2 * s, spike);
    for (int k = 0; k < 2; k++)
        moment[k] = (1 - m2) * bulk[k] + m2 * spike[k];
}

static sp_status solve(sp_run *run, const sp_matrix_schedule_params *p, double step, volterra *v)
{
    *v = (volterra){.p = p};
    SP_TRY(spectral_kernel_of(run, p->theta, p->eigenvalues, &v->kernel));
    v->first = FIRST_TIME / fmax(1, sp_schedule_rate(&p->eta, 0) * v->kernel.width / 4);
    size_t n = (size_t)ceil(log(p->t_max / v->first) / step) + 1;
    n = n < POINTS ? POINTS : n;
    v->step = log(p->t_max / v->first) / (double)(n - 1);
    v->l = SP_NEW(run, double, n);
    v->t = SP_NEW(run, double, n);
    v->f = SP_NEW(run, double, n);
    if (!v->l || !v->t || !v->f)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++) {
        v->l[i] = log(v->first) + (double)i * v->step;
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
    double T = p->temperature, m2 = p->m0 * p->m0, a[2], bulk[2], spike[2] = {0, 0}, known[2] = {0, 0}, ignored[2];
    double s = sp_schedule_integral(&p->eta, t), eta = sp_schedule_rate(&p->eta, t), top = v->kernel.top;
    source(v, s, a);
    if (T > 0 && t > 0)
        memory(v, t, v->n - 1, false, known, ignored);
    double f = a[0] + 2 * T * known[0]; /* the equation itself interpolates better than the rows */
    *out = (sp_matrix_schedule_point){.t = t, .eta = eta, .s = s, .ln_gamma = log(f)};
    /* Gamma'/(2 eta Gamma), differentiated under the integral; moments about the top lose no digits late */
    double mu = (a[1] + 2 * T * known[1] + T * eta * f) / f;
    out->excess = -(mu - eta * T) / 2;
    if (p->eigenvalues.n && T == 0)
        out->excess = spectral_start_average(&v->kernel, s);
    out->energy = out->excess - top / 2;
    out->mu = eta * T - 2 * out->energy;
    spectral_moments(&v->kernel, s, bulk);
    if (p->eigenvalues.n) { /* heat, and the descent of the same gradient time without noise */
        out->asymptotic = eta * T / 2 - a[1] / (2 * a[0]);
        out->m = NAN;
    }
    else {
        out->asymptotic = eta * T / 2 + (p->theta > 1 ? 0 : 3 / (8 * s));
        spectral_spike_moments(&v->kernel, s, spike);
        out->m = p->m0 * spike[0] / sqrt(f);
    }
    out->C_t0 = ((1 - m2) * bulk[0] + m2 * spike[0]) / sqrt(f); /* <x0|exp(Js)|x0>/sqrt(Gamma) */
}

sp_status sp_matrix_schedule(sp_run *run, const sp_matrix_schedule_params *p, size_t *n, sp_matrix_schedule_point **points)
{
    SP_TRY(sp_schedule_check(run, &p->eta));
    if (!(p->temperature >= 0 && p->theta >= 0 && fabs(p->m0) <= 1 && p->t_max >= 0.01 && p->t_max <= 1e9))
        return sp_fail(run, SP_USAGE, "allowed: temperature >= 0, theta >= 0, m0 in [-1, 1], t-max in [0.01, 1e9]");
    if (p->eigenvalues.n && (p->theta > 0 || p->m0 != 0))
        return sp_fail(run, SP_USAGE, "a given matrix has no spike: leave theta and m0 at 0");
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
    double modes = spectral_modes(&fine.kernel, sp_schedule_integral(&p->eta, p->t_max));
    if (p->temperature > 0 && modes < FEW_MODES)
        sp_warn(
            run,
            "about %.0f eigenvectors share |x|^2 at the end: the theory, which averages numerator and denominator of the "
            "loss over starts apart, is rough there",
            fmax(modes, 1));
    sp_memory_release(run, mark);
    return SP_OK;
}
