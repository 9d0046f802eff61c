/* Stationary points of the risk on the user's rows, beside the theory at the same risk (spec 22, 5). */
#include "landscape/risk_instance.h"
#include "landscape/risk_point.h"
#include "landscape/sphere_descent.h"
#include "landscape/sphere_points.h"

#include "math/linalg.h"
#include "math/marchenko_pastur.h"
#include "math/statistics.h"

#include <math.h>
#include <string.h>

enum { MAX_D = 2000, MAX_NEWTON_D = 12, MAX_POINTS = 2048, MAX_BINS = 256, MAX_ITERATIONS = 20000, MAX_DOUBLINGS = 5 };

static const double y_range = 4, lambda_range = 6; /* of the histograms: in units of y, in widths of the Hessian's density */

typedef struct {
    const risk_loss *loss;
    const sp_risk_points_params *params;
    risk_instance instance;
    double centre, width; /* of the Hessian histogram */
} points_job;

typedef struct {
    sp_risk_found found;
    double lambda_mean, lambda_variance;
    double y[MAX_BINS], lambda[MAX_BINS];
} point_record;

static void into_histogram(double x, double low, double high, size_t bins, double weight, double *histogram)
{
    double at = (x - low) / (high - low) * (double)bins;
    if (at >= 0 && at < (double)bins)
        histogram[(size_t)at] += weight * (double)bins / (high - low);
}

static sp_status describe(sp_run *run, const points_job *job, const double *x, double gradient, point_record *out)
{
    const risk_instance *r = &job->instance;
    size_t d = r->d, k = d - 1, bins = job->params->bins;
    sp_mark mark = sp_memory_mark(run);
    double *hessian = SP_NEW(run, double, d *d), *g = SP_NEW(run, double, d), *tangent = SP_NEW(run, double, k *k);
    double *values = SP_NEW(run, double, k), *y = SP_NEW(run, double, r->n), value, t, A, multiplier = 0;
    if (!hessian || !g || !tangent || !values || !y)
        return SP_FAILED;
    SP_TRY(risk_instance_evaluate(run, (void *)r, x, &value, g, hessian));
    for (size_t i = 0; i < d; i++)
        multiplier += x[i] * g[i];
    sphere_tangent_hessian(d, x, hessian, multiplier, tangent);
    SP_TRY(sp_eigenvalues(run, k, tangent, values));
    risk_instance_preactivations(r, x, y, &t, &A);
    out->found = (sp_risk_found){.hits = 1,
                                 .risk = value,
                                 .t = t,
                                 .A = A,
                                 .overlap = r->teacher && !job->params->data ? x[0] : NAN,
                                 .lambda_min = values[0],
                                 .lambda_2 = k > 1 ? values[1] : NAN,
                                 .gradient = gradient};
    for (size_t i = 0; i < k; i++) {
        out->found.index += values[i] < 0;
        out->lambda_mean += values[i] / (double)k;
        into_histogram(values[i], job->centre - lambda_range * job->width, job->centre + lambda_range * job->width, bins,
                       1 / (double)k, out->lambda);
    }
    for (size_t i = 0; i < k; i++)
        out->lambda_variance += (values[i] - out->lambda_mean) * (values[i] - out->lambda_mean) / (double)k;
    for (size_t i = 0; i < r->n; i++)
        into_histogram(y[i], -y_range, y_range, bins, 1 / (double)r->n, out->y);
    sp_memory_release(run, mark);
    return SP_OK;
}

typedef struct {
    const points_job *job;
    point_record *out;
} blocks_job;

static sp_status one_descent(sp_run *worker, size_t block, void *context)
{
    const blocks_job *b = context;
    const points_job *job = b->job;
    size_t d = job->instance.d;
    double *x = SP_NEW(worker, double, d);
    if (!x)
        return SP_FAILED;
    sp_rng rng = sp_rng_at(worker, "risk points starts", block);
    sphere_random_point(d, 1, &rng, x);
    sphere_descent_problem problem = {d, 1, risk_instance_gradient, (void *)&job->instance};
    sphere_descent_result end;
    double tolerance = job->params->tolerance;
    SP_TRY(sphere_descend(worker, &problem, tolerance, MAX_ITERATIONS, x, &end));
    if (!end.converged && end.gradient < 1e-2) {
        sphere_problem newton = {.n = d,
                                 .radius2 = 1,
                                 .f = risk_instance_evaluate,
                                 .context = (void *)&job->instance,
                                 .max_step = 0.2,
                                 .tolerance = tolerance};
        SP_TRY(sphere_points_polish(worker, &newton, x, &end.gradient));
    }
    return describe(worker, job, x, end.gradient, &b->out[block]);
}

