/* Simulation of kernel estimates of Gaussian data, with errors over independent data sets. */
#include "density/distance_law.h"
#include "density/kde_spacing.h"
#include "density/radial_kernel.h"
#include "density/stable_law.h"
#include "math/softmax_scan.h"
#include "math/statistics.h"
#include "spinodal/kde.h"

#include <math.h>

const size_t sp_kde_spacing_ranks[SP_KDE_SPACINGS] = {5, 10, 20, 50};

enum { NEAREST = 51, RESAMPLES = 200, PER_BLOCK = 16 };

static const sp_kde_kernel gaussian = {SP_KDE_GAUSSIAN, NAN};

double sp_kde_spacing(size_t k, const double *q)
{
    double mean = 0;
    for (size_t j = 0; j < k; j++)
        mean += q[j] / (double)k;
    return (q[k] - mean) / 2;
}

typedef struct {
    const sp_kde_simulate_params *p;
    sp_logit *logit;
    size_t record; /* doubles of a data set: log_z and Y2 for each h, then the spacings */
    double *values;
} simulation;

/* ---- data and queries drawn ---------------------------------------------------------------------------- */

static void draw_rows(sp_rng *rng, const sp_kde_simulate_params *p, size_t rows, double *x)
{
    sp_normals(rng, rows * p->d, x);
    for (size_t j = 0; j < p->d; j++) {
        double width = sqrt(p->spectrum.v[j * p->spectrum.n / p->d]);
        for (size_t i = 0; i < rows && width != 1; i++)
            x[i * p->d + j] *= width;
    }
}

static sp_status database(sp_run *run, size_t index, void *context)
{
    const simulation *s = context;
    const sp_kde_simulate_params *p = s->p;
    double *y = SP_NEW(run, double, p->n * p->d), *x = SP_NEW(run, double, p->queries * p->d),
           *out = s->values + index * s->record;
    if (!y || !x)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(run, "kde.data", index), query = sp_rng_at(run, "kde.query", index);
    draw_rows(&rng, p, p->n, y);
    draw_rows(&query, p, p->queries, x);
    size_t k = p->n < NEAREST ? p->n : NEAREST;
    sp_softmax_problem problem = {
        .n = p->n, .d = p->d, .y64 = y, .n_queries = p->queries, .x = x, .n_logits = p->h.n, .logit = s->logit, .k = k};
    sp_softmax_result r;
    SP_TRY(sp_softmax_scan(run, NULL, &problem, &r));
    double q[NEAREST], share = 1 / (double)p->queries;
    for (size_t i = 0; i < p->queries; i++) {
        for (size_t a = 0; a < p->h.n; a++) {
            out[a] += share * r.stat[i * p->h.n + a].log_z;
            out[p->h.n + a] += share * r.stat[i * p->h.n + a].sum_w2;
        }
        for (size_t j = 0; j < k; j++)
            q[j] = r.neighbour[i * k + j].g;
        for (size_t a = 0; a < SP_KDE_SPACINGS; a++)
            out[2 * p->h.n + a] += k > sp_kde_spacing_ranks[a] ? share * sp_kde_spacing(sp_kde_spacing_ranks[a], q) : NAN;
    }
    return SP_OK;
}

/* ---- one query of given radius: the distances are drawn themselves --------------------------------------- */

static void insert(double *nearest, size_t k, double q)
{
    if (!(q < nearest[k - 1]))
        return;
    size_t j = k - 1;
    for (; j > 0 && nearest[j - 1] > q; j--)
        nearest[j] = nearest[j - 1];
    nearest[j] = q;
}

