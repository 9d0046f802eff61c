#include "on_model_options.h"

typedef struct {
    sp_vec L;
    size_t dim;
    int constraint;
    double temperature, mass, mass_times_L, r, u;
    double t, eps, rate_over_max, eta, kl;
    size_t radius, simulate;
    bool generation;
} P;
typedef struct {
    double exponent1, slope2, exponent_langevin, exponent_generation, slope_generation2;
} R;
static const sp_param params[] = {
    SP_VEC(P, L, "8,16,32,64", ((sp_range){4, 4096, false, false}), "", "lattice sizes, ascending"),
    SP_SIZE(P, dim, "2", SP_BETWEEN(1, 3), "", "dimension of the lattice"),
    ON_MODEL_FIELD(P),
    SP_REAL(P, t, "0.01", SP_POSITIVE, "OU time", "diffusion time"),
    SP_REAL(P, eps, "0.01", SP_OPEN_FRACTION, "", "training stops at this fraction of the excess loss"),
    SP_REAL(P, rate_over_max, "0.5", SP_OPEN_FRACTION, "", "one layer: rate times Gamma_max"),
    SP_REAL(P, eta, "0.1", ((sp_range){0, 0.5, true, true}), "", "two layers: rate"),
    SP_SIZE(P, radius, "0", SP_NONNEGATIVE, "sites", "local one-layer kernels of this radius too (0: none)"),
    SP_FLAG(P, generation, "training needed for generated fields within --kl nats per site (slower)"),
    SP_REAL(P, kl, "0.01", SP_POSITIVE, "nat", "wanted divergence per site of generated fields"),
    SP_SIZE(P, simulate, "0", SP_NONNEGATIVE, "", "replicas of simulated Langevin dynamics (0: theory only)"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, exponent1, "", "one layer: d log steps / d log L, last doubling (2 at criticality)"),
    SP_OUT(R, slope2, "", "two layers: steps per factor e in L ((1/2)/eta: logarithmic)"),
    SP_OUT(R, exponent_langevin, "", "Langevin: dynamic exponent z, last doubling"),
    SP_OUT(R, exponent_generation, "", "one layer, generation: exponent, last doubling"),
    SP_OUT(R, slope_generation2, "1", "two layers, generation: train_time per doubling of L"),
    {0}};
static const sp_column columns[] = {{"L", "", "lattice size"},
                                    {"condition", "", "condition number"},
                                    {"steps1", "", "steps of one layer"},
                                    {"steps2", "", "steps of two layers"},
                                    {"steps_local", "", "steps of one local layer"},
                                    {"condition_local", "", "condition number of its window"},
                                    {"steps1_kl", "", "one layer: steps for kl (10 % ladder)"},
                                    {"steps1_kl_over_L2", "", "over L^2"},
                                    {"train_time2_kl", "1", "two layers: train_time for kl"},
                                    {"langevin", "", "Langevin steps of a correlation time"},
                                    {"langevin_simulated", "", "simulated"},
                                    {"langevin_simulated_se", "", "standard error"},
                                    {0}};
static const sp_table_decl tables[] = {
    {"scaling", columns, "plot L steps1,steps2,steps_local,langevin,langevin_simulated logx logy",
     "One layer slows down as L^2, like Langevin dynamics; two layers as log L; local kernels saturate"},
    {0}};

