/* Thresholds and density of a kernel estimate for Gaussian data in the limit d -> infinity. */
#include "density/radial_kernel.h"
#include "math/roots.h"
#include "spinodal/kde.h"

#include <math.h>

static const double log_s_range = 60;

/* ---- large deviations of the distances (spec 03, 3.1) ------------------------------------------------- */

/* log(1+u) - u/(1+u), without cancellation: sum_{k>=2} (-1)^k u^k (k-1)/k for small u. */
static double log1p_excess(double u)
{
    if (u > 0.05)
        return log1p(u) - u / (1 + u);
    double sum = 0, power = u;
    for (int k = 2; k <= 14; k++) {
        power *= -u;
        sum -= power * (k - 1) / k;
    }
    return sum;
}

double sp_kde_psi(const sp_kde_theory_params *p, double s)
{
    double sum = 0;
    for (size_t a = 0; a < p->spectrum.n; a++) {
        double u = s * p->spectrum.v[a];
        sum -= log1p(u) / 2 + p->r / 2 * u / (1 + u);
    }
    return sum / (double)p->spectrum.n;
}

double sp_kde_eps(const sp_kde_theory_params *p, double s)
{
    double sum = 0;
    for (size_t a = 0; a < p->spectrum.n; a++) {
        double lambda = p->spectrum.v[a], v = 1 + s * lambda;
        sum += lambda / v + p->r * lambda / (v * v);
    }
    return sum / (double)p->spectrum.n;
}

double sp_kde_rate(const sp_kde_theory_params *p, double s)
{
    double sum = 0;
    for (size_t a = 0; a < p->spectrum.n; a++) {
        double u = s * p->spectrum.v[a], v = u / (1 + u);
        sum += log1p_excess(u) / 2 + p->r / 2 * v * v;
    }
    return sum / (double)p->spectrum.n;
}

/* ---- roots -------------------------------------------------------------------------------------------- */

typedef struct {
    const sp_kde_theory_params *p;
    sp_kde_kernel kernel;
    double h, order; /* of kernel^order */
} context;

static double rate_minus_alpha(double log_s, void *c_)
{
    const context *c = c_;
    return sp_kde_rate(c->p, exp(log_s)) - c->p->alpha;
}

/* Stationarity of the upper branch: s = 2 order kappa'(eps(s)/h^2)/h^2, increasing in s. */
static double stationarity(double log_s, void *c_)
{
    const context *c = c_;
    double s = exp(log_s), h2 = c->h * c->h;
    return s - 2 * c->order * sp_kernel_slope(c->kernel, sp_kde_eps(c->p, s) / h2) / h2;
}

static double eps_minus_h2(double log_s, void *c_)
{
    const context *c = c_;
    return c->h * c->h - sp_kde_eps(c->p, exp(log_s));
}

/* lim (1/d) log E K(.)^order (K without normalisation), maximised over the distance (spec 03, 3.6). */
static double log_moment(const context *c)
{
    double h2 = c->h * c->h;
    context copy = *c;
    if (c->kernel.kind == SP_KDE_GAUSSIAN)
        return sp_kde_psi(c->p, c->order / h2);
    if (c->kernel.kind == SP_KDE_TOPHAT) {
        if (sp_kde_eps(c->p, 0) <= h2)
            return 0;
        sp_root s = sp_root_bracketed(eps_minus_h2, &copy, -log_s_range, log_s_range, 1e-14);
        return -sp_kde_rate(c->p, exp(s.x));
    }
    sp_root root = sp_root_bracketed(stationarity, &copy, -log_s_range, log_s_range, 1e-14);
    double s = exp(root.x);
    return -c->order * sp_kernel_kappa(c->kernel, sp_kde_eps(c->p, s) / h2) - sp_kde_rate(c->p, s);
}

/* Zero where Var Z = (E Z)^2: alpha = psi(2/h^2) - 2 psi(1/h^2) for the gaussian kernel (spec 03, 3.2). */
static double variance_minus_alpha(double log_h, void *c_)
{
    context c = *(const context *)c_;
    c.h = exp(log_h);
    c.order = 2;
    double second = log_moment(&c);
    c.order = 1;
    return second - 2 * log_moment(&c) - c.p->alpha;
}

/* s eps(s) = 1: the least KL on the upper branch, the same for every kernel with kappa'(1) = 1/2. */
static double unit_product(double log_s, void *c_)
{
    const context *c = c_;
    double s = exp(log_s);
    return s * sp_kde_eps(c->p, s) - 1;
}

/* ---- thresholds (spec 03, 3.2, 3.6) ------------------------------------------------------------------- */

static double bandwidth_of_index(const sp_kde_theory_result *r, double m)
{
    double square = r->kernel.kind == SP_KDE_GAUSSIAN  ? m / r->s_star
                    : r->kernel.kind == SP_KDE_STUDENT ? (m * (1 + r->kernel.tau) / r->s_star - r->eps_star) / r->kernel.tau
                                                       : r->eps_star;
    return square > 0 ? sqrt(square) : 0;
}