static sp_status all_points(sp_run *run, const points_job *job, point_record *out, size_t *n)
{
    size_t starts = job->params->starts;
    sphere_problem problem = {.n = job->instance.d,
                              .radius2 = 1,
                              .f = risk_instance_evaluate,
                              .context = (void *)&job->instance,
                              .max_step = 0.2,
                              .tolerance = 1e-9,
                              .merge = 1e-5};
    sphere_points found;
    SP_TRY(sphere_points_find(run, &problem, "risk points starts", 0, starts, starts << MAX_DOUBLINGS, MAX_POINTS, &found));
    if (!found.stable || found.signed_count != sphere_euler(problem.n))
        sp_warn(run, "there may be more stationary points: raise --starts");
    for (*n = 0; *n < found.n; ++*n) {
        SP_TRY(describe(run, job, found.v[*n].x, found.v[*n].residual, &out[*n]));
        out[*n].found.hits = found.v[*n].hits;
    }
    return SP_OK;
}

static sp_status rows_of_data(sp_run *run, const sp_risk_points_params *p, const risk_loss *loss, risk_instance *out)
{
    const sp_dataset *data = p->data;
    size_t n = data->n, d = data->d;
    double *rows = SP_NEW(run, double, n *d);
    if (!rows)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++)
        sp_dataset_row(data, i, rows + i * d);
    if (loss->teacher && !data->target)
        return sp_fail(run, SP_USAGE, "the loss uses s and the data has no labels: give --labels, or a loss in y alone");
    *out = (risk_instance){n, d, rows, loss->teacher ? data->target : NULL, loss};
    return SP_OK;
}

/* Rows are judged by mean and covariance; --whiten makes the covariance one. */
static sp_status isotropy(sp_run *run, risk_instance *r, bool whiten, sp_risk_points_result *out)
{
    size_t n = r->n, d = r->d;
    sp_mark mark = sp_memory_mark(run);
    double *mean = SP_NEW(run, double, d), *covariance = SP_NEW(run, double, d *d), *values = SP_NEW(run, double, d);
    if (!mean || !covariance || !values)
        return SP_FAILED;
    sp_rows rows = sp_rows_double(n, d, r->rows);
    SP_TRY(sp_rows_mean(run, rows, mean));
    SP_TRY(sp_covariance(run, rows, NULL, (double)n, covariance));
    if (whiten) {
        if (n < d)
            return sp_fail(run, SP_USAGE, "--whiten needs at least as many rows as columns, got %zu rows of %zu", n, d);
        sp_status status = sp_cholesky(run, d, covariance);
        if (status != SP_OK)
            return sp_fail(run, SP_DATA, "--whiten: the covariance of the rows is singular");
        sp_cholesky_whiten(d, covariance, n, (double *)r->rows);
        SP_TRY(sp_rows_mean(run, rows, mean));
        SP_TRY(sp_covariance(run, rows, NULL, (double)n, covariance));
    }
    for (size_t j = 0; j < d; j++)
        out->mean_size += mean[j] * mean[j] * (double)n / (double)d;
    SP_TRY(sp_eigenvalues(run, d, covariance, values));
    out->covariance_low = values[0];
    out->covariance_high = values[d - 1];
    sp_mp_edges((double)d / (double)n, 1, &out->mp_low, &out->mp_high);
    /* edges fluctuate by n^{-2/3}, the squared mean by sqrt(2/d) */
    double slack = 4 * pow((double)d, -2.0 / 3) * out->mp_high;
    out->isotropic = whiten || (out->covariance_high < out->mp_high + slack && out->covariance_low > out->mp_low - slack &&
                                out->mean_size < 1 + 5 * sqrt(2 / (double)d));
    if (whiten)
        sp_warn(run, "whitened rows have covariance exactly 1: their eigenvalues lack the Marchenko-Pastur spread that the "
                     "theory has");
    else if (!out->isotropic)
        sp_warn(run,
                "the rows are not isotropic (covariance in [%.3g, %.3g], Marchenko-Pastur [%.3g, %.3g]): the theory does "
                "not hold for them",
                out->covariance_low, out->covariance_high, out->mp_low, out->mp_high);
    sp_memory_release(run, mark);
    return SP_OK;
}