static void estimate(const simulation *s, const double *q, double *v, double *out)
{
    const sp_kde_simulate_params *p = s->p;
    for (size_t a = 0; a < p->h.n; a++) {
        double least = INFINITY, z = 0, z2 = 0;
        for (size_t i = 0; i < p->n; i++)
            least = q[i] < least ? q[i] : least;
        for (size_t i = 0; i < p->n; i++) {
            v[i] = exp(-s->logit[a].a * (q[i] - least));
            z += v[i];
            z2 += v[i] * v[i];
        }
        out[a] = log(fmax(z, 1)) - s->logit[a].a * least; /* the nearest point adds 1 */
        out[p->h.n + a] = z2 / (z * z);
    }
    double nearest[NEAREST];
    for (size_t j = 0; j < NEAREST; j++)
        nearest[j] = INFINITY;
    for (size_t i = 0; i < p->n; i++)
        insert(nearest, NEAREST, q[i]);
    for (size_t a = 0; a < SP_KDE_SPACINGS; a++)
        out[2 * p->h.n + a] = p->n > sp_kde_spacing_ranks[a] ? sp_kde_spacing(sp_kde_spacing_ranks[a], nearest) : NAN;
}

static sp_status fixed_databases(sp_run *run, size_t block, void *context)
{
    const simulation *s = context;
    const sp_kde_simulate_params *p = s->p;
    double *q = SP_NEW(run, double, p->n), *v = SP_NEW(run, double, p->n), along = sqrt(p->r * (double)p->d);
    if (!q || !v)
        return SP_FAILED;
    for (size_t index = block * PER_BLOCK; index < (block + 1) * PER_BLOCK && index < p->databases; index++) {
        SP_TRY(sp_poll(run));
        sp_rng rng = sp_rng_at(run, "kde.distance", index);
        sp_normals(&rng, p->n, q);
        for (size_t i = 0; i < p->n; i++)
            q[i] = (along - q[i]) * (along - q[i]) + (p->d > 1 ? sp_chi_square(&rng, (double)p->d - 1) : 0);
        estimate(s, q, v, s->values + index * s->record);
    }
    return SP_OK;
}

/* ---- statistics over data sets ---------------------------------------------------------------------------- */

/* Central moments of Z/E Z from its logs. which: 2 relative variance, 3 skewness. */
typedef struct {
    const double *log_z;
    int which;
} moments;

static double moment(size_t n, const size_t *rows, void *context)
{
    const moments *c = context;
    double mean = 0, second = 0, third = 0;
    for (size_t i = 0; i < n; i++)
        mean += exp(c->log_z[rows[i]]) / (double)n;
    for (size_t i = 0; i < n; i++) {
        double x = exp(c->log_z[rows[i]]) / mean - 1;
        second += x * x / (double)n;
        third += x * x * x / (double)n;
    }
    return c->which == 2 ? second : third / pow(second, 1.5);
}

static sp_status summarise_moments(sp_run *run, const double *log_z, size_t n, sp_kde_simulated *out)
{
    sp_interval variance, skewness;
    moments c = {log_z, 2};
    SP_TRY(sp_bootstrap(run, "kde.bootstrap", n, moment, &c, RESAMPLES, &variance));
    c.which = 3;
    SP_TRY(sp_bootstrap(run, "kde.bootstrap", n, moment, &c, RESAMPLES, &skewness));
    out->relative_variance = variance.value;
    out->relative_variance_se = variance.se;
    out->skewness = skewness.value;
    out->skewness_se = skewness.se;
    return SP_OK;
}

static sp_estimate column_mean(const simulation *s, size_t column)
{
    sp_moments m = {0};
    for (size_t i = 0; i < s->p->databases; i++)
        sp_moments_add(&m, s->values[i * s->record + column]);
    return (sp_estimate){m.mean, sp_moments_se(&m)};
}

static sp_status summarise(sp_run *run, const simulation *s, sp_kde_simulate_result *out)
{
    const sp_kde_simulate_params *p = s->p;
    double d = (double)p->d, n = (double)p->n;
    sp_distance_law law = {d, p->r * d};
    for (size_t a = 0; a < p->h.n; a++) {
        double h = p->h.v[a];
        sp_estimate z = column_mean(s, a), y2 = column_mean(s, p->h.n + a);
        out->curve[a] = (sp_kde_simulated){(z.value - log(n)) / d - log(h) - sp_kernel_log_norm(gaussian, d),
                                           z.se / d,
                                           y2.value,
                                           y2.se,
                                           NAN,
                                           NAN,
                                           NAN,
                                           NAN};
        if (!p->fixed)
            continue;
        double *log_z = out->log_z + a * p->databases, annealed = log(n) + sp_distance_log_moment(&law, 1, h);
        for (size_t i = 0; i < p->databases; i++)
            log_z[i] = s->values[i * s->record + a] - annealed;
        SP_TRY(summarise_moments(run, log_z, p->databases, &out->curve[a]));
    }
    for (size_t a = 0; a < SP_KDE_SPACINGS; a++) {
        sp_estimate e = column_mean(s, 2 * p->h.n + a);
        out->h_G[a] = sqrt(e.value);
        out->h_G_se[a] = e.se / (2 * out->h_G[a]);
    }
    return SP_OK;
}

