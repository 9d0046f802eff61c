/* Cloning on data: trajectories duplicated at t_b, do the two reach the same data point, the same class? (spec 07, 3.7) */
#include "diffusion/backward.h"
#include "diffusion/curves.h"
#include "diffusion/sample.h"

#include <math.h>

typedef struct {
    const sp_backward *process;
    size_t n, n_t;
    const size_t *branch; /* step of each t_b, ascending steps */
    double *agree;        /* [block][t_b][point, class] */
} experiment;

static sp_status run_block(sp_run *worker, size_t block, void *context)
{
    const experiment *e = context;
    const int32_t *label = e->process->data->label;
    size_t first = block * SP_BATCH, n = e->n - first < SP_BATCH ? e->n - first : SP_BATCH, last = e->process->n_times - 1;
    sp_batch trunk;
    SP_TRY(sp_batch_start(worker, e->process, n, "data clones", block, &trunk));
    for (size_t i = 0; i < e->n_t; i++) {
        SP_TRY(sp_batch_run(worker, e->process, e->branch[i], &trunk));
        sp_mark mark = sp_memory_mark(worker);
        sp_batch one, two;
        size_t index = 2 * (block * e->n_t + i);
        SP_TRY(sp_batch_clone(worker, e->process, &trunk, "data clones, branches", index, &one));
        SP_TRY(sp_batch_clone(worker, e->process, &trunk, "data clones, branches", index + 1, &two));
        SP_TRY(sp_batch_run(worker, e->process, last, &one));
        SP_TRY(sp_batch_run(worker, e->process, last, &two));
        double *agree = e->agree + 2 * (block * e->n_t + i);
        for (size_t j = 0; j < n; j++) {
            agree[0] += one.nearest[j] == two.nearest[j];
            agree[1] += label && label[one.nearest[j]] == label[two.nearest[j]];
        }
        sp_memory_release(worker, mark);
    }
    return SP_OK;
}

/* The steps nearest to the branching times, and those times; t_b in descending order. */
static sp_status branch_steps(sp_run *run, const sp_backward *process, sp_vec t_b, size_t **steps, double **times)
{
    *steps = SP_NEW(run, size_t, t_b.n);
    *times = SP_NEW(run, double, t_b.n);
    if (!*steps || !*times)
        return SP_FAILED;
    for (size_t i = 0; i < t_b.n; i++) {
        size_t best = 0;
        if (!(t_b.v[i] > 0) || isinf(t_b.v[i]))
            return sp_fail(run, SP_USAGE, "branching times are finite and > 0, got %g", t_b.v[i]);
        for (size_t k = 0; k + 1 < process->n_times; k++)
            if (fabs(log(process->times[k] / t_b.v[i])) < fabs(log(process->times[best] / t_b.v[i])))
                best = k;
        (*steps)[i] = best;
    }
    sp_vec sorted = {t_b.n, *times};
    for (size_t i = 1; i < t_b.n; i++)
        for (size_t j = i; j > 0 && (*steps)[j] < (*steps)[j - 1]; j--) {
            size_t s = (*steps)[j];
            (*steps)[j] = (*steps)[j - 1];
            (*steps)[j - 1] = s;
        }
    for (size_t i = 0; i < sorted.n; i++)
        (*times)[i] = process->times[(*steps)[i]];
    return SP_OK;
}

sp_status sp_data_clone(sp_run *run, const sp_dataset *data, const sp_clone_options *options, size_t queries, sp_vec t_b,
                        sp_data_clone_point *out)
{
    sp_backward process;
    if (options->clones < 1 || t_b.n < 1)
        return sp_fail(run, SP_USAGE, "cloning needs at least one clone and one time");
    if (options->dt > 0 || options->all_dimensions)
        return sp_fail(run, SP_USAGE,
                       "cloning on data takes ancestral steps in all dimensions: no --dt, no --all-dimensions");
    size_t blocks = (options->clones + SP_BATCH - 1) / SP_BATCH, *branch;
    double *times, *ascending = SP_NEW(run, double, t_b.n);
    double *agree = SP_NEW(run, double, blocks *t_b.n * 2);
    if (!ascending || !agree)
        return SP_FAILED;
    double latest = 0;
    for (size_t i = 0; i < t_b.n; i++)
        latest = fmax(latest, t_b.v[i]);
    SP_TRY(sp_backward_create(run, data, options->start, options->steps, SP_ANCESTRAL, &process));
    if (latest > process.times[0])
        return sp_fail(run, SP_USAGE, "branching times must not exceed the start %g, got %g", process.times[0], latest);
    SP_TRY(branch_steps(run, &process, t_b, &branch, &times));
    experiment e = {&process, options->clones, t_b.n, branch, agree};
    SP_TRY(sp_parallel_resumable(run, "cloning", blocks, agree, 2 * t_b.n * sizeof(double), run_block, &e));

    for (size_t i = 0; i < t_b.n; i++)
        ascending[i] = times[t_b.n - 1 - i];
    sp_diffusion_curve *theory;
    double zero[1] = {0};
    SP_TRY(sp_measure_curves(run, "theory of cloning", data, (sp_vec){1, zero}, queries, "clone theory",
                             (sp_vec){t_b.n, ascending}, &theory));
    for (size_t i = 0; i < t_b.n; i++) {
        const sp_diffusion_curve *c = &theory[t_b.n - 1 - i];
        double same[2] = {0, 0};
        for (size_t b = 0; b < blocks; b++)
            for (int k = 0; k < 2; k++)
                same[k] += agree[2 * (b * t_b.n + i) + (size_t)k];
        sp_interval point = sp_fraction(same[0], (double)options->clones),
                    class = sp_fraction(same[1], (double)options->clones);
        out[i] = (sp_data_clone_point){.t = times[i],
                                       .phi_C = point.value,
                                       .phi_C_se = point.se,
                                       .phi_C_theory = c->phi_C,
                                       .phi_C_theory_se = c->phi_C_se,
                                       .phi = data->label ? class.value : NAN,
                                       .phi_se = data->label ? class.se : NAN,
                                       .phi_theory = c->phi,
                                       .phi_theory_se = c->phi_se};
    }
    return SP_OK;
}
