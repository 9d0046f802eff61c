#include "diffusion/curie_weiss.h"

#include "vector_math.h"

#include "math/roots.h"
#include "math/special.h"

#include <math.h>
#include <string.h>

enum { ORDER = SP_CW_ORDER, LANES = SP_CW_LANES, CHUNK = 512, PEAK_NODES = 40, MOST_SHIFTS = 60 };
static const double negligible = 1e-12; /* weight of a node, or of a peak, that is left out */
static const double half_width = 8;     /* standard deviations of a peak that are integrated */
/* The series of order 6 in the distance u from the centre leaves d 16 u^7/7! in log w. Peaks up to `widest` and centres up
 * to `farthest` from the maximum: at two widths u = 0.08, 1e-6 for d = 1e4; beyond, the weight itself is small. */
static const double widest = 0.03, farthest = 0.02;

double sp_curie_weiss_magnetization(double B)
{
    if (!(B > 1))
        return NAN;
    double m = 1;
    for (int i = 0; i < 200; i++) { /* Newton from above: convex there */
        double th = tanh(B * m), next = m - (m - th) / (1 - B * (1 - th * th));
        if (fabs(next - m) < 1e-16)
            break;
        m = next;
    }
    return m;
}

sp_status sp_curie_weiss_exact(sp_run *run, const sp_curie_weiss *model, double *p_plus, double *m_plus, double *m_abs)
{
    size_t d = model->d;
    double largest = -INFINITY, total = 0, plus = 0, size = 0, up = 0, n = (double)d;
    sp_mark mark = sp_memory_mark(run);
    double *weight = SP_NEW(run, double, d + 1);
    if (!weight)
        return SP_FAILED;
    for (size_t k = 0; k <= d; k++) {
        double M = 2 * (double)k - n;
        weight[k] = lgamma(n + 1) - lgamma((double)k + 1) - lgamma((double)(d - k) + 1) + model->B * M * M / (2 * n) +
                    model->H * M / n;
        largest = fmax(largest, weight[k]);
    }
    for (size_t k = 0; k <= d; k++) {
        double M = 2 * (double)k - n, w = exp(weight[k] - largest);
        total += w;
        plus += M > 0 ? w : M == 0 ? w / 2 : 0;
        size += w * fabs(M) / n;
        up += M > 0 ? w * M / n : 0;
    }
    sp_memory_release(run, mark);
    *p_plus = plus / total;
    *m_plus = up / plus;
    *m_abs = size / total;
    return SP_OK;
}

#define CLONES __attribute__((target_clones("avx512f", "avx2", "default")))

/* exp(-2|y|) in e: tau = tanh y; power sums of tau and of |y| over LANES; the factors 1 + e are multiplied up. */
CLONES static void accumulate(size_t n, double centre, const double *g, const double *e, double *tau,
                              double sums[ORDER + 1][LANES], double product[LANES])
{
    for (size_t i = 0; i < n; i += LANES)
        for (size_t l = 0; l < LANES; l++) {
            double y = centre + g[i + l], w = e[i + l], th = copysign((1 - w) / (1 + w), y), power = th;
            tau[i + l] = th;
            sums[0][l] += fabs(y);
            product[l] *= 1 + w;
            for (int j = 1; j <= ORDER; j++) {
                sums[j][l] += power;
                power *= th;
            }
        }
}

CLONES static void exponents(size_t n, double centre, const double *g, double *e)
{
    for (size_t i = 0; i < n; i++)
        e[i] = -2 * fabs(centre + g[i]);
}

/* ---- trapezoid -------------------------------------------------------------------------------------------------- */

