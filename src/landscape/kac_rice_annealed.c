#include "landscape/kac_rice_annealed.h"

#include "math/roots.h"
#include "math/semicircle.h"

#include <math.h>

/* sqrt(y^2 - 4) without cancellation near the edge. */
static double outside(double y) { return sqrt((y - 2) * (y + 2)); }

static double edge_action(double y)
{
    double w = outside(y);
    return 0.5 * (y * w / 2 - 2 * log((y + w) / 2));
}

double lowest_eigenvalue_rate(double theta, double t)
{
    double top = theta + 1 / theta;
    if (theta <= 1 || t >= top)
        return 0;
    return 0.5 * (edge_action(t) - edge_action(top)) - 0.5 * theta * (t - top) + (t * t - top * top) / 8;
}

double lowest_eigenvalue_rate_slope(double theta, double t)
{
    if (theta <= 1 || t >= theta + 1 / theta)
        return 0;
    return outside(t) / 4 - theta / 2 + t / 4;
}

double hessian_log_determinant(const gaussian_landscape *g, double mu)
{
    return 0.5 * log(g->x2) + sp_semicircle_log_potential(mu / sqrt(g->x2), 1);
}

double annealed_theta(const gaussian_landscape *g, double m)
{
    return landscape_polynomial_at(&g->signal, m).d2 * (1 - m * m);
}

double lowest_eigenvalue(const gaussian_landscape *g, double mu, double theta)
{
    return theta > sqrt(g->x2) ? mu - theta - g->x2 / theta : mu - 2 * sqrt(g->x2);
}

/* Terms that depend on m alone: 1/2 + (1/2) ln(1 - m^2) - (1/2) ln x1 - F'^2 (1 - m^2) / (2 x1). */
static double overlap_terms(const gaussian_landscape *g, double m, double slope)
{
    double rest = (1 - m) * (1 + m);
    return 0.5 + 0.5 * log(rest) - 0.5 * log(g->x1) - slope * slope * rest / (2 * g->x1);
}

static double minima_rate(const gaussian_landscape *g, double m, double mu)
{
    double s = sqrt(g->x2), t = mu / s;
    /* the edge itself counts, also when rounding puts it below */
    if (t < 2 * (1 - 1e-14))
        return INFINITY;
    return lowest_eigenvalue_rate(annealed_theta(g, m) / s, fmax(t, 2));
}

double annealed_complexity(const gaussian_landscape *g, landscape_count_kind of, double energy, double m, double mu)
{
    landscape_jet f = landscape_polynomial_at(&g->signal, m);
    double a = energy + f.d0, cost;
    if (g->pure) {
        mu = -g->p * a + m * f.d1;
        cost = a * a / (2 * g->x0);
    }
    else {
        /* (a, u) C^-1 (a, u) / 2: a, then u given a */
        double u = m * f.d1 - mu, v = g->x1 + g->x2 - g->x1 * g->x1 / g->x0, rest = u - g->x1 * a / g->x0;
        cost = a * a / (2 * g->x0) + rest * rest / (2 * v);
    }
    double value = overlap_terms(g, m, f.d1) - cost + hessian_log_determinant(g, mu);
    return of == COUNT_MINIMA ? value - minima_rate(g, m, mu) : value;
}

/* -(curvature / 2)(mu - centre)^2 + D(mu) - L(mu): concave in mu (for all points because x0 x2 + x1^2 >= x0 x1, for minima
 * because L is convex and D concave outside the bulk). */
typedef struct {
    const gaussian_landscape *g;
    double curvature, centre, theta;
    bool minima;
} mu_problem;

static double slope_in_mu(double mu, void *context)
{
    const mu_problem *c = context;
    double s = sqrt(c->g->x2), slope = -c->curvature * (mu - c->centre) + sp_semicircle_log_potential_slope(mu / s, 1) / s;
    return c->minima ? slope - lowest_eigenvalue_rate_slope(c->theta / s, fmax(mu / s, 2)) / s : slope;
}

static double best_mu(const mu_problem *c)
{
    double s = sqrt(c->g->x2), edge = 2 * s;
    if (c->minima && slope_in_mu(edge, (void *)c) <= 0)
        return edge;
    /* |D'| <= 1 / s and |L'| <= (theta / s + 2) / (2 s) bound the distance from the centre */
    double reach = (1 + (c->minima ? fabs(c->theta) / s + 2 : 0)) / (s * c->curvature) + 1e-9 * (1 + fabs(c->centre));
    double low = c->minima ? edge : c->centre - reach, high = fmax(c->centre, low) + reach;
    return sp_root_bracketed(slope_in_mu, (void *)c, low, high, 0).x;
}

