#include "spinodal/select_learn.h"

#include "spinodal/command.h"

#include <string.h>

typedef struct {
    const sp_dataset *data, *test;
    const char *x, *group;
    int use, mode, loss, column_scale, feature_scale, init, ranks;
    size_t features, steps, batch, restarts;
    sp_vec hidden;
    double beta, rate, decay, penalty, dro_rate, holdout, threshold, max_ops;
    bool dro;
} P;

typedef struct {
    size_t n, p, held_out, selected;
    double T_soft, T_soft_se, T_exact, gradient, base_rate, operations;
} R;

static const sp_param params[] = {
    SP_DATASET(P, data, SP_REQUIRED, "table with the response as its labels (--y COLUMN or --labels COLUMN)"),
    SP_DATASET(P, test, "", "rows held out, to judge the features on"),
    SP_REAL(P, holdout, "0", SP_BETWEEN(0, 0.9), "", "fraction of the rows held out instead"),
    SP_TEXT(P, x, "", "columns: names, numbers from 1, regular expressions (empty: all but the group)"),
    SP_CHOICE(P, use, "select|penalty|conditional", "select",
              "maximise T(y, f); minimise loss + penalty T(group, f); or maximise T(y, f given group)"),
    SP_TEXT(P, group, "", "column of the group: of --use penalty and conditional, and of the judgement"),
    SP_CHOICE(P, mode, "vec|linear|mlp", "vec", "f: one weight for each column, a linear map, or layers of ReLU units"),
    SP_SIZE(P, features, "1", SP_BETWEEN(1, 64), "", "outputs of the linear map or network"),
    SP_VEC(P, hidden, "10", SP_BETWEEN(1, 1000), "", "units of each hidden layer of the network"),
    SP_REAL(P, beta, "0.2", SP_POSITIVE, "", "softmax temperature, in units of the scaled features"),
    SP_CHOICE(
        P, feature_scale, "auto|unit|free", "auto",
        "T of features in units of their standard deviation, or as they are; auto: unit under the penalty, which could "
        "otherwise be made small by small features"),
    SP_CHOICE(P, loss, "auto|logistic|squared", "auto",
              "of --use penalty and of readouts; auto: logistic for two values or at most 20 whole ones"),
    SP_REAL(P, penalty, "1", SP_NONNEGATIVE, "", "lambda of --use penalty"),
    SP_FLAG(P, dro, "loss of the worst cells of class and group (group-DRO) under the penalty, instead of the mean loss"),
    SP_REAL(P, dro_rate, "0.1", SP_POSITIVE, "", "eta of group-DRO: cell weights grow by exp(eta loss) each step"),
    SP_REAL(P, rate, "0.05", SP_POSITIVE, "", "learning rate of Adam"),
    SP_REAL(P, decay, "0.1", SP_NONNEGATIVE, "", "weight decay, added to the gradient"),
    SP_SIZE(P, steps, "1000", SP_AT_LEAST(1), "", "steps of Adam"),
    SP_SIZE(P, batch, "0", SP_NONNEGATIVE, "", "rows of a mini-batch, shuffled each epoch; T is that of the batch (0: all)"),
    SP_SIZE(P, restarts, "1", SP_BETWEEN(1, 1000), "", "random starts; the columns count how often they are selected"),
    SP_REAL(P, threshold, "0.1", SP_NONNEGATIVE, "", "a column is selected when its weight is larger"),
    SP_CHOICE(P, init, "normal|ones", "normal", "weights at the start: 1 + 0.1 z, or 1"),
    SP_CHOICE(P, ranks, "max|ordinal", "max", "ties of the response share the largest rank, or are broken by position"),
    SP_CHOICE(P, column_scale, "sd|rank|none", "sd", "columns to standard deviation 1 and mean 0, ranks, or as they are"),
    SP_REAL(P, max_ops, "1e14", SP_POSITIVE, "", "refuse to start work of more elementary operations"),
    {0}};
