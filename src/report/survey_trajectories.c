/* Backward trajectories with the exact score: as pictures framed by regime, along the leading direction, and when each
 * collapses. */
#include "survey.h"

#include "spinodal/diffusion.h"

#include <string.h>

enum { SHOWN = 6, FRAMES = 14, PATHS = 8, PATH_FRAMES = 60 };

static const unsigned regime_colour[3][3] = {{140, 149, 159}, {0, 114, 178}, {213, 94, 0}};

static int regime(const sp_survey *s, const sp_trajectory *trajectory, double t)
{
    double t_S =
        fmax(isnan(s->r->t_S_spectral) ? 0 : s->r->t_S_spectral, isnan(s->r->t_S_class_first) ? 0 : s->r->t_S_class_first);
    return t <= trajectory->t_C_traj ? 2 : t <= t_S ? 1 : 0;
}

/* x_t as the process without centring would show it: plus e^{-t} times the mean. */
static void frame_pixels(const sp_survey *s, const float *x, double t, float *row, unsigned char *out)
{
    const sp_dataset *a = s->data;
    for (size_t j = 0; j < a->d; j++)
        row[j] = x[j] - (float)((1 - exp(-t)) * (a->mean ? a->mean[j] : 0)); /* sp_survey_pixels adds the whole mean */
    sp_survey_pixels(s, row, out);
}

static sp_status strip(sp_survey *s, const sp_trajectory_list *list)
{
    const sp_dataset *a = s->data;
    size_t last = 0; /* beyond the collapse little happens: the last frame but one is where t falls to a twentieth of it */
    while (last + 2 < list->n_frames && list->frame_t[last] > 0.05 * s->r->t_C_traj)
        last++;
    size_t tile = a->height * a->width * (a->channels == 3 ? 3 : 1), rows = list->n < SHOWN ? list->n : SHOWN,
           columns = FRAMES;
    unsigned char *tiles = SP_NEW(s->run, unsigned char, rows *columns *tile);
    unsigned(*frame)[3] = sp_alloc(s->run, rows * columns, sizeof *frame);
    float *row = SP_NEW(s->run, float, a->d);
    if (!tiles || !frame || !row)
        return SP_FAILED;
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < columns; k++) {
            size_t f = k + 1 < columns ? k * last / (columns - 2) : list->n_frames - 1;
            frame_pixels(s, list->frame + (i * list->n_frames + f) * a->d, list->frame_t[f], row,
                         tiles + (i * columns + k) * tile);
            memcpy(frame[i * columns + k], regime_colour[regime(s, &list->trajectory[i], list->frame_t[f])], sizeof *frame);
        }
    return sp_survey_sheet(
        s, "trajectories",
        "Backward trajectories, one a row, from noise (left) to t = 0 (right), in equal steps of the log signal-to-noise "
        "ratio, last column t = 0. Grey frame: noise, nothing "
        "decided; blue: between speciation and collapse; orange: collapsed, the nearest training point no longer changes.",
        rows * columns, columns, tiles, (const unsigned(*)[3])frame);
}

static void paths(sp_survey *s, const sp_trajectory_list *list)
{
    size_t bytes;
    const double *directions = sp_memo_find(s->run, SP_SURVEY_DIRECTIONS, &bytes);
    if (!directions)
        return;
    for (size_t i = 0; i < list->n && i < PATHS; i++)
        for (size_t f = 0; f < list->n_frames; f++)
            if (list->frame_t[f] > 0)
                SP_SURVEY_ROW(s, "paths", i + 1, list->frame_t[f],
                              sp_survey_along(s, directions, list->frame + (i * list->n_frames + f) * s->data->d));
    sp_survey_show(s, "paths");
}

static void table(sp_survey *s, const sp_trajectory_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const sp_trajectory *t = &list->trajectory[i];
        const char *label = isnan(t->label)          ? ""
                            : list->data->class_name ? list->data->class_name[(size_t)t->label]
                                                     : sp_format(s->run, "%.0f", t->label);
        SP_SURVEY_ROW(s, "trajectories", i + 1, t->t_C_traj, t->nn_index, t->nn_distance, label);
    }
    sp_survey_show(s, "trajectories");
}

static sp_status run(sp_survey *s)
{
    static const size_t samples[] = {16, 32, 256}, steps[] = {60, 120, 200};
    sp_diffusion_sample_params p = {
        .data = s->data, .samples = samples[s->mode], .steps = steps[s->mode], .n_frames = PATH_FRAMES};
    sp_diffusion_sample_result r;
    sp_trajectory_list list;
    p.start = sp_sampler_start(s->r->Lambda);
    SP_TRY(sp_need_memory(s->run, 2.0 * (double)(p.samples * p.n_frames) * (double)s->data->d * sizeof(float),
                          "the trajectories"));
    SP_TRY(sp_diffusion_sample(s->run, &p, &r, &list));
    SP_SURVEY_SET(s, t_C_traj, r.t_C_traj);
    SP_SURVEY_SET(s, t_C_traj_se, r.t_C_traj_se);
    sp_survey_say(s,
                  "%zu trajectories were run backward with the exact score of these points: each ends on a training point "
                  "(%.0f %% within rounding; %zu different "
                  "points). From t = %.3g ± %.2g on, on average, the nearest training point no longer changes.",
                  p.samples, 100 * r.on_data, r.distinct_points, r.t_C_traj, r.t_C_traj_se);
    if (s->data->channels == 1 || s->data->channels == 3)
        SP_TRY(strip(s, &list));
    paths(s, &list);
    table(s, &list);
    sp_survey_caution(s, "The nearest point settles on a grid of %zu times; t_C of a trajectory is known to one step of it.",
                      p.steps);
    sp_survey_paste(s, "spinodal diffusion sample %s --samples %zu --steps %zu", sp_survey_data_words(s), p.samples,
                    p.steps);
    return SP_OK;
}

static bool applies(const sp_survey *s) { return s->data->n >= 10 && s->r->Lambda > 0; }

const sp_survey_section sp_survey_trajectories_section = {"trajectories", "Trajectories", applies, run, false};
