/* Collapse of n isotropic Gaussian points in d dimensions, exactly, averaged over data sets (spec 07, 3.5).
 *
 * Given x_t, everything depends on three radii: u2 = |x_t|^2/Gamma, the noise |z|^2 of the seed, and the distances q of the
 * other points, each with a (noncentral) chi-square law. In units of e^{-d/2} the seed has weight k1 = e^{l1}, l1 = (d -
 * |z|^2)/2, and another point K = exp(d/2 - q/(2 Delta)); sums over n - 1 independent points enter through g(s) = E e^{-s
 * K}, s = e^L. */
#include "spinodal/diffusion.h"

#include "math/noncentral_chi_square.h"
#include "math/quadrature.h"
#include "math/roots.h"

#include <math.h>

enum { RADIUS_NODES = 32, PANEL = 16 };

static const double step = 0.1;    /* of L: integrands are analytic in |Im L| < pi/2, error e^{-pi^2/0.1} */
static const double spacing = 0.5; /* of nodes in log-weight; the same argument gives e^{-2 pi^2} */
static const double high = 4;      /* e^{-e^4} = 2e-24 */
static const double low = -25;     /* e^{-25} = 1e-11 */

/* Nodes of a law: log-weights ascending, probabilities. */
typedef struct {
    size_t n;
    double *log_weight, *p;
} nodes;

static sp_status equal_panels(sp_run *run, double a, double b, size_t panels, sp_rule *rule)
{
    double *cuts = SP_NEW(run, double, panels + 1);
    if (!cuts)
        return SP_FAILED;
    for (size_t i = 0; i <= panels; i++)
        cuts[i] = a + (b - a) * (double)i / (double)panels;
    return sp_panels(run, PANEL, panels + 1, cuts, rule);
}

/* Integration over r = sqrt of a noncentral chi-square from r0 to r1; log_weight = (d - scale r^2)/2. */
static sp_status radial_nodes(sp_run *run, double d, double noncentrality, double scale, double r0, double r1, nodes *out)
{
    double range = scale * (r1 * r1 - r0 * r0) / 2;
    size_t panels = (size_t)fmax(ceil(range / (spacing * PANEL)), 3);
    sp_rule r;
    SP_TRY(equal_panels(run, r0, r1, panels, &r));
    size_t n = r.n;
    out->log_weight = SP_NEW(run, double, n);
    out->p = SP_NEW(run, double, n);
    if (!out->log_weight || !out->p)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++) {
        double x = r.x[n - 1 - i], square = x * x;
        out->log_weight[i] = (d - scale * square) / 2;
        out->p[i] = r.w[n - 1 - i] * 2 * x * exp(sp_noncentral_chi_square_log_pdf(square, d, noncentrality));
    }
    out->n = n;
    return SP_OK;
}

/* The first index whose log-weight is at least x. */
static size_t first_above(const nodes *law, double x)
{
    size_t a = 0, b = law->n;
    while (a < b) {
        size_t middle = a + (b - a) / 2;
        if (law->log_weight[middle] >= x)
            b = middle;
        else
            a = middle + 1;
    }
    return a;
}

typedef struct {
    const sp_collapse_model *model;
    double delta, b, gamma; /* Delta_t, data_var e^{-2t}, their sum */
    double u_weight[RADIUS_NODES], u2[RADIUS_NODES];
    double phi[RADIUS_NODES], entropy[RADIUS_NODES], bound[RADIUS_NODES];
} exact;

static double log_sum(double a, double b)
{
    double top = fmax(a, b);
    return top == -INFINITY ? top : top + log1p(exp(-fabs(a - b)));
}

