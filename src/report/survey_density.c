/* The kernel density estimate of the data: best bandwidth, its regime, how many points carry a value. */
#include "survey.h"

#include <string.h>

static double cell(const sp_table *table, size_t row, const char *column)
{
    size_t c;
    return sp_table_find_column(table, column, &c) ? sp_table_cell(table, row, c).number : NAN;
}

static const char *text_scalar(sp_survey *s, const sp_result *result, const char *name)
{
    sp_cell value;
    for (size_t i = 0; i < sp_result_scalars(result); i++)
        if (!strcmp(sp_result_scalar(result, i, &value)->name, name) && value.text)
            return sp_strdup(s->run, value.text);
    return NULL;
}

static void copy(sp_survey *s, const sp_result *fit, const char *table, size_t n, const char *const *columns, const char *to)
{
    const sp_table *from = sp_result_find_table(fit, table);
    for (size_t i = 0; from && i < sp_table_rows(from); i++) {
        sp_cell row[16];
        for (size_t c = 0; c < n; c++)
            row[c] = sp_cell_number(cell(from, i, columns[c]));
        sp_survey_cells(s, to, n, row);
    }
    sp_survey_show(s, to);
}

static sp_status run(sp_survey *s)
{
    static const char *const scan[] = {"h", "loo", "loo_se", "N_eff", "N_eff_se", "m_k5", "m_k5_se"};
    static const char *const phase[] = {"alpha", "h_G", "h_CLT", "h_best", "h_loo", "h_loo_se"};
    const char *rows = s->mode == SP_SURVEY_QUICK     ? "subsample=192"
                       : s->mode == SP_SURVEY_DEFAULT ? "subsample=768"
                                                      : "subsample=0";
    sp_result *fit;
    SP_TRY(sp_survey_call(s, "kde.fit", s->data, 1, &rows, &fit));
    SP_SURVEY_SET(s, h_opt, sp_survey_scalar(fit, "h_opt"));
    SP_SURVEY_SET(s, h_opt_se, sp_survey_scalar(fit, "h_opt_se"));
    SP_SURVEY_SET(s, h_G, sp_survey_scalar(fit, "h_G_k5"));
    SP_SURVEY_SET(s, h_CLT, sqrt(2) * sp_survey_scalar(fit, "h_G_k5"));
    SP_SURVEY_SET(s, N_eff_kde, sp_survey_scalar(fit, "N_eff_opt"));
    SP_SURVEY_SET(s, N_eff_kde_se, sp_survey_scalar(fit, "N_eff_opt_se"));
    sp_survey_say(s, "A kernel density estimate puts a Gaussian of width h on every point; the bandwidth is chosen so that "
                     "points left out are most likely.");
    const char *verdict = text_scalar(s, fit, "verdict");
    if (verdict)
        sp_survey_say(s, "Verdict: %s.", verdict);
    sp_survey_caution(s,
                      "The thresholds are estimated from the spacings of nearest points (k = 5), which are biased upwards "
                      "at moderate dimension; Gaussian data of this "
                      "spectrum would condense below h = %.3g. Bandwidths are in units of the scaled data.",
                      sp_survey_scalar(fit, "h_G_plugin"));
    copy(s, fit, "scan", sizeof scan / sizeof *scan, scan, "bandwidths");
    copy(s, fit, "phase", sizeof phase / sizeof *phase, phase, "kde_phases");
    sp_survey_paste(s, "spinodal kde fit %s --subsample %s", sp_survey_data_words(s), strchr(rows, '=') + 1);
    sp_result_free(fit);
    return SP_OK;
}

static bool applies(const sp_survey *s) { return s->data->n >= 10 && s->r->Lambda > 0 && sp_command_find("kde.fit"); }

const sp_survey_section sp_survey_density_section = {"density", "As a density", applies, run, false};
