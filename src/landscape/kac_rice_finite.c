/* The exact mean number of stationary points at finite N (spec 31, 3.9), by Monte Carlo over the Hessian. */
#include "landscape/gaussian_landscape.h"

#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <string.h>

enum { SAMPLES_PER_BLOCK = 500, MAX_N = 64 };

/* Overlap nodes m = sin t with everything that does not depend on the sample. */
typedef struct {
    size_t N, nodes, samples;
    const gaussian_landscape *g;
    double *weight, *shift, *theta; /* of each node: measure, m F'(m), F''(m)(1 - m^2) */
} finite_problem;

/* Last place: all indices together. */
typedef struct {
    double sum[MAX_N + 1], sum2[MAX_N + 1];
} block_sums;

typedef struct {
    const finite_problem *p;
    block_sums *out;
} finite_job;

static sp_status prepare(sp_run *run, finite_problem *p)
{
    p->weight = SP_NEW(run, double, 3 * p->nodes);
    if (!p->weight)
        return SP_FAILED;
    p->shift = p->weight + p->nodes;
    p->theta = p->shift + p->nodes;
    double N = (double)p->N, x1 = p->g->x1, width = M_PI / (double)p->nodes;
    /* ln |S^{N-2}| of the unit sphere in R^{N-1}, and the density of a vanishing gradient */
    double log_sphere = log(2) + 0.5 * (N - 1) * log(M_PI) - gsl_sf_lngamma(0.5 * (N - 1));
    double log_density = 0.5 * (N - 1) * (log(N) - log(2 * M_PI * x1));
    for (size_t i = 0; i < p->nodes; i++) {
        double t = -M_PI / 2 + ((double)i + 0.5) * width, m = sin(t), rest = cos(t) * cos(t);
        landscape_jet f = landscape_polynomial_at(&p->g->signal, m);
        /* (1 - m^2)^{(N-3)/2} dm = cos^{N-2} t dt */
        p->weight[i] = width * exp(log_sphere + log_density + (N - 2) * log(cos(t)) - N * f.d1 * f.d1 * rest / (2 * x1));
        p->shift[i] = m * f.d1;
        p->theta[i] = f.d2 * rest;
    }
    return SP_OK;
}

/* |det(T + mu - theta e e^T)| with T tridiagonal and e its first axis, by minors from the last row up; *index: negative
 * eigenvalues, the changes of sign along the minors. */
static double determinant(size_t n, const double *diagonal, const double *off2, double mu, double theta, size_t *index)
{
    double below = 0, d = 1;
    *index = 0;
    for (size_t i = n; i-- > 0;) {
        double next = (diagonal[i] + mu - (i == 0 ? theta : 0)) * d - (i + 1 < n ? off2[i] * below : 0);
        *index += (next < 0) != (d < 0);
        below = d;
        d = next;
    }
    return fabs(d);
}

/* GOE with a marked axis, reduced to a tridiagonal matrix by reflections that keep the axis: same determinants. */
static void sample(const finite_problem *p, sp_rng *rng, double by_index[MAX_N + 1])
{
    size_t n = p->N - 1, index;
    double diagonal[MAX_N], off2[MAX_N], variance = p->g->x2 / (double)p->N;
    double radial = sqrt((p->g->x1 + p->g->x2) / (double)p->N) * sp_normal(rng);
    for (size_t i = 0; i < n; i++) {
        diagonal[i] = sqrt(2 * variance) * sp_normal(rng);
        if (i + 1 < n)
            off2[i] = variance * sp_chi_square(rng, (double)(n - 1 - i));
    }
    memset(by_index, 0, (MAX_N + 1) * sizeof *by_index);
    for (size_t i = 0; i < p->nodes; i++) {
        double d = p->weight[i] * determinant(n, diagonal, off2, p->shift[i] - radial, p->theta[i], &index);
        by_index[index] += d;
        by_index[MAX_N] += d;
    }
}

static sp_status block(sp_run *worker, size_t number, void *context)
{
    const finite_job *job = context;
    sp_rng rng = sp_rng_at(worker, "landscape exact mean", number);
    size_t begin = number * SAMPLES_PER_BLOCK, left = job->p->samples - begin;
    for (size_t i = 0; i < (left < SAMPLES_PER_BLOCK ? left : SAMPLES_PER_BLOCK); i++) {
        double by_index[MAX_N + 1];
        sample(job->p, &rng, by_index);
        for (size_t k = 0; k <= MAX_N; k++) {
            job->out[number].sum[k] += by_index[k];
            job->out[number].sum2[k] += by_index[k] * by_index[k];
        }
    }
    return sp_poll(worker);
}

static void collect(const finite_job *job, size_t n_blocks, size_t k, sp_index_count *out)
{
    double sum = 0, sum2 = 0, n = (double)job->p->samples;
    for (size_t i = 0; i < n_blocks; i++) {
        sum += job->out[i].sum[k];
        sum2 += job->out[i].sum2[k];
    }
    out->mean = sum / n;
    out->se = sqrt(fmax(sum2 / n - out->mean * out->mean, 0) / (n - 1));
}

sp_status sp_landscape_exact_mean(sp_run *run, const sp_landscape_model *model, size_t N, size_t samples, size_t nodes,
                                  sp_index_count *total, sp_index_count *by_index)
{
    gaussian_landscape g;
    SP_TRY(gaussian_landscape_create(run, model, &g));
    if (N < 2 || N > MAX_N)
        return sp_fail(run, SP_USAGE, "--N must be in [2, %d], got %zu", MAX_N, N);
    if (samples < 2 || nodes < 4)
        return sp_fail(run, SP_USAGE, "the exact mean needs --samples >= 2 and --nodes >= 4");
    finite_problem p = {.N = N, .nodes = nodes, .samples = samples, .g = &g};
    SP_TRY(prepare(run, &p));
    size_t n_blocks = (samples + SAMPLES_PER_BLOCK - 1) / SAMPLES_PER_BLOCK;
    finite_job job = {&p, SP_NEW(run, block_sums, n_blocks)};
    if (!job.out)
        return SP_FAILED;
    SP_TRY(sp_parallel(run, n_blocks, block, &job));
    collect(&job, n_blocks, MAX_N, total);
    for (size_t k = 0; by_index && k < N; k++)
        collect(&job, n_blocks, k, &by_index[k]);
    return SP_OK;
}
