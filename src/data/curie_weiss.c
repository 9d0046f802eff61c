/* Curie-Weiss model, P(s) ~ exp(beta M^2 / (2 d) + beta h M), M = sum s_i: exact samples through the law of M,
 * P(M) ~ binomial(d, (d+M)/2) exp(beta M^2/(2d) + beta h M); given M the positions of the up spins are uniform. */
#include "generator.h"

#include <math.h>
#include <string.h>

typedef struct {
    size_t d, n;
    double beta, h;
    size_t seed;
} params;

static const sp_param keys[] = {SP_SIZE(params, d, "100", SP_BETWEEN(1, 1e7), "", "spins"),
                                SP_SIZE(params, n, "5000", SP_AT_LEAST(1), "", "samples"),
                                SP_REAL(params, beta, "1.2", SP_NONNEGATIVE, "", "inverse temperature; critical at 1"),
                                SP_REAL(params, h, "0", SP_ANY, "", "field"),
                                SP_SIZE(params, seed, "1", SP_NONNEGATIVE, "", "seed of the sample"),
                                {0}};

typedef struct {
    const params *p;
    sp_discrete law; /* of the number of up spins, 0..d */
} model;

enum { ROWS_PER_BLOCK = 64 };

static sp_status make(sp_run *worker, const void *model_, size_t block, size_t rows, double *values, double *labels)
{
    const model *m = model_;
    size_t d = m->p->d, *order = SP_NEW(worker, size_t, d);
    if (!order)
        return SP_FAILED;
    sp_rng rng = sp_generator_rng(worker, m->p->seed, "curie-weiss", block);
    for (size_t j = 0; j < d; j++)
        order[j] = j;
    for (size_t i = 0; i < rows; i++) {
        double *spin = values + i * d;
        size_t up = sp_discrete_draw(&m->law, &rng);
        for (size_t j = 0; j < d; j++)
            spin[j] = -1;
        for (size_t k = 0; k < up; k++) { /* the first `up` of a random order */
            size_t other = k + (size_t)sp_uniform_int(&rng, d - k), site = order[other];
            order[other] = order[k];
            order[k] = site;
            spin[site] = 1;
        }
        labels[i] = 2 * up > d || (2 * up == d && sp_uniform(&rng) < 0.5);
    }
    return SP_OK;
}

static sp_status open_curie_weiss(sp_run *run, const void *params_, sp_reader *r)
{
    static const char *const names[] = {"down", "up"};
    const params *p = params_;
    size_t d = p->d;
    model *m = SP_NEW(run, model, 1);
    double *weight = SP_NEW(run, double, d + 1), largest = -INFINITY;
    if (!m || !weight)
        return SP_FAILED;
    for (size_t k = 0; k <= d; k++) {
        double total = 2 * (double)k - (double)d;
        weight[k] = lgamma((double)d + 1) - lgamma((double)k + 1) - lgamma((double)(d - k) + 1) +
                    p->beta * total * (total / (2 * (double)d) + p->h);
        largest = fmax(largest, weight[k]);
    }
    for (size_t k = 0; k <= d; k++)
        weight[k] = exp(weight[k] - largest);
    m->p = p;
    SP_TRY(sp_discrete_create(run, d + 1, weight, &m->law));
    r->n = p->n;
    r->d = d;
    r->labelled = true;
    r->n_label_names = 2;
    r->label_name = names;
    return sp_generator_by_blocks(run, r, m, ROWS_PER_BLOCK, make);
}

const sp_generator sp_generator_curie_weiss = {"curie-weiss",
                                               "mean-field spins, exact; classes by the sign of the magnetisation", keys,
                                               sizeof(params), open_curie_weiss};