/* sum log 2 cosh(phi + g_i); adds weight tanh(phi + g_i) to out when it is given. e: CHUNK values. */
static double node(size_t d, double phi, const double *g, double *e, double weight, double *out)
{
    double sum = 0;
    for (size_t first = 0; first < d; first += CHUNK) {
        size_t n = d - first < CHUNK ? d - first : CHUNK;
        double product[LANES] = {1, 1, 1, 1, 1, 1, 1, 1};
        exponents(n, phi, g + first, e);
        for (size_t i = 0; i < n; i++)
            sum -= e[i] / 2;
        sp_vexp(n, e, e);
        for (size_t i = 0; i < n; i++)
            product[i % LANES] *= 1 + e[i]; /* 64 factors below 2 in each lane */
        for (size_t i = 0; i < LANES; i++)
            sum += log(product[i]);
        for (size_t i = 0; out && i < n; i++)
            out[first + i] += weight * copysign((1 - e[i]) / (1 + e[i]), phi + g[first + i]);
    }
    return sum;
}

sp_status sp_cw_mean_quadrature(sp_run *run, size_t d, double B, const double *g, double *out)
{
    double n = (double)d, range = B + 8 * sqrt(B / n), largest = -INFINITY, total = 0;
    size_t nodes = (size_t)ceil(6 * B * sqrt(n)) + 41;
    sp_mark mark = sp_memory_mark(run);
    double *log_w = SP_NEW(run, double, nodes), *e = SP_NEW(run, double, CHUNK);
    if (!log_w || !e)
        return SP_FAILED;
    for (size_t q = 0; q < nodes; q++) {
        double phi = -range + 2 * range * (double)q / (double)(nodes - 1);
        log_w[q] = node(d, phi, g, e, 0, NULL) - n * phi * phi / (2 * B);
        largest = fmax(largest, log_w[q]);
    }
    memset(out, 0, d * sizeof *out);
    for (size_t q = 0; q < nodes; q++) {
        double phi = -range + 2 * range * (double)q / (double)(nodes - 1), w = exp(log_w[q] - largest);
        if (w < negligible)
            continue;
        total += w;
        node(d, phi, g, e, w, out);
    }
    for (size_t i = 0; i < d; i++)
        out[i] /= total;
    sp_memory_release(run, mark);
    return SP_OK;
}

sp_status sp_curie_weiss_posterior(sp_run *run, const sp_curie_weiss *model, double a_t, double b_t, const double *x,
                                   double *out)
{
    if (model->d < 1 || !(model->B > 0) || !(a_t > 0))
        return sp_fail(run, SP_USAGE, "the posterior needs d >= 1, B > 0 and noise a_t > 0");
    sp_mark mark = sp_memory_mark(run);
    double *g = SP_NEW(run, double, model->d);
    if (!g)
        return SP_FAILED;
    for (size_t i = 0; i < model->d; i++)
        g[i] = b_t / (a_t * a_t) * x[i] + model->H / (double)model->d;
    SP_TRY(sp_cw_mean_quadrature(run, model->d, model->B, g, out));
    sp_memory_release(run, mark);
    return SP_OK;
}

/* ---- expansion around the maxima ---------------------------------------------------------------------------------- */

/* coefficient[n][j] of tau^j in the n-th derivative of tanh: T_0 = tau, T_{n+1} = T_n' (1 - tau^2) */
typedef struct {
    double of[ORDER + 1][ORDER + 2];
} derivatives;

static derivatives tanh_derivatives(void)
{
    derivatives t = {{{0}}};
    t.of[0][1] = 1;
    for (int n = 0; n < ORDER; n++)
        for (int j = 1; j <= n + 1; j++) {
            t.of[n + 1][j - 1] += j * t.of[n][j];
            if (j + 1 <= ORDER + 1)
                t.of[n + 1][j + 1] -= j * t.of[n][j];
        }
    return t;
}

