/* Images of two phases: a smooth Gaussian field g (unit variance, correlation exp(-r^2 / (4 length^2)), periodic), pulled to
 * one side by s * bias with s = +1 or -1 the majority phase, and saturated: tanh((g + s bias) / wall). */
#include "generator.h"

#include "math/linalg.h"

#include <math.h>

typedef struct {
    size_t L, n;
    double length, bias, wall, noise;
    size_t seed;
} params;

static const sp_param keys[] = {SP_SIZE(params, L, "24", SP_BETWEEN(2, 1024), "", "side of the image"),
                                SP_SIZE(params, n, "4000", SP_AT_LEAST(1), "", "images"),
                                SP_REAL(params, length, "2.5", SP_POSITIVE, "pixel", "size of the domains"),
                                SP_REAL(params, bias, "0.6", SP_NONNEGATIVE, "", "pull towards the majority phase"),
                                SP_REAL(params, wall, "0.6", SP_POSITIVE, "", "softness of the walls between the phases"),
                                SP_REAL(params, noise, "0", SP_NONNEGATIVE, "", "standard deviation of pixel noise"),
                                SP_SIZE(params, seed, "1", SP_NONNEGATIVE, "", "seed of the sample"),
                                {0}};

typedef struct {
    const params *p;
    double *smooth; /* L x L, symmetric: g = S z S */
} model;

enum { ROWS_PER_BLOCK = 32 };

static sp_status make(sp_run *worker, const void *model_, size_t block, size_t rows, double *values, double *labels)
{
    const model *m = model_;
    const params *p = m->p;
    size_t L = p->L, d = L * L;
    double *z = SP_NEW(worker, double, d), *half = SP_NEW(worker, double, d);
    if (!z || !half)
        return SP_FAILED;
    sp_rng rng = sp_generator_rng(worker, p->seed, "two-phase", block);
    for (size_t i = 0; i < rows; i++) {
        double *image = values + i * d;
        labels[i] = (double)(sp_rng_bits(&rng) >> 63);
        double pull = labels[i] > 0 ? p->bias : -p->bias;
        sp_normals(&rng, d, z);
        sp_gemm(SP_PLAIN, SP_PLAIN, L, L, L, 1, m->smooth, L, z, L, 0, half, L);
        sp_gemm(SP_PLAIN, SP_PLAIN, L, L, L, 1, half, L, m->smooth, L, 0, image, L);
        for (size_t j = 0; j < d; j++)
            image[j] = tanh((image[j] + pull) / p->wall);
        if (p->noise > 0) {
            sp_normals(&rng, d, z);
            for (size_t j = 0; j < d; j++)
                image[j] += p->noise * z[j];
        }
    }
    return SP_OK;
}

static sp_status open_two_phase(sp_run *run, const void *params_, sp_reader *r)
{
    static const char *const names[] = {"minus", "plus"};
    const params *p = params_;
    size_t L = p->L;
    model *m = SP_NEW(run, model, 1);
    if (!m || !(m->smooth = SP_NEW(run, double, L *L)))
        return SP_FAILED;
    m->p = p;
    double norm2 = 0;
    for (size_t k = 0; k < L; k++) {
        double distance = (double)(k < L - k ? k : L - k) / p->length;
        m->smooth[k] = exp(-distance * distance / 2);
        norm2 += m->smooth[k] * m->smooth[k];
    }
    for (size_t k = 0; k < L; k++)
        m->smooth[k] /= sqrt(norm2);
    for (size_t i = 1; i < L; i++)
        for (size_t k = 0; k < L; k++)
            m->smooth[i * L + k] = m->smooth[(k + L - i) % L];
    r->n = p->n;
    r->d = L * L;
    r->channels = 1;
    r->height = r->width = L;
    r->labelled = true;
    r->n_label_names = 2;
    r->label_name = names;
    return sp_generator_by_blocks(run, r, m, ROWS_PER_BLOCK, make);
}

const sp_generator sp_generator_two_phase = {"two-phase", "images of two coexisting phases, one of them in the majority",
                                             keys, sizeof(params), open_two_phase};
