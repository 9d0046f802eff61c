/* Which coordinates tell the label: rank coefficients, as a picture for images, and forward selection for tables. */
#include "survey.h"

#include "data/subset.h"

#include <string.h>

enum { FEWEST_ROWS = 30, TABLE_COLUMNS = 100, TABLE_ROWS = 64, WIDEST = 256 /* pixels of the picture */ };

static double cell(const sp_table *table, size_t row, const char *column)
{
    size_t c;
    return sp_table_find_column(table, column, &c) ? sp_table_cell(table, row, c).number : NAN;
}

/* Each pixel as a square, so that small images can be seen. */
static sp_status picture(sp_survey *s, const sp_table *table, double largest)
{
    size_t w = s->data->width, h = s->data->height, pixels = w * h, n = sp_table_rows(table),
           side = w < WIDEST ? WIDEST / w : 1;
    unsigned char *grey = SP_NEW(s->run, unsigned char, pixels *side *side);
    double *best = SP_NEW(s->run, double, pixels); /* over channels */
    if (!grey || !best)
        return SP_FAILED;
    for (size_t j = 0; j < n; j++)
        best[j % pixels] = fmax(best[j % pixels], cell(table, j, "xi"));
    for (size_t y = 0; y < h * side; y++)
        for (size_t x = 0; x < w * side; x++)
            grey[y * w * side + x] = (unsigned char)(255 * best[y / side * w + x / side] / largest + 0.5);
    sp_survey_image(s, &(sp_image){"dependence", "How much the label depends on each pixel: black none, white the most.",
                                   w * side, h * side, 1, grey});
    return SP_OK;
}

static sp_status coefficients(sp_survey *s, const sp_dataset *rows)
{
    const char *args[] = {"ties=random", "permutations=0"};
    sp_result *result;
    SP_TRY(sp_survey_call(s, "select.xi", rows, 2, args, &result));
    const sp_table *table = sp_result_find_table(result, "xi");
    size_t n = sp_table_rows(table), name, beyond = 0, best = 0;
    sp_table_find_column(table, "column", &name);
    for (size_t j = 0; j < n; j++) {
        beyond += cell(table, j, "z") > 4;
        best = cell(table, j, "xi") > cell(table, best, "xi") ? j : best;
        if (j < TABLE_ROWS && !s->data->height)
            SP_SURVEY_ROW(s, "dependence", sp_table_cell(table, j, name).text, cell(table, j, "xi"),
                          cell(table, j, "xi_null"));
    }
    double largest = cell(table, best, "xi");
    sp_survey_say(
        s,
        "Chatterjee's coefficient of the label on each coordinate alone (0: independent, 1: a function of it), on %zu rows: "
        "%zu of %zu coordinates are beyond chance (4 standard deviations); the largest is %.3g, of %s.",
        rows->n, beyond, n, largest, sp_table_cell(table, best, name).text);
    sp_status status = s->data->height && largest > 0 ? picture(s, table, largest) : SP_OK;
    if (!s->data->height)
        sp_survey_show(s, "dependence");
    sp_result_free(result);
    return status;
}

static sp_status selection(sp_survey *s, const sp_dataset *rows)
{
    sp_result *result;
    sp_status status = sp_survey_call(s, "select.foci", rows, 0, NULL, &result);
    if (status == SP_DATA) { /* a constant column */
        sp_survey_caution(s, "No selection among the columns: %s.", sp_strdup(s->run, sp_run_message(s->run)));
        return SP_OK;
    }
    SP_TRY(status);
    const sp_table *table = sp_result_find_table(result, "foci");
    size_t n = sp_table_rows(table), name;
    sp_table_find_column(table, "column", &name);
    const char *names = "";
    for (size_t k = 0; k < n && names; k++) {
        const char *column = sp_table_cell(table, k, name).text;
        names = sp_format(s->run, "%s%s%s", names, k ? ", " : "", column);
        SP_SURVEY_ROW(s, "selection", k + 1, column, cell(table, k, "T"), cell(table, k, "delta_T"));
    }
    if (n > 0) {
        sp_survey_say(s, "Forward selection (FOCI) takes %s, in this order, and stops at T = %.3g.", names,
                      cell(table, n - 1, "T"));
        sp_survey_show(s, "selection");
    }
    else
        sp_survey_say(s, "Forward selection (FOCI) takes no column: none says anything about the label.");
    sp_result_free(result);
    return SP_OK;
}

static sp_status run(sp_survey *s)
{
    size_t most = s->mode == SP_SURVEY_QUICK ? 2000 : s->mode == SP_SURVEY_DEFAULT ? 10000 : 0;
    const sp_dataset *rows;
    SP_TRY(sp_dataset_subsample(s->run, s->data, most, &rows));
    SP_TRY(coefficients(s, rows));
    if (!s->data->height && s->data->d <= TABLE_COLUMNS)
        SP_TRY(selection(s, rows));
    sp_survey_caution(s,
                      "A coordinate that matters only together with others can have a coefficient of 0 alone; classes are "
                      "coded by their order.");
    sp_survey_paste(s, "spinodal select foci %s", sp_survey_data_words(s));
    return SP_OK;
}

static bool applies(const sp_survey *s)
{
    const sp_dataset *a = s->data;
    bool constant = true;
    for (size_t i = 1; a->target && i < a->n && constant; i++)
        constant = a->target[i] == a->target[0];
    return a->target && a->n >= FEWEST_ROWS && !constant;
}

const sp_survey_section sp_survey_select_section = {"select", "Which coordinates tell the label", applies, run, false};
