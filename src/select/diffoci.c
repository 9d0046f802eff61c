/* Learning features by the differentiable coefficient (spec 11, 3.5), by Adam on all rows or on mini-batches. */
#include "objective.h"

#include "math/optimize.h"
#include "math/statistics.h"

#include <math.h>
#include <string.h>

typedef struct {
    sp_objectives o;
    sp_row_batch batch; /* the rows of the next step */
    size_t batches;     /* of an epoch; 1: all rows */
    size_t *order;      /* of the epoch */
    double *gradient;
} learning;

static double largest(size_t n, const double *x)
{
    double out = 0;
    for (size_t i = 0; i < n; i++)
        out = fmax(out, fabs(x[i]));
    return out;
}

static sp_status start(sp_run *run, const sp_diffoci_problem *p, learning *l)
{
    *l = (learning){.batches = 1};
    SP_TRY(sp_objectives_create(run, p, &l->o));
    l->gradient = SP_NEW(run, double, l->o.n_learned);
    l->order = SP_NEW(run, size_t, p->n);
    if (!l->gradient || !l->order)
        return SP_FAILED;
    if (p->batch && p->batch < p->n) {
        l->batches = p->n / p->batch;
        return sp_row_batch_create(run, &l->o, p->batch, &l->batch);
    }
    return SP_OK;
}

/* The rows of a step; the order of each epoch has a random stream of its own. */
static const sp_row_batch *rows_of_step(sp_run *run, learning *l, size_t step)
{
    const sp_diffoci_problem *p = l->o.p;
    if (l->batches == 1 && !l->batch.n)
        return &l->o.all;
    if (step % l->batches == 0) {
        sp_rng rng = sp_rng_at(run, "diffoci.epoch", (p->index << 32) + step / l->batches);
        sp_permutation(&rng, p->n, l->order);
    }
    sp_row_batch_fill(&l->o, l->order + step % l->batches * p->batch, &l->batch);
    return &l->batch;
}

/* Value and gradient at the end: mean over one more epoch. */
static sp_status finish(sp_run *run, learning *l, size_t step, const double *parameters, sp_diffoci_result *out)
{
    size_t first = (step + l->batches - 1) / l->batches * l->batches, n = l->o.n_learned;
    sp_moments T = {0}, loss = {0};
    double *sum = SP_NEW(run, double, n);
    if (!sum)
        return SP_FAILED;
    for (size_t b = 0; b < l->batches; b++) {
        sp_objective_value v;
        SP_TRY(sp_objectives_value(run, &l->o, rows_of_step(run, l, first + b), parameters, true, 0, &v, l->gradient));
        if (!v.undefined)
            sp_moments_add(&T, v.T);
        sp_moments_add(&loss, v.loss);
        for (size_t t = 0; t < n; t++)
            sum[t] += l->gradient[t] / (double)l->batches;
    }
    for (size_t t = 0; t < n; t++)
        sum[t] += l->o.p->decay * parameters[t];
    out->gradient = largest(n, sum);
    out->loss = loss.mean;
    out->T_soft = T.n ? T.mean : NAN;
    out->T_soft_se = T.n > 1 ? sp_moments_se(&T) : NAN;
    return SP_OK;
}

static sp_status record(sp_run *run, learning *l, size_t step, const double *parameters, const sp_objective_value *v,
                        sp_diffoci_result *out)
{
    sp_diffoci_trace *t = out->trace + out->n_trace;
    *t = (sp_diffoci_trace){step, v->T, NAN, v->loss, largest(l->o.n_learned, l->gradient)};
    SP_TRY(sp_objectives_exact(run, &l->o, parameters, &t->T_exact));
    memcpy(out->path + out->n_trace++ * out->n_theta, parameters, out->n_theta * sizeof *parameters);
    return SP_OK;
}

