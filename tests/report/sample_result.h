/* A result with everything that can be hard to write: odd texts, non-finite numbers, errors, many curves, a map. */
#ifndef SPINODAL_SAMPLE_RESULT_H
#define SPINODAL_SAMPLE_RESULT_H

#include "result_private.h"
#include "spinodal/output.h"

typedef struct {
    double h_G, phi, phi_se, missing, huge;
    bool yes;
    const char *words;
} sample_scalars;

#define HARD_TEXT "<b>&\"it's\", `id` $(id); é\\_{x}"

static const sp_scalar sample_scalar_list[] = {SP_OUT(sample_scalars, h_G, "data", "threshold <h> & more"),
                                               SP_OUT(sample_scalars, phi, "1", "measured"),
                                               SP_OUT(sample_scalars, phi_se, "1", "standard error"),
                                               SP_OUT(sample_scalars, missing, "", "not a number"),
                                               SP_OUT(sample_scalars, huge, "", "infinite"),
                                               SP_OUT(sample_scalars, yes, "", "flag"),
                                               SP_OUT(sample_scalars, words, "", "text"),
                                               {0}};
static const sp_column sample_curve_columns[] = {{"t", "OU time", "time"},
                                                 {"d", "", "dimension"},
                                                 {"phi_theory", "1", "agreement"},
                                                 {"phi", "1", "agreement"},
                                                 {"phi_se", "1", "standard error"},
                                                 {"note", "", "text"},
                                                 {0}};
static const sp_column sample_map_columns[] = {
    {"alpha", "1", "log(n)/d"}, {"h", "data", "bandwidth"}, {"KL", "nat", "KL/d"}, {"regime", "", "phase"}, {0}};
static const sp_column sample_name_columns[] = {
    {"class", "", "class"}, {"t_S_class", "1", "time"}, {"t_S_class_se", "1", "error"}, {0}};
static const sp_table_decl sample_tables[] = {
    {"curves", sample_curve_columns,
     "plot t phi_theory,phi by d vline h_G hline 0.5; plot t phi logx logy title It's `id` of $(id) {x}_y; hist phi",
     "Caption with <markup> & t_S."},
    {"map", sample_map_columns, "map alpha h KL logx logy logz; map alpha h regime logx logy", "Phases."},
    {"names", sample_name_columns, "plot class t_S_class; plot t_S_class class logx", "Places."},
    {"nothing", sample_name_columns, "plot class t_S_class", "Stays empty."},
    {0}};
static const sp_command sample_command = {.name = "sample.result",
                                          .summary = "A sample of <everything> & more",
                                          .spec = "03",
                                          .scalars = sample_scalar_list,
                                          .tables = sample_tables,
                                          SP_SIZES(sample_scalars, sample_scalars)};

static inline sp_result *sample_result(void)
{
    sp_result *r = sp_result_create(&sample_command);
    sample_scalars v = {0.1, 0.57528, 0.0018, NAN, -INFINITY, true, HARD_TEXT};
    sp_result_set_scalars(r, &v);
    sp_result_set_parameter(r, "words", HARD_TEXT);
    for (int d = 16; d <= 256; d *= 4)
        for (int i = 0; i < 12; i++) {
            double t = 0.2 * (i + 1), p = 0.5 + 0.5 / (1 + exp(2 * (t - 0.5 * log(d))));
            SP_ROW(sp_result_table(r, "curves"), i == 11 ? INFINITY : t, (double)d, p, i == 5 ? NAN : p + 0.01 * sin(7 * i),
                   0.01, i ? "plain" : HARD_TEXT);
        }
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 5; j++) {
            double a = 0.02 * pow(2, i), h = 0.1 * pow(2, j);
            SP_ROW(sp_result_table(r, "map"), a, h, exp(-a * h), h > 1 ? "classical" : "condensed");
        }
    SP_ROW(sp_result_table(r, "names"), "cat", 1.0, 0.1);
    SP_ROW(sp_result_table(r, "names"), "O'Brien_{x}", 1.5, 0.1);
    sp_result_add_warning(r, "a warning with <tags> & " HARD_TEXT);
    sp_result_verdict(r, SP_REPRODUCED, "claim <1>");
    return r;
}

#endif
