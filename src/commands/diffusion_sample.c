#include "spinodal/command.h"
#include "spinodal/diffusion.h"

typedef struct {
    sp_diffusion_sample_params sample;
    const char *frames;
    size_t paths;
} P;
typedef sp_diffusion_sample_result R;
static const sp_param params[] = {
    {"data", SP_TYPE_DATA, SP_FIELD(P, sample.data, const sp_dataset *), SP_REQUIRED, SP_ANY, "", "the dataset", NULL},
    {"samples", SP_TYPE_SIZE, SP_FIELD(P, sample.samples, size_t), "256", SP_AT_LEAST(1), "", "trajectories", NULL},
    {"steps", SP_TYPE_SIZE, SP_FIELD(P, sample.steps, size_t), "200", SP_AT_LEAST(2), "", "steps of a trajectory", NULL},
    {"sampler", SP_TYPE_CHOICE, SP_FIELD(P, sample.sampler, int), "ancestral", SP_ANY, "",
     "ancestral (any step size) or euler (Euler-Maruyama, uniform in t)", "ancestral|euler"},
    {"start", SP_TYPE_REAL, SP_FIELD(P, sample.start, double), "0", SP_NONNEGATIVE, "OU time",
     "time of the start (0: 1/2 log(100 Lambda))", NULL},
    {"n_frames", SP_TYPE_SIZE, SP_FIELD(P, sample.n_frames, size_t), "12", SP_AT_LEAST(1), "",
     "states kept of each trajectory, with --frames", NULL},
    SP_TEXT(P, frames, "", "file (.npy, .csv, .h5) for the states x_t: all frames of a trajectory, then of the next"),
    SP_SIZE(P, paths, "16", SP_NONNEGATIVE, "",
            "trajectories whose path along the two leading principal directions is listed"),
    {"subsample", SP_TYPE_SIZE, SP_FIELD(P, sample.subsample, size_t), "0", SP_NONNEGATIVE, "",
     "rows used, chosen at random (0: all)", NULL},
    {"drop_duplicates", SP_TYPE_BOOL, SP_FIELD(P, sample.drop_duplicates, bool), "false", SP_ANY, "",
     "keep one of each set of equal rows", NULL},
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, n, "", "data points used"),
                                    SP_OUT(R, d, "", "dimension"),
                                    SP_OUT(R, samples, "", "trajectories"),
                                    SP_OUT(R, steps, "", "steps of each"),
                                    SP_OUT(R, start, "OU time", "time of the start"),
                                    SP_OUT(R, duplicates, "", "rows that are copies of others"),
                                    SP_OUT(R, t_C_traj, "OU time", "mean collapse time"),
                                    SP_OUT(R, t_C_traj_se, "OU time", "standard error"),
                                    SP_OUT(R, t_C_traj_median, "OU time", "median collapse time"),
                                    SP_OUT(R, t_C_traj_median_se, "OU time", "standard error"),
                                    SP_OUT(R, on_data, "", "fraction that end within 1e-3 sqrt d of a data point"),
                                    SP_OUT(R, on_data_se, "", "standard error"),
                                    SP_OUT(R, distinct_points, "", "different data points reached"),
                                    {0}};
static const sp_column trajectories[] = {{"trajectory", "", "number"},
                                         {"t_C_traj", "OU time", "from here on the nearest data point stays the same"},
                                         {"nn_index", "", "row of the data it ends on"},
                                         {"nn_distance", "data", "distance from it"},
                                         {"label", "", "class of that row"},
                                         {0}};
static const sp_column paths[] = {{"trajectory", "", "number"},
                                  {"t", "OU time", "time"},
                                  {"pc1", "data", "x_t along the first principal direction"},
                                  {"pc2", "data", "x_t along the second principal direction"},
                                  {"regime", "", "noise, speciation or collapse"},
                                  {0}};
static const sp_column frame_times[] = {{"frame", "", "number"}, {"t", "OU time", "time"}, {0}};
static const sp_table_decl tables[] = {
    {"trajectories", trajectories, "hist t_C_traj bins 40 vline t_C_traj t_C_traj_median title When trajectories collapse",
     "The exact score of a finite sample brings every trajectory back to a data point"},
    {"paths", paths, "plot pc1 pc2 by regime points title Trajectories by regime",
     "Backward trajectories: noise spreads around zero, then the coarse direction is chosen, then one data point"},
    {"frames", frame_times, NULL, NULL},
    {0}};

enum { PATH = 40 }; /* times of a path */

static const char *regime_of(const sp_trajectory_list *list, size_t i, double t)
{
    return t < list->trajectory[i].t_C_traj ? "collapse" : t < list->t_S_spectral ? "speciation" : "noise";
}

static sp_status add_paths(const sp_trajectory_list *list, size_t shown, sp_result *out)
{
    for (size_t i = 0; i < list->n && i < shown; i++)
        for (size_t k = 0; k < list->n_path; k++) {
            const double *x = list->path + (i * list->n_path + k) * 2;
            SP_TRY(
                SP_ROW(sp_result_table(out, "paths"), i, list->path_t[k], x[0], x[1], regime_of(list, i, list->path_t[k])));
        }
    return SP_OK;
}

static sp_status run_diffusion_sample(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    sp_diffusion_sample_params sample = p->sample;
    sp_trajectory_list list;
    if (*p->frames)
        SP_TRY(sp_dataset_write_check(run, p->frames, NULL));
    else
        sample.n_frames = 0;
    sample.n_path = p->paths ? PATH : 0;
    SP_TRY(sp_diffusion_sample(run, &sample, scalars_, &list));
    for (size_t i = 0; i < list.n; i++) {
        const sp_trajectory *t = &list.trajectory[i];
        SP_TRY(SP_ROW(sp_result_table(out, "trajectories"), i, t->t_C_traj, t->nn_index, t->nn_distance,
                      isnan(t->label) ? "" : list.data->class_name[(size_t)t->label]));
    }
    SP_TRY(add_paths(&list, p->paths, out));
    for (size_t f = 0; f < list.n_frames; f++)
        SP_TRY(SP_ROW(sp_result_table(out, "frames"), f, list.frame_t[f]));
    return *p->frames ? sp_trajectory_frames_write(run, &list, p->frames) : SP_OK;
}

const sp_command sp_command_diffusion_sample = {
    .name = "diffusion.sample",
    .summary = "Backward trajectories with the exact score, and when each collapses on a data point",
    .spec = "07:3.6",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_diffusion_sample,
    SP_SIZES(P, R),
    .example = "gen:gaussian-mixture,d=16,n=1000 --samples 64 --steps 100"};