static const sp_scalar scalars[] = {SP_OUT(R, selected, "", "columns selected (of the best start)"),
                                    SP_OUT(R, T_soft, "1", "differentiable coefficient at the end"),
                                    SP_OUT(R, T_soft_se, "1", "its standard error over mini-batches"),
                                    SP_OUT(R, T_exact, "1", "exact coefficient of the same features"),
                                    SP_OUT(R, gradient, "1", "largest component of the gradient at the end"),
                                    SP_OUT(R, base_rate, "1", "fraction of the largest group among the judged rows"),
                                    SP_OUT(R, n, "", "rows learned from"),
                                    SP_OUT(R, held_out, "", "rows held out"),
                                    SP_OUT(R, p, "", "columns"),
                                    SP_OUT(R, operations, "", "elementary operations, about"),
                                    {0}};
static const sp_column theta[] = {{"column", "", "name"},
                                  {"feature", "", "output of the map, or unit of the first layer (1 for weights)"},
                                  {"theta", "1", "weight, of the start with the best objective"},
                                  {"selected", "", "|theta| above the threshold"},
                                  {"frequency", "1", "fraction of the starts that select it"},
                                  {0}};
static const sp_column path[] = {{"step", "", "step"},
                                 {"column", "", "name, and the output after it where there are several"},
                                 {"theta", "1", "weight"},
                                 {0}};
static const sp_column trace[] = {{"step", "", "step"},
                                  {"T_soft", "1", "differentiable coefficient (of the mini-batch)"},
                                  {"T_exact", "1", "exact coefficient of the same features, all rows"},
                                  {"loss", "1", "objective, without decay"},
                                  {"gradient", "1", "largest component of its gradient"},
                                  {0}};
static const sp_column evaluation[] = {{"method", "", "how the features were found"},
                                       {"task", "1", "accuracy (R2 of a real response) of a readout"},
                                       {"task_se", "1", "standard error"},
                                       {"worst", "1", "the same in the worst cell of class and group"},
                                       {"worst_se", "1", "standard error"},
                                       {"worst_cell", "", "which"},
                                       {"worst_n", "", "its rows"},
                                       {"probe", "1", "accuracy (R2 of a real group) of a linear probe of the group"},
                                       {"probe_se", "1", "standard error"},
                                       {"auc", "1", "AUC of the probe, of two groups"},
                                       {"auc_se", "1", "standard error (DeLong)"},
                                       {"T_response", "1", "exact T(y, f)"},
                                       {"T_group", "1", "exact T(group, f)"},
                                       {0}};
static const sp_column cells[] = {{"method", "", "how the features were found"},
                                  {"cell", "", "class and group"},
                                  {"rows", "", "rows"},
                                  {"score", "1", "accuracy there (1 - mean square / variance of a real response)"},
                                  {"score_se", "1", "standard error"},
                                  {0}};
static const sp_table_decl tables[] = {
    {"theta", theta, "plot column theta by feature points title weights of the columns",
     "Weights of the columns: those that carry no information decay to zero"},
    {"trace", trace, "plot step T_soft,T_exact title T while learning",
     "The coefficient while learning; the soft one is biased, the exact one is the truth"},
    {"path", path, "plot step theta by column title weights while learning", "Weights while learning (the largest ones)"},
    {"evaluation", evaluation,
     "plot method task,worst,probe,auc points hline base_rate ylabel score title what can be read from the features",
     "What can be read from the features on rows not used for learning: the response, and the group (dashed: its base "
     "rate)"},
    {"cells", cells, "plot cell score by method title the response in each cell of class and group",
     "The response in each cell of class and group"},
    {0}};

enum { PATHS = 10 };

typedef struct {
    sp_run *run;
    const P *p;
    sp_result *out;
    sp_columns columns;
    sp_grouped train, test;  /* scaled; test.n = 0: none */
    const double *condition; /* the group as the conditional objective wants it */
    size_t features, n_hidden, *hidden;
} job;

/* ---- the rows ------------------------------------------------------------------------------------------- */

