/* Supervised learning of the labels with random features: predicted error against numbers of features and samples, with the
 * danger zones. */
#include "survey.h"

#include "data/subset.h"

#include <string.h>

enum { FEWEST_ROWS = 100, MOST_CLASSES = 100 };

static double cell(const sp_table *table, size_t row, const char *column)
{
    size_t c;
    return sp_table_find_column(table, column, &c) ? sp_table_cell(table, row, c).number : NAN;
}

static const char *zone(const sp_table *table, size_t row)
{
    size_t c;
    return sp_table_find_column(table, "zone", &c) ? sp_table_cell(table, row, c).text : "";
}

static void describe(sp_survey *s, const sp_result *result, size_t rows)
{
    const sp_table *map = sp_result_find_table(result, "map");
    size_t n = map ? sp_table_rows(map) : 0, dangerous = 0;
    double worst = 0, p = 0, samples = 0;
    for (size_t i = n;
         i-- > 0;) { /* the largest first: safe, so that the colours of the zones do not change from map to map */
        double excess = cell(map, i, "excess");
        SP_SURVEY_ROW(s, "features", cell(map, i, "p"), cell(map, i, "n"), cell(map, i, "test"), cell(map, i, "best_test"),
                      zone(map, i));
        dangerous += excess > 1.5;
        if (excess > worst) {
            worst = excess;
            p = cell(map, i, "p");
            samples = cell(map, i, "n");
        }
    }
    double best_p = sp_survey_scalar(result, "best_p"), best_n = sp_survey_scalar(result, "best_n"),
           best_ridge = sp_survey_scalar(result, "best_ridge"), best = sp_survey_scalar(result, "best_test"),
           variance = sp_survey_scalar(result, "target_var"), error = sp_survey_scalar(result, "best_err"),
           linear = sp_survey_scalar(result, "linear_noise_var");
    SP_SURVEY_SET(s, features_best_p, best_p);
    SP_SURVEY_SET(s, features_best_ridge, best_ridge);
    SP_SURVEY_SET(s, features_best_test, best / variance);
    sp_survey_say(s,
                  "Ridge regression of the labels on random features (a wide network of which only the last layer is "
                  "trained), predicted from the "
                  "covariance of the features of %zu rows. Errors are in units of the variance of the target: 1 is a blind "
                  "guess; a linear "
                  "function of the inputs leaves %.3g.",
                  rows, linear / variance);
    sp_survey_say(s, "Best of the sizes tried, on %.0f rows: %.0f features with ridge %.3g, error %.3g%s.", best_n, best_p,
                  best_ridge, best / variance,
                  isnan(error) ? "" : sp_format(s->run, " (%.3g %% misclassified)", 100 * error));
    if (dangerous)
        sp_survey_caution(s,
                          "With hardly any ridge the error is more than 1.5 times that of the best ridge at %zu of the %zu "
                          "sizes on the map; "
                          "the worst is %.0f features on %.0f rows, %.3g times. Stay away from as many features as rows, or "
                          "use the ridge.",
                          dangerous, n, p, samples, worst);
    else
        sp_survey_say(s, "Nowhere on the map does a small ridge cost more than half of the error of the best one.");
    if (n)
        sp_survey_show(s, "features");
}

static sp_status run(sp_survey *s)
{
    size_t most = s->mode == SP_SURVEY_QUICK ? 1500 : s->mode == SP_SURVEY_DEFAULT ? 4000 : 10000;
    const char *sizes = s->mode == SP_SURVEY_QUICK ? "p=20,28,40,56,80,112,160" : "p=20,28,40,56,80,112,160,224,320,448";
    const sp_dataset *rows;
    SP_TRY(sp_dataset_subsample(s->run, s->data, most, &rows));
    const char *samples = sp_format(s->run, "n=%g:%zu:15log", rows->n > 200 ? 20.0 : 8.0, rows->n / 2);
    sp_vec grid;
    SP_TRY(sp_parse_numbers(s->run, samples + 2, &grid));
    samples = "n=";
    for (size_t i = 0; i < grid.n; i++)
        samples = sp_format(s->run, "%s%s%.0f", samples, i ? "," : "", floor(grid.v[i]));
    const char *args[] = {sizes, samples, "ridge=0.0003"};
    sp_result *result;
    sp_status status = sp_survey_call(s, "features.data", rows, 3, args, &result);
    if (status == SP_DATA || status == SP_USAGE) {
        sp_survey_caution(s, "The labels give no target to learn: %s.", sp_strdup(s->run, sp_run_message(s->run)));
        return SP_OK;
    }
    SP_TRY(status);
    describe(s, result, rows->n);
    sp_survey_paste(s, "spinodal features data %s --p 50,100,200 --ridge 0.0003 --simulate 4", sp_survey_data_words(s));
    sp_result_free(result);
    return SP_OK;
}

static bool applies(const sp_survey *s)
{
    const sp_dataset *a = s->data;
    bool classes = a->label && a->n_classes >= 2 && a->n_classes <= MOST_CLASSES;
    return a->n >= FEWEST_ROWS && a->d >= 2 && (classes || (a->target && !a->label));
}

const sp_survey_section sp_survey_features_section = {"features", "Learning the labels", applies, run, false};
