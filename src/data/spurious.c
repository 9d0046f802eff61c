/* A class with a core feature that always tells it and a spurious one that follows a group, which agrees with the class in a
 * fraction `aligned` of the rows: core = s_y + core_noise z, spurious = s_g + spurious_noise z, s = -1 or 1 (spec 11, 4). */
#include "generator.h"

typedef struct {
    size_t n, extra;
    double aligned, core_noise, spurious_noise;
    size_t seed;
} params;

static const sp_param keys[] = {
    SP_SIZE(params, n, "2000", SP_AT_LEAST(1), "", "rows"),
    SP_REAL(params, aligned, "0.95", SP_FRACTION, "", "probability that the group agrees with the class"),
    SP_REAL(params, core_noise, "0.5", SP_NONNEGATIVE, "", "standard deviation of the noise of the core feature"),
    SP_REAL(params, spurious_noise, "0.1", SP_NONNEGATIVE, "", "the same of the spurious feature"),
    SP_SIZE(params, extra, "0", SP_BETWEEN(0, 1e6), "", "more columns, of noise"),
    SP_SIZE(params, seed, "1", SP_NONNEGATIVE, "", "seed of the sample"),
    {0}};

enum { ROWS_PER_BLOCK = 256 };

static sp_status make(sp_run *worker, const void *model, size_t block, size_t rows, double *values, double *labels)
{
    const params *p = model;
    size_t d = p->extra + 3;
    sp_rng rng = sp_generator_rng(worker, p->seed, "spurious", block);
    for (size_t i = 0; i < rows; i++) {
        double *x = values + i * d, y = sp_uniform(&rng) < 0.5, g = sp_uniform(&rng) < p->aligned ? y : 1 - y;
        labels[i] = y;
        x[0] = 2 * y - 1 + p->core_noise * sp_normal(&rng);
        x[1] = 2 * g - 1 + p->spurious_noise * sp_normal(&rng);
        x[2] = g;
        for (size_t k = 0; k < p->extra; k++)
            x[3 + k] = sp_normal(&rng);
    }
    return SP_OK;
}

static sp_status open_spurious(sp_run *run, const void *params_, sp_reader *r)
{
    static const char *const names[] = {"core", "spurious", "group"};
    const params *p = params_;
    r->n = p->n;
    r->d = p->extra + 3;
    r->labelled = true;
    SP_TRY(sp_generator_columns(run, r, 3, names));
    return sp_generator_by_blocks(run, r, p, ROWS_PER_BLOCK, make);
}

const sp_generator sp_generator_spurious = {"spurious",
                                            "a class, a core feature that tells it, a spurious one that follows a group",
                                            keys, sizeof(params), open_spurious};
