/* Centred Gaussian with any covariance spectrum, along the axes or randomly rotated. */
#include "generator.h"
#include "rotation.h"

#include "math/linalg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    size_t d, n;
    const char *spectrum;
    bool rotate;
    size_t seed, model;
} params;

static const sp_param keys[] = {
    SP_SIZE(params, d, "0", SP_NONNEGATIVE, "", "dimension (0: that of the spectrum, 32 when it does not say)"),
    SP_SIZE(params, n, "5000", SP_AT_LEAST(1), "", "samples"),
    SP_TEXT(params, spectrum, "1",
            "eigenvalues of the covariance: one number, a list 4x8/0.5x24, power:A for i^-A, or a file of numbers"),
    SP_FLAG(params, rotate, "random eigenvectors (Haar) instead of the axes: yes or no"),
    SP_SIZE(params, seed, "1", SP_NONNEGATIVE, "", "seed of the sample"),
    SP_SIZE(params, model, "1", SP_NONNEGATIVE, "", "seed of the rotation"),
    {0}};

typedef struct {
    const params *p;
    size_t d;
    double *width; /* sqrt of the spectrum */
    double *axes;  /* d x d: row k is the eigenvector of width[k]; NULL: the coordinate axes */
} model;

enum { ROWS_PER_BLOCK = 64 };

static sp_status make(sp_run *worker, const void *model_, size_t block, size_t rows, double *values, double *labels)
{
    (void)labels;
    const model *m = model_;
    size_t d = m->d;
    double *z = m->axes ? SP_NEW(worker, double, rows *d) : values;
    if (!z)
        return SP_FAILED;
    sp_rng rng = sp_generator_rng(worker, m->p->seed, "gaussian", block);
    sp_normals(&rng, rows * d, z);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < d; j++)
            z[i * d + j] *= m->width[j];
    if (m->axes)
        sp_gemm(SP_PLAIN, SP_PLAIN, rows, d, d, 1, z, d, m->axes, d, 0, values, d);
    return SP_OK;
}

static sp_status parse_spectrum(sp_run *run, const params *p, model *m)
{
    enum { USUAL_DIMENSION = 32 };
    double exponent;
    sp_vec v = {0};
    bool power = !strncmp(p->spectrum, "power:", 6);
    if (power && !sp_parse_number(p->spectrum + 6, &exponent))
        return sp_fail(run, SP_USAGE, "gen:gaussian: spectrum=power:A needs a number A, got \"%s\"", p->spectrum + 6);
    if (!power && sp_parse_numbers(run, p->spectrum, &v) != SP_OK) {
        char *list = sp_strdup(run, p->spectrum);
        for (char *c = list; c && *c; c++)
            if (*c == '/')
                *c = ',';
        if (!list || sp_parse_numbers(run, list, &v) != SP_OK)
            return sp_fail(
                run, SP_USAGE,
                "gen:gaussian: spectrum is one number, a list 4x8/0.5x24, power:A or a file of numbers, got \"%s\"",
                p->spectrum);
    }
    m->d = p->d ? p->d : v.n > 1 ? v.n : USUAL_DIMENSION;
    if (v.n > 1 && v.n != m->d)
        return sp_fail(run, SP_USAGE, "gen:gaussian: the spectrum has %zu eigenvalues, d is %zu", v.n, m->d);
    if (!(m->width = SP_NEW(run, double, m->d)))
        return SP_FAILED;
    for (size_t k = 0; k < m->d; k++) {
        double lambda = power ? pow((double)(k + 1), -exponent) : v.v[v.n > 1 ? k : 0];
        if (!(lambda >= 0) || isinf(lambda))
            return sp_fail(run, SP_USAGE, "gen:gaussian: eigenvalues must be finite and >= 0, eigenvalue %zu is %g", k + 1,
                           lambda);
        m->width[k] = sqrt(lambda);
    }
    return SP_OK;
}

static sp_status open_gaussian(sp_run *run, const void *params_, sp_reader *r)
{
    enum { LARGEST_ROTATION = 8192 };
    const params *p = params_;
    model *m = SP_NEW(run, model, 1);
    if (!m)
        return SP_FAILED;
    m->p = p;
    SP_TRY(parse_spectrum(run, p, m));
    if (p->rotate && m->d > LARGEST_ROTATION)
        return sp_fail(run, SP_USAGE, "gen:gaussian: rotate=yes is for d <= %d", LARGEST_ROTATION);
    if (p->rotate) {
        sp_rng rng = sp_generator_rng(run, p->model, "gaussian rotation", 0);
        SP_TRY(sp_random_frame(run, &rng, m->d, m->d, &m->axes));
    }
    r->n = p->n;
    r->d = m->d;
    return sp_generator_by_blocks(run, r, m, ROWS_PER_BLOCK, make);
}

const sp_generator sp_generator_gaussian = {"gaussian", "centred Gaussian of any spectrum", keys, sizeof(params),
                                            open_gaussian};
