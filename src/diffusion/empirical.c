#include "diffusion/empirical.h"

#include "spinodal/diffusion.h"

#include <math.h>
#include <string.h>

enum { NOISE_BLOCK = 64 };

typedef struct {
    const sp_noised *noised;
    size_t d;
    const char *stream;
} noise_fill;

static sp_status fill_noise(sp_run *worker, size_t block, void *context)
{
    const noise_fill *f = context;
    size_t first = block * NOISE_BLOCK, count = f->noised->n - first < NOISE_BLOCK ? f->noised->n - first : NOISE_BLOCK;
    sp_rng rng = sp_rng_at(worker, f->stream, block + 1);
    sp_normals_float(&rng, count * f->d, f->noised->noise + first * f->d);
    return SP_OK;
}

sp_status sp_noised_points(sp_run *run, const sp_dataset *data, size_t n, const char *stream, sp_noised *out)
{
    *out = (sp_noised){n, SP_NEW(run, size_t, n), SP_NEW(run, float, n * data->d)};
    size_t *order = SP_NEW(run, size_t, data->n);
    if (!out->seed || !out->noise || !order)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(run, stream, 0);
    for (size_t i = 0; i < n; i++) {
        if (i % data->n == 0)
            sp_permutation(&rng, data->n, order);
        out->seed[i] = order[i % data->n];
    }
    return sp_parallel(run, (n + NOISE_BLOCK - 1) / NOISE_BLOCK, fill_noise, &(noise_fill){out, data->d, stream});
}

double sp_noise_excess(const sp_noised *noised, size_t d, size_t i)
{
    double sum = 0;
    for (size_t j = 0; j < d; j++)
        sum += (double)noised->noise[i * d + j] * noised->noise[i * d + j];
    return (sum - (double)d) / 2;
}

static sp_softmax_problem problem_of(const sp_dataset *data)
{
    return (sp_softmax_problem){
        .n = data->n, .d = data->d, .y = data->x, .y64 = data->x64, .label = data->label, .n_classes = data->n_classes};
}

sp_status sp_empirical_scan(sp_run *run, const char *what, const sp_dataset *data, const sp_noised *noised, sp_vec t,
                            sp_softmax_result *out)
{
    sp_logit *logit = SP_NEW(run, sp_logit, t.n);
    if (!logit)
        return SP_FAILED;
    for (size_t i = 0; i < t.n; i++) {
        double delta = sp_noise_variance(t.v[i]);
        logit[i] = (sp_logit){SP_LOGIT_GAUSSIAN, exp(-2 * t.v[i]) / (2 * delta), exp(-t.v[i]) / sqrt(delta)};
    }
    sp_softmax_problem problem = problem_of(data);
    problem.n_queries = noised->n;
    problem.seed = noised->seed;
    problem.noise = noised->noise;
    problem.n_logits = t.n;
    problem.logit = logit;
    return sp_softmax_scan(run, what, &problem, out);
}

sp_status sp_empirical_posterior(sp_run *run, const sp_dataset *data, size_t n, const double *x, double t, size_t neighbours,
                                 sp_precision precision, sp_softmax_result *out)
{
    double *scaled = SP_NEW(run, double, n * data->d), grow = exp(t);
    if (!scaled)
        return SP_FAILED;
    for (size_t i = 0; i < n * data->d; i++)
        scaled[i] = grow * x[i];
    sp_logit logit = {SP_LOGIT_GAUSSIAN, exp(-2 * t) / (2 * sp_noise_variance(t)), 0};
    sp_softmax_problem problem = problem_of(data);
    problem.n_queries = n;
    problem.x = scaled;
    problem.n_logits = 1;
    problem.logit = &logit;
    problem.k = neighbours;
    problem.mean = true;
    problem.precision = precision;
    return sp_softmax_scan(run, NULL, &problem, out);
}
