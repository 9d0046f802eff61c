/* Gaussian on a random linear subspace of few dimensions: x = sqrt(variance) F^T z + sqrt(noise) w, F of orthonormal rows.
 */
#include "generator.h"
#include "rotation.h"

#include "math/linalg.h"

#include <math.h>

typedef struct {
    size_t d, n, d_eff;
    double variance, noise;
    size_t seed, model;
} params;

static const sp_param keys[] = {SP_SIZE(params, d, "64", SP_AT_LEAST(1), "", "dimension of the space"),
                                SP_SIZE(params, n, "5000", SP_AT_LEAST(1), "", "samples"),
                                SP_SIZE(params, d_eff, "8", SP_AT_LEAST(1), "", "dimension of the subspace"),
                                SP_REAL(params, variance, "1", SP_NONNEGATIVE, "", "variance along the subspace"),
                                SP_REAL(params, noise, "0", SP_NONNEGATIVE, "", "variance added in every direction"),
                                SP_SIZE(params, seed, "1", SP_NONNEGATIVE, "", "seed of the sample"),
                                SP_SIZE(params, model, "1", SP_NONNEGATIVE, "", "seed of the subspace"),
                                {0}};

typedef struct {
    const params *p;
    double *frame; /* d_eff x d */
} model;

enum { ROWS_PER_BLOCK = 64 };

static sp_status make(sp_run *worker, const void *model_, size_t block, size_t rows, double *values, double *labels)
{
    (void)labels;
    const model *m = model_;
    const params *p = m->p;
    double *z = SP_NEW(worker, double, rows * p->d_eff);
    if (!z)
        return SP_FAILED;
    sp_rng rng = sp_generator_rng(worker, p->seed, "manifold", block);
    sp_normals(&rng, rows * p->d_eff, z);
    if (p->noise > 0)
        sp_normals(&rng, rows * p->d, values);
    sp_gemm(SP_PLAIN, SP_PLAIN, rows, p->d, p->d_eff, sqrt(p->variance), z, p->d_eff, m->frame, p->d,
            p->noise > 0 ? sqrt(p->noise) : 0, values, p->d);
    return SP_OK;
}

static sp_status open_manifold(sp_run *run, const void *params_, sp_reader *r)
{
    const params *p = params_;
    if (p->d_eff > p->d)
        return sp_fail(run, SP_USAGE, "gen:manifold: d_eff must be at most d = %zu, got %zu", p->d, p->d_eff);
    model *m = SP_NEW(run, model, 1);
    if (!m)
        return SP_FAILED;
    m->p = p;
    sp_rng rng = sp_generator_rng(run, p->model, "manifold frame", 0);
    SP_TRY(sp_random_frame(run, &rng, p->d_eff, p->d, &m->frame));
    r->n = p->n;
    r->d = p->d;
    return sp_generator_by_blocks(run, r, m, ROWS_PER_BLOCK, make);
}

const sp_generator sp_generator_manifold = {"manifold", "Gaussian on a random linear subspace", keys, sizeof(params),
                                            open_manifold};