static sp_status read_rows(job *j, const sp_dataset *data, sp_columns *columns, sp_grouped *out)
{
    sp_columns group = {0};
    *out = (sp_grouped){.n = data->n};
    SP_TRY(sp_columns_response(j->run, data, &out->y));
    if (*j->p->group)
        SP_TRY(sp_columns_group(j->run, data, j->p->group, &group));
    SP_TRY(sp_columns_choose(j->run, data, j->p->x, group.p ? &group : NULL, SP_SCALE_NONE, columns));
    out->m = columns->p;
    out->x = columns->x;
    out->group = group.x;
    return SP_OK;
}

static sp_status prepare(job *j)
{
    static const sp_column_scale scales[] = {SP_SCALE_SD, SP_SCALE_RANK, SP_SCALE_NONE};
    const P *p = j->p;
    sp_column_scale scale = scales[p->column_scale];
    sp_columns other;
    if (p->use != SP_DIFFOCI_SELECT && !*p->group)
        return sp_fail(j->run, SP_USAGE, "--use penalty and conditional need --group COLUMN");
    if (p->test && p->holdout > 0)
        return sp_fail(j->run, SP_USAGE, "--test and --holdout both hold out rows: give one");
    SP_TRY(read_rows(j, p->data, &j->columns, &j->train));
    sp_columns_warn(j->run, &j->columns);
    if (p->test)
        SP_TRY(read_rows(j, p->test, &other, &j->test));
    if (p->holdout > 0) {
        sp_grouped all = j->train;
        SP_TRY(sp_grouped_split(j->run, &all, p->holdout, &j->train, &j->test));
    }
    SP_TRY(sp_grouped_scale(j->run, scale, j->columns.name, &j->train, j->test.n ? &j->test : NULL));
    sp_grouped group = {j->train.n, 1, j->train.group, NULL, NULL};
    if (p->use == SP_DIFFOCI_CONDITIONAL)
        SP_TRY(sp_grouped_scale(j->run, scale, &p->group, &group, NULL));
    j->condition = group.x;
    j->features = p->mode ? p->features : 0;
    j->n_hidden = p->mode == 2 ? p->hidden.n : 0;
    if (j->n_hidden > SP_HIDDEN_LAYERS)
        return sp_fail(j->run, SP_USAGE, "--hidden: at most %d layers, got %zu", SP_HIDDEN_LAYERS, j->n_hidden);
    j->hidden = SP_NEW(j->run, size_t, j->n_hidden + 1);
    for (size_t l = 0; j->hidden && l < j->n_hidden; l++)
        j->hidden[l] = (size_t)p->hidden.v[l];
    return j->hidden ? SP_OK : SP_FAILED;
}

static sp_diffoci_problem problem_of(const job *j, size_t start)
{
    const P *p = j->p;
    return (sp_diffoci_problem){.use = (sp_diffoci_use)p->use,
                                .n = j->train.n,
                                .p = j->train.m,
                                .y = j->train.y,
                                .x = j->train.x,
                                .group = j->condition,
                                .features = j->features,
                                .n_hidden = j->n_hidden,
                                .hidden = j->hidden,
                                .loss = (sp_head_loss)p->loss,
                                .unit = p->feature_scale == 0 ? p->use == SP_DIFFOCI_PENALTY : p->feature_scale == 1,
                                .ordinal = p->ranks,
                                .init_ones = p->init,
                                .beta = p->beta,
                                .rate = p->rate,
                                .decay = p->decay,
                                .penalty = p->penalty,
                                .dro = p->dro ? p->dro_rate : 0,
                                .batch = p->batch,
                                .steps = p->steps,
                                .stream = "diffoci start",
                                .index = start};
}

/* ---- judgement ------------------------------------------------------------------------------------------ */

