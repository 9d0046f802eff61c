/* Gaussian mixture: two classes at +m and -m, |m|^2 = d mu2, or more on orthogonal directions (spec 07, section 2). */
#include "generator.h"
#include "rotation.h"

#include <math.h>
#include <string.h>

typedef struct {
    size_t d, n, classes;
    double mu2, sigma2;
    sp_vec weights;
    size_t seed, model;
} params;

static const sp_param keys[] = {
    SP_SIZE(params, d, "256", SP_AT_LEAST(1), "", "dimension"),
    SP_SIZE(params, n, "5000", SP_AT_LEAST(1), "", "samples"),
    SP_SIZE(params, classes, "2", SP_BETWEEN(2, 1000), "",
            "classes: two at +m and -m, m = sqrt(mu2) (1,...,1); more on random orthogonal directions"),
    SP_REAL(params, mu2, "1", SP_NONNEGATIVE, "", "|m|^2 / d"),
    SP_REAL(params, sigma2, "1", SP_NONNEGATIVE, "", "variance inside a class"),
    SP_VEC(params, weights, "", SP_NONNEGATIVE, "", "weights of the classes, separated by / (empty: equal)"),
    SP_SIZE(params, seed, "1", SP_NONNEGATIVE, "", "seed of the sample"),
    SP_SIZE(params, model, "1", SP_NONNEGATIVE, "", "seed of the directions of more than two classes"),
    {0}};

typedef struct {
    const params *p;
    sp_discrete law;
    double *mean; /* classes x d */
} model;

enum { ROWS_PER_BLOCK = 64 };

static sp_status make(sp_run *worker, const void *model_, size_t block, size_t rows, double *values, double *labels)
{
    const model *m = model_;
    size_t d = m->p->d;
    sp_rng rng = sp_generator_rng(worker, m->p->seed, "gaussian-mixture", block);
    double width = sqrt(m->p->sigma2);
    for (size_t i = 0; i < rows; i++)
        labels[i] = (double)sp_discrete_draw(&m->law, &rng);
    sp_normals(&rng, rows * d, values);
    for (size_t i = 0; i < rows; i++) {
        const double *mean = m->mean + (size_t)labels[i] * d;
        for (size_t j = 0; j < d; j++)
            values[i * d + j] = mean[j] + width * values[i * d + j];
    }
    return SP_OK;
}

static sp_status class_means(sp_run *run, const params *p, double **out)
{
    size_t d = p->d, k = p->classes;
    double *mean;
    if (k == 2) {
        mean = SP_NEW(run, double, 2 * d);
        for (size_t j = 0; mean && j < d; j++) {
            mean[j] = sqrt(p->mu2);
            mean[d + j] = -mean[j];
        }
        *out = mean;
        return mean ? SP_OK : SP_FAILED;
    }
    sp_rng rng = sp_generator_rng(run, p->model, "gaussian-mixture directions", 0);
    if (k <= d)
        SP_TRY(sp_random_frame(run, &rng, k, d, &mean));
    else { /* no room for orthogonal ones */
        mean = SP_NEW(run, double, k *d);
        if (!mean)
            return SP_FAILED;
        sp_normals(&rng, k * d, mean);
    }
    for (size_t c = 0; c < k; c++) {
        double norm2 = 0;
        for (size_t j = 0; j < d; j++)
            norm2 += mean[c * d + j] * mean[c * d + j];
        for (size_t j = 0; j < d; j++)
            mean[c * d + j] *= sqrt((double)d * p->mu2 / norm2);
    }
    *out = mean;
    return SP_OK;
}

static sp_status open_mixture(sp_run *run, const void *params_, sp_reader *r)
{
    const params *p = params_;
    model *m = SP_NEW(run, model, 1);
    double *weights = SP_NEW(run, double, p->classes);
    if (!m || !weights)
        return SP_FAILED;
    if (p->weights.n && p->weights.n != p->classes)
        return sp_fail(run, SP_USAGE, "gen:gaussian-mixture: %zu weights for %zu classes", p->weights.n, p->classes);
    for (size_t k = 0; k < p->classes; k++)
        weights[k] = p->weights.n ? p->weights.v[k] : 1;
    m->p = p;
    SP_TRY(sp_discrete_create(run, p->classes, weights, &m->law));
    SP_TRY(class_means(run, p, &m->mean));
    r->n = p->n;
    r->d = p->d;
    r->labelled = true;
    return sp_generator_by_blocks(run, r, m, ROWS_PER_BLOCK, make);
}

const sp_generator sp_generator_gaussian_mixture = {"gaussian-mixture", "Gaussian classes of equal width", keys,
                                                    sizeof(params), open_mixture};
