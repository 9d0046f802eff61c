#include "spinodal/command.h"
#include "spinodal/learning_rate.h"

#include <string.h>

typedef struct {
    const sp_dataset *log;
    bool demo;
} P;
typedef sp_learning_rate_advice R;
static const sp_param params[] = {
    SP_DATASET(P, log, "", "training log: a table with columns step, loss and, if there, lr (by name, or in this order)"),
    SP_FLAG(P, demo, "instead of a log: the exact loss of a planted matrix under a constant rate"),
    {0}};
static const sp_scalar scalars[] = {
    SP_OUT(R, phase, "", "exploration, crossover or convergence"),
    SP_OUT(R, advice, "", "what to do with the learning rate"),
    SP_OUT(R, beta, "", "exponent of the decay to use"),
    SP_OUT(R, switch_step, "", "step at which the loss left the plateau, or reached the last one; nan: not yet"),
    SP_OUT(R, plateau, "", "loss of the plateau; nan: none"),
    SP_OUT(R, plateau_se, "", "standard error"),
    SP_OUT(R, drop, "", "fall below the plateau at the end, in its standard deviations"),
    SP_OUT(R, slope, "", "d ln loss/d ln step over the last eighth of ln step"),
    SP_OUT(R, slope_se, "", "standard error"),
    SP_OUT(R, n, "", "rows read"),
    {0}};
static const sp_column curve[] = {{"step", "", "mean step of the interval"},
                                  {"loss", "", "mean loss"},
                                  {"loss_se", "", "standard error"},
                                  {"slope", "", "d ln loss/d ln step around it"},
                                  {0}};
static const sp_table_decl tables[] = {
    {"log", curve, "plot step loss logx logy title Training loss",
     "The log averaged over equal intervals of ln step: plateaus are flat, power laws are straight"},
    {0}};

static size_t column(const sp_dataset *d, const char *name, size_t fallback)
{
    for (size_t j = 0; d->column_name && j < d->d; j++)
        if (d->column_name[j] && !strcmp(d->column_name[j], name))
            return j;
    return fallback;
}

/* The values as they stand in the file: datasets come scaled and centred. */
static sp_status read_log(sp_run *run, const sp_dataset *d, double **step, double **loss, double **lr)
{
    if (d->d < 2)
        return sp_fail(run, SP_DATA, "the log needs two columns, step and loss");
    size_t c[3] = {column(d, "step", 0), column(d, "loss", 1), column(d, "lr", d->d > 2 ? 2 : SIZE_MAX)};
    double **out[3] = {step, loss, lr}, *row = SP_NEW(run, double, d->d);
    for (int k = 0; k < 3; k++)
        *out[k] = c[k] < d->d ? SP_NEW(run, double, d->n) : NULL;
    if (!row || !*step || !*loss)
        return SP_FAILED;
    for (size_t i = 0; i < d->n; i++) {
        sp_dataset_row(d, i, row);
        for (int k = 0; k < 3; k++)
            if (*out[k])
                (*out[k])[i] = sp_dataset_raw(d, c[k], row[c[k]]);
    }
    return SP_OK;
}

static sp_status demonstration(sp_run *run, size_t *n, double **step, double **loss)
{
    enum { ROWS = 400 };
    double *t = SP_NEW(run, double, ROWS), *y = SP_NEW(run, double, ROWS);
    sp_matrix_schedule_point *x;
    if (!t || !y)
        return SP_FAILED;
    for (size_t i = 0; i < ROWS; i++)
        t[i] = pow(1e4, (double)i / (ROWS - 1));
    SP_TRY(sp_matrix_schedule(run,
                              &(sp_matrix_schedule_params){.eta = {SP_ETA_CONSTANT, 0.05, 0, 0, 1},
                                                           .temperature = 1,
                                                           .theta = 2,
                                                           .m0 = 1e-6,
                                                           .t_max = 1e4,
                                                           .times = {ROWS, t}},
                              n, &x));
    for (size_t i = 0; i < ROWS; i++)
        y[i] = x[i].excess;
    *step = t, *loss = y;
    return SP_OK;
}

static sp_status run_recommend(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    double *step, *loss, *lr = NULL;
    size_t n, n_points;
    sp_log_point *x;
    if (!p->log == !p->demo)
        return sp_fail(run, SP_USAGE, "give a training log (a table with columns step, loss, lr), or --demo");
    if (p->demo)
        SP_TRY(demonstration(run, &n, &step, &loss));
    else {
        SP_TRY(read_log(run, p->log, &step, &loss, &lr));
        n = p->log->n;
    }
    SP_TRY(sp_learning_rate_recommend(run, n, step, loss, lr, scalars_, &n_points, &x));
    sp_table *t = sp_result_table(out, "log");
    for (size_t i = 0; i < n_points; i++)
        SP_TRY(SP_ROW(t, x[i].step, x[i].loss, x[i].smooth, x[i].slope));
    return SP_OK;
}

const sp_command sp_command_learning_rate_recommend = {
    .name = "learning-rate.recommend",
    .summary = "When to start to decay the learning rate, read from a training log",
    .spec = "14:3.4, 5",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_recommend,
    SP_SIZES(P, R),
    .example = "--demo"};
