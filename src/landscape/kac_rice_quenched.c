#include "landscape/kac_rice_quenched.h"

#include "math/roots.h"

#include <math.h>
#include <string.h>

/* Solves the n x n symmetric indefinite system in place by elimination with partial pivoting; returns the determinant. */
static double solve_small(size_t n, double a[4][4], double b[4])
{
    double determinant = 1;
    for (size_t k = 0; k < n; k++) {
        size_t pivot = k;
        for (size_t i = k + 1; i < n; i++)
            if (fabs(a[i][k]) > fabs(a[pivot][k]))
                pivot = i;
        if (a[pivot][k] == 0)
            return 0;
        if (pivot != k) {
            determinant = -determinant;
            for (size_t j = 0; j < n; j++) {
                double swap = a[k][j];
                a[k][j] = a[pivot][j];
                a[pivot][j] = swap;
            }
            double swap = b[k];
            b[k] = b[pivot];
            b[pivot] = swap;
        }
        determinant *= a[k][k];
        for (size_t i = k + 1; i < n; i++) {
            double factor = a[i][k] / a[k][k];
            for (size_t j = k; j < n; j++)
                a[i][j] -= factor * a[k][j];
            b[i] -= factor * b[k];
        }
    }
    for (size_t k = n; k-- > 0;) {
        for (size_t j = k + 1; j < n; j++)
            b[k] -= a[k][j] * b[j];
        b[k] /= a[k][k];
    }
    return determinant;
}

static void mirror(double a[4][4])
{
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < i; j++)
            a[i][j] = a[j][i];
}

/* beta does not exist in a pure model: its row and column are left out. */
static double solve_order_parameters(bool pure, double matrix[4][4], const double b[4], double z[4])
{
    double a[4][4] = {{0}}, right[4] = {0};
    size_t first = pure ? 1 : 0, n = 4 - first;
    for (size_t i = 0; i < n; i++) {
        right[i] = -b[i + first];
        for (size_t j = 0; j < n; j++)
            a[i][j] = matrix[i + first][j + first];
    }
    double determinant = solve_small(n, a, right);
    z[0] = 0;
    memcpy(z + first, right, n * sizeof *right);
    return determinant;
}

quenched_at_q quenched_evaluate(const gaussian_landscape *g, double energy, double m, double mu, double q)
{
    quenched_at_q out = {NAN, NAN, 0, {0}};
    landscape_jet y = landscape_polynomial_at(&g->xi, q), f = landscape_polynomial_at(&g->signal, m);
    double a = energy + f.d0, rest = 1 - q, gap = g->x1 - y.d1;
    if (!(rest > 0) || !(gap > 0))
        return out;
    if (g->pure)
        mu = -g->p * a + m * f.d1;
    double del = rest / gap, excess = q - m * m, k = g->x1 - excess / del, kc = k / rest;
    double b[4] = {a, f.d1, -mu, 0};
    double matrix[4][4] = {{g->x0 - y.d0, 0, g->x1, -y.d1},
                           {0, gap, -m / del, m / del},
                           {0, 0, g->x2 + kc, -kc + 1 / del},
                           {0, 0, 0, -y.d2 + kc - 2 / del}};
    mirror(matrix);
    out.determinant = solve_order_parameters(g->pure, matrix, b, out.z);
    if (out.determinant == 0)
        return out;
    double bz = 0;
    for (size_t i = 0; i < 4; i++)
        bz += b[i] * out.z[i];
    out.value = hessian_log_determinant(g, mu) + 1 + 0.5 * log(del) - del * k / (2 * rest) + 0.5 * bz;

    /* z is stationary: d(b.z / 2)/dq = z^T (dM/dq) z / 2 */
    double d_del = (rest * y.d2 - gap) / (gap * gap), d_inverse = -d_del / (del * del);
    double d_k = -1 / del - excess * d_inverse, d_kc = (d_k + kc) / rest;
    double d[4][4] = {{-y.d1, 0, 0, -y.d2},
                      {0, -y.d2, -m * d_inverse, m * d_inverse},
                      {0, 0, d_kc, -d_kc + d_inverse},
                      {0, 0, 0, -y.d3 + d_kc - 2 * d_inverse}};
    mirror(d);
    double zdz = 0;
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 4; j++)
            zdz += out.z[i] * d[i][j] * out.z[j];
    out.slope = 0.5 * d_del / del - (d_del * k + del * d_k) / (2 * rest) - del * k / (2 * rest * rest) + 0.5 * zdz;
    return out;
}

typedef struct {
    const gaussian_landscape *g;
    double energy, m, mu;
} q_problem;

static double slope_in_q(double q, void *context)
{
    const q_problem *c = context;
    return quenched_evaluate(c->g, c->energy, c->m, c->mu, q).slope;
}

enum { Q_NODES = 400, MAX_MINIMA = 8, BRANCH_STEPS = 64 };

/* A minimum of Sigma_Q between low and high, where the slope goes from <= 0 to >= 0. */
static double minimum_between(const q_problem *c, double low, double high)
{
    double low_slope = slope_in_q(low, (void *)c);
    return low_slope == 0 ? low : sp_root_bracketed(slope_in_q, (void *)c, low, high, 0).x;
}