sp_status sp_diffoci(sp_run *run, const sp_diffoci_problem *p, sp_diffoci_result *out)
{
    learning l;
    SP_TRY(start(run, p, &l));
    size_t n_theta = l.o.map.n_theta, wanted = p->traces ? p->traces : 100,
           every = p->steps > wanted ? p->steps / wanted : 1, traces = p->steps / every + 2;
    double *parameters = SP_NEW(run, double, l.o.n_learned);
    *out = (sp_diffoci_result){.n_theta = n_theta,
                               .n_head = l.o.n_head,
                               .features = l.o.map.m,
                               .theta = parameters,
                               .trace = SP_NEW(run, sp_diffoci_trace, traces),
                               .path = SP_NEW(run, double, traces *n_theta)};
    if (!parameters || !out->trace || !out->path)
        return SP_FAILED;
    out->head = parameters + n_theta;
    sp_rng rng = sp_rng_at(run, p->stream, p->index);
    sp_feature_map_start(&l.o.map, p->init_ones, &rng, parameters); /* the head starts at 0 */
    sp_adam adam;
    SP_TRY(sp_adam_create(run, l.o.n_learned, p->rate, &adam));
    adam.decay = p->decay;
    for (size_t step = 0; step <= p->steps; step++) {
        bool recorded = step % every == 0 || step == p->steps;
        sp_objective_value v;
        SP_TRY(sp_poll(run));
        SP_TRY(sp_objectives_value(run, &l.o, rows_of_step(run, &l, step), parameters, recorded,
                                   step < p->steps ? p->dro : 0, &v, l.gradient));
        out->undefined += v.undefined;
        if (!isfinite(v.loss))
            return sp_fail(run, SP_FAILED, "the objective is not finite after %zu steps: take a smaller --rate", step);
        if (recorded)
            SP_TRY(record(run, &l, step, parameters, &v, out));
        if (step == p->steps)
            break;
        sp_adam_step(&adam, l.gradient, parameters);
        sp_progress(run, "learning", (double)step / (double)p->steps);
    }
    out->T_exact = out->trace[out->n_trace - 1].T_exact;
    return finish(run, &l, p->steps, parameters, out);
}

sp_status sp_diffoci_size(sp_run *run, const sp_diffoci_problem *p, size_t *n_theta, size_t *n_head)
{
    sp_objectives o;
    SP_TRY(sp_objectives_create(run, p, &o));
    *n_theta = o.map.n_theta;
    *n_head = o.n_head;
    return SP_OK;
}

sp_status sp_diffoci_value(sp_run *run, const sp_diffoci_problem *p, const double *parameters, double *loss,
                           double *gradient)
{
    sp_objectives o;
    sp_objective_value v;
    SP_TRY(sp_objectives_create(run, p, &o));
    SP_TRY(sp_objectives_value(run, &o, &o.all, parameters, false, 0, &v, gradient));
    *loss = v.loss;
    return SP_OK;
}

sp_status sp_diffoci_features(sp_run *run, const sp_diffoci_problem *p, const double *theta, size_t n, const double *x,
                              double *F)
{
    sp_mark mark = sp_memory_mark(run);
    sp_feature_map map = sp_feature_map_create(p->p, p->features, p->n_hidden, p->hidden);
    double *hidden = SP_NEW(run, double, n *map.n_hidden + 1);
    if (!hidden)
        return SP_FAILED;
    sp_feature_map_forward(&map, n, x, theta, hidden, F);
    sp_memory_release(run, mark);
    return SP_OK;
}

/* Of a pair and pass: distance and gradient in each feature, and about 20 for root and exponentials. */
double sp_diffoci_operations(const sp_diffoci_problem *p)
{
    double rows = (double)(p->batch ? p->batch : p->n), m = (double)(p->features ? p->features : p->p);
    bool needed = p->use != SP_DIFFOCI_PENALTY || p->penalty > 0;
    return needed ? (double)p->steps * rows * rows * (8 * m + 60) : 0;
}
