/* Round Gaussian blobs around random centres. */
#include "generator.h"

typedef struct {
    size_t d, n, classes;
    double box, width;
    size_t seed, model;
} params;

static const sp_param keys[] = {SP_SIZE(params, d, "2", SP_AT_LEAST(1), "", "dimension"),
                                SP_SIZE(params, n, "1000", SP_AT_LEAST(1), "", "samples"),
                                SP_SIZE(params, classes, "3", SP_BETWEEN(1, 1000), "", "blobs"),
                                SP_REAL(params, box, "10", SP_NONNEGATIVE, "", "centres are uniform in [-box, box]^d"),
                                SP_REAL(params, width, "1", SP_NONNEGATIVE, "", "standard deviation of a blob"),
                                SP_SIZE(params, seed, "1", SP_NONNEGATIVE, "", "seed of the sample"),
                                SP_SIZE(params, model, "1", SP_NONNEGATIVE, "", "seed of the centres"),
                                {0}};

typedef struct {
    const params *p;
    double *centre; /* classes x d */
} model;

enum { ROWS_PER_BLOCK = 256 };

static sp_status make(sp_run *worker, const void *model_, size_t block, size_t rows, double *values, double *labels)
{
    const model *m = model_;
    const params *p = m->p;
    sp_rng rng = sp_generator_rng(worker, p->seed, "blobs", block);
    for (size_t i = 0; i < rows; i++)
        labels[i] = (double)sp_uniform_int(&rng, p->classes);
    sp_normals(&rng, rows * p->d, values);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < p->d; j++)
            values[i * p->d + j] = m->centre[(size_t)labels[i] * p->d + j] + p->width * values[i * p->d + j];
    return SP_OK;
}

static sp_status open_blobs(sp_run *run, const void *params_, sp_reader *r)
{
    const params *p = params_;
    model *m = SP_NEW(run, model, 1);
    if (!m || !(m->centre = SP_NEW(run, double, p->classes * p->d)))
        return SP_FAILED;
    m->p = p;
    sp_rng rng = sp_generator_rng(run, p->model, "blobs centres", 0);
    for (size_t i = 0; i < p->classes * p->d; i++)
        m->centre[i] = p->box * (2 * sp_uniform(&rng) - 1);
    r->n = p->n;
    r->d = p->d;
    r->labelled = true;
    return sp_generator_by_blocks(run, r, m, ROWS_PER_BLOCK, make);
}

const sp_generator sp_generator_blobs = {"blobs", "round Gaussian blobs around random centres", keys, sizeof(params),
                                         open_blobs};
