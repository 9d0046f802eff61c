/* Backward trajectories with the exact empirical score, and when each one collapses on a data point (spec 07, 3.6). */
#include "diffusion/backward.h"
#include "diffusion/curves.h"
#include "diffusion/sample.h"
#include "diffusion/spectrum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const sp_backward *process;
    size_t n, n_frames, n_path;
    const size_t *frame_at, *path_at; /* steps, ascending */
    const double *directions;         /* 2 x d */
    char *output; /* per block: SP_BATCH records, SP_BATCH x n_path x 2 doubles, SP_BATCH x n_frames x d floats */
    size_t bytes; /* of a block */
} sampling;

static sp_trajectory *records_of(const sampling *s, size_t block) { return (sp_trajectory *)(s->output + block * s->bytes); }
static double *paths_of(const sampling *s, size_t block) { return (double *)(records_of(s, block) + SP_BATCH); }
static float *frames_of(const sampling *s, size_t block)
{
    void *after = paths_of(s, block) + (size_t)SP_BATCH * s->n_path * 2;
    return after;
}

static void keep_path(const sampling *s, const sp_batch *batch, size_t k, double *paths)
{
    size_t d = s->process->data->d;
    for (size_t i = 0; i < batch->n; i++)
        for (size_t c = 0; c < 2; c++) {
            double sum = 0;
            for (size_t j = 0; j < d; j++)
                sum += batch->x[i * d + j] * s->directions[c * d + j];
            paths[(i * s->n_path + k) * 2 + c] = sum;
        }
}

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
    size_t frame = 0, path = 0;
    sp_batch batch;
    double *point = SP_NEW(worker, double, s->process->data->d);
    SP_TRY(point ? SP_OK : SP_FAILED);
    SP_TRY(sp_batch_start(worker, s->process, n, "trajectories", block, &batch));
    for (size_t step = 0; step <= last; step++) {
        SP_TRY(sp_batch_run(worker, s->process, step, &batch));
        for (; frame < s->n_frames && s->frame_at[frame] == step; frame++)
            keep_frame(s, &batch, frame, frames_of(s, block));
        for (; path < s->n_path && s->path_at[path] == step; path++)
            keep_path(s, &batch, path, paths_of(s, block));
    }
    finish(s, &batch, records_of(s, block), point);
    return SP_OK;
}

sp_status sp_backward_create(sp_run *run, const sp_dataset *data, double start, size_t steps, int sampler, sp_backward *out)
{
    double *times;
    *out = (sp_backward){.data = data, .n_times = steps + 1, .sampler = (sp_sampler)sampler};
    if (start <= 0) {
        double top[2], *directions;
        SP_TRY(sp_leading_directions(run, data, top, &directions));
        start = sp_sampler_start(top[0]);
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
    sp_estimate mean = sp_mean(list->n, settled), median = sp_median(run, list->n, settled);
    sp_interval fraction = sp_fraction(on_data, (double)list->n);
    result->t_C_traj = mean.value;
    result->t_C_traj_se = mean.se;
    result->t_C_traj_median = median.value;
    result->t_C_traj_median_se = median.se;
    result->on_data = fraction.value;
    result->on_data_se = fraction.se;
    return SP_OK;
}

/* From the blocks to one array per quantity. */
static sp_status collect(sp_run *run, const sampling *s, sp_trajectory_list *out)
{
    size_t frame = s->n_frames * out->d, path = s->n_path * 2;
    out->trajectory = SP_NEW(run, sp_trajectory, s->n);
    out->frame = frame ? SP_NEW(run, float, s->n *frame) : NULL;
    out->path = path ? SP_NEW(run, double, s->n *path) : NULL;
    if (!out->trajectory || (frame && !out->frame) || (path && !out->path))
        return SP_FAILED;
    for (size_t i = 0; i < s->n; i++) {
        size_t block = i / SP_BATCH, place = i % SP_BATCH;
        out->trajectory[i] = records_of(s, block)[place];
        if (frame)
            memcpy(out->frame + i * frame, frames_of(s, block) + place * frame, frame * sizeof(float));
        if (path)
            memcpy(out->path + i * path, paths_of(s, block) + place * path, path * sizeof(double));
    }
    return SP_OK;
}

sp_status sp_diffusion_sample(sp_run *run, const sp_diffusion_sample_params *p, sp_diffusion_sample_result *result,
                              sp_trajectory_list *out)
{
    const sp_dataset *data;
    sp_backward process;
    double start = p->start, top[2] = {NAN, NAN}, *directions = NULL;
    *result = (sp_diffusion_sample_result){.samples = p->samples, .steps = p->steps};
    if (p->samples < 1 || p->steps < 2)
        return sp_fail(run, SP_USAGE, "sampling needs at least 1 sample and 2 steps");
    SP_TRY(sp_prepare_data(run, p->data, p->subsample, p->drop_duplicates, &data, &result->duplicates));
    if (p->n_path) {
        SP_TRY(sp_leading_directions(run, data, top, &directions));
        start = start > 0 ? start : sp_sampler_start(top[0]);
    }
    SP_TRY(sp_backward_create(run, data, start, p->steps, p->sampler, &process));
    result->n = data->n;
    result->d = data->d;
    result->start = process.times[0];

    size_t *frame_at, *path_at, blocks = (p->samples + SP_BATCH - 1) / SP_BATCH;
    *out = (sp_trajectory_list){.n = p->samples,
                                .d = data->d,
                                .n_frames = p->n_frames,
                                .n_path = p->n_path,
                                .data = data,
                                .t_S_spectral = top[0] > 1 ? log(top[0]) / 2 : NAN};
    SP_TRY(frame_steps(run, &process, p->n_frames, &frame_at, &out->frame_t));
    SP_TRY(frame_steps(run, &process, p->n_path, &path_at, &out->path_t));
    size_t bytes =
        SP_BATCH * (sizeof(sp_trajectory) + p->n_path * 2 * sizeof(double) + p->n_frames * data->d * sizeof(float));
    SP_TRY(sp_need_memory(run, (double)blocks * (double)bytes * (p->n_frames ? 2 : 1), "the trajectories"));
    sampling s = {.process = &process,
                  .n = p->samples,
                  .n_frames = p->n_frames,
                  .n_path = p->n_path,
                  .frame_at = frame_at,
                  .path_at = path_at,
                  .directions = directions,
                  .output = sp_alloc(run, blocks, bytes),
                  .bytes = bytes};
    if (!s.output)
        return SP_FAILED;
    SP_TRY(sp_parallel_resumable(run, "trajectories", blocks, s.output, bytes, run_block, &s));
    SP_TRY(collect(run, &s, out));
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
                         .column_gain = data->column_gain,
                         .column_name = data->column_name};
    return sp_dataset_write(run, &frames, path, NULL, NULL);
}