/* One pass: f = sum log 2 cosh(centre + g_i) and its derivatives 1 .. ORDER. */
static void pass(sp_cw_space *w, double centre, double *tau, double f[ORDER + 1])
{
    double sums[ORDER + 1][LANES] = {{0}}, logs = 0;
    size_t whole = w->d / LANES * LANES;
    for (size_t first = 0; first < whole; first += CHUNK) {
        size_t n = whole - first < CHUNK ? whole - first : CHUNK;
        double product[LANES];
        for (int l = 0; l < LANES; l++)
            product[l] = 1;
        exponents(n, centre, w->g + first, w->chunk);
        sp_vexp(n, w->chunk, w->chunk);
        accumulate(n, centre, w->g + first, w->chunk, tau + first, sums, product); /* 64 factors below 2 in each lane */
        for (int l = 0; l < LANES; l++)
            logs += log(product[l]);
    }
    double S[ORDER + 1] = {0};
    for (int j = 0; j <= ORDER; j++)
        for (int l = 0; l < LANES; l++)
            S[j] += sums[j][l];
    for (size_t i = whole; i < w->d; i++) {
        double y = centre + w->g[i], th = tanh(y), power = th;
        tau[i] = th;
        S[0] += fabs(y);
        logs += log1p(exp(-2 * fabs(y)));
        for (int j = 1; j <= ORDER; j++, power *= th)
            S[j] += power;
    }
    derivatives t = tanh_derivatives();
    f[0] = S[0] + logs;
    for (int n = 1; n <= ORDER; n++) { /* d^n log cosh = T_{n-1}; T_n(tau) = of[0] + sum_j of[j] tau^j */
        f[n] = t.of[n - 1][0] * (double)w->d;
        for (int j = 1; j <= n; j++)
            f[n] += t.of[n - 1][j] * S[j];
    }
    w->passes += 1;
}

/* Value of the series (coefficients c_n = f^(n)/n!) and its slope and curvature at u. */
static double series(const double *c, double u, double *slope, double *curvature)
{
    double v = 0, s = 0, k = 0;
    for (int n = ORDER; n >= 0; n--) {
        k = k * u + 2 * s;
        s = s * u + v;
        v = v * u + c[n];
    }
    *slope = s;
    *curvature = k;
    return v;
}

/* Climbs from the guess to a maximum; the centre of the expansion ends within `farthest` of it. */
static void find_peak(sp_cw_space *w, double guess, sp_cw_peak *peak)
{
    double n = (double)w->d, f[ORDER + 1], c[ORDER + 1], centre = guess, bound = w->B + 1;
    peak->present = false;
    for (int tries = 0; tries < MOST_SHIFTS; tries++) {
        pass(w, centre, peak->tau, f);
        double factorial = 1;
        for (int j = 0; j <= ORDER; j++) {
            factorial *= j > 1 ? j : 1;
            c[j] = f[j] / factorial;
        }
        c[0] -= n * centre * centre / (2 * w->B);
        c[1] -= n * centre / w->B;
        c[2] -= n / (2 * w->B);
        double u = 0, slope, curvature;
        bool inside = false;
        for (int i = 0; i < 30; i++) {
            series(c, u, &slope, &curvature);
            double step = curvature < 0 ? -slope / curvature : copysign(farthest, slope);
            if (fabs(u + step) > 4 * farthest)
                break;
            u += step;
            if (fabs(step) < 1e-12) {
                inside = curvature < 0;
                break;
            }
        }
        if (inside && fabs(u) <= farthest) {
            double width = 1 / sqrt(-curvature), top = series(c, u, &slope, &curvature), total = 0;
            double moment[ORDER + 1] = {0};
            if (width > widest)
                return;
            for (int q = 0; q <= PEAK_NODES; q++) {
                double at = u + half_width * width * (2. * q / PEAK_NODES - 1),
                       weight = exp(series(c, at, &slope, &curvature) - top), power = weight;
                total += weight;
                for (int j = 0; j <= ORDER; j++) {
                    moment[j] += power;
                    power *= at / (j + 1);
                }
            }
            for (int j = 0; j <= ORDER; j++)
                peak->moment[j] = moment[j] / total;
            peak->present = true;
            peak->centre = centre;
            peak->phi = centre + u;
            peak->width = width;
            peak->log_weight = top + log(total * width);
            return;
        }
        double newton = c[2] < 0 ? -c[1] / (2 * c[2]) : copysign(0.2, c[1]);
        centre += inside ? u : copysign(fmin(fabs(newton), 0.3), c[1]);
        if (!(fabs(centre) < bound))
            return;
    }
}

