#include "guidance_options.h"

#include <string.h>

typedef struct {
    const sp_dataset *data;
    const char *class, *save;
    sp_vec omega, interval;
    double guidance_power, cap, bandwidth;
    int sampler, score;
    size_t samples, steps;
} P;
typedef sp_guidance_data_result R;
static const sp_param params[] = {
    SP_DATASET(P, data, SP_REQUIRED, "labelled data (unit average variance: a power != 0 depends on the scale)"),
    SP_TEXT(P, class, "", "name of the class to generate (default: the first)"),
    SP_VEC(P, omega, "0,1,3", SP_ANY, "", "strengths of guidance, one after the other"),
    SP_POWER_PARAM(P),
    SP_INTERVAL_PARAM(P),
    SP_REAL(P, cap, "0", SP_NONNEGATIVE, "", "largest factor omega |D|^power (0: none)"),
    SP_SAMPLER_PARAM(P),
    SP_CHOICE(P, score, "gmm|kernel", "gmm", "Gaussian fit of each class (diagonal), or kernels on the data points"),
    SP_REAL(P, bandwidth, "0", SP_NONNEGATIVE, "data", "of the kernels (0: half the median nearest distance in the class)"),
    SP_SIZE(P, samples, "500", SP_AT_LEAST(8), "", "samples for each omega"),
    SP_SIZE(P, steps, "200", SP_AT_LEAST(4), "", "steps of the sampler: their error is of order 1/steps"),
    SP_TEXT(P, save, "", "file for the samples of the last omega (npy, csv, tsv, h5)"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, n, "", "points"),
    SP_OUT(R, d, "", "dimension"),
    SP_OUT(R, n_classes, "", "classes"),
    SP_OUT(R, t_S_between, "OU time", "speciation: 1/2 log of the top between-class variance over that inside"),
    SP_OUT(R, t_from, "OU time", "recommended interval of guidance: from"),
    SP_OUT(R, t_to, "OU time", "recommended interval of guidance: to"),
    SP_OUT(R, omega_recommended, "", "least shift among the omegas with 99 % accuracy (or the best accuracy)"),
    SP_OUT(R, accuracy_real, "", "points of the class attributed to it: the most that accuracy can mean"),
    SP_OUT(R, bandwidth, "data", "of the kernels"),
    {0}};
static const sp_column quality[] = {
    {"omega", "", "strength"},
    {"guidance_power", "", "power"},
    {"accuracy", "", "samples attributed to the class"},
    {"accuracy_se", "", "standard error"},
    {"shift", "data", "of the mean away from the other classes"},
    {"shift_se", "data", "standard error"},
    {"variance_along", "", "variance in that direction over that of the class"},
    {"variance_along_se", "", "standard error"},
    {"variance_total", "", "total variance over that of the class"},
    {"coverage", "", "points of the class with a sample nearby"},
    {"coverage_se", "", "standard error"},
    {"frechet", "data^2", "distance of Gaussian fits in up to 64 directions"},
    {"memorization", "", "nearest data point over nearest neighbours in the data; << 1: copies"},
    {0}};
static const sp_column path[] = {{"t", "OU time", "time"},
                                 {"omega", "", "strength"},
                                 {"norm_D", "", "mean |D|, difference of the scores"},
                                 {"factor", "", "mean factor omega |D|^power"},
                                 {0}};
static const sp_table_decl tables[] = {
    {"quality", quality,
     "plot omega accuracy,coverage title Accuracy and coverage; plot omega shift,variance_along title Shift and variance "
     "along "
     "the class direction",
     "More guidance: more samples in the class, further from the other classes and less diverse"},
    {"path", path, "plot t norm_D by omega logx vline t_S_between title Where the scores differ",
     "Guidance acts where the conditional and unconditional scores differ: around the speciation"},
    {0}};

static sp_status find_class(sp_run *run, const P *p, size_t *out)
{
    *out = 0;
    if (!*p->class || !p->data->label)
        return SP_OK;
    for (size_t k = 0; k < p->data->n_classes; k++)
        if (!strcmp(p->data->class_name[k], p->class)) {
            *out = k;
            return SP_OK;
        }
    return sp_fail(run, SP_DATA, "%s has no class \"%s\": its classes are %s, ... (%zu)", p->data->name, p->class,
                   p->data->class_name[0], p->data->n_classes);
}

static sp_status save(sp_run *run, const P *p, const sp_guidance_data_detail *detail)
{
    static const sp_data_options raw = {.scale = "none", .keep_mean = true};
    const sp_dataset *made;
    if (!*p->save)
        return SP_OK;
    SP_TRY(sp_dataset_from_memory(run, detail->samples, SP_FLOAT32, p->samples, p->data->d, NULL, &raw, NULL, &made));
    return sp_dataset_write(run, made, p->save, NULL, NULL);
}

static sp_status run_guidance_data(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    sp_guidance interval = {0};
    sp_guidance_data_detail detail;
    size_t class;
    SP_TRY(sp_guidance_interval(run, p->interval, &interval));
    if (*p->save)
        SP_TRY(sp_dataset_write_check(run, p->save, NULL));
    SP_TRY(find_class(run, p, &class));
    sp_guidance_data_params params = {p->data, class,      p->omega, p->guidance_power, interval.t_from, interval.t_to,
                                      p->cap,  p->sampler, p->score, p->bandwidth,      p->samples,      p->steps};
    SP_TRY(sp_guidance_data(run, &params, scalars_, &detail));
    for (size_t i = 0; i < p->omega.n; i++) {
        const sp_guided_quality *q = &detail.quality[i];
        SP_TRY(SP_ROW(sp_result_table(out, "quality"), q->omega, p->guidance_power, q->accuracy, q->accuracy_se, q->shift,
                      q->shift_se, q->variance_along, q->variance_along_se, q->variance_total, q->coverage, q->coverage_se,
                      q->frechet, q->memorization));
        for (size_t k = 0; k < detail.n_times; k++) {
            size_t at = i * detail.n_times + k;
            SP_TRY(SP_ROW(sp_result_table(out, "path"), detail.t[at], q->omega, detail.norm_D[at], detail.factor[at]));
        }
    }
    if (p->sampler == SP_GUIDED_ODE)
        sp_warn(
            run,
            "the deterministic sampler keeps a shift of the order of the class width along the class direction, whatever "
            "the dimension; the stochastic one forgets it");
    return save(run, p, &detail);
}

const sp_command sp_command_guidance_data = {.name = "guidance.data",
                                             .summary = "Guided samples of a class of your data: fidelity and diversity",
                                             .spec = "12:3.3,5",
                                             .params = params,
                                             .scalars = scalars,
                                             .tables = tables,
                                             .run = run_guidance_data,
                                             SP_SIZES(P, R),
                                             .example = "gen:gaussian-mixture,d=8,n=400 --samples 100 --steps 30"};
