/* What can be read from features: the response, the group, and how well in the worst cell (spec 11, 3.5: evaluation). */
#include "head.h"

#include "math/roc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    double square, deviation; /* of a real value: (y - prediction)^2, (y - mean)^2; of a class: 1 when told wrongly */
} outcome;

static void judge(const sp_target *t, size_t m, const double *F, const double *head, double *score, outcome *out)
{
    double mean = 0;
    sp_head_scores(t->n, m, sp_head_outputs(t), F, head, score);
    for (size_t i = 0; i < t->n && !t->classes; i++)
        mean += t->y[i] / (double)t->n;
    for (size_t i = 0; i < t->n; i++) {
        if (t->classes)
            out[i].square = sp_head_class(t, score, i) != t->class[i];
        else {
            out[i].square = (t->y[i] - score[i]) * (t->y[i] - score[i]);
            out[i].deviation = (t->y[i] - mean) * (t->y[i] - mean);
        }
    }
}

/* Of the rows `row`: accuracy with its binomial error, or R^2 = 1 - mean square / variance of all rows, whose error is that
 * of the mean of square - (1 - R^2) deviation, over the variance. */
static sp_estimate score_of(const sp_target *t, const outcome *o, size_t n, const size_t *row)
{
    sp_moments square = {0}, spread = {0}, linear = {0};
    for (size_t i = 0; i < n; i++)
        sp_moments_add(&square, o[row[i]].square);
    if (t->classes) {
        sp_interval right = sp_fraction((double)n - square.mean * (double)n, (double)n);
        return (sp_estimate){right.value, right.se};
    }
    for (size_t i = 0; i < t->n; i++)
        sp_moments_add(&spread, o[i].deviation);
    double ratio = square.mean / spread.mean;
    for (size_t i = 0; i < n; i++)
        sp_moments_add(&linear, o[row[i]].square - ratio * o[row[i]].deviation);
    return (sp_estimate){1 - ratio, sp_moments_se(&linear) / spread.mean};
}

/* ---- cells ---------------------------------------------------------------------------------------------- */

typedef struct {
    double y, group;
    size_t row;
} keyed;

static int by_cell(const void *a, const void *b)
{
    const keyed *x = a, *y = b;
    if (x->y != y->y)
        return x->y < y->y ? -1 : 1;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static sp_status worst_cell(sp_run *run, const sp_target *t, const sp_grouped *rows, const outcome *o,
                            sp_feature_report *out)
{
    size_t n = rows->n;
    keyed *key = SP_NEW(run, keyed, n);
    size_t *row = SP_NEW(run, size_t, n);
    out->cells = SP_NEW(run, sp_group_cell, (SP_LEVELS + 1) * (SP_LEVELS + 1) < n ? (SP_LEVELS + 1) * (SP_LEVELS + 1) : n);
    if (!key || !row || !out->cells)
        return SP_FAILED;
    for (size_t i = 0; i < n; i++)
        key[i] = (keyed){t->classes ? rows->y[i] : 0, rows->group[i], i};
    qsort(key, n, sizeof *key, by_cell);
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first; end < n && key[end].y == key[first].y && key[end].group == key[first].group; end++)
            row[end - first] = key[end].row;
        sp_estimate score = score_of(t, o, end - first, row);
        sp_group_cell cell = {t->classes ? key[first].y : NAN, key[first].group, end - first, score.value, score.se};
        if (!(cell.score >= out->worst)) {
            out->worst = cell.score;
            out->worst_se = cell.score_se;
            out->worst_cell = cell;
        }
        out->cells[out->n_cells++] = cell;
    }
    return SP_OK;
}

/* ---- the probe ------------------------------------------------------------------------------------------ */

