/* The O(n) model at n to infinity: mass and modes (spec 04, 2 and 3.1). */
#include "spinodal/on_model.h"

#include "math/fft.h"
#include "math/roots.h"

#include <math.h>

/* k_1 <= .. <= k_dim with 0 <= k_mu <= L/2: half a period an axis counts twice inside, permutations by multiplicity. */
static double axis_weight(size_t j, size_t L) { return j == 0 || 2 * j == L ? 1 : 2; }

static double permutations(size_t dim, const size_t *j)
{
    if (dim == 1)
        return 1;
    if (dim == 2)
        return j[0] == j[1] ? 1 : 2;
    return j[0] == j[1] && j[1] == j[2] ? 1 : j[0] == j[1] || j[1] == j[2] ? 3 : 6;
}

static sp_status levels(sp_run *run, size_t L, size_t dim, sp_field_modes *m)
{
    size_t half = L / 2 + 1, most = dim == 1 ? half : dim == 2 ? half * (half + 1) / 2 : half * (half + 1) * (half + 2) / 6;
    double *axis = SP_NEW(run, double, half);
    m->k2 = SP_NEW(run, double, most);
    m->weight = SP_NEW(run, double, most);
    m->C = SP_NEW(run, double, most);
    if (!axis || !m->k2 || !m->weight || !m->C)
        return SP_FAILED;
    for (size_t j = 0; j < half; j++) {
        double s = sin(M_PI * (double)j / (double)L);
        axis[j] = 4 * s * s;
    }
    double sites = pow((double)L, (double)dim);
    m->n = 0;
    for (size_t x = 0; x < half; x++)
        for (size_t y = dim > 1 ? x : 0; y < (dim > 1 ? half : 1); y++)
            for (size_t z = dim > 2 ? y : 0; z < (dim > 2 ? half : 1); z++) {
                size_t j[3] = {x, y, z};
                double weight = permutations(dim, j), k2 = 0;
                for (size_t a = 0; a < dim; a++) {
                    weight *= axis_weight(j[a], L);
                    k2 += axis[j[a]];
                }
                m->k2[m->n] = k2;
                m->weight[m->n++] = weight / sites;
            }
    return SP_OK;
}

typedef struct {
    const sp_on_model *model;
    const sp_field_modes *modes;
    double temperature;
} constraint;

static double mean_square(const sp_field_modes *m, double temperature, double mass2)
{
    double sum = 0;
    for (size_t i = 0; i < m->n; i++)
        sum += m->weight[i] * temperature / (m->k2[i] + mass2);
    return sum;
}

static double mismatch(double log_mass2, void *context)
{
    const constraint *c = context;
    double mass2 = exp(log_mass2), square = mean_square(c->modes, c->temperature, mass2);
    return c->model->constraint == SP_CONSTRAINT_SPHERICAL ? square - 1 : c->model->r + c->model->u * square - mass2;
}

sp_status sp_on_modes(sp_run *run, const sp_on_model *model, sp_field_modes *out)
{
    if (model->temperature == 0 && model->dim != 3)
        return sp_fail(run, SP_USAGE, "--temperature 0 is the critical one of --dim 3; give a positive temperature");
    *out = (sp_field_modes){.temperature = model->temperature > 0 ? model->temperature : SP_ON_CRITICAL_TEMPERATURE};
    SP_TRY(sp_need_memory(run, 3 * sizeof(double) * pow((double)model->L / 2 + 1, (double)model->dim), "the modes"));
    SP_TRY(levels(run, model->L, model->dim, out));
    if (model->constraint == SP_CONSTRAINT_MASS) {
        double mass = model->mass > 0 ? model->mass : model->mass_times_L / (double)model->L;
        out->mass2 = mass * mass;
    }
    else {
        constraint c = {model, out, out->temperature};
        double low = -40, high = 20;
        if (!(mismatch(low, &c) > 0 && mismatch(high, &c) < 0))
            return sp_fail(run, SP_FAILED, "no mass fits the constraint%s",
                           model->constraint == SP_CONSTRAINT_PHI4
                               ? ": change --r or --u"
                               : ": all weight is in k = 0 (condensate); raise --temperature");
        sp_root root = sp_root_bracketed(mismatch, &c, low, high, 1e-15);
        if (!root.converged)
            return sp_fail(run, SP_FAILED, "the mass was not found");
        out->mass2 = exp(root.x);
    }
    for (size_t i = 0; i < out->n; i++)
        out->C[i] = out->temperature / (out->k2[i] + out->mass2);
    return SP_OK;
}

sp_status sp_on_lattice(sp_run *run, const sp_on_model *model, sp_field_lattice *out)
{
    sp_field_modes modes;
    SP_TRY(sp_on_modes(run, model, &modes));
    *out = (sp_field_lattice){.dim = model->dim, .lengths = {model->L, model->L, model->L}};
    sp_fft *fft;
    SP_TRY(sp_fft_create(run, out->dim, out->lengths, &fft));
    out->n_modes = sp_fft_modes(fft);
    out->C = SP_NEW(run, double, out->n_modes);
    out->k2 = SP_NEW(run, double, out->n_modes);
    out->multiplicity = SP_NEW(run, double, out->n_modes);
    bool ok = out->C && out->k2 && out->multiplicity;
    for (size_t i = 0; ok && i < out->n_modes; i++) {
        long k[3];
        sp_fft_wave_number(fft, i, k);
        for (size_t a = 0; a < out->dim; a++) {
            double s = sin(M_PI * (double)k[a] / (double)out->lengths[a]);
            out->k2[i] += 4 * s * s;
        }
        out->C[i] = modes.temperature / (out->k2[i] + modes.mass2);
        out->multiplicity[i] = sp_fft_multiplicity(fft, i);
    }
    sp_fft_free(fft);
    return ok ? SP_OK : SP_FAILED;
}

sp_status sp_lattice_modes(sp_run *run, const sp_field_lattice *lattice, sp_field_modes *out)
{
    double sites = 1;
    for (size_t a = 0; a < lattice->dim; a++)
        sites *= (double)lattice->lengths[a];
    *out = (sp_field_modes){lattice->n_modes, NAN, NAN, lattice->k2, lattice->C, SP_NEW(run, double, lattice->n_modes)};
    if (!out->weight)
        return SP_FAILED;
    for (size_t i = 0; i < out->n; i++)
        out->weight[i] = lattice->multiplicity[i] / sites;
    return SP_OK;
}
