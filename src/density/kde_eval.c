/* Kernel estimate at given points (spec 03, 3.7). */
#include "density/kde_spacing.h"
#include "density/radial_kernel.h"
#include "math/softmax_scan.h"
#include "spinodal/kde.h"

#include <math.h>

enum { RANK = 5 };

static sp_status load_queries(sp_run *run, const sp_kde_eval_params *p, size_t n, const double **x)
{
    *x = p->x;
    if (p->x || !p->queries)
        return SP_OK;
    *x = p->queries->x64;
    if (*x)
        return SP_OK;
    double *rows = SP_NEW(run, double, n * p->data->d);
    for (size_t i = 0; rows && i < n; i++)
        sp_dataset_row(p->queries, i, rows + i * p->data->d);
    *x = rows;
    return rows ? SP_OK : SP_FAILED;
}

static sp_status check(sp_run *run, const sp_kde_eval_params *p, sp_kde_kernel kernel)
{
    if (!p->h.n)
        return sp_fail(run, SP_USAGE, "--h needs at least one bandwidth");
    if (p->queries && p->queries->d != p->data->d)
        return sp_fail(run, SP_DATA, "%s has %zu columns, %s has %zu", p->queries->name, p->queries->d, p->data->name,
                       p->data->d);
    if (p->score && kernel.kind != SP_KDE_GAUSSIAN)
        return sp_fail(run, SP_USAGE, "--score is for the gaussian kernel");
    if (!p->queries && !p->x && p->data->n < 2)
        return sp_fail(run, SP_DATA, "%s: leaving a row out needs at least 2 rows", p->data->name);
    return SP_OK;
}

static void fill_value(const sp_kde_eval_params *p, sp_kde_kernel kernel, double n_points, double h,
                       const sp_softmax_stat *stat, const sp_neighbour *neighbour, sp_kde_value *out)
{
    double d = (double)p->data->d, q[RANK + 1];
    for (size_t j = 0; j <= RANK; j++)
        q[j] = neighbour[j].g;
    *out = (sp_kde_value){
        .log_density = stat->log_z - log(n_points) - d * (log(h) + sp_kernel_log_norm(kernel, d)),
        .N_eff = 1 / stat->sum_w2,
        .N_H = exp(stat->entropy),
        .w_max = stat->w_max,
        .nearest = neighbour[0].index,
        .nearest_distance = sqrt(q[0]),
        .h_G_k5 = isfinite(q[RANK]) ? sqrt(sp_kde_spacing(RANK, q)) : NAN,
    };
}

sp_status sp_kde_eval(sp_run *run, const sp_kde_eval_params *p, sp_kde_eval_result *out)
{
    sp_kde_kernel kernel;
    const sp_dataset *data = p->data;
    SP_TRY(sp_kde_kernel_parse(run, p->kernel, &kernel));
    SP_TRY(check(run, p, kernel));
    bool itself = !p->queries && !p->x;
    size_t n = p->x ? p->n_x : itself ? data->n : p->queries->n, H = p->h.n, d = data->d;
    *out = (sp_kde_eval_result){.n = n, .value = SP_NEW(run, sp_kde_value, n * H)};
    if (p->score)
        out->score = SP_NEW(run, double, n *H *d);
    if (!out->value || (p->score && !out->score))
        return SP_FAILED;
    sp_mark mark = sp_memory_mark(run);
    const double *x;
    SP_TRY(load_queries(run, p, n, &x));
    size_t *seed = itself ? SP_NEW(run, size_t, n) : NULL;
    sp_logit *logit = SP_NEW(run, sp_logit, H);
    if (!logit || (itself && !seed))
        return SP_FAILED;
    for (size_t i = 0; seed && i < n; i++)
        seed[i] = i;
    for (size_t a = 0; a < H; a++)
        logit[a] = sp_kernel_logit(kernel, (double)d, p->h.v[a]);
    sp_softmax_problem problem = {.n = data->n,
                                  .d = d,
                                  .y = data->x,
                                  .y64 = data->x64,
                                  .n_queries = n,
                                  .x = x,
                                  .seed = seed,
                                  .leave_out = itself,
                                  .n_logits = H,
                                  .logit = logit,
                                  .k = RANK + 1,
                                  .mean = p->score};
    sp_softmax_result r;
    SP_TRY(sp_softmax_scan(run, "kde eval", &problem, &r));
    double n_points = (double)data->n - (itself ? 1 : 0);
    for (size_t i = 0; i < n; i++)
        for (size_t a = 0; a < H; a++) {
            size_t at = i * H + a;
            fill_value(p, kernel, n_points, p->h.v[a], &r.stat[at], &r.neighbour[i * problem.k], &out->value[at]);
            for (size_t j = 0; p->score && j < d; j++) {
                double query = x ? x[i * d + j] : data->x64 ? data->x64[i * d + j] : (double)data->x[i * d + j];
                out->score[at * d + j] = (r.mean[at * d + j] - query) / (p->h.v[a] * p->h.v[a]);
            }
        }
    sp_memory_release(run, mark);
    return SP_OK;
}