/* polynomial of tau: sum_n moment_n T_n(tau), of degree ORDER + 1 */
static void polynomial(const sp_cw_peak *peak, double scale, double out[ORDER + 2])
{
    derivatives t = tanh_derivatives();
    for (int j = 0; j <= ORDER + 1; j++) {
        out[j] = 0;
        for (int n = 0; n <= ORDER; n++)
            out[j] += scale * peak->moment[n] * t.of[n][j];
    }
}

CLONES static void evaluate(size_t n, const double p[ORDER + 2], const double *tau, double *out)
{
    for (size_t i = 0; i < n; i++) {
        double v = p[ORDER + 1];
        for (int j = ORDER; j >= 0; j--)
            v = v * tau[i] + p[j];
        out[i] = v;
    }
}

CLONES static void evaluate_two(size_t n, const double p[ORDER + 2], const double *tau, const double q[ORDER + 2],
                                const double *other, double *out)
{
    for (size_t i = 0; i < n; i++) {
        double v = p[ORDER + 1], w = q[ORDER + 1];
        for (int j = ORDER; j >= 0; j--) {
            v = v * tau[i] + p[j];
            w = w * other[i] + q[j];
        }
        out[i] = v + w;
    }
}

sp_status sp_cw_space_create(sp_run *run, const sp_curie_weiss *model, sp_cw_space *out)
{
    *out =
        (sp_cw_space){.d = model->d, .B = model->B, .g = SP_NEW(run, double, model->d), .chunk = SP_NEW(run, double, CHUNK)};
    out->plus.tau = SP_NEW(run, double, model->d);
    out->minus.tau = SP_NEW(run, double, model->d);
    return out->g && out->chunk && out->plus.tau && out->minus.tau ? SP_OK : SP_FAILED;
}

sp_status sp_cw_mean(sp_run *run, sp_cw_space *w, double *out)
{
    double start = w->B > 1 ? w->B * sp_curie_weiss_magnetization(w->B) : 0;
    bool known = w->started, tiny = 1 / sqrt((double)w->d / w->B) > widest;
    if (!known) {
        w->plus.phi = start;
        w->minus.phi = -start;
        w->plus.present = w->minus.present = true;
    }
    w->started = true;
    if (!tiny) {
        if (w->plus.present || !w->minus.present)
            find_peak(w, w->plus.present ? w->plus.phi : start, &w->plus);
        if (w->minus.present)
            find_peak(w, w->minus.phi, &w->minus);
    }
    bool plus = !tiny && w->plus.present, minus = !tiny && w->minus.present;
    if (plus && minus && fabs(w->plus.phi - w->minus.phi) < 1e-6)
        minus = w->minus.present = false;
    if (!plus && !minus) { /* small d, or a peak as flat as at criticality */
        w->passes += 6 * w->B * sqrt((double)w->d) + 41;
        w->plus.phi = start;
        w->minus.phi = -start;
        w->plus.present = w->minus.present = true;
        return sp_cw_mean_quadrature(run, w->d, w->B, w->g, out);
    }
    double share = plus && minus ? sp_sigmoid(w->plus.log_weight - w->minus.log_weight) : plus ? 1 : 0;
    double p[ORDER + 2], q[ORDER + 2];
    polynomial(&w->plus, share, p);
    polynomial(&w->minus, 1 - share, q);
    if (share > 1 - negligible)
        evaluate(w->d, p, w->plus.tau, out);
    else if (share < negligible)
        evaluate(w->d, q, w->minus.tau, out);
    else
        evaluate_two(w->d, p, w->plus.tau, q, w->minus.tau, out);
    /* a side that has lost by e^{60} does not come back: the trajectory itself follows the winner */
    if (plus && minus && fabs(w->plus.log_weight - w->minus.log_weight) > 60) {
        w->plus.present = share > 0.5;
        w->minus.present = share <= 0.5;
    }
    return SP_OK;
}
