/* When the backward process commits: along directions of the covariance, and between classes; and the times of collapse,
 * which the same command measures. */
#include "survey.h"

#include "spinodal/diffusion.h"

#include <string.h>

double sp_survey_scalar(const sp_result *result, const char *name)
{
    double x;
    return sp_result_number(result, name, &x) ? x : NAN;
}

static double cell(const sp_table *table, size_t row, const char *column)
{
    size_t c;
    return sp_table_find_column(table, column, &c) ? sp_table_cell(table, row, c).number : NAN;
}

static const char *word(const sp_table *table, size_t row, const char *column)
{
    size_t c;
    const char *text = sp_table_find_column(table, column, &c) ? sp_table_cell(table, row, c).text : NULL;
    return text ? text : "";
}

const char *sp_survey_moment(sp_survey *s, double t)
{
    sp_noise_schedule linear, cosine;
    if (sp_noise_schedule_create(s->run, "linear", &linear) != SP_OK ||
        sp_noise_schedule_create(s->run, "cosine", &cosine) != SP_OK)
        return "";
    double a = sp_noise_schedule_step(&linear, t), b = sp_noise_schedule_step(&cosine, t);
    const char *text = isnan(a) || isnan(b)
                           ? sp_format(s->run, "t = %.3g (beyond the last step of a DDPM schedule)", t)
                           : sp_format(s->run, "t = %.3g (DDPM step %.0f of 1000 linear, %.0f of 1000 cosine)", t, a, b);
    return text ? text : "";
}

static void directions(sp_survey *s, const sp_result *times)
{
    const sp_table *table = sp_result_find_table(times, "directions");
    size_t rows = table ? sp_table_rows(table) : 0;
    for (size_t i = 0; i < rows && i < 200; i++)
        SP_SURVEY_ROW(s, "directions", cell(table, i, "direction"), cell(table, i, "Lambda"), cell(table, i, "t_S_spectral"),
                      cell(table, i, "step_linear"), cell(table, i, "step_cosine"));
    if (rows)
        sp_survey_show(s, "directions");
}

static void pairs(sp_survey *s, const sp_result *times)
{
    enum { MOST = 400 };
    const sp_table *table = sp_result_find_table(times, "pairs");
    size_t rows = table ? sp_table_rows(table) : 0, first = 0, last = 0, found = 0;
    for (size_t i = 0; i < rows; i++) {
        double t = cell(table, i, "t_S_class");
        if (i < MOST)
            SP_SURVEY_ROW(s, "pairs", word(table, i, "class_k"), word(table, i, "class_l"), t,
                          cell(table, i, "t_S_class_se"), cell(table, i, "step_linear"), cell(table, i, "step_cosine"));
        if (isnan(t))
            continue;
        first = !found || t > cell(table, first, "t_S_class") ? i : first;
        last = !found || t < cell(table, last, "t_S_class") ? i : last;
        found++;
    }
    if (!rows)
        return;
    if (!found) {
        sp_survey_caution(s, "No pair of classes could be told apart by the criterion above the collapse.");
        return;
    }
    double t_first = cell(table, first, "t_S_class"), t_last = cell(table, last, "t_S_class");
    SP_SURVEY_SET(s, t_S_class_first, t_first);
    SP_SURVEY_SET(s, t_S_class_last, t_last);
    SP_SURVEY_SET(s, t_S_class_first_se, cell(table, first, "t_S_class_se"));
    SP_SURVEY_SET(s, t_S_class_last_se, cell(table, last, "t_S_class_se"));
    sp_survey_say(s, "Two classes separate when the log-likelihood ratio of noised points exceeds its own fluctuation.");
    if (found == 1)
        sp_survey_say(s, "%s and %s separate at %s.", word(table, first, "class_k"), word(table, first, "class_l"),
                      sp_survey_moment(s, t_first));
    else
        sp_survey_say(s, "Going backward, %s and %s separate first, at %s; %s and %s last, at %s.",
                      word(table, first, "class_k"), word(table, first, "class_l"), sp_survey_moment(s, t_first),
                      word(table, last, "class_k"), word(table, last, "class_l"), sp_survey_moment(s, t_last));
    if (found > 5)
        sp_survey_caution(
            s,
            "The first and the last of %zu pairs are the extremes of values with errors of about %.2g: the true "
            "ones lie a little further in.",
            found, cell(table, first, "t_S_class_se"));
    if (found < rows)
        sp_survey_caution(s,
                          "%zu of the %zu pairs never separate above the collapse by this measure: their classes are told "
                          "apart only by details that an exact score has already memorised.",
                          rows - found, rows);
    sp_survey_caution(s, "Class times use the leave-one-out empirical density of each class; near or below the collapse "
                         "time they say more about the sample than "
                         "about the classes.");
    sp_survey_show(s, "pairs");
}

static sp_status run(sp_survey *s)
{
    sp_result *times;
    const char *queries = s->mode == SP_SURVEY_QUICK     ? "queries=320"
                          : s->mode == SP_SURVEY_DEFAULT ? "queries=512"
                                                         : "queries=2048";
    SP_TRY(sp_survey_call(s, "diffusion.times", s->data, 1, &queries, &times));
    SP_SURVEY_SET(s, t_C_spectral, sp_survey_scalar(times, "t_C_spectral"));
    SP_SURVEY_SET(s, t_C_phi, sp_survey_scalar(times, "t_C_phi"));
    SP_SURVEY_SET(s, t_C_phi_se, sp_survey_scalar(times, "t_C_phi_se"));
    SP_SURVEY_SET(s, t_C_loo, sp_survey_scalar(times, "t_C_loo"));
    SP_SURVEY_SET(s, t_C_loo_se, sp_survey_scalar(times, "t_C_loo_se"));
    sp_survey_say(s, "A diffusion model generates from large t to t = 0. Above t_S a sample is noise and nothing is "
                     "decided; as t falls the coarse features are "
                     "fixed one after the other, while the fine ones are still noise.");
    directions(s, times);
    pairs(s, times);
    sp_survey_paste(s, "spinodal diffusion times %s --queries %s", sp_survey_data_words(s), strchr(queries, '=') + 1);
    sp_result_free(times);
    return SP_OK;
}

static bool applies(const sp_survey *s) { return s->data->n >= 10 && s->r->Lambda > 0; }

const sp_survey_section sp_survey_speciation_section = {"speciation", "When a sample commits", applies, run, false};
