/* Two-dimensional lattice phi^4 (spec 01, section 2): P ~ exp(-E),
 * E = sum_i [ lambda (phi_i^2 - 1)^2 + phi_i^2 ] - beta sum_<ij> phi_i phi_j, each periodic nearest-neighbour bond once.
 * One sweep: exact heat bath on every site, then Swendsen-Wang on the signs. */
#include "lattice.h"

#include <math.h>

typedef struct {
    size_t L, n;
    double beta, lambda;
    size_t sweeps, seed;
} params;

static const sp_param keys[] = {
    SP_SIZE(params, L, "16", SP_BETWEEN(2, 2048), "", "side of the lattice"),
    SP_SIZE(params, n, "2000", SP_AT_LEAST(1), "", "samples"),
    SP_REAL(params, beta, "0.68", SP_NONNEGATIVE, "", "coupling of neighbours; critical at 0.680605 for lambda = 1"),
    SP_REAL(params, lambda, "1", SP_BETWEEN(0, 100), "", "quartic coupling (0: free field, beta < 1/2)"),
    SP_SIZE(params, sweeps, "0", SP_NONNEGATIVE, "", "sweeps between samples (0: twice the measured memory)"),
    SP_SIZE(params, seed, "1", SP_NONNEGATIVE, "", "seed of the sample"),
    {0}};

/* Heat bath by rejection: phi^4 >= 2 c phi^2 - c^2 for any c, so that a Gaussian of weight exp(-(1 - 2 lambda + 2 lambda c)
 * phi^2
 * + b phi), accepted with exp(-lambda (phi^2 - c)^2), has exactly the conditional law. c is tabulated over |b|. */
enum { TABLE = 128 };
typedef struct {
    const params *p;
    double step, c[TABLE];
} model;

/* The c that agrees with the mean square of its own Gaussian: close to the best acceptance. */
static double matching_c(double lambda, double b)
{
    double low = fmax(0, 1 - 1 / (2 * lambda)), high = low + 1 + b; /* the exponent is positive above `low` */
    for (int i = 0; i < 60; i++) {
        double c = (low + high) / 2, a = 1 - 2 * lambda + 2 * lambda * c, mean = b / (2 * a);
        if (mean * mean + 1 / (2 * a) > c)
            low = c;
        else
            high = c;
    }
    return high;
}

static double heat_bath(const model *m, sp_rng *rng, double b)
{
    double lambda = m->p->lambda, at = fabs(b) / m->step;
    double c = lambda > 0 ? m->c[at < TABLE - 1 ? (size_t)(at + 0.5) : TABLE - 1] : 0;
    double a = 1 - 2 * lambda + 2 * lambda * c, mean = b / (2 * a), width = sqrt(1 / (2 * a));
    for (;;) {
        double phi = mean + width * sp_normal(rng), excess = phi * phi - c;
        if (lambda == 0 || sp_uniform(rng) < exp(-lambda * excess * excess))
            return phi;
    }
}

static void start(const void *model_, sp_rng *rng, double *field)
{
    const params *p = ((const model *)model_)->p;
    for (size_t i = 0; i < p->L * p->L; i++)
        field[i] = sp_normal(rng);
}

static void sweep(const void *model_, sp_rng *rng, double *field, uint32_t *work)
{
    const model *m = model_;
    size_t L = m->p->L;
    for (size_t y = 0; y < L; y++)
        for (size_t x = 0; x < L; x++) {
            size_t left = x ? x - 1 : L - 1, right = x + 1 < L ? x + 1 : 0, up = y ? y - 1 : L - 1,
                   down = y + 1 < L ? y + 1 : 0;
            double around = field[y * L + left] + field[y * L + right] + field[up * L + x] + field[down * L + x];
            field[y * L + x] = heat_bath(m, rng, m->p->beta * around);
        }
    sp_swendsen_wang(rng, L, m->p->beta, field, work);
}

static double energy(const void *model_, const double *field)
{
    const params *p = ((const model *)model_)->p;
    size_t L = p->L;
    double sum = 0;
    for (size_t y = 0; y < L; y++)
        for (size_t x = 0; x < L; x++) {
            double phi = field[y * L + x], square = phi * phi - 1;
            sum += p->lambda * square * square + phi * phi -
                   p->beta * phi * (field[y * L + (x + 1) % L] + field[(y + 1) % L * L + x]);
        }
    return sum;
}

static sp_status open_phi4(sp_run *run, const void *params_, sp_reader *r)
{
    const params *p = params_;
    if (p->lambda == 0 && p->beta >= 0.5)
        return sp_fail(run, SP_USAGE, "gen:phi4: the free field (lambda=0) needs beta < 0.5, got %g", p->beta);
    model *m = SP_NEW(run, model, 1);
    sp_chain *chain = SP_NEW(run, sp_chain, 1);
    if (!m || !chain)
        return SP_FAILED;
    m->p = p;
    m->step = 16 * (1 + p->beta) / TABLE; /* four neighbours of size up to about 4 */
    for (size_t i = 0; i < TABLE && p->lambda > 0; i++)
        m->c[i] = matching_c(p->lambda, m->step * (double)i);
    *chain = (sp_chain){.name = "phi4",
                        .L = p->L,
                        .seed = p->seed,
                        .model = m,
                        .start = start,
                        .sweep = sweep,
                        .energy = energy,
                        .apart = p->sweeps};
    SP_TRY(sp_chain_plan(run, chain));
    return sp_chain_reader(run, chain, p->n, r);
}

const sp_generator sp_generator_phi4 = {"phi4", "2-D lattice phi^4 field; classes by the sign of the mean", keys,
                                        sizeof(params), open_phi4};