double sp_kde_index(const sp_kde_theory_result *r, double h)
{
    double v = r->eps_star / (h * h);
    if (r->kernel.kind == SP_KDE_TOPHAT)
        return v < 1 ? INFINITY : 0;
    return r->s_star / 2 * h * h / sp_kernel_slope(r->kernel, v);
}

double sp_kde_weight_moment(double m, double k) { return m >= 1 ? 0 : exp(lgamma(k - m) - lgamma(k) - lgamma(1 - m)); }

const char *sp_kde_regime(double m) { return m < 1 ? "condensed" : m < 2 ? "heavy-tailed" : "classical"; }

double sp_kde_log_density(const sp_kde_theory_params *p, const sp_kde_theory_result *r, double h)
{
    double outside = -log(h) - sp_kernel_log_norm(r->kernel, INFINITY);
    if (h >= r->h_G)
        return outside + log_moment(&(context){p, r->kernel, h, 1});
    return outside - p->alpha - sp_kernel_kappa(r->kernel, r->eps_star / (h * h));
}

double sp_kde_kl(const sp_kde_theory_params *p, const sp_kde_theory_result *r, double h)
{
    return r->log_rho - sp_kde_log_density(p, r, h);
}

static double log_rho(const sp_kde_theory_params *p)
{
    double sum = 0;
    for (size_t a = 0; a < p->spectrum.n; a++)
        sum -= (log(2 * M_PI * p->spectrum.v[a]) + p->r) / 2;
    return sum / (double)p->spectrum.n;
}

static sp_status check(sp_run *run, const sp_kde_theory_params *p)
{
    double largest = 0;
    for (size_t a = 0; a < p->spectrum.n; a++) {
        if (!(p->spectrum.v[a] >= 0) || isinf(p->spectrum.v[a]))
            return sp_fail(run, SP_USAGE, "--spectrum: eigenvalues must be finite and >= 0, got %g", p->spectrum.v[a]);
        largest = fmax(largest, p->spectrum.v[a]);
    }
    if (!(largest > 0))
        return sp_fail(run, SP_USAGE, "--spectrum needs at least one eigenvalue > 0");
    if (!(p->alpha > 0) || isinf(p->alpha))
        return sp_fail(run, SP_USAGE, "--alpha must be finite and > 0, got %g", p->alpha);
    if (!(p->r >= 0) || isinf(p->r))
        return sp_fail(run, SP_USAGE, "--r must be finite and >= 0, got %g", p->r);
    return SP_OK;
}

sp_status sp_kde_theory(sp_run *run, const sp_kde_theory_params *p, sp_kde_theory_result *out)
{
    *out = (sp_kde_theory_result){0};
    SP_TRY(sp_kde_kernel_parse(run, p->kernel, &out->kernel));
    SP_TRY(check(run, p));
    context c = {p, out->kernel, NAN, 1};
    sp_root s = sp_root_bracketed(rate_minus_alpha, &c, -log_s_range, log_s_range, 1e-15);
    if (!s.converged)
        return sp_fail(run, SP_USAGE, "--alpha %g is out of reach: the rate function stays between %.3g and %.3g", p->alpha,
                       sp_kde_rate(p, exp(-log_s_range)), sp_kde_rate(p, exp(log_s_range)));
    out->converged = true;
    out->s_star = exp(s.x);
    out->residual = fabs(s.residual);
    out->eps_star = sp_kde_eps(p, out->s_star);
    out->log_rho = log_rho(p);
    out->h_G = bandwidth_of_index(out, 1);
    out->h_CLT = bandwidth_of_index(out, 2);
    out->h_opt = sqrt(out->eps_star);
    if (out->h_opt > out->h_G && out->kernel.kind != SP_KDE_TOPHAT) {
        /* far queries: the least KL is on the upper branch, where eps(s) = h^2 and s = 1/h^2 */
        sp_root root = sp_root_bracketed(unit_product, &c, -log_s_range, s.x, 1e-14);
        out->h_opt = exp(-root.x / 2);
        out->converged = root.converged;
    }
    if (out->kernel.kind == SP_KDE_TOPHAT)
        out->h_var = out->h_CLT;
    else {
        double centre = log(out->h_opt);
        sp_root root = sp_root_bracketed(variance_minus_alpha, &c, centre - 12, centre + 12, 1e-14);
        out->h_var = exp(root.x); /* NaN when there is none, as for queries so far out that nothing condenses */
        out->converged &= root.converged || out->h_G == 0;
    }
    /* a top-hat has its least KL at the edge, where the estimate is on the point of vanishing */
    double edge = out->kernel.kind == SP_KDE_TOPHAT ? 1 + 1e-14 : 1;
    out->KL_opt = sp_kde_kl(p, out, out->h_opt * edge);
    out->KL_G = out->h_G > 0 ? sp_kde_kl(p, out, out->h_G * edge) : NAN;
    return SP_OK;
}