/* log E exp(-e^L Z_rest) on the grid of L. */
static sp_status rest_transform(sp_run *run, const exact *e, const nodes *law, double first, size_t n, double *log_rest)
{
    double *log_below = SP_NEW(run, double, law->n + 1), *above = SP_NEW(run, double, law->n + 1);
    if (!log_below || !above)
        return SP_FAILED;
    log_below[0] = -INFINITY;
    for (size_t i = 0; i < law->n; i++)
        log_below[i + 1] = log_sum(log_below[i], law->p[i] > 0 ? log(law->p[i]) + law->log_weight[i] : -INFINITY);
    for (size_t i = law->n; i-- > 0;)
        above[i] = above[i + 1] + law->p[i];
    for (size_t k = 0; k < n; k++) {
        double L = first + step * (double)k;
        size_t i0 = first_above(law, low - L), i1 = first_above(law, high - L);
        double missing = exp(L + log_below[i0]) + above[i1];
        for (size_t i = i0; i < i1; i++)
            missing -= law->p[i] * expm1(-exp(L + law->log_weight[i]));
        log_rest[k] = (e->model->n - 1) * log1p(-fmin(e->model->class_fraction * missing, 1));
    }
    return SP_OK;
}

/* For one |x|: averages over the noise of the seed. */
static sp_status at_radius(sp_run *run, size_t block, void *context)
{
    exact *e = context;
    double d = (double)e->model->d, u2 = e->u2[block], rho2 = e->delta / e->gamma, log_n = log(e->model->n);
    nodes seed, others;
    double z_noncentrality = rho2 * u2 / (1 - rho2), z_mean = sqrt(d + z_noncentrality);
    SP_TRY(radial_nodes(run, d, z_noncentrality, 1 - rho2, fmax(z_mean - 9, 0), z_mean + 9, &seed));

    /* points count from the typical ones down to those picked by the tilt e^{-q/(2 Delta)} */
    double ratio = e->b / e->delta, q_noncentrality = e->gamma * u2 / e->b;
    double r0 = fmax(sqrt((d + q_noncentrality / (1 + ratio)) / (1 + ratio)) - 10 / sqrt(1 + ratio), 0);
    double r1 = sqrt(d + q_noncentrality) + 10;
    double last = high - seed.log_weight[0]; /* beyond, the seed's factor e^{-e^{L + l1}} has vanished for all seeds */
    double farthest = sqrt(fmax(d + 2 * (last + log_n - 2 * low), 0) / ratio); /* farther points have n e^L K < e^{2 low} */
    r1 = fmin(r1, fmax(farthest, r0 + 1 / sqrt(1 + ratio)));
    SP_TRY(radial_nodes(run, d, q_noncentrality, ratio, r0, r1, &others));
    double log_mean = -INFINITY;
    for (size_t i = 0; i < others.n; i++)
        log_mean = log_sum(log_mean, others.p[i] > 0 ? log(others.p[i]) + others.log_weight[i] : -INFINITY);

    double first = low - fmax(seed.log_weight[seed.n - 1], log_n + log_mean);
    size_t n = (size_t)ceil((last - first) / step) + 1;
    double *log_rest = SP_NEW(run, double, n), *prefix = SP_NEW(run, double, n + 1);
    if (!log_rest || !prefix)
        return SP_FAILED;
    SP_TRY(rest_transform(run, e, &others, first, n, log_rest));
    for (size_t k = 0; k < n; k++)
        prefix[k + 1] = prefix[k] - expm1(log_rest[k]);

    double phi = 0, entropy = 0, bound = 0;
    for (size_t j = 0; j < seed.n; j++) {
        double l1 = seed.log_weight[j], in_phi = 0, in_entropy;
        size_t from = (size_t)fmin(fmax(ceil((low - l1 - first) / step), 0), (double)n);
        size_t to = (size_t)fmin(fmax(ceil((high - l1 - first) / step), 0), (double)n);
        in_entropy = prefix[from];
        for (size_t k = from; k < to; k++) {
            double weight = exp(first + step * (double)k + l1), survives = exp(-weight);
            in_phi += weight * survives * exp(log_rest[k]);
            in_entropy -= survives * expm1(log_rest[k]);
        }
        double information = d / 2 * log(e->gamma / e->delta) + u2 / 2 - (d - 2 * l1) / 2;
        phi += seed.p[j] * step * in_phi;
        entropy += seed.p[j] * step * in_entropy;
        bound += seed.p[j] / (1 + exp(log(e->model->n - 1) - information));
    }
    e->phi[block] = phi;
    e->entropy[block] = entropy;
    e->bound[block] = bound;
    return SP_OK;
}

