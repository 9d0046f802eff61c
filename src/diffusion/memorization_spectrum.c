/* Density and bulks of the feature matrix U (spec 09, 3.4, 3.6). */
#include "score_instance.h"
#include "score_resolvent.h"

#include "math/linalg.h"
#include "math/statistics.h"

#include <math.h>

enum { BLOCK = 64, SCAN = 4000, WEIGHT_NODES = 256, BISECTIONS = 60 };
static const double visible = 1e-8; /* density above which a point belongs to a bulk; outside it is 0 up to rounding */

typedef struct {
    const sp_score_model *m;
    size_t n;
    const double *lambda;
    double *density;
} scan;

static double density_at(const sp_score_model *m, double lambda)
{
    sp_score_resolvent g = sp_score_resolvent_at(m, lambda, 0);
    double rho = g.q_im / M_PI;
    return !g.converged ? NAN : rho > 1e-9 ? rho : 0; /* outside the bulks the solution is real up to rounding */
}

static sp_status density_block(sp_run *worker, size_t block, void *context)
{
    const scan *s = context;
    for (size_t i = block * BLOCK; i < s->n && i < (block + 1) * BLOCK; i++)
        s->density[i] = density_at(s->m, s->lambda[i]);
    return sp_poll(worker);
}

sp_status sp_score_density(sp_run *run, const sp_score_model *m, size_t n, const double *lambda, double *density,
                           size_t *unconverged)
{
    scan s = {m, n, lambda, density};
    SP_TRY(sp_parallel(run, (n + BLOCK - 1) / BLOCK, density_block, &s));
    size_t failed = 0;
    for (size_t i = 0; i < n; i++)
        failed += isnan(density[i]) ? 1 : 0;
    if (unconverged)
        *unconverged = failed;
    return SP_OK;
}

/* Where the density passes `visible` between a point outside and one inside. */
static double edge(const sp_score_model *m, double outside, double inside)
{
    for (int i = 0; i < BISECTIONS && fabs(outside - inside) > 1e-10 * fabs(inside); i++) {
        double middle = 0.5 * (outside + inside);
        if (density_at(m, middle) > visible)
            inside = middle;
        else
            outside = middle;
    }
    return 0.5 * (outside + inside);
}

static double weight_of(const sp_score_model *m, double low, double high)
{
    double sum = 0, half = 0.5 * (high - low);
    for (size_t i = 0; i < WEIGHT_NODES; i++) { /* cos: square-root edges become smooth */
        double angle = M_PI * ((double)i + 0.5) / WEIGHT_NODES, rho = density_at(m, low + half * (1 - cos(angle)));
        sum += (isnan(rho) ? 0 : rho) * half * sin(angle) * M_PI / WEIGHT_NODES;
    }
    return sum;
}

sp_status sp_score_bulks(sp_run *run, const sp_score_model *m, size_t most, sp_score_bulk *bulks, size_t *n_bulks)
{
    double largest = m->sigma[0], few = 1 + 1 / sqrt(m->psi_n), grow = 1 + sqrt(m->psi_p),
           wide = 1 + sqrt(m->psi_p / m->psi_n);
    for (size_t i = 0; i < m->n_sigma; i++)
        largest = fmax(largest, m->sigma[i]);
    double A2 = sp_score_signal(m) * largest / m->c.data_var, b2 = m->c.b * m->c.b;
    double low = 0.5 * m->c.s2, high = 2 * ((A2 + b2) * grow * grow * few * few + m->c.v2 * wide * wide + m->c.s2);
    double *lambda = SP_NEW(run, double, SCAN), *density = SP_NEW(run, double, SCAN);
    if (!lambda || !density)
        return SP_FAILED;
    for (size_t i = 0; i < SCAN; i++)
        lambda[i] = low * pow(high / low, (double)i / (SCAN - 1));
    SP_TRY(sp_score_density(run, m, SCAN, lambda, density, NULL));
    *n_bulks = 0;
    for (size_t i = 1; i + 1 < SCAN && *n_bulks < most;) {
        if (!(density[i] > visible)) {
            i++;
            continue;
        }
        size_t end = i;
        while (end + 1 < SCAN && (density[end + 1] > visible || isnan(density[end + 1])))
            end++;
        sp_score_bulk *b = &bulks[(*n_bulks)++];
        b->low = edge(m, lambda[i - 1], lambda[i]);
        b->high = end + 1 < SCAN ? edge(m, lambda[end + 1], lambda[end]) : lambda[end];
        b->weight = weight_of(m, b->low, b->high);
        i = end + 1;
    }
    return SP_OK;
}