static sp_status features_of(job *j, const sp_diffoci_problem *problem, const double *learned, const sp_grouped *rows,
                             sp_grouped *out)
{
    size_t m = problem->features ? problem->features : rows->m;
    double *F = SP_NEW(j->run, double, rows->n *m);
    if (!F)
        return SP_FAILED;
    *out = (sp_grouped){rows->n, m, F, rows->y, rows->group};
    return sp_diffoci_features(j->run, problem, learned, rows->n, rows->x, F);
}

static const char *cell_text(sp_run *run, const sp_group_cell *c)
{
    return isnan(c->y) ? sp_format(run, "group %g", c->group) : sp_format(run, "y %g, g %g", c->y, c->group);
}

/* problem NULL: the columns themselves. */
static sp_status judge(job *j, R *r, const char *method, const sp_diffoci_problem *problem, const double *learned,
                       const double *head)
{
    sp_grouped train = j->train, test = j->test.n ? j->test : j->train;
    sp_feature_report f;
    if (problem) {
        SP_TRY(features_of(j, problem, learned, &j->train, &train));
        SP_TRY(features_of(j, problem, learned, j->test.n ? &j->test : &j->train, &test));
    }
    SP_TRY(sp_features_judge(j->run, &train, &test, (sp_head_loss)j->p->loss, head, &f));
    r->base_rate = f.base_rate;
    SP_TRY(SP_ROW(sp_result_table(j->out, "evaluation"), method, f.task, f.task_se, f.worst, f.worst_se,
                  f.n_cells ? cell_text(j->run, &f.worst_cell) : "", f.worst_cell.n, f.probe, f.probe_se, f.auc, f.auc_se,
                  f.T_response, f.T_group));
    for (size_t c = 0; c < f.n_cells; c++)
        SP_TRY(SP_ROW(sp_result_table(j->out, "cells"), method, cell_text(j->run, &f.cells[c]), f.cells[c].n,
                      f.cells[c].score, f.cells[c].score_se));
    return SP_OK;
}

static sp_status learn_and_judge(job *j, R *r, const char *method, sp_diffoci_problem problem)
{
    sp_diffoci_result one;
    SP_TRY(sp_diffoci(j->run, &problem, &one));
    return judge(j, r, method, &problem, one.theta, problem.use == SP_DIFFOCI_PENALTY ? one.head : NULL);
}

static size_t different(const job *j)
{
    size_t n = 0;
    double seen[SP_LEVELS + 1];
    for (size_t i = 0; i < j->train.n && n <= SP_LEVELS; i++) {
        size_t k = 0;
        while (k < n && seen[k] != j->train.group[i])
            k++;
        if (k == n)
            seen[n++] = j->train.group[i];
    }
    return n;
}

static sp_status judge_all(job *j, R *r, const sp_diffoci_problem *best, const sp_diffoci_result *learned)
{
    static const char *const own[] = {"select", "penalty", "conditional"};
    const P *p = j->p;
    sp_diffoci_problem other = *best;
    other.traces = 1; /* nobody looks at the way of a baseline */
    if (!*p->group && !j->test.n)
        return SP_OK;
    SP_TRY(judge(j, r, "columns", NULL, NULL, NULL));
    if (p->use == SP_DIFFOCI_CONDITIONAL) {
        other.use = SP_DIFFOCI_SELECT;
        SP_TRY(learn_and_judge(j, r, "select", other));
    }
    if (p->use == SP_DIFFOCI_PENALTY) {
        other.penalty = other.dro = 0;
        SP_TRY(learn_and_judge(j, r, "ERM", other));
        other.dro = p->dro_rate;
        if (different(j) <= SP_LEVELS)
            SP_TRY(learn_and_judge(j, r, "DRO", other));
    }
    return judge(j, r, p->dro ? "penalty+DRO" : own[p->use], best, learned->theta,
                 p->use == SP_DIFFOCI_PENALTY ? learned->head : NULL);
}

/* ---- tables of the learned map -------------------------------------------------------------------------- */

