/* Random-field Ising chain in the limit N -> infinity: the law of the cavity field by its integral equation (spec 05, 3.4).
 */
#include "spinodal/diffusion.h"
#include "spinodal/speciation.h"

#include "math/roots.h"
#include "math/special.h"

#include <math.h>
#include <string.h>

enum { MOST_ITERATIONS = 20000, LEAST_NODES = 401, MOST_NODES = 40001 };
static const double half_widths = 9;     /* of the Gaussian of the field: 1e-18 lies beyond */
static const double nodes_per_width = 6; /* trapezoid on a Gaussian kernel: error e^{-2 (pi 6)^2} */
static const double smallest_snr = 1e-5; /* D is O(eps^2): below, the difference of F's has lost its digits */
static const double converged_change = 1e-15;

static double snr(double t) { return 1 / expm1(2 * t); }

double sp_ising_distance(double beta_k, double beta_l)
{
    double k = tanh(beta_k), l = tanh(beta_l);
    return (1 + k * k) / (1 - k * k) + (1 + l * l) / (1 - l * l) - 2 * (1 + k * l) / (1 - k * l);
}

/* p(u) = sum_tau (1 + tau T_k)/2 int du' p(u') N(u; tau f(u') + eps, eps), f(u) = atanh(T_j tanh u) */
typedef struct {
    size_t n, band; /* nodes on each side that a Gaussian reaches */
    double left, dx, eps, T_k, T_j;
    double *f, *p, *next;
} cavity;

/* Adds weight * N(u; centre, eps) dx to the nodes. The Gaussian is advanced by ratios: two exponentials for each source. */
static void spread(const cavity *c, double centre, double weight, double *out)
{
    double position = (centre - c->left) / c->dx;
    ptrdiff_t at = (ptrdiff_t)floor(position), low = at - (ptrdiff_t)c->band, high = at + 1 + (ptrdiff_t)c->band;
    ptrdiff_t last = (ptrdiff_t)c->n - 1;
    double h2 = c->dx * c->dx / c->eps, offset = position - (double)at, norm = weight * c->dx / sqrt(2 * M_PI * c->eps);
    double base = norm * exp(-offset * offset * h2 / 2), up = exp(offset * h2 - h2 / 2), down = exp(-offset * h2 - h2 / 2),
           shrink = exp(-h2), g = base;
    for (ptrdiff_t i = at; i <= high; i++) {
        if (i >= 0 && i <= last)
            out[i] += g;
        g *= up;
        up *= shrink;
    }
    g = base * down;
    down *= shrink;
    for (ptrdiff_t i = at - 1; i >= low; i--) {
        if (i >= 0 && i <= last)
            out[i] += g;
        g *= down;
        down *= shrink;
    }
}

static double iterate(cavity *c)
{
    double total = 0, change = 0;
    memset(c->next, 0, c->n * sizeof *c->next);
    for (size_t i = 0; i < c->n; i++)
        if (c->p[i] > 1e-40) {
            spread(c, c->f[i] + c->eps, (1 + c->T_k) / 2 * c->p[i], c->next);
            spread(c, -c->f[i] + c->eps, (1 - c->T_k) / 2 * c->p[i], c->next);
        }
    for (size_t i = 0; i < c->n; i++)
        total += c->next[i];
    for (size_t i = 0; i < c->n; i++) {
        c->next[i] /= total;
        change += fabs(c->next[i] - c->p[i]);
    }
    double *swap = c->p;
    c->p = c->next;
    c->next = swap;
    return change;
}

