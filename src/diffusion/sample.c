/* Backward trajectories with the exact empirical score, and when each one collapses on a data point (spec 07, 3.6). */
#include "diffusion/backward.h"
#include "diffusion/curves.h"
#include "diffusion/sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const sp_backward *process;
    size_t n, n_frames;
    const size_t *frame_at; /* step of each frame */
    char *output;           /* per block: SP_BATCH records, then SP_BATCH x n_frames x d floats */
    size_t bytes;           /* of a block */
} sampling;

static void keep_frame(const sampling *s, const sp_batch *batch, size_t frame, float *frames)
{
    size_t d = s->process->data->d;
    for (size_t i = 0; i < batch->n; i++)
        for (size_t j = 0; j < d; j++)
            frames[(i * s->n_frames + frame) * d + j] = (float)batch->x[i * d + j];
}

static void finish(const sampling *s, const sp_batch *batch, sp_trajectory *out, double *point)
{
    const sp_dataset *data = s->process->data;
    for (size_t i = 0; i < batch->n; i++) {
        double square = 0;
        sp_dataset_row(data, batch->nearest[i], point);
        for (size_t j = 0; j < data->d; j++)
            square += (batch->x[i * data->d + j] - point[j]) * (batch->x[i * data->d + j] - point[j]);
        out[i] = (sp_trajectory){batch->settled[i], sqrt(square), batch->nearest[i],
                                 data->label ? (double)data->label[batch->nearest[i]] : (double)NAN};
    }
}

static sp_status run_block(sp_run *worker, size_t block, void *context)
{
    sampling *s = context;
    size_t first = block * SP_BATCH, n = s->n - first < SP_BATCH ? s->n - first : SP_BATCH, last = s->process->n_times - 1;
    sp_trajectory *records = (sp_trajectory *)(s->output + block * s->bytes);
    float *frames = (float *)(records + SP_BATCH);
    sp_batch batch;
    double *point = SP_NEW(worker, double, s->process->data->d);
    SP_TRY(point ? SP_OK : SP_FAILED);
    SP_TRY(sp_batch_start(worker, s->process, n, "trajectories", block, &batch));
    for (size_t frame = 0; frame < s->n_frames; frame++) {
        SP_TRY(sp_batch_run(worker, s->process, s->frame_at[frame], &batch));
        keep_frame(s, &batch, frame, frames);
    }
    SP_TRY(sp_batch_run(worker, s->process, last, &batch));
    finish(s, &batch, records, point);
    return SP_OK;
}

sp_status sp_backward_create(sp_run *run, const sp_dataset *data, double start, size_t steps, int sampler, sp_backward *out)
{
    double *times;
    *out = (sp_backward){.data = data, .n_times = steps + 1, .sampler = (sp_sampler)sampler};
    if (start <= 0) {
        sp_data_spectrum spectrum;
        SP_TRY(sp_diffusion_spectrum(run, data, &spectrum));
        start = sp_sampler_start(spectrum.eigenvalues.v[0]);
    }
    if (sampler == SP_ANCESTRAL)
        SP_TRY(sp_sampler_times(run, start, steps, &times));
    else {
        times = SP_NEW(run, double, steps + 1);
        if (!times || steps < 2)
            return times ? sp_fail(run, SP_USAGE, "a sampler takes at least 2 steps, got %zu", steps) : SP_FAILED;
        for (size_t k = 0; k < steps; k++)
            times[k] = start * (double)(steps - k) / (double)steps;
    }
    out->times = times;
    return SP_OK;
}

/* Evenly spaced in steps, the last at the end. */
static sp_status frame_steps(sp_run *run, const sp_backward *process, size_t n, size_t **at, double **t)
{
    *at = SP_NEW(run, size_t, n + 1);
    *t = SP_NEW(run, double, n + 1);
    if (!*at || !*t)
        return SP_FAILED;
    size_t last = process->n_times - 1;
    for (size_t i = 0; i < n; i++) {
        (*at)[i] = n > 1 ? i * last / (n - 1) : last;
        (*t)[i] = process->times[(*at)[i]];
    }
    return SP_OK;
}

static int by_index(const void *a, const void *b)
{
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    return i < j ? -1 : i > j;
}