static sp_status probe(sp_run *run, const sp_grouped *train, const sp_grouped *test, const size_t *all,
                       sp_feature_report *out)
{
    size_t n_levels;
    double *levels, *head;
    sp_target known, asked;
    SP_TRY(sp_head_loss_levels(run, SP_HEAD_AUTO, train->n, train->group, &n_levels, &levels));
    if (n_levels == 1)
        return sp_fail(run, SP_DATA, "the group has one value only: nothing can be told of it");
    out->group_classes = n_levels > 0;
    SP_TRY(sp_target_create(run, train->n, train->group, n_levels, levels, &known));
    SP_TRY(sp_target_create(run, test->n, test->group, n_levels, levels, &asked));
    SP_TRY(sp_head_fit(run, &known, train->m, train->x, &head));
    double *score = SP_NEW(run, double, test->n *sp_head_outputs(&known)), *count = SP_NEW(run, double, n_levels + 1);
    outcome *o = SP_NEW(run, outcome, test->n);
    bool *high = SP_NEW(run, bool, test->n);
    if (!score || !count || !o || !high)
        return SP_FAILED;
    judge(&asked, test->m, test->x, head, score, o);
    sp_estimate rate = score_of(&asked, o, test->n, all), auc = {NAN, NAN};
    out->probe = rate.value;
    out->probe_se = rate.se;
    for (size_t i = 0; i < test->n && n_levels; i++) {
        high[i] = asked.class[i] > 0;
        if (asked.class[i] >= 0)
            count[asked.class[i]]++;
    }
    out->base_rate = n_levels ? 0 : NAN;
    for (size_t k = 0; k < n_levels; k++)
        out->base_rate = fmax(out->base_rate, count[k] / (double)test->n);
    if (n_levels == 2)
        SP_TRY(sp_auc(run, test->n, score, high, &auc));
    out->auc = auc.value;
    out->auc_se = auc.se;
    return SP_OK;
}

/* ---- the report ----------------------------------------------------------------------------------------- */

static bool constant(size_t n, const double *x)
{
    for (size_t i = 1; i < n; i++)
        if (x[i] != x[0])
            return false;
    return true;
}

static sp_status exact(sp_run *run, const sp_grouped *rows, const double *y, double *T)
{
    sp_mark mark = sp_memory_mark(run);
    double *x = SP_NEW(run, double, rows->n * rows->m);
    sp_codec c;
    *T = NAN;
    if (!x)
        return SP_FAILED;
    for (size_t k = 0; k < rows->m; k++)
        for (size_t i = 0; i < rows->n; i++)
            x[i * rows->m + k] = rows->x[k * rows->n + i];
    if (rows->n >= 3 && !constant(rows->n, y)) {
        SP_TRY(sp_codec_block(run, rows->n, y, rows->m, x, SP_TIES_AVERAGE, 0, &c));
        *T = c.T.value;
    }
    sp_memory_release(run, mark);
    return SP_OK;
}

sp_status sp_features_judge(sp_run *run, const sp_grouped *train, const sp_grouped *test, sp_head_loss loss,
                            const double *head, sp_feature_report *out)
{
    size_t n_levels, *all = SP_NEW(run, size_t, test->n);
    double *levels, *fitted;
    sp_target known, asked;
    *out = (sp_feature_report){.worst = NAN, .worst_se = NAN, .probe = NAN, .probe_se = NAN, .auc = NAN, .auc_se = NAN};
    out->base_rate = out->T_group = NAN;
    SP_TRY(sp_head_loss_levels(run, loss, train->n, train->y, &n_levels, &levels));
    if (n_levels == 1)
        return sp_fail(run, SP_DATA, "the response has one value only");
    SP_TRY(sp_target_create(run, train->n, train->y, n_levels, levels, &known));
    SP_TRY(sp_target_create(run, test->n, test->y, n_levels, levels, &asked));
    double *score = SP_NEW(run, double, test->n *sp_head_outputs(&known));
    outcome *o = SP_NEW(run, outcome, test->n);
    if (!all || !score || !o)
        return SP_FAILED;
    for (size_t i = 0; i < test->n; i++)
        all[i] = i;
    if (!head) {
        SP_TRY(sp_head_fit(run, &known, train->m, train->x, &fitted));
        head = fitted;
    }
    judge(&asked, test->m, test->x, head, score, o);
    sp_estimate task = score_of(&asked, o, test->n, all);
    out->classes = n_levels > 0;
    out->task = task.value;
    out->task_se = task.se;
    SP_TRY(exact(run, test, test->y, &out->T_response));
    if (!test->group)
        return SP_OK;
    SP_TRY(exact(run, test, test->group, &out->T_group));
    SP_TRY(probe(run, train, test, all, out));
    return out->group_classes ? worst_cell(run, &asked, test, o, out) : SP_OK;
}
