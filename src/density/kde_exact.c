/* Exact kernel estimate of N(0, I_d) from n points, n and d finite (spec 03, 3.5): one quadrature over the distance and one
 * over L. With phi(u) = 1 - exp(-e^u) and v = -q/(2h^2) - reference,
 *     a(L) = n (1 - G(L)) = n E phi(L + v),    E log Z = reference + int dL [exp(-e^L) - G(L)^n],
 *     E Y2 = n int dL E[e^{2(L+v)} exp(-e^{L+v})] G(L)^{n-1}.
 * Both integrands are analytic in strips of half width pi/2, so Gauss-Legendre panels (at most 12 wide in v) and the
 * trapezoid rule in L (step 1/4) converge exponentially; the reference puts a typical Z at order 1. */
#include "density/distance_law.h"
#include "density/radial_kernel.h"
#include "math/roots.h"
#include "spinodal/kde.h"

#include <math.h>

enum { NODES = 64, RADIAL_NODES = 32 };

static const double panel_width = 12, step = 0.25, negligible = -60;

typedef struct {
    size_t n, capacity;
    double *log_w, *v;               /* log(n p_i) and -q/(2h^2) - reference; v descending */
    double *log_linear, *log_square; /* logs of the suffix sums of n p e^v and n p e^{2v} */
} nodes;

static double log_sum(double a, double b)
{
    double high = a > b ? a : b;
    return high == -INFINITY ? high : high + log1p(exp((a > b ? b : a) - high));
}

/* Nodes upwards in q from where n f(q) is negligible to where n f(q) K(q) is, against the typical sum. */
static sp_status make_nodes(sp_run *run, const sp_distance_law *law, const sp_rule *rule, double log_n, double h, nodes *out,
                            double *reference)
{
    double end = sqrt(sp_distance_largest(law)), widest = end / 16, radius = 0, cumulative = -INFINITY, typical = -INFINITY,
           before = -INFINITY;
    double bottom = 0;
    if (log_n > 2) {
        double nearest = sp_distance_nearest(law, rule, log_n - negligible * 1.5);
        if (nearest > exp(-400 / law->d)) /* else few dimensions: from the origin, where the law is smooth in the radius */
            bottom = sqrt(nearest);
    }
    out->capacity = NODES * (size_t)(18 + (end * end - bottom * bottom) / (2 * h * h * panel_width));
    out->log_w = SP_NEW(run, double, out->capacity);
    out->v = SP_NEW(run, double, out->capacity);
    out->log_linear = SP_NEW(run, double, out->capacity + 1);
    out->log_square = SP_NEW(run, double, out->capacity + 1);
    if (!out->log_w || !out->v || !out->log_linear || !out->log_square)
        return SP_FAILED;
    for (double low = bottom; low < end && out->n + NODES <= out->capacity; low = radius) {
        radius = fmin(end, fmin(low + widest, sqrt(low * low + 2 * h * h * panel_width)));
        double most = -INFINITY;
        for (size_t i = 0; i < NODES; i++) {
            double r = (low + radius) / 2 + (radius - low) / 2 * rule->x[i], q = r * r;
            double log_w = log_n + sp_distance_log_density(law, q) + log(rule->w[i] * (radius - low) * r),
                   v = -q / (2 * h * h);
            out->log_w[out->n] = log_w;
            out->v[out->n++] = v;
            cumulative =
                cumulative > log_w ? cumulative + log1p(exp(log_w - cumulative)) : log_w + log1p(exp(cumulative - log_w));
            if (cumulative >= 0)
                typical = fmax(typical, cumulative + v);
            most = fmax(most, log_w + v);
        }
        if (most < before && most < typical + negligible && cumulative > 5) /* where e^5 points lie nearer, G^n is 0 */
            break;
        before = most;
    }
    *reference = typical;
    for (size_t i = 0; i < out->n; i++)
        out->v[i] -= *reference;
    out->log_linear[out->n] = out->log_square[out->n] = -INFINITY;
    for (size_t i = out->n; i-- > 0;) {
        out->log_linear[i] = log_sum(out->log_linear[i + 1], out->log_w[i] + out->v[i]);
        out->log_square[i] = log_sum(out->log_square[i + 1], out->log_w[i] + 2 * out->v[i]);
    }
    return SP_OK;
}

/* a(L), and n E[e^{2u} exp(-e^u)] with u = L + v. */
static double smoothed_count(const nodes *x, double L, double *pairs)
{
    double a = 0, b = 0;
    size_t i = 0;
    for (; i < x->n && x->v[i] + L > 4; i++)
        a += exp(fmin(x->log_w[i], 600));
    for (; i < x->n && x->v[i] + L > -36; i++) {
        double u = exp(x->v[i] + L), w = exp(x->log_w[i]);
        a -= w * expm1(-u);
        b += w * u * u * exp(-u);
    }
    /* terms with u > 4 left out of b: u^2 exp(-u) < e^{8 - 54} */
    *pairs = b + exp(2 * L + x->log_square[i]);
    return a + exp(L + x->log_linear[i]);
}

typedef struct {
    double log_z, y2;
} exact;