static sp_status write_theta(job *j, R *r, const sp_diffoci_result *best, size_t n_theta, const double *chosen)
{
    size_t p = j->train.m;
    for (size_t t = 0; t < n_theta; t++) {
        bool selected = fabs(best->theta[t]) > j->p->threshold;
        r->selected += selected;
        SP_TRY(SP_ROW(sp_result_table(j->out, "theta"), j->columns.name[t % p], t / p + 1, best->theta[t], (double)selected,
                      chosen[t] / (double)j->p->restarts));
    }
    return SP_OK;
}

static sp_status write_paths(job *j, const sp_diffoci_result *best, size_t n_theta)
{
    size_t p = j->train.m;
    bool *taken = SP_NEW(j->run, bool, n_theta);
    if (!taken)
        return SP_FAILED;
    for (size_t shown = 0; shown < PATHS && shown < n_theta; shown++) {
        size_t t = n_theta;
        for (size_t k = 0; k < n_theta; k++)
            if (!taken[k] && (t == n_theta || fabs(best->theta[k]) > fabs(best->theta[t])))
                t = k;
        taken[t] = true;
        const char *name = j->columns.name[t % p];
        if (n_theta > p && !(name = sp_format(j->run, "%s:%zu", name, t / p + 1)))
            return SP_FAILED;
        for (size_t k = 0; k < best->n_trace; k++)
            SP_TRY(SP_ROW(sp_result_table(j->out, "path"), best->trace[k].step, name, best->path[k * best->n_theta + t]));
    }
    return SP_OK;
}

static sp_status check_work(job *j, R *r)
{
    sp_diffoci_problem problem = problem_of(j, 0);
    r->operations = (double)j->p->restarts * sp_diffoci_operations(&problem);
    if (r->operations > j->p->max_ops)
        return sp_fail(j->run, SP_USAGE,
                       "about %.1e operations, more than --max-ops %.1e: take mini-batches (--batch 256), fewer --steps or "
                       "--restarts, or raise --max-ops",
                       r->operations, j->p->max_ops);
    return SP_OK;
}

static sp_status run_select_diffoci(sp_run *run, const void *params_, void *scalars_, sp_result *out)
{
    const P *p = params_;
    R *r = scalars_;
    job j = {.run = run, .p = p, .out = out};
    SP_TRY(prepare(&j));
    *r = (R){.n = j.train.n, .p = j.train.m, .held_out = j.test.n, .base_rate = NAN};
    SP_TRY(check_work(&j, r));
    size_t n_theta = j.train.m * (j.n_hidden ? j.hidden[0] : j.features ? j.features : 1);
    double *chosen = SP_NEW(run, double, n_theta);
    if (!chosen)
        return SP_FAILED;
    sp_diffoci_result best = {0};
    sp_diffoci_problem of_best = {0};
    for (size_t start = 0; start < p->restarts; start++) {
        sp_diffoci_problem problem = problem_of(&j, start);
        sp_diffoci_result one;
        SP_TRY(sp_diffoci(run, &problem, &one));
        for (size_t t = 0; t < n_theta; t++)
            chosen[t] += fabs(one.theta[t]) > p->threshold;
        if (start == 0 || one.loss < best.loss) {
            best = one;
            of_best = problem;
        }
    }
    if (best.undefined)
        sp_warn(run,
                "T was left out in %zu mini-batches where the response was constant or fixed by the group: larger --batch",
                best.undefined);
    r->T_soft = best.T_soft;
    r->T_soft_se = best.T_soft_se;
    r->T_exact = best.T_exact;
    r->gradient = best.gradient;
    SP_TRY(write_theta(&j, r, &best, n_theta, chosen));
    for (size_t k = 0; k < best.n_trace; k++)
        SP_TRY(SP_ROW(sp_result_table(out, "trace"), best.trace[k].step, best.trace[k].T_soft, best.trace[k].T_exact,
                      best.trace[k].loss, best.trace[k].gradient));
    SP_TRY(write_paths(&j, &best, n_theta));
    return judge_all(&j, r, &of_best, &best);
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
    .columns = "x group",
    .example = "gen:table,n=150,d=6,y=x1+sin(x2) --steps 100"};