sp_status sp_collapse_exact(sp_run *run, const sp_collapse_model *model, double t, sp_collapse_point *out)
{
    if (!(model->n >= 2) || isinf(model->n) || model->d < 1 || !(model->data_var > 0) ||
        !(model->class_fraction > 0 && model->class_fraction <= 1))
        return sp_fail(run, SP_USAGE, "collapse needs 2 <= n < inf, d >= 1, data_var > 0 and a class fraction in (0, 1]");
    if (!(t > 0) || isinf(t))
        return sp_fail(run, SP_USAGE, "collapse is asked at finite times t > 0, got %g", t);
    sp_mark mark = sp_memory_mark(run);
    exact *e = SP_NEW(run, exact, 1);
    if (!e)
        return SP_FAILED;
    e->model = model;
    e->delta = sp_noise_variance(t);
    e->b = model->data_var * exp(-2 * t);
    e->gamma = e->delta + e->b;
    double d = (double)model->d, total = 0, phi = 0, entropy = 0, bound = 0;
    sp_rule r;
    SP_TRY(equal_panels(run, fmax(sqrt(d) - 6.5, 0), sqrt(d) + 6.5, RADIUS_NODES / PANEL, &r));
    for (size_t i = 0; i < RADIUS_NODES; i++) {
        e->u2[i] = r.x[i] * r.x[i];
        e->u_weight[i] = r.w[i] * 2 * r.x[i] * exp(sp_noncentral_chi_square_log_pdf(e->u2[i], d, 0));
    }
    SP_TRY(sp_parallel(run, RADIUS_NODES, at_radius, e));
    for (size_t i = 0; i < RADIUS_NODES; i++) {
        total += e->u_weight[i];
        phi += e->u_weight[i] * e->phi[i];
        entropy += e->u_weight[i] * e->entropy[i];
        bound += e->u_weight[i] * e->bound[i];
    }
    *out = (sp_collapse_point){.phi_C = phi / total, .f_ex = entropy / (total * d), .phi_C_bound = bound / total};
    sp_memory_release(run, mark);
    return SP_OK;
}

typedef struct {
    sp_run *run;
    const sp_collapse_model *model;
    sp_status status;
} half_search;

/* phi_C - 1/2, decreasing in t */
static double above_half(double t, void *context)
{
    half_search *search = context;
    sp_collapse_point point = {0};
    if (search->status == SP_OK)
        search->status = sp_collapse_exact(search->run, search->model, t, &point);
    return search->status == SP_OK ? point.phi_C - 0.5 : 0;
}

sp_status sp_diffusion_exact(sp_run *run, const sp_diffusion_exact_params *params, sp_diffusion_exact_result *result)
{
    sp_collapse_model model = {params->n, params->d, params->data_var, params->class_fraction};
    double d = (double)params->d;
    sp_collapse_point at;
    result->alpha = log(params->n) / d;
    result->t_C_spectral = log1p(params->data_var / expm1(2 * result->alpha)) / 2;
    SP_TRY(sp_collapse_exact(run, &model, result->t_C_spectral, &at));
    result->phi_C = at.phi_C;
    result->f_ex_over_alpha = at.f_ex / result->alpha;
    half_search search = {run, &model, SP_OK};
    sp_root root = sp_root_log(above_half, &search, result->t_C_spectral, result->t_C_spectral * 1e-6, 300, 1e-8);
    SP_TRY(search.status);
    result->t_C_phi = root.converged ? root.x : NAN; /* n = 2: phi_C is never below 1/2 */
    result->t_C_ratio = result->t_C_phi / result->t_C_spectral;
    double t = result->t_C_spectral, snr = exp(sp_log_snr(t)),
           slope = params->data_var * snr * (1 + snr) / (1 + params->data_var * snr);
    double b = params->data_var * exp(-2 * t), gamma = sp_noise_variance(t) + b;
    result->width = sqrt(b / (gamma * d)) / slope;
    return SP_OK;
}