static exact integrate(const nodes *x, double log_n)
{
    exact sum = {0, 0};
    double n = log_n < 30 ? exp(log_n) : INFINITY;
    for (int side = 0; side < 2; side++) /* downwards from 0, then upwards */
        for (double k = side;; k++) {
            double L = side ? step * k : -step * k, pairs, a = smoothed_count(x, L, &pairs);
            double share = fmin(a / n, 1), log_g = isinf(n) ? -a : n * log1p(-share), other = exp(-exp(L));
            double g = exp(log_g), g_less = isinf(n) ? g : share < 1 ? exp(log_g * (1 - 1 / n)) : 0;
            sum.log_z += step * (other - g);
            sum.y2 += step * pairs * g_less;
            if (side ? log_g < -37 && L > 4.1 : a < 1e-16 && L < -37)
                break;
            if (fabs(L) > 1e5)
                return (exact){NAN, NAN};
        }
    return sum;
}

static sp_status at_radius(sp_run *run, const sp_distance_law *law, const sp_rule *rule, double log_n, double h, exact *out)
{
    sp_mark mark = sp_memory_mark(run);
    nodes x = {0};
    double reference;
    sp_status status = make_nodes(run, law, rule, log_n, h, &x, &reference);
    if (status == SP_OK) {
        *out = integrate(&x, log_n);
        out->log_z += reference;
    }
    sp_memory_release(run, mark);
    return status;
}

/* Averages over |x|, chi-distributed. */
static sp_status averaged(sp_run *run, double d, const sp_rule *rule, double log_n, double h, exact *out)
{
    sp_rule radii;
    double centre = sqrt(fmax(d - 1, 0)), low = fmax(centre - 6.5, 0), high = centre + 6.5, total = 0;
    SP_TRY(sp_gauss_legendre_on(run, RADIAL_NODES, low, high, &radii));
    *out = (exact){0, 0};
    for (size_t i = 0; i < radii.n; i++) {
        SP_TRY(sp_poll(run));
        double r = radii.x[i];
        double log_w = (d - 1) * log(r / fmax(centre, 1)) - (r * r - centre * centre) / 2, w = radii.w[i] * exp(log_w);
        exact e;
        SP_TRY(at_radius(run, &(sp_distance_law){d, r * r}, rule, log_n, h, &e));
        out->log_z += w * e.log_z;
        out->y2 += w * e.y2;
        total += w;
    }
    out->log_z /= total;
    out->y2 /= total;
    return SP_OK;
}

sp_status sp_kde_exact(sp_run *run, const sp_kde_exact_params *p, double h, sp_kde_exact_point *out)
{
    sp_mark mark = sp_memory_mark(run);
    sp_rule rule;
    exact e;
    double d = (double)p->d, x2 = p->r * d;
    SP_TRY(sp_gauss_legendre(run, NODES, &rule));
    SP_TRY(p->average ? averaged(run, d, &rule, p->log_n, h, &e)
                      : at_radius(run, &(sp_distance_law){d, x2}, &rule, p->log_n, h, &e));
    sp_memory_release(run, mark);
    if (isnan(e.log_z))
        return sp_fail(run, SP_FAILED, "exact density at h = %g, d = %zu, log n = %g: the integral over L did not end", h,
                       p->d, p->log_n);
    sp_distance_law law = {d, x2};
    double mean = sp_distance_log_moment(&law, 1, h);
    double log_a2 = sp_distance_log_moment(&law, 2, h) - 2 * mean, log_a3 = sp_distance_log_moment(&law, 3, h) - 3 * mean;
    double log_variance = log_a2 > 30 ? log_a2 : log(expm1(log_a2));
    double third =
        log_a2 > 30 ? exp(log_a3 - 1.5 * log_variance) : (exp(log_a3) - 3 * exp(log_a2) + 2) / exp(1.5 * log_variance);
    *out = (sp_kde_exact_point){
        .log_density = (e.log_z - p->log_n) / d - log(h) - sp_kernel_log_norm((sp_kde_kernel){SP_KDE_GAUSSIAN, NAN}, d),
        .Y2 = e.y2,
        .relative_variance = exp(log_variance - p->log_n),
        .skewness = third * exp(-p->log_n / 2),
    };
    return SP_OK;
}

sp_status sp_kde_nearest(sp_run *run, const sp_kde_exact_params *p, double *eps_1, double *h_G_local)
{
    sp_mark mark = sp_memory_mark(run);
    sp_rule rule;
    sp_distance_law law = {(double)p->d, p->r * (double)p->d};
    SP_TRY(sp_gauss_legendre(run, NODES, &rule));
    double q = sp_distance_nearest(&law, &rule, p->log_n);
    sp_memory_release(run, mark);
    *eps_1 = q / law.d;
    *h_G_local = exp(-(log(2) + p->log_n + sp_distance_log_density(&law, q)) / 2);
    return isfinite(q)
               ? SP_OK
               : sp_fail(run, SP_FAILED, "no distance at which one point is expected (d = %zu, log n = %g)", p->d, p->log_n);
}

typedef struct {
    sp_run *run;
    const sp_kde_exact_params *p;
    sp_status status;
} search;

static double minus_log_density(double log_h, void *context)
{
    search *s = context;
    sp_kde_exact_point point;
    sp_status status = s->status == SP_OK ? sp_kde_exact(s->run, s->p, exp(log_h), &point) : s->status;
    s->status = status;
    return status == SP_OK ? -point.log_density : INFINITY;
}

sp_status sp_kde_exact_optimum(sp_run *run, const sp_kde_exact_params *p, double start, double *h_opt, double *log_density,
                               bool *converged)
{
    enum { POINTS = 12 };
    search s = {run, p, SP_OK};
    sp_minimum best = sp_minimum_scan(minus_log_density, &s, log(start / 3), log(start * 3), POINTS, 1e-7);
    SP_TRY(s.status);
    *h_opt = exp(best.x);
    *log_density = -best.value;
    *converged = best.converged;
    return SP_OK;
}
