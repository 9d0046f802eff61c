/* Points reached on a tensor and their Hessian, beside the theory (spec 31, 3.10 and 5). */
#include "landscape/kac_rice_annealed.h"
#include "landscape/random_landscape.h"
#include "landscape/sphere_descent.h"
#include "landscape/sphere_points.h"
#include "data/tensor_file.h"

#include "math/linalg.h"
#include "math/semicircle.h"
#include "math/statistics.h"

#include <math.h>
#include <string.h>

enum { MAX_N = 2000, MAX_NEWTON_N = 12, MAX_ITERATIONS = 100000, MAX_POINTS = 4096, MAX_BINS = 512, MAX_DOUBLINGS = 6 };

static const double spectrum_range = 1.5; /* of the histogram, in radii of the semicircle */

typedef struct {
    const gaussian_landscape *g;
    const sp_landscape_points_params *params;
    const random_landscape *given; /* the user's; NULL: random instances */
    size_t N;
} points_job;

/* One point; its spectrum is a histogram of eigenvalues minus mu. */
typedef struct {
    sp_landscape_found found;
    size_t used; /* 0: this slot holds no point */
    double histogram[MAX_BINS];
} point_record;

static sp_status landscape_of(sp_run *run, const points_job *job, size_t instance, random_landscape *own,
                              const random_landscape **out)
{
    *out = job->given;
    if (job->given)
        return SP_OK;
    SP_TRY(random_landscape_create(run, job->g, job->N, "landscape points", instance, own));
    *out = own;
    return SP_OK;
}

static double ks_distance(size_t n, const double *values, double centre, double sigma)
{
    double worst = 0;
    for (size_t i = 0; i < n; i++) {
        double cdf = sp_semicircle_cdf(values[i] - centre, sigma);
        worst = fmax(worst, fmax(fabs(cdf - (double)i / (double)n), fabs(cdf - (double)(i + 1) / (double)n)));
    }
    return worst;
}