/* Minima of Sigma_Q over q in [m^2, 1), up to the first pole of the linear system. */
static size_t minima_in_q(const q_problem *c, double out[MAX_MINIMA], bool *pole)
{
    /* q = m^2 itself may be the minimum (no field, no signal at m = 0): begin just below */
    double begin = c->m * c->m - 1e-9, step = (1 - 1e-7 - begin) / Q_NODES;
    quenched_at_q before = quenched_evaluate(c->g, c->energy, c->m, c->mu, begin);
    size_t n = 0;
    *pole = false;
    for (size_t i = 1; i <= Q_NODES && n < MAX_MINIMA; i++) {
        double q = begin + (double)i * step;
        quenched_at_q now = quenched_evaluate(c->g, c->energy, c->m, c->mu, q);
        if (isnan(now.slope) || isnan(before.slope) || (now.determinant > 0) != (before.determinant > 0)) {
            *pole = true;
            break;
        }
        if (before.slope <= 0 && now.slope > 0)
            out[n++] = minimum_between(c, q - step, q);
        before = now;
    }
    return n;
}

/* Follows the minimum in q near `hint`: a bracket grown around it. NAN when there is none within `reach`. */
static double follow(const q_problem *c, double hint, double reach)
{
    double floor_q = c->m * c->m - 1e-9, width = reach / 64;
    quenched_at_q at = quenched_evaluate(c->g, c->energy, c->m, c->mu, fmax(hint, floor_q));
    for (; width <= reach; width *= 2) {
        double low = fmax(hint - width, floor_q), high = fmin(hint + width, 1 - 1e-9);
        quenched_at_q l = quenched_evaluate(c->g, c->energy, c->m, c->mu, low);
        quenched_at_q h = quenched_evaluate(c->g, c->energy, c->m, c->mu, high);
        if (isnan(l.slope) || isnan(h.slope) || (l.determinant > 0) != (at.determinant > 0) ||
            (h.determinant > 0) != (at.determinant > 0))
            return NAN;
        if (l.slope <= 0 && h.slope > 0)
            return minimum_between(c, low, high);
    }
    return NAN;
}

/* The branch that starts at q = 0, m = 0, carried to c->m at fixed energy (and mu). NAN when it breaks on the way. */
static double branch_from_origin(const q_problem *c)
{
    double q = 0, before = 0;
    for (size_t i = 0; i <= BRANCH_STEPS; i++) {
        double s = (double)i / BRANCH_STEPS;
        q_problem here = {c->g, c->energy, s * c->m, c->mu};
        double predicted = i > 1 ? 2 * q - before : q, next = follow(&here, fmax(predicted, here.m * here.m), 0.06);
        if (isnan(next))
            return NAN;
        before = q;
        q = next;
    }
    return q;
}

static quenched_point accept(const q_problem *c, double q, size_t n_stationary)
{
    quenched_at_q at = quenched_evaluate(c->g, c->energy, c->m, c->mu, q);
    quenched_point p = {.found = true,
                        .energy = c->energy,
                        .m = c->m,
                        .mu = c->mu,
                        .q = q,
                        .value = at.value,
                        .residual = fabs(at.slope),
                        .n_stationary = n_stationary};
    memcpy(p.z, at.z, sizeof p.z);
    if (c->g->pure)
        p.mu = gaussian_landscape_mu(c->g, c->energy, c->m);
    double annealed = annealed_complexity(c->g, COUNT_ALL, c->energy, c->m, c->mu);
    if (at.value > annealed + 1e-9) {
        p.found = false;
        p.reason = "stationary point above the annealed complexity";
    }
    return p;
}

quenched_point quenched_complexity(const gaussian_landscape *g, double energy, double m, double mu, double hint)
{
    q_problem c = {g, energy, m, mu};
    if (!isnan(hint)) {
        double q = follow(&c, hint, 0.02);
        quenched_point p = accept(&c, isnan(q) ? 0 : q, 1);
        if (!isnan(q) && p.found)
            return p;
    }
    double minima[MAX_MINIMA];
    bool pole;
    size_t n = minima_in_q(&c, minima, &pole);
    if (n == 0)
        return (quenched_point){.reason =
                                    pole ? "no replica-symmetric solution before the pole" : "no replica-symmetric solution",
                                .energy = energy,
                                .m = m,
                                .mu = g->pure ? gaussian_landscape_mu(g, energy, m) : mu,
                                .q = NAN,
                                .value = NAN,
                                .residual = NAN};
    size_t best = 0;
    if (n > 1) {
        double branch = branch_from_origin(&c);
        for (size_t i = 0; i < n && !isnan(branch); i++)
            if (fabs(minima[i] - branch) < fabs(minima[best] - branch))
                best = i;
    }
    return accept(&c, minima[best], n);
}

/* ---- maxima ------------------------------------------------------------------------------------------ */

