#include "landscape/isolated_minimum.h"

#include "math/roots.h"

#include <math.h>

enum { OVERLAP_NODES = 1000, MAX_ROOTS = 16 };

static double stationary_overlap(double m, void *context)
{
    const gaussian_landscape *g = context;
    double slope = landscape_polynomial_at(&g->signal, m).d1;
    return g->x1 - slope * slope * (1 - m) * (1 + m) / (m * m);
}

isolated_minimum isolated_minimum_of(const gaussian_landscape *g)
{
    double roots[MAX_ROOTS];
    size_t n = sp_roots_scan(stationary_overlap, (void *)g, 1e-5, 1 - 1e-12, 4 * OVERLAP_NODES, MAX_ROOTS, roots);
    isolated_minimum out = {false, false, NAN, NAN, NAN, NAN};
    if (n == 0)
        return out;
    double m = roots[n - 1];
    landscape_jet f = landscape_polynomial_at(&g->signal, m);
    out = (isolated_minimum){.exists = true, .m = m, .chi = m / f.d1};
    out.energy = -f.d0 - out.chi * g->x1;
    out.mu = 1 / out.chi + g->x2 * out.chi;
    out.stable = out.chi * out.chi * g->x2 < 1;
    return out;
}

quenched_point quenched_at_threshold(const gaussian_landscape *g, double m)
{
    return quenched_complexity(g, threshold_energy(g, m), m, 2 * sqrt(g->x2), NAN);
}

static double annealed_threshold(double m, void *context) { return annealed_at_threshold(context, m); }

static double quenched_threshold(double m, void *context)
{
    quenched_point p = quenched_at_threshold(context, m);
    return p.found ? p.value : -1;
}

/* First m where f turns from positive to negative on nodes of [0, end]. */
static double first_end(sp_function f, const gaussian_landscape *g, double end, size_t nodes)
{
    double before = f(0, (void *)g);
    for (size_t i = 1; i <= nodes; i++) {
        double m = end * (double)i / (double)nodes, now = f(m, (void *)g);
        if (before > 0 && now <= 0)
            return sp_root_bracketed(f, (void *)g, m - end / (double)nodes, m, 0).x;
        before = now;
    }
    return NAN;
}

double band_edge_annealed(const gaussian_landscape *g) { return first_end(annealed_threshold, g, 1 - 1e-9, OVERLAP_NODES); }

double band_edge_quenched(const gaussian_landscape *g)
{
    /* Sigma_Q <= Sigma_A */
    double end = band_edge_annealed(g);
    double edge = isnan(end) ? NAN : first_end(quenched_threshold, g, end, OVERLAP_NODES / 10);
    /* a jump (the solution ends before Sigma_Q vanishes) is no edge */
    return !isnan(edge) && fabs(quenched_threshold(edge, (void *)g)) < 1e-9 ? edge : NAN;
}

static double excess_theta(double m, void *context)
{
    const gaussian_landscape *g = context;
    return annealed_theta(g, m) - sqrt(g->x2);
}

double band_unstable_overlap(const gaussian_landscape *g)
{
    double roots[MAX_ROOTS];
    if (excess_theta(0, (void *)g) >= 0)
        return 0;
    return sp_roots_scan(excess_theta, (void *)g, 0, 1, OVERLAP_NODES, MAX_ROOTS, roots) ? roots[0] : NAN;
}
