/* Weights, score and density of the noised empirical distribution at given points (spec 07, 2). */
#include "diffusion/empirical.h"
#include "spinodal/diffusion.h"

#include <math.h>
#include <string.h>

/* The points asked for, n x d in double. */
static sp_status read_points(sp_run *run, const sp_diffusion_posterior_params *p, sp_posterior_list *out)
{
    size_t d = p->data->d;
    if (!p->points == !p->at.n)
        return sp_fail(run, SP_USAGE, "give either POINTS or --at with the coordinates of the points");
    if (p->points && p->points->d != d)
        return sp_fail(run, SP_DATA, "the points have %zu coordinates, the data %zu", p->points->d, d);
    if (p->at.n % d != 0)
        return sp_fail(run, SP_USAGE, "--at needs a multiple of %zu coordinates, got %zu", d, p->at.n);
    out->n = p->points ? p->points->n : p->at.n / d;
    out->x = SP_NEW(run, double, out->n *d);
    if (!out->x)
        return SP_FAILED;
    for (size_t i = 0; i < out->n; i++)
        if (p->points)
            sp_dataset_row(p->points, i, out->x + i * d);
        else
            memcpy(out->x + i * d, p->at.v + i * d, d * sizeof(double));
    return SP_OK;
}

sp_status sp_diffusion_posterior(sp_run *run, const sp_diffusion_posterior_params *p, sp_posterior_list *out)
{
    size_t d = p->data->d, n = p->data->n, top = p->top < n ? p->top : n;
    *out = (sp_posterior_list){.d = d, .top = top, .n_classes = p->data->label ? p->data->n_classes : 0};
    if (!(p->t > 0) || isinf(p->t))
        return sp_fail(run, SP_USAGE, "the time must be finite and > 0, got %g", p->t);
    if (p->top > SP_SOFTMAX_MAX_NEIGHBOURS)
        return sp_fail(run, SP_USAGE, "at most %d weights are listed", SP_SOFTMAX_MAX_NEIGHBOURS);
    SP_TRY(read_points(run, p, out));
    sp_softmax_result scan;
    SP_TRY(sp_empirical_posterior(run, p->data, out->n, out->x, p->t, top, SP_PRECISION_AUTO, &scan));
    out->point = SP_NEW(run, sp_posterior_point, out->n);
    out->score = SP_NEW(run, double, out->n *d);
    out->index = SP_NEW(run, size_t, out->n * top);
    out->weight = SP_NEW(run, double, out->n *top);
    if (!out->point || !out->score || !out->index || !out->weight)
        return SP_FAILED;
    out->mean = scan.mean;
    out->class_weight = scan.class_weight;
    double delta = sp_noise_variance(p->t), shrink = exp(-p->t), a = shrink * shrink / (2 * delta);
    for (size_t i = 0; i < out->n; i++) {
        const sp_softmax_stat *s = &scan.stat[i];
        double log_density = s->log_z - log((double)n) - (double)d / 2 * log(2 * M_PI * delta);
        out->point[i] = (sp_posterior_point){log_density, 1 / s->sum_w2, exp(s->entropy), s->entropy, s->w_max};
        for (size_t j = 0; j < d; j++)
            out->score[i * d + j] = (shrink * out->mean[i * d + j] - out->x[i * d + j]) / delta;
        for (size_t k = 0; k < top; k++) {
            const sp_neighbour *near = &scan.neighbour[i * top + k];
            out->index[i * top + k] = near->index;
            out->weight[i * top + k] = exp(-a * near->g - s->log_z);
        }
    }
    return SP_OK;
}