static sp_status check(sp_run *run, const sp_kde_simulate_params *p)
{
    if (p->n < 2 || p->d < 1 || p->databases < 2 || (!p->fixed && p->queries < 1))
        return sp_fail(run, SP_USAGE, "a simulation needs n >= 2, d >= 1, at least 2 databases and 1 query");
    if (!p->h.n)
        return sp_fail(run, SP_USAGE, "--h needs at least one bandwidth");
    if (p->fixed && (p->spectrum.n != 1 || p->spectrum.v[0] != 1))
        return sp_fail(run, SP_USAGE, "--fixed draws distances for isotropic unit data: --spectrum must be 1");
    if (!p->fixed && p->d % p->spectrum.n)
        return sp_fail(run, SP_USAGE, "--d %zu must be a multiple of the %zu eigenvalues of --spectrum", p->d,
                       p->spectrum.n);
    if (!p->fixed && p->r != 1)
        return sp_fail(run, SP_USAGE, "--r fixes the radius of the query: it needs --fixed");
    return SP_OK;
}

sp_status sp_kde_simulate(sp_run *run, const sp_kde_simulate_params *p, sp_kde_simulate_result *out)
{
    SP_TRY(check(run, p));
    simulation s = {.p = p, .record = 2 * p->h.n + SP_KDE_SPACINGS};
    out->curve = SP_NEW(run, sp_kde_simulated, p->h.n);
    out->log_z = p->fixed ? SP_NEW(run, double, p->h.n * p->databases) : NULL;
    size_t blocks = p->fixed ? (p->databases + PER_BLOCK - 1) / PER_BLOCK : p->databases,
           per_block = p->fixed ? PER_BLOCK : 1;
    s.logit = SP_NEW(run, sp_logit, p->h.n);
    s.values = SP_NEW(run, double, blocks *per_block *s.record);
    if (!out->curve || (p->fixed && !out->log_z) || !s.logit || !s.values)
        return SP_FAILED;
    for (size_t a = 0; a < p->h.n; a++)
        s.logit[a] = sp_kernel_logit(gaussian, (double)p->d, p->h.v[a]);
    SP_TRY(sp_parallel_resumable(run, "databases", blocks, s.values, per_block * s.record * sizeof(double),
                                 p->fixed ? fixed_databases : database, &s));
    return summarise(run, &s, out);
}

sp_status sp_kde_stable_draws(sp_run *run, const sp_kde_exact_params *p, double h, size_t n_draws, double *log_z)
{
    double eps_1, h_G_local, d = (double)p->d;
    SP_TRY(sp_kde_nearest(run, p, &eps_1, &h_G_local));
    double m = h * h / (h_G_local * h_G_local);
    if (!(m > 0 && m < 2))
        return sp_fail(run, SP_USAGE, "no stable law at h = %g: the index %g is not below 2", h, m);
    sp_distance_law law = {d, p->r * d};
    double offset = -d * eps_1 / (2 * h * h) - p->log_n - sp_distance_log_moment(&law, 1, h); /* of the largest weight */
    sp_rng rng = sp_rng_at(run, "kde.stable", 0);
    for (size_t i = 0; i < n_draws; i++) {
        double x = sp_stable_sum(&rng, m);
        double z = m < 1 ? exp(offset) * x : 1 + exp(offset) * x;
        log_z[i] = z > 0 ? log(z) : -INFINITY;
    }
    return SP_OK;
}
