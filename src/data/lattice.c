#include "lattice.h"

#include "math/statistics.h"

#include <math.h>

static uint32_t root_of(uint32_t *parent, uint32_t x)
{
    while (parent[x] != x) {
        parent[x] = parent[parent[x]];
        x = parent[x];
    }
    return x;
}

static void join(uint32_t *parent, uint32_t a, uint32_t b)
{
    a = root_of(parent, a);
    b = root_of(parent, b);
    if (a < b)
        parent[b] = a;
    else
        parent[a] = b;
}

void sp_swendsen_wang(sp_rng *rng, size_t L, double coupling, double *field, uint32_t *work)
{
    size_t sites = L * L;
    uint32_t *parent = work, *sign = work + sites;
    for (size_t i = 0; i < sites; i++)
        parent[i] = (uint32_t)i;
    for (size_t y = 0; y < L; y++)
        for (size_t x = 0; x < L; x++) {
            size_t i = y * L + x, neighbour[2] = {y * L + (x + 1 < L ? x + 1 : 0), (y + 1 < L ? y + 1 : 0) * L + x};
            for (int k = 0; k < 2; k++) {
                double product = field[i] * field[neighbour[k]];
                if (product > 0 && sp_uniform(rng) < -expm1(-2 * coupling * product))
                    join(parent, (uint32_t)i, (uint32_t)neighbour[k]);
            }
        }
    for (size_t i = 0; i < sites; i++) { /* the root of a cluster is its first site */
        uint32_t root = root_of(parent, (uint32_t)i);
        if (root == i)
            sign[i] = sp_rng_bits(rng) >> 63 ? 1 : 0;
        field[i] = sign[root] ? fabs(field[i]) : -fabs(field[i]);
    }
}

static double mean_of(size_t n, const double *field)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += field[i];
    return sum / (double)n;
}

sp_status sp_chain_plan(sp_run *run, sp_chain *c)
{
    enum { FORGET = 300, MEASURE = 1200 };
    size_t sites = c->L * c->L;
    if (c->apart > 0) {
        c->thermal = 20 * c->apart > FORGET ? 20 * c->apart : FORGET;
        return SP_OK;
    }
    sp_mark mark = sp_memory_mark(run);
    double *field = SP_NEW(run, double, sites), *energy = SP_NEW(run, double, MEASURE), *m2 = SP_NEW(run, double, MEASURE);
    uint32_t *work = SP_NEW(run, uint32_t, 2 * sites);
    if (!field || !energy || !m2 || !work)
        return SP_FAILED;
    sp_rng rng = sp_generator_rng(run, c->seed, sp_format(run, "%s pilot", c->name), 0);
    c->start(c->model, &rng, field);
    for (size_t k = 0; k < FORGET + MEASURE; k++) {
        if (k % 64 == 0)
            SP_TRY(sp_poll(run));
        c->sweep(c->model, &rng, field, work);
        if (k < FORGET)
            continue;
        double m = mean_of(sites, field);
        energy[k - FORGET] = c->energy(c->model, field);
        m2[k - FORGET] = m * m;
    }
    double tau = fmax(sp_autocorrelation_time(MEASURE, energy), sp_autocorrelation_time(MEASURE, m2));
    if (!(tau >= 0.5))
        tau = 0.5; /* a constant series */
    if (tau > MEASURE / 50)
        sp_warn(run,
                "%s: the chain remembers about %.0f sweeps, too many for its pilot to measure: samples may be correlated",
                c->name, tau);
    c->apart = (size_t)ceil(2 * tau);
    c->thermal = (size_t)ceil(20 * tau);
    sp_memory_release(run, mark);
    return SP_OK;
}

enum { ROWS_PER_CHAIN = 64 };

static sp_status make(sp_run *worker, const void *model, size_t block, size_t rows, double *values, double *labels)
{
    const sp_chain *c = model;
    size_t sites = c->L * c->L;
    uint32_t *work = SP_NEW(worker, uint32_t, 2 * sites);
    double *field = SP_NEW(worker, double, sites);
    if (!work || !field)
        return SP_FAILED;
    sp_rng rng = sp_generator_rng(worker, c->seed, c->name, block);
    c->start(c->model, &rng, field);
    for (size_t i = 0; i < rows; i++) {
        SP_TRY(sp_poll(worker));
        for (size_t k = i == 0 ? c->thermal : c->apart; k > 0; k--)
            c->sweep(c->model, &rng, field, work);
        for (size_t j = 0; j < sites; j++)
            values[i * sites + j] = field[j];
        double m = mean_of(sites, field);
        labels[i] = m > 0 || (m == 0 && sp_uniform(&rng) < 0.5);
    }
    return SP_OK;
}

sp_status sp_chain_reader(sp_run *run, const sp_chain *c, size_t n, sp_reader *r)
{
    static const char *const names[] = {"down", "up"};
    r->n = n;
    r->d = c->L * c->L;
    r->channels = 1;
    r->height = r->width = c->L;
    r->labelled = true;
    r->n_label_names = 2;
    r->label_name = names;
    return sp_generator_by_blocks(run, r, c, ROWS_PER_CHAIN, make);
}