sp_status sp_ising_cavity_solve(sp_run *run, double beta_k, double beta_j, double t, sp_ising_cavity *out)
{
    if (!(t > 0) || !isfinite(beta_k) || !isfinite(beta_j) || fabs(beta_k) > 15 || fabs(beta_j) > 15)
        return sp_fail(run, SP_USAGE, "the cavity equation needs t > 0 and |beta| <= 15");
    double eps = snr(t), half = fabs(beta_j) + eps + half_widths * sqrt(eps), spacing = sqrt(eps) / nodes_per_width;
    size_t n = 1 + 2 * (size_t)ceil(half / spacing);
    n = n < LEAST_NODES ? LEAST_NODES : n;
    if (n > MOST_NODES)
        return sp_fail(run, SP_FAILED, "time %g: the cavity equation would need %zu nodes (at most %d)", t, n, MOST_NODES);
    sp_mark mark = sp_memory_mark(run);
    cavity c = {
        .n = n, .left = -half, .dx = 2 * half / (double)(n - 1), .eps = eps, .T_k = tanh(beta_k), .T_j = tanh(beta_j)};
    c.band = (size_t)ceil(half_widths * sqrt(eps) / c.dx);
    c.f = SP_NEW(run, double, n);
    c.p = SP_NEW(run, double, n);
    c.next = SP_NEW(run, double, n);
    if (!c.f || !c.p || !c.next)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++) {
        double u = c.left + c.dx * (double)i;
        c.f[i] = atanh(c.T_j * tanh(u));
        c.p[i] = exp(-(u - eps) * (u - eps) / (2 * eps));
    }
    double change = 1, best = 1;
    size_t stalled = 0, iterations = 0;
    /* rounding keeps the change near 1e-15: stop when it falls no more */
    for (; iterations < MOST_ITERATIONS && change > converged_change && stalled < 10; iterations++) {
        change = iterate(&c);
        stalled = change < 1e-13 && change >= best ? stalled + 1 : 0;
        best = fmin(best, change);
        if (iterations % 64 == 63)
            SP_TRY(sp_poll(run));
    }
    double F = 0;
    for (size_t i = 0; i < n; i++) {
        double u = c.left + c.dx * (double)i, m = c.T_j * tanh(u);
        F += c.p[i] * (sp_log_cosh(u) + log1p(-m * m) / 2);
    }
    *out = (sp_ising_cavity){F, n, iterations, change, change < 1e-12};
    sp_memory_release(run, mark);
    return SP_OK;
}

sp_status sp_ising_divergence_rate(sp_run *run, double beta_k, double beta_l, double t, double *D_rate, bool *converged)
{
    double eps = snr(t);
    *converged = true;
    if (eps < smallest_snr) {
        *D_rate = eps * eps / 4 * sp_ising_distance(beta_k, beta_l);
        return SP_OK;
    }
    sp_ising_cavity own, other;
    SP_TRY(sp_ising_cavity_solve(run, beta_k, beta_k, t, &own));
    SP_TRY(sp_ising_cavity_solve(run, beta_k, beta_l, t, &other));
    *D_rate = own.F - other.F;
    *converged = own.converged && other.converged;
    return SP_OK;
}

typedef struct {
    sp_run *run;
    double N, beta_k, beta_l, wanted;
    bool converged;
    sp_status status;
} criterion;

static double excess(double t, void *context)
{
    criterion *c = context;
    double rate = 0;
    bool converged = true;
    if (c->status == SP_OK)
        c->status = sp_ising_divergence_rate(c->run, c->beta_k, c->beta_l, t, &rate, &converged);
    c->converged &= converged;
    return rate > 0 ? log(c->N * rate / c->wanted) : -INFINITY;
}

sp_status sp_ising_pair_time(sp_run *run, double N, double beta_k, double beta_l, double kappa, double *t, bool *converged)
{
    criterion c = {run, N, beta_k, beta_l, 2 * kappa * kappa, true, SP_OK};
    double distance = sp_ising_distance(beta_k, beta_l);
    *t = NAN;
    *converged = true;
    if (!(distance > 0))
        return SP_OK;
    double leading = log(N * distance / (8 * kappa * kappa)) / 4;
    sp_root root = sp_root_outward(excess, &c, fmax(leading, 0.1), 0.1, 0.02, 40, 1e-10);
    SP_TRY(c.status);
    *converged = c.converged;
    if (root.converged)
        *t = root.x;
    return SP_OK;
}
