#include "on_model_options.h"

#include <stdlib.h>

typedef struct {
    size_t L, dim;
    int constraint;
    double temperature, mass, mass_times_L, r, u;
    int layers, sampler;
    double train_steps, rate_over_max, train_time;
    size_t steps, simulate;
} P;
typedef sp_generation_quality R;
static const sp_param params[] = {
    ON_MODEL_LATTICE(P, "16"),
    SP_CHOICE(P, layers, "exact|one|two", "one", "the score: exact, or trained with one or two layers at every time"),
    SP_REAL(P, train_steps, "1000", SP_NONNEGATIVE, "", "one layer: steps of descent"),
    SP_REAL(P, rate_over_max, "0.5", SP_OPEN_FRACTION, "", "one layer: rate times Gamma_max"),
    SP_REAL(P, train_time, "2", SP_NONNEGATIVE, "1", "two layers: steps times rate"),
    SP_CHOICE(P, sampler, "sde|ode", "sde", "backward diffusion or probability flow"),
    SP_SIZE(P, steps, "600", SP_AT_LEAST(8), "", "steps of the sampler"),
    SP_SIZE(P, simulate, "0", SP_NONNEGATIVE, "", "simulated fields beside the theory"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, kl_per_site, "nat", "divergence of the generated from the true fields, per site"),
    SP_OUT(R, zero_ratio, "", "generated over true variance at k = 0 (susceptibility)"),
    SP_OUT(R, corner_ratio, "", "the same at the shortest waves"),
    SP_OUT(R, energy, "", "gradient energy per site"),
    SP_OUT(R, max_relative, "", "largest relative error of a variance"),
    {0}};
static const sp_column spectrum[] = {
    {"k", "1/site", "sqrt(khat2)"}, {"C", "", "true variance"}, {"V", "", "generated variance"}, {"ratio", "", "V/C"}, {0}};
static const sp_column simulated[] = {{"k", "1/site", "sqrt(khat2), shells of equal khat2"},
                                      {"V", "", "generated variance, equations"},
                                      {"V_simulated", "", "of simulated fields"},
                                      {"V_simulated_se", "", "standard error"},
                                      {0}};
static const sp_column fields[] = {
    {"x", "site", "first coordinate"}, {"y", "site", "second coordinate"}, {"phi", "", "one generated field"}, {0}};
static const sp_table_decl tables[] = {
    {"spectrum", spectrum, "plot k C,V logx logy; plot k ratio logx logy",
     "An under-trained layer leaves the short waves too hot; the long ones are right"},
    {"simulated", simulated, "plot k V,V_simulated logx logy", "Points: simulated fields; line: equations of the variances"},
    {"field", fields, "map x y phi", "One generated field"},
    {0}};

static sp_status add_simulated(sp_run *run, const P *p, const sp_on_model *model, const sp_generation *g, sp_result *out)
{
    sp_field_lattice l;
    sp_field_modes m;
    SP_TRY(sp_on_lattice(run, model, &l));
    SP_TRY(sp_on_modes(run, model, &m));
    size_t sites = 1;
    for (size_t a = 0; a < p->dim; a++)
        sites *= p->L;
    sp_field_shells shells;
    double *V = SP_NEW(run, double, l.n_modes), *C = SP_NEW(run, double, l.n_modes), *field = SP_NEW(run, double, sites);
    if (!V || !C || !field)
        return SP_FAILED;
    SP_TRY(sp_generated_fields(run, &l, p->L, g, p->simulate, &shells, field));
    for (size_t i = 0; i < shells.n; i++)
        C[i] = m.temperature / (shells.k2[i] + m.mass2);
    m.C = C;
    m.n = shells.n;
    SP_TRY(sp_generated_variance(run, &m, p->L, g, V));
    for (size_t i = 0; i < shells.n; i++)
        SP_TRY(SP_ROW(sp_result_table(out, "simulated"), sqrt(shells.k2[i]), V[i], shells.V[i], shells.V_se[i]));
    for (size_t x = 0; p->dim == 2 && x < sites; x++)
        SP_TRY(SP_ROW(sp_result_table(out, "field"), x / p->L, x % p->L, field[x]));
    return SP_OK;
}

typedef struct {
    double k2;
    size_t index;
} keyed;

static int by_k2(const void *a, const void *b)
{
    const keyed *x = a, *y = b;
    return x->k2 != y->k2 ? (x->k2 > y->k2) - (x->k2 < y->k2) : (x->index > y->index) - (x->index < y->index);
}

static sp_status run_on_model_generate(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    if (p->simulate == 1)
        return sp_fail(run, SP_USAGE, "--simulate is 0 or at least 2, for error bars");
    sp_on_model model = ON_MODEL_OF(p, p->L);
    sp_generation g = {p->layers, p->sampler, p->train_steps, p->rate_over_max, p->train_time, p->steps};
    sp_field_modes m;
    SP_TRY(sp_on_modes(run, &model, &m));
    double *V = SP_NEW(run, double, m.n);
    keyed *order = SP_NEW(run, keyed, m.n);
    if (!V || !order)
        return SP_FAILED;
    SP_TRY(sp_generated_variance(run, &m, p->L, &g, V));
    *(R *)scalars_ = sp_generated_quality(&m, V);
    for (size_t i = 0; i < m.n; i++)
        order[i] = (keyed){m.k2[i], i};
    qsort(order, m.n, sizeof *order, by_k2);
    for (size_t n = 0; n < m.n; n++) {
        size_t i = order[n].index;
        SP_TRY(SP_ROW(sp_result_table(out, "spectrum"), sqrt(m.k2[i]), m.C[i], V[i], V[i] / m.C[i]));
    }
    return p->simulate ? add_simulated(run, p, &model, &g, out) : SP_OK;
}

const sp_command sp_command_on_model_generate = {
    .name = "on-model.generate",
    .summary = "Spectrum and fields generated with an exact or under-trained linear score",
    .spec = "04:3.6",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_on_model_generate,
    SP_SIZES(P, R),
    .example = "--L 16 --train-steps 1000 --simulate 20"};
