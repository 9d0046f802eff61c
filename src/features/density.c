/* Eigenvalue density of the feature covariance and its edges. */
#include "complex_ridge.h"

#include "math/quadrature.h"

#include <math.h>

/* Per feature: rho(x) = Im[psi2 chi/psi1]/pi, chi = kappa/A at ridge = -psi2 (x + i0). */
static double density_at(const sp_features_point *p, const sp_population *q, double x, double *residual)
{
    sp_complex_ridge c = sp_complex_ridge_solve(p, q, p->psi2 * x, -M_PI);
    double complex chi = c.kappa / c.A;
    *residual = c.converged ? c.residual : fmax(c.residual, 1);
    double rho = p->psi2 / p->psi1 * cimag(chi) / M_PI;
    return rho > 0 ? rho : 0;
}

sp_status sp_features_density(sp_run *run, const sp_features_point *p, const sp_population *q, size_t n, const double *x,
                              double *density, double *residual)
{
    double ignored;
    for (size_t i = 0; i < n; i++) {
        if (!(x[i] > 0))
            return sp_fail(run, SP_USAGE, "the density is asked at eigenvalues x > 0, got %g", x[i]);
        density[i] = density_at(p, q, x[i], residual ? &residual[i] : &ignored);
        if (i % 64 == 0)
            SP_TRY(sp_poll(run));
    }
    return SP_OK;
}

enum { POINTS_PER_DECADE = 200, DECADES = 11, MAX_BULKS = 8 };
static const double visible = 1e-6;

static bool inside(const sp_features_point *p, const sp_population *q, double log_x)
{
    double residual;
    return density_at(p, q, exp(log_x), &residual) > visible;
}

/* Between a point outside the support and one inside. */
static double edge(const sp_features_point *p, const sp_population *q, double outside, double in)
{
    while (fabs(in - outside) > 1e-12) {
        double middle = (in + outside) / 2;
        *(inside(p, q, middle) ? &in : &outside) = middle;
    }
    return exp(in);
}

/* A bound on the largest eigenvalue: norms of the linear and the nonlinear part of the features. */
static double largest(const sp_features_point *p, const sp_population *q)
{
    double c = 0;
    for (size_t b = 0; b < q->n; b++)
        c = fmax(c, q->c[b]);
    double linear = fabs(p->mu1) * sqrt(c) * (1 + sqrt(p->psi1)) * (1 + 1 / sqrt(p->psi2));
    double rest = sqrt(p->mu_star2) * (1 + sqrt(p->psi1 / p->psi2));
    return 1.1 * (linear + rest) * (linear + rest);
}

/* Mass between two edges: in log x = middle - half cos(angle) the square-root edges are smooth. */
static double mass(const sp_rule *rule, const sp_features_point *p, const sp_population *q, double low, double high)
{
    double middle = (log(low) + log(high)) / 2, half = (log(high) - log(low)) / 2, sum = 0, residual;
    for (size_t i = 0; i < rule->n; i++) {
        double x = exp(middle - half * cos(rule->x[i]));
        sum += rule->w[i] * half * sin(rule->x[i]) * x * density_at(p, q, x, &residual);
    }
    return sum;
}

sp_status sp_features_mass(sp_run *run, const sp_features_point *p, const sp_population *q, const sp_features_edges *e,
                           double low, double high, double *out)
{
    sp_rule rule;
    sp_mark mark = sp_memory_mark(run);
    *out = 0;
    SP_TRY(sp_gauss_legendre_on(run, 40, 0, M_PI, &rule));
    for (size_t b = 0; b < e->n_bulks; b++) {
        double from = fmax(low, e->low[b]), to = fmin(high, e->high[b]);
        if (to > from)
            *out += mass(&rule, p, q, from, to);
    }
    sp_memory_release(run, mark);
    return SP_OK;
}

sp_status sp_features_edges_find(sp_run *run, const sp_features_point *p, const sp_population *q, sp_features_edges *out)
{
    *out = (sp_features_edges){.zero_mass = fmax(0, 1 - p->psi2 / p->psi1),
                               .mean = p->mu1 * p->mu1 * sp_population_variance(q) + p->mu_star2};
    double top = log(largest(p, q)), step = log(10) / POINTS_PER_DECADE, bottom = top - DECADES * log(10);
    size_t n = (size_t)POINTS_PER_DECADE * DECADES;
    bool was = inside(p, q, bottom), reaches_zero = was;
    if (was)
        out->low[out->n_bulks++] = 0;
    for (size_t i = 1; i <= n; i++) {
        double at = bottom + step * (double)i;
        bool is = inside(p, q, at);
        if (is && !was) {
            if (out->n_bulks == MAX_BULKS)
                return sp_fail(run, SP_FAILED, "the spectrum has more than %d bulks", MAX_BULKS);
            out->low[out->n_bulks++] = edge(p, q, at - step, at);
        }
        if (was && !is)
            out->high[out->n_bulks - 1] = edge(p, q, at, at - step);
        was = is;
        if (i % 64 == 0)
            SP_TRY(sp_poll(run));
    }
    sp_rule rule;
    SP_TRY(sp_gauss_legendre_on(run, 300, 0, M_PI, &rule));
    for (size_t b = 0; b < out->n_bulks; b++)
        out->mass[b] = mass(&rule, p, q, out->low[b] > 0 ? out->low[b] : exp(bottom), out->high[b]);
    out->smallest = reaches_zero || !out->n_bulks ? 0 : out->low[0];
    return SP_OK;
}