/* The theory at the mean risk of the points; without a teacher. */
static sp_status theory(sp_run *run, const points_job *job, sp_risk_points_result *r, sp_risk_found_list *list)
{
    risk_law law;
    risk_solution start, at;
    size_t bins = job->params->bins;
    r->t.theory = r->A.theory = r->lambda_mean.theory = r->lambda_variance.theory = r->lam = r->complexity_annealed = NAN;
    for (size_t b = 0; b < bins; b++)
        list->preactivation[b].theory = list->hessian[b].theory = NAN;
    r->note = "no theory with labels given by the data";
    if (job->loss->teacher)
        return SP_OK;
    SP_TRY(risk_solve(run, job->loss, r->samples_per_dim, 0, &law, &start));
    r->note = "no annealed solution at this risk";
    if (!start.converged)
        return SP_OK;
    SP_TRY(risk_annealed_at_risk(run, &law, r->risk_mean, &start, &at));
    if (!at.converged)
        return SP_OK;
    double mean, sd, *lambda = SP_NEW(run, double, 2 * bins);
    if (!lambda)
        return SP_FAILED;
    r->note = at.complexity < 0 ? "such points are rarer than one per sample on average" : "";
    r->lam = at.state.lam;
    r->complexity_annealed = at.complexity;
    r->t.theory = at.t;
    r->A.theory = at.state.A;
    risk_hessian_scale(&law, &at, &mean, &sd);
    r->lambda_mean.theory = mean;
    r->lambda_variance.theory = sd * sd;
    for (size_t b = 0; b < bins; b++) {
        list->preactivation[b].theory = 0;
        lambda[b] = list->hessian[b].x;
    }
    for (size_t i = 0; i < law.n; i++) {
        double place = (law.y[i] + y_range) / (2 * y_range) * (double)bins;
        if (place >= 0 && place < (double)bins)
            list->preactivation[(size_t)place].theory += law.nu[i] * (double)bins / (2 * y_range);
    }
    SP_TRY(risk_hessian_density(run, &law, &at, bins, lambda, lambda + bins));
    for (size_t b = 0; b < bins; b++)
        list->hessian[b].theory = lambda[bins + b];
    return SP_OK;
}

static void summarise(const points_job *job, size_t n, const point_record *records, sp_risk_points_result *r,
                      sp_risk_found_list *list)
{
    size_t bins = job->params->bins;
    sp_moments risk = {0}, t = {0}, A = {0}, mean = {0}, variance = {0};
    for (size_t k = 0; k < n; k++) {
        list->v[k] = records[k].found;
        list->v[k].id = k;
        sp_moments_add(&risk, records[k].found.risk);
        sp_moments_add(&t, records[k].found.t);
        sp_moments_add(&A, records[k].found.A);
        sp_moments_add(&mean, records[k].lambda_mean);
        sp_moments_add(&variance, records[k].lambda_variance);
        r->minima += records[k].found.index == 0;
    }
    r->risk_mean = risk.mean;
    r->risk_mean_se = sp_moments_se(&risk);
    r->t = (sp_risk_comparison){NAN, t.mean, sp_moments_se(&t)};
    r->A = (sp_risk_comparison){NAN, A.mean, sp_moments_se(&A)};
    r->lambda_mean = (sp_risk_comparison){NAN, mean.mean, sp_moments_se(&mean)};
    r->lambda_variance = (sp_risk_comparison){NAN, variance.mean, sp_moments_se(&variance)};
    for (size_t b = 0; b < bins; b++) {
        sp_moments y = {0}, lambda = {0};
        for (size_t k = 0; k < n; k++) {
            sp_moments_add(&y, records[k].y[b]);
            sp_moments_add(&lambda, records[k].lambda[b]);
        }
        double at = ((double)b + 0.5) / (double)bins;
        list->preactivation[b] = (sp_risk_bin){y_range * (2 * at - 1), NAN, y.mean, sp_moments_se(&y)};
        list->hessian[b] =
            (sp_risk_bin){job->centre + lambda_range * job->width * (2 * at - 1), NAN, lambda.mean, sp_moments_se(&lambda)};
    }
}

