#include "spinodal/select.h"

#include "spinodal/command.h"

typedef struct {
    const sp_dataset *data;
    const char *x, *group;
    int use, mode, column_scale, init, ranks;
    size_t features, steps, restarts;
    double beta, rate, decay, penalty, threshold;
} P;

typedef struct {
    size_t n, p, selected;
    double T_soft, T_exact, gradient;
} R;

static const sp_param params[] = {
    SP_DATASET(P, data, SP_REQUIRED, "table with the response as its labels (--labels COLUMN)"),
    SP_TEXT(P, x, "", "columns: names, numbers from 1, regular expressions (empty: all but the group)"),
    SP_CHOICE(P, use, "select|penalty|conditional", "select",
              "maximise T(y, f); minimise loss + penalty T(group, f); or maximise T(y, f given group)"),
    SP_TEXT(P, group, "", "column of the group, for --use penalty and conditional"),
    SP_CHOICE(P, mode, "vec|linear", "vec", "f: one weight for each column, or a linear map"),
    SP_SIZE(P, features, "1", SP_BETWEEN(1, 64), "", "outputs of the linear map"),
    SP_REAL(P, beta, "0.2", SP_POSITIVE, "", "softmax temperature, in units of the scaled features"),
    SP_REAL(P, rate, "0.05", SP_POSITIVE, "", "learning rate of Adam"),
    SP_REAL(P, decay, "0.1", SP_NONNEGATIVE, "", "weight decay, added to the gradient"),
    SP_REAL(P, penalty, "1", SP_NONNEGATIVE, "", "lambda of --use penalty"),
    SP_SIZE(P, steps, "1000", SP_AT_LEAST(1), "", "steps of Adam"),
    SP_SIZE(P, restarts, "1", SP_BETWEEN(1, 1000), "", "random starts; the columns count how often they are selected"),
    SP_REAL(P, threshold, "0.1", SP_NONNEGATIVE, "", "a column is selected when its weight is larger"),
    SP_CHOICE(P, init, "normal|ones", "normal", "weights at the start: 1 + 0.1 z, or 1"),
    SP_CHOICE(P, ranks, "max|ordinal", "max", "ties of the response share the largest rank, or are broken by position"),
    SP_CHOICE(P, column_scale, "sd|rank|none", "sd", "columns to standard deviation 1 and mean 0, ranks, or as they are"),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, selected, "", "columns selected (of the best start)"),
                                    SP_OUT(R, T_soft, "1", "differentiable coefficient at the end"),
                                    SP_OUT(R, T_exact, "1", "exact coefficient of the same features"),
                                    SP_OUT(R, gradient, "1", "largest component of the gradient at the end"),
                                    SP_OUT(R, n, "", "rows"),
                                    SP_OUT(R, p, "", "columns"),
                                    {0}};
static const sp_column theta[] = {{"column", "", "name"},
                                  {"feature", "", "output of the map (1 for weights)"},
                                  {"theta", "1", "weight, of the start with the best objective"},
                                  {"selected", "", "|theta| above the threshold"},
                                  {"frequency", "1", "fraction of the starts that select it"},
                                  {0}};
static const sp_column trace[] = {{"step", "", "step"},
                                  {"T_soft", "1", "differentiable coefficient"},
                                  {"T_exact", "1", "exact coefficient of the same features"},
                                  {"loss", "1", "objective, without decay"},
                                  {"gradient", "1", "largest component of its gradient"},
                                  {0}};
static const sp_table_decl tables[] = {
    {"theta", theta, "plot column theta by feature points",
     "Weights of the columns: those that carry no information decay to zero"},
    {"trace", trace, "plot step T_soft,T_exact",
     "The coefficient while learning; the soft one is biased, the exact one is the truth"},
    {0}};

static sp_status run_select_diffoci(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    static const sp_column_scale scale[] = {SP_SCALE_SD, SP_SCALE_RANK, SP_SCALE_NONE};
    const P *p = params_;
    const double *y;
    sp_columns c, group = {0};
    SP_TRY(sp_columns_response(run, p->data, &y));
    if ((p->use != SP_DIFFOCI_SELECT) != (*p->group != 0))
        return sp_fail(run, SP_USAGE,
                       p->use ? "--use penalty and conditional need --group COLUMN"
                              : "--group needs --use penalty or conditional");
    if (*p->group) {
        SP_TRY(sp_columns_choose(run, p->data, p->group, NULL, SP_SCALE_NONE, &group));
        if (group.p != 1)
            return sp_fail(run, SP_USAGE, "--group names one column, \"%s\" matches %zu", p->group, group.p);
    }
    SP_TRY(sp_columns_choose(run, p->data, p->x, *p->group ? &group : NULL, scale[p->column_scale], &c));
    sp_columns_warn(run, &c);
    size_t features = p->mode ? p->features : 0, maps = features ? features : 1;
    double *chosen = SP_NEW(run, double, c.p *maps);
    if (!chosen)
        return SP_FAILED;
    sp_diffoci_result best = {0};
    for (size_t start = 0; start < p->restarts; start++) {
        sp_diffoci_problem problem = {.use = (sp_diffoci_use)p->use,
                                      .n = c.n,
                                      .p = c.p,
                                      .y = y,
                                      .x = c.x,
                                      .group = group.x,
                                      .features = features,
                                      .ordinal = p->ranks,
                                      .init_ones = p->init,
                                      .beta = p->beta,
                                      .rate = p->rate,
                                      .decay = p->decay,
                                      .penalty = p->penalty,
                                      .steps = p->steps,
                                      .stream = "diffoci start",
                                      .index = start};
        sp_diffoci_result one;
        SP_TRY(sp_diffoci(run, &problem, &one));
        for (size_t t = 0; t < c.p * maps; t++)
            chosen[t] += fabs(one.theta[t]) > p->threshold;
        if (start == 0 || one.trace[one.n_trace - 1].loss < best.trace[best.n_trace - 1].loss)
            best = one;
    }
    R *r = scalars_;
    *r = (R){.n = c.n, .p = c.p, .T_soft = best.T_soft, .T_exact = best.T_exact, .gradient = best.gradient};
    for (size_t t = 0; t < c.p * maps; t++) {
        bool selected = fabs(best.theta[t]) > p->threshold;
        r->selected += selected;
        SP_TRY(SP_ROW(sp_result_table(out, "theta"), c.name[t % c.p], t / c.p + 1, best.theta[t], (double)selected,
                      chosen[t] / (double)p->restarts));
    }
    for (size_t k = 0; k < best.n_trace; k++)
        SP_TRY(SP_ROW(sp_result_table(out, "trace"), best.trace[k].step, best.trace[k].T_soft, best.trace[k].T_exact,
                      best.trace[k].loss, best.trace[k].gradient));
    return SP_OK;
}

const sp_command sp_command_select_diffoci = {
    .name = "select.diffoci",
    .summary = "Learn weights of the columns, or features that say nothing of a group, by the differentiable coefficient",
    .spec = "11:3.4-3.5",
    .params = params,
    .scalars = scalars,
    .tables = tables,
    .run = run_select_diffoci,
    SP_SIZES(P, R),
    .raw = true,
    .example = "gen:table,n=150,d=6,y=x1+sin(x2) --steps 100"};
