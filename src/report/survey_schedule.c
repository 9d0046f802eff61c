/* Noise levels for a sampler on these data. */
#include "survey.h"

#include <string.h>

static double cell(const sp_table *table, size_t row, const char *column)
{
    size_t c;
    return sp_table_find_column(table, column, &c) ? sp_table_cell(table, row, c).number : NAN;
}

static sp_status run(sp_survey *s)
{
    enum { STEPS = 50 };
    sp_result *found;
    SP_TRY(sp_call(s->run, "schedule.recommend", s->data, 0, NULL, &found));
    const sp_table *grid = sp_result_find_table(found, "grid");
    size_t phase, rows = sp_table_rows(grid);
    for (size_t i = 0; i < rows && sp_table_find_column(grid, "phase", &phase); i++)
        SP_SURVEY_ROW(s, "noise_levels", cell(grid, i, "k"), cell(grid, i, "s"), cell(grid, i, "t"), cell(grid, i, "sigma"),
                      cell(grid, i, "log_snr"), sp_table_cell(grid, i, phase).text);
    double window = sp_survey_scalar(found, "window"), uniform = sp_survey_scalar(found, "steps_uniform"),
           moment = cell(grid, rows / 2, "t");
    if (window < 0.5)
        sp_survey_say(s,
                      "The coarse features are chosen within the first %.2g of a variance-preserving path (down to %s). A "
                      "sampler of %d steps should spend half of them there: uniform steps would need %.0f for the same "
                      "resolution, and fewer lose the relative weights of the classes.",
                      window, sp_survey_moment(s, moment), STEPS, uniform);
    else
        sp_survey_say(s, "The scales of these data are not far apart: a uniform grid of steps does as well as any.");
    sp_survey_show(s, "noise_levels");
    sp_survey_paste(s, "spinodal schedule recommend %s", sp_survey_data_words(s));
    sp_result_free(found);
    return SP_OK;
}

static bool applies(const sp_survey *s) { return s->data->n >= 10 && s->data->d >= 2 && s->r->Lambda > 1; }

const sp_survey_section sp_survey_schedule_section = {"schedule", "Which noise levels to spend steps on", applies, run,
                                                      false};
