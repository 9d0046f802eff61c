/* A decision on merit that favours a group, and a column that gives the group away: merit = z, proxy = s_g + proxy_noise z,
 * y = 1 where merit + gap s_g + noise z > 0, s = -1 or 1. Merit is independent of the group (spec 11, 4: fairness). */
#include "generator.h"

typedef struct {
    size_t n, extra;
    double gap, noise, proxy_noise, majority;
    size_t seed;
} params;

static const sp_param keys[] = {
    SP_SIZE(params, n, "2000", SP_AT_LEAST(1), "", "rows"),
    SP_REAL(params, gap, "0.3", SP_NONNEGATIVE, "", "how much the group moves the decision"),
    SP_REAL(params, noise, "0.5", SP_NONNEGATIVE, "", "standard deviation of the noise of the decision"),
    SP_REAL(params, proxy_noise, "0.5", SP_NONNEGATIVE, "", "the same of the column that gives the group away"),
    SP_REAL(params, majority, "0.5", SP_FRACTION, "", "fraction of group 1"),
    SP_SIZE(params, extra, "0", SP_BETWEEN(0, 1e6), "", "more columns, of noise"),
    SP_SIZE(params, seed, "1", SP_NONNEGATIVE, "", "seed of the sample"),
    {0}};

enum { ROWS_PER_BLOCK = 256 };

static sp_status make(sp_run *worker, const void *model, size_t block, size_t rows, double *values, double *labels)
{
    const params *p = model;
    size_t d = p->extra + 3;
    sp_rng rng = sp_generator_rng(worker, p->seed, "sensitive", block);
    for (size_t i = 0; i < rows; i++) {
        double *x = values + i * d, g = sp_uniform(&rng) < p->majority;
        x[0] = sp_normal(&rng);
        x[1] = 2 * g - 1 + p->proxy_noise * sp_normal(&rng);
        x[2] = g;
        labels[i] = x[0] + p->gap * (2 * g - 1) + p->noise * sp_normal(&rng) > 0;
        for (size_t k = 0; k < p->extra; k++)
            x[3 + k] = sp_normal(&rng);
    }
    return SP_OK;
}

static sp_status open_sensitive(sp_run *run, const void *params_, sp_reader *r)
{
    static const char *const names[] = {"merit", "proxy", "group"};
    const params *p = params_;
    r->n = p->n;
    r->d = p->extra + 3;
    r->labelled = true;
    SP_TRY(sp_generator_columns(run, r, 3, names));
    return sp_generator_by_blocks(run, r, p, ROWS_PER_BLOCK, make);
}

const sp_generator sp_generator_sensitive = {
    "sensitive", "a decision on merit that favours a group, and a column that gives the group away", keys, sizeof(params),
    open_sensitive};