/* Least train_time of two layers (bisection) or steps of one (powers of 1.1) for a divergence below kl. */
static sp_status needed(sp_run *run, const P *p, const sp_field_modes *m, size_t L, int layers, double *out)
{
    sp_generation g = {.layers = layers, .rate_over_max = p->rate_over_max, .steps = 600};
    double *V = SP_NEW(run, double, m->n), low = 0, high = layers == SP_SCORE_ONE_LAYER ? 400 : 20;
    if (!V)
        return SP_FAILED;
    while (high / fmax(low, 1e-3) > 1 + 1e-4 && layers == SP_SCORE_TWO_LAYERS) {
        g.train_time = (low + high) / 2;
        SP_TRY(sp_generated_variance(run, m, L, &g, V));
        if (sp_generated_quality(m, V).kl_per_site < p->kl)
            high = g.train_time;
        else
            low = g.train_time;
    }
    int from = 0, to = 300; /* 1.1^300 = 2.6e12 */
    while (to - from > 1 && layers == SP_SCORE_ONE_LAYER) {
        int middle = (from + to) / 2;
        g.train_steps = ceil(pow(1.1, middle));
        SP_TRY(sp_generated_variance(run, m, L, &g, V));
        if (sp_generated_quality(m, V).kl_per_site < p->kl)
            to = middle;
        else
            from = middle;
    }
    *out = layers == SP_SCORE_ONE_LAYER ? ceil(pow(1.1, to)) : high;
    return SP_OK;
}

static sp_status run_on_model_scaling(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    *r = (R){NAN, NAN, NAN, NAN, NAN};
    if (p->simulate && p->simulate < 10)
        return sp_fail(run, SP_USAGE, "--simulate is 0 or at least 10 replicas, for error bars");
    double before[6] = {NAN};
    for (size_t i = 0; i < p->L.n; i++) {
        size_t L = (size_t)p->L.v[i];
        if ((double)L != p->L.v[i] || (i > 0 && p->L.v[i] <= p->L.v[i - 1]))
            return sp_fail(run, SP_USAGE, "--L is an ascending list of whole numbers");
        sp_mark mark = sp_memory_mark(run);
        sp_on_model model = ON_MODEL_OF(p, L);
        sp_field_modes m;
        SP_TRY(sp_on_modes(run, &model, &m));
        double low, high, one = sp_one_layer_steps(&m, p->t, p->rate_over_max, p->eps), generation1 = NAN, generation2 = NAN,
                          steps2;
        sp_field_gamma_range(&m, p->t, &low, &high);
        SP_TRY(sp_two_layer_steps(run, &m, p->t, p->eta, p->eps, &steps2));
        sp_local_kernel local = {.steps = NAN, .condition = NAN};
        if (p->radius) {
            sp_field_lattice l;
            SP_TRY(sp_on_lattice(run, &model, &l));
            SP_TRY(sp_local_kernel_solve(run, &l, p->t, p->radius, p->rate_over_max, p->eps, &local));
        }
        if (p->generation) {
            SP_TRY(needed(run, p, &m, L, SP_SCORE_ONE_LAYER, &generation1));
            SP_TRY(needed(run, p, &m, L, SP_SCORE_TWO_LAYERS, &generation2));
        }
        double langevin = sp_langevin_time(m.mass2, p->dim), measured = NAN, se = NAN, size = (double)L;
        if (p->simulate)
            SP_TRY(sp_langevin_measure(run, &model, p->simulate, &measured, &se));
        SP_TRY(SP_ROW(sp_result_table(out, "scaling"), L, high / low, one, steps2, local.steps, local.condition, generation1,
                      generation1 / (size * size), generation2, langevin, measured, se));
        double now[6] = {size, one, steps2, langevin, generation1, generation2}, factor = log(size / before[0]);
        if (i > 0)
            *r = (R){log(one / before[1]) / factor, (now[2] - before[2]) / factor, log(langevin / before[3]) / factor,
                     log(generation1 / before[4]) / factor, (generation2 - before[5]) / factor * log(2)};
        for (int k = 0; k < 6; k++)
            before[k] = now[k];
        sp_memory_release(run, mark);
        sp_progress(run, "sizes", (double)(i + 1) / (double)p->L.n);
        SP_TRY(sp_poll(run));
    }
    return SP_OK;
}

const sp_command sp_command_on_model_scaling = {
    .name = "on-model.scaling",
    .summary = "Training steps against lattice size: one layer, two layers, local kernels, Langevin",
    .spec = "04:3.3-3.6",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_on_model_scaling,
    SP_SIZES(P, R),
    .example = "--L 8,16,32 --radius 1"};