annealed_point annealed_max_mu(const gaussian_landscape *g, landscape_count_kind of, double energy, double m)
{
    annealed_point best = {energy, m, NAN, NAN};
    if (g->pure)
        best.mu = gaussian_landscape_mu(g, energy, m);
    else {
        landscape_jet f = landscape_polynomial_at(&g->signal, m);
        double v = g->x1 + g->x2 - g->x1 * g->x1 / g->x0;
        best.mu = best_mu(
            &(mu_problem){g, 1 / v, m * f.d1 - g->x1 * (energy + f.d0) / g->x0, annealed_theta(g, m), of == COUNT_MINIMA});
    }
    best.value = annealed_complexity(g, of, energy, m, best.mu);
    return best;
}

annealed_point annealed_max_energy_at_mu(const gaussian_landscape *g, landscape_count_kind of, double m, double mu)
{
    landscape_jet f = landscape_polynomial_at(&g->signal, m);
    annealed_point best = {NAN, m, mu, NAN};
    best.energy = g->x1 * (m * f.d1 - mu) / (g->x1 + g->x2) - f.d0;
    best.value = annealed_complexity(g, of, best.energy, m, mu);
    return best;
}

annealed_point annealed_max_energy(const gaussian_landscape *g, landscape_count_kind of, double m)
{
    landscape_jet f = landscape_polynomial_at(&g->signal, m);
    double mu = best_mu(&(mu_problem){g, 1 / (g->x1 + g->x2), m * f.d1, annealed_theta(g, m), of == COUNT_MINIMA});
    return annealed_max_energy_at_mu(g, of, m, mu);
}

typedef struct {
    const gaussian_landscape *g;
    landscape_count_kind of;
    double energy;
} overlap_problem;

static annealed_point at_overlap(const overlap_problem *c, double m)
{
    return isnan(c->energy) ? annealed_max_energy(c->g, c->of, m) : annealed_max_mu(c->g, c->of, c->energy, m);
}

static double minus_value_at_overlap(double m, void *context)
{
    double value = at_overlap(context, m).value;
    return isfinite(value) ? -value : 1e300;
}

annealed_point annealed_max_overlap(const gaussian_landscape *g, landscape_count_kind of, double energy)
{
    overlap_problem c = {g, of, energy};
    annealed_point positive = at_overlap(&c, sp_minimum_scan(minus_value_at_overlap, &c, 0, 1 - 1e-9, 1001, 1e-12).x);
    annealed_point negative = at_overlap(&c, sp_minimum_scan(minus_value_at_overlap, &c, -1 + 1e-9, 0, 1001, 1e-12).x);
    /* the two sides are often mirror images */
    return negative.value > positive.value + 1e-12 ? negative : positive;
}

double threshold_energy(const gaussian_landscape *g, double m)
{
    landscape_jet f = landscape_polynomial_at(&g->signal, m);
    double mu = 2 * sqrt(g->x2);
    if (g->pure)
        return gaussian_landscape_energy(g, mu, m);
    double v = g->x1 + g->x2 - g->x1 * g->x1 / g->x0;
    return g->x0 / g->x1 * (m * f.d1 - mu + v / sqrt(g->x2)) - f.d0;
}

double annealed_at_threshold(const gaussian_landscape *g, double m)
{
    return annealed_complexity(g, COUNT_ALL, threshold_energy(g, m), m, 2 * sqrt(g->x2));
}

typedef struct {
    const gaussian_landscape *g;
    double m;
} energy_problem;

static double best_at_energy(double energy, void *context)
{
    const energy_problem *c = context;
    return annealed_max_mu(c->g, COUNT_ALL, energy, c->m).value;
}

double annealed_zero_energy(const gaussian_landscape *g, double m)
{
    energy_problem c = {g, m};
    double high = threshold_energy(g, m), low = high, step = 0.1 * sqrt(g->x0);
    if (!(annealed_at_threshold(g, m) >= 0))
        return NAN;
    while (best_at_energy(low, &c) >= 0)
        low -= step;
    return sp_root_bracketed(best_at_energy, &c, low, high, 0).x;
}
