/* Columns of independent normals and a response by formula. */
#include "generator.h"

#include "math/expression.h"

#include <math.h>

typedef struct {
    size_t d, n;
    const char *y;
    double noise;
    size_t seed;
    int stream;
} params;

enum { PHILOX, SPLITMIX64 };

static const sp_param keys[] = {
    SP_SIZE(params, d, "10", SP_AT_LEAST(1), "", "columns x1, x2, ..."),
    SP_SIZE(params, n, "1000", SP_AT_LEAST(1), "", "rows"),
    SP_TEXT(params, y, "x1*x2+sin(x1*x3)+x4^2", "response, a formula in x1 ... x16"),
    SP_REAL(params, noise, "0", SP_NONNEGATIVE, "", "standard deviation of normal noise added to the response"),
    SP_SIZE(params, seed, "1", SP_NONNEGATIVE, "", "seed of the sample"),
    SP_CHOICE(params, stream, "philox|splitmix64", "philox",
              "random numbers; splitmix64: the whole table from one sequence"),
    {0}};

typedef struct {
    const params *p;
    const sp_expression *y;
    const double *normals; /* SPLITMIX64: n x d */
} model;

enum { ROWS_PER_BLOCK = 256 };

/* splitmix64 and Box-Muller, row after row (spec 11, 7). */
static void splitmix_normals(uint64_t state, size_t n, double *x)
{
    double u[2];
    for (size_t i = 0; i < n; i += 2) {
        for (int k = 0; k < 2; k++) {
            uint64_t z = state += 0x9E3779B97F4A7C15u;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
            u[k] = (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
        }
        double radius = sqrt(-2 * log1p(-u[0]));
        x[i] = radius * cos(2 * M_PI * u[1]);
        x[i + 1] = radius * sin(2 * M_PI * u[1]);
    }
}

static sp_status make(sp_run *worker, const void *model_, size_t block, size_t rows, double *values, double *labels)
{
    const model *m = model_;
    size_t d = m->p->d, first = block * rows;
    sp_rng rng = sp_generator_rng(worker, m->p->seed, "table", block);
    if (!m->normals)
        sp_normals(&rng, rows * d, values);
    for (size_t i = 0; i < rows; i++) {
        for (size_t k = 0; m->normals && k < d && first + i < m->p->n; k++)
            values[i * d + k] = m->normals[(first + i) * d + k];
        labels[i] = sp_expression_value(m->y, values + i * d);
        if (m->p->noise > 0)
            labels[i] += m->p->noise * sp_normal(&rng);
    }
    return SP_OK;
}

static sp_status open_table(sp_run *run, const void *params_, sp_reader *r)
{
    const params *p = params_;
    model *m = SP_NEW(run, model, 1);
    size_t used = p->d < SP_EXPRESSION_MAX_VARIABLES ? p->d : SP_EXPRESSION_MAX_VARIABLES;
    const char *names[SP_EXPRESSION_MAX_VARIABLES];
    if (!m)
        return SP_FAILED;
    for (size_t k = 0; k < used; k++)
        if (!(names[k] = sp_format(run, "x%zu", k + 1)))
            return SP_FAILED;
    m->p = p;
    SP_TRY(sp_expression_compile(run, p->y, used, names, &m->y));
    if (p->stream == SPLITMIX64) {
        SP_TRY(sp_need_memory(run, (double)p->n * (double)p->d * sizeof(double), "the table"));
        double *normals = SP_NEW(run, double, p->n * p->d + 1);
        if (!normals)
            return SP_FAILED;
        splitmix_normals(p->seed, p->n * p->d, normals);
        m->normals = normals;
    }
    r->n = p->n;
    r->d = p->d;
    r->labelled = true;
    return sp_generator_by_blocks(run, r, m, ROWS_PER_BLOCK, make);
}

const sp_generator sp_generator_table = {"table", "columns of independent normals and a response by formula", keys,
                                         sizeof(params), open_table};
