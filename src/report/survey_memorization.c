/* When training a score on these data should stop: window of a random-feature score. */
#include "survey.h"

enum { FEWEST_ROWS = 80, MOST_DIMENSIONS = 20000 };

static double cell(const sp_table *table, size_t row, const char *column)
{
    size_t c;
    return sp_table_find_column(table, column, &c) ? sp_table_cell(table, row, c).number : NAN;
}

static void describe(sp_survey *s, const sp_result *found)
{
    double n = sp_survey_scalar(found, "n"), from = sp_survey_scalar(found, "window_from"),
           to = sp_survey_scalar(found, "window_to"), exponent = sp_survey_scalar(found, "leave_exponent"),
           exponent_se = sp_survey_scalar(found, "leave_exponent_se"), all = sp_survey_scalar(found, "window_to_all"),
           all_low = sp_survey_scalar(found, "window_to_all_low"), all_high = sp_survey_scalar(found, "window_to_all_high");
    SP_SURVEY_SET(s, memorisation_from, from);
    SP_SURVEY_SET(s, memorisation_to, to);
    SP_SURVEY_SET(s, memorisation_to_se, sp_survey_scalar(found, "train_time_leave_se"));
    sp_survey_say(
        s,
        "A score with more parameters than data first learns the population and only later the single points. Seen "
        "in a random-feature score at t = 0.01, trained on %.0f rows, with the held-out loss of others:",
        n);
    if (isinf(to))
        sp_survey_say(s,
                      "it is good from training time %.3g on, and its held-out loss never rises by more than 5 %% again: "
                      "nothing forces an early stop.",
                      from);
    else
        sp_survey_say(
            s,
            "it is good from training time %.3g on and the held-out loss has risen again by 5 %% at %.3g: a window "
            "of a factor %.2g. Stop inside; watch the loss of held-out rows.",
            from, to, to / from);
    if (exponent > 0.2 && exponent > 2 * exponent_se && (double)s->data->n > 1.5 * n)
        sp_survey_say(s,
                      "The end of the window grows as n^%.2f (+- %.2f) with the rows; on all %zu rows it would be at %.3g "
                      "(95 %%: %.3g to %.3g), if there are many more features than rows.",
                      exponent, exponent_se, s->data->n, all, all_low, all_high);
    sp_survey_caution(
        s, "Times are those of gradient flow on random features: another network keeps the order of the two times "
           "and the growth with n, not the numbers.");
}

static sp_status run(sp_survey *s)
{
    const char *rows = s->mode == SP_SURVEY_QUICK ? "160" : s->mode == SP_SURVEY_DEFAULT ? "320" : "1000";
    const char *features = s->mode == SP_SURVEY_QUICK ? "240" : s->mode == SP_SURVEY_DEFAULT ? "500" : "2000";
    const char *args[] = {sp_format(s->run, "limit_n=%s", rows), sp_format(s->run, "p=%s", features), "draws=2",
                          "train_time=0.1:1e7:49log"};
    sp_result *found;
    SP_TRY(sp_call(s->run, "memorization.data", s->data, 4, args, &found));
    const sp_table *curves = sp_result_find_table(found, "curves");
    double n = sp_survey_scalar(found, "n");
    for (size_t i = 0; curves && i < sp_table_rows(curves); i++)
        if (cell(curves, i, "n") == n)
            SP_SURVEY_ROW(s, "memorisation", cell(curves, i, "train_time"), cell(curves, i, "train"),
                          cell(curves, i, "train_se"), cell(curves, i, "test"), cell(curves, i, "test_se"));
    describe(s, found);
    sp_survey_show(s, "memorisation");
    sp_survey_paste(s, "spinodal memorization data %s --limit-n %s --p %s --draws 2", sp_survey_data_words(s), rows,
                    features);
    sp_result_free(found);
    return SP_OK;
}

static bool applies(const sp_survey *s)
{
    return s->data->n >= FEWEST_ROWS && s->data->d >= 2 && s->data->d <= MOST_DIMENSIONS && s->r->Lambda > 0;
}

const sp_survey_section sp_survey_memorization_section = {"memorization", "When to stop training", applies, run, false};