static sp_status summarise(sp_run *run, const sp_dataset *data, const sp_trajectory_list *list,
                           sp_diffusion_sample_result *result)
{
    size_t *index = SP_NEW(run, size_t, list->n);
    double *settled = SP_NEW(run, double, list->n), on_data = 0;
    if (!index || !settled)
        return SP_FAILED;
    for (size_t i = 0; i < list->n; i++) {
        index[i] = list->trajectory[i].nn_index;
        settled[i] = list->trajectory[i].t_C_traj;
        on_data += list->trajectory[i].nn_distance < 1e-3 * sqrt((double)data->d);
    }
    qsort(index, list->n, sizeof *index, by_index);
    for (size_t i = 0; i < list->n; i++)
        result->distinct_points += i == 0 || index[i] != index[i - 1];
    sp_estimate mean = sp_mean(list->n, settled);
    sp_interval fraction = sp_fraction(on_data, (double)list->n);
    result->t_C_traj = mean.value;
    result->t_C_traj_se = mean.se;
    result->t_C_traj_median = sp_median(run, list->n, settled);
    result->on_data = fraction.value;
    result->on_data_se = fraction.se;
    return SP_OK;
}

sp_status sp_diffusion_sample(sp_run *run, const sp_diffusion_sample_params *p, sp_diffusion_sample_result *result,
                              sp_trajectory_list *out)
{
    const sp_dataset *data;
    sp_backward process;
    *result = (sp_diffusion_sample_result){.samples = p->samples, .steps = p->steps};
    if (p->samples < 1 || p->steps < 2)
        return sp_fail(run, SP_USAGE, "sampling needs at least 1 sample and 2 steps");
    SP_TRY(sp_prepare_data(run, p->data, p->subsample, p->drop_duplicates, &data, &result->duplicates));
    SP_TRY(sp_backward_create(run, data, p->start, p->steps, p->sampler, &process));
    result->n = data->n;
    result->d = data->d;
    result->start = process.times[0];

    size_t *frame_at, blocks = (p->samples + SP_BATCH - 1) / SP_BATCH;
    *out = (sp_trajectory_list){.n = p->samples, .d = data->d, .n_frames = p->n_frames, .data = data};
    SP_TRY(frame_steps(run, &process, p->n_frames, &frame_at, &out->frame_t));
    size_t bytes = SP_BATCH * (sizeof(sp_trajectory) + p->n_frames * data->d * sizeof(float));
    SP_TRY(sp_need_memory(run, (double)blocks * (double)bytes * (p->n_frames ? 2 : 1), "the trajectories"));
    sampling s = {&process, p->samples, p->n_frames, frame_at, sp_alloc(run, blocks, bytes), bytes};
    out->trajectory = SP_NEW(run, sp_trajectory, p->samples);
    out->frame = p->n_frames ? SP_NEW(run, float, p->samples * p->n_frames * data->d) : NULL;
    if (!s.output || !out->trajectory || (p->n_frames && !out->frame))
        return SP_FAILED;
    SP_TRY(sp_parallel_resumable(run, "trajectories", blocks, s.output, bytes, run_block, &s));
    for (size_t i = 0; i < p->samples; i++) {
        const char *block = s.output + i / SP_BATCH * bytes;
        size_t place = i % SP_BATCH, frame_size = p->n_frames * data->d;
        out->trajectory[i] = ((const sp_trajectory *)block)[place];
        if (frame_size)
            memcpy(out->frame + i * frame_size,
                   (const float *)((const sp_trajectory *)block + SP_BATCH) + place * frame_size,
                   frame_size * sizeof(float));
    }
    return summarise(run, data, out, result);
}

sp_status sp_trajectory_frames_write(sp_run *run, const sp_trajectory_list *list, const char *path)
{
    const sp_dataset *data = list->data;
    sp_dataset frames = {.name = "frames",
                         .n = list->n * list->n_frames,
                         .d = list->d,
                         .x = list->frame,
                         .scale = data->scale,
                         .gain = data->gain,
                         .offset = data->offset,
                         .column_name = data->column_name};
    return sp_dataset_write(run, &frames, path, NULL, NULL);
}
