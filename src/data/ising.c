/* Two-dimensional Ising model, P(s) ~ exp(beta sum_<ij> s_i s_j) on a periodic L x L lattice. */
#include "lattice.h"

typedef struct {
    size_t L, n;
    double beta;
    size_t sweeps, seed;
} params;

static const sp_param keys[] = {
    SP_SIZE(params, L, "24", SP_BETWEEN(2, 4096), "", "side of the lattice"),
    SP_SIZE(params, n, "2000", SP_AT_LEAST(1), "", "samples"),
    SP_REAL(params, beta, "0.44068679350977147", SP_NONNEGATIVE, "",
            "inverse temperature; critical at log(1+sqrt 2)/2 = 0.4407"),
    SP_SIZE(params, sweeps, "0", SP_NONNEGATIVE, "", "Swendsen-Wang sweeps between samples (0: twice the measured memory)"),
    SP_SIZE(params, seed, "1", SP_NONNEGATIVE, "", "seed of the sample"),
    {0}};

static void start(const void *model, sp_rng *rng, double *field)
{
    const params *p = model;
    for (size_t i = 0; i < p->L * p->L; i++)
        field[i] = sp_rng_bits(rng) >> 63 ? 1 : -1;
}

static void sweep(const void *model, sp_rng *rng, double *field, uint32_t *work)
{
    const params *p = model;
    sp_swendsen_wang(rng, p->L, p->beta, field, work);
}

static double energy(const void *model, const double *field)
{
    size_t L = ((const params *)model)->L;
    double sum = 0;
    for (size_t y = 0; y < L; y++)
        for (size_t x = 0; x < L; x++)
            sum -= field[y * L + x] * (field[y * L + (x + 1) % L] + field[(y + 1) % L * L + x]);
    return sum;
}

static sp_status open_ising(sp_run *run, const void *params_, sp_reader *r)
{
    const params *p = params_;
    sp_chain *chain = SP_NEW(run, sp_chain, 1);
    if (!chain)
        return SP_FAILED;
    *chain = (sp_chain){.name = "ising",
                        .L = p->L,
                        .seed = p->seed,
                        .model = p,
                        .start = start,
                        .sweep = sweep,
                        .energy = energy,
                        .apart = p->sweeps};
    SP_TRY(sp_chain_plan(run, chain));
    return sp_chain_reader(run, chain, p->n, r);
}

const sp_generator sp_generator_ising = {
    "ising", "2-D Ising model, cluster updates; classes by the sign of the magnetisation", keys, sizeof(params), open_ising};
