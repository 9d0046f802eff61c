#include "spinodal/command.h"
#include "spinodal/diffusion.h"

typedef sp_diffusion_posterior_params P;
typedef struct {
    size_t n, d, points;
    double t, noise_variance;
} R;
static const sp_param params[] = {
    SP_DATASET(P, data, SP_REQUIRED, "the dataset"),
    SP_DATASET(P, points, "", "noised points x_t (a source like DATA, scaled like it)"),
    SP_VEC(P, at, "", SP_ANY, "data",
           "coordinates of points, one after the other, instead of POINTS; on the scale of the data after scaling"),
    SP_REAL(P, t, "0.5", SP_POSITIVE, "OU time", "time"),
    SP_SIZE(P, top, "10", SP_BETWEEN(0, 64), "", "largest weights listed for each point"),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, n, "", "data points"),
                                    SP_OUT(R, d, "", "dimension"),
                                    SP_OUT(R, points, "", "points asked for"),
                                    SP_OUT(R, t, "OU time", "time"),
                                    SP_OUT(R, noise_variance, "", "Delta_t = 1 - e^{-2t}"),
                                    {0}};
static const sp_column density[] = {{"point", "", "number of the point"},
                                    {"log_density", "nat", "log P^e_t(x)"},
                                    {"N_eff", "", "data points that contribute, 1/sum w^2"},
                                    {"N_H", "", "the same by entropy"},
                                    {"w_max", "", "largest weight"},
                                    {"likeliest_class", "", "class of largest weight (labelled data)"},
                                    {"class_weight", "", "its weight"},
                                    {0}};
static const sp_column weights[] = {{"point", "", "number of the point"}, {"rank", "", "1: largest"},
                                    {"index", "", "row of the data"},     {"weight", "", "w_mu(x)"},
                                    {"label", "", "its class"},           {0}};
static const sp_column score[] = {{"point", "", "number of the point"},
                                  {"coordinate", "", "number of the coordinate"},
                                  {"x", "", "the point"},
                                  {"score", "", "grad log P^e_t(x)"},
                                  {"posterior_mean", "data", "E[a | x_t]: the clean point expected"},
                                  {0}};
static const sp_table_decl tables[] = {
    {"density", density, "hist N_eff logx", "How many data points contribute to the score at each point"},
    {"weights", weights, NULL, NULL},
    {"score", score, NULL, NULL},
    {0}};

static const char *class_of(const sp_dataset *data, size_t k) { return data->label ? data->class_name[k] : ""; }

static sp_status add_rows(const sp_dataset *data, const sp_posterior_list *list, sp_result *out)
{
    for (size_t i = 0; i < list->n; i++) {
        const sp_posterior_point *point = &list->point[i];
        const double *class_weight = list->class_weight ? list->class_weight + i * list->n_classes : NULL;
        size_t best = 0;
        for (size_t k = 1; class_weight && k < list->n_classes; k++)
            if (class_weight[k] > class_weight[best])
                best = k;
        SP_TRY(SP_ROW(sp_result_table(out, "density"), i, point->log_density, point->N_eff, point->N_H, point->w_max,
                      class_of(data, best), class_weight ? class_weight[best] : NAN));
        for (size_t k = 0; k < list->top; k++) {
            size_t index = list->index[i * list->top + k];
            SP_TRY(SP_ROW(sp_result_table(out, "weights"), i, k + 1, index, list->weight[i * list->top + k],
                          data->label ? class_of(data, (size_t)data->label[index]) : ""));
        }
        for (size_t j = 0; j < list->d; j++)
            SP_TRY(SP_ROW(sp_result_table(out, "score"), i, j, list->x[i * list->d + j], list->score[i * list->d + j],
                          list->mean[i * list->d + j]));
    }
    return SP_OK;
}

static sp_status run_diffusion_posterior(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    sp_posterior_list list;
    SP_TRY(sp_diffusion_posterior(run, p, &list));
    *(R *)scalars_ = (R){p->data->n, p->data->d, list.n, p->t, sp_noise_variance(p->t)};
    return add_rows(p->data, &list, out);
}

const sp_command sp_command_diffusion_posterior = {
    .name = "diffusion.posterior",
    .summary = "Weights, exact score, log density and expected clean point at given noised points",
    .spec = "07:2",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_diffusion_posterior,
    SP_SIZES(P, R),
    .positional = "data points",
    .example = "gen:gaussian-mixture,d=2,n=100 --at 0.5,0.5 --t 0.5"};