/* ---- simulated eigenvalues --------------------------------------------------------------------------------- */

typedef struct {
    const sp_score_model *m;
    size_t d, p;
    double *values;
} draws;

static sp_status draw_block(sp_run *worker, size_t block, void *context)
{
    const draws *s = context;
    sp_score_instance instance;
    SP_TRY(sp_score_instance_draw(worker, s->m, NULL, s->d, block, &instance));
    return sp_eigenvalues(worker, s->p, instance.U, s->values + block * s->p);
}

sp_status sp_score_eigenvalues(sp_run *run, const sp_score_model *m, size_t d, size_t n_draws, size_t *p,
                               const double **values)
{
    draws s = {.m = m, .d = d, .p = sp_score_size(m->psi_p, d)};
    double pp = (double)s.p * (double)s.p * sizeof(double);
    SP_TRY(sp_need_memory(run, 3 * pp * sp_run_threads(run), "the feature matrices"));
    s.values = SP_NEW(run, double, n_draws *s.p);
    if (!s.values)
        return SP_FAILED;
    SP_TRY(sp_parallel_resumable(run, "eigenvalues", n_draws, s.values, s.p * sizeof(double), draw_block, &s));
    *p = s.p;
    *values = s.values;
    return SP_OK;
}

/* ---- command ------------------------------------------------------------------------------------------------- */

enum { MOST_BULKS = 64 };

sp_status sp_memorization_spectrum(sp_run *run, const sp_memorization_spectrum_params *p, sp_memorization_spectrum_result *r)
{
    sp_score_model m;
    SP_TRY(sp_score_model_open(run, p->activation, p->psi_p, p->psi_n, p->t, p->spectrum, &m));
    sp_score_bulk bulks[MOST_BULKS];
    size_t n_bulks;
    SP_TRY(sp_score_bulks(run, &m, MOST_BULKS, bulks, &n_bulks));
    double spread = sqrt(m.psi_p / m.psi_n), clock = m.psi_p / (2 * m.c.noise_var);
    *r = (sp_memorization_spectrum_result){.a = m.c.a,
                                           .b = m.c.b,
                                           .v2 = m.c.v2,
                                           .s2 = m.c.s2,
                                           .delta_position = m.c.s2,
                                           .delta_weight = fmax(0, 1 - (1 + m.psi_n) / m.psi_p),
                                           .memorising_low = NAN,
                                           .memorising_high = NAN,
                                           .memorising_weight = NAN,
                                           .memorising_low_asymptotic = m.c.s2 + m.c.v2 * (1 - spread) * (1 - spread),
                                           .memorising_high_asymptotic = m.c.s2 + m.c.v2 * (1 + spread) * (1 + spread),
                                           .population_low = NAN,
                                           .population_high = NAN,
                                           .population_weight = 0,
                                           .train_time_memorising = NAN,
                                           .train_time_population =
                                               1 / (2 * m.c.noise_var * (sp_score_signal(&m) + m.c.b * m.c.b)),
                                           .above_delta = NAN,
                                           .above_delta_se = NAN};
    /* the highest bulks hold the d population directions; half a percent of slack for quadrature */
    size_t i = n_bulks;
    while (i-- > 0 && r->population_weight + bulks[i].weight < 1.005 * fmin(1, 1 / m.psi_p)) {
        r->population_weight += bulks[i].weight;
        r->population_low = bulks[i].low;
        if (isnan(r->population_high))
            r->population_high = bulks[i].high;
    }
    if (i < n_bulks && r->population_weight > 0.995 * fmin(1, 1 / m.psi_p)) {
        r->memorising_low = bulks[i].low;
        r->memorising_high = bulks[i].high;
        r->memorising_weight = bulks[i].weight;
        r->train_time_memorising = clock / bulks[i].high;
    }
    if (!p->simulate)
        return SP_OK;
    size_t size;
    const double *values;
    SP_TRY(sp_score_eigenvalues(run, &m, p->d, p->simulate, &size, &values));
    sp_moments count = {0};
    for (size_t k = 0; k < p->simulate; k++) {
        size_t above = 0;
        for (size_t j = 0; j < size; j++)
            above += values[k * size + j] > m.c.s2 * (1 + 1e-4);
        sp_moments_add(&count, (double)above / (double)p->d);
    }
    r->above_delta = count.mean;
    r->above_delta_se = sp_moments_se(&count);
    return SP_OK;
}
