/* The classes as a tree in diffusion time, and what separates them. */
#include "survey.h"

#include "data/subset.h"
#include "spinodal/diffusion.h"

#include <string.h>

enum { MOST_CLASSES = 50, LEAST_POINTS = 8, QUICK_ROWS = 20000 };
static const double fit_limit = 1e9; /* n d classes: seconds */

static const char *word(const sp_table *table, size_t row, const char *column)
{
    size_t c;
    const char *text = sp_table_find_column(table, column, &c) ? sp_table_cell(table, row, c).text : NULL;
    return text ? text : "";
}

static double cell(const sp_table *table, size_t row, const char *column)
{
    size_t c;
    return sp_table_find_column(table, column, &c) ? sp_table_cell(table, row, c).number : NAN;
}

static sp_status run(sp_survey *s)
{
    double size = (double)s->data->n * (double)s->data->d * (double)s->data->n_classes;
    const char *estimator = size > fit_limit || s->mode == SP_SURVEY_QUICK ? "moments" : "gauss";
    const char *args[] = {sp_format(s->run, "estimator=%s", estimator)};
    sp_result *found;
    const sp_dataset *rows;
    SP_TRY(sp_dataset_subsample(s->run, s->data, s->mode == SP_SURVEY_QUICK ? QUICK_ROWS : 0, &rows));
    sp_noise_schedule linear, cosine;
    SP_TRY(sp_noise_schedule_create(s->run, "linear", &linear));
    SP_TRY(sp_noise_schedule_create(s->run, "cosine", &cosine));
    SP_TRY(sp_survey_call(s, "speciation.data", rows, 1, args, &found));
    const sp_table *tree = sp_result_find_table(found, "tree"), *pairs = sp_result_find_table(found, "pairs");
    size_t merges = sp_table_rows(tree), means = 0, covariances = 0, unseen = 0;
    for (size_t i = 0; i < merges; i++) {
        double t = cell(tree, i, "height");
        SP_SURVEY_ROW(s, "class_tree", cell(tree, i, "merge"), t, word(tree, i, "left"), word(tree, i, "right"),
                      sp_noise_schedule_step(&linear, t), sp_noise_schedule_step(&cosine, t));
    }
    for (size_t i = 0; i < sp_table_rows(pairs); i++) {
        const char *driver = word(pairs, i, "driver");
        means += !strcmp(driver, "mean");
        covariances += !strcmp(driver, "covariance");
        unseen += !strcmp(driver, "none");
    }
    double first = cell(tree, merges - 1, "height"), last = cell(tree, 0, "height");
    sp_survey_say(s, "Going backward, the first decision between groups of classes falls at %s: {%s} against {%s}.",
                  sp_survey_moment(s, first), word(tree, merges - 1, "left"), word(tree, merges - 1, "right"));
    if (merges > 1 && last > 0)
        sp_survey_say(s, "The last one, between {%s} and {%s}, falls at %s.", word(tree, 0, "left"), word(tree, 0, "right"),
                      sp_survey_moment(s, last));
    sp_survey_say(s, "Of %s of classes, %zu are told apart by their means, %zu by their covariances alone%s.",
                  sp_survey_count(s, sp_table_rows(pairs), "pair"), means, covariances,
                  unseen ? sp_format(s->run, ", %zu not at all", unseen) : "");
    sp_survey_caution(
        s, !strcmp(estimator, "gauss")
               ? "From a Gaussian fit of each class on half of its points, evaluated on the others: times are low "
                 "when a class has few points."
               : "From unbiased means and covariances at late times: off where the spectrum of a class is broad.");
    const sp_table *outline = sp_result_find_table(found, "dendrogram");
    for (size_t i = 0; i < sp_table_rows(outline); i++)
        SP_SURVEY_ROW(s, "dendrogram", cell(outline, i, "x"), cell(outline, i, "t"), word(outline, i, "leaf"));
    sp_survey_show(s, "dendrogram");
    sp_survey_show(s, "class_tree");
    sp_survey_paste(s, "spinodal speciation data %s --estimator %s", sp_survey_data_words(s), estimator);
    sp_result_free(found);
    return SP_OK;
}

bool sp_survey_has_classes(const sp_survey *s)
{
    size_t count[MOST_CLASSES] = {0};
    if (!s->data->label || s->data->n_classes < 2 || s->data->n_classes > MOST_CLASSES)
        return false;
    for (size_t i = 0; i < s->data->n; i++)
        count[s->data->label[i]]++;
    for (size_t k = 0; k < s->data->n_classes; k++)
        if (count[k] < LEAST_POINTS)
            return false;
    return s->r->Lambda > 0;
}

const sp_survey_section sp_survey_class_tree_section = {"class_tree", "The tree of classes", sp_survey_has_classes, run,
                                                        false};