static sp_status describe(sp_run *run, const points_job *job, const random_landscape *l, const double *x, double gradient,
                          point_record *out)
{
    size_t N = job->N, n = N - 1, bins = job->params->bins;
    sp_mark mark = sp_memory_mark(run);
    double *hessian = SP_NEW(run, double, N *N), *g = SP_NEW(run, double, N), *tangent = SP_NEW(run, double, n *n);
    double *values = SP_NEW(run, double, n), *lowest = SP_NEW(run, double, n), value, multiplier = 0, m = 0;
    if (!hessian || !g || !tangent || !values || !lowest)
        return SP_FAILED;
    SP_TRY(random_landscape_evaluate(run, (void *)l, x, &value, g, hessian));
    for (size_t i = 0; i < N; i++) {
        multiplier += x[i] * g[i] / (double)N;
        m += l->v ? x[i] * l->v[i] / (double)N : 0;
    }
    sphere_tangent_hessian(N, x, hessian, multiplier, tangent);
    SP_TRY(sp_eigenvalues(run, n, tangent, values));
    sp_landscape_found *f = &out->found;
    *f = (sp_landscape_found){.hits = 1,
                              .energy = value / (double)N,
                              .m = l->v ? m : NAN,
                              .mu = -multiplier,
                              .lambda_min = values[0],
                              .lambda_2 = n > 1 ? values[1] : NAN,
                              .overlap_min = NAN,
                              .gradient = gradient};
    for (size_t i = 0; i < n; i++) {
        f->index += values[i] < 0;
        f->bulk_mean += values[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++)
        f->bulk_variance += (values[i] - f->bulk_mean) * (values[i] - f->bulk_mean) / (double)n;
    if (l->v) {
        double lambda, along = 0, norm2 = 0, *signal = g;
        SP_TRY(sp_eigen_range(run, n, tangent, 0, 1, &lambda, lowest));
        sphere_tangent_vector(N, x, l->v, signal);
        for (size_t i = 0; i < n; i++) {
            along += lowest[i] * signal[i];
            norm2 += signal[i] * signal[i];
        }
        f->overlap_min = norm2 > 0 ? along * along / norm2 : NAN;
    }
    double theta = l->v ? annealed_theta(job->g, m) : 0, sigma = sqrt(job->g->x2);
    f->lambda_theory = lowest_eigenvalue(job->g, f->mu, theta);
    f->ks = ks_distance(n, values, f->mu, sigma);
    double range = 2 * sigma * spectrum_range;
    for (size_t i = 0; i < n; i++) {
        double at = (values[i] - f->mu + range) / (2 * range) * (double)bins;
        if (at >= 0 && at < (double)bins)
            out->histogram[(size_t)at] += (double)bins / (2 * range * (double)n);
    }
    out->used = 1;
    sp_memory_release(run, mark);
    return SP_OK;
}

typedef struct {
    const points_job *job;
    point_record *out;
} blocks_job;

static sp_status gradient_of(sp_run *run, void *landscape, const double *x, double *value, double *gradient)
{
    return random_landscape_gradient(run, landscape, x, value, gradient);
}

/* Rounding of the energy stops L-BFGS early; Newton has the last digits. */
static sp_status descend(sp_run *run, const points_job *job, const random_landscape *l,
                         const sphere_descent_problem *problem, double *x, sphere_descent_result *end)
{
    double tolerance = job->params->tolerance;
    SP_TRY(sphere_descend(run, problem, tolerance, MAX_ITERATIONS, x, end));
    if (end->converged || end->gradient > 1e-2)
        return SP_OK;
    sphere_problem newton = {.n = job->N,
                             .radius2 = (double)job->N,
                             .f = random_landscape_evaluate,
                             .context = (void *)l,
                             .max_step = 1,
                             .tolerance = tolerance,
                             .merge = 0};
    return sphere_points_polish(run, &newton, x, &end->gradient);
}

static sp_status one_descent(sp_run *worker, size_t block, void *context)
{
    const blocks_job *b = context;
    const points_job *job = b->job;
    size_t instance = block / job->params->starts;
    random_landscape own;
    const random_landscape *l;
    SP_TRY(landscape_of(worker, job, instance, &own, &l));
    double *x = SP_NEW(worker, double, job->N);
    if (!x)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(worker, "landscape points starts", block);
    sphere_random_point(job->N, (double)job->N, &rng, x);
    sphere_descent_problem problem = {job->N, (double)job->N, gradient_of, (void *)l};
    sphere_descent_result end;
    if (job->params->method == SP_LANDSCAPE_FLOW)
        SP_TRY(sphere_flow(worker, &problem, job->params->time, job->params->dt, job->params->tolerance, x, &end));
    else
        SP_TRY(descend(worker, job, l, &problem, x, &end));
    SP_TRY(describe(worker, job, l, x, end.gradient, &b->out[block]));
    b->out[block].found.instance = instance;
    return SP_OK;
}

static sp_status all_points(sp_run *run, const points_job *job, size_t instance, point_record *out, size_t *n)
{
    random_landscape own;
    const random_landscape *l;
    SP_TRY(landscape_of(run, job, instance, &own, &l));
    sphere_problem problem = {.n = job->N,
                              .radius2 = (double)job->N,
                              .f = random_landscape_evaluate,
                              .context = (void *)l,
                              .max_step = 1,
                              .tolerance = 1e-9,
                              .merge = 1e-5};
    sphere_points found;
    SP_TRY(sphere_points_find(run, &problem, "landscape points starts", instance, job->params->starts,
                              job->params->starts << MAX_DOUBLINGS, MAX_POINTS, &found));
    if (!found.stable || found.signed_count != sphere_euler(job->N))
        sp_warn(run, "instance %zu may have more stationary points: raise --starts", instance);
    for (size_t k = 0; k < found.n && *n < MAX_POINTS; k++) {
        SP_TRY(describe(run, job, l, found.v[k].x, found.v[k].residual, &out[*n]));
        out[*n].found.instance = instance;
        out[*n].found.hits = found.v[k].hits;
        ++*n;
    }
    return SP_OK;
}

static sp_status check(sp_run *run, const sp_landscape_points_params *p, size_t N)
{
    if (N < 2 || N > MAX_N)
        return sp_fail(run, SP_USAGE, "N must be in [2, %d] (the whole Hessian is diagonalised), got %zu", MAX_N, N);
    if (p->method == SP_LANDSCAPE_NEWTON && N > MAX_NEWTON_N)
        return sp_fail(run, SP_USAGE, "--method newton finds every point and needs N <= %d, got %zu: use descent or flow",
                       MAX_NEWTON_N, N);
    if (p->starts < 1 || p->instances < 1)
        return sp_fail(run, SP_USAGE, "--starts and --instances must be >= 1");
    if (p->bins < 4 || p->bins > MAX_BINS)
        return sp_fail(run, SP_USAGE, "--bins must be in [4, %d], got %zu", MAX_BINS, p->bins);
    if (p->method == SP_LANDSCAPE_FLOW && !(p->time > 0 && p->dt > 0 && p->dt <= 1))
        return sp_fail(run, SP_USAGE, "flow needs --time > 0 and --dt in (0, 1]");
    return SP_OK;
}

/* The user's tensor as a landscape: the deterministic part is in its entries already. */
static sp_status given_landscape(sp_run *run, const sp_landscape_points_params *p, gaussian_landscape *g,
                                 random_landscape *out, sp_landscape_points_result *r)
{
    static const landscape_polynomial none;
    if (!g->pure || g->p > SP_TENSOR_MAX_ORDER || g->p < 2)
        return sp_fail(run, SP_USAGE, "a tensor file has one order: give it by --p, from 2 to %d", SP_TENSOR_MAX_ORDER);
    *out = (random_landscape){.n_tensors = 1, .tensor = SP_NEW(run, sp_symmetric_tensor, 1), .signal = &none};
    if (!out->tensor)
        return SP_FAILED;
    SP_TRY(tensor_file_read(run, p->tensor, (int)g->p, p->symmetrise, out->tensor, NULL));
    out->N = out->tensor->n;
    tensor_kernel_variance(out->tensor, &r->kernel_var_estimate, &r->kernel_var_estimate_se);
    if (p->signal_vector && *p->signal_vector) {
        double *v = SP_NEW(run, double, out->N);
        if (!v)
            return SP_FAILED;
        SP_TRY(signal_file_read(run, p->signal_vector, out->N, v));
        out->v = v;
    }
    if (p->normalise && r->kernel_var_estimate > 0) {
        double scale = r->kernel_var_estimate / g->x0;
        g->x0 *= scale;
        g->x1 *= scale;
        g->x2 *= scale;
        g->x3 *= scale;
    }
    return SP_OK;
}

static void summarise(const points_job *job, size_t n, const point_record *records, sp_landscape_points_result *r,
                      sp_landscape_found_list *list)
{
    size_t bins = job->params->bins;
    sp_moments energy = {0}, mu = {0}, mean = {0}, variance = {0}, histogram[MAX_BINS] = {{0}};
    for (size_t k = 0; k < n; k++) {
        const sp_landscape_found *f = &records[k].found;
        list->v[k] = *f;
        sp_moments_add(&energy, f->energy);
        sp_moments_add(&mu, f->mu);
        sp_moments_add(&mean, f->bulk_mean - f->mu);
        sp_moments_add(&variance, f->bulk_variance);
        for (size_t b = 0; b < bins; b++)
            sp_moments_add(&histogram[b], records[k].histogram[b]);
        r->minima += f->index == 0;
        r->gradient_max = fmax(r->gradient_max, f->gradient);
    }
    r->energy_mean = energy.mean;
    r->energy_mean_se = sp_moments_se(&energy);
    r->mu_mean = mu.mean;
    r->mu_mean_se = sp_moments_se(&mu);
    r->bulk_mean = mean.mean;
    r->bulk_mean_se = sp_moments_se(&mean);
    r->bulk_variance = variance.mean;
    r->bulk_variance_se = sp_moments_se(&variance);
    double sigma = sqrt(job->g->x2), range = 2 * sigma * spectrum_range;
    for (size_t b = 0; b < bins; b++) {
        double lambda = range * (2 * ((double)b + 0.5) / (double)bins - 1);
        list->spectrum[b] = (sp_landscape_spectrum_bin){lambda, sp_semicircle_density(lambda, sigma), histogram[b].mean,
                                                        sp_moments_se(&histogram[b])};
    }
}

sp_status sp_landscape_points(sp_run *run, const sp_landscape_points_params *params, sp_landscape_points_result *result,
                              sp_landscape_found_list *list)
{
    gaussian_landscape g;
    random_landscape given;
    bool file = params->tensor && *params->tensor;
    SP_TRY(gaussian_landscape_create(run, &params->model, &g));
    *result = (sp_landscape_points_result){.kernel_var_estimate = NAN, .kernel_var_estimate_se = NAN};
    if (file)
        SP_TRY(given_landscape(run, params, &g, &given, result));
    else if (params->signal_vector && *params->signal_vector)
        return sp_fail(run, SP_USAGE,
                       "--signal-vector goes with --tensor: the signal of random instances is the first axis");
    points_job job = {&g, params, file ? &given : NULL, file ? given.N : params->N};
    SP_TRY(check(run, params, job.N));
    size_t instances = file ? 1 : params->instances, n = 0;
    bool newton = params->method == SP_LANDSCAPE_NEWTON;
    size_t slots = newton ? MAX_POINTS : instances * params->starts;
    point_record *records = SP_NEW(run, point_record, slots);
    if (!records)
        return SP_FAILED;
    if (newton)
        for (size_t i = 0; i < instances; i++)
            SP_TRY(all_points(run, &job, i, records, &n));
    else {
        blocks_job blocks = {&job, records};
        SP_TRY(sp_parallel_resumable(run, "points", slots, records, sizeof *records, one_descent, &blocks));
        n = slots;
    }
    result->N = job.N;
    result->order = g.xi.degree;
    result->n_found = n;
    result->mu_threshold = 2 * sqrt(g.x2);
    result->xi_curvature_1 = g.x2;
    result->energy_threshold = threshold_energy(&g, 0);
    *list = (sp_landscape_found_list){n, params->bins, SP_NEW(run, sp_landscape_found, n ? n : 1),
                                      SP_NEW(run, sp_landscape_spectrum_bin, params->bins)};
    if (!list->v || !list->spectrum)
        return SP_FAILED;
    summarise(&job, n, records, result, list);
    return SP_OK;
}
