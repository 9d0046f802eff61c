/* How strong guidance towards a class may be. */
#include "survey.h"

#include "spinodal/diffusion.h"

#include <string.h>

static const double work_limit = 2e9; /* of the fitted scores: seconds */

static double cell(const sp_table *table, size_t row, const char *column)
{
    size_t c;
    return sp_table_find_column(table, column, &c) ? sp_table_cell(table, row, c).number : NAN;
}

static sp_status run(sp_survey *s)
{
    static const char *const columns[] = {"omega",          "accuracy",          "accuracy_se", "shift",      "shift_se",
                                          "variance_along", "variance_along_se", "coverage",    "coverage_se"};
    enum { COLUMNS = sizeof columns / sizeof *columns };
    const char *quick[] = {"omega=0,2", "samples=100", "steps=40"}, *whole[] = {"omega=0,1,3", "samples=300", "steps=100"};
    sp_result *found;
    bool small = s->mode == SP_SURVEY_QUICK || (double)s->data->d * (double)s->data->n_classes * 9e4 > work_limit / 4;
    SP_TRY(sp_survey_call(s, "guidance.data", s->data, 3, small ? quick : whole, &found));
    const sp_table *quality = sp_result_find_table(found, "quality");
    for (size_t i = 0; i < sp_table_rows(quality); i++) {
        sp_cell row[COLUMNS];
        for (size_t c = 0; c < COLUMNS; c++)
            row[c] = sp_cell_number(cell(quality, i, columns[c]));
        sp_survey_cells(s, "guidance", COLUMNS, row);
    }
    double t_S = sp_survey_scalar(found, "t_S_between"), omega = sp_survey_scalar(found, "omega_recommended");
    sp_survey_say(s,
                  "Classifier-free guidance acts where the conditional and unconditional scores differ, around the moment "
                  "when the class is chosen%s. Guided samples of class %s from Gaussian fits: omega = %.3g (w = %.3g of the "
                  "other convention) has the least shift among the strengths tried with 99 %% (or the best) accuracy.",
                  isnan(t_S) ? "" : sp_format(s->run, ", %s", sp_survey_moment(s, t_S)), s->data->class_name[0], omega,
                  omega + 1);
    if (!isnan(t_S))
        sp_survey_say(s, "Restricting guidance to t from %.3g to %.3g loses almost nothing.",
                      sp_survey_scalar(found, "t_from"), sp_survey_scalar(found, "t_to"));
    sp_survey_caution(
        s, "A stochastic sampler forgets most of the overshoot; a deterministic one (DDIM, probability flow) keeps a "
           "shift of the order of the class width along the class direction, whatever the dimension. Samples from "
           "diagonal Gaussian fits say nothing about finer structure.");
    sp_survey_show(s, "guidance");
    sp_survey_paste(s, "spinodal guidance data %s", sp_survey_data_words(s));
    sp_result_free(found);
    return SP_OK;
}

const sp_survey_section sp_survey_guidance_section = {"guidance", "How strong guidance may be", sp_survey_has_classes, run,
                                                      false};