typedef struct {
    const gaussian_landscape *g;
    double energy, m, mu, hint;
    quenched_point (*inner)(const gaussian_landscape *, double, double, double, double *);
    quenched_point best;
} q_maximum;

static quenched_point keep(q_maximum *c, quenched_point p)
{
    if (p.found) {
        c->hint = p.q;
        if (!c->best.found || p.value > c->best.value)
            c->best = p;
    }
    else if (!c->best.reason)
        c->best.reason = p.reason;
    return p;
}

static double minus_value(quenched_point p) { return p.found ? -p.value : 1e300; }

static q_maximum maximum_at(const gaussian_landscape *g, double energy, double m, double mu)
{
    return (q_maximum){.g = g,
                       .energy = energy,
                       .m = m,
                       .mu = mu,
                       .hint = NAN,
                       .best = {.energy = energy, .m = m, .mu = mu, .q = NAN, .value = NAN, .residual = NAN}};
}

static double minus_value_at_mu(double mu, void *context)
{
    q_maximum *c = context;
    return minus_value(keep(c, quenched_complexity(c->g, c->energy, c->m, mu, c->hint)));
}

static quenched_point max_mu(const gaussian_landscape *g, double energy, double m, double *hint)
{
    if (g->pure) {
        quenched_point p = quenched_complexity(g, energy, m, NAN, *hint);
        if (p.found)
            *hint = p.q;
        return p;
    }
    q_maximum c = maximum_at(g, energy, m, NAN);
    double centre = annealed_max_mu(g, COUNT_ALL, energy, m).mu, width = 0.5 * sqrt(g->x2);
    c.hint = *hint;
    sp_minimum_scan(minus_value_at_mu, &c, centre - width, centre + width, 9, 1e-10);
    *hint = c.hint;
    return c.best;
}

quenched_point quenched_max_mu(const gaussian_landscape *g, double energy, double m)
{
    double hint = NAN;
    return max_mu(g, energy, m, &hint);
}

static double minus_value_at_energy(double energy, void *context)
{
    q_maximum *c = context;
    quenched_point p =
        isnan(c->mu) ? max_mu(c->g, energy, c->m, &c->hint) : quenched_complexity(c->g, energy, c->m, c->mu, c->hint);
    return minus_value(keep(c, p));
}

/* Around the annealed maximum: quenched and annealed maxima are close where Sigma_Q > 0. */
static quenched_point max_energy(const gaussian_landscape *g, double m, double mu, double *hint)
{
    annealed_point centre =
        isnan(mu) ? annealed_max_energy(g, COUNT_ALL, m) : annealed_max_energy_at_mu(g, COUNT_ALL, m, mu);
    double width = 0.4 * sqrt(g->x0);
    q_maximum c = maximum_at(g, NAN, m, mu);
    c.hint = *hint;
    sp_minimum_scan(minus_value_at_energy, &c, centre.energy - width, centre.energy + width, 17, 1e-10);
    *hint = c.hint;
    return c.best;
}

quenched_point quenched_max_energy_at_mu(const gaussian_landscape *g, double m, double mu)
{
    if (g->pure)
        return quenched_complexity(g, gaussian_landscape_energy(g, mu, m), m, mu, NAN);
    double hint = NAN;
    return max_energy(g, m, mu, &hint);
}

quenched_point quenched_max_energy(const gaussian_landscape *g, double m)
{
    double hint = NAN;
    return max_energy(g, m, NAN, &hint);
}

static double minus_value_at_overlap(double m, void *context)
{
    q_maximum *c = context;
    quenched_point p = isnan(c->energy) ? max_energy(c->g, m, NAN, &c->hint) : max_mu(c->g, c->energy, m, &c->hint);
    return minus_value(keep(c, p));
}

quenched_point quenched_max_overlap(const gaussian_landscape *g, double energy)
{
    q_maximum c = maximum_at(g, energy, NAN, NAN);
    double centre = annealed_max_overlap(g, COUNT_ALL, energy).m;
    sp_minimum_scan(minus_value_at_overlap, &c, fmax(centre - 0.2, -0.999), fmin(centre + 0.2, 0.999), 17, 1e-10);
    return c.best;
}

typedef struct {
    const gaussian_landscape *g;
    double m, hint;
} zero_problem;

static double best_at_energy(double energy, void *context)
{
    zero_problem *c = context;
    quenched_point p = max_mu(c->g, energy, c->m, &c->hint);
    return p.found ? p.value : -1;
}

double quenched_zero_energy(const gaussian_landscape *g, double m)
{
    zero_problem c = {g, m, NAN};
    double high = threshold_energy(g, m), low = high, step = 0.02 * sqrt(g->x0);
    if (!(best_at_energy(high, &c) >= 0))
        return NAN;
    while (best_at_energy(low, &c) >= 0)
        low -= step;
    double zero = sp_root_bracketed(best_at_energy, &c, low, fmin(low + step, high), 0).x;
    /* where the branch ends before Sigma_Q reaches zero the "zero" is a jump: no number */
    return fabs(best_at_energy(zero, &c)) < 1e-7 ? zero : NAN;
}