static sp_status check(sp_run *run, const sp_risk_points_params *p, size_t n, size_t d)
{
    if (d < 2 || d > MAX_D)
        return sp_fail(run, SP_USAGE, "rows must have 2 to %d columns (the whole Hessian is diagonalised), got %zu", MAX_D,
                       d);
    if (n < 2)
        return sp_fail(run, SP_USAGE, "at least two rows are needed, got %zu", n);
    if (p->method == SP_RISK_NEWTON && d > MAX_NEWTON_D)
        return sp_fail(run, SP_USAGE, "--method newton finds every point and needs d <= %d, got %zu: use descent",
                       MAX_NEWTON_D, d);
    if (p->starts < 1 || p->bins < 4 || p->bins > MAX_BINS)
        return sp_fail(run, SP_USAGE, "--starts must be >= 1 and --bins in [4, %d]", MAX_BINS);
    return SP_OK;
}

/* Rough place of the Hessian's eigenvalues: under the normal law of the pre-activations. */
static sp_status place_histogram(sp_run *run, points_job *job)
{
    risk_law law;
    sp_mark mark = sp_memory_mark(run);
    double alpha = (double)job->instance.n / (double)job->instance.d;
    if (job->loss->teacher)
        SP_TRY(risk_law_create_teacher(run, job->loss, alpha, 0, 61, &law));
    else
        SP_TRY(risk_law_create(run, job->loss, alpha, 10, 1001, &law));
    double shift = 0;
    for (size_t i = 0; i < law.n; i++)
        shift += law.nu[i] * law.y[i] * law.d1[i];
    job->centre = law.d2_mean - shift;
    job->width = sqrt(law.d2_sq / alpha) + 1e-12;
    sp_memory_release(run, mark);
    return SP_OK;
}

sp_status sp_risk_points(sp_run *run, const sp_risk_points_params *params, sp_risk_points_result *result,
                         sp_risk_found_list *list)
{
    risk_loss loss = {0};
    points_job job = {.loss = &loss, .params = params};
    SP_TRY(risk_loss_create(run, &params->model, &loss));
    *result = (sp_risk_points_result){0};
    if (params->data) {
        SP_TRY(check(run, params, params->data->n, params->data->d));
        SP_TRY(rows_of_data(run, params, &loss, &job.instance));
    }
    else {
        size_t n;
        SP_TRY(risk_rows_of(run, params->model.samples_per_dim, params->d, &n));
        SP_TRY(check(run, params, n, params->d));
        SP_TRY(risk_instance_create(run, &loss, n, params->d, "risk points", 0, &job.instance));
    }
    result->n = job.instance.n;
    result->d = job.instance.d;
    result->samples_per_dim = (double)result->n / (double)result->d;
    SP_TRY(isotropy(run, &job.instance, params->whiten, result));
    SP_TRY(place_histogram(run, &job));
    bool newton = params->method == SP_RISK_NEWTON;
    size_t n = params->starts, slots = newton ? MAX_POINTS : n;
    point_record *records = SP_NEW(run, point_record, slots);
    if (!records)
        return SP_FAILED;
    if (newton)
        SP_TRY(all_points(run, &job, records, &n));
    else {
        blocks_job blocks = {&job, records};
        SP_TRY(sp_parallel_resumable(run, "points", slots, records, sizeof *records, one_descent, &blocks));
    }
    result->n_found = n;
    *list = (sp_risk_found_list){n, params->bins, SP_NEW(run, sp_risk_found, n ? n : 1),
                                 SP_NEW(run, sp_risk_bin, params->bins), SP_NEW(run, sp_risk_bin, params->bins)};
    if (!list->v || !list->preactivation || !list->hessian)
        return SP_FAILED;
    summarise(&job, n, records, result, list);
    return theory(run, &job, result, list);
}
